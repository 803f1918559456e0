"""Where naive inference goes wrong: each tempting step, and that it is not taken.

The twenty rows are those of the immunologist's model; three more are rules of
it that a step could break unseen. `GUARDS` in naive.py says which words of the project
keep each step from being taken: without them its test fails, and a test sees to that.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from naive import (
    AA_PATIENT,
    EXTRINSIC,
    GUARDS,
    IFN,
    IL4,
    IL13,
    INTRINSIC,
    SERUM,
    WITH_ATOPIC,
    House,
    action,
    change,
    member,
    source_fact,
)
from oracle import Conclusion, Scope


@pytest.fixture
def house() -> House:
    return House()


def verdicts(found: list[Conclusion]) -> list[tuple[str, str]]:
    return [c.verdict for c in found if c.verdict]


def effects(found: list[Conclusion]) -> set[tuple[str, str, str, frozenset[str]]]:
    return {(c.agent, c.about, c.tier, c.signs[0]) for c in found if c.kind == "AxisEffect"}


DOWN, UP = frozenset({"Lowered"}), frozenset({"Raised"})


# The rows of the model


def test_blocking_interferon_gamma_does_not_induce_th2(house):
    """Row 1: relative, one axis, possible; nothing is said of Th2 itself."""
    found = house.follows(IFN, action("Antibody", "inhibits", "InterferonGamma"))
    (shift,) = [c for c in found if c.kind == "BalanceShift"]

    assert effects(found) == {("Antibody", "Th1", "PredictedTier", DOWN)}
    assert (shift.verdict, shift.certainty) == (("TowardTh2", "Relative"), "Possible")
    assert shift.signs == (frozenset({"NotStated"}), DOWN)


def test_an_agent_that_shifts_the_balance_in_serum_need_not_do_so_in_skin(house):
    """Row 2: a sign holds where it was measured."""
    skin = SERUM._replace(compartment="Skin")
    found = house.follows(
        IFN,
        IL4,
        change("Diphenylcyclopropenone", "Interleukin4", "Raised", SERUM),
        change("Diphenylcyclopropenone", "InterferonGamma", "Lowered", SERUM),
        change("Diphenylcyclopropenone", "InterferonGamma", "Raised", skin),
    )
    shifts = {c.scope.compartment: c.verdict for c in found if c.kind == "BalanceShift"}

    assert shifts == {"Serum": ("TowardTh2", "Absolute"), "Skin": ("TowardTh1", "Relative")}


def test_one_cytokine_does_not_stand_for_an_axis_whose_members_disagree(house):
    """Row 3: interleukin-4 up and interleukin-13 down leave no verdict."""
    found = house.follows(
        IL4,
        IL13,
        change("Diphenylcyclopropenone", "Interleukin4", "Raised", SERUM),
        change("Diphenylcyclopropenone", "Interleukin13", "Lowered", SERUM),
    )

    assert verdicts(found) == [("Contradictory", "NotApplicable")]


def test_no_first_marker_wins_where_both_arms_fall(house):
    """Row 4: neither what a JAK inhibitor lowers nor the hub that it blocks gives a direction."""
    found = house.follows(
        IFN,
        IL4,
        member("JakStatSignalling", "Th1", "Shared"),
        member("JakStatSignalling", "Th2", "Shared"),
        change("Ritlecitinib", "InterferonGamma", "Lowered", SERUM),
        change("Ritlecitinib", "Interleukin4", "Lowered", SERUM),
        action("Tofacitinib", "inhibits", "JakStatSignalling"),
    )

    assert verdicts(found) == [("Undetermined", "NotApplicable")] * 2


def test_blocking_interleukin_6_shifts_nothing(house):
    """Row 5: that one source files it under Th2 does not settle what others contest."""
    assert house.follows(member("Interleukin6", "Th2"), action("Blocker", "inhibits", "Interleukin6")) == []


def test_blocking_a_readout_of_an_axis_does_not_lower_the_axis(house):
    """Row 6: immunoglobulin E follows type 2 activity; an antibody against it does not suppress Th2."""
    readout = member("ImmunoglobulinE", "Th2", "Readout")

    assert house.follows(readout, action("Omalizumab", "inhibits", "ImmunoglobulinE")) == []


def test_lowering_th2_does_not_raise_th1(house):
    """Row 7: a hypothesis is of another class, what was measured stays a tier of its own, and no outcome follows."""
    found = house.follows(
        IFN,
        IL4,
        action("Dupilumab", "inhibits", "Interleukin4"),
        action("Dupilumab", "induces", "Type1Inflammation", kind="MechanismLink")._replace(
            certainty="Possible"
        ),
        change("Dupilumab", "InterferonGamma", "Lowered", SERUM._replace(time="week 48")),
    )

    assert effects(found) == {
        ("Dupilumab", "Th2", "PredictedTier", DOWN),
        ("Dupilumab", "Th1", "MeasuredTier", DOWN),
    }
    assert {c.kind for c in found} == {"AxisEffect", "BalanceShift"}


OUTCOMES = source_fact(
    "began-under-dupilumab",
    """a aa:ClinicalOutcome ; aa:subject aa:Dupilumab ; aa:predicate aa:hadOutcomeIn ; aa:object aa:AlopeciaAreata ;
    aa:effect aa:NewOnset ; aa:polarity aa:Positive ; aa:population aa:PatientWithAtopicDermatitis""",
) + source_fact(
    "other-hair-loss-under-dupilumab",
    """a aa:ClinicalOutcome ; aa:subject aa:Dupilumab ; aa:predicate aa:hadOutcomeIn ; aa:object aa:OtherAlopecia ;
    aa:effect aa:NewOnset ; aa:polarity aa:Positive ; aa:population aa:PatientWithAtopicDermatitis""",
)


def test_outcomes_of_a_treatment_are_a_distribution_and_not_one_sign(house):
    """Row 8: that dupilumab improved alopecia areata in one patient does not hide whom it harmed."""
    effects_told = sorted(
        row.get("effect", "") for row in house.answers("outcomes-under-treatment", OUTCOMES)
    )

    assert effects_told == ["Improved", "NewOnset"]


def test_hair_loss_under_a_drug_is_not_all_alopecia_areata(house):
    """Row 9: what was lost is an attribute of the outcome."""
    facts = {row["fact"] for row in house.answers("outcomes-under-treatment", OUTCOMES)}

    assert facts == {"dupilumab-efficacy-alopecia-areata", "began-under-dupilumab"}


def test_a_raised_marker_is_neither_driver_nor_target(house):
    """Row 10: a level that differs is no link of the chain, so no treatment breaks the chain there."""
    turtle = source_fact(
        "raised-tumor-necrosis-factor",
        """a aa:BiomarkerObservation ; aa:subject aa:TumorNecrosisFactor ; aa:predicate aa:levelRaisedIn ;
        aa:object aa:PatientWithAlopeciaAreata ; aa:direction aa:Raised ; aa:polarity aa:Positive ;
        aa:context aa:AlopeciaAreata ; aa:population aa:PatientWithAlopeciaAreata""",
    ) + source_fact(
        "etanercept-inhibits-tumor-necrosis-factor",
        """a aa:PharmacologicalAction ; aa:subject aa:Etanercept ; aa:predicate aa:inhibits ;
        aa:object aa:TumorNecrosisFactor ; aa:polarity aa:Positive ; aa:population aa:NotStated""",
    )

    assert house.answers("where-treatments-break-the-chain", turtle) == []


def test_an_allergy_drug_is_not_taken_to_act_against_th2(house):
    """Row 11: what counts is the action that was told, not what the drug is given for."""
    given_for = action("Fexofenadine", "inhibits", "Interleukin4", kind="Recommendation")
    found = house.follows(IFN, IL4, action("Fexofenadine", "inhibits", "InterferonGamma"), given_for)

    assert effects(found) == {("Fexofenadine", "Th1", "PredictedTier", DOWN)}
    assert verdicts(found) == [("TowardTh2", "Relative")]


def test_what_is_said_to_oppose_th2_is_not_taken_to_lower_it(house):
    """Row 12: the measured rise stands, and the authors' reading does not become a sign beside it."""
    found = house.follows(
        member("Interleukin5", "Th2"),
        action("HouseDustMiteImmunotherapy", "opposes", "Type2Inflammation")._replace(certainty="Possible"),
        change("HouseDustMiteImmunotherapy", "Interleukin5", "Raised", SERUM),
    )

    assert effects(found) == {("HouseDustMiteImmunotherapy", "Th2", "MeasuredTier", UP)}


def test_a_contested_cytokine_that_rises_raises_no_axis(house):
    """Row 13: some file interleukin-2 under Th1, others under regulation; low-dose interleukin-2 promotes neither by rule."""
    found = house.follows(
        member("Interleukin2", "Th1"),
        member("Interleukin2", "RegulatoryAxis", "Contested"),
        change("LowDoseInterleukin2", "Interleukin2", "Raised", SERUM),
        action("LowDoseInterleukin2", "expands", "RegulatoryTCell"),
    )

    assert found == []


def test_poor_response_is_not_worsening(house):
    """Row 14: that atopic patients respond poorly warns nobody of harm."""
    turtle = source_fact(
        "poor-response",
        """a aa:PrognosticStatement ; aa:subject aa:Diphenylcyclopropenone ; aa:predicate aa:poorerResponseIn ;
        aa:object aa:PatientWithAlopeciaAreataAndAtopicDermatitis ; aa:polarity aa:Positive ;
        aa:population aa:PatientWithAlopeciaAreataAndAtopicDermatitis""",
    )
    facts = {row["fact"] for row in house.answers("treatments-that-may-worsen", turtle)}

    assert facts == {"local-immunotherapy-may-worsen-extrinsic"}


def test_the_axis_of_the_disease_is_not_the_axis_of_every_patient(house):
    """Row 15: alopecia areata counts as type 1, and still Th2 dominates in a group of its patients."""
    found = house.follows(
        action("Th1Inducer", "induces", "Type1Inflammation", Scope(AA_PATIENT)),
        action("Th2Inducer", "induces", "Type2Inflammation", Scope(AA_PATIENT)),
    )

    assert {(c.agent, c.about) for c in found if c.kind == "RiskInference"} == {("Th2Inducer", EXTRINSIC)}


def test_silence_on_intrinsic_dermatitis_neither_warns_nor_clears(house):
    """Row 16: what holds for both types together is concluded for the extrinsic one, and of the intrinsic one nothing."""
    found = house.follows(
        IL4, change("Example", "Interleukin4", "Raised", SERUM._replace(population=WITH_ATOPIC))
    )
    risks = [c for c in found if c.kind == "RiskInference"]

    assert [(c.about, c.scope.population) for c in risks] == [(EXTRINSIC, EXTRINSIC)]
    assert INTRINSIC not in {c.about for c in found} | {c.scope.population for c in found}


def test_one_cohort_told_twice_counts_once_and_two_cohorts_stay_two(house):
    """Row 17: the cohort, not the publication, says whose levels moved."""
    found = house.follows(
        IL4,
        change("Example", "Interleukin4", "Raised", SERUM),
        change("Example", "Interleukin4", "Raised", SERUM),
        change("Example", "Interleukin4", "Lowered", SERUM._replace(cohort="other")),
    )
    told = {c.scope.cohort: (c.signs[0], len(c.premises)) for c in found if c.kind == "AxisEffect"}

    assert told == {"one": (UP, 3), "other": (DOWN, 2)}


def test_nkg2d_on_other_cells_is_not_told_of_cd8_cells(house):
    """Row 18: the marker does not make the lineage."""
    turtle = source_fact(
        "natural-killer-cells-carry-nkg2d",
        """a aa:Phenotype ; aa:subject aa:ExampleNaturalKillerCell ; aa:predicate aa:hasPhenotype ; aa:object aa:Nkg2d ;
        aa:polarity aa:Positive ; aa:population aa:NotStated""",
    )
    facts = {row["fact"] for row in house.answers("which-cells-produce", turtle)}

    assert facts == {"activated-cells-produce-interferon-gamma", "producing-cells-phenotype"}


def test_no_difference_is_a_finding_and_not_a_gap(house):
    """Row 19: a level that stayed, and a rise that was denied, each have a row."""
    observed = """a aa:BiomarkerObservation ; aa:subject aa:InterferonGamma ; aa:predicate aa:levelRaisedIn ;
        aa:object aa:PatientWithAlopeciaAreata ; aa:population aa:PatientWithAlopeciaAreata """
    turtle = (
        source_fact("raised", observed + "; aa:direction aa:Raised ; aa:polarity aa:Positive")
        + source_fact("not-raised", observed + "; aa:direction aa:Raised ; aa:polarity aa:Negative")
        + source_fact("unchanged", observed + "; aa:direction aa:Unchanged ; aa:polarity aa:Positive")
    )
    told = {
        (row["fact"], row.get("direction"), row["polarity"])
        for row in house.answers("levels-of-mediator", turtle)
    }

    assert told == {
        ("raised", "Raised", "Positive"),
        ("not-raised", "Raised", "Negative"),
        ("unchanged", "Unchanged", "Positive"),
    }


def test_a_heading_of_the_index_is_no_fact_about_the_disease(house):
    """Row 20: that a text is filed under a disease and its virology does not link viruses to the disease."""
    turtle = "aa:ExampleViralDisease rdfs:subClassOf aa:Disease ." + source_fact(
        "filed-under-virology",
        """a aa:MeshIndexing ; aa:subject aa:AlopeciaAreata ; aa:predicate aa:isIndexedUnder ;
        aa:object aa:ExampleViralDisease ; aa:polarity aa:Positive ; aa:population aa:NotApplicable""",
    )
    told = {(row["fact"], row["other"]) for row in house.answers("complications", turtle)}

    assert told == {
        ("alopecia-areata-has-complication-atopic-dermatitis", "AtopicDermatitis"),
        ("alopecia-areata-and-atopic-dermatitis-can-cooccur", "AtopicDermatitis"),
    }


# Rules of the model that no row tries


def test_what_two_treatments_did_together_is_said_of_neither(house):
    """R2 gives what the text says, and the text speaks of the two together."""
    both = action("One", "induces", "Type2Inflammation")._replace(subjects=("One", "Other"))

    assert house.follows(both) == []


def test_an_effect_in_mice_is_no_risk_of_patients(house):
    """R7: no transfer between species."""
    found = house.follows(action("Example", "induces", "Type2Inflammation", Scope(species="Mouse")))

    assert {c.kind for c in found} == {"AxisEffect", "BalanceShift"}


def test_a_prediction_is_less_certain_than_what_it_rests_on(house):
    """R8: one step down from asserted is likely."""
    hub = (
        member("Hub", "Th1", "Shared"),
        member("Hub", "Th17", "Shared"),
        action("Example", "inhibits", "Hub"),
    )

    assert {c.certainty for c in house.follows(*hub) if c.kind == "AxisEffect"} == {"Likely"}


#: Row of the model, or rule, to the test of it.
ROWS: dict[int | str, Callable[[House], None]] = {
    1: test_blocking_interferon_gamma_does_not_induce_th2,
    2: test_an_agent_that_shifts_the_balance_in_serum_need_not_do_so_in_skin,
    3: test_one_cytokine_does_not_stand_for_an_axis_whose_members_disagree,
    4: test_no_first_marker_wins_where_both_arms_fall,
    5: test_blocking_interleukin_6_shifts_nothing,
    6: test_blocking_a_readout_of_an_axis_does_not_lower_the_axis,
    7: test_lowering_th2_does_not_raise_th1,
    8: test_outcomes_of_a_treatment_are_a_distribution_and_not_one_sign,
    9: test_hair_loss_under_a_drug_is_not_all_alopecia_areata,
    10: test_a_raised_marker_is_neither_driver_nor_target,
    11: test_an_allergy_drug_is_not_taken_to_act_against_th2,
    12: test_what_is_said_to_oppose_th2_is_not_taken_to_lower_it,
    13: test_a_contested_cytokine_that_rises_raises_no_axis,
    14: test_poor_response_is_not_worsening,
    15: test_the_axis_of_the_disease_is_not_the_axis_of_every_patient,
    16: test_silence_on_intrinsic_dermatitis_neither_warns_nor_clears,
    17: test_one_cohort_told_twice_counts_once_and_two_cohorts_stay_two,
    18: test_nkg2d_on_other_cells_is_not_told_of_cd8_cells,
    19: test_no_difference_is_a_finding_and_not_a_gap,
    20: test_a_heading_of_the_index_is_no_fact_about_the_disease,
    "R2": test_what_two_treatments_did_together_is_said_of_neither,
    "R7": test_an_effect_in_mice_is_no_risk_of_patients,
    "R8": test_a_prediction_is_less_certain_than_what_it_rests_on,
}


def test_every_row_has_its_guard():
    """Twenty rows, none left out."""
    assert set(range(1, 21)) <= set(ROWS)
    assert set(GUARDS) == set(ROWS)


@pytest.mark.parametrize("row", GUARDS)
def test_without_its_guard_the_naive_step_is_taken(row):
    """The words of the guard stand in the file once; taken out, the test of the row fails."""
    guard = GUARDS[row]
    text = House().text(guard.file)

    assert text.count(guard.words) == 1

    with pytest.raises(AssertionError):
        ROWS[row](House({guard.file: text.replace(guard.words, guard.instead)}))
