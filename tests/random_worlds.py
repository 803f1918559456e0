"""Worlds to try rules on: random ones, and a rich one on which every rule concludes something."""

from __future__ import annotations

import os

from hypothesis import settings
from hypothesis import strategies as st
from oracle import CERTAINTIES, Fact, Scope, World
from worlds import shipped_world

SHIPPED = shipped_world()
DEEP = os.environ.get("AA_LD_DEEP") == "1"

AA_PATIENT = "PatientWithAlopeciaAreata"
EXTRINSIC = "PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis"
AGENTS = ("Dupilumab", "Tofacitinib")

#: Mediator and axis: what is canonical in most worlds; the last stands for two axes and is shared.
MEMBERS = (
    ("Interleukin4", "Th2Cytokine"),
    ("Interleukin13", "Th2"),
    ("InterferonGamma", "Th1"),
    ("Cxcl9", "Th1Cytokine"),
    ("Interleukin6", "Th2"),
    ("Interleukin17A", "Th17"),
    ("JakStatSignalling", "Th1"),
    ("JakStatSignalling", "Th2"),
)
MEDIATORS = tuple(dict.fromkeys(mediator for mediator, _ in MEMBERS))
HUB = MEDIATORS[-1]
STANDINGS = ("Canonical", "Canonical", "Shared", "Contested", "Contributory", "Readout", "Nonspecific", None)
TARGETS = (*MEDIATORS, "Type1Inflammation", "Type2Inflammation", "Th1", "Th17")
DOMINATED = ((EXTRINSIC, "Th2"), (EXTRINSIC, "Th1"), (AA_PATIENT, "Th1"), (AA_PATIENT, "Th2"))

#: What each part of a scope may be; the first is the usual one.
SCOPES = {
    "population": (
        AA_PATIENT,
        "NotStated",
        EXTRINSIC,
        "PatientWithAlopeciaAreataAndAtopicDermatitis",
        "HealthyVolunteer",
    ),
    "compartment": ("Serum", "Skin", "NotStated"),
    "time": ("week 12", "week 24", "NotStated"),
    "species": ("Human", "Mouse", "NotStated"),
    "response": ("NotApplicable", "Responder", "NonResponder"),
    "cohort": ("one", "other", "NotStated"),
}

#: A class that no rule reads, in place of each that one reads.
DECOYS = {
    "AxisMembership": "MechanismLink",
    "PharmacologicalAction": "Recommendation",
    "BiomarkerChange": "BiomarkerObservation",
}


def examples(number: int) -> settings:
    """So many random examples, the same each time; fifty times as many, and new ones, where that is asked for."""
    return settings(
        max_examples=number * 50 if DEEP else number, deadline=None, database=None, derandomize=not DEEP
    )


@st.composite
def scopes(draw: st.DrawFn) -> tuple[Scope, ...]:
    """One scope, or two that differ in one part: signs of the two must not meet."""
    scope = Scope(**{part: draw(mostly(*values[:2], *values[2:])) for part, values in SCOPES.items()})
    part = draw(st.sampled_from((None, *SCOPES)))
    return (
        (scope,) if part is None else (scope, scope._replace(**{part: draw(st.sampled_from(SCOPES[part]))}))
    )


def some(values: tuple[str, ...], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple)


def mostly(usual: object, *others: object) -> st.SearchStrategy:
    return st.sampled_from((usual,) * 7 * len(others) + others)


@st.composite
def facts(draw: st.DrawFn, kind: str, pool: tuple[Scope, ...]) -> Fact:
    """One source fact of a class, seldom of another that no rule reads."""
    decoy = draw(mostly(False, True))
    fact = Fact(
        name="",
        kind=DECOYS[kind] if decoy else kind,
        subjects=(),
        predicate="standsFor",
        objects=(),
        certainty=draw(mostly("Asserted", *CERTAINTIES)),
        positive=decoy or draw(mostly(True, False)),
        disputed=draw(mostly(False, True)),
    )
    if kind == "AxisMembership":
        mediators, axis = draw(some(MEDIATORS, 2)), draw(st.sampled_from(("Th1", "Th2", "Th17")))
        standing = "Canonical" if decoy else draw(st.sampled_from(STANDINGS))
        return fact._replace(
            subjects=mediators, objects=(axis,), standing=standing, scope=Scope(population="NotApplicable")
        )
    fact = fact._replace(
        subjects=draw(mostly(AGENTS[:1], AGENTS[1:], AGENTS)), scope=draw(st.sampled_from(pool))
    )
    if kind == "BiomarkerChange":
        directions = st.sampled_from(("Raised", "Lowered", "Unchanged"))
        return fact._replace(
            predicate="changesLevelOf", objects=draw(some(MEDIATORS, 2)), direction=draw(directions)
        )
    return fact._replace(
        predicate=draw(st.sampled_from(("inhibits", "inhibits", "induces", "opposes", "expands"))),
        objects=draw(some(TARGETS, 2)),
        scope=fact.scope._replace(response="NotApplicable", cohort="NotApplicable"),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Random facts over the shipped axes and groups; also other groups may be dominated."""
    pool = draw(scopes())
    drawn = [
        Fact("", "AxisMembership", (mediator,), "standsFor", (axis,), Scope(population="NotApplicable"),
             standing="Shared" if mediator == HUB else "Canonical")
        for mediator, axis in MEMBERS
        if draw(mostly(True, False))
    ]  # fmt: skip
    for kind, most in (("AxisMembership", 2), ("PharmacologicalAction", 4), ("BiomarkerChange", 5)):
        drawn += draw(st.lists(facts(kind, pool), max_size=most))
    named = tuple(fact._replace(name=f"fact-{number}") for number, fact in enumerate(drawn))
    dominated = tuple(draw(st.lists(st.sampled_from(DOMINATED), max_size=3, unique=True)))
    return SHIPPED._replace(facts=named, dominated=dominated)


def rich_world() -> World:
    """Facts from which every rule concludes something, and things that must not fire."""
    measured = Scope(AA_PATIENT, "Serum", "week 12", "Human", "Responder", "one")
    other = measured._replace(response="NonResponder")
    lone = measured._replace(cohort="other")
    change = Fact("", "BiomarkerChange", ("Dupilumab",), "changesLevelOf", (), measured, direction="Raised")
    action = Fact("", "PharmacologicalAction", ("Tofacitinib",), "inhibits", ())
    member = Fact("", "AxisMembership", (), "standsFor", (), standing="Canonical")
    listed = (
        member._replace(
            subjects=("Interleukin4", "Interleukin13"), objects=("Th2Cytokine",), certainty="Implied"
        ),
        member._replace(subjects=("InterferonGamma",), objects=("Th1",)),
        member._replace(subjects=("Interleukin6",), objects=("Th2",)),
        member._replace(subjects=("JakStatSignalling",), objects=("Th1",), standing="Shared"),
        member._replace(subjects=("JakStatSignalling",), objects=("Th2",), standing="Shared"),
        change._replace(objects=("Interleukin4",)),
        change._replace(objects=("InterferonGamma", "Interleukin6"), direction="Lowered"),
        change._replace(objects=("Interleukin4",), scope=other),
        change._replace(objects=("Interleukin13",), scope=other, direction="Lowered"),
        change._replace(objects=("InterferonGamma",), scope=other, direction="Unchanged"),
        change._replace(objects=("Interleukin4",), scope=lone),
        change._replace(objects=("Interleukin13",), scope=lone, direction="Unchanged"),
        action._replace(objects=("JakStatSignalling",)),
        action._replace(objects=("InterferonGamma",), certainty="Likely"),
        action._replace(
            subjects=("LocalImmunotherapy",), predicate="induces", objects=("Type2Inflammation",)
        ),
        action._replace(subjects=AGENTS, predicate="induces", objects=("Type1Inflammation",)),
    )
    return SHIPPED._replace(facts=tuple(f._replace(name=f"fact-{n}") for n, f in enumerate(listed)))
