"""What is written a few facts at a time is what is written of all at once, wherever it is cut."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from exchanged import random_facts, world
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from aa_ld import in_order, load
from aa_ld.curation.exporting import export_table
from aa_ld.curation.known import KnownNames
from aa_ld.curation.texts import open_texts
from aa_ld.exchange import described as of_facts
from aa_ld.exchange import exported
from aa_ld.exchange.described import DescribedAnew, describe
from aa_ld.exchange.kgx import lines_of_kgx
from aa_ld.exchange.nanopub import laid_out, trig, write_nanopubs
from aa_ld.exchange.skipped import Skipped, skipped_table
from aa_ld.knowledge import Knowledge
from aa_ld.names import Names
from aa_ld.publish import tables
from aa_ld.publish.metadata import read_metadata
from aa_ld.publish.nanopubs import Listed, index, nanopubs
from aa_ld.publish.spool import read
from aa_ld.publish.tables import facts_table
from aa_ld.store import Layers
from aa_ld.vocab import BASE, IDENTIFIER, PREFIXES, compact


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


SOME = st.sets(st.sampled_from(["a", "a-b", "a/b", "aa", "b", "B", "é"]))


@given(SOME, SOME)
@settings(max_examples=25, deadline=None)
def test_what_an_index_names_no_more_is_retracted(before, now):
    """Of two publications one after the other, whatever the first has and the second has not, once."""
    layers, found = knowledge().layers, describe(knowledge().layers, [knowledge().facts()[0].iri])
    retracts = re.compile(r"npx:retracts <https://w3id.org/aa-ld/fact/([^>]*)/nanopub/>")
    with TemporaryDirectory() as folder:
        (Path(folder) / "nanopubs").mkdir()
        for names in (before, now):
            facts = [found[0]._replace(iri=PREFIXES["fact"] + name) for name in sorted(names)]
            made = dict(nanopubs(layers, facts, read_metadata(layers), Path(folder)))
            index_ = read(made["nanopubs/index.trig"])
            (Path(folder) / "nanopubs/index.trig").write_bytes(index_)

    assert sorted(retracts.findall(index_.decode())) == sorted(before - now)


@given(SOME, st.sampled_from([0, 100, 1 << 20]))
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


def test_the_table_of_facts_told_in_lots_is_that_of_all(monkeypatch):
    """Columns are those that any row fills, and parts of a text without a fact follow all facts."""
    kb = load("review")
    iris = sorted(fact.iri for fact in kb.facts() if fact.evidence)
    (text,) = open_texts(kb.layers, {}).values()
    for part, *_ in text.parts[:2]:
        reason = NamedNode(BASE + "NoCounterpart")
        kb.layers.add_quads([Quad(NamedNode(part), NamedNode(BASE + "notCovered"), reason)], "review")
    whole = export_table(kb.layers, iris)
    monkeypatch.setattr(tables, "_AT_ONCE", 7)
    found = facts_table(kb.layers, lambda: iris)

    assert ["no counterpart" in line for line in whole.splitlines()[-3:]] == [False, True, True]
    assert (found.table.read().decode(), found.missing) == (whole, 0)


def left_out_of(told: tables.FactsTable) -> list[str]:
    """The short names of facts that a table cannot tell."""
    return [line.split(b"\t")[0].decode() for line in list(told.left_out.lines())[1:]]


def test_facts_that_a_table_would_take_for_one_are_told_apart_in_whatever_lot_they_stand(monkeypatch):
    """One identifier in large and small letters, one line of evidence, the name of a publication: only the other goes."""
    kb = load("review")
    one, two, three, four, five, *_ = iris = sorted(fact.iri for fact in kb.facts() if fact.evidence)[:8]
    line = next(kb.layers.store.quads_for_pattern(NamedNode(three), NamedNode(BASE + "evidence"), None))
    owned = next(kb.layers.store.quads_for_pattern(NamedNode(one), NamedNode(IDENTIFIER), None))
    paper = NamedNode(kb.facts()[0].evidence[0].publication)
    called = next(kb.layers.store.quads_for_pattern(paper, NamedNode(PREFIXES["rdfs"] + "label"), None))
    kb.layers.remove(two)
    kb.layers.add_quads(
        [
            Quad(NamedNode(two), NamedNode(IDENTIFIER), Literal(owned.object.value.lower())),
            Quad(NamedNode(four), line.predicate, line.object),
            Quad(NamedNode(five), NamedNode(IDENTIFIER), Literal(called.object.value)),
        ],
        "data",
    )
    for at_once in (1, 8):
        monkeypatch.setattr(tables, "_AT_ONCE", at_once)
        found = facts_table(kb.layers, lambda: iris)

        assert left_out_of(found) == [compact(two), compact(four), compact(five)]
        assert found.missing == 3


def test_what_a_table_has_no_more_room_for_is_named_beside_it(monkeypatch):
    """No more rows than are read again."""
    iris = sorted(fact.iri for fact in knowledge().facts() if fact.evidence)[:9]
    monkeypatch.setattr(tables, "_AT_ONCE", 3)
    parts = tables.Exporter(knowledge().layers).most_uncovered()
    monkeypatch.setattr(tables, "MOST_ROWS", parts + 6)
    found = facts_table(knowledge().layers, lambda: iris)

    assert 0 < found.missing < 9
    assert left_out_of(found) == [compact(iri) for iri in iris[-found.missing :]]


NAMED = (
    "SF30", "sf 30", "IFN-γ", "ifn gamma", "serum", "Serum", "aa:Serum", "fact:x", "", "derived-", "not stated", "span",
    "<https://w3id.org/aa-ld/Cell>", "mouse", "T cell", "no such thing", "a b", "12 weeks", "fact:derived-0", "population",
    "serum-interleukin-4-raised", f"{BASE}fact/serum-interleukin-4-raised", f"{BASE}Cell",
)  # fmt: skip


@given(
    st.sampled_from(NAMED),
    st.lists(st.sampled_from(["Cell", "Fact", "Entity", "NoValue", "Scope", "Treatment"])),
)
@settings(max_examples=100, deadline=None)
def test_names_on_a_disk_mean_what_names_in_memory_do(text, kinds):
    """Terms, facts by their identifiers, short names, sentences, and what means nothing."""
    categories = [BASE + kind for kind in kinds]

    assert names_of("disk").meant(text, *categories) == names_of("memory").meant(text, *categories)
    assert names_of("disk").is_fact(text) == names_of("memory").is_fact(text)


@cache
def names_of(place: str) -> Names:
    """All names of the shipped knowledge."""
    return (KnownNames if place == "disk" else Names)(knowledge().layers)
