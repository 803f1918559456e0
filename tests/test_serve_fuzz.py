"""Requests of all kinds, made at random: each is answered, and none by a fault of ours."""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from served import FORM, QUERY, TOKEN, UPDATE, Answer, ask, reading, send, started

pytestmark = pytest.mark.server

#: 5xx that say what a limit did, and that it may be tried again.
LIMITS = (503, 504, 507)

words = st.sampled_from(
    ["SELECT", "*", "?s", "?p", "?o", "{", "}", "(", ")", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "FILTER", "GRAPH", "UNION",
     "MINUS", "OPTIONAL", "VALUES", "BIND", "AS", "aa:subject", "<http://e/a>", "<rel>", "'x'", "1.5e400", "-", "^", "/", "+",
     "SERVICE", "FROM", "NAMED", "graph:review", "LIMIT", "0", "ORDER BY", "GROUP BY", "COUNT(*)", "REGEX", ".", ";", "INSERT",
     "DELETE", "DATA", "LOAD", "CLEAR", "ALL", "MOVE", "TO", "WITH", "USING", "PREFIX", "BASE", "#", "\\u0053", "\"\"\"", "_:b", "<<", "\n"]
)  # fmt: skip
sparql = st.one_of(
    st.lists(words, max_size=25).map(" ".join),
    st.lists(words, max_size=12).map(lambda found: f"SELECT * {{ {' '.join(found)} }}"),
    st.text(max_size=60),
)
names = st.sampled_from(
    [
        "query",
        "update",
        "default-graph-uri",
        "named-graph-uri",
        "using-graph-uri",
        "graph",
        "default",
        "question",
    ]
)
values = st.one_of(sparql, st.sampled_from(["https://w3id.org/aa-ld/graph/review", "http://e/none", "x", ""]))
fields = st.lists(st.tuples(names, values), max_size=4).map(
    lambda pairs: "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in pairs)
)
paths = st.one_of(
    st.sampled_from(
        ["/sparql", "/sparql/", "/store", "/store/a", "/", "/health", "/questions", "/question/x", "/graph/review", "/openapi.json",
         "/AlopeciaAreata", "/fact/", "/.well-known/void", "/site/query.js", "//", "/%00", "/%ff", "/a%20b.ttl"]
    ),
    st.text(max_size=30).map(lambda text: "/" + quote(text)),
)  # fmt: skip
kinds = st.sampled_from([FORM, QUERY, UPDATE, "text/turtle", "application/n-triples", "application/ld+json",
                         "application/rdf+xml", "multipart/form-data; boundary=b", "text/plain", "x;charset=utf-16", ";", ""])  # fmt: skip
accepts = st.one_of(
    st.sampled_from(["*/*", "text/html", "text/csv", "application/ld+json", "text/turtle;q=0", "image/png"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
)
bodies = st.one_of(sparql.map(str.encode), fields.map(str.encode), st.binary(max_size=200))
methods = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])


def asked(served, method, path, body, headers):
    """An answer to a request, whatever the request is."""
    parts = urlsplit(served.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(methods, paths, fields, kinds, accepts, bodies, st.booleans())
def test_any_request_is_answered_without_a_fault_of_ours(  # noqa: PLR0917
    method, path, field, kind, accept, body, may_write
):
    """Whatever is sent, to a server that reads or one that writes, the answer is whole and no bug."""
    served = writer() if may_write else reading()
    headers = {
        "Content-Type": kind,
        "Accept": accept,
        **({"Authorization": f"Bearer {TOKEN}"} if may_write else {}),
    }
    answer = asked(served, method, f"{path}?{field}" if field else path, body, headers)

    assert answer.status < 500 or answer.status in LIMITS, answer
    assert b"This is a bug" not in answer.body
    assert "content-length" in answer.headers or answer.status in (204, 304)


_writers = []


def writer():
    """A server that takes updates, and that nobody else uses."""
    if not _writers:
        _writers.append(started(source="review", token=TOKEN, timeout=3.0))
    return _writers[0]


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(sparql)
def test_any_text_as_a_query_is_answered(text):
    """A query is answered or told what is wrong, in the form that was asked for, and never reaches another server."""
    answer = send(
        reading(),
        "POST",
        "/sparql",
        text,
        Content_Type=QUERY,
        Accept="application/sparql-results+json, text/turtle",
    )

    assert answer.status in (200, 400, 403, 422, *LIMITS), answer
    if answer.kind == "application/sparql-results+json":
        assert json.loads(answer.body)["head"] is not None


def test_all_servers_are_well_after_it():
    """None has fallen over, and what only reads holds what it held."""
    assert ask(reading(), "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows() == [{"n": str(reading().triples)}]
    assert send(writer(), "GET", "/health").status == 200
