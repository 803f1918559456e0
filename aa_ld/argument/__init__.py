"""What facts argue for one patient: for or against a treatment, and whether they speak of this patient at all.

An effect on an axis or on the balance never becomes an efficacy here, and a
fact on other people or on animals never argues: it is shown as theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import NamedNode

from aa_ld.argument.bearing import (
    AGAINST,
    AGAINST_IF,
    ARMS,
    BALANCE_AGAINST,
    BALANCE_FOR,
    BALANCE_FOR_IF,
    CONDITIONAL,
    FOR,
    FOR_IF,
    LEAN,
    OTHERS,
    RESPONSE,
    SAID,
    SECTIONS,
    UNDETERMINED,
    bearing,
    responders,
)
from aa_ld.fact import Fact, read_facts
from aa_ld.groups import Fit, Groups, Label, Profile, absence
from aa_ld.names import Names
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES

__all__ = [
    "AGAINST", "AGAINST_IF", "BALANCE_AGAINST", "BALANCE_FOR", "BALANCE_FOR_IF", "FOR", "FOR_IF", "LEAN", "OTHERS", "RESPONSE", "SAID",
    "SECTIONS", "UNDETERMINED", "Conflict", "Entry", "LabNote", "Option", "Patient", "Scope", "lab_notes", "options", "place",
]  # fmt: skip

_AA = PREFIXES["aa"]
_HEAD = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("aa", "rdfs"))
_OF_TREATMENTS = _HEAD + (
    "SELECT DISTINCT ?fact ?about WHERE { ?about rdfs:subClassOf+ aa:Treatment .\n"
    "  { ?fact aa:subject ?about } UNION { ?fact aa:object ?about } ?fact aa:evidence|aa:rule ?ground }"
)
_OF_MARKERS = _HEAD + (
    "SELECT DISTINCT ?fact ?about WHERE {{ VALUES ?about {{ {markers} }} VALUES ?kind {{ aa:BiomarkerObservation aa:Association }}\n"
    "  ?fact a ?kind ; aa:evidence ?line . {{ ?fact aa:subject ?about }} UNION {{ ?fact aa:object ?about }} }}"
)
_LINKS = _HEAD + (
    "SELECT DISTINCT ?fact ?about WHERE { ?fact a aa:ArgumentLink ; aa:evidence ?line .\n"
    "  { ?fact aa:subject ?about } UNION { ?fact aa:object ?about } ?about aa:evidence|aa:rule ?ground }"
)
_CONFLICTS = _HEAD + (
    "SELECT DISTINCT ?conflict ?kind ?ground ?fact WHERE {\n"
    "  ?conflict a aa:Conflict ; aa:between ?fact ; aa:conflictKind ?kind . OPTIONAL { ?conflict aa:ground ?ground } }"
)
_DISEASE = _AA + "Disease"

_NO_PEOPLE = {_AA + "NotApplicable", _AA + "DiseaseAsConcept"}
_TIERS = tuple(_AA + name for name in ("StatedTier", "MeasuredTier", "PredictedTier"))
_ANY_SPECIES = {_AA + "Human", _AA + "NotStated", _AA + "NotApplicable"}


class Scope(NamedTuple):
    """Whether a fact speaks of this patient.

    kind   a few fixed words: "same group", "wider group", "type not stated", "one response group",
           "narrower group", "other group", "other people", "animals only", "population not stated",
           "not about people"
    holds  "yes", "if" (more would have to hold of the patient) or "no"
    words  the same for people, with what is needed or in the way
    """

    kind: str
    holds: str
    words: str


class Entry(NamedTuple):
    """A fact as an argument.

    section  one of SECTIONS
    scope    whether it speaks of this patient
    assumes  what has to be assumed for it to argue, besides what its proof assumes, in words
    remarks  what else is to be said of it, in words
    links    facts by which its source gives it as a reason, or gives a reason for it
    """

    fact: Fact
    section: str
    scope: Scope
    assumes: tuple[str, ...]
    remarks: tuple[str, ...]
    links: tuple[Fact, ...] = ()


class Conflict(NamedTuple):
    """Facts that stand against each other, with the kind of the conflict and its grounds. All but `facts` are IRIs."""

    iri: str
    kind: str
    grounds: tuple[str, ...]
    facts: tuple[Fact, ...]


class Option(NamedTuple):
    """A treatment and what is told of it, in the order of SECTIONS; `given` is whether the patient had it before."""

    treatment: str
    given: bool
    outcome: str | None
    entries: tuple[Entry, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def silent(self) -> bool:
        """Whether no loaded fact on this treatment speaks of this patient."""
        return all(entry.section == OTHERS for entry in self.entries)

    def section(self, name: str) -> list[Entry]:
        """The entries of one section."""
        return [entry for entry in self.entries if entry.section == name]


class LabNote(NamedTuple):
    """What loaded facts say of a marker that the profile has a value for."""

    marker: str
    level: str
    facts: tuple[Fact, ...]


class Patient(NamedTuple):
    """A profile with the groups that it is judged by, and how terms are called."""

    profile: Profile
    groups: Groups
    label: Label

    def entry(self, fact: Fact) -> Entry:
        """Where a fact stands in what is told of a treatment."""
        scope = self.scope(fact)
        side, remarks = self._side(fact)
        section = {"yes": side, "if": CONDITIONAL.get(side, side), "no": OTHERS}[scope.holds]
        assumes: tuple[str, ...] = ()
        if side in (BALANCE_FOR, BALANCE_AGAINST) and section != OTHERS:
            leaning = self._leaning()
            assumes = tuple(
                f"{self.label(a)} dominates in this group (a mark of the curator)" for a in leaning
            )
            assumes += ("it holds in this group",) if scope.kind == "population not stated" else ()
        return Entry(fact, section, scope, assumes, remarks)

    def scope(self, fact: Fact) -> Scope:
        """How the people, or animals, of a fact stand to this patient; of several groups, the farthest."""
        species = fact.scope_of("species")
        if species and not _ANY_SPECIES & set(species):
            return Scope("animals only", "no", f"animals only ({' and '.join(map(self.label, species))})")
        scopes = [self.scope_of_group(group) for group in fact.scope_of("population") or (_AA + "NotStated",)]
        scope = max(scopes, key=lambda scope: ("yes", "if", "no").index(scope.holds))
        responding = list(map(self.label, responders(fact)))
        if not responding or scope.holds == "no":
            return scope
        words = f"{scope.words}; seen in a {' and '.join(responding)}, which this patient may or may not be"
        return Scope("one response group" if scope.holds == "yes" else scope.kind, "if", words)

    def scope_of_group(self, group: str) -> Scope:
        """How one group of people stands to this patient."""
        if group == _AA + "NotStated":
            return Scope("population not stated", "yes", "population not stated")
        if group in _NO_PEOPLE:
            return Scope("not about people", "yes", "not about a group of people")
        fit = self.groups.fit(group, self.profile.has, self.profile.lacks)
        if fit.standing == "undefined":
            return Scope("other people", "no", f"other people: {self.label(group)}")
        if fit.absent:
            ways = "; ".join(absence(absent, self.label) for absent in fit.absent)
            return Scope("other group", "no", f"other group: {ways}")
        if fit.missing:
            needs = "; ".join(self._need(*missing) for missing in fit.missing)
            return Scope("narrower group", "if", f"narrower group, more is needed: {needs}")
        return self._fitting(fit)

    def _need(self, condition: str, stated: str | None) -> str:
        if stated is None:
            return f"applies only if {self.label(condition)} is there, which is not stated"
        return f"applies only if the {self.label(stated)} is {self.label(condition)}; its type is not stated"

    def _fitting(self, fit: Fit) -> Scope:
        contained = "wider group, which contains this patient"
        untyped = [self.label(c) for c, disease in fit.met if c not in (disease, _DISEASE)]
        if untyped:
            types = " and ".join(f"type of {name}" for name in untyped)
            return Scope("type not stated", "yes", f"{contained}; {types} not stated in this report")
        if self.groups.is_wider(fit.group, self.profile.has):
            return Scope("wider group", "yes", contained)
        return Scope("same group", "yes", "same group")

    def _side(self, fact: Fact) -> tuple[str, tuple[str, ...]]:
        """The section of a fact that speaks of this patient, and remarks on it."""
        found = bearing(fact)
        if found.asks == "diseases" and not any(map(self._concerns, found.terms)):
            return SAID, ("a disease that is not stated of this patient",)
        if found.asks == "lean":
            return self._shift(*found.terms)
        known = map(self._known, found.terms) if found.asks == "factors" else ()
        return found.section, (*found.remarks, *known)

    def _concerns(self, disease: str) -> bool:
        """Whether a disease is one that the patient has, or a kind of it, or the kind that it is of."""
        groups = self.groups
        return any(groups.is_a(own, disease) or groups.is_a(disease, own) for own in self.profile.has)

    def _shift(self, points_to: str) -> tuple[str, tuple[str, ...]]:
        """A shift argues only where an arm is taken to dominate in a group that the patient fits; never as an efficacy."""
        arms = self._leaning()
        if not arms:
            return LEAN, ()
        if len(arms) > 1:
            return UNDETERMINED, (f"{' and '.join(map(self.label, arms))} are both taken to dominate",)
        return (BALANCE_AGAINST if points_to in arms else BALANCE_FOR), ("says nothing of efficacy",)

    def _leaning(self) -> list[str]:
        """The arms of the balance that are taken to dominate in groups that the patient fits."""
        fits = self.groups.fits(self.profile.has, self.profile.lacks)
        fitting = [fit.group for fit in fits if fit.standing == "fits"]
        return sorted({axis for group in fitting for axis in self.groups.dominated.get(group, ())} & ARMS)

    def _known(self, factor: str) -> str:
        """What the profile says of a factor that is said to tell who responds."""
        profile, label = self.profile, self.label
        if factor in profile.labs:
            return f"of this patient: {label(factor)} {profile.labs[factor]}"
        if any(self.groups.is_a(disease, factor) for disease in profile.has):
            return f"of this patient: {label(factor)} is stated"
        if any(self.groups.is_a(factor, disease) for disease in profile.lacks):
            return f"of this patient: {label(factor)} is said to be absent"
        return f"of this patient: {label(factor)} is not stated"


def lab_notes(source: Source, profile: Profile) -> tuple[LabNote, ...]:
    """What loaded facts say of each marker that a profile has a value for: in whom it was seen raised or lowered."""
    if not profile.labs:
        return ()
    markers = " ".join(f"<{marker}>" for marker in profile.labs)
    found = _by_term(source, _OF_MARKERS.format(markers=markers))
    facts = _read(source, {iri for iris in found.values() for iri in iris})
    return tuple(
        LabNote(m, level, tuple(fact for fact in facts if fact.iri in found.get(m, ())))
        for m, level in profile.labs.items()
    )


def options(source: Source, patient: Patient, names: Names) -> tuple[Option, ...]:
    """Each treatment that a loaded fact names, or that was given before, with what facts argue; by label.

    >>> from aa_ld.groups import read_groups
    >>> from aa_ld.store import open_layers
    >>> layers = open_layers(("ontology", "review"))
    >>> both = (_AA + "AlopeciaAreata", _AA + "ExtrinsicAtopicDermatitis")
    >>> names = Names(layers)
    >>> patient = Patient(Profile(both, (), {}, {}), read_groups(layers), names.label)
    >>> [[entry.fact.id for entry in option.section(AGAINST)] for option in options(layers, patient, names)]
    [[], ['SF32']]
    """
    of_treatments, of_facts = _by_term(source, _OF_TREATMENTS), _by_term(source, _LINKS)
    recorded = _conflicts(source)
    wanted = {iri for found in (of_treatments, of_facts) for iris in found.values() for iri in iris}
    wanted |= {iri for between in recorded.values() for iri in between.facts}
    facts = {fact.iri: fact for fact in _read(source, wanted)}
    conflicts = [
        Conflict(
            iri,
            each.kind,
            tuple(sorted(each.grounds)),
            tuple(facts[f] for f in sorted(each.facts) if f in facts),
        )
        for iri, each in sorted(recorded.items())
    ]
    had = patient.profile.had
    found = []
    for treatment in sorted({*of_treatments, *had}, key=lambda iri: (names.label(iri).casefold(), iri)):
        own = [facts[iri] for iri in of_treatments.get(treatment, ()) if iri in facts]
        entries = [patient.entry(fact) for fact in _without_steps(own)]
        for i, entry in enumerate(entries):
            linked = sorted(of_facts.get(entry.fact.iri, ()), key=names.key)
            entries[i] = entry._replace(links=tuple(facts[iri] for iri in linked if iri in facts))
        entries.sort(key=lambda entry: place(entry, names))
        shown = {entry.fact.iri for entry in entries}
        clashing = tuple(c for c in conflicts if shown & {fact.iri for fact in c.facts})
        found.append(Option(treatment, treatment in had, had.get(treatment), tuple(entries), clashing))
    return tuple(found)


def place(entry: Entry, names: Names) -> tuple[int, int, str, str]:
    """Section, then tier, what a source says first, then the key: never how many there are of anything."""
    tiers = [_TIERS.index(tier) for tier in entry.fact.scope_of("tier") if tier in _TIERS]
    return (
        SECTIONS.index(entry.section),
        1 + max(tiers) if tiers else 0,
        names.key(entry.fact.iri),
        entry.fact.iri,
    )


def _without_steps(facts: list[Fact]) -> list[Fact]:
    """Facts without what a thing is classified as, and without mere steps to another conclusion, which shows its grounds."""
    proofs = [f.derivation for f in facts if f.derivation]
    steps = {premise.iri for proof in proofs for premise in proof.premises if premise.derivation}
    return [fact for fact in facts if fact.iri not in steps and fact.category != _AA + "Classification"]


class _Recorded(NamedTuple):
    kind: str
    facts: set[str]
    grounds: set[str]


def _conflicts(source: Source) -> dict[str, _Recorded]:
    """The IRI of each conflict to what is recorded of it, facts by IRI."""
    found: dict[str, _Recorded] = {}
    for row in rows(source, _CONFLICTS):
        iri, kind = _iri(row["conflict"]), _iri(row["kind"])
        before = found.get(iri, _Recorded(kind, set(), set()))
        ground = {_iri(row["ground"])} if "ground" in row else set()
        found[iri] = _Recorded(
            min(before.kind, kind), before.facts | {_iri(row["fact"])}, before.grounds | ground
        )
    return found


def _by_term(source: Source, query: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(source, query):
        found[_iri(row["about"])].add(_iri(row["fact"]))
    return found


def _read(source: Source, iris: Iterable[str]) -> list[Fact]:
    wanted = sorted(iri for iri in iris if iri)
    return read_facts(source, wanted) if wanted else []


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else ""
