"""RDF 1.2 Turtle: each fact speaks of a triple term, and only what is plain is asserted beside it.

    fact:x
      rdf:reifies <<( aa:Dupilumab aa:inhibits aa:Interleukin4 )>> ;
      aa:certainty aa:Asserted ;
    .

A triple term is no claim. The triple itself stands in the file only where the
fact is plain (see aa_ld.exchange.described.Plain), so that whoever reads
triples alone reads nothing that a source hedges, denies or limits.
Specification: https://www.w3.org/TR/rdf12-turtle/.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, RdfFormat, Triple

from aa_ld.exchange.described import Described, described, parsed, plain
from aa_ld.store import Source
from aa_ld.turtle import write_turtle
from aa_ld.vocab import PREFIXES

_REIFIES = NamedNode(PREFIXES["rdf"] + "reifies")


def write_rdf12(source: Source, facts: Iterable[Described]) -> str:
    """Facts as the text of an RDF 1.2 Turtle document.

    Raises NotATreeError where a part of a fact has no name.

    >>> from aa_ld.exchange.described import describe
    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> text = write_rdf12(layers, describe(layers, [PREFIXES["fact"] + "local-immunotherapy-may-worsen-extrinsic"]))
    >>> [line.strip() for line in text.splitlines() if "aa:worsensConditionOf" in line][:1]
    ['aa:predicate aa:worsensConditionOf ;']
    """
    standing = plain(source)
    triples: dict[Triple, None] = {}
    for fact in facts:
        triples.update(dict.fromkeys(fact.triples()))
        for content in fact.contents():
            triples[Triple(NamedNode(fact.iri), _REIFIES, content)] = None
            if standing.holds(fact):
                triples[content] = None
    return write_turtle(triples, triple_terms=True)


def read_rdf12(text: str) -> list[Described]:
    """The facts of an RDF 1.2 Turtle document that `write_rdf12` gave, by IRI.

    Raises NestingError, and RdfSyntaxError with line and column.
    """
    triples = [quad.triple for quad in parsed(text, RdfFormat.TURTLE, "RDF 1.2 Turtle")]
    spoken_of = {t.object for t in triples if t.predicate == _REIFIES and isinstance(t.object, Triple)}
    return described(t for t in triples if t.predicate != _REIFIES and t not in spoken_of)
