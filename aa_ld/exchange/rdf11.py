"""Turtle and N-Triples of today: the triples of facts as they are loaded, one line each, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import RdfFormat

from aa_ld.exchange.described import Described, described, parsed
from aa_ld.store import Source
from aa_ld.turtle import write_turtle


def write_turtle_of(_: Source, facts: Iterable[Described]) -> str:
    """Facts as Turtle in the layout of the shipped files.

    >>> from aa_ld.exchange.described import describe
    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> facts = describe(layers, ["https://w3id.org/aa-ld/fact/serum-interleukin-4-raised"])
    >>> read_turtle_of(write_turtle_of(layers, facts)) == facts
    True
    """
    return write_turtle(triple for fact in facts for triple in fact.triples())


def write_ntriples(_: Source, facts: Iterable[Described]) -> str:
    """Facts as N-Triples, sorted."""
    return "".join(sorted({f"{triple} .\n" for fact in facts for triple in fact.triples()}))


def read_turtle_of(text: str) -> list[Described]:
    """The facts of a Turtle or N-Triples document, by IRI.

    Raises NestingError, and RdfSyntaxError with line and column.
    """
    return described(quad.triple for quad in parsed(text, RdfFormat.TURTLE, "Turtle"))
