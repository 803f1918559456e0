"""The rules: held against an independent working out, over random facts and random edits.

`AA_LD_DEEP=1` tries many more, and other ones each time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict

import pytest
from every_case import every_case
from hypothesis import given
from hypothesis import strategies as st
from oracle import CERTAINTIES, TABLE, Fact, Scope, conclude, weakest
from pyoxigraph import Literal, NamedNode, Quad
from random_worlds import EXTRINSIC, SHIPPED, examples, rich_world, worlds
from worlds import FACT, add, conclusions, described, inferred_lines, layers_of, name

from aa_ld import cli, places
from aa_ld.infer import _Finish, infer, update, without
from aa_ld.rule import read_rules
from aa_ld.store import Merged, open_layers, rows
from aa_ld.vocab import BASE

RULES = tuple(read_rules().values())


# What follows


@examples(250)
@given(worlds())
def test_the_rules_conclude_what_follows_and_nothing_else(world):
    """Row for row, down to the premises: rules and the independent working out agree."""
    layers = layers_of(world)
    infer(layers, RULES)
    found = conclusions(layers)

    assert len(found) == len(set(found))
    assert set(found) == conclude(world)


def test_the_rules_conclude_what_follows_in_every_case():
    """Each sign, each scope, each bar: no case of the model is left to chance."""
    world = every_case()
    layers = layers_of(world)
    infer(layers, RULES)
    found = conclusions(layers)
    expected = conclude(world)

    assert {c.verdict for c in expected if c.verdict} == {*TABLE.values(), ("Contradictory", "NotApplicable")}
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_the_rich_example_makes_every_rule_conclude():
    """An example on which rules are compared would show little if some of them were silent on it."""
    given = infer(layers_of(rich_world()), RULES).given

    assert [rule for rule, number in given.items() if number == 0] == []


@examples(60)
@given(worlds())
def test_a_setting_is_one_agent_tier_and_scope(world):
    """Two conclusions share the IRI of a setting if and only if signs may be compared between them."""
    layers = layers_of(world)
    infer(layers, RULES)
    scope_of, setting_of = defaultdict(set), defaultdict(set)
    for parts in described(layers).values():
        if name(*parts["type"]) != "RiskInference":  # its population is the narrower one
            key = tuple(name(*parts[part]) for part in ("subject", "tier", "population", "compartment", "time",
                                                        "species", "responseGroup", "cohort"))  # fmt: skip
            scope_of[name(*parts["setting"])].add(key)
            setting_of[key].add(name(*parts["setting"]))

    assert {len(keys) for keys in scope_of.values()} <= {1}
    assert {len(iris) for iris in setting_of.values()} <= {1}


@examples(60)
@given(worlds())
def test_no_conclusion_is_firmer_than_its_weakest_premise(world):
    """Nor does one rest on something that is not loaded."""
    layers = layers_of(world)
    infer(layers, RULES)
    certainty = {fact.name: fact.certainty for fact in world.facts}
    derived = described(layers)
    certainty |= {name(node): name(*parts["certainty"]) for node, parts in derived.items()}
    for node, parts in derived.items():
        premises = [certainty.get(name(premise), "not loaded") for premise in parts["wasDerivedFrom"]]

        assert premises
        assert "not loaded" not in premises
        assert weakest([*premises, certainty[name(node)]]) == certainty[name(node)]


@pytest.mark.parametrize("certainty", CERTAINTIES)
def test_a_prediction_is_one_step_lower_and_never_above_its_premise(certainty):
    """At the bottom of the scale it stays where it is."""
    target = Fact("m", "AxisMembership", ("Interleukin4",), "standsFor", ("Th2",), standing="Canonical")
    action = Fact(
        "a", "PharmacologicalAction", ("Dupilumab",), "inhibits", ("Interleukin4",), certainty=certainty
    )
    layers = layers_of(SHIPPED._replace(facts=(target, action)))
    infer(layers, RULES)
    (effect,) = [found for found in conclusions(layers) if found.kind == "AxisEffect"]
    expected = {"Asserted": "Likely", "Likely": "Reported", "Presupposed": "Reported", "Attributed": "Reported",
                "Reported": "Possible", "Implied": "Possible", "Possible": "Possible",
                "Recommended": "Recommended"}  # fmt: skip

    assert effect.certainty == expected[certainty]


@examples(40)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(world, chance):
    """Nor does it matter that the layer was filled before: names, sentences and all are the same."""
    shuffled = list(world.facts)
    chance.shuffle(shuffled)
    layers, other = layers_of(world), layers_of(world._replace(facts=tuple(shuffled)))
    infer(layers, RULES)
    infer(other, RULES)
    lines = inferred_lines(layers)
    again = infer(layers, RULES)

    assert inferred_lines(other) == lines
    assert (again.risen, again.fallen) == (frozenset(), frozenset())
    assert inferred_lines(layers) == lines


@examples(60)
@given(worlds(), st.integers(1, 3))
def test_part_by_part_gives_what_the_whole_gives(world, at_once):
    """From some size on the rules run over some treatments at a time; the layer is the same, to the byte."""
    whole, parted = layers_of(world), layers_of(world)
    given = infer(whole, RULES).given
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aa_ld.infer._MANY", 0)
        patch.setattr("aa_ld.infer._AT_ONCE", at_once)
        parted_given = infer(parted, RULES).given

    assert inferred_lines(parted) == inferred_lines(whole)
    assert parted_given == given


def test_two_processes_give_the_same_bytes():
    """What follows does not hang on how a process orders its sets."""
    code = "from worlds import *; from random_worlds import *; from aa_ld.infer import infer; l = layers_of(rich_world()); infer(l); print(inferred_lines(l))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, cwd=os.path.dirname(__file__),
            env={**os.environ, "PYTHONHASHSEED": seed,
                 "PYTHONPATH": os.pathsep.join((str(places.ROOT), os.environ.get("PYTHONPATH", "")))},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip

    assert len(outputs) == 1
    assert b"derived-" in outputs.pop()


# Edits


@examples(60)
@given(worlds(), st.randoms(use_true_random=False), st.integers(1, 6))
def test_an_update_gives_what_a_fresh_run_gives(world, chance, edits):
    """Over any run of additions and removals, the whole inferred layer is that of a fresh start."""
    held = [fact for fact in world.facts if chance.random() < 0.5]
    layers = layers_of(world._replace(facts=tuple(held)))
    infer(layers, RULES)
    for _ in range(edits):
        changed = chance.sample(world.facts, chance.randint(1, 2))
        gone = [fact for fact in changed if fact in held]
        come = [fact for fact in changed if fact not in held]
        held = [fact for fact in held if fact not in gone] + come
        without(layers, [FACT + fact.name for fact in gone], RULES)
        add(layers, come)
        update(layers, [FACT + fact.name for fact in come], RULES)
        fresh = layers_of(world._replace(facts=tuple(held)))
        infer(fresh, RULES)

        assert inferred_lines(layers) == inferred_lines(fresh)


@examples(40)
@given(worlds(), st.randoms(use_true_random=False))
def test_an_update_tells_what_has_risen_and_fallen(world, chance):
    """The report of an edit is the difference between before and after."""
    layers = layers_of(world)
    infer(layers, RULES)
    before = {node.value for node in described(layers)}
    told = without(layers, [FACT + chance.choice(world.facts).name], RULES)
    after = {node.value for node in described(layers)}

    assert (told.risen, told.fallen) == (after - before, before - after)


@examples(40)
@given(worlds(), st.randoms(use_true_random=False))
def test_without_a_premise_a_conclusion_falls(world, chance):
    """Its name is gone, with the names of all that rested on it."""
    layers = layers_of(world)
    infer(layers, RULES)
    fact = chance.choice(world.facts)
    resting = resting_on(FACT + fact.name, layers)
    fallen = without(layers, [FACT + fact.name], RULES).fallen

    assert resting <= fallen
    assert resting.isdisjoint(node.value for node in described(layers))


def resting_on(fact: str, layers) -> set[str]:
    """The conclusions that rest on a fact, at any remove."""
    derived, resting, more = described(layers), set(), {fact}
    while more:
        resting |= more
        more = {
            node.value
            for node, parts in derived.items()
            if any(premise.value in resting for premise in parts["wasDerivedFrom"])
        } - resting
    return resting - {fact}


def test_a_reading_of_which_the_curator_is_not_sure_carries_no_conclusion():
    """Whichever premise it is, what rested on it falls."""
    for fact in rich_world().facts:
        layers = layers_of(rich_world())
        sure = conclusions(layers) if infer(layers, RULES) else []
        mark = Quad(
            NamedNode(FACT + fact.name), NamedNode(BASE + "confidence"), NamedNode(BASE + "MediumConfidence")
        )
        layers.add_quads([mark], "review")
        infer(layers, RULES)

        assert not any(fact.name in c.premises for c in conclusions(layers))
        assert sure


def test_an_edit_of_an_unconcerned_fact_changes_nothing():
    """A mediator that no treatment acts on concerns no conclusion."""
    layers = layers_of(rich_world())
    infer(layers, RULES)
    lone = Fact("lone", "AxisMembership", ("Interleukin17A",), "standsFor", ("Th17",), standing="Canonical")
    add(layers, [lone])
    told = update(layers, [FACT + lone.name], RULES)

    assert (told.risen, told.fallen) == (frozenset(), frozenset())


def test_with_no_facts_left_nothing_is_inferred():
    """Not even the name of a rule stays behind."""
    layers = layers_of(rich_world())
    infer(layers, RULES)
    without(layers, [FACT + fact.name for fact in rich_world().facts], RULES)

    assert inferred_lines(layers) == []


# The shipped facts


def test_the_review_alone_gives_one_effect_one_verdict_and_one_risk():
    """Local immunotherapy induces type 2 inflammation: what follows is the warning that the review gives itself."""
    layers = open_layers(("ontology", "mappings", "review"))
    infer(layers, RULES)
    found = {(c.kind, c.agent, c.about, c.tier, c.verdict, c.certainty) for c in conclusions(layers)}
    verdict = ("TowardTh2", "Relative")

    assert found == {
        ("AxisEffect", "LocalImmunotherapy", "Th2", "StatedTier", None, "Asserted"),
        ("BalanceShift", "LocalImmunotherapy", "Th1Th2Balance", "StatedTier", verdict, "Possible"),
        ("RiskInference", "LocalImmunotherapy", EXTRINSIC, "StatedTier", None, "Possible"),
    }


def test_every_premise_of_a_shipped_conclusion_is_a_fact_that_is_loaded():
    """A proof never ends in a name that nobody knows."""
    layers = open_layers()
    infer(layers, RULES)
    query = """
        PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX aa: <https://w3id.org/aa-ld/>
        SELECT ?premise WHERE { ?c prov:wasDerivedFrom ?premise FILTER NOT EXISTS { ?premise aa:certainty ?any } }"""

    assert described(layers)
    assert rows(layers, query) == []


def test_the_shipped_facts_give_what_the_working_out_gives():
    """All layers, read as facts of the oracle, lead to the same conclusions."""
    layers = open_layers()
    infer(layers, RULES)

    assert set(conclusions(layers)) == conclude(SHIPPED._replace(facts=tuple(shipped_facts(layers))))


def shipped_facts(layers) -> list[Fact]:
    """The source facts of opened layers that rules may read, in the form of the oracle."""
    parts: dict[NamedNode, dict[str, set]] = defaultdict(lambda: defaultdict(set))
    for quad in layers.store:
        parts[quad.subject][quad.predicate.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1]].add(quad.object)
    kinds = {"AxisMembership", "PharmacologicalAction", "BiomarkerChange"}
    found = []
    for node, said in parts.items():
        kind = kinds & {
            name(t) for t in said["type"] if isinstance(t, NamedNode) and t.value.startswith(BASE)
        }
        if not kind or "certainty" not in said:
            continue
        stances = {name(stance) for line in said["evidence"] for stance in parts[line]["stance"]}
        keys = ("population", "compartment", "time", "species", "responseGroup", "cohort")
        scope = Scope(
            **{part: name(*said[key]) for part, key in zip(Scope._fields, keys, strict=True) if said[key]}
        )
        found.append(
            Fact(
                name(node),
                kind.pop(),
                tuple(map(name, said["subject"])),
                name(*said["predicate"]),
                tuple(map(name, said["object"])),
                scope,
                name(*said["certainty"]),
                said["polarity"] == {NamedNode(BASE + "Positive")},
                "Disputes" in stances,
                name(*said["axisStanding"]) if said["axisStanding"] else None,
                name(*said["direction"]) if said["direction"] else None,
            )
        )
    return found


def test_a_certainty_of_ones_own_does_not_take_the_place_of_one_of_ours():
    """Where both have the same rank, what follows is put in our word, in whatever order a store gives them."""
    integer = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    ours = list(open_layers(("ontology",)).store)
    theirs = [
        Quad(
            NamedNode(f"http://example.org/{n}"), NamedNode(BASE + "rank"), Literal(str(n), datatype=integer)
        )
        for n in range(1, 8)
    ]
    chosen = [_Finish(Merged(quads)).by_rank for quads in ([*ours, *theirs], [*theirs, *ours])]

    assert chosen[0] == chosen[1]
    assert "example.org" not in str(chosen)


def test_a_rank_that_is_none_is_left_to_the_shapes(tmp_path, capsys):
    """A certainty of a user's own whose rank is a word or an IRI stops no rule; validate tells what is wrong with it."""
    path = tmp_path / "odd.ttl"
    path.write_text(
        "@prefix aa: <https://w3id.org/aa-ld/> .\n"
        'aa:Odd a aa:Certainty ; aa:rank "high" .\naa:Odder a aa:Certainty ; aa:rank aa:Odd .\n'
    )

    assert cli.main(["infer", "--data", str(path)]) == 0
    assert cli.main(["diff", str(path), str(path)]) == 0
    assert cli.main(["validate", str(path)]) == 1
    assert "bug" not in capsys.readouterr().err
