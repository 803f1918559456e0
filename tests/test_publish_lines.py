"""All lines of the knowledge, sorted with flat memory: the same as sorted whole, whatever stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from aa_ld import in_order as runs
from aa_ld import load
from aa_ld.in_order import InOrder
from aa_ld.merging import nodes
from aa_ld.publish import lines as of_lines
from aa_ld.publish.lines import lines, quads
from aa_ld.store import Layers

NAMES = st.sampled_from(["a:", "a:b", "a:b/c", "a:B", "a:b-", "a:_:x", "a:é"]).map(NamedNode)
BLANK = st.sampled_from("xyz").map(BlankNode)
WORDS = st.builds(
    Literal, st.sampled_from(["", "_:x", " _:x .", "two\nlines\r", "a\u2028b", "ä"])
) | st.builds(Literal, st.just("_:x"), language=st.sampled_from(["en", "de"]))
TRIPLES = st.lists(st.builds(Triple, NAMES | BLANK, NAMES, NAMES | BLANK | WORDS), max_size=12)


def whole(layers: Layers) -> bytes:
    """What the lines are, in memory: all rows of a graph named and sorted together."""
    found: list[bytes] = []
    for graph in sorted(layers.graphs, key=str):
        triples = [quad.triple for quad in layers.store.quads_for_pattern(None, None, None, graph)]
        told = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines()
        rows = nodes.named((s, p, o[:-2]) for s, p, o in (line.split(b" ", 2) for line in told))
        found += [
            line[:-1] + f"{graph} .\n".encode() for line in sorted(b" ".join((*row, b".")) for row in rows)
        ]
    return b"".join(found)


def in_small_runs(patch: pytest.MonkeyPatch, size: int) -> None:
    """As if a few lines were many."""
    patch.setattr(runs, "MOST_IN_MEMORY", size)
    patch.setattr(runs, "_LEAST_PIECE", 7)
    patch.setattr(of_lines, "_AT_ONCE", 2)


@given(TRIPLES, TRIPLES, st.integers(0, 300))
def test_lines_are_those_that_are_sorted_whole(data, review, size):
    """Blank nodes are named by the rows that have one, and runs on a disk come back in order."""
    layers = Layers()
    for layer, triples in (("data", data), ("review", review)):
        layers.extend([Quad(t.subject, t.predicate, t.object, layers.graph(layer)) for t in triples], layer)
    with pytest.MonkeyPatch.context() as patch:
        in_small_runs(patch, size)
        found = list(lines(layers))
        again = list(quads(layers))

    assert b"".join(found) == whole(layers)
    assert all(piece.endswith(b" .\n") for piece in found)
    assert again == list(parse(whole(layers), RdfFormat.N_QUADS))


@given(st.lists(st.binary(max_size=9).map(lambda line: line.replace(b"\n", b"\r"))), st.integers(0, 30))
def test_runs_on_a_disk_come_back_sorted(given_lines, size):
    """Equal lines stay as many as they are, and empty ones too."""
    with pytest.MonkeyPatch.context() as patch:
        in_small_runs(patch, size)
        held = InOrder(given_lines)
        found, again = list(held), list(held)

    assert found == again == sorted(given_lines)


def test_the_shipped_lines_are_those_that_are_sorted_whole():
    """With the axioms of the ontology, which have blank nodes in each other."""
    layers = load().inferred()

    assert b"".join(lines(layers)) == whole(layers)
