"""Advise: for one patient's profile, which groups it fits, and what loaded facts argue for and against each treatment.

Nothing is ranked and nothing is counted: treatments stand by name, and each
argument is a whole fact with its evidence or its proof.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aa_ld.argument import (
    AGAINST,
    AGAINST_IF,
    FOR,
    FOR_IF,
    OTHERS,
    SAID,
    SECTIONS,
    Conflict,
    Entry,
    LabNote,
    Option,
    Patient,
    lab_notes,
    options,
)
from aa_ld.argument.bearing import GOES_WITH, seen_in
from aa_ld.argument.records import conflict_record, fact_record
from aa_ld.ask import DISCLAIMER
from aa_ld.fact import EvidenceLine, Fact
from aa_ld.groups import Fit, Groups, Label, Profile, in_words, read_groups
from aa_ld.names import Names
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES, compact, printable

_AA = PREFIXES["aa"]
_WEB = "SELECT DISTINCT ?publication ?link WHERE { ?publication a <%sPublication> ; <%sexactMatch> ?link }"

#: Scopes that need no more words where the sentence of the fact says the group.
_PLAIN_SCOPES = ("same group", "wider group", "one response group")
_NO_DESIGN = {"", *(_AA + name for name in ("NotApplicable", "NotStated", "ExpertOpinion"))}

_NOT_RANKED = "Treatments stand by name; nothing is ranked, counted or weighed."
_NO_ARGUMENT = "No loaded outcome or warning speaks for or against it in this patient; silence is not a no."
_ONLY_IF = "Loaded outcomes or warnings speak of this patient only if more holds than is stated."
_BOTH_WAYS = "Loaded facts point both ways; nothing here weighs them."


class Advice(NamedTuple):
    """What is told of one profile: the groups, the laboratory values, and each treatment. Iterating gives the treatments."""

    profile: Profile
    fits: tuple[Fit, ...]
    labs: tuple[LabNote, ...]
    options: tuple[Option, ...]
    groups: Groups
    names: Names
    web: dict[str, list[str]]

    def __repr__(self) -> str:
        return f"<Advice on {len(self.options)} treatments>"

    def __iter__(self) -> Iterator[Option]:
        return iter(self.options)

    def lines(self) -> list[tuple[int, str]]:
        """The whole as lines, each with how deep it stands: 0 a heading, then what is below it."""
        lines = [(1, DISCLAIMER), (1, _NOT_RANKED), *self._profile_lines(), *self._group_lines()]
        for option in self.options:
            if not option.silent:
                lines += self._option_lines(option)
        silent = [option for option in self.options if option.silent]
        if silent:
            lines += [(0, "Nothing stated for this patient"), (1, "Silence is not a no.")]
            lines += [(2, self._silence(option)) for option in silent]
        return [*lines, *self._publication_lines(), (0, ""), (1, DISCLAIMER)]

    def to_text(self) -> str:
        """For a terminal."""
        text = []
        for depth, line in self.lines():
            text += [""] if depth == 0 else []
            text += ["  " * max(0, depth - 1) + line] if line else []
        return "\n".join(text)

    def to_markdown(self) -> str:
        """For a document."""
        text: list[str] = []
        for depth, line in self.lines():
            if depth > 1:
                text.append("  " * (depth - 2) + "- " + _escaped(line))
            elif line:
                section = depth == 1 and line.endswith(":")
                words = f"**{_escaped(line)}**" if section else _escaped(line)
                text += ["", f"## {words}" if depth == 0 else words, ""]
        return "\n".join(line for i, line in enumerate(text) if line or (i and text[i - 1]))

    def to_json(self) -> str:
        """For a program: terms as short names, facts by IRI and key, each argument with its section and scope."""
        record = {
            "disclaimer": DISCLAIMER,
            "profile": {
                "has": [compact(iri) for iri in self.profile.has],
                "lacks": [compact(iri) for iri in self.profile.lacks],
                "labs": {compact(marker): level for marker, level in self.profile.labs.items()},
                "had": {compact(t): o and compact(o) for t, o in self.profile.had.items()},
            },
            "groups": [self._group_record(fit) for fit in self.fits],
            "labs": [
                {
                    "marker": compact(n.marker),
                    "level": n.level,
                    "facts": [fact_record(f, self.names) for f in n.facts],
                }
                for n in self.labs
            ],
            "treatments": [self._option_record(option) for option in self.options],
        }
        return json.dumps(record, indent=2, ensure_ascii=False)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.to_text())}</pre>"

    def _profile_lines(self) -> list[tuple[int, str]]:
        label, profile = self.names.label, self.profile
        had = [label(t) + (f" (outcome: {label(o)})" if o else "") for t, o in profile.had.items()]
        lines = [(0, "The profile"), (2, f"has: {', '.join(map(label, profile.has))}")]
        lines += [(2, f"does not have: {', '.join(map(label, profile.lacks))}")] if profile.lacks else []
        for note in self.labs:
            said = [f"[{self.names.key(f.iri)}] {printable(f.sentence)}" for f in note.facts]
            lines += [(2, f"{label(note.marker)}: {note.level}"), *((3, text) for text in said)]
            lines += [] if said else [(3, "no loaded observation compares its level between people")]
        return [*lines, *([(2, f"given before: {', '.join(had)}")] if had else [])]

    def _group_lines(self) -> list[tuple[int, str]]:
        lines = [(0, "The groups of patients")]
        words = {"fits": "fits", "open": "open", "excluded": "does not fit"}
        for standing, shown in words.items():
            for fit in sorted((f for f in self.fits if f.standing == standing), key=self._by_label):
                why = in_words(fit, self.names.label)
                lines.append((2, f"{shown}: {self.names.label(fit.group)} ({why}){self._dominated(fit)}"))
                lines += [(3, text) for text in self._lab_words(fit)] if standing == "open" else []
        return lines

    def _by_label(self, fit: Fit) -> tuple[str, str]:
        return self.names.label(fit.group).casefold(), fit.group

    def _dominated(self, fit: Fit) -> str:
        axes = sorted(map(self.names.label, self.groups.dominated.get(fit.group, ())))
        if not axes or fit.standing != "fits":
            return ""
        return f"; {' and '.join(axes)} is taken to dominate in it, by a mark of the curator"

    def _lab_words(self, fit: Fit) -> list[str]:
        """What a laboratory value says of a group whose disease is stated and its type is not: never that it fits."""
        if not any(stated for _, stated in fit.missing):
            return []
        lines = []
        for note in self.labs:
            tied = [f for f in note.facts if self._ties(f, fit)]
            found = [f for f in tied if f.scope_of("direction") == (GOES_WITH[note.level],)]
            other = [f for f in tied if f not in found]
            value = f"{self.names.label(note.marker)} {note.level}"
            lines += (
                [f"{value} is compatible with it ({self._keys(found)}), and does not settle it"]
                if found
                else []
            )
            lines += (
                [f"{value} is not what {self._keys(other)} says of it, and does not settle it"]
                if other
                else []
            )
            lines += [] if tied else [f"{value} does not settle it: no loaded fact ties this marker to it"]
        return lines

    def _ties(self, fact: Fact, fit: Fit) -> bool:
        """Whether a level was seen in this group or a wider one that is open, too; nobody disputing it."""
        people = set(seen_in(fact)) & {f.group for f in self.fits if f.standing == "open"}
        return any(self.groups.contains(g, fit.group) for g in people)

    def _keys(self, facts: Iterable[Fact]) -> str:
        return ", ".join(f"[{self.names.key(fact.iri)}]" for fact in facts)

    def _given(self, option: Option) -> str:
        if not option.given:
            return ""
        outcome = f"outcome: {self.names.label(option.outcome)}" if option.outcome else "outcome not stated"
        return f"given before to this patient, {outcome}"

    def _option_lines(self, option: Option) -> list[tuple[int, str]]:
        given = self._given(option)
        lines = [(0, self.names.label(option.treatment)), *([(1, given)] if given else [])]
        here = {name for name in SECTIONS if option.section(name)}
        if not {FOR, AGAINST} & here:
            lines += [(1, _ONLY_IF if {FOR_IF, AGAINST_IF} & here else _NO_ARGUMENT)]
        lines += [(1, _BOTH_WAYS)] if {FOR, AGAINST} <= here else []
        told: set[str] = set()
        for name in SECTIONS:
            lines += [(1, f"{name}:")] if name in here else []
            for entry in option.section(name):
                first, *rest = _entry_lines(entry, self.names, told)
                lines += [(2, first), *((3, text) for text in rest)]
        return lines + [(1, self._conflict_words(conflict)) for conflict in option.conflicts]

    def _conflict_words(self, conflict: Conflict) -> str:
        label = self.names.label
        grounds = f", {' and '.join(map(label, conflict.grounds))}" if conflict.grounds else ""
        return f"conflict between {self._keys(conflict.facts)} ({label(conflict.kind)}{grounds}): {label(conflict.iri)}"

    def _silence(self, option: Option) -> str:
        of_whom: dict[str, list[Fact]] = defaultdict(list)
        for entry in option.entries:
            of_whom[entry.scope.words].append(entry.fact)
        said = [f"{words} {self._keys(facts)}" for words, facts in of_whom.items()]
        words = [
            *(said or ["no loaded fact says what it does"]),
            *([self._given(option)] if option.given else []),
        ]
        return f"{self.names.label(option.treatment)}: {'; '.join(words)}"

    def _shown(self) -> dict[str, Fact]:
        """Every fact that is shown, and what it rests on, by IRI."""
        entries = [entry for option in self.options for entry in option.entries]
        shown = [*(e.fact for e in entries), *(f for e in entries for f in e.links)]
        shown += [fact for note in self.labs for fact in note.facts]
        shown += [fact for option in self.options for conflict in option.conflicts for fact in conflict.facts]
        return {iri: ground for fact in shown for iri, ground in fact.grounds().items()}

    def _publication_lines(self) -> list[tuple[int, str]]:
        keys: dict[str, set[str]] = defaultdict(set)
        for fact in self._shown().values():
            for line in fact.evidence:
                keys[line.publication].add(self.names.key(fact.iri))
        lines = [(0, "Publications")] if keys else []
        for publication in sorted(keys, key=lambda iri: (self.names.label(iri).casefold(), iri)):
            link = "".join(f"  {address}" for address in self.web.get(publication, [])[:1])
            lines.append(
                (2, f"{', '.join(sorted(keys[publication]))}: {self.names.label(publication)}{link}")
            )
        return lines

    def _group_record(self, fit: Fit) -> dict[str, object]:
        return {
            "group": compact(fit.group),
            "standing": fit.standing,
            "why": in_words(fit, self.names.label),
            "laboratory": self._lab_words(fit) if fit.standing == "open" else [],
            "dominated by": [compact(axis) for axis in sorted(self.groups.dominated.get(fit.group, ()))],
        }

    def _option_record(self, option: Option) -> dict[str, object]:
        return {
            "treatment": compact(option.treatment),
            "label": self.names.label(option.treatment),
            "given": option.given,
            "outcome": option.outcome and compact(option.outcome),
            "silent": option.silent,
            "arguments": [
                {
                    "section": entry.section,
                    "scope": entry.scope.kind,
                    "holds": entry.scope.holds,
                    "words": entry.scope.words,
                    "assumes": list(entry.assumes),
                    "remarks": list(entry.remarks),
                    "linked": [self.names.key(link.iri) for link in entry.links],
                    **fact_record(entry.fact, self.names),
                }
                for entry in option.entries
            ],
            "conflicts": [conflict_record(conflict, self.names) for conflict in option.conflicts],
        }


def advise(source: Source, profile: Profile) -> Advice:
    """What loaded facts argue for and against each treatment, for one profile, and which groups the profile fits.

    The source should hold what follows by the rules, too (`Knowledge.inferred()`).
    The profile comes from aa_ld.profile. What it does not say stays open:
    a group that asks for more is never taken to fit.

    >>> from aa_ld import load
    >>> from aa_ld.profile import read_profile
    >>> layers = load("review").inferred()
    >>> told = advise(layers, read_profile(layers, ["alopecia areata", "extrinsic AD"]))
    >>> [(told.names.label(option.treatment), [e.fact.id for e in option.section(FOR)]) for option in told]
    [('dupilumab', ['SF20', 'SF21']), ('local immunotherapy', [])]
    """
    names, groups = Names(source), read_groups(source)
    patient = Patient(profile, groups, names.label)
    web: dict[str, list[str]] = defaultdict(list)
    for row in rows(source, _WEB % (_AA, PREFIXES["skos"])):
        web[row["publication"].value].append(row["link"].value)  # type: ignore[attr-defined]
    return Advice(
        profile=profile,
        fits=tuple(groups.fits(profile.has, profile.lacks)),
        labs=lab_notes(source, profile),
        options=options(source, patient, names),
        groups=groups,
        names=names,
        web={publication: sorted(links) for publication, links in web.items()},
    )


def _entry_lines(entry: Entry, names: Names, told: set[str]) -> list[str]:
    """An entry for people: the fact, then its scope, firmness and grounds, then what its source links to it.

    `told` holds the links whose sentence was shown already; those of this entry are added.
    """
    fact, label = entry.fact, names.label
    first = f"[{names.key(fact.iri)}] {printable(fact.sentence)}"
    if entry.section in (SAID, OTHERS):
        kind = entry.scope.kind
        scope = (
            [] if kind == "population not stated" else [kind if kind in _PLAIN_SCOPES else entry.scope.words]
        )
        plain = fact.certainty == _AA + "Asserted" and fact.polarity == _AA + "Positive"
        firm = [] if plain else [_firmness(fact, label)]
        return [first + (f" ({'; '.join(words)})" if (words := [*scope, *entry.remarks, *firm]) else "")]
    parts = [entry.scope.words, _firmness(fact, label), *_grounds(entry, names), *entry.remarks]
    lines = [first, " · ".join(parts)]
    for link in entry.links:
        sentence = "as above" if link.iri in told else printable(link.sentence)
        lines.append(f"linked to it: [{names.key(link.iri)}] {sentence}")
        told.add(link.iri)
    return lines


def _firmness(fact: Fact, label: Label) -> str:
    """How firmly it is said, and with which words the authors hold back."""
    hedges = "".join(f", hedge “{h}”" for h in dict.fromkeys(e.hedge for e in fact.evidence if e.hedge))
    denied = "" if fact.polarity == _AA + "Positive" else f"{label(fact.polarity)}, "
    return denied + label(fact.certainty) + printable(hedges)


def _grounds(entry: Entry, names: Names) -> list[str]:
    """The kinds of evidence, or of a conclusion the tier and the facts at the ends of its proof; then what is assumed."""
    fact, label = entry.fact, names.label
    below = fact.grounds().values()
    steps = [label(a) for g in below if g.derivation for a in g.derivation.assumptions]
    assumed = ", that ".join(dict.fromkeys([*steps, *entry.assumes]))
    assuming = [f"assuming that {assumed}"] if assumed else []
    if fact.derivation is None:
        return [*dict.fromkeys(ground(line, label) for line in fact.evidence), *assuming]
    ends = ", ".join(sorted(names.key(g.iri) for g in below if g.evidence))
    return [*(f"tier: {label(t)}" for t in fact.scope_of("tier")), f"follows from {ends}", *assuming]


def ground(line: EvidenceLine, label: Label) -> str:
    """The kind of an evidence line in words, with the study design where the kind does not say it, and the size."""
    kind, design = label(line.kind), label(line.design)
    more = "" if line.design in _NO_DESIGN or design.replace(" ", "-") in kind else f", {design}"
    more += f", {printable(line.numbers())}" if line.numbers() else ""
    return f"{kind}{more}" + (" (disputes it)" if line.stance == _AA + "Disputes" else "")


def _escaped(text: str) -> str:
    return "".join("\\" + char if char in "\\`*_[]<>|" else char for char in text)
