"""Everything in opened layers as N-Quads, in an order that does not depend on chance, with flat memory.

A store forgets the order in which a file was read, and names blank nodes by
chance; so lines are sorted, and blank nodes get the names of what they say, as
in a merge. Only what has a blank node is held for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize

from aa_ld.in_order import InOrder
from aa_ld.merging import nodes
from aa_ld.store import Layers

_AT_ONCE = 2000  # lines that are looked at together


def lines(layers: Layers) -> Iterator[bytes]:
    """Pieces of whole lines, layer by layer.

    >>> from aa_ld import load
    >>> next(lines(load("review").layers)).partition(b" ")[0]
    b'<http://id.nlm.nih.gov/mesh/C000596027>'
    """
    for graph in sorted(layers.graphs, key=str):
        end = f" {graph} .\n".encode()
        ordered = lines_of(layers, graph)
        while part := list(islice(ordered, _AT_ONCE)):
            yield b"".join(line[:-2] + end for line in part)


def lines_of(layers: Layers, graph: NamedNode) -> Iterator[bytes]:
    """The lines of one graph as N-Triples, without their ends."""
    triples = (quad.triple for quad in layers.store.quads_for_pattern(None, None, None, graph))
    return iter(InOrder(_named(triples)))


def quads(layers: Layers) -> Iterator[Quad]:
    """The same as quads, read from the lines when they are asked for."""
    for piece in lines(layers):
        yield from parse(piece, RdfFormat.N_QUADS)


def _named(triples: Iterable[Triple]) -> Iterator[bytes]:
    """Triples of a graph as lines, in any order, those with blank nodes last, under their lasting names."""
    blank: list[nodes.Row] = []
    waiting = iter(triples)
    while part := list(islice(waiting, _AT_ONCE)):
        for line in (serialize(part, format=RdfFormat.N_TRIPLES) or b"").splitlines():
            if b"_:" in line:
                subject, predicate, value = line[:-2].split(b" ", 2)
                if b"_:" in (subject[:2], value[:2]):
                    blank.append((subject, predicate, value))
                    continue
            yield line
    for row in nodes.named(blank):
        yield b" ".join((*row, b"."))
