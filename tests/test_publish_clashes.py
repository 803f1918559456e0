"""The table of facts reads back as what it says it tells, whatever facts of different lots are called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from aa_ld import load
from aa_ld.curation.columns import COLUMNS
from aa_ld.curation.exporting import triples_of
from aa_ld.curation.facts import import_rows
from aa_ld.curation.table import read_rows
from aa_ld.knowledge import Knowledge
from aa_ld.publish import tables
from aa_ld.vocab import BASE, IDENTIFIER, PREFIXES, RDF_TYPE, compact, expand

LABEL = PREFIXES["rdfs"] + "label"


@cache
def review() -> Knowledge:
    """The facts of the review."""
    return load("review")


@cache
def some() -> tuple[str, ...]:
    """A few of its facts, by IRI."""
    return tuple(sorted(fact.iri for fact in review().facts() if fact.evidence)[:5])


A, B, C, D, E = range(5)
PAPER = "publication:pmid-32533873"
Said = list[tuple[int | str, str, object]]


def term(value: object) -> NamedNode | Literal:
    """A fact by its number, a short name, or words of a language."""
    if isinstance(value, int):
        return NamedNode(some()[value])
    assert isinstance(value, str)
    if value.endswith("@en"):
        return Literal(value.removesuffix("@en"), language="en")
    iri = expand(value) if ":" in value else None
    return NamedNode(iri) if iri else Literal(value)


@contextmanager
def saying(said: Said) -> Iterator[None]:
    """Facts that say this, too, in place of their identifiers where they get others."""
    layers, store = review().layers, review().layers.store
    changed = {term(subject) for subject, *_ in said}
    before = [quad for each in changed for quad in store.quads_for_pattern(each, None, None)]
    for subject, predicate, _ in said:
        for quad in list(store.quads_for_pattern(term(subject), NamedNode(predicate), None)):
            store.remove(quad)
    layers.add_quads([Quad(term(s), NamedNode(p), term(o)) for s, p, o in said], "data")
    try:
        yield
    finally:
        for quad in [quad for each in changed for quad in store.quads_for_pattern(each, None, None)]:
            store.remove(quad)
        store.extend(before)


def left_out(at_once: int) -> list[int]:
    """Which facts are left out where the table is told in lots; what is not left out has to read back."""
    layers = review().layers
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_AT_ONCE", at_once)
        found = tables.facts_table(layers, some)
    missing = {line.split(b"\t")[0].decode() for line in list(found.left_out.lines())[1:]}
    stay = [iri for iri in some() if compact(iri) not in missing]
    rows = read_rows("facts.tsv", found.table.read().decode(), list(COLUMNS))

    assert set(import_rows(layers, rows, "facts.tsv").triples) == set(triples_of(layers, stay))
    assert found.missing == len(missing) == len(some()) - len(stay)
    return [number for number, iri in enumerate(some()) if iri not in stay]


def cohort(name: str, label: str) -> Said:
    """What is said of a cohort."""
    return [(name, RDF_TYPE, "aa:Cohort"), (name, LABEL, label + "@en")]


CONCEPT, HEADING, REPEATS, IN, OVERLAP = (
    BASE + name for name in ("concept", "heading", "repeats", "cohort", "mayOverlap")
)
CLASHES: dict[str, tuple[Said, list[int]]] = {
    "an identifier is a label": ([(A, IDENTIFIER, "Alopecia areata"), (B, CONCEPT, "aa:AlopeciaAreata")], [A]),
    "whichever comes first": ([(B, IDENTIFIER, "alopecia areata"), (A, HEADING, "aa:AlopeciaAreata")], [B]),
    "no cell has the label": ([(A, IDENTIFIER, "alopecia areata")], []),
    "a cell of a kind": ([(A, IDENTIFIER, "serum"), (B, BASE + "compartment", "aa:Serum")], []),
    "a short name": ([(A, IDENTIFIER, "AA:serum"), (B, CONCEPT, "aa:Serum"), ("aa:Serum", LABEL, "cell@en")], [A]),
    "a cohort and an identifier": (
        [(A, IN, "cohort:a"), *cohort("cohort:a", "people"), (B, IDENTIFIER, "People")],
        [B],
    ),
    "an identifier and a cohort behind it": (
        [(A, IDENTIFIER, "People"), (B, IN, "cohort:a"), *cohort("cohort:a", "people"), (C, REPEATS, A)],
        [A],
    ),
    "a cohort and a term": (
        [(A, IN, "cohort:a"), *cohort("cohort:a", "Alopecia areata"), (B, CONCEPT, "aa:AlopeciaAreata")],
        [B],
    ),
    "two cohorts of a name": (
        [
            *[(A, IN, "cohort:a"), (B, IN, "cohort:b"), (C, IN, "cohort:c"), ("cohort:c", OVERLAP, "cohort:a")],
            *[*cohort("cohort:a", "people"), *cohort("cohort:b", "People"), *cohort("cohort:c", "others")],
        ],
        [C],
    ),
    "a publication and a term": (
        [(PAPER, LABEL, "Alopecia areata@en"), (B, CONCEPT, "aa:AlopeciaAreata")],
        [B],
    ),
    "a publication and an identifier": ([(PAPER, LABEL, "People@en"), (B, IDENTIFIER, "people")], [B]),
    "a fact by what it is called": ([(A, IDENTIFIER, "People"), (B, CONCEPT, A), (C, REPEATS, A)], []),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASHES)
def test_what_clashes_in_whatever_lots_is_left_out_and_named(name):
    """And nothing else is; the rest reads back as it is, be it told one by one or all at once."""
    said, expected = CLASHES[name]
    with saying(said):
        told = left_out(1), left_out(400)

    assert told == (expected, expected)


NAMES = st.sampled_from(
    ["people", "People", "alopecia areata", "Serum", "aa:serum", "FACT:x", "IFN-γ", "ifn gamma"]
)
MEANT = st.sampled_from([A, B, "aa:AlopeciaAreata", "aa:Serum", "aa:InterferonGamma", "cohort:a", "cohort:b"])
FACTS = st.sampled_from([A, B, C, D, E])


@given(
    st.dictionaries(FACTS, NAMES),
    st.dictionaries(st.tuples(FACTS, st.sampled_from([CONCEPT, HEADING])), MEANT),
    st.dictionaries(FACTS, st.sampled_from(["cohort:a", "cohort:b"])),
    st.tuples(NAMES, NAMES),
    st.dictionaries(FACTS, FACTS),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_table_reads_back_whatever_facts_and_cohorts_are_called(named, terms, people, labels, repeats):
    """As exactly what is said of the facts that are not left out."""
    said: Said = [
        *((fact, IDENTIFIER, name) for fact, name in named.items()),
        *((fact, column, meant) for (fact, column), meant in terms.items()),
        *((fact, IN, cohort_) for fact, cohort_ in people.items()),
        *((fact, REPEATS, other) for fact, other in repeats.items()),
        *cohort("cohort:a", labels[0]),
        *cohort("cohort:b", labels[1]),
        ("cohort:a", OVERLAP, "cohort:b"),
    ]
    with saying(said):
        told = left_out(1)

    assert len(told) <= len(some())
