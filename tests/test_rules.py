"""Rules as texts: other engines read them alike, headers are true, and what is broken is refused."""

from __future__ import annotations

import random

import pytest
from pyoxigraph import QueryTriples, RdfFormat, serialize
from random_worlds import AGENTS, rich_world
from worlds import layers_of

from aa_ld import places
from aa_ld.errors import BrokenRuleError, CyclicRulesError
from aa_ld.infer import infer
from aa_ld.rule import in_order, parse_rule, read_rule, read_rules
from aa_ld.vocab import BASE, INFERRED

RULES = tuple(read_rules().values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rdflib_constructs_what_oxigraph_constructs(rule):
    """A rule is plain SPARQL: another engine gives the same triples for the same facts."""
    import rdflib

    layers = layers_of(rich_world())
    infer(layers, RULES)
    graph = rdflib.Graph()
    for layer in ("ontology", "literature", INFERRED):
        quads = layers.store.quads_for_pattern(None, None, None, layers.graph(layer))
        graph.parse(data=ntriples(quad.triple for quad in quads), format="nt")
    expected = layers.store.query(rule.text, default_graph=layers.graphs)
    assert isinstance(expected, QueryTriples)
    actual = graph.query(rule.text).graph

    assert actual is not None and len(actual) > 0
    assert lines(actual.serialize(format="nt")) == lines(ntriples(expected))


def ntriples(triples) -> str:
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()


def lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.strip()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_for_some_treatments_gives_their_part_of_what_it_gives_for_all(rule):
    """Bound to a treatment, a rule concludes on it what it concludes anyhow, and nothing on others."""
    layers = layers_of(rich_world())
    infer(layers, RULES)
    agents = (*AGENTS, "LocalImmunotherapy")
    parts = [lines(ntriples(layers.construct(rule.of([f"{BASE}{agent}"])))) for agent in agents]
    whole = lines(ntriples(layers.construct(rule.text)))

    assert whole
    assert set().union(*parts) == whole
    assert sum(map(len, parts)) == len(whole)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_a_rule_says_it_uses_and_gives_is_what_its_text_says(rule):
    """The order of rules and their documentation hang on the header, so the header must be true."""
    template, where = rule.text.split("WHERE {", 1)

    assert f"?conclusion a aa:{rule.gives.rsplit('/', 1)[-1]} ;" in template
    for used in rule.uses:
        assert f" a aa:{used.rsplit('/', 1)[-1]} ;" in where


def text_of(name: str) -> str:
    return places.rule_files()[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("part", ["title", "description", "uses", "gives", "certainty", "sentence"])
def test_a_rule_without_a_part_of_its_header_is_refused(part, tmp_path):
    """The error names the file and the part."""
    path = tmp_path / "lacking.rq"
    kept = [line for line in text_of("verdict").splitlines() if not line.startswith(f"#+ {part}:")]
    path.write_text("\n".join(kept), encoding="utf-8")

    with pytest.raises(BrokenRuleError, match=f"(?s)lacking.*lacks {part}"):
        read_rule(path)


def test_a_sentence_with_an_unknown_slot_is_refused():
    """The nearest slot is offered."""
    text = text_of("verdict").replace("{verdict}", "{verdikt}")

    with pytest.raises(BrokenRuleError, match=r"(?s)no slot \{verdikt\}.*verdict"):
        parse_rule("verdict", text)


def test_a_sentence_with_an_open_brace_is_refused():
    """A slot that is not closed is an error of the rule, not of Python."""
    with pytest.raises(BrokenRuleError, match="sentence"):
        parse_rule("verdict", text_of("verdict").replace("{verdict}", "{verdict"))


@pytest.mark.parametrize(
    "certainty", ["as firm as can be", "weakest premise, at most Certain", "weakest premise, at most "]
)
def test_an_unknown_certainty_is_refused(certainty):
    """A rule promises only what can be kept."""
    text = text_of("verdict").replace("certainty: weakest premise", f"certainty: {certainty}")

    with pytest.raises(BrokenRuleError, match="certainty"):
        parse_rule("verdict", text)


def test_rules_that_rest_on_their_own_conclusions_are_refused():
    """The circle is shown."""
    effect, verdict = read_rules()["measured-effect"], read_rules()["verdict"]
    circular = effect._replace(uses=(*effect.uses, verdict.gives))

    with pytest.raises(CyclicRulesError, match=r"measured-effect.*verdict|verdict.*measured-effect"):
        in_order([circular, verdict])


def test_rules_are_ordered_by_what_they_use_however_they_are_given():
    """A rule comes after all whose conclusions it uses."""
    shuffled = list(RULES)
    random.Random(1).shuffle(shuffled)
    order = [rule.name for rule in in_order(shuffled)]

    assert order == [rule.name for rule in in_order(RULES)]
    assert order.index("verdict") > max(
        order.index(f"{tier}-effect") for tier in ("stated", "measured", "predicted", "hub")
    )
