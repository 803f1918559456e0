"""`aa-ld serve` does what SPARQL 1.1 Protocol says: a test for each of the W3C's, by its name."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from served import FORM, QUERY, TOKEN, UPDATE, ask, reading, send, update, writing

DATA1, DATA2, DATA3 = (f"http://example.org/protocol/data{number}" for number in (1, 2, 3))
DOCUMENT, RESOURCE = "http://xmlns.com/foaf/0.1/Document", "http://purl.org/dc/terms/BibliographicResource"
RESULTS = {"application/sparql-results+json", "application/sparql-results+xml"}


@pytest.fixture(scope="module")
def server():
    """A server with three small graphs, each of which says of itself that it is a document."""
    served = writing()
    graphs = " ".join(f"GRAPH <{each}> {{ <{each}> a <{DOCUMENT}> }}" for each in (DATA1, DATA2, DATA3))
    assert update(served, f"INSERT DATA {{ {graphs} }}").status == 204
    return served


def post(served, body, kind=None, path="/sparql/", **headers):
    """A POST with the token, which queries do not need and updates do."""
    return send(served, "POST", path, body, TOKEN, **({"Content_Type": kind} if kind else {}), **headers)


def path(**fields):
    """The path of the endpoint with fields, whose names are written with low lines."""
    return "/sparql/?" + urlencode([(n.replace("_", "-"), v) for n, vs in fields.items() for v in vs])


# Queries


def test_query_post_form(server):
    """A query comes as a field of a form."""
    answer = post(server, "query=ASK%20%7B%7D", FORM)

    assert (answer.status, answer.kind in RESULTS, answer.boolean()) == (200, True, True)


def test_query_dataset_default_graphs_get(server):
    """Two default graphs named by a GET are merged."""
    query = f"ASK {{ <{DATA1}> a ?type . <{DATA2}> a ?type }}"

    assert ask(server, query, default_graph_uri=[DATA1, DATA2]).boolean()
    assert not ask(server, query, default_graph_uri=[DATA1, DATA3]).boolean()


def test_query_dataset_default_graphs_post(server):
    """Two default graphs named in the address of a POST are merged."""
    answer = post(
        server, f"ASK {{ <{DATA1}> ?p ?o . <{DATA2}> ?p ?o }}", QUERY, path(default_graph_uri=[DATA1, DATA2])
    )

    assert answer.boolean()


def test_query_dataset_named_graphs_post(server):
    """Named graphs of a POST are those that GRAPH sees."""
    named = path(named_graph_uri=[DATA1, DATA2])

    assert post(server, "ASK { GRAPH ?g { ?s ?p ?o } }", QUERY, named).boolean()
    assert not post(server, f"ASK {{ GRAPH <{DATA3}> {{ ?s ?p ?o }} }}", QUERY, named).boolean()


def test_query_dataset_named_graphs_get(server):
    """Named graphs of a GET leave nothing in the default graph."""
    assert ask(server, "ASK { GRAPH ?g { ?s ?p ?o } }", named_graph_uri=[DATA1, DATA2]).boolean()
    assert not ask(server, "ASK { ?s ?p ?o }", named_graph_uri=[DATA1, DATA2]).boolean()


def test_query_dataset_full(server):
    """Default and named graphs are kept apart."""
    where = path(default_graph_uri=[DATA3], named_graph_uri=[DATA1, DATA2])
    rows = post(server, "SELECT ?g ?x ?s { ?x ?y ?o GRAPH ?g { ?s ?p ?o } }", QUERY, where).rows()

    assert {(row["x"], row["g"], row["s"]) for row in rows} == {(DATA3, DATA1, DATA1), (DATA3, DATA2, DATA2)}


def test_query_multiple_dataset(server):
    """What the request says of graphs wins over FROM in the query."""
    query = f"ASK FROM <{DATA1}> {{ <{DATA1}> ?p ?o }}"

    assert not post(server, query, QUERY, path(default_graph_uri=[DATA2])).boolean()
    assert post(server, query, QUERY).boolean()


def test_query_get(server):
    """A query comes in the address of a GET."""
    answer = send(server, "GET", "/sparql?query=ASK%20%7B%7D")

    assert (answer.status, answer.kind in RESULTS, answer.boolean()) == (200, True, True)


def test_query_content_type_select(server):
    """Rows come in the form that is asked for, of the four, and JSON if none is."""
    kinds = [*sorted(RESULTS), "text/csv", "text/tab-separated-values"]

    assert [ask(server, "SELECT (1 AS ?value) {}", kind).kind for kind in kinds] == kinds
    assert post(server, "SELECT (1 AS ?value) {}", QUERY).kind in RESULTS


def test_query_content_type_ask(server):
    """A yes or no comes as JSON or XML."""
    assert {ask(server, "ASK {}", kind).kind for kind in RESULTS} == RESULTS
    assert post(server, "ASK {}", QUERY).kind in RESULTS


def test_query_content_type_describe(server):
    """A description comes as RDF."""
    assert post(server, "DESCRIBE <http://example.org/>", QUERY).kind == "text/turtle"


def test_query_content_type_construct(server):
    """Constructed triples come as RDF, in each form of it."""
    kinds = ["text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"]

    assert [ask(server, "CONSTRUCT { <s> <http://e/p> 1 } WHERE {}", kind).kind for kind in kinds] == kinds


def test_query_post_direct(server):
    """A query is the body of a POST."""
    answer = post(server, "ASK {}", QUERY)

    assert (answer.status, answer.boolean()) == (200, True)


# Updates


def changed(server, target, **fields):
    """Which of the three documents an update has made resources in a target graph, over the graphs that fields name."""
    asked = "GRAPH ?g { ?s a foaf:Document }" if "using_named_graph_uri" in fields else "?s a foaf:Document"
    text = f"PREFIX foaf: <http://xmlns.com/foaf/0.1/> CLEAR SILENT GRAPH <{target}> ; INSERT {{ GRAPH <{target}> {{ ?s a <{RESOURCE}> }} }} WHERE {{ {asked} }}"
    assert post(server, text, UPDATE, path(**fields)).status == 204
    rows = ask(server, f"SELECT ?s {{ GRAPH <{target}> {{ ?s a <{RESOURCE}> }} }}").rows()
    return {row["s"] for row in rows}


def test_update_dataset_default_graph(server):
    """An update reads the graph that its request names."""
    assert changed(server, "http://example.org/t1", using_graph_uri=[DATA1]) == {DATA1}


def test_update_dataset_default_graphs(server):
    """An update reads the merge of the graphs that its request names."""
    assert changed(server, "http://example.org/t2", using_graph_uri=[DATA1, DATA2]) == {DATA1, DATA2}


def test_update_dataset_named_graphs(server):
    """GRAPH in an update sees the named graphs of the request only."""
    assert changed(server, "http://example.org/t3", using_named_graph_uri=[DATA1, DATA2]) == {DATA1, DATA2}


def test_update_dataset_full(server):
    """Default and named graphs of an update are kept apart."""
    target = "http://example.org/t4"
    text = f"INSERT {{ GRAPH <{target}> {{ ?s ?in ?d }} }} WHERE {{ ?d a ?c . GRAPH ?in {{ ?s a ?c }} }}"
    where = path(using_graph_uri=[DATA1], using_named_graph_uri=[DATA2])

    assert post(server, text, UPDATE, where).status == 204
    assert ask(server, f"SELECT * {{ GRAPH <{target}> {{ ?s ?in ?d }} }}").rows() == [
        {"s": DATA2, "in": DATA2, "d": DATA1}
    ]


def test_update_post_form(server):
    """An update comes as a field of a form."""
    text = "CLEAR SILENT GRAPH <http://example.org/none>"

    assert post(server, urlencode({"update": text}), FORM).status in (200, 204)


def test_update_post_direct(server):
    """An update is the body of a POST."""
    assert post(server, "INSERT DATA { GRAPH <http://example.org/d> { <http://e/a> <http://e/b> 1 } }", UPDATE).status == 204  # fmt: skip
    assert ask(server, "ASK { GRAPH <http://example.org/d> { ?s ?p 1 } }").boolean()


def test_update_base_uri(server):
    """A relative IRI in an update becomes a whole one."""
    graph = "http://example.org/protocol-base"
    text = f"CLEAR GRAPH <{graph}> ; INSERT DATA {{ GRAPH <{graph}> {{ <http://e/s> <http://e/p> <test> }} }}"
    assert post(server, text, UPDATE).status == 204
    (row,) = ask(server, f"SELECT ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}").rows()

    assert row["o"] == server.url + "/test"


# What is refused


def test_bad_query_method(server):
    """A PUT asks nothing, and is told what does."""
    answer = send(server, "PUT", "/sparql?query=ASK%20%7B%7D")

    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def refused(answer, status):
    """The status of a refusal, in words that say what to do, and no bug."""
    assert answer.text.count("\n") >= 3
    return answer.status == status


def test_bad_multiple_queries(server):
    """Two queries at once are none."""
    assert refused(send(server, "GET", "/sparql?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D"), 400)


def test_bad_query_wrong_media_type(server):
    """A query is not plain text."""
    assert refused(post(server, "ASK {}", "text/plain"), 415)


def test_bad_query_missing_form_type(server):
    """A form says that it is one."""
    assert refused(post(server, "query=ASK%20%7B%7D"), 415)


def test_bad_query_missing_direct_type(server):
    """A query in the body says that it is one."""
    assert refused(post(server, "ASK {}"), 415)


def test_bad_query_non_utf8(server):
    """A query is UTF-8, said or not."""
    assert refused(post(server, "ASK {}".encode("utf-16"), QUERY + "; charset=UTF-16"), 415)
    assert refused(post(server, "ASK {}".encode("utf-16"), QUERY), 400)


def test_bad_query_syntax(server):
    """What is no SPARQL is told with line and column."""
    answer = send(server, "GET", "/sparql?query=ASK%20%7B")

    assert refused(answer, 400)
    assert "query:1:6" in answer.text


def test_bad_update_get(server):
    """A GET changes nothing."""
    assert refused(send(server, "GET", "/sparql?update=CLEAR%20ALL", token=TOKEN), 400)


def test_bad_multiple_updates(server):
    """Two updates at once are none."""
    assert refused(post(server, "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM), 400)


def test_bad_update_wrong_media_type(server):
    """An update is not plain text."""
    assert refused(post(server, "CLEAR NAMED", "text/plain"), 415)


def test_bad_update_missing_form_type(server):
    """A form with an update says that it is a form."""
    assert refused(post(server, "update=CLEAR%20NAMED"), 415)


def test_bad_update_non_utf8(server):
    """An update is UTF-8."""
    assert refused(post(server, "CLEAR NAMED".encode("utf-16"), UPDATE + "; charset=UTF-16"), 415)


def test_bad_update_syntax(server):
    """What is no update changes nothing."""
    assert refused(post(server, "update=CLEAR%20XYZ", FORM), 400)


def test_bad_update_dataset_conflict(server):
    """Graphs of an update are said in the request or in the update, not in both."""
    for clause in (
        "WITH <http://e/g> DELETE { ?s ?p 'a' } INSERT { ?s ?p 'b' }",
        "INSERT { ?s ?p 'b' } USING <http://e/g>",
    ):
        body = urlencode(
            {"using-named-graph-uri": "http://e/people", "update": f"{clause} WHERE {{ ?s ?p 'a' }}"}
        )

        assert refused(post(server, body, FORM), 400)


# Who only reads


def test_a_server_without_the_flag_refuses_every_update():
    """Neither a form nor a body changes anything, token or not."""
    before = ask(reading(), "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows()
    for body, kind in [("update=CLEAR%20ALL", FORM), ("CLEAR ALL", UPDATE)]:
        assert refused(send(reading(), "POST", "/sparql", body, TOKEN, Content_Type=kind), 403)

    assert ask(reading(), "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows() == before


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "ö" * 20])
def test_an_update_needs_the_token(token):
    """Without it, or with another, nothing is changed, and the answer says how to send it."""
    headers = {"Content_Type": UPDATE}
    answer = send(writing(), "POST", "/sparql", "CLEAR ALL", token.encode().decode("latin-1"), **headers)

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert ask(writing(), "ASK { GRAPH graph:review { ?s ?p ?o } }").boolean()


def test_an_update_reaches_neither_network_nor_files():
    """LOAD and SERVICE are refused wherever they stand, and words in strings are not."""
    for text in ("LOAD <http://127.0.0.1:9/x>", "LOAD SILENT <file:///etc/passwd>",
                 "INSERT { <http://e/a> <http://e/b> ?o } WHERE { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }"):  # fmt: skip
        assert refused(update(writing(), text), 403)
    fine = "INSERT DATA { GRAPH <http://e/words> { <http://e/load> <http://e/service> 'LOAD SERVICE' } }"

    assert update(writing(), fine).status == 204


def test_an_update_that_fails_changes_nothing():
    """What stood before its mistake is not carried out either."""
    text = "INSERT DATA { <http://e/half> <http://e/half> 1 } ; CREATE GRAPH graph:review"

    assert refused(update(writing(), text), 400)
    assert not ask(writing(), "ASK { <http://e/half> ?p ?o }").boolean()


def test_a_query_finds_what_was_written_before_it():
    """After the answer to an update every query sees it, also one whose answer was kept."""
    counts = []
    for number in range(5):
        update(
            writing(), f"INSERT DATA {{ GRAPH <http://e/count> {{ <http://e/s> <http://e/p> {number} }} }}"
        )
        counts += ask(writing(), "SELECT (COUNT(*) AS ?n) { GRAPH <http://e/count> { ?s ?p ?o } }").rows()

    assert [int(row["n"]) for row in counts] == [1, 2, 3, 4, 5]
    assert json.loads(send(writing(), "GET", "/health").body)["graphs"]["http://e/count"] == 5


def test_readers_see_each_update_whole_and_none_go_back():
    """While somebody writes pairs, others never count half of one, nor fewer than before."""
    query = "SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s <http://e/pair> ?o }} }} # {}"

    def read(client):
        return [int(ask(writing(), query.format(f"{client}-{n}")).rows()[0]["n"]) for n in range(25)]

    def write():
        for n in range(25):
            text = (
                f"INSERT DATA {{ GRAPH <http://e/pairs{n % 2}> {{ <http://e/{n}> <http://e/pair> 1, 2 }} }}"
            )
            assert update(writing(), text).status == 204

    with ThreadPoolExecutor(4) as pool:
        written, readers = pool.submit(write), [pool.submit(read, client) for client in range(3)]
        written.result()
        seen = [reader.result() for reader in readers]

    assert all(counts == sorted(counts) and not any(n % 2 for n in counts) for counts in seen)
    assert read("last")[-1] == 50
