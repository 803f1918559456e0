"""Exports: nothing is lost, nothing is firmer, other way round or wider than in the facts, and bytes do not move.

What is exported is read again here by other means than the package's own readers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from exchanged import AA, RDF, by_subject, facts, picture, predicates, random_facts, said, shipped, world
from hypothesis import given, settings
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from aa_ld import load
from aa_ld.errors import AaLdError, NestingError, RdfSyntaxError, UsageError
from aa_ld.exchange import FORMATS, Export, describe, export, exported, facts_of, read
from aa_ld.knowledge import Knowledge

REPOSITORY = Path(__file__).parents[1]
REIFIES = NamedNode(RDF + "reifies")
SOME = settings(max_examples=25, deadline=None, database=None, derandomize=True)


@cache
def knowledge() -> Knowledge:
    kb = load()
    kb.inferred()
    return kb


@cache
def exports(form: str) -> Export:
    """All shipped facts, and what follows from them, in one format."""
    return exported(knowledge().layers, facts(), form)


# Independent readings: what other people's tools make of a file.


def triples_of(form: str) -> set[Triple]:
    """All triples of an export, read by a library alone."""
    (text,) = exports(form).files.values()
    return {quad.triple for quad in parse(text, RdfFormat.TURTLE)}


def asserted_contents(form: str) -> set[tuple[str, str, str]]:
    """What a reader who knows nothing of facts takes for true: triples between terms."""
    return {
        (t.subject.value, t.predicate.value, str(t.object))
        for t in triples_of(form)
        if t.predicate.value in predicates()
    }


ONE_FILE = [name for name, form in FORMATS.items() if form.is_one_file()]


def contents(fact: str) -> set[tuple[str, str, str]]:
    """Subject, predicate and object of a fact, each with each."""
    own = said()[fact]
    return {
        (s[1:-1], p[1:-1], o)
        for s in own[AA + "subject"]
        for p in own[AA + "predicate"]
        for o in own[AA + "object"]
    }


# Every format.


@pytest.mark.parametrize("form", FORMATS)
def test_every_fact_is_there_or_left_out_with_a_reason(form):
    """What an export holds and what it lists as left out are together all facts, and no fact is both."""
    done = exports(form)
    there = {fact.iri for fact in read(done.files, form)}
    left_out = {skipped.fact for skipped in done.skipped}

    assert there | left_out == set(facts())
    assert there & left_out == set()
    assert all(skipped.reason for skipped in done.skipped)


@pytest.mark.parametrize("form", FORMATS)
def test_the_reader_gives_back_what_the_writer_was_given(form):
    """All triples of each fact, its evidence, cohort and publications, and so the same values."""
    back = read(exports(form).files, form)
    kept = [fact.iri for fact in back]

    assert back == describe(knowledge().layers, kept)
    given = {fact.iri: fact for fact in knowledge().facts()}
    if len(kept) == len(given):
        assert facts_of(back) == list(given.values())


@pytest.mark.parametrize("form", FORMATS)
@given(world_=random_facts())
@SOME
def test_a_round_trip_over_random_facts_loses_nothing(form, world_):
    """Quotes, tabs, line ends, bidirectional marks, odd numbers, IRIs that look like short names: all come back."""
    iris, triples = world_
    layers = world(triples)
    done = exported(layers, iris, form)
    kept = set(iris) - {skipped.fact for skipped in done.skipped}

    assert read(done.files, form) == describe(layers, kept)


def test_two_builds_give_the_same_bytes():
    """No clock, no random name, no order of a set: also with other hash seeds, in other processes."""
    code = (
        "import hashlib, sys; from aa_ld import load; from aa_ld.exchange import FORMATS, export;"
        "kb = load(); kb.inferred(); found = kb.facts();"
        "print([hashlib.sha256(repr(export(kb.layers, found, f)).encode()).hexdigest() for f in FORMATS])"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY)},
        )
        for seed in ("1", "2")
    ]  # fmt: skip
    first, second = (process.communicate(timeout=120)[0] for process in processes)

    assert first
    assert first == second


def test_an_unknown_format_is_named():
    """The error says which there are."""
    with pytest.raises(UsageError, match="no such format"):
        export(knowledge().layers, [], "jsonl-d")


# RDF formats: pictures of each fact.


@pytest.mark.parametrize("form", ONE_FILE)
def test_polarity_certainty_direction_scope_and_evidence_are_equal_on_both_sides(form):
    """Read by another library, each fact has the same qualifications and the same evidence as in the shipped files."""
    there = by_subject(triple for triple in triples_of(form) if not isinstance(triple.object, Triple))
    differing = {
        fact: differing_parts(picture(fact, said()), picture(fact, there))
        for fact in facts()
        if picture(fact, there) != picture(fact, said())
    }

    assert differing == {}


def differing_parts(wanted: dict, found: dict) -> dict:
    return {
        name: (wanted.get(name), found.get(name))
        for name in wanted | found
        if wanted.get(name) != found.get(name)
    }


# RDF 1.2.


def test_each_fact_speaks_of_its_triple():
    """In RDF 1.2 every fact reifies its content, subject first."""
    spoken = {
        (t.subject.value, (t.object.subject.value, t.object.predicate.value, str(t.object.object)))
        for t in triples_of("rdf12")
        if t.predicate == REIFIES
    }

    assert spoken == {(fact, content) for fact in facts() for content in contents(fact)}


def test_what_is_not_turtle_is_refused_with_its_place():
    """An error of ours, with line and column."""
    with pytest.raises(RdfSyntaxError, match="line 1"):
        read({"facts.ttl": "aa:x aa:y"}, "rdf12")
    with pytest.raises(NestingError):
        read({"facts.ttl": "<a:b> <a:c> " + "[<a:d> " * 600}, "rdf12")


# What others got wrong.


def firm(fact: str) -> bool:
    """Whether the shipped files say it without reserve, of everyone, and nobody says otherwise."""
    own = said()[fact]
    lines = [said()[line[1:-1]] for line in own.get(AA + "evidence", ())]
    empty = {f"<{AA}NotStated>", f"<{AA}NotApplicable>"}
    limits = {"population", "species", "compartment", "comparator", "time", "context", "site", "responseGroup", "cohort",
              "condition", "direction", "effect", "verdict", "measure", "role", "axisStanding", "value", "interval"}  # fmt: skip
    return (
        own[AA + "certainty"] == {f"<{AA}Asserted>"}
        and own[AA + "polarity"] == {f"<{AA}Positive>"}
        and bool(lines)
        and not any(AA + "hedge" in line or line[AA + "stance"] != {f"<{AA}Supports>"} for line in lines)
        and all(own.get(AA + name, frozenset()) <= empty for name in limits)
        and not any(f"<{fact}>" in other.get(AA + "between", ()) for other in said().values())
        and len(own[AA + "subject"]) == len(own[AA + "object"]) == 1
    )


@pytest.mark.parametrize("form", ONE_FILE)
def test_a_refuted_fact_is_not_exported_as_asserted(form):
    """No triple of a negative fact stands in a file for readers of triples."""
    refuted = {
        c for fact in facts() if said()[fact][AA + "polarity"] == {f"<{AA}Negative>"} for c in contents(fact)
    }

    assert refuted
    assert asserted_contents(form) & refuted == set()


@pytest.mark.parametrize("form", ONE_FILE)
def test_a_hedge_is_not_dropped(form):
    """What readers of triples see is firm in some fact: not hedged, not limited, not disputed, not concluded."""
    firmly = {content for fact in facts() if firm(fact) for content in contents(fact)}

    assert asserted_contents(form) - firmly == set()


@pytest.mark.parametrize("form", ONE_FILE)
def test_no_direction_is_inverted(form):
    """No triple has the ends of a fact swapped, where no fact says so, and raised stays raised."""
    swapped = {
        (o[1:-1], p, f"<{s}>") for fact in facts() for s, p, o in contents(fact) if o.startswith("<")
    } - {content for fact in facts() for content in contents(fact)}

    assert swapped
    assert asserted_contents(form) & swapped == set()


@pytest.mark.parametrize("form", FORMATS)
def test_no_name_is_random(form):
    """A second export in the same process gives the same bytes, and no blank node or uuid is in it."""
    done = exports(form)

    assert exported(knowledge().layers, reversed(facts()), form) == done
    assert not any("_:" in text or "urn:uuid" in text for text in done.files.values())


def test_what_another_fact_denies_is_not_said_plainly():
    """Where one source says so and another that it is not so, no triple stands, even if nobody wrote a conflict down."""
    plain = next(
        fact
        for fact in facts()
        if firm(fact) and f"<{AA}PharmacologicalAction>" in said()[fact][RDF + "type"]
    )
    own = [t for t in shipped() if t.subject.value == plain]
    other = NamedNode(plain + "-denied")
    denial = [
        Triple(
            other,
            t.predicate,
            NamedNode(AA + "Negative") if t.predicate.value == AA + "polarity" else t.object,
        )
        for t in own
    ]
    lines = [t for t in shipped() if f"<{t.subject.value}>" in said()[plain][AA + "evidence"]]
    ((subject, predicate, value),) = contents(plain)
    content = Triple(NamedNode(subject), NamedNode(predicate), NamedNode(value[1:-1]))

    def asserted(triples: list[Triple]) -> bool:
        text = export(world(triples), [plain], "rdf12")["facts.ttl"]
        return content in {quad.triple for quad in parse(text, RdfFormat.TURTLE)}

    assert asserted([*own, *lines])
    assert not asserted([*own, *lines, *denial])


def test_readers_raise_errors_of_the_family():
    """Whatever a file holds, no bare exception comes out."""
    for form in FORMATS:
        for text in ("", "{", "a\tb\n1\t2\n", "\x00", "<a"):
            try:
                read(dict.fromkeys(FORMATS[form].files, text), form)
            except AaLdError:
                continue
