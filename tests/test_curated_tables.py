"""The curated tables, whole: what follows from all of them is what the immunologist's model says.

The tables lie beside the checkout and hold more than the shipped facts, some of
them from sources without an identifier. They are read into memory here.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from functools import cache

import pytest
from oracle import Conclusion, Fact, Scope, conclude
from worlds import conclusions, layers_of, shipped_world

from aa_ld import places
from aa_ld.infer import infer
from aa_ld.rule import read_rules

DOMAIN = places.ROOT.parent / "shared" / "domain"
pytestmark = pytest.mark.skipif(not DOMAIN.is_dir(), reason="the curated tables are not beside this checkout")

AXES = {
    "type1": "Th1", "type2": "Th2", "type17": "Th17", "regulatory": "RegulatoryAxis", "innate": "InnateAxis",
}  # fmt: skip
DIRECTIONS = {"increase": "Raised", "decrease": "Lowered", "no-change": "Unchanged"}

#: Population as the table words it: the group and the response; the cohort is the study.
PEOPLE = {
    "AA": ("PatientWithAlopeciaAreata", "NotApplicable"),
    "AA + extrinsic AD": ("PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis", "NotApplicable"),
    "AA with mite allergy": ("PatientWithAlopeciaAreataAndMiteAllergy", "NotApplicable"),
    "AA responders (gong2019)": ("PatientWithAlopeciaAreata", "Responder"),
    "AA non-responders (gong2019)": ("PatientWithAlopeciaAreata", "NonResponder"),
    "AA responders (dpcp2020)": ("PatientWithAlopeciaAreata", "Responder"),
    "AA non-responders (dpcp2020)": ("PatientWithAlopeciaAreata", "NonResponder"),
    "volunteers (gulati2014)": ("Volunteer", "NotApplicable"),
    "healthy volunteers (han_dpcp)": ("HealthyVolunteer", "NotApplicable"),
}

DPCP = "DPCP"
IMPOSSIBLE_TO_TELL = ("Undetermined", "NotApplicable")


def table(name: str) -> list[dict[str, str]]:
    with (DOMAIN / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def term(words: str) -> str:
    """A local name for what a table names; an axis as a whole has a term of the ontology."""
    if words in AXES:
        return {"type1": "Type1Inflammation", "type2": "Type2Inflammation"}[words]
    return re.sub(r"[^A-Za-z0-9γβ]", "", words).replace("γ", "gamma").replace("β", "beta")


def memberships() -> list[Fact]:
    """A fact a mediator and axis; markers of an axis as a whole stand for it."""
    rows = [(row["mediator"], row["axis"], row["membership"]) for row in table("axis_members")]
    rows += [("type1 markers", "type1", "canonical"), ("type2 markers", "type2", "canonical")]
    found = [(mediator, axis, standing) for mediator, axes, standing in rows for axis in axes.split("+")]
    return [
        Fact(
            f"member-{n}", "AxisMembership", (term(mediator),), "standsFor", (AXES[axis],),
            Scope("NotApplicable"), standing=standing.capitalize(),
        )
        for n, (mediator, axis, standing) in enumerate(found)
    ]  # fmt: skip


def actions() -> list[Fact]:
    return [
        Fact(
            f"action-{n}", "PharmacologicalAction", (term(row["agent"]),), row["action"], (term(row["target"]),),
            Scope(species="Mouse" if "mouse" in row["comment"] else "NotStated"),
        )
        for n, row in enumerate(table("agents"))
    ]  # fmt: skip


def changes() -> list[Fact]:
    """A change a row; the people of one study are one cohort."""
    studies = {row["fact_id"]: row["pub_id"] for row in table("facts")}
    found = []
    for n, row in enumerate(table("measured_effects")):
        group, response = PEOPLE[row["population"]]
        scope = Scope(
            group,
            term(row["compartment"].title()),
            row["time"],
            row["species"].title(),
            response,
            studies[row["fact_id"]],
        )
        found.append(
            Fact(
                f"change-{n}", "BiomarkerChange", (term(row["agent"]),), "changesLevelOf", (term(row["analyte"]),),
                scope, direction=DIRECTIONS[row["direction"]],
            )
        )  # fmt: skip
    return found


@cache
def followed(measured: bool = True) -> frozenset[Conclusion]:
    """What the rules conclude from the tables, with or without what was measured."""
    world = shipped_world()._replace(facts=(*memberships(), *actions(), *(changes() if measured else ())))
    layers = layers_of(world)
    infer(layers, read_rules().values())
    found = frozenset(conclusions(layers))
    assert found == conclude(world)
    return found


def arms(tier: str) -> dict[tuple[str, Scope], dict[str, frozenset[str]]]:
    """Agent and scope to what is known of each of the two arms in a tier."""
    found: dict[tuple[str, Scope], dict[str, frozenset[str]]] = defaultdict(dict)
    for c in followed():
        if c.kind == "AxisEffect" and c.tier == tier and c.about in ("Th1", "Th2"):
            found[c.agent, c.scope][c.about] = found[c.agent, c.scope].get(c.about, frozenset()) | c.signs[0]
    return found


def verdicts(tier: str) -> dict[tuple[str, Scope], Conclusion]:
    return {(c.agent, c.scope): c for c in followed() if c.kind == "BalanceShift" and c.tier == tier}


def names(*words: str) -> set[str]:
    return {term(word) for word in words}


LOWERED = {"Lowered"}


def test_the_tables_are_those_that_the_model_speaks_of():
    """Thirty-four memberships, nineteen of them canonical; 21 actions of 20 agents; 28 changes."""
    standings = [row["membership"] for row in table("axis_members")]

    assert (len(standings), len(table("agents")), len(table("measured_effects"))) == (34, 21, 28)
    assert len({row["agent"] for row in table("agents")}) == 20
    assert standings.count("canonical") == 19


def test_predictions_lower_one_arm_or_both_and_pass_over_the_rest():
    """The predicted tier of the model, agent by agent."""
    known: dict[str, dict[str, frozenset[str]]] = {
        agent: found for (agent, _), found in arms("PredictedTier").items()
    }
    only_2 = {agent for agent, found in known.items() if found == {"Th2": LOWERED}}
    only_1 = {agent for agent, found in known.items() if found == {"Th1": LOWERED}}
    both = {agent for agent, found in known.items() if found == {"Th1": LOWERED, "Th2": LOWERED}}

    assert only_2 == names("dupilumab", "tralokinumab", "lebrikizumab")
    assert only_1 == names("anti-IFN-γ antibodies", "CXCR3 blockade", "ustekinumab", "fexofenadine")
    assert both == names(
        "abrocitinib", "baricitinib", "deuruxolitinib", "ritlecitinib", "tofacitinib", "upadacitinib"
    )
    assert set(known) == only_2 | only_1 | both


def test_some_agents_get_no_sign_on_either_arm_from_what_they_act_on():
    """Readouts, contested and nonspecific mediators, another axis, and opposing: rightly nothing."""
    silent = names(
        "adalimumab",
        "etanercept",
        "omalizumab",
        "low-dose IL-2",
        "secukinumab",
        "house dust mite immunotherapy",
    )
    spoken = {agent for tier in ("PredictedTier", "StatedTier") for agent, _ in arms(tier)}
    every = {term(row["agent"]) for row in table("agents")}

    assert every - spoken == silent


def test_one_treatment_alone_is_stated_to_raise_an_arm():
    """Local immunotherapy, as the review says."""
    assert {(agent, *found.items()) for (agent, _), found in arms("StatedTier").items()} == {
        ("localimmunotherapy", ("Th2", frozenset({"Raised"})))
    }


def test_thirteen_groups_were_measured():
    """A group is a treatment in one compartment, population, cohort, time and response."""
    assert len(arms("MeasuredTier")) == 13


def test_one_agent_alone_shows_seven_different_things():
    """Diphenylcyclopropenone: no two of its seven groups read alike, so no sign holds of it everywhere."""
    found = [(c.verdict, *c.signs) for (agent, _), c in verdicts("MeasuredTier").items() if agent == DPCP]
    up, down, same, unknown = (frozenset({sign}) for sign in ("Raised", "Lowered", "Unchanged", "NotStated"))

    assert len(found) == 7
    assert set(found) == {
        (("TowardTh2", "Absolute"), up, down),
        (("Contradictory", "NotApplicable"), up | down, down),
        (IMPOSSIBLE_TO_TELL, up, up),
        (("AwayFromTh2", "Relative"), down, unknown),
        (IMPOSSIBLE_TO_TELL, unknown, same),
        (("TowardTh1", "Relative"), unknown, up),
        (("TowardTh2", "Relative"), unknown, down),
    }


def test_only_one_group_was_measured_to_shift_toward_th2_absolutely():
    """Responders to diphenylcyclopropenone in one cohort."""
    (shift,) = [c for c in followed() if c.verdict == ("TowardTh2", "Absolute")]

    assert (shift.agent, shift.scope.response, shift.scope.cohort) == (DPCP, "Responder", "gong2019")
    assert shift.tier == "MeasuredTier"


def test_dupilumab_was_measured_away_from_th2_in_the_extrinsic_group():
    """Relative: the type 2 cells fell, the type 1 cells did not move."""
    group = PEOPLE["AA + extrinsic AD"][0]
    (shift,) = [
        c
        for (agent, s), c in verdicts("MeasuredTier").items()
        if agent == "dupilumab" and s.population == group
    ]

    assert shift.verdict == ("AwayFromTh2", "Relative")
    assert shift.signs == (frozenset({"Lowered"}), frozenset({"Unchanged"}))
    assert shift.assumptions == frozenset()


def test_mite_immunotherapy_was_measured_to_raise_type_2():
    """The opposite of what its authors suggest; interleukin-33 is contributory and does not speak against it."""
    (found,) = [
        f for (agent, _), f in arms("MeasuredTier").items() if agent == term("house dust mite immunotherapy")
    ]

    assert found == {"Th2": frozenset({"Raised"})}


def test_predicted_shifts_toward_th2_are_relative_and_at_most_possible():
    """CQ17, predicted: four agents that lower type 1 alone."""
    found = {c for c in verdicts("PredictedTier").values() if c.verdict and c.verdict[0] == "TowardTh2"}

    assert {c.agent for c in found} == names(
        "anti-IFN-γ antibodies", "CXCR3 blockade", "ustekinumab", "fexofenadine"
    )
    assert {(c.verdict, c.certainty, c.signs[0]) for c in found} == {
        (("TowardTh2", "Relative"), "Possible", frozenset({"NotStated"}))
    }


def test_predicted_shifts_away_from_th2_are_those_of_three_antibodies():
    """CQ18, predicted."""
    found = {c.agent for c in verdicts("PredictedTier").values() if c.verdict == ("AwayFromTh2", "Relative")}

    assert found == names("dupilumab", "tralokinumab", "lebrikizumab")


def test_what_lowers_both_arms_gets_no_direction():
    """CQ19, by group: predicted of the six that block the hub, measured in one of them.

    CQ19 names more as measured. Tofacitinib lowered interleukin-2 beside
    interleukin-4, but interleukin-2 is contested and does not fire; dupilumab
    lowered type 2 at week 24 and type 1 at week 48, and no verdict crosses times.
    """
    down = (frozenset({"Lowered"}), frozenset({"Lowered"}))
    both = {(c.agent, c.tier) for c in followed() if c.kind == "BalanceShift" and c.signs == down}
    hub = names("abrocitinib", "baricitinib", "deuruxolitinib", "ritlecitinib", "tofacitinib", "upadacitinib")

    assert both == {(agent, "PredictedTier") for agent in hub} | {("ritlecitinib", "MeasuredTier")}
    assert {c.verdict for c in followed() if c.signs == down} == {IMPOSSIBLE_TO_TELL}


def test_one_arm_gives_no_verdict_where_the_agent_acts_on_the_other():
    """Who blocks type 2 cytokines is not taken to leave type 2 unchanged when type 1 falls.

    So two measured groups in which one arm alone is known have an effect and no verdict.
    """
    left = {(agent, scope.time) for agent, scope in set(arms("MeasuredTier")) - set(verdicts("MeasuredTier"))}

    assert left == {("tofacitinib", "6 months"), ("dupilumab", "week 48")}


def test_only_local_immunotherapy_and_what_raises_type_2_there_may_worsen_the_extrinsic_group():
    """R6 over all tiers: no population but those of whom, or of none of whom, a rise was told."""
    found = {(c.agent, c.tier, c.about, c.certainty) for c in followed() if c.kind == "RiskInference"}

    assert found == {
        ("localimmunotherapy", "StatedTier", PEOPLE["AA + extrinsic AD"][0], "Possible"),
        (DPCP, "MeasuredTier", PEOPLE["AA + extrinsic AD"][0], "Possible"),
    }


def test_what_was_measured_changes_no_prediction():
    """A tier never overwrites another."""
    told = {c for c in followed() if c.tier != "MeasuredTier"}

    assert told == {c for c in followed(measured=False) if c.tier != "MeasuredTier"}
