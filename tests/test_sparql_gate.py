"""Queries by users read what is open and nothing else, and end in time."""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from aa_ld import errors
from aa_ld.sparql import MOST_BYTES, Text, run_query
from aa_ld.vocab import LAYERS, PREFIXES

needs_posix = pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")


def values(query, **how):
    """The rows of a SELECT, each a tuple of strings."""
    result = run_query(query, **how)
    assert result.kind == "rows"
    table = json.loads(result.value)
    names = table["head"]["vars"]
    return [
        tuple(row[n]["value"] if n in row else None for n in names) for row in table["results"]["bindings"]
    ]


@pytest.fixture
def server():
    """A server on loopback that counts what reaches it, by any method."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def handle(self):
            asked.append(self.client_address)

    running = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/sparql", asked
    running.shutdown()
    running.server_close()


@pytest.fixture
def data(tmp_path):
    """A file of the user's own, of named graphs and without."""
    path = tmp_path / "own.trig"
    path.write_text("<http://e/a> <http://e/p> 1 . <http://e/g> { <http://e/a> <http://e/p> 1, 2 }")
    return path


def test_a_select_gives_the_results_as_json():
    """Rows come as SPARQL 1.1 Query Results JSON, and our prefixes need no declaration."""
    assert values("SELECT ?risk { ?risk a aa:RiskStatement }") == [
        (PREFIXES["fact"] + "local-immunotherapy-may-worsen-extrinsic",)
    ]


def test_an_ask_gives_a_boolean():
    """Yes and no are True and False."""
    assert run_query("ASK { ?risk a aa:RiskStatement }") == ("boolean", True)
    assert run_query("ASK { ?risk a aa:NoSuchThing }") == ("boolean", False)


@pytest.mark.parametrize(
    "form", ["CONSTRUCT { ?s a ?o } WHERE { ?s a aa:RiskStatement, ?o }", "DESCRIBE aa:Dupilumab"]
)
def test_construct_and_describe_give_triples(form):
    """Triples come as N-Triples, each once."""
    result = run_query(form)
    lines = result.value.decode().splitlines()

    assert result.kind == "triples"
    assert lines and all(line.endswith(" .") for line in lines)
    assert len(set(lines)) == len(lines)


def test_a_prefix_of_the_query_wins_over_ours():
    """Who declares aa: as something else gets something else."""
    assert values("PREFIX aa: <http://e/> SELECT ?x { VALUES ?x { aa:b } }") == [("http://e/b",)]


def test_files_are_queried_with_the_layers(data):
    """Triples of the user's files stand beside ours, from named graphs too, and in graph:data."""
    both = "SELECT ?v { <http://e/a> <http://e/p> ?v FILTER EXISTS { ?risk a aa:RiskStatement } } ORDER BY ?v"

    assert values(both, files=[data]) == [("1",), ("2",)]
    assert values("SELECT ?v { GRAPH graph:data { ?s ?p ?v } } ORDER BY ?v", layers=[], files=[data]) == [
        ("1",),
        ("2",),
    ]


def test_a_triple_of_two_layers_is_found_once(tmp_path):
    """The default graph is a merge, so counting counts triples and not their copies."""
    path = tmp_path / "same.ttl"
    path.write_text(f"<{PREFIXES['prism']}doi> a <{PREFIXES['owl']}AnnotationProperty> .\n")
    query = "SELECT (COUNT(*) AS ?n) { prism:doi a owl:AnnotationProperty }"
    where = "SELECT ?g { GRAPH ?g { prism:doi a owl:AnnotationProperty } } ORDER BY ?g"

    assert values(where, files=[path]) == [(PREFIXES["graph"] + "data",), (PREFIXES["graph"] + "ontology",)]
    assert values(query, files=[path]) == [("1",)]


def test_from_chooses_among_the_open_graphs():
    """FROM and FROM NAMED are obeyed for what is open, by IRI, prefixed name and relative IRI."""
    count = "SELECT (COUNT(*) AS ?n) %s { ?risk a aa:RiskStatement }"
    inside = "SELECT (COUNT(*) AS ?n) %s { GRAPH ?g { ?risk a aa:RiskStatement } }"
    base = "BASE <https://w3id.org/aa-ld/> PREFIX g: <graph/> "

    assert values(count % "FROM graph:review") == [("1",)]
    assert values(count % "FROM graph:mappings FROM <https://w3id.org/aa-ld/graph/review>") == [("1",)]
    assert values(base + count % "FROM <graph/review>") == [("1",)]
    assert values(base + count % "FROM g:mappings") == [("0",)]
    assert values(count % "FROM NAMED graph:review") == [("0",)]
    assert values(inside % "FROM NAMED graph:review") == [("1",)]
    assert values(inside % "FROM NAMED graph:ontology") == [("0",)]


@pytest.mark.parametrize(
    "clause", ["FROM <file:///etc/passwd>", "FROM NAMED <http://example.org/x>", "FROM aa:x"]
)
def test_from_reads_nothing_that_is_not_open(clause):
    """A graph that is not open is refused, and those that are open are named."""
    with pytest.raises(errors.QueryRefusedError, match="graph:review") as caught:
        run_query(f"SELECT * {clause} {{ ?s ?p ?o }}")

    assert "root:" not in str(caught.value)
    with pytest.raises(errors.QueryRefusedError):
        run_query("SELECT * FROM graph:review { ?s ?p ?o }", layers=["ontology"])


SERVICES = {
    "plain": "SELECT * { SERVICE <%s> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <%s> { ?s ?p ?o } }",
    "lower case": "SELECT * { service <%s> { ?s ?p ?o } }",
    "variable": "SELECT * { VALUES ?where { <%s> } SERVICE ?where { ?s ?p ?o } }",
    "prefixed": "PREFIX evil: <%s> SELECT * { SERVICE evil: { ?s ?p ?o } }",
    "subquery": "SELECT * { { SELECT ?s { SERVICE <%s> { ?s ?p ?o } } } }",
    "filter exists": "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <%s> { ?s ?p ?o } } }",
    "filter not exists": "SELECT * { ?s ?p ?o FILTER (1 = 1 && NOT EXISTS { SERVICE <%s> { ?s ?p ?o } }) }",
    "optional": "SELECT * { OPTIONAL { SERVICE <%s> { ?s ?p ?o } } }",
    "minus": "SELECT * { ?s ?p ?o MINUS { SERVICE <%s> { ?s ?p ?o } } }",
    "union": "SELECT * { { ?s ?p ?o } UNION { SERVICE <%s> { ?s ?p ?o } } }",
    "graph": "SELECT * { GRAPH ?g { SERVICE <%s> { ?s ?p ?o } } }",
    "bind": "SELECT * { BIND (IF(EXISTS { SERVICE <%s> { ?s ?p ?o } }, 1, 2) AS ?x) }",
    "projection": "SELECT (EXISTS { SERVICE <%s> { ?s ?p ?o } } AS ?x) { }",
    "having": "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING (EXISTS { SERVICE <%s> { ?a ?b ?c } })",
    "group by": "SELECT (1 AS ?x) { ?s ?p ?o } GROUP BY (EXISTS { SERVICE <%s> { ?a ?b ?c } } AS ?y)",
    "order by": "SELECT * { ?s ?p ?o } ORDER BY (EXISTS { SERVICE <%s> { ?a ?b ?c } })",
    "aggregate": "SELECT (COUNT(EXISTS { SERVICE <%s> { ?a ?b ?c } }) AS ?x) { }",
    "function": "SELECT * { FILTER (COALESCE(1 IN (EXISTS { SERVICE <%s> { ?s ?p ?o } }))) }",
    "construct": "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <%s> { ?s ?p ?o } }",
    "describe": "DESCRIBE ?s WHERE { SERVICE <%s> { ?s ?p ?o } }",
    "ask": "ASK { SERVICE <%s> { ?s ?p ?o } }",
    "nested": "SELECT * { { { FILTER NOT EXISTS { { SELECT * { OPTIONAL { SERVICE <%s> { } } } } } } } }",
    "escaped": "SELECT * { \\u0053ERVICE <%s> { ?s ?p ?o } }",
    "escaped whole": "SELECT * { \\U00000053\\u0045RVICE <%s> { ?s ?p ?o } }",
    "after a comment ended by a carriage return": "SELECT * { ?s ?p ?o # \r SERVICE <%s> { ?s ?p ?o } \n }",
    "after a comment ended by an escape": "SELECT * { # \\u000A SERVICE <%s> { ?s ?p ?o } \n }",
    "after a comment ended by an escaped carriage return": "SELECT * { # \\u000D SERVICE <%s> { ?s ?p ?o } \n }",
    "after an escaped quotation mark": 'SELECT * { FILTER("\\u0022 # " ) \n SERVICE <%s> { } }',
}


@pytest.mark.parametrize("place", SERVICES)
def test_service_is_refused_wherever_it_hides(server, place):
    """No other server is asked, whatever the clause stands in and however it is spelt."""
    address, asked = server
    with pytest.raises((errors.QueryRefusedError, errors.QuerySyntaxError)) as caught:
        run_query(SERVICES[place] % address)

    if "quotation" not in place:
        assert isinstance(caught.value, errors.QueryRefusedError)
        assert "by SERVICE" in caught.value.what
    assert asked == []


@needs_posix
@pytest.mark.parametrize("silent", ["", "SILENT"])
def test_what_only_the_engine_can_read_is_refused_and_reaches_no_server(server, silent):
    """A query in a newer language than the gate's is refused, and trying it out opens no socket."""
    address, asked = server
    query = f"SELECT * {{ SERVICE {silent} <{address}> {{ ?s ?p <<( ?a ?b ?c )>> }} }}"
    with pytest.raises(errors.QueryRefusedError, match=r"SPARQL 1\.1 only"):
        run_query(query)

    assert asked == []


@needs_posix
def test_without_the_gate_the_engine_still_reaches_no_server(server):
    """The child cannot open a socket, even if the gate were blind; without that limit it would."""
    import subprocess
    import sys

    address, asked = server
    code = (
        "import sys\n"
        "from aa_ld import child\n"
        "from pyoxigraph import Store\n"
        "if sys.argv[2] == 'confined': assert child.confine(1 << 30)\n"
        "try: list(Store().query('SELECT * { SERVICE <%s> { ?s ?p ?o } }' % sys.argv[1]))\n"
        "except OSError as error: print(type(error).__name__)\n"
    )
    for how, reached in [("confined", 0), ("free", 1)]:
        done = subprocess.run(  # noqa: PLW1510
            [sys.executable, "-c", code, address, how], capture_output=True, text=True, timeout=30
        )
        assert done.stdout.strip()
        assert min(len(asked), 1) == reached


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { VALUES ?x { "SERVICE <http://e/> { }" } } # SERVICE <http://e/> { }',
        "SELECT * { VALUES ?x { '''\nSERVICE <http://e/> { ?s ?p ?o }''' } }",
        "SELECT (1 AS ?SERVICE) { }",
        "SELECT * { VALUES ?x { <http://e/#SERVICE> aa:SERVICE } }",
        'SELECT * { VALUES ?x { "LOAD <http://e/>; DROP ALL" } }',
    ],
)
def test_the_word_service_in_a_string_or_a_comment_is_fine(query):
    """The gate looks at what the query does, not at its letters."""
    assert values(query)


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <http://e/>",
        "load silent <http://e/> into graph <http://e/g>",
        "CLEAR ALL",
        "PREFIX e: <http://e/> # comment\nINSERT DATA { e:a e:b e:c }",
        "DELETE WHERE { ?s ?p ?o }",
        "WITH graph:review DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DROP GRAPH graph:review",
        "INSERT DATA { broken",
    ],
)
def test_an_update_is_told_that_only_reading_is_possible(update):
    """Every form of update is refused as what it is, also where it is broken."""
    with pytest.raises(errors.QueryRefusedError, match="a query only reads"):
        run_query(update)


def test_an_update_behind_a_query_is_refused():
    """A query may not be followed by anything."""
    with pytest.raises(errors.QuerySyntaxError, match="; does not belong here"):
        run_query("SELECT * { ?s ?p ?o } ; DELETE WHERE { ?s ?p ?o }")


WRONG = {
    "SELECT * {\n ?s ?p ?o .\n FILTER(?o > )\n}": ("3:14", ") does not belong here"),
    "SELECT * WHERE { ?s ?p }": ("1:24", "} does not belong here"),
    "SELECT * {\n?s ?p ?o": ("2:9", "The query ends too early"),
    "SELEC * { ?s ?p ?o }": ("1:1", "SELEC does not belong here; what may stand here: ASK"),
    "": ("1:1", "The query ends too early"),
    'SELECT ?x {\r\n ?x rdfs:label "abc }': ("2:16", "This string has no end"),
    "SELECT * { ?s\n\n fatc:x ?o }": ("3:2", "The prefix fatc: is not declared"),
    "SELECT * { \\u003Fs ?p ?o . ?s ?p }": ("1:34", "} does not belong here"),
    "SELECT ?s { ?s ?p ?o } GROUP BY ?p": ("1:", "unbound"),
    "SELECT * { ?s ?p ?o } GROUP BY ?p": ("1:", "SELECT * is not authorized with GROUP BY"),
    "SELECT * { BIND(1 AS ?x) BIND(2 AS ?x) }": ("1:", "This is not allowed here"),
    "SELECT * { } # \\uD800": ("1:16", "\\uD800 is no character"),
}


@pytest.mark.parametrize("query", WRONG)
def test_a_syntax_error_says_line_column_and_reason(query):
    """The place is the place as typed, also after escapes and Windows line ends."""
    place, reason = WRONG[query]
    with pytest.raises(errors.QuerySyntaxError) as caught:
        run_query(query)

    assert caught.value.where.startswith(f"query:{place}")
    assert reason in caught.value.what


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { fatc:x ?p ?o }",
        "ASK { ?s a/^fatc:x ?o }",
        "SELECT * { FILTER(fatc:f(1)) }",
        "SELECT * { BIND('1'^^fatc:x AS ?x) }",
        "SELECT * FROM fatc:x { # fatc:x\n }",
    ],
)
def test_an_undeclared_prefix_is_placed_and_names_the_nearest(query):
    """fatc: is told of fact:, wherever it stands."""
    with pytest.raises(errors.QuerySyntaxError) as caught:
        run_query(query)

    assert caught.value.where == f"query:1:{query.index('fatc:') + 1}"
    assert caught.value.nearest[0] == "fact"


def test_places_in_an_unescaped_query_are_those_of_the_typed_one():
    """Each character of the plain text is found back where it was typed."""
    text = Text("ab\\u0041c\r\nd\\U00000042e\rf")

    assert text.plain == "abAc\ndBe\nf"
    assert [text.at(text.plain.index(char)) for char in "bcdef"] == ["1:2", "1:9", "2:1", "2:12", "3:1"]


def test_an_escaped_backslash_escapes_nothing_further():
    r"""In "\\u0041" the backslash is one character and u0041 are five."""
    assert values('SELECT ("\\\\u0041" AS ?x) { }') == [("\\u0041",)]
    assert values('SELECT ("\\u0041" AS ?x) { }') == [("A",)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { FILTER(" + "(" * 10_000 + "1" + ")" * 10_000 + ") }",
        "SELECT * " + "{" * 10_000 + "}" * 10_000,
        "SELECT * { ?s ?p " + "[ ?p " * 10_000 + "1" + "]" * 10_000 + " }",
    ],
)
def test_a_query_nested_beyond_reason_is_stopped_before_any_parser(query):
    """Twenty kilobytes of brackets crash parsers; they do not get to see them."""
    with pytest.raises(errors.QueryStoppedError, match="More than 100"):
        run_query(query)


def test_a_query_nested_within_reason_runs():
    """Ninety brackets are odd but answered, and brackets in strings and comments do not count."""
    assert values("SELECT (" + "(" * 90 + "1" + ")" * 90 + " AS ?x) { } # " + "(" * 200) == [("1",)]
    assert values("SELECT * { VALUES ?x { '" + "(" * 200 + "' } }") == [("(" * 200,)]


@needs_posix
def test_a_query_that_crashes_the_engine_is_an_error_of_ours():
    """What the nesting check cannot see overflows the stack of the child, and the caller goes on."""
    with pytest.raises(errors.QueryStoppedError, match=r"fell over \(SIG"):
        run_query("SELECT * { FILTER(" + "!" * 900_000 + "1) }")


def test_a_query_over_the_size_limit_is_stopped():
    """A megabyte is enough for any question."""
    with pytest.raises(errors.QueryStoppedError, match="longer than"):
        run_query("SELECT * { } #" + "x" * MOST_BYTES)


def test_a_query_that_runs_for_ever_is_stopped_in_time():
    """A product of everything with everything ends at the limit."""
    start = time.monotonic()
    with pytest.raises(errors.QueryStoppedError, match="longer than 2 seconds"):
        run_query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", timeout=2)

    assert time.monotonic() - start < 4


@needs_posix
def test_a_query_that_eats_memory_is_stopped():
    """Doubling a text thirty times ends at the memory limit, long before the time limit."""
    doubling = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(30))
    with pytest.raises(errors.QueryStoppedError, match="256 MB of memory"):
        run_query(f"SELECT (STRLEN(?x30) AS ?n) {{ BIND('x' AS ?x0) {doubling} }}", memory=256 << 20)


def test_an_answer_beyond_measure_is_stopped():
    """Rows without end stop at a part of the memory limit, before they fill the caller."""
    with pytest.raises(errors.QueryStoppedError, match="answer is larger than"):
        run_query("SELECT * { ?a ?b ?c . ?d ?e ?f }", memory=64 << 20)


def test_only_named_layers_are_open():
    """Who opens one layer queries one layer."""
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"

    assert values(graphs, layers=["review"]) == [(PREFIXES["graph"] + "review",)]
    assert values(graphs) == [(PREFIXES["graph"] + layer,) for layer in sorted(LAYERS)]


def test_a_bad_file_is_reported_before_the_query_runs(tmp_path):
    """The errors of reading come through as they are."""
    with pytest.raises(errors.MissingFileError):
        run_query("ASK { }", files=[tmp_path / "none.ttl"])
