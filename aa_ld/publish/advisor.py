"""What the advisor in the page decides by: groups, and what facts argue, as far as no patient is needed to say it.

A script decides the rest as aa_ld.groups, aa_ld.profile, aa_ld.argument and
aa_ld.advise do. Terms are numbers, in the order of their IRIs; facts are
numbers in the order in which they stand in a section.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal

from aa_ld.advise import Advice, advise
from aa_ld.argument import Conflict, Patient, place
from aa_ld.argument.bearing import (
    ARMS,
    BALANCE_AGAINST,
    BALANCE_FOR,
    CONDITIONAL,
    GOES_WITH,
    LEAN,
    OTHERS,
    SAID,
    SECTIONS,
    UNDETERMINED,
    bearing,
    responders,
    seen_in,
)
from aa_ld.argument.records import conflict_record, fact_record
from aa_ld.ask import DISCLAIMER
from aa_ld.fact import Fact
from aa_ld.groups import Profile
from aa_ld.profile import LEVELS, TERMS
from aa_ld.publish.linked import AA, SKOS, Site
from aa_ld.vocab import compact, printable

_NOBODY = Profile((), (), {}, {})
_WITHOUT_A_PATIENT = ("population not stated", "not about people")
_LEVEL_OF = {direction: level for level, direction in GOES_WITH.items()}


class Advisor(NamedTuple):
    """What the page needs: the data for the script, and what is shown of each fact and each conflict.

    data       what the script reads, as JSON
    facts      in the order of their numbers
    conflicts  in the order of theirs
    treatments their IRIs by label, those on which no fact says anything among them
    outcomes   what can have come of a treatment: number of the term to its label
    """

    data: dict[str, object]
    facts: list[Fact]
    conflicts: list[Conflict]
    treatments: list[str]
    outcomes: dict[int, str]


def advisor(site: Site) -> Advisor:
    """Everything by which the page answers.

    >>> from aa_ld import load
    >>> made = advisor(Site(load("review").inferred()))
    >>> [fact.id for fact in made.facts][:3]
    ['SF20', 'SF21', 'SF30']
    """
    picks = {part: _pickable(site, categories) for part, categories in TERMS.items()}
    told = advise(site.layers, _NOBODY._replace(labs=dict.fromkeys(sorted(picks["labs"]), LEVELS[0])))
    facts = _facts(told)
    named = {option.treatment for option in told.options}
    ordered = sorted({*named, *picks["had"]}, key=lambda iri: (told.names.label(iri).casefold(), iri))
    numbers = _numbers(_terms(told, facts, [*ordered, *(iri for names in picks.values() for iri in names)]))
    at = {fact.iri: number for number, fact in enumerate(facts)}
    patient = Patient(_NOBODY, told.groups, told.names.label)
    conflicts = list({each.iri: each for option in told.options for each in option.conflicts}.values())
    links = {entry.fact.iri: entry.links for option in told.options for entry in option.entries}
    people = sorted({AA + "NotStated", *(group for fact in facts for group in fact.scope_of("population"))})
    scopes = {group: patient.scope_of_group(group) for group in people}
    of = {option.treatment: option for option in told.options}
    data = {
        "disclaimer": DISCLAIMER,
        "sections": SECTIONS,
        "section": {"lean": LEAN, "balanceFor": BALANCE_FOR, "balanceAgainst": BALANCE_AGAINST,
                    "undetermined": UNDETERMINED, "said": SAID, "others": OTHERS},
        "conditional": CONDITIONAL,
        "levels": LEVELS,
        "terms": [_term(site, iri) for iri in numbers],
        "pick": {
            part: [[numbers[iri], name, _also(site, iri)] for iri, name in names.items()]
            for part, names in picks.items()
        },
        "arms": sorted(numbers[arm] for arm in ARMS),
        **_groups(told, numbers),
        "people": [
            [numbers[group], scope.kind, scope.words]
            for group, scope in scopes.items()
            if scope.kind in _WITHOUT_A_PATIENT
        ],
        "facts": [
            {**_argument(fact, patient, numbers), "record": fact_record(fact, told.names),
             "linked": [at[link.iri] for link in links.get(fact.iri, ())]} for fact in facts
        ],
        "labs": [[numbers[note.marker], [at[fact.iri] for fact in note.facts]] for note in told.labs if note.facts],
        "conflicts": [compact(each.iri) for each in conflicts],
        "treatments": [
            {"term": numbers[iri], "named": iri in named, "facts": [at[e.fact.iri] for e in of[iri].entries] if iri in of else [],
             "conflicts": [conflict_record(c, told.names) for c in of[iri].conflicts] if iri in of else []}
            for iri in ordered
        ],
    }  # fmt: skip
    return Advisor(
        data, facts, conflicts, ordered, {numbers[iri]: told.names.label(iri) for iri in picks["outcome"]}
    )


def _pickable(site: Site, categories: tuple[str, ...]) -> dict[str, str]:
    """What can be named in a part of a profile, by label; each with a name that `aa-ld advise` takes for it."""
    names = site.names
    members = {iri for category in categories for iri in names.members(category)} - set(categories)
    found = {}
    for iri in sorted(members, key=lambda iri: (names.label(iri).casefold(), iri)):
        short = compact(iri)
        if "=" in short or not short.isprintable() or names.meant(short, *categories) != iri:
            continue  # nobody could write it into a profile
        label = names.label(iri)
        found[iri] = label if "=" not in label and names.meant(label, *categories) == iri else short
    return found


def _facts(told: Advice) -> list[Fact]:
    """Every fact that can be shown; those that argue stand in the order that they have in a section."""
    entries = {entry.fact.iri: entry for option in told.options for entry in option.entries}
    ordered = [e.fact for e in sorted(entries.values(), key=lambda entry: place(entry, told.names)[1:])]
    rest = [fact for note in told.labs for fact in note.facts]
    rest += [link for entry in entries.values() for link in entry.links]
    return list({fact.iri: fact for fact in [*ordered, *rest]}.values())


def _terms(told: Advice, facts: Iterable[Fact], more: Iterable[str]) -> set[str]:
    groups = told.groups
    found = {AA + "Disease", AA + "NotStated", *ARMS, *more, *groups.conditions, *groups.above}
    found |= {
        iri
        for those in (*groups.above.values(), *groups.conditions.values(), *groups.dominated.values())
        for iri in those
    }
    found |= {*groups.dominated, *(iri for pair in groups.disjoint for iri in pair)}
    found |= {iri for division in groups.divisions for iri in (division.disease, *division.types)}
    for fact in facts:
        found |= {*fact.scope_of("population"), *bearing(fact).terms}
    return found  # fmt: skip


def _numbers(terms: Iterable[str]) -> dict[str, int]:
    return {iri: number for number, iri in enumerate(sorted(terms))}


def _term(site: Site, iri: str) -> list[str]:
    """Short name, label, and the way to its page, if it has one."""
    shown = [compact(iri), site.names.label(iri)]
    return [*shown, site.way(iri, "./") or ""] if iri in site.resources else shown


def _also(site: Site, iri: str) -> str:
    """Other names, for whoever looks for one of these."""
    values = site.said(iri).get(SKOS + "altLabel", ())
    return " | ".join(sorted(printable(v.value, 100) for v in values if isinstance(v, Literal)))


def _groups(told: Advice, numbers: dict[str, int]) -> dict[str, object]:
    groups = told.groups

    def all_of(iris: Iterable[str]) -> list[int]:
        return sorted(numbers[iri] for iri in iris)

    return {
        "disease": numbers[AA + "Disease"],
        "notStated": numbers[AA + "NotStated"],
        "above": [[numbers[iri], all_of(above)] for iri, above in groups.above.items()],
        "conditions": [[numbers[iri], all_of(asked)] for iri, asked in groups.conditions.items()],
        "divisions": [
            [told.names.key(d.fact), numbers[d.disease], all_of(d.types)] for d in groups.divisions
        ],
        "byLabel": [
            compact(iri)
            for iri in sorted(groups.conditions, key=lambda iri: (told.names.label(iri).casefold(), iri))
        ],
        "disjoint": sorted([numbers[one], numbers[two]] for one, two in groups.disjoint),
        "dominated": [[numbers[iri], all_of(axes)] for iri, axes in groups.dominated.items()],
    }


def _argument(fact: Fact, patient: Patient, numbers: dict[str, int]) -> dict[str, object]:
    """What a fact argues and of whom it is, as far as no patient decides; what is empty is left out."""
    argues, scope = bearing(fact), patient.scope(fact)
    direction = fact.scope_of("direction")
    told = {
        "people": [numbers[group] for group in fact.scope_of("population")],
        "animals": scope.words if scope.kind == "animals only" else "",
        "responding": " and ".join(map(patient.label, responders(fact))),
        "section": argues.section,
        "remarks": argues.remarks,
        "asks": argues.asks,
        "terms": [numbers[iri] for iri in argues.terms],
        "seen": [numbers[group] for group in seen_in(fact)],
        "level": _LEVEL_OF.get(direction[0]) if len(direction) == 1 else None,
    }
    return {name: value for name, value in told.items() if value}
