"""Facts on pages: how firmly something is said, a list of claims, and the proof of one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from aa_ld.fact import EvidenceLine, Fact
from aa_ld.publish.few import Few
from aa_ld.publish.linked import AA, NO_VALUES, Site
from aa_ld.publish.markup import text

_NEGATIVE = AA + "Negative"


def firmness(site: Site, fact: Fact) -> str:
    """The certainty of a fact in a word, framed as in the figures: a full line where it is firm, a dashed one where it is hedged."""
    css = "hedged" if site.hedged(fact.certainty) else "firm"
    marks = [f'<span class="mark {css}">{site.label(fact.certainty)}</span>']
    if fact.polarity == _NEGATIVE:
        marks.append('<span class="mark no">says no</span>')
    if fact.derivation:
        marks.append('<span class="mark rule">follows by rule</span>')
    if site.conflicts(fact.iri):
        marks.append('<span class="mark clash">in conflict</span>')
    return " ".join(marks)


def sentence(fact: Fact) -> str:
    """The sentence, with the hedge of the authors marked where it stands in it."""
    shown = text(fact.sentence)
    for hedge in (text(line.hedge) for line in fact.evidence if line.hedge):
        before, found, after = f" {shown}".partition(f" {hedge} ")
        if found:
            return f'{before} <mark title="hedge of the authors">{hedge}</mark> {after}'.strip()
    return shown


def claim(site: Site, fact: Fact, root: str, source: bool = True, note: str = "") -> str:
    """A fact as a line of a list: how firm, the sentence, and where it comes from; a note says what it does not claim."""
    noted = f" <span>{text(note)}</span>" if note else ""
    return (
        f'<li class="claim"><a href="{site.way(fact.iri, root)}">{text(fact.sentence)}</a>'
        f'<span class="below">{firmness(site, fact)} {_from(site, fact, source)}{noted}</span></li>'
    )


def claims(site: Site, facts: Iterable[Fact], root: str, source: bool = True) -> str:
    """Facts as a list, with their sources unless these stand above; nothing for none."""
    inner = "".join(claim(site, fact, root, source) for fact in facts)
    return f'<ul class="claims">{inner}</ul>' if inner else ""


def few_claims(site: Site, few: Few, root: str, source: bool = True) -> str:
    """The first of some facts as a list, and where the others are."""
    return claims(site, few.shown, root, source) + others(few, root)


def others(few: Few, root: str) -> str:
    """How many more there are than are shown, and where; nothing where all are."""
    if few.total == len(few.shown):
        return ""
    marked = f" Of all, {few.marked:,} say no or are in conflict; these come first." if few.marked else ""
    return (
        f'<p class="small">The first {len(few.shown)} of {few.total:,} are shown.{marked} '
        f'<a href="{root}facts.html">All facts</a> are listed by kind.</p>'
    )


def first_of(shown: int, total: int, root: str) -> str:
    """The same for things that are no facts."""
    whole = f'<a href="{root}data/aa-ld.nq">the data</a> hold all'
    return f'<p class="small">The first {shown} of {total:,} are shown; {whole}.</p>' if total > shown else ""


def grouped_claims(site: Site, few: Few, root: str, source: bool = True) -> str:
    """Facts by their kind, each kind under its heading; what is said of documents and their indexing comes last."""
    shown = "" if few.total == len(few.shown) else " shown"

    def kind(fact: Fact) -> tuple[bool, str]:
        return fact.category not in site.of_the_world, site.names.label(fact.category)

    ordered = sorted(few.shown, key=lambda fact: (kind(fact), fact.id or "~", fact.iri))
    groups = [(name, list(group)) for (_, name), group in groupby(ordered, key=kind)]
    return "".join(
        f"<h3>{text(name[:1].upper() + name[1:])} ({len(group)}{shown})</h3>{claims(site, group, root, source)}"
        for name, group in groups
    ) + others(few, root)


def _from(site: Site, fact: Fact, source: bool) -> str:
    if fact.derivation:
        return f"<span>{site.label(fact.derivation.rule)}</span>"
    told = dict.fromkeys(
        (f"<span>{site.label(line.publication)}</span>" if source else "") + _design(site, line)
        for line in fact.evidence
    )
    return " ".join(told)


def _design(site: Site, line: EvidenceLine) -> str:
    return "" if not line.design or line.design in NO_VALUES else f" <span>{site.label(line.design)}</span>"


def proof(site: Site, fact: Fact, root: str, seen: frozenset[str] = frozenset()) -> str:
    """What a conclusion rests on, as a tree that opens and closes; every leaf is a publication."""
    if not fact.derivation:
        return "".join(_leaf(site, line, root) for line in fact.evidence)
    rule = site.link(fact.derivation.rule, root)
    assumed = "".join(
        f'<li class="assumed">assuming that {site.link(iri, root)}</li>'
        for iri in fact.derivation.assumptions
    )
    inner = "".join(
        _premise(site, premise, root, seen | {fact.iri})
        for premise in fact.derivation.premises
        if premise.iri not in seen
    )
    return f'<li class="by">follows by the rule {rule}, because<ul>{inner}</ul></li>{assumed}'


def _premise(site: Site, fact: Fact, root: str, seen: frozenset[str]) -> str:
    return (
        f"<li><details open><summary>{text(fact.sentence)} {firmness(site, fact)}</summary>"
        f"<ul>{proof(site, fact, root, seen)}</ul>"
        f'<p class="small"><a href="{site.way(fact.iri, root)}">Page of this fact: '
        f"{text(site.names.key(fact.iri))}</a></p></details></li>"
    )


def _leaf(site: Site, line: EvidenceLine, root: str) -> str:
    hedge = f", hedge “{text(line.hedge)}”" if line.hedge else ", no hedge"
    part = f", {site.label(line.part)}" if line.part else ""
    return f"<li>said in {site.link(line.publication, root)}{part}: {site.label(line.kind)}{hedge}</li>"
