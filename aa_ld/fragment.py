"""The fragment of SPARQL that a rule is written in, so that its WHERE part is its explanation.

A CONSTRUCT over the default graph, of plain triple patterns, FILTER, BIND and
VALUES; MINUS and FILTER NOT EXISTS hold plain patterns too. Whatever else the language
has (optional parts, unions, paths, aggregates, sub-selects, other graphs,
services, chance and clocks) hides what a conclusion rests on, and is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aa_ld.errors import BrokenRuleError
from aa_ld.rule import Rule, parse_rule
from aa_ld.vocab import PREFIXES, compact

_CONCLUSION, _AGENT = "conclusion", "agent"
_TYPE = PREFIXES["rdf"] + "type"
_SUBJECT = PREFIXES["aa"] + "subject"
_PREMISE = PREFIXES["prov"] + "wasDerivedFrom"

#: Nodes of the parsed query that a rule may have; names of the algebra of SPARQL 1.1, section 18.
_PARTS = {
    "ConstructQuery", "Project", "Filter", "Extend", "Join", "BGP", "Minus", "ToMultiSet", "values",
    "GroupGraphPatternSub", "TriplesBlock", "InlineData", "Bind",
    "ConditionalAndExpression", "ConditionalOrExpression", "RelationalExpression", "UnaryNot",
    "AdditiveExpression", "MultiplicativeExpression", "UnaryMinus", "UnaryPlus",
}  # fmt: skip
_FUNCTIONS = {
    "NOTEXISTS", "IRI", "URI", "STR", "CONCAT", "SHA256", "SUBSTR", "STRLEN", "LCASE", "UCASE", "IF", "COALESCE",
    "BOUND", "sameTerm", "isIRI", "isURI", "isLITERAL", "LANG", "LANGMATCHES", "DATATYPE", "STRSTARTS", "STRENDS",
    "CONTAINS", "STRBEFORE", "STRAFTER", "ABS", "CEIL", "FLOOR", "ROUND", "REGEX", "REPLACE",
}  # fmt: skip

_WORDS = {
    "LeftJoin": "OPTIONAL", "Union": "UNION", "Graph": "GRAPH", "ServiceGraphPattern": "SERVICE",
    "OptionalGraphPattern": "OPTIONAL", "GroupOrUnionGraphPattern": "UNION or a group in braces",
    "MinusGraphPattern": "MINUS inside FILTER NOT EXISTS", "GraphGraphPattern": "GRAPH", "SubSelect": "a SELECT inside", "Group": "GROUP BY",
    "HavingClause": "HAVING", "AggregateJoin": "an aggregate", "OrderBy": "ORDER BY", "Slice": "LIMIT or OFFSET", "DatasetClause": "FROM",
    "Function": "a function named by an IRI", "SelectQuery": "SELECT", "AskQuery": "ASK", "DescribeQuery": "DESCRIBE",
}  # fmt: skip

Pattern = tuple[Any, Any, Any]


def check_rule(name: str, text: str) -> Rule:
    """The rule of a text, where it is of the fragment and says what it rests on.

    Raises BrokenRuleError with what is outside.

    >>> from aa_ld import places
    >>> check_rule("verdict", places.rule_files()["verdict"].read_text()).gives
    'https://w3id.org/aa-ld/BalanceShift'
    """
    rule = parse_rule(name, text)
    algebra = _parsed(name, text)
    for part in _parts(algebra):
        _check_part(name, part)
    if sum(part.name == "Project" for part in _parts(algebra)) > 1:
        raise BrokenRuleError(name, "A SELECT inside is outside what a rule may use.", "Write two rules.")
    if text.count("WHERE {") != 1:
        raise BrokenRuleError(name, "WHERE { does not stand there exactly once.", "Write it so, in capitals.")
    patterns, guards = _patterns(algebra)
    _check_patterns(name, [*patterns, *guards])
    _check_template(rule, algebra.template, patterns)
    for guarded in sorted({str(o) for _, p, o in guards if str(p) == _TYPE} - {*rule.uses, *rule.unless}):
        what = f"It must not find {compact(guarded)}, and the header does not say so."
        raise BrokenRuleError(name, what, "Add it to unless.")
    for query in (text, rule.of([PREFIXES["aa"] + "Treatment"])):
        _check_runs(name, query)
    return rule


def _check_runs(name: str, query: str) -> None:
    """The engine is stricter than the parser above: a prefix that is not declared, a variable bound twice."""
    from pyoxigraph import Store

    try:
        Store().query(query)
    except SyntaxError as error:
        said = " ".join(str(error).split())
        raise BrokenRuleError(name, f"This is no SPARQL 1.1: {said}.", "Correct the query.") from None


def _parsed(name: str, text: str) -> Any:
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        written = parseQuery(text)
        _check_functions(name, written.as_list())
        algebra = translateQuery(written).algebra
    except BrokenRuleError:
        raise
    except RecursionError:
        raise BrokenRuleError(name, "The rule is nested too deep.", "Write it flat.") from None
    except Exception as error:  # the parser raises whatever its parts raise
        said = " ".join(str(error).split())
        raise BrokenRuleError(name, f"This is no SPARQL 1.1: {said}.", "Correct the query.") from None
    if algebra.name != "ConstructQuery":
        raise BrokenRuleError(name, f"This is {_word(algebra.name)}.", "A rule is a CONSTRUCT.")
    if algebra.datasetClause:
        raise BrokenRuleError(name, "FROM picks a graph.", "A rule reads the default graph only.")
    if algebra.template is None:
        raise BrokenRuleError(name, "The template is not written out.", "Write CONSTRUCT { … } WHERE { … }.")
    return algebra


def _check_functions(name: str, written: list[Any]) -> None:
    """Functions as they are written: the algebra forgets the filters inside FILTER NOT EXISTS."""
    for part in _parts(written):
        if part.name.startswith(("Builtin_", "Aggregate_")) or part.name in ("Function", "HavingClause"):
            _check_part(name, part)
        if part.name == "Builtin_NOTEXISTS" and sum(p.name == part.name for p in _parts(part)) > 1:
            what = "NOT EXISTS inside NOT EXISTS is outside what a rule may use."
            raise BrokenRuleError(name, what, "Write two rules.")


def _parts(node: Any) -> Iterator[Any]:
    """Every node of a parsed query."""
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        yield node
        for key in node:
            if key != "_vars":
                yield from _parts(node[key])
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _parts(item)


def _check_part(name: str, part: Any) -> None:
    kind = part.name
    if kind.startswith("Builtin_"):
        if kind.removeprefix("Builtin_") not in _FUNCTIONS:
            function = kind.removeprefix("Builtin_")
            raise BrokenRuleError(
                name, f"{function} is outside what a rule may use.", "See docs/rules.md for the fragment."
            )
    elif kind not in _PARTS:
        word = _word(kind)
        raise BrokenRuleError(
            name,
            f"{word[:1].upper()}{word[1:]} is outside what a rule may use.",
            "Write plain patterns; write two rules.",
        )


def _word(kind: str) -> str:
    return _WORDS.get(kind, "an aggregate" if kind.startswith("Aggregate_") else kind)


def _patterns(algebra: Any) -> tuple[list[Pattern], list[Pattern]]:
    """The patterns that must be found, and those that must not: inside MINUS and FILTER NOT EXISTS."""
    away = [part for minus in _parts(algebra) if minus.name == "Minus" for part in _parts(minus.p2)]
    guarded = {id(part) for part in away}
    found: tuple[list[Pattern], list[Pattern]] = ([], [])
    for part in _parts(algebra):
        if part.name == "BGP":
            found[id(part) in guarded].extend(_triples(part.triples))
        elif part.name == "TriplesBlock":  # as FILTER NOT EXISTS keeps it
            found[True].extend(triple for flat in part.triples for triple in _triples(flat))
    return found


def _triples(found: Any) -> list[Pattern]:
    """Patterns as triples; inside NOT EXISTS the parser leaves them in one flat list."""
    if found and not isinstance(found[0], tuple):
        terms = list(found)
        return [tuple(terms[i : i + 3]) for i in range(0, len(terms), 3)]
    return list(found)


def _check_patterns(name: str, patterns: list[Pattern]) -> None:
    from rdflib.paths import Path
    from rdflib.plugins.sparql.parserutils import CompValue
    from rdflib.term import BNode

    for pattern in patterns:
        if isinstance(pattern[1], Path | CompValue):
            raise BrokenRuleError(
                name, "A property path is outside what a rule may use.", "Name each step by a variable."
            )
        if any(isinstance(term, BNode) for term in pattern):
            raise BrokenRuleError(name, "A blank node hides what it stands for.", "Name it by a variable.")


def _check_template(rule: Rule, template: list[Pattern], patterns: list[Pattern]) -> None:
    """One conclusion, of the class that the header gives, of ?agent, resting on facts that WHERE finds."""
    from rdflib.term import BNode, Variable

    found = {(str(p), str(o)) for _, p, o in template}
    wrong = [s for s, _, _ in template if s != Variable(_CONCLUSION)]
    wrong += [o for _, _, o in template if isinstance(o, BNode)]
    if wrong:
        word = "a blank node" if isinstance(wrong[0], BNode) else wrong[0].n3()
        raise BrokenRuleError(
            rule.name, f"The template describes {word}.", "Describe ?conclusion only; write two rules."
        )
    _check_slots(rule, {p for p, _ in found})
    given = {o for p, o in found if p == _TYPE}
    if given != {rule.gives}:
        raise BrokenRuleError(
            rule.name,
            f"The template gives {', '.join(map(compact, sorted(given))) or 'no class'}, the header {compact(rule.gives)}.",
            "Let both say the same.",
        )
    subjects = {o for _, p, o in template if str(p) == _SUBJECT}
    if subjects != {Variable(_AGENT)} or not any(
        str(p) == _SUBJECT and o == Variable(_AGENT) for _, p, o in patterns
    ):
        raise BrokenRuleError(
            rule.name, "The conclusion is not about ?agent.", "Bind ?agent by aa:subject, and conclude on it."
        )
    premises = {o for _, p, o in template if str(p) == _PREMISE}
    classes = {s: str(o) for s, p, o in patterns if str(p) == _TYPE and isinstance(s, Variable)}
    for premise in sorted(premises):
        if premise not in classes:
            raise BrokenRuleError(
                rule.name,
                f"The premise {premise.n3()} has no class.",
                "Say in WHERE what kind of fact it is.",
            )
    if not premises or {classes[premise] for premise in premises} != set(rule.uses):
        used = sorted({compact(classes[premise]) for premise in premises})
        raise BrokenRuleError(
            rule.name,
            f"The premises are of {', '.join(used) or 'no class'}, the header uses {', '.join(map(compact, rule.uses))}.",
            "Name every premise with prov:wasDerivedFrom, and its class in the header.",
        )


def _check_slots(rule: Rule, given: set[str]) -> None:
    """What the sentence tells is in the template, and what the engine gives itself is not."""
    for word in ("certainty", "rule"):
        if PREFIXES["aa"] + word in given:
            raise BrokenRuleError(
                rule.name,
                f"The template gives aa:{word}, which no rule sets.",
                "Leave it out; see docs/rules.md.",
            )
    for slot in ("object", "direction", "tier", "verdict", "extent"):
        if f"{{{slot}}}" in rule.sentence and not any(p.lower().endswith(slot) for p in given):
            raise BrokenRuleError(
                rule.name, f"The sentence tells {{{slot}}}, and the template gives none.", f"Add aa:{slot}."
            )
