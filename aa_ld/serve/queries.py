"""Queries inside a worker: through the gate, over the graphs that are asked for, into the form that is wanted.

The gate of aa_ld.sparql decides on the parsed query, which takes longer than
most queries run. A query in whose words neither SERVICE nor FROM stands cannot
hold such a clause, so only the others have to pass it, and those that the
engine does not take, to be told why.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    serialize,
)
from pyoxigraph import Store as Engine

from aa_ld import intake
from aa_ld.errors import NestingError, QueryRefusedError, QueryStoppedError, RequestError, nearest
from aa_ld.serve.held import Held
from aa_ld.sparql import DEEPEST, Text, pass_gate, refused_by_engine
from aa_ld.vocab import PREFIXES, compact, printable

#: The forms of rows and of triples by media type.
ROWS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
TRIPLES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
}

# What is no word of the grammar. Escaped signs are taken first, as a name may hold `\#` or `\'`.
_WORDLESS = re.compile(
    r"""\\.|\#[^\n\r]*|<[^<>"{}|^`\\\x00-\x20]*>|[?$]\w+|@[A-Za-z-]+"""
    r'''|"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*\'''',
    re.DOTALL,
)
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_KEPT = 4  # merges of graphs that a worker keeps

_merges: dict[tuple[tuple[str, ...], tuple[str, ...]], Engine] = {}


class TooLarge(Exception):  # noqa: N818
    """The answer is larger than asked for; says how much there may be."""


def words(text: str) -> set[str]:
    """The words of a query or an update outside strings, IRIs, variables and comments, in capitals.

    >>> sorted(words('SELECT * { ?service a <http://e/from> } # "from'))
    ['A', 'SELECT']
    """
    return {word.upper() for word in re.findall(r"[^\W\d]\w*", _WORDLESS.sub(" ", text))}


def answer(held: Held, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Run a query.

    order  `query`; `default` and `named`, the graphs that the request names, or None; `rows` and `triples`,
           the media types wanted for either kind, or None; `base`, `most_rows`, `most_bytes`; `strict`,
           whether a graph that is not there is an error

    Gives the media type and the answer. Raises QuerySyntaxError, QueryRefusedError, QueryStoppedError,
    RequestError and TooLarge.
    """
    text = Text(order["query"])
    try:
        intake.check_nesting(text.plain.encode("utf-8", "replace"), "query", deepest=DEEPEST)
    except NestingError as error:
        raise QueryStoppedError(error.where, error.what, "Write the query with fewer brackets.") from None
    found = _found(held, order, text)
    out = _Limited(order["most_bytes"])
    kind = order["rows" if isinstance(found, QuerySolutions | QueryBoolean) else "triples"]
    if kind is None:
        raise not_acceptable(ROWS if isinstance(found, QuerySolutions | QueryBoolean) else TRIPLES)
    try:
        if isinstance(found, QuerySolutions | QueryBoolean):
            found.serialize(output=out, format=ROWS[kind])
            _check_rows(out.getvalue(), kind, order["most_rows"])
        else:
            write_triples(found, kind, out, order["most_rows"])
    except TooLarge:
        raise
    except Exception:
        if out.full:
            raise out.too_large() from None
        raise
    return {"kind": kind}, out.getvalue()


def not_acceptable(kinds: Iterable[str]) -> RequestError:
    """The error for an Accept header that takes nothing of what there is."""
    what = f"Nothing that the header Accept takes can be given. There is {', '.join(kinds)}."
    return RequestError("request", what, "Ask for one of them.", status=406)


def _found(held: Held, order: dict[str, Any], text: Text) -> Any:
    default, named = order["default"], order["named"]
    known = list(held.graphs)
    for graph in [*(default or ()), *(named or ())] if order["strict"] else ():
        _check_open(graph, known)
    gated = False
    said = words(text.plain)
    if said & {"SERVICE", "FROM"}:
        own_default, own_named = _gate(held, order, text)
        gated = True
        if default is None and named is None and (own_default is not None or own_named != known):
            default, named = own_default or [], own_named
    everything = held.whole if "GRAPH" in said else held.view
    if default is None and named is None:
        store, named = everything, known
    elif set(default or ()) == set(known) and not held.changing:
        store, named = everything, list(named or ())
    else:
        named = list(named or ()) if "GRAPH" in said else []
        store = _merged(held, default or (), named)
    try:
        return store.query(
            text.plain, base_iri=order["base"], prefixes=PREFIXES, default_graph=DefaultGraph(),
            named_graphs=[NamedNode(graph) for graph in named if graph in held.graphs],
        )  # fmt: skip
    except SyntaxError as error:
        if not gated:
            _gate(held, order, text)
        raise refused_by_engine(text, str(error)) from None


def _gate(held: Held, order: dict[str, Any], text: Text) -> tuple[list[str] | None, list[str]]:
    return pass_gate(text, list(held.graphs), order["offline"])


def _check_open(graph: str, known: list[str]) -> None:
    if graph not in known:
        what = f"The graph <{printable(graph, 80)}> is not here, and nothing is fetched."
        remedy = f"Here are {', '.join(map(compact, known))}."
        raise QueryRefusedError("request", what, remedy, nearest(graph, known))


def _merged(held: Held, default: Iterable[str], named: Iterable[str]) -> Engine:
    """The merge of some graphs; a client asks for the same ones again and again."""
    key = (tuple(sorted(set(default))), tuple(sorted(set(named))))
    if key not in _merges:
        while len(_merges) >= _KEPT:
            del _merges[next(iter(_merges))]
        _merges[key] = held.only(*key)
    return _merges[key]


class _Limited(io.BytesIO):
    """Takes so many bytes and no more."""

    full = False

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self.most:
            self.full = True
            raise self.too_large()
        return super().write(data)

    def too_large(self) -> TooLarge:
        return TooLarge(f"{self.most:,} bytes")


def write_triples(triples: Iterable[Triple], kind: str, out: io.BytesIO, most: int) -> None:
    """Triples as a document, each once. Raises TooLarge."""
    found = dict.fromkeys(islice(_counted(triples, most), most + 1))
    form = TRIPLES[kind]
    named = {name: iri for name, iri in PREFIXES.items() if form == RdfFormat.TURTLE}
    if not named:
        serialize(found, out, form)
        return
    serialize(sorted(found, key=lambda triple: str(triple.subject)), out, form, prefixes=named)
    text = _without_idle_prefixes(out.getvalue())
    out.seek(0)
    out.truncate()
    out.write(text)


def _without_idle_prefixes(text: bytes) -> bytes:
    """A document with the prefixes that it uses, in order; the engine writes all, in any order."""
    lines = text.split(b"\n", len(PREFIXES))
    heads = [line for line in lines if line.startswith(b"@prefix ")]
    body = b"\n".join(lines[len(heads) :])
    used = [line for line in heads if line.split()[1] in body]
    return b"\n".join([*sorted(used), body])


def _counted(triples: Iterable[Triple], most: int) -> Iterator[Triple]:
    for number, triple in enumerate(triples):
        if number == most:
            raise TooLarge(f"{most:,} triples")
        yield triple


def _check_rows(data: bytes, kind: str, most: int) -> None:
    """Raise TooLarge where an answer has more rows; what cannot have so many by its length is not counted."""
    if len(data) < 2 * most:
        return
    if kind == "application/sparql-results+xml":
        count = data.count(b"</result>")
    elif kind == "text/tab-separated-values":
        count = data.count(b"\n") - 1
    elif kind == "text/csv":
        count = re.sub(rb'"[^"]*"', b"", data).count(b"\n") - 1
    else:
        shape = _STRING.sub(b"", data).partition(b":[")[2].partition(b":[")[2]
        count = len(re.findall(rb"\{(?:[^{}]|\{[^{}]*\})*\}", shape))
    if count > most:
        raise TooLarge(f"{most:,} rows")
