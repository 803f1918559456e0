"""The fragment that a rule is written in: what is outside is refused by name, and what passes runs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QueryTriples, Store
from random_worlds import examples

from aa_ld import places
from aa_ld.errors import BrokenRuleError
from aa_ld.fragment import check_rule
from aa_ld.rule import Rule, read_rules
from aa_ld.vocab import PREFIXES

RULES = {name: path.read_text(encoding="utf-8") for name, path in places.rule_files().items()}
VERDICT = RULES["verdict"]
WHERE, TEMPLATE = "WHERE {", "CONSTRUCT {"
TREATMENT = PREFIXES["aa"] + "Dupilumab"


def changed(*changes: tuple[str, str]) -> str:
    """The shipped rule `verdict` with some of its words replaced, each once."""
    text = VERDICT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def holding(pattern: str) -> str:
    """The shipped rule `verdict` with a pattern more in its WHERE part."""
    return changed((WHERE, f"{WHERE}\n  {pattern}"))


def refusal(text: str) -> BrokenRuleError:
    """The error with which a rule is refused."""
    with pytest.raises(BrokenRuleError) as caught:
        check_rule("mine", text)
    return caught.value


def runs(rule: Rule) -> bool:
    """Whether the engine takes a rule, for all treatments and for one."""
    return all(isinstance(Store().query(text), QueryTriples) for text in (rule.text, rule.of([TREATMENT])))


@pytest.mark.parametrize("name", RULES)
def test_a_shipped_rule_is_of_the_fragment(name):
    """What users must keep to, we keep to."""
    assert check_rule(name, RULES[name]) == read_rules()[name]


INSIDE = [
    "FILTER(?th2 != ?th1)",
    "FILTER(?th2 IN (aa:Raised, aa:Lowered) && !BOUND(?none))",
    "BIND(CONCAT(STR(?agent), '+') AS ?key)",
    "VALUES ?tier { aa:StatedTier aa:MeasuredTier }",
    "MINUS { ?agent aa:axisStanding aa:Contested }",
    "FILTER NOT EXISTS { ?agent aa:axisStanding aa:Contested }",
    "FILTER NOT EXISTS { ?agent aa:axisStanding ?mark . FILTER(?mark != ?th1) }",
    "MINUS { ?other a aa:AxisEffect ; aa:setting ?setting . FILTER(STR(?other) < STR(?setting)) }",
]


@pytest.mark.parametrize("pattern", INSIDE)
def test_plain_patterns_filters_and_what_must_not_be_there_are_inside(pattern):
    """The fragment is no smaller than its description."""
    assert runs(check_rule("mine", holding(pattern)))


FORMS = {
    "OPTIONAL": ("OPTIONAL { ?x aa:a ?y }", "OPTIONAL"),
    "a sequence": ("?x aa:a/aa:b ?y .", "A property path"),
    "an alternative": ("?x aa:a|aa:b ?y .", "A property path"),
    "an inverse": ("?x ^aa:a ?y .", "A property path"),
    "a repetition": ("?x aa:a* ?y .", "A property path"),
    "a negated path": ("?x !aa:a ?y .", "A property path"),
    "UNION": ("{ ?x aa:a ?y } UNION { ?x aa:b ?y }", "UNION"),
    "SERVICE": ("SERVICE <http://example.org/> { ?x aa:a ?y }", "SERVICE"),
    "GRAPH": ("GRAPH ?g { ?x aa:a ?y }", "GRAPH"),
    "a blank node": ("[] aa:a ?y .", "A blank node"),
    "a labelled blank node": ("_:b aa:a ?y .", "A blank node"),
    "nested blank nodes": ("?x aa:a [ aa:b ?y ] .", "A blank node"),
    "a collection": ("?x aa:a (1 2) .", "A blank node"),
    "chance": ("FILTER(RAND() < 0.5)", "RAND"),
    "the clock": ("FILTER(NOW() > ?x)", "NOW"),
    "UUID": ("FILTER(UUID() = ?x)", "UUID"),
    "STRUUID": ("FILTER(STRUUID() = ?x)", "STRUUID"),
    "BNODE": ("FILTER(BNODE() = ?x)", "BNODE"),
    "EXISTS": ("FILTER EXISTS { ?x aa:a ?y }", "EXISTS"),
    "a foreign function": ("FILTER(<http://example.org/f>(?x))", "A function named by an IRI"),
}


@pytest.mark.parametrize("around", ["%s", "MINUS { ?x aa:c ?y . %s }", "FILTER NOT EXISTS { ?x aa:c ?y . %s }"],
                         ids=["plain", "in MINUS", "in NOT EXISTS"])  # fmt: skip
@pytest.mark.parametrize("form", FORMS)
def test_what_is_outside_is_named_wherever_it_hides(form, around):
    """A guard is a part of the explanation too: the same is refused inside it."""
    pattern, named = FORMS[form]

    assert refusal(holding(around % pattern)).what.startswith(named)


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("{ SELECT ?x { ?x aa:a ?y } }", "A SELECT inside"),
        ("MINUS { { SELECT ?x { ?x aa:a ?y } } }", "A SELECT inside"),
        ("FILTER NOT EXISTS { SELECT ?x { ?x aa:a ?y } }", "A SELECT inside"),
        ("{ SELECT (COUNT(?x) AS ?n) { ?x aa:a ?y } }", "An aggregate"),
        ("{ SELECT (MAX(?x) AS ?n) { ?x aa:a ?y } GROUP BY ?y }", "An aggregate"),
        ("BIND(SUM(?x) AS ?n)", "An aggregate"),
        ("FILTER NOT EXISTS { ?x aa:a ?y . FILTER(?x = COUNT(?y)) }", "An aggregate"),
        ("BIND(<http://example.org/f>(?x) AS ?n)", "A function named by an IRI"),
        ("FILTER(MD5(?x) = ?y)", "MD5"),
        ("FILTER NOT EXISTS { FILTER NOT EXISTS { ?x aa:a ?y } }", "NOT EXISTS inside NOT EXISTS"),
        ("FILTER NOT EXISTS { MINUS { ?x aa:a ?y } }", "MINUS inside FILTER NOT EXISTS"),
    ],
)
def test_what_nests_counts_or_calls_out_is_named(pattern, named):
    """Sub-queries, aggregates, foreign functions and guards within guards hide what a conclusion rests on."""
    assert refusal(holding(pattern)).what.startswith(named)


@pytest.mark.parametrize(
    ("ending", "named"),
    [
        ("ORDER BY ?agent", "ORDER BY"),
        ("LIMIT 1", "LIMIT or OFFSET"),
        ("OFFSET 1", "LIMIT or OFFSET"),
        ("GROUP BY ?agent", "An aggregate"),
        ("HAVING (?agent = aa:Dupilumab)", "HAVING"),
    ],
)
def test_what_follows_where_is_named(ending, named):
    """A conclusion does not hang on an order, a number or a group of rows."""
    assert refusal(f"{VERDICT}\n{ending}\n").what.startswith(named)


@pytest.mark.parametrize("clause", ["FROM <http://example.org/g>", "FROM NAMED <http://example.org/g>"])
def test_a_rule_picks_no_graph(clause):
    """The caller chooses what is loaded."""
    assert refusal(changed((WHERE, f"{clause} {WHERE}"))).what == "FROM picks a graph."


HEAD, BODY = VERDICT[: VERDICT.index(TEMPLATE)], VERDICT[VERDICT.index(WHERE) :]


@pytest.mark.parametrize("form", ["SELECT *", "ASK", "DESCRIBE ?agent"])
def test_another_kind_of_query_is_named(form):
    """A rule is a CONSTRUCT."""
    error = refusal(f"{HEAD}{form} {BODY}")

    assert error.what == f"This is {form.split()[0]}."
    assert error.remedy == "A rule is a CONSTRUCT."


def test_a_template_that_is_not_written_out_is_refused():
    """The short form of CONSTRUCT hides what is concluded."""
    short = "CONSTRUCT WHERE { ?conclusion a aa:BalanceShift ; aa:subject ?agent ; prov:wasDerivedFrom ?e . ?e a aa:AxisEffect }"

    assert refusal(HEAD + short).what == "The template is not written out."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (TEMPLATE, "CONSTRUCT { ?th2Effect a aa:AxisEffect .", "The template describes ?th2Effect."),
        (TEMPLATE, "CONSTRUCT { _:b a aa:BalanceShift .", "The template describes a blank node."),
        (TEMPLATE, "CONSTRUCT { ?conclusion aa:time [] .", "The template describes a blank node."),
        ("?conclusion", "<conclusion>", "The template describes <conclusion>."),
        ("a aa:BalanceShift", "a aa:RiskInference", "The template gives aa:RiskInference, the header aa:BalanceShift."),
        ("a aa:BalanceShift", "a aa:BalanceShift, aa:Other", "The template gives aa:BalanceShift, aa:Other, the header"),
        ("a aa:BalanceShift ;", "", "The template gives no class, the header aa:BalanceShift."),
        ("aa:subject ?agent", "aa:subject ?setting", "The conclusion is not about ?agent."),
        ("aa:subject ?agent", 'aa:subject "agent"', "The conclusion is not about ?agent."),
        ("\n    aa:subject ?agent ;", "", "The conclusion is not about ?agent."),
        ("wasDerivedFrom ?th2Effect, ?th1Effect", "wasDerivedFrom ?th2Effect, ?setting", "The premise ?setting has no class."),
        ("wasDerivedFrom ?th2Effect, ?th1Effect", "wasDerivedFrom <th2Effect>", "The premise <th2Effect> has no class."),
        ("prov:wasDerivedFrom ?th2Effect, ?th1Effect", "", "The premises are of no class, the header uses aa:AxisEffect."),
        ("uses: [AxisEffect]", "uses: [BiomarkerChange]", "The premises are of aa:AxisEffect, the header uses aa:BiomarkerChange."),
        ("uses: [AxisEffect]", "uses: [AxisEffect, BiomarkerChange]", "The premises are of aa:AxisEffect, the header uses"),
    ],
)  # fmt: skip
def test_a_template_that_does_not_say_what_it_rests_on_is_refused(old, new, said):
    """One conclusion, of the class in the header, on ?agent, with every premise named and classed."""
    assert refusal(changed((old, new))).what.startswith(said)


@pytest.mark.parametrize("guard", ["MINUS", "FILTER NOT EXISTS"])
def test_a_class_that_must_not_be_found_stands_in_the_header(guard):
    """The order of rules hangs on it: a rule runs after all that give what it must not find."""
    text = holding(f"{guard} {{ ?action a aa:PharmacologicalAction ; aa:subject ?agent }}")
    told = text.replace("#+ gives", "#+ unless: [PharmacologicalAction]\n#+ gives", 1)

    assert refusal(text).what == "It must not find aa:PharmacologicalAction, and the header does not say so."
    assert check_rule("mine", told).unless == (PREFIXES["aa"] + "PharmacologicalAction",)


@pytest.mark.parametrize(
    "text",
    [
        changed((WHERE, "where {")),
        changed((WHERE, "WHERE\n{")),
        changed((WHERE, "{")),
        changed((TEMPLATE, f"# {WHERE}\n{TEMPLATE}")),
    ],
    ids=["small", "broken", "missing", "twice"],
)
def test_where_stands_there_once_and_in_one_form(text):
    """There the treatments are bound when a conclusion is made anew."""
    assert refusal(text).what == "WHERE { does not stand there exactly once."


def test_where_in_a_comment_is_no_where():
    """A rule that cannot be bound to a treatment is refused before it runs."""
    text = changed((WHERE, "where {"), (TEMPLATE, f"# {WHERE}\n{TEMPLATE}"))

    assert refusal(text).what.startswith("This is no SPARQL 1.1")


@pytest.mark.parametrize(
    "text",
    [
        holding("FILTER("),
        VERDICT + BODY,
        HEAD,
        HEAD + "INSERT DATA { aa:a aa:b aa:c }",
        changed(("PREFIX aa: <https://w3id.org/aa-ld/>", "")),
        changed(("PREFIX prov: <http://www.w3.org/ns/prov#>", "")),
        VERDICT.rstrip().removesuffix("}") + "  BIND(1 AS ?agent)\n}",
    ],
    ids=["open", "two bodies", "nothing", "an update", "no prefix", "a known prefix", "bound twice"],
)
def test_what_no_engine_would_run_is_refused(text):
    """The error is ours, with a next step, and not the parser's."""
    error = refusal(text)

    assert error.what.startswith("This is no SPARQL 1.1: ")
    assert error.remedy == "Correct the query."


@pytest.mark.parametrize("number", [500, 50_000])
@pytest.mark.parametrize(
    ("opened", "core", "closed"),
    [("MINUS { ", "?x aa:a ?y", " }"), ("{ ", "?x aa:a ?y", " }"), ("FILTER(", "1", ")"), ("FILTER NOT EXISTS { ", "?x aa:a ?y", " }")],
)  # fmt: skip
def test_a_rule_that_nests_too_deep_is_refused(opened, core, closed, number):
    """No engine is brought down by braces."""
    inner = "(" if opened == "FILTER(" else opened
    text = holding(opened + inner * number + core + (")" if inner == "(" else closed) * number + closed)

    assert refusal(text).what == "The rule is nested too deep."


def test_the_message_says_where_and_what_to_do():
    """File, finding, next step, page."""
    lines = str(refusal(holding("OPTIONAL { ?x aa:a ?y }"))).splitlines()

    assert lines == [
        "BrokenRuleError: mine",
        "  OPTIONAL is outside what a rule may use.",
        "  Write plain patterns; write two rules.   (docs: errors.md#broken-rule)",
    ]


TOKENS = [
    *sorted({token for text in RULES.values() for token in re.findall(r"[\w:?]+|\S", text)}),
    "OPTIONAL", "UNION", "EXISTS", "SELECT", "GRAPH", "SERVICE", "FROM", "GROUP BY ?x", "ORDER BY ?x", "COUNT(?x)",
    "BNODE()", "[]", "_:b", "a/a", "UNDEF", "WHERE {", "CONSTRUCT {", "#", "#+", '"', "'''", "\\u", "\x00", "é", "<", "{",
    "}", "(", ")",
]  # fmt: skip


@st.composite
def mutants(draw) -> str:
    """A shipped rule with a few pieces of it left out, doubled, swapped or replaced."""
    pieces = re.findall(r"\s+|[\w:?]+|\S", RULES[draw(st.sampled_from(sorted(RULES)))])
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(pieces) - 1))
        end = min(len(pieces), start + draw(st.integers(1, 6)))
        other = draw(st.integers(0, len(pieces) - 1))
        put = draw(
            st.one_of(
                st.just([]),
                st.just(pieces[start:end] * 2),
                st.just(pieces[other : other + 6]),
                st.lists(st.sampled_from(TOKENS), min_size=1, max_size=3).map(lambda t: f" {' '.join(t)} "),
                st.text(max_size=3),
            )
        )
        pieces[start:end] = put
    return "".join(pieces)


@examples(60)
@given(mutants())
def test_a_text_at_random_is_refused_or_runs(text):
    """Whatever is wrong with a rule, the error is BrokenRuleError; and what is let in, the engine takes."""
    try:
        rule = check_rule("mine", text)
    except BrokenRuleError as error:
        assert error.what and error.remedy
    else:
        assert runs(rule)
