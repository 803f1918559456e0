"""What is not a query, inside a worker: a term of ours for people and for programs, a graph, and how much there is."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat

from aa_ld import pages, places
from aa_ld.errors import RequestError, UnknownTermError, nearest
from aa_ld.exchange.described import describe
from aa_ld.exchange.jsonld import shipped_context, write_jsonld
from aa_ld.executables import rule_triples
from aa_ld.rule import read_rules
from aa_ld.serve.held import Held, described
from aa_ld.serve.queries import TooLarge, write_triples
from aa_ld.store import Merged, pairs
from aa_ld.vocab import RDF_TYPE, printable

#: The media type of pages.
HTML = "text/html"


def prepare() -> None:
    """Read the templates, which a worker cannot open any more."""
    pages.frame()
    shipped_context()
    beside()


@cache
def beside() -> Merged:
    """What is shipped with IRIs of ours, but is no knowledge: shapes and rules."""
    merged = Merged(())
    for path in places.shape_files():
        merged.store.load(path=str(path), format=RdfFormat.TURTLE)
    merged.extend(
        Quad(*triple)
        for triple in (triple for rule in read_rules().values() for triple in rule_triples(rule))
    )
    return merged


def told(held: Held, _: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """How much is held."""
    return held.told(), b""


def term(held: Held, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """What is said of an IRI of ours, `iri`, in the form `kind`. Raises UnknownTermError."""
    iri, kind = order["iri"], order["kind"]
    source = held.merged
    triples = described(source, iri)
    if not triples:
        source = beside()
        triples = described(source, iri)
    if not triples:
        known = {
            subject.value for subject, _ in pairs(held.merged, RDF_TYPE) if isinstance(subject, NamedNode)
        }
        what, remedy = "Nothing is said of this here.", "Look for it by its label on the first page."
        raise UnknownTermError(printable(iri, 200), what, remedy, nearest(iri, sorted(known)))
    if kind == HTML:
        return {"kind": kind}, pages.term(source, held.names, iri).encode()
    if held.names.is_fact(iri):
        (fact,) = describe(held.merged, [iri])
        if kind == RdfFormat.JSON_LD.media_type:
            return {"kind": kind}, write_jsonld(held.merged, [fact]).encode()
        triples = list(fact.triples())
    out = io.BytesIO()
    write_triples(triples, kind, out, len(triples))
    return {"kind": kind}, out.getvalue()


def graph(held: Held, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """All triples of the graph `graph`, or of the default graph, in the form `kind`. Raises RequestError with status 404."""
    iri = order["graph"]
    if iri is not None and iri not in held.graphs:
        what, remedy = "There is no such graph here.", "GET /health lists those that there are."
        raise RequestError(printable(iri, 200), what, remedy, nearest(iri, held.graphs), status=404)
    triples = held.default_triples() if iri is None else [quad.triple for quad in held.quads(iri)]
    out = io.BytesIO()
    write_triples(triples, order["kind"], out, len(triples))
    if out.tell() > order["most_bytes"]:
        raise TooLarge(f"{order['most_bytes']:,} bytes")
    return {"kind": order["kind"]}, out.getvalue()
