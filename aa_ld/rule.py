"""Rules: SPARQL CONSTRUCT files that say what follows from which facts.

A rule is one CONSTRUCT of plain triple patterns, filters, BIND and VALUES, and
of MINUS: no optional parts, no paths, no unions, no aggregates, nothing outside
the default graph. Its WHERE part is its explanation. Its template describes one
conclusion, `?conclusion`, names every premise with `prov:wasDerivedFrom`, and
says of what treatment it speaks: `aa:subject ?agent`. Solutions that give
`?conclusion` the same name are one conclusion; it then rests on all their
premises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

from aa_ld import places
from aa_ld.errors import BrokenRuleError, CyclicRulesError, nearest
from aa_ld.header import check_header, parse_header
from aa_ld.vocab import PREFIXES, is_plain_local_name

_FORMS: dict[str, tuple[type, str]] = {
    "title": (str, "title: text"),
    "description": (str, "description: text"),
    "model": (list, "model: [R1]"),
    "uses": (list, "uses: [PharmacologicalAction, AxisMembership]"),
    "unless": (list, "unless: [PharmacologicalAction]"),
    "gives": (str, "gives: AxisEffect"),
    "certainty": (str, "certainty: weakest premise"),
    "sentence": (str, "sentence: {subject} is stated to raise {object}{setting}."),
}
_REQUIRED = ("title", "description", "uses", "gives", "certainty", "sentence")

#: What a sentence may be made of.
SLOTS = ("subject", "object", "direction", "tier", "verdict", "extent", "setting")

_STEP = "one step below the weakest premise"
_CEILING = "weakest premise, at most "
_CEILINGS = ("Likely", "Reported", "Possible")


class Rule(NamedTuple):
    """One inference rule.

    model     the rules of the immunologist's model that it carries out, "R1"
    uses      the classes of facts that premises are of, as IRIs
    unless    the classes of further facts that must not be there, as IRIs
    gives     the class of its conclusions, as an IRI
    step      whether a conclusion is one step less certain than its weakest premise
    ceiling   the IRI of the certainty that no conclusion exceeds, or None
    sentence  a conclusion for people, with slots in braces
    text      the CONSTRUCT
    """

    name: str
    title: str
    description: str
    model: tuple[str, ...]
    uses: tuple[str, ...]
    unless: tuple[str, ...]
    gives: str
    step: bool
    ceiling: str | None
    sentence: str
    text: str

    @property
    def iri(self) -> str:
        """The IRI of the rule."""
        return PREFIXES["rule"] + self.name

    def of(self, agents: Iterable[str]) -> str:
        """The CONSTRUCT, for these treatments only; they are IRIs."""
        wanted = " ".join(f"<{agent}>" for agent in agents)
        return self.text.replace("WHERE {", f"WHERE {{\n  VALUES ?agent {{ {wanted} }}", 1)


def read_rule(path: Path) -> Rule:
    """Read the .rq file of a rule.

    Raises BrokenRuleError where the header lacks a part or is not of its form.

    >>> read_rule(places.rule_files()["predicted-effect"]).model
    ('R1',)
    """
    return parse_rule(path.stem, path.read_text(encoding="utf-8"))


def parse_rule(name: str, text: str) -> Rule:
    """A rule from the text of its file. Raises BrokenRuleError."""
    if not name or not is_plain_local_name(name):
        raise BrokenRuleError(
            name,
            "The name of the file becomes part of an IRI.",
            "Use letters, digits, hyphens and underscores of ASCII only.",
        )
    header = parse_header(name, text, BrokenRuleError)
    check_header(name, header, _FORMS, _REQUIRED, BrokenRuleError)
    certainty, ceiling = header["certainty"], None
    if certainty.removeprefix(_CEILING) in _CEILINGS:
        ceiling = PREFIXES["aa"] + certainty.removeprefix(_CEILING)
    elif certainty not in ("weakest premise", _STEP):
        raise BrokenRuleError(
            name,
            f"certainty is {certainty}, which no rule can promise.",
            f"Write weakest premise, {_CEILING}Possible, or {_STEP}.",
        )
    _check_sentence(name, header["sentence"])
    return Rule(
        name=name,
        title=header["title"],
        description=header["description"],
        model=tuple(header.get("model", ())),
        uses=tuple(PREFIXES["aa"] + word for word in header["uses"]),
        unless=tuple(PREFIXES["aa"] + word for word in header.get("unless", ())),
        gives=PREFIXES["aa"] + header["gives"],
        step=certainty == _STEP,
        ceiling=ceiling,
        sentence=header["sentence"],
        text=text,
    )


def _check_sentence(name: str, sentence: str) -> None:
    from string import Formatter

    try:
        slots = [(slot, form) for _, slot, *form in Formatter().parse(sentence) if slot is not None]
    except ValueError as error:
        raise BrokenRuleError(name, f"sentence: {error}.", "Close every brace.") from None
    for slot, form in slots:
        if any(form):
            raise BrokenRuleError(name, f"sentence gives the slot {slot} a form.", f"Write {{{slot}}}.")
        if slot not in SLOTS:
            raise BrokenRuleError(
                name, f"sentence has no slot {{{slot}}}.", f"Use {', '.join(SLOTS)}.", nearest(slot, SLOTS)
            )


def read_rules() -> dict[str, Rule]:
    """All shipped rules, by name."""
    return {name: read_rule(path) for name, path in places.rule_files().items()}


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Rules so ordered that each comes after all whose conclusions it uses.

    Raises CyclicRulesError where rules rest on what they themselves conclude.

    >>> [rule.name for rule in in_order(read_rules().values())][-1]
    'verdict-one-axis'
    """
    by_name = {rule.name: rule for rule in rules}
    graph: Mapping[str, set[str]] = {
        rule.name: {other.name for other in by_name.values() if other.gives in (*rule.uses, *rule.unless)}
        for rule in by_name.values()
    }
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise CyclicRulesError(
            circle,
            "These rules rest on what they themselves conclude.",
            "Let a rule use no class that it, or a rule after it, gives.",
        ) from None
    order: list[Rule] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += [by_name[name] for name in ready]
        sorter.done(*ready)
    return order
