"""Hostile queries end in time, and nobody else waits for them."""

from __future__ import annotations

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from served import TOKEN, UPDATE, ask, send, started

from aa_ld.serve import Settings, serve

LIMIT = 1.0

_JOIN = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(6))
_CHARS = "(" + "a|aa|" * 30 + "a)*"

#: By name: a query, and whether it runs until it is stopped.
HOSTILE = {
    "cross join": (f"SELECT (COUNT(*) AS ?n) {{ {_JOIN} }}", True),
    "cross join in an ASK": (f"ASK {{ {_JOIN} FILTER(STRLEN(STR(?a0)) + STRLEN(STR(?b3)) + STRLEN(STR(?c5)) < 1) }}", True),
    "cross join, ordered": (f"SELECT * {{ {_JOIN} }} ORDER BY ?c5 LIMIT 1", True),
    "grouped cross join": (f"SELECT ?a0 (GROUP_CONCAT(?c1) AS ?g) {{ {_JOIN} }} GROUP BY ?a0", True),
    "cross join of optional parts": (
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c OPTIONAL { ?d ?e ?f } OPTIONAL { ?g ?h ?i } OPTIONAL { ?j ?k ?l } }", True),
    "regex over a cross join": (f'SELECT (COUNT(*) AS ?n) {{ {_JOIN} FILTER(REGEX(STR(?c0), "{_CHARS}$")) }}', True),
    "regex bomb": ('SELECT * { ?s ?p ?o FILTER(REGEX(STR(?o), "(x{1,1000}){1,1000}")) }', False),
    "huge property path": (f"SELECT (COUNT(*) AS ?n) {{ ?s {'/'.join(['(!rdf:type|^!rdf:type)*'] * 4)} ?o }}", True),
    "property path of many steps": (f"SELECT (COUNT(*) AS ?n) {{ ?s {'/'.join(['!aa:none'] * 500)} ?o . ?x !aa:none* ?y . ?z !aa:none+ ?w }}", True),
    "deep nesting of groups": ("SELECT * " + "{ " * 5000 + "?s ?p ?o" + " }" * 5000, False),
    "deep nesting of brackets": ("SELECT * { ?s ?p ?o FILTER" + "(" * 5000 + "1" + ")" * 5000 + " }", False),
    "deep nesting of NOT": ("ASK { FILTER(" + "!" * 200_000 + "true) }", False),
    "deep nesting of minus signs": ("ASK { FILTER(" + "-" * 100_000 + "1 = 1) }", False),
    "a hundred thousand terms": ("ASK { FILTER(1 = 1" + " + 1" * 100_000 + ") }", False),
    "a hundred thousand patterns": ("ASK { " + "?s ?p ?o . " * 50_000 + "}", False),
    "doubling of a string": (
        "SELECT ?x31 { BIND('aaaaaaaa' AS ?x0) " + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(31)) + " }", False),
    "all pairs as an answer": ("SELECT * { ?a ?b ?c . ?d ?e ?f }", False),
    "all pairs as triples": ("CONSTRUCT { ?a ?e ?f } { ?a ?b ?c . ?d ?e ?f }", False),
}  # fmt: skip


@pytest.fixture(scope="module")
def server():
    """A server with a short limit, and little memory for a query."""
    return started(
        source="review", timeout=LIMIT, memory=300 << 20, max_bytes=4 << 20, max_rows=20_000, token=TOKEN
    )


def timed(call):
    """What a call gives, and how long it took."""
    began = time.monotonic()
    found = call()
    return found, time.monotonic() - began


def post(served, query):
    return send(served, "POST", "/sparql", query, Content_Type="application/sparql-query")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_query_is_stopped_in_time_while_others_are_answered(server, name):
    """It ends with an error, not with a part of an answer, and an ASK of somebody else takes less than half a second."""
    query, endless = HOSTILE[name]
    with ThreadPoolExecutor(1) as pool:
        hostile = pool.submit(timed, lambda: post(server, query))
        others = []
        while not hostile.done() and len(others) < 5:
            others.append(timed(lambda: ask(server, f"ASK {{ ?s a aa:RiskStatement }} # {time.monotonic()}")))
            time.sleep(0.1)
        answer, took = hostile.result()

    assert took < LIMIT + 1
    assert answer.status in ((504, 507) if endless else (200, 400, 422, 504, 507)), answer
    assert answer.status == 200 or answer.kind == "text/plain"
    assert all(other.boolean() and waited < 0.5 for other, waited in others)


def test_a_pool_full_of_endless_queries_still_answers(server):
    """With more of them than there are workers, each ASK of others takes less than half a second."""
    many = server.settings.most_long + 20
    endless = HOSTILE["cross join"][0]
    with ThreadPoolExecutor(many) as pool:
        hostile = [pool.submit(timed, lambda n=n: post(server, f"{endless} # {n}")) for n in range(many)]
        time.sleep(0.4)
        others = [timed(lambda n=n: ask(server, f"ASK {{ ?s a aa:RiskStatement }} # {n}")) for n in range(6)]
        ended = [each.result() for each in hostile]

    assert [other.status for other, _ in others] == [200] * 6
    assert max(waited for _, waited in others) < 0.5
    assert {answer.status for answer, _ in ended} <= {503, 504}
    assert sum(answer.status == 504 for answer, _ in ended) >= server.settings.most_long
    assert max(took for _, took in ended) < LIMIT + 1


def test_a_hostile_update_is_stopped_and_changes_nothing(server):
    """Queries are answered meanwhile, and see the state before it."""
    text = f"INSERT DATA {{ <http://e/a> <http://e/b> 1 }} ; INSERT {{ ?a0 ?b1 ?c2 }} WHERE {{ GRAPH ?g {{ {_JOIN} }} }}"
    with ThreadPoolExecutor(1) as pool:
        hostile = pool.submit(
            timed, lambda: send(server, "POST", "/sparql", text, TOKEN, Content_Type=UPDATE)
        )
        time.sleep(0.2)
        other, waited = timed(lambda: ask(server, "ASK { <http://e/a> ?p ?o }"))
        answer, took = hostile.result()

    assert answer.status in (504, 507)
    assert took < LIMIT + 1
    assert (other.boolean(), waited < 0.5) == (False, True)
    assert not ask(server, "ASK { <http://e/a> ?p ?o } # again").boolean()


def test_an_answer_over_a_limit_is_an_error_and_says_which(server):
    """Rows and bytes are counted; never is a part of an answer given with status 200."""
    tricky = "'{}}],[{\\\\\"\\n</result>,'"  # signs by which rows could be miscounted
    for kind in (
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ):
        many, most = (
            ask(server, f"SELECT ({tricky} AS ?y) {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {n}", kind)
            for n in (20_001, 20_000)
        )

        assert (most.status, many.status, "20,000 rows" in many.text) == (200, 507, True), kind
    triples = ask(server, "CONSTRUCT { ?a ?e ?f } { ?a ?b ?c . ?d ?e ?f }")
    large = ask(server, "SELECT * { ?a ?b ?c . ?d ?e ?f }")

    assert (triples.status, "20,000 triples" in triples.text) == (507, True)
    assert (large.status, "4,194,304 bytes" in large.text) == (507, True)


def test_a_client_that_goes_away_takes_its_query_with_it(server):
    """Nothing goes on for an answer that nobody waits for."""
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port)) as gone:
        gone.sendall(
            f"GET /sparql?query={quote(HOSTILE['cross join'][0])} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )
        time.sleep(0.3)
        busy = send(server, "GET", "/health").text
    time.sleep(0.4)
    after = send(server, "GET", "/health").text

    assert '"busy": 1' in busy
    assert '"busy": 0' in after


def test_a_server_that_is_killed_leaves_no_process_behind():
    """Whatever ends the front, its keeper and workers go too."""
    if not Path("/proc").exists():
        pytest.skip("processes are looked at in /proc")

    with serve(Settings(source="review", port=0)) as served:
        assert ask(served, "ASK {}").boolean()
        keeper = served._keeper.pid
        made = children(keeper)
    assert made
    until = time.monotonic() + 5
    while any(Path(f"/proc/{each}").exists() for each in made) and time.monotonic() < until:
        time.sleep(0.05)

    assert not any(Path(f"/proc/{each}").exists() for each in [keeper, *made])


def children(process):
    """The processes that a process has made."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(each) for each in found]


def test_memory_does_not_grow(server):
    """Hundreds of requests of all kinds leave the process as large as the first hundred did."""
    if not Path("/proc").exists():
        pytest.skip("memory is looked at in /proc")

    def some(count):
        def one(number):
            if number % 25 == 0:
                return post(server, HOSTILE["all pairs as an answer"][0] + f" # {number}").status
            if number % 7 == 0:
                return send(server, "GET", "/fact/nothing").status
            return ask(server, f"SELECT * {{ ?s ?p ?o }} LIMIT 50 # {number}").status

        with ThreadPoolExecutor(8) as pool:
            return set(pool.map(one, range(count)))

    assert some(100) <= {200, 404, 503, 507}
    before = resident()
    assert some(300) <= {200, 404, 503, 507}

    assert resident() - before < 24 << 20


def resident():
    """Bytes of memory of this process, where the front runs."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_an_update_that_cannot_be_kept_changes_nothing(tmp_path):
    """Where the folder cannot be written to, neither folder nor queries have it."""
    with serve(Settings(source="review", port=0, token=TOKEN, store=str(tmp_path / "store"))) as served:
        text = "INSERT DATA { <http://e/a> <http://e/b> 1 }"
        (tmp_path / "store" / "store.nq.new").mkdir()
        refused = send(served, "POST", "/sparql", text, TOKEN, Content_Type=UPDATE)
        (tmp_path / "store" / "store.nq.new").rmdir()
        before = ask(served, "ASK { <http://e/a> ?p ?o }").boolean()
        taken = send(served, "POST", "/sparql", text, TOKEN, Content_Type=UPDATE)
        after = ask(served, "ASK { <http://e/a> ?p ?o }").boolean()

    assert (refused.status, "StoreFolderError" in refused.text, before) == (507, True, False)
    assert (taken.status, after) == (204, True)
    assert b"http://e/a" in (tmp_path / "store" / "store.nq").read_bytes()


def test_a_server_without_its_keeper_ends():
    """It does not go on answering errors: whoever watches over it can start it anew."""
    served = serve(Settings(source="review", port=0))
    with served:
        assert ask(served, "ASK {}").boolean()
        served._keeper.kill()
        served._thread.join(10)

        assert not served._thread.is_alive()
        assert served._lost
