"""Nanopublications as TriG, one a fact, ready to be signed.

    …/fact/x/nanopub/            the nanopublication
    …/fact/x/nanopub/Head        says which graph is which
    …/fact/x/nanopub/assertion   the fact: content, polarity, certainty, scope; its triple only where it is plain
    …/fact/x/nanopub/provenance  evidence lines with hedges and spans, publications, cohort, conflicts; rule and premises
    …/fact/x/nanopub/pubinfo     date, licence and creator of the release, from the header of the ontology

The assertion speaks of the fact as a node, so that a hedged or denied one is
not asserted by being published. Nothing is signed and no clock is read; with a
key, aa_ld.exchange.signing signs, which gives the nanopublication a trusty IRI.
Specification: https://nanopub.net/guidelines/working_draft/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple

from aa_ld.errors import ExchangeFileError
from aa_ld.exchange.described import Described, Plain, Term, described, key, parsed, plain
from aa_ld.store import Source, rows
from aa_ld.turtle import write_turtle
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE

_AA, _NP, _NPX, _PROV, _XSD = (PREFIXES[name] for name in ("aa", "np", "npx", "prov", "xsd"))
_DCTERMS = PREFIXES["dcterms"]

#: What is said of a fact about where it comes from; the rest is what it says.
_GROUNDS = frozenset(
    [
        _AA + name
        for name in ("evidence", "rule", "assumption", "confidence", "coveredBy", "notCovered", "implied")
    ]
    + [_PROV + "wasDerivedFrom", PREFIXES["skos"] + "editorialNote"]
)
_DERIVED = NamedNode(_PROV + "wasDerivedFrom")

#: The graphs of a nanopublication, in the order in which they are written.
PARTS = ("Head", "assertion", "provenance", "pubinfo")

Graphs = dict[str, list[Triple]]


def write_nanopubs(source: Source, facts: Iterable[Described]) -> str:
    """Facts as the text of one TriG document, nanopublication after nanopublication.

    >>> from aa_ld.exchange.described import describe
    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> text = write_nanopubs(layers, describe(layers, [PREFIXES["fact"] + "local-immunotherapy-may-worsen-extrinsic"]))
    >>> next(line.strip() for line in text.splitlines() if "dcterms:created" in line)
    'dcterms:created "2026-11-23T00:00:00Z"^^xsd:dateTime ;'
    """
    prefixes: set[str] = set()
    blocks: list[str] = []
    for _, declared, written in each_nanopub(source, facts):
        prefixes |= declared
        blocks += written
    return trig(prefixes, blocks)


def each_nanopub(source: Source, facts: Iterable[Described]) -> Iterator[tuple[str, set[str], list[str]]]:
    """One nanopublication after the other: the IRI of its fact, the prefixes that it needs, and its four graphs."""
    for fact, parts in graphs_of(source, facts):
        yield fact, *laid_out(f"{fact}/nanopub/", parts)


def graphs_of(
    source: Source, facts: Iterable[Described], this: str | None = None
) -> Iterator[tuple[str, Graphs]]:
    """The IRI of each fact, and the four graphs of its nanopublication by PARTS.

    this  the IRI of the nanopublication, ending in a slash; by default it is named after its fact
    """
    release, standing = _release(source), plain(source)
    for fact in facts:
        yield fact.iri, _nanopub(fact, NamedNode(this or fact.iri + "/nanopub/"), release, standing)


def laid_out(this: str, parts: Graphs) -> tuple[set[str], list[str]]:
    """The prefixes that a nanopublication needs, and its graphs as they are written out; see trig."""
    prefixes: set[str] = set()
    blocks = []
    for part, triples in parts.items():
        head, _, body = write_turtle(triples).partition("\n\n")
        prefixes.update(line for line in head.split("\n") if line)
        blocks.append(f"<{this}{part}> {{\n{body}}}\n")
    return prefixes, blocks


def head_of(this: NamedNode) -> list[Triple]:
    """The graph that says which graph is which."""
    return [
        Triple(this, NamedNode(RDF_TYPE), NamedNode(_NP + "Nanopublication")),
        Triple(this, NamedNode(_NP + "hasAssertion"), NamedNode(this.value + "assertion")),
        Triple(this, NamedNode(_NP + "hasProvenance"), NamedNode(this.value + "provenance")),
        Triple(this, NamedNode(_NP + "hasPublicationInfo"), NamedNode(this.value + "pubinfo")),
    ]


def trig(prefixes: Iterable[str], blocks: list[str]) -> str:
    """A document of graphs that are written out, behind the prefixes that they need."""
    return "\n".join(["\n".join([*sorted(prefixes), ""]), *blocks]) if blocks else ""


def read_nanopubs(text: str) -> list[Described]:
    """The facts of a TriG document that `write_nanopubs` gave, by IRI.

    Raises ExchangeFileError where a nanopublication lacks a part, NestingError,
    and RdfSyntaxError with line and column.
    """
    quads = parsed(text, RdfFormat.TRIG, "TriG")
    by_graph: dict[object, list[Quad]] = defaultdict(list)
    for quad in quads:
        by_graph[quad.graph_name].append(quad)
    triples: dict[Triple, None] = {}
    for head in [quad for quad in quads if quad.predicate.value == _NP + "hasAssertion"]:
        parts = {q.predicate.value.removeprefix(_NP): by_graph[q.object] for q in by_graph[head.graph_name]}
        told = [
            q.object for q in parts.get("hasPublicationInfo", []) if q.predicate.value == _NPX + "introduces"
        ]
        if len(told) != 1 or not parts.get("hasProvenance"):
            what = "This nanopublication lacks its provenance, or does not say which fact it introduces."
            raise ExchangeFileError(str(head.subject), what, "Give it as it was written.")
        triples.update(dict.fromkeys(q.triple for q in by_graph[head.object] if q.subject == told[0]))
        triples.update(dict.fromkeys(q.triple for q in parts["hasProvenance"] if q.subject != head.object))
    return described(triples)


def _nanopub(fact: Described, this: NamedNode, release: dict[str, list[Term]], standing: Plain) -> Graphs:
    """The four graphs."""
    node, assertion = NamedNode(fact.iri), NamedNode(this.value + "assertion")
    return {
        "Head": head_of(this),
        "assertion": [
            *(t for t in fact.triples() if t.subject == node and t.predicate.value not in _GROUNDS),
            *(fact.contents() if standing.holds(fact) else []),
        ],
        "provenance": [
            *(t for t in fact.triples() if t.subject != node or t.predicate.value in _GROUNDS),
            *(Triple(assertion, _DERIVED, ground) for ground in _grounds(fact)),
            *(Triple(assertion, NamedNode(_PROV + "wasAttributedTo"), who) for who in _creators(release)),
        ],
        "pubinfo": [
            Triple(this, NamedNode(_NPX + "introduces"), node),
            *(Triple(this, NamedNode(_DCTERMS + "creator"), who) for who in _creators(release)),
            *(Triple(this, NamedNode(_DCTERMS + "license"), value) for value in release.get(_DCTERMS + "license", [])),
            *(Triple(this, NamedNode(_DCTERMS + "created"), day) for day in _days(release)),
            *(Triple(this, NamedNode(PREFIXES["rdfs"] + "label"), text) for text in fact.own.get(PREFIXES["rdfs"] + "label", [])),
        ],
    }  # fmt: skip


def _grounds(fact: Described) -> list[Term]:
    """What the assertion comes from: publications that support it, or the facts that it follows from."""
    supporting = [line for line in fact.lines() if line.get(_AA + "stance") == [NamedNode(_AA + "Supports")]]
    papers = [
        paper
        for line in supporting
        for paper in line.get(_AA + "publication", [])
        if isinstance(paper, NamedNode)
    ]
    return [
        *papers,
        *(ground for ground in fact.own.get(_DERIVED.value, []) if isinstance(ground, NamedNode)),
    ]


def _release(source: Source) -> dict[str, list[Term]]:
    """What the header of the ontology says of the release."""
    found: dict[str, list[Term]] = {}
    for row in rows(source, f"SELECT ?p ?o WHERE {{ <{BASE}> ?p ?o }}"):
        assert isinstance(row["p"], NamedNode)
        found.setdefault(row["p"].value, []).append(row["o"])  # type: ignore[arg-type]
    return {predicate: sorted(values, key=key) for predicate, values in found.items()}


def _creators(release: dict[str, list[Term]]) -> list[Term]:
    return release.get(_DCTERMS + "creator") or [NamedNode(BASE)]


def _days(release: dict[str, list[Term]]) -> list[Literal]:
    """The day of the release as the moment that it began, in universal time."""
    days = [day.value for day in release.get(_DCTERMS + "issued", []) if isinstance(day, Literal)]
    return [Literal(f"{day}T00:00:00Z", datatype=NamedNode(_XSD + "dateTime")) for day in days]
