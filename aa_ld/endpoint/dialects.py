"""What is known of each SPARQL server, as data: where its services are, and what it cannot do.

A row is chosen by what the server answers to a question, not by its name
alone; what can be tried out without harm is tried out by aa_ld.endpoint.client,
and overrules the row. "seen" is the version on which the row was found true, or
"documentation" where the server was not run.
"""

from __future__ import annotations

from typing import NamedTuple

from aa_ld.vocab import BASE


class Dialect(NamedTuple):
    """A server.

    name      as its makers write it
    seen      the version that it was tried on, or "documentation"
    banner    a word among the HTTP headers of its answers that speaks for it
    probe     a query, and the ?x that this server answers it with (empty: the banner alone)
    paths     how the services lie to each other: query, update, graph store; each is the end of a
              path that takes the place of the end of another
    atomic    whether MOVE shows readers the old graph or the new one and nothing else; False where not tried
    most_rows rows at which an answer is cut off (0: none)
    insert    triples that one INSERT DATA may hold
    batch     bytes of N-Triples that one request to the graph store may hold
    sound     whether it answers our questions rightly, tried with all of them
    side_by_side  queries that it answers at once, each in the time of one
    bulk      what is added to the address of the graph store when loading what nobody reads yet
    notes     what differs, for docs/endpoints.md
    """

    name: str
    seen: str
    banner: str
    probe: tuple[str, str] | None
    paths: tuple[tuple[str, str, str], ...]
    atomic: bool
    most_rows: int
    insert: int
    batch: int
    sound: bool
    side_by_side: int
    bulk: str
    notes: tuple[str, ...]


_BATCH = 16 << 20

OXIGRAPH = Dialect(
    name="Oxigraph",
    seen="0.5.13",
    banner="oxigraph",
    probe=("SELECT (STR(01.0) AS ?x) {}", "1"),
    paths=(("/query", "/update", "/store"),),
    atomic=True,
    most_rows=0,
    insert=5_000,
    batch=_BATCH,
    sound=True,
    side_by_side=4,
    bulk="&no_transaction",
    notes=(
        "Update is open to everyone who reaches the port under `serve`; put it behind a proxy.",
        "Numbers, booleans and dates are kept in canonical form.",
        "A query stopped by --timeout-s is HTTP 200 with a cut body.",
    ),
)

OURS = Dialect(
    name="aa-ld serve",
    seen="0.4.0",
    banner="aa-ld",
    probe=("SELECT (STR(aa:) AS ?x) {}", BASE),
    paths=(("/sparql", "/sparql", "/store"),),
    atomic=True,
    most_rows=0,
    insert=5_000,
    batch=_BATCH,
    sound=True,
    side_by_side=2,
    bulk="",
    notes=(
        "Started with --update, it takes changes from whoever sends its token; every request is one transaction.",
        "Each change copies what is held, so it is for thousands of triples, not for millions.",
        "Numbers, booleans and dates are kept in canonical form.",
        "A query stopped for its time is HTTP 504, one over another limit 507.",
    ),
)

VIRTUOSO = Dialect(
    name="Virtuoso",
    seen="7.2.5",
    banner="virtuoso",
    probe=("SELECT (bif:length('ab') AS ?x) {}", "2"),
    paths=(
        ("/sparql", "/sparql-auth", "/sparql-graph-crud-auth"),
        ("/sparql-auth", "/sparql-auth", "/sparql-graph-crud-auth"),
    ),
    atomic=False,
    most_rows=10_000,
    insert=500,
    batch=4 << 20,
    sound=False,
    side_by_side=1,
    bulk="",
    notes=(
        "Answers end at ResultSetMaxRows (10,000 as shipped), and only the header of a SELECT says so.",
        "MOVE shows readers an empty graph on its way, so a versioned graph is loaded and repointed.",
        "Update and the graph store want Digest authentication.",
        "xsd:duration loses its value and xsd:integer beyond 64 bits its type; a push that would change a value stops.",
        "The default graph is all graphs together, also those being loaded.",
        "About half of our questions get wrong rows or an internal error of its query compiler, so the layers are "
        "read from it and asked here.",
    ),
)

FUSEKI = Dialect(
    name="Jena Fuseki",
    seen="5.2.0",
    banner="fuseki",
    probe=("SELECT (<http://jena.apache.org/ARQ/function#strlen>('ab') AS ?x) {}", "2"),
    paths=(("/query", "/update", "/data"), ("/sparql", "/update", "/data"), ("", "", "/data")),
    atomic=True,
    most_rows=0,
    insert=5_000,
    batch=_BATCH,
    sound=True,
    side_by_side=4,
    bulk="",
    notes=("A dataset in memory keeps numbers as they are written; TDB2 keeps them in canonical form.",),
)

QLEVER = Dialect(
    name="QLever",
    seen="documentation",
    banner="qlever",
    probe=None,
    paths=(("", "", ""),),
    atomic=False,
    most_rows=0,
    insert=500,
    batch=4 << 20,
    sound=True,
    side_by_side=1,
    bulk="",
    notes=(
        "Updates want the access token of the server, as a Bearer token.",
        "The default graph is all graphs together; MOVE, COPY and CLEAR are not there.",
    ),
)

GRAPHDB = Dialect(
    name="GraphDB",
    seen="documentation",
    banner="graphdb",
    probe=None,
    paths=(("", "/statements", "/rdf-graphs/service"),),
    atomic=False,
    most_rows=0,
    insert=5_000,
    batch=_BATCH,
    sound=True,
    side_by_side=1,
    bulk="",
    notes=("The default graph of a query is all graphs together, and what its own reasoner adds.",),
)

NEPTUNE = Dialect(
    name="Amazon Neptune",
    seen="documentation",
    banner="neptune",
    probe=None,
    paths=(("/sparql", "/sparql", "/sparql/gsp/"),),
    atomic=False,
    most_rows=0,
    insert=5_000,
    batch=_BATCH,
    sound=True,
    side_by_side=1,
    bulk="",
    notes=("Every triple without a graph is in a default named graph of its own.",),
)

STARDOG = Dialect(
    name="Stardog",
    seen="documentation",
    banner="stardog",
    probe=None,
    paths=(("/query", "/update", ""),),
    atomic=False,
    most_rows=0,
    insert=5_000,
    batch=_BATCH,
    sound=True,
    side_by_side=1,
    bulk="",
    notes=("The graph store has the address of the database itself.",),
)

#: What is assumed of a server that is none of these: SPARQL 1.1, and the least of everything.
STANDARD = Dialect(
    name="SPARQL 1.1",
    seen="",
    banner="",
    probe=None,
    paths=(("", "", ""), ("/query", "/update", "/data"), ("/sparql", "/update", "/data")),
    atomic=False,
    most_rows=0,
    insert=500,
    batch=1 << 20,
    sound=True,
    side_by_side=1,
    bulk="",
    notes=("Nothing is assumed: versioned graphs, small requests.",),
)

DIALECTS = (OURS, OXIGRAPH, VIRTUOSO, FUSEKI, QLEVER, GRAPHDB, NEPTUNE, STARDOG)


def by_banner(words: str) -> Dialect:
    """The dialect that the words of a server speak for; STANDARD if none.

    >>> by_banner("Virtuoso/07.20.3229 (Linux) x86_64-pc-linux-gnu").name
    'Virtuoso'
    """
    folded = words.casefold()
    return next((dialect for dialect in DIALECTS if dialect.banner in folded), STANDARD)
