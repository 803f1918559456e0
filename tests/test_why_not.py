"""Why not: each reason is given where it stands in the way, and not where it does not."""

from __future__ import annotations

import json
from functools import cache
from itertools import cycle

import pytest
from oracle import Fact, Scope
from pyoxigraph import Literal, NamedNode, Quad
from worlds import FACT, LAYER, aa, add

from aa_ld import load, places
from aa_ld.ask import DISCLAIMER
from aa_ld.errors import ParameterValueError, UnknownQuestionError, UnknownTermError
from aa_ld.infer import infer
from aa_ld.knowledge import Knowledge
from aa_ld.names import Names
from aa_ld.store import open_layers
from aa_ld.vocab import INFERRED, PREFIXES
from aa_ld.why_not import WhyNot, why_not

TOWARD, WORSEN = "treatments-toward-th2", "treatments-that-may-worsen"
SCOPE = Scope("PatientWithAlopeciaAreata", "Serum", "week 12", "Human", "NotApplicable", "one")
PREDICATES = {"ClinicalOutcome": "showedEfficacyAgainst", "Recommendation": "recommends"}


def member(mediator: str = "Interleukin4", axis: str = "Th2", standing: str = "Canonical") -> Fact:
    """A source files a mediator under an axis."""
    return Fact(
        f"member-{mediator}-{axis}", "AxisMembership", (mediator,), "standsFor", (axis,), standing=standing
    )


def action(does: str = "inhibits", target: str = "Interleukin4", **more: object) -> Fact:
    """A source says what dupilumab does to a target."""
    return Fact(f"{does}-{target}", "PharmacologicalAction", ("Dupilumab",), does, (target,))._replace(**more)


def change(analyte: str = "Interleukin4", direction: str = "Raised", **scope: str) -> Fact:
    """A source says what moved in people given dupilumab."""
    return Fact(
        f"change-{analyte}", "BiomarkerChange", ("Dupilumab",), "changesLevelOf", (analyte,),
        SCOPE._replace(**scope), direction=direction,
    )  # fmt: skip


def other(kind: str, **more: object) -> Fact:
    """A source says something else of dupilumab."""
    return Fact(f"of-{kind}", kind, ("Dupilumab",), PREDICATES[kind], ("AlopeciaAreata",))._replace(**more)


BOTH = [member(), member("InterferonGamma", "Th1")]
TWO = [member(), member("Interleukin13")]

#: Reason to question, facts where it stands in the way, the sentence, and almost the same facts, where it does not.
CASES: dict[str, tuple[str, list[Fact], str, list[Fact]]] = {
    "acts-on-other-arm": (
        TOWARD,
        [change("InterferonGamma", "Lowered"), action(), *BOTH],
        "The measured effect of dupilumab on Th1 is lowered, but it is also said to act on interleukin-4, "
        "which is filed under Th2: one arm alone gives no direction here.",
        [change("InterferonGamma", "Lowered"), *BOTH],
    ),
    "analyte-does-not-fire": (
        TOWARD,
        [change("ImmunoglobulinE"), member("ImmunoglobulinE", standing="Readout")],
        "Under dupilumab the level of immunoglobulin E was measured, and a source files that under Th2: readout. "
        "Only canonical members count as a sign.",
        [change("ImmunoglobulinE"), member("ImmunoglobulinE")],
    ),
    "animals": (
        WORSEN,
        [change(species="Mouse"), member()],
        "The effect of dupilumab on Th2 was seen in mouse.",
        [change(species="Human"), member()],
    ),
    "cohort-not-stated": (
        TOWARD,
        [change(cohort="NotStated"), member()],
        "Under dupilumab the level of interleukin-4 was measured, and which cohort was followed is not stated.",
        [change(cohort="one"), member()],
    ),
    "contradictory": (
        TOWARD,
        [change(), change("Interleukin13", "Lowered"), *TWO],
        "The measured verdict for dupilumab is contradictory: members of one arm moved in different ways.",
        [change(), change("Interleukin13", "Raised"), *TWO],
    ),
    "denied": (
        TOWARD,
        [action(positive=False), member()],
        "A source says no.",
        [action(), member()],
    ),
    "disputed": (
        TOWARD,
        [action(disputed=True), member()],
        "A line of evidence disputes what dupilumab is said to do.",
        [action(), member()],
    ),
    "member-does-not-fire": (
        TOWARD,
        [action(), member(standing="Contributory")],
        "Dupilumab inhibits interleukin-4, and a source files that under Th2: contributory. "
        "Only canonical and shared members fire a rule.",
        [action(), member(standing="Shared")],
    ),
    "mixed-members": (
        WORSEN,
        [change(), change("Interleukin13", "Lowered"), *TWO],
        "Members of Th2 moved in different ways under dupilumab.",
        [change(), change("Interleukin13", "Raised"), *TWO],
    ),
    "no-direction": (
        TOWARD,
        [change(), change("InterferonGamma"), *BOTH],
        "The measured verdict for dupilumab is undetermined: Th2 raised, Th1 raised.",
        [change(), change("InterferonGamma", "Lowered"), *BOTH],
    ),
    "no-membership": (
        TOWARD,
        [action()],
        "No loaded source files interleukin-4 under an axis; silence is not a no.",
        [action(), member()],
    ),
    "nobody-in-both": (
        WORSEN,
        [change(population="HealthyVolunteer"), member()],
        "Dupilumab raises Th2 in healthy volunteer, and this group neither contains nor lies within "
        "patient with alopecia areata and extrinsic atopic dermatitis.",
        [change(population="PatientWithAlopeciaAreata"), member()],
    ),
    "nothing-raised": (
        WORSEN,
        [action(), member()],
        "The predicted effect of dupilumab on Th2 is lowered.",
        [action("induces", "Type2Inflammation")],
    ),
    "other-action": (
        TOWARD,
        [action("opposes"), member()],
        "What dupilumab does to interleukin-4 is filed as “opposes”. Only what inhibits or induces fires a rule.",
        [action("inhibits"), member()],
    ),
    "other-axis": (
        TOWARD,
        [action(target="Interleukin17A"), member("Interleukin17A", "Th17")],
        "Dupilumab has an effect on Th17 only, which is neither arm of the balance.",
        [action(target="Interleukin17A"), member("Interleukin17A", "Th17"), action(), member()],
    ),
    "other-direction": (
        TOWARD,
        [action(), member()],
        "The predicted verdict for dupilumab is away from Th2, relative.",
        [action(target="InterferonGamma"), member("InterferonGamma", "Th1")],
    ),
    "outcome-only": (
        TOWARD,
        [other("ClinicalOutcome")],
        "Dupilumab has outcomes in patients on record, and no effect on an axis follows from an outcome.",
        [other("ClinicalOutcome"), action(), member()],
    ),
    "single-mediator-induced": (
        TOWARD,
        [action("induces"), member()],
        "Dupilumab induces interleukin-4, a single thing and no axis; no rule predicts from that.",
        [action("induces", "Type1Inflammation")],
    ),
    "together": (
        TOWARD,
        [action(subjects=("Dupilumab", "Tofacitinib")), member()],
        "This is said of dupilumab and tofacitinib together, not of each.",
        [action(), member()],
    ),
}  # fmt: skip


def asked(facts: list[Fact], question: str, treatment: str = "dupilumab") -> WhyNot:
    """Why not, over the words of the ontology and a few facts, each with its name as its sentence."""
    layers = open_layers(("ontology",))
    add(layers, facts)
    graph = layers.graph(LAYER)
    lines = {quad.object for quad in layers.store.quads_for_pattern(None, aa("evidence"), None, graph)}
    layers.extend((Quad(NamedNode(FACT + f.name), LABEL, Literal(f.name), graph) for f in facts), LAYER)
    layers.extend((Quad(line, aa("kind"), aa("StudyFinding"), graph) for line in lines), LAYER)
    layers.extend((Quad(line, aa("publication"), PUBLICATION, graph) for line in lines), LAYER)
    infer(layers)
    return why_not(layers, treatment, question)


LABEL = NamedNode(PREFIXES["rdfs"] + "label")
PUBLICATION = NamedNode(PREFIXES["publication"] + "mine")


@cache
def review() -> Knowledge:
    return load("review")


def test_every_reason_is_tried():
    """A query in queries/why-not that no case reaches would be decoration."""
    assert set(CASES) == set(places.why_not_files())


@pytest.mark.parametrize("reason", CASES)
def test_a_reason_is_given_where_it_stands_in_the_way(reason):
    """In one plain sentence, with the facts at fault."""
    question, facts, sentence, _ = CASES[reason]
    found = {r.name: r for r in asked(facts, question).reasons}

    assert found[reason].sentence == sentence
    assert found[reason].facts


@pytest.mark.parametrize("reason", CASES)
def test_a_reason_is_not_given_where_it_does_not_stand_in_the_way(reason):
    """One thing is other than in the case where it is given."""
    question, facts, _, almost = CASES[reason]

    assert almost != facts
    assert reason not in {r.name for r in asked(almost, question).reasons}


@pytest.mark.parametrize("reason", CASES)
def test_the_facts_at_fault_are_loaded_or_follow_from_what_is(reason):
    """Nothing is named that nobody said."""
    question, facts, _, _ = CASES[reason]
    told = {fact.name for fact in facts}
    for found in asked(facts, question).reasons:
        names = {f.iri.removeprefix(FACT) for f in found.facts}

        assert all(name in told or name.startswith("derived-") for name in names)


def test_what_is_in_the_answer_is_no_reason_against_it():
    """A treatment that is in the answer is said to be, with what stands in the way of more."""
    found = asked([action("induces", "Type2Inflammation")], TOWARD)

    assert (found.found, found.reasons) == (1, ())
    assert found.lines() == [
        "The answer to “Which treatments shift the cytokine balance toward Th2?” holds 1 fact on dupilumab."
    ]


def test_what_stands_in_the_way_of_more_is_told_beside_what_is_there():
    """A mixed record is told as one: found here, contradictory there."""
    mixed = [change(cohort="two"), change("Interleukin13", "Lowered", cohort="two")]
    mixed = [fact._replace(name=f"{fact.name}-two") for fact in mixed]
    found = asked([change(), *TWO, *mixed], TOWARD)

    assert found.found == 1
    assert "holds 1 fact on dupilumab. What stands in the way of more:" in found.lines()[0]
    assert [reason.name for reason in found.reasons] == ["contradictory"]


def test_nothing_loaded_is_silence_and_not_a_no():
    """A treatment that no fact names gets no reason, and no denial."""
    found = asked([], TOWARD)

    assert (found.found, found.reasons, found.known) == (0, (), ())
    assert found.lines()[1:] == [
        "  - No loaded fact names dupilumab: the loaded sources are silent, which is not a no."
    ]


def test_facts_of_another_kind_are_named_and_no_reason_is_made_up():
    """What is loaded on it is shown, with its kind."""
    (line,) = asked([other("Recommendation")], TOWARD).lines()[1:]

    assert line == (
        "  - What is loaded on dupilumab is of another kind (recommendation: of-Recommendation). "
        "On this question the loaded sources are silent, which is not a no."
    )


def test_a_question_that_no_reason_speaks_to_gets_silence():
    """Reasons on the balance are not given for a question on something else."""
    found = asked([other("ClinicalOutcome")], "treatments-that-failed")

    assert found.reasons == ()
    assert "which is not a no" in found.to_text()


def test_a_hedge_is_kept():
    """What a source only reports is not told as plain."""
    (reason,) = review().why_not("dupilumab", TOWARD).reasons

    assert [fact.id for fact in reason.facts] == ["SF20", "SF21"]
    assert {line.hedge for fact in reason.facts for line in fact.evidence} == {"reportedly"}
    assert "[SF21] Reportedly, dupilumab" in review().why_not("dupilumab", TOWARD).to_text()


def test_dupilumab_acts_on_the_other_arm_until_the_facts_that_say_so_are_gone():
    """Its measured fall of Th1 gives no direction, as it blocks what is filed under Th2."""
    layers = open_layers()
    infer(layers)
    told = [r for r in why_not(layers, "dupilumab", TOWARD).reasons if r.name == "acts-on-other-arm"]
    assert {"interleukin-4", "interleukin-13"} == {r.sentence.split("act on ")[1].split(",")[0] for r in told}

    layers.clear(INFERRED)
    for fact in {f.iri for reason in told for f in reason.facts if not f.derivation}:
        layers.remove(fact)
    infer(layers)

    left = {reason.name for reason in why_not(layers, "dupilumab", TOWARD).reasons}
    assert "acts-on-other-arm" not in left


def test_a_treatment_and_a_question_are_found_by_any_of_their_names():
    """Label, short name and IRI; name, title and competency question."""
    first = review().why_not("dupilumab", TOWARD)
    for treatment in ("Dupilumab", "aa:Dupilumab", PREFIXES["aa"] + "Dupilumab"):
        for question in ("CQ17", first.question.title):
            assert review().why_not(treatment, question).to_json() == first.to_json()


@pytest.mark.parametrize(
    ("treatment", "question", "error", "near"),
    [
        ("dupilumb", TOWARD, UnknownTermError, "dupilumab"),
        ("dupilumab", "treatment-toward-th2", UnknownQuestionError, TOWARD),
        ("interferon gamma", TOWARD, ParameterValueError, None),
        ("alopecia areata", TOWARD, ParameterValueError, None),
        ("SF30", TOWARD, ParameterValueError, None),
    ],
)
def test_what_is_no_treatment_or_no_question_is_an_error(treatment, question, error, near):
    """The nearest name is offered."""
    with pytest.raises(error) as caught:
        review().why_not(treatment, question)

    assert near is None or near in caught.value.nearest


def test_the_forms_tell_the_same():
    """Text, Markdown and JSON: the same reasons, and a disclaimer for people."""
    found = review().why_not("dupilumab", TOWARD)
    record = json.loads(found.to_json())
    (reason,) = found.reasons

    assert record == {
        "question": TOWARD,
        "treatment": "aa:Dupilumab",
        "found": 0,
        "reasons": [
            {
                "reason": "outcome-only",
                "sentence": reason.sentence,
                "facts": [f"fact:{fact.iri.removeprefix(FACT)}" for fact in reason.facts],
            }
        ],
        "facts": [f"fact:{fact.iri.removeprefix(FACT)}" for fact in found.known],
    }
    for text in (found.to_text(), found.to_markdown()):
        assert reason.sentence in text
        assert text.endswith(DISCLAIMER)
    assert found.to_markdown().startswith("## Why dupilumab is not in the answer")


def test_no_shipped_treatment_is_left_without_a_word():
    """For each treatment that a loaded fact names: in the answer, or a reason, or said to be silence."""
    kb = load()
    treatments = Names(kb.layers).members(PREFIXES["aa"] + "Treatment")
    named = sorted({subject for fact in kb.facts() for subject in fact.subjects} & treatments)
    assert len(named) > 5
    for treatment, question in zip(named, cycle((TOWARD, "treatments-away-from-th2", WORSEN))):
        found = kb.why_not(treatment, question)

        assert found.found or len(found.lines()) > 1
        assert all("{" not in reason.sentence and reason.facts for reason in found.reasons)


def test_a_source_that_does_not_name_a_shipped_treatment_is_silent_on_it():
    """With the review alone, a treatment of another publication is silence, and no error."""
    assert (
        "the loaded sources are silent, which is not a no"
        in review().why_not("tralokinumab", TOWARD).to_text()
    )


def test_what_the_answer_shows_as_stated_does_not_stand_in_its_own_way():
    """A verdict that follows from a row of the answer is no reason against more rows."""
    found = review().why_not("local immunotherapy", TOWARD)

    assert (found.found, found.reasons) == (1, ())
