"""Proofs: a conclusion shows its rule, its assumptions and its premises down to the spans, and each can be re-checked."""

from __future__ import annotations

import html
import json
import re
from functools import cache

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from aa_ld import load
from aa_ld.errors import UnknownTermError
from aa_ld.explain import Explanation, explain
from aa_ld.fact import Derivation, EvidenceLine, Fact, read_facts
from aa_ld.infer import infer
from aa_ld.knowledge import Knowledge
from aa_ld.names import Names
from aa_ld.proof import mermaid, prov
from aa_ld.rule import read_rules
from aa_ld.store import Layers
from aa_ld.vocab import INFERRED, PREFIXES, RDF_TYPE, graph_iri

AA, FACT, PROV = PREFIXES["aa"], PREFIXES["fact"], PREFIXES["prov"]


@cache
def kb(source: str = "all") -> Knowledge:
    """The shipped knowledge with all that follows from it."""
    opened = load(source)
    opened.infer()
    return opened


@cache
def derived() -> tuple[Fact, ...]:
    """The conclusions of the shipped knowledge."""
    return tuple(fact for fact in read_facts(kb().layers) if fact.derivation)


@cache
def names() -> Names:
    """The labels of all that is loaded."""
    return Names(kb().layers)


def risk() -> Fact:
    """The conclusion that the review warns of: over two rules, with assumptions on both."""
    (found,) = (fact for fact in read_facts(kb("review").layers) if fact.category == AA + "RiskInference")
    return found


def told(*facts: Fact) -> Explanation:
    """An explanation of facts as they are."""
    return Explanation("these", list(facts), names(), {}, {}, {})


# In words


def test_a_conclusion_is_told_down_to_the_span_and_the_publication():
    """Rule, assumptions, premise, the premise of the premise, its evidence: in this order, each further in."""
    fact = risk()
    text = kb("review").explain(fact.iri).to_text()
    steps = [
        "follows by the rule rule:endotype-risk-unstated",
        "assuming that",
        "because:",
        "follows by the rule rule:stated-effect",
        "because:",
        "SF30  Local immunotherapy induces type 2 inflammation.",
        "evidence (supporting)",
        "Exp Dermatol 2020;29(8):726-732",
        "span: ",
    ]
    lines = iter(text.splitlines())
    depths = []
    for step in steps:
        line = next(line for line in lines if line.strip().startswith(step))
        depths.append(len(line) - len(line.lstrip()))

    assert depths == [2, 2, 2, 6, 6, 8, 10, 12, 12]


@pytest.mark.parametrize("form", ["to_text", "to_markdown"])
def test_every_assumption_and_every_premise_is_told(form):
    """Nothing that a conclusion rests on is left out, whatever the form."""
    for fact in derived():
        shown = getattr(told(fact), form)().replace("\\", "")
        for ground in fact.grounds().values():
            assert ground.sentence in shown
            for assumption in ground.derivation.assumptions if ground.derivation else ():
                assert f"assuming that {names().label(assumption)}" in shown


def test_json_nests_the_derivation_down_to_the_span():
    """A program follows premises without another call."""
    fact = risk()
    (record,) = json.loads(kb("review").explain(fact.iri).to_json())
    outer = record["derivation"]
    (effect,) = outer["premises"]
    (stated,) = effect["derivation"]["premises"]
    (line,) = stated["evidence"]

    assert outer["rule"] == "rule:endotype-risk-unstated"
    assert sorted(outer["assumptions"]) == ["aa:GroupIsDominated", "aa:PopulationApplies"]
    assert record["evidence"] == effect["evidence"] == []
    assert effect["derivation"]["rule"] == "rule:stated-effect"
    assert (stated["id"], "derivation" in stated) == ("SF30", False)
    assert line["span"]["end"] > line["span"]["start"]


def test_json_of_every_conclusion_ends_at_evidence():
    """Every leaf of every nested proof has a publication."""

    def leaves(record):
        if "derivation" in record:
            for premise in record["derivation"]["premises"]:
                yield from leaves(premise)
        else:
            yield record

    for record in json.loads(told(*derived()).to_json()):
        found = list(leaves(record))

        assert found
        assert all(line["publication"].startswith("publication:") for f in found for line in f["evidence"])
        assert all(f["evidence"] for f in found)


# As a picture

_NODE = re.compile(r'  ([afp]\d+)(\(\["|\["|\[\("|\{\{")([^"]*)("\]\)|"\]|"\)\]|"\}\})$')
_ARROW = re.compile(r'  ([afp]\d+) (?:-->\|"[^"]+"\||-\. "[^"]*" \.->) ([fp]\d+)$')
_CLOSED = {'(["': '"])', '["': '"]', '[("': '")]', '{{"': '"}}'}


def drawn(picture: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The texts of the nodes and the arrows of a flowchart; every line must be one or the other."""
    first, *rest = picture.splitlines()
    assert first == "flowchart BT"
    nodes, arrows = {}, []
    for line in rest:
        if node := _NODE.match(line):
            name, opened, text, closed = node.groups()
            assert _CLOSED[opened] == closed
            assert name not in nodes
            nodes[name] = html.unescape(text.replace("#quot;", '"').replace("<br/>", "\n")).replace(
                "#35;", "#"
            )
        else:
            arrow = _ARROW.match(line)
            assert arrow, line
            arrows.append(arrow.groups())
    return nodes, arrows


def test_every_arrow_of_the_picture_joins_declared_nodes():
    """Every conclusion of the shipped knowledge gives a well-formed flowchart, alone and all in one."""
    for facts in [*([fact] for fact in derived()), list(derived())]:
        nodes, arrows = drawn(mermaid(facts, names()))

        assert {end for arrow in arrows for end in arrow} == set(nodes)
        assert len(set(arrows)) == len({tuple(a) for a in arrows})


def test_the_picture_shows_a_fact_once_and_every_premise_by_an_arrow():
    """Two conclusions that share a premise share its box."""
    facts = list(derived())
    nodes, arrows = drawn(mermaid(facts, names()))
    grounds = {iri: ground for fact in facts for iri, ground in fact.grounds().items()}
    premises = {(p.iri, iri) for iri, g in grounds.items() if g.derivation for p in g.derivation.premises}
    lines = {(line.publication, iri) for iri, g in grounds.items() for line in g.evidence}

    assert sum(name.startswith("f") for name in nodes) == len(grounds)
    assert sum(name.startswith("p") for name in nodes) == len({publication for publication, _ in lines})
    assert len({arrow for arrow in arrows if arrow[0].startswith("f")}) == len(premises)
    assert len({arrow for arrow in arrows if arrow[0].startswith("p")}) == len(lines)


def own_fact(sentence: str, **changes: object) -> Fact:
    """A fact with a sentence of anybody's making, and one evidence line."""
    line = EvidenceLine(
        iri=PREFIXES["evidence"] + "mine", publication=PREFIXES["publication"] + "mine", kind=AA + "ReviewStatement",
        stance=AA + "Supports", certainty=AA + "Asserted", wording=AA + "Verbatim", design=AA + "NotApplicable",
        sample_size="", hedge='"]<b>', cue=None, span=None, focus=None, part="",
    )  # fmt: skip
    fact = Fact(
        iri=FACT + "mine", id="M1", category=AA + "PharmacologicalAction", sentence=sentence, subjects=(AA + "Dupilumab",),
        predicate=AA + "inhibits", objects=(AA + "Interleukin4",), polarity=AA + "Positive", certainty=AA + "Asserted",
        scope=(), implied=(), note=None, evidence=(line,),
    )  # fmt: skip
    return fact._replace(**changes)


HOSTILE = [
    'It "says" so.',
    'a"] --> b["c',
    "<script>alert(1)</script>",
    "two\nlines",
    "two\r\nlines",
    "a & b &quot; c &lt; d #quot; e",
    "back\\slash \\n and `ticks` | bars",
    "\u2028 \u0085 \x0b \x0c \x1c \x1b[31m \u202e",
    "IL-4 ↑, IFN-γ ↓ 日本",
    "",
]


def concluded(sentence: str) -> Fact:
    """A conclusion with a hostile sentence, from a fact with the same."""
    return own_fact(
        sentence, iri=FACT + "derived-" + "0" * 24, id=None, evidence=(),
        derivation=Derivation(PREFIXES["rule"] + "predicted-effect", (own_fact(sentence),), (AA + "ActionLowersAxis",)),
    )  # fmt: skip


@pytest.mark.parametrize("sentence", HOSTILE)
def test_no_label_breaks_out_of_the_picture(sentence):
    """Quotes, markup and line ends stay text: the lines, nodes and arrows are those of a harmless label."""
    picture = mermaid([concluded(sentence)], names())
    nodes, arrows = drawn(picture)
    harmless = drawn(mermaid([concluded("harmless")], names()))

    assert (list(nodes), arrows) == (list(harmless[0]), harmless[1])
    assert "<" not in picture.replace("<br/>", "")
    assert picture.replace("\n", "").isprintable()
    if sentence.replace("\n", "").isprintable():
        assert nodes["f1"].startswith(sentence)


@pytest.mark.parametrize("sentence", HOSTILE)
def test_no_label_breaks_out_of_prov(sentence):
    """What is a text going in is the same text coming out."""
    triples = graph(prov([concluded(sentence)]))
    labels = {t.object.value for t in triples if t.predicate.value == PREFIXES["rdfs"] + "label"}

    assert labels == {sentence}
    assert len(triples) == len(graph(prov([concluded("harmless")])))


@pytest.mark.parametrize("sentence", HOSTILE)
def test_no_label_becomes_markup_in_a_notebook(sentence):
    """The page of a notebook shows tags as text."""
    page = told(own_fact(sentence))._repr_html_()

    assert re.findall(r"<[^>]*>", page) == ["<pre>", "</pre>"]


# As PROV


def graph(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(text, RdfFormat.TURTLE)]


def test_every_chain_of_prov_ends_at_a_span_or_a_publication():
    """Followed over prov:wasDerivedFrom and prov:hadPrimarySource, nothing is left hanging and nothing goes round."""
    followed = {PROV + "wasDerivedFrom", PROV + "hadPrimarySource"}
    ends = (PREFIXES["span"], PREFIXES["publication"])
    for fact in derived():
        onward: dict[str, set[str]] = {}
        for triple in graph(prov([fact])):
            if triple.predicate.value in followed:
                onward.setdefault(triple.subject.value, set()).add(triple.object.value)

        def check(node: str, above: tuple[str, ...], onward: dict[str, set[str]] = onward) -> None:
            assert node not in above
            if not node.startswith(ends):
                assert onward.get(node), node
                for below in onward[node]:
                    check(below, (*above, node))

        check(fact.iri, ())


def test_prov_says_who_used_what_by_which_plan():
    """Each conclusion comes from one inference, which used exactly its premises and followed its rule."""
    triples = graph(told(*derived()).to_prov())

    def values(subject: str, predicate: str) -> set[str]:
        return {
            t.object.value
            for t in triples
            if (t.subject.value, t.predicate.value) == (subject, PROV + predicate)
        }

    for fact in derived():
        assert fact.derivation is not None
        (inference,) = values(fact.iri, "wasGeneratedBy")
        (association,) = values(inference, "qualifiedAssociation")

        assert values(inference, "used") == {premise.iri for premise in fact.derivation.premises}
        assert values(fact.iri, "wasDerivedFrom") == values(inference, "used")
        assert values(association, "hadPlan") == {fact.derivation.rule}


def test_prov_names_every_assumption_and_every_span():
    """What is assumed besides the premises is said, and a fact whose words are kept leads to its span."""
    triples = {
        (t.subject.value, t.predicate.value, t.object.value) for t in graph(told(*derived()).to_prov())
    }
    grounds = {iri: ground for fact in derived() for iri, ground in fact.grounds().items()}
    assumed = {
        (iri, AA + "assumption", assumption)
        for iri, ground in grounds.items()
        if ground.derivation
        for assumption in ground.derivation.assumptions
    }
    spans = {
        (iri, PROV + "wasDerivedFrom", line.span.iri)
        for iri, ground in grounds.items()
        for line in ground.evidence
        if line.span
    }

    assert assumed and assumed <= triples
    assert spans and spans <= triples


# Re-checked

RULES = {rule.iri: rule for rule in read_rules().values()}


@cache
def words() -> tuple[Quad, ...]:
    """The words of the ontology, which rules read besides facts."""
    return tuple(kb().layers.store.quads_for_pattern(None, None, None, NamedNode(graph_iri("ontology"))))


def premises_of(fact: Fact) -> Layers:
    """A store that holds the words and the premises of one conclusion, with their evidence, and nothing else."""
    assert fact.derivation is not None
    layers = Layers()
    layers.extend(words(), "ontology")
    for premise in fact.derivation.premises:
        for iri in (premise.iri, *(line.iri for line in premise.evidence)):
            layers.add_quads(kb().layers.store.quads_for_pattern(NamedNode(iri), None, None), "premises")
    return layers


def test_every_conclusion_follows_again_from_its_premises_alone():
    """A proof is whole: its rule over nothing but its premises gives the same conclusion, and no other."""
    again = {
        fact.iri: infer(premises_of(fact), [RULES[fact.derivation.rule]]).risen
        for fact in derived()
        if fact.derivation
    }

    assert again == {fact.iri: {fact.iri} for fact in derived()}


def test_no_conclusion_follows_without_one_of_its_last_premises():
    """A proof is no longer than it must be where it has two premises or fewer: without either, it falls."""
    short = [fact for fact in derived() if fact.derivation and len(fact.derivation.premises) <= 2]
    assert short
    for fact in short:
        assert fact.derivation is not None
        for premise in fact.derivation.premises:
            layers = premises_of(fact)
            layers.remove(premise.iri)

            assert fact.iri not in infer(layers, [RULES[fact.derivation.rule]]).risen


# Short names


@pytest.mark.parametrize("length", [8, 9, 16, 24])
def test_the_beginning_of_the_name_of_a_conclusion_finds_it(length):
    """People see and type eight signs of a digest; more are as good."""
    for fact in derived():
        short = fact.iri.removeprefix(FACT)[: len("derived-") + length]

        assert names().find(short) == names().find(f"fact:{short}") == fact.iri
        assert len(names().key(fact.iri)) == len("derived-") + 8


@pytest.mark.parametrize("text", ["derived-", "derived-0123456", "derived-00000000", "derived-zzzzzzzz"])
def test_a_beginning_that_is_too_short_or_of_nothing_finds_nothing(text):
    """A name of nothing is an error, not a guess."""
    with pytest.raises(UnknownTermError):
        explain(kb().layers, text)


def conclusions(*digests: str) -> Names:
    """The names in a store that holds nothing but conclusions with these digests."""
    layers = Layers()
    for digest in digests:
        node = NamedNode(f"{FACT}derived-{digest}")
        layers.add_quads([Quad(node, NamedNode(RDF_TYPE), NamedNode(AA + "AxisEffect"))], INFERRED)
    return Names(layers)


def test_less_than_eight_signs_find_nothing_even_where_they_are_the_only_ones():
    """A short name that works today would break with the next conclusion."""
    alone = conclusions("0123456789abcdef01234567")

    assert alone.find("derived-01234567") == f"{FACT}derived-0123456789abcdef01234567"
    with pytest.raises(UnknownTermError):
        alone.find("derived-0123456")


def test_an_ambiguous_beginning_finds_nothing():
    """Where two conclusions begin alike neither is picked; more signs find each."""
    alike = conclusions("01234567" + "a" * 16, "01234567" + "b" * 16)

    assert alike.find("derived-01234567a") == f"{FACT}derived-01234567{'a' * 16}"
    with pytest.raises(UnknownTermError):
        alike.find("derived-01234567")
