"""What is written a few facts at a time is what is written of all at once, wherever it is cut."""

from __future__ import annotations

from functools import cache

import pytest
from exchanged import random_facts, world
from hypothesis import given, settings
from hypothesis import strategies as st

from aa_ld import in_order, load
from aa_ld.exchange import described as of_facts
from aa_ld.exchange import exported
from aa_ld.exchange.described import DescribedAnew, describe
from aa_ld.exchange.kgx import lines_of_kgx
from aa_ld.exchange.nanopub import laid_out, trig, write_nanopubs
from aa_ld.exchange.skipped import Skipped, skipped_table
from aa_ld.knowledge import Knowledge
from aa_ld.publish.metadata import read_metadata
from aa_ld.publish.nanopubs import Listed, index, nanopubs
from aa_ld.publish.spool import read
from aa_ld.store import Layers
from aa_ld.vocab import PREFIXES


@cache
def knowledge() -> Knowledge:
    """The shipped facts."""
    return load()


def kgx(layers: Layers, iris: list[str]) -> dict[str, str]:
    """The files of KGX, as they are written for many facts."""
    skipped: list[Skipped] = []
    told = lines_of_kgx(layers, DescribedAnew(layers, lambda: iris), skipped.append)
    return {**{name: "".join(lines) for name, lines in told}, "skipped.tsv": skipped_table(skipped)}


@given(random_facts(), st.integers(1, 3), st.integers(0, 2000))
@settings(max_examples=25, deadline=None)
def test_graphs_do_not_depend_on_how_many_facts_are_described_at_once(world_, at_once, in_memory):
    """Nodes that facts share come once, identifiers are the same, and runs on a disk come back in order."""
    iris, triples = world_
    layers = world(triples)
    whole = exported(layers, iris, "kgx").files
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_facts, "_AT_ONCE", at_once)
        patch.setattr(in_order, "MOST_IN_MEMORY", in_memory)

        assert kgx(layers, sorted(iris)) == whole


def test_the_shipped_graphs_do_not_depend_on_how_many_facts_are_described_at_once(monkeypatch):
    """With terms, publications and conflicts that many facts share."""
    layers, iris = knowledge().layers, sorted(fact.iri for fact in knowledge().facts())
    whole = exported(layers, iris, "kgx").files
    monkeypatch.setattr(of_facts, "_AT_ONCE", 100)
    monkeypatch.setattr(in_order, "MOST_IN_MEMORY", 100_000)

    assert kgx(layers, iris) == whole


def test_what_is_said_of_a_conflict_is_said_once():
    """However many facts stand in it: they are asked for in lots, and it may come in several."""
    layers = knowledge().layers
    found = describe(layers, [fact.iri for fact in knowledge().facts()])
    values = [values for fact in found for own in fact.others.values() for values in own.values()]

    assert max(len(fact.conflicts()) for fact in found) > 1
    assert [each for each in values if len(each) != len(set(each))] == []


@given(st.sets(st.sampled_from(["a", "a-b", "a/b", "aa", "b", "B", "é"])), st.sampled_from([0, 100, 1 << 20]))
@settings(max_examples=20, deadline=None)
def test_the_index_written_line_by_line_is_that_which_is_laid_out_whole(names, in_memory):
    """Also where a slash sorts otherwise than the end of a name, and of no facts at all."""
    layers, found = knowledge().layers, describe(knowledge().layers, [knowledge().facts()[0].iri])
    facts = [found[0]._replace(iri=PREFIXES["fact"] + name) for name in sorted(names)]
    metadata = read_metadata(layers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_order, "MOST_IN_MEMORY", in_memory)
        made = {path: read(data).decode() for path, data in nanopubs(layers, facts, metadata)}
    this = f"{metadata.version_iri}/nanopub-index/"
    listed = Listed([f"{fact.iri}/nanopub/" for fact in facts], supersedes=f"{metadata.prior}/nanopub-index/")

    assert made["nanopubs/index.trig"] == trig(*laid_out(this, index(this, listed, metadata)))
    assert made["nanopubs/all.trig"] == write_nanopubs(layers, facts)
