"""One patient's profile, and the groups of patients: which diseases define a group, and who belongs to it.

The definitions are read from the data and matched as they stand. A test holds
the matching against an OWL reasoner, for every combination of diseases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pyoxigraph import NamedNode

from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES

_AA = PREFIXES["aa"]
_PERSON, _DISEASE = _AA + "Person", _AA + "Disease"
_HEAD = "".join(
    f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("aa", "dcterms", "owl", "rdf", "rdfs")
)  # the parts of a definition are named by blank nodes, so each query gives them whole

_ABOVE = _HEAD + (
    "SELECT DISTINCT ?class ?above WHERE { ?class rdfs:subClassOf ?above . FILTER(isIRI(?class) && isIRI(?above))\n"
    "  { ?class rdfs:subClassOf+ aa:Disease } UNION { ?class rdfs:subClassOf+ aa:Person } }"
)
_PARTS = _HEAD + (
    "SELECT ?group ?definition ?part ?property ?filler WHERE {\n"
    "  ?group owl:equivalentClass ?definition . ?group rdfs:subClassOf* aa:Person .\n"
    "  OPTIONAL { ?definition owl:intersectionOf/rdf:rest*/rdf:first ?part .\n"
    "    OPTIONAL { ?part owl:onProperty ?property ; owl:someValuesFrom ?filler } }\n"
    "  FILTER(isIRI(?group)) }"
)
_DIVISIONS = _HEAD + (
    "SELECT DISTINCT ?fact ?whole ?type WHERE {\n"
    "  ?fact aa:predicate aa:isClassifiedInto ; aa:subject ?whole ; aa:object ?type ; aa:polarity aa:Positive ;\n"
    "    aa:evidence ?line .\n"
    "  FILTER NOT EXISTS { ?fact aa:evidence ?other . ?other aa:stance aa:Disputes } }"
)
_DISJOINT = _HEAD + (
    "SELECT DISTINCT ?one ?two WHERE {\n"
    "  { ?one owl:disjointWith ?two } UNION { ?all a owl:AllDisjointClasses ; owl:members ?list .\n"
    "    ?list rdf:rest*/rdf:first ?one . ?list rdf:rest*/rdf:first ?two }\n"
    "  ?one rdfs:subClassOf+ aa:Person . ?two rdfs:subClassOf+ aa:Person . FILTER(?one != ?two) }"
)
_DOMINATED = _HEAD + "SELECT DISTINCT ?group ?axis WHERE { ?group aa:dominatedBy ?axis }"


class Profile(NamedTuple):
    """What is stated of one patient. Terms are IRIs; what is not here is not known.

    has    diseases that the patient has
    lacks  diseases that the patient is said not to have
    labs   marker to "high", "normal" or "low"
    had    treatment given before to what came of it, None where that is not stated
    """

    has: tuple[str, ...]
    lacks: tuple[str, ...]
    labs: dict[str, str]
    had: dict[str, str | None]


class Division(NamedTuple):
    """That a source divides a disease into types: the IRIs of the fact, the disease and the types."""

    fact: str
    disease: str
    types: frozenset[str]


class Absent(NamedTuple):
    """A condition that a profile rules out: what was stated, and the division that rules it out, if one does."""

    condition: str
    stated: str
    division: str | None


class Fit(NamedTuple):
    """How a group fits what is stated of a person. All are IRIs.

    standing  "fits", "open" (something is not stated), "excluded", or "undefined" where no diseases define the group
    met       pairs of a condition and the stated disease that meets it
    missing   pairs of a condition on which nothing is stated and a stated disease of which it is a type, if any
    absent    conditions that are ruled out
    """

    group: str
    standing: str
    met: tuple[tuple[str, str], ...] = ()
    missing: tuple[tuple[str, str | None], ...] = ()
    absent: tuple[Absent, ...] = ()


class Groups(NamedTuple):
    """What the loaded data says of groups of persons. All are IRIs.

    above       a disease or group to itself and all above it
    conditions  a group to the diseases that its definition asks for, all of them
    divisions   diseases that a source divides into types; types of one division exclude one another in one person
    disjoint    pairs of groups that nobody belongs to at once
    dominated   a group to the axes that are taken to dominate in it
    """

    above: dict[str, frozenset[str]]
    conditions: dict[str, frozenset[str]]
    divisions: tuple[Division, ...]
    disjoint: frozenset[tuple[str, str]]
    dominated: dict[str, frozenset[str]]

    def is_a(self, narrow: str, wide: str) -> bool:
        """Whether a disease or group is another or stands below it."""
        return wide == narrow or wide in self.above.get(narrow, ())

    def fit(self, group: str, has: Iterable[str], lacks: Iterable[str] = ()) -> Fit:
        """How a group fits a person with some diseases and without others; what is not said stays open.

        >>> from aa_ld.store import open_layers
        >>> groups = read_groups(open_layers())
        >>> both = _AA + "PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis"
        >>> groups.fit(both, [_AA + "AlopeciaAreata", _AA + "AtopicDermatitis"]).standing
        'open'
        """
        stated, absent_diseases = sorted(has), sorted(lacks)
        if group not in self.conditions:
            below = (g for g in self.conditions if g != group and self.is_a(g, group))
            inside = next(
                (f for g in below if (f := self.fit(g, stated, absent_diseases)).standing == "fits"), None
            )
            return inside._replace(group=group) if inside else Fit(group, "undefined")
        met: list[tuple[str, str]] = []
        missing: list[tuple[str, str | None]] = []
        absent: list[Absent] = []
        for condition in sorted(self.conditions[group]):
            meeting = self._narrowest([d for d in stated if self.is_a(d, condition)])
            ruling = self._ruled_out(condition, stated, absent_diseases)
            if meeting:
                met.append((condition, meeting))
            elif ruling:
                absent.append(ruling)
            else:
                missing.append((condition, next((d for d in stated if self.is_a(condition, d)), None)))
        standing = "excluded" if absent else "open" if missing else "fits"
        return Fit(group, standing, tuple(met), tuple(missing), tuple(absent))

    def _narrowest(self, diseases: list[str]) -> str | None:
        """A disease that none of the others stands below, so that a stated type is seen beside its disease."""
        narrow = [d for d in diseases if not any(e != d and self.is_a(e, d) for e in diseases)]
        return next(iter(narrow or diseases), None)

    def fits(self, has: Iterable[str], lacks: Iterable[str] = ()) -> list[Fit]:
        """How each group that is defined by some particular disease fits, in the order of IRIs."""
        stated, absent = tuple(has), tuple(lacks)
        return [
            self.fit(g, stated, absent) for g in sorted(self.conditions) if self.conditions[g] - {_DISEASE}
        ]

    def contains(self, wider: str, narrower: str) -> bool:
        """Whether each member of one group is one of another, by their definitions."""
        if narrower not in self.conditions:
            return self.is_a(narrower, wider)
        return self.fit(wider, self.conditions[narrower]).standing == "fits"

    def is_wider(self, group: str, has: Iterable[str]) -> bool:
        """Whether a group that fits asks for less than is stated: a disease less, or a disease of a wider kind."""
        conditions = self.conditions.get(group, frozenset())
        return not all(any(self.is_a(c, d) for c in conditions) for d in has)

    def types_apart(self, diseases: Iterable[str]) -> tuple[str, str, Division] | None:
        """Two diseases that are different types of one division, and the division."""
        named = [(d, t, division) for d in diseases for division in self.divisions
                 for t in sorted(division.types) if self.is_a(d, t)]  # fmt: skip
        found = (
            (one, two, division)
            for one, t, division in named
            for two, u, other in named
            if division == other and t != u
        )
        return next(found, None)

    def _ruled_out(self, condition: str, has: list[str], lacks: list[str]) -> Absent | None:
        for disease in lacks:
            if self.is_a(condition, disease):
                return Absent(condition, disease, None)
        for disease in has:
            apart = self.types_apart([disease, condition])
            if apart:
                return Absent(condition, disease, apart[2].fact)
        return None


def read_groups(source: Source) -> Groups:
    """Read the groups, and what decides who belongs to them, from a source."""
    direct: dict[str, set[str]] = defaultdict(set)
    for row in rows(source, _ABOVE):
        direct[_iri(row["class"])].add(_iri(row["above"]))
    above = {name: frozenset(_closure(name, direct)) for name in sorted(direct)}
    divisions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows(source, _DIVISIONS):
        divisions[_iri(row["fact"]), _iri(row["whole"])].add(_iri(row["type"]))
    dominated: dict[str, set[str]] = defaultdict(set)
    for row in rows(source, _DOMINATED):
        dominated[_iri(row["group"])].add(_iri(row["axis"]))
    return Groups(
        above=above,
        conditions=_conditions(source),
        divisions=tuple(Division(*key, frozenset(types)) for key, types in sorted(divisions.items())),
        disjoint=frozenset((_iri(row["one"]), _iri(row["two"])) for row in rows(source, _DISJOINT)),
        dominated={group: frozenset(axes) for group, axes in dominated.items()},
    )


def _conditions(source: Source) -> dict[str, frozenset[str]]:
    """Group to diseases, for groups whose one definition is a person, or a group, who has diseases.

    A definition of any other form is not read: such a group is undefined here, and nobody is said to belong to it.
    """
    definitions: dict[str, dict[object, list[tuple[str, str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(source, _PARTS):
        part = tuple(_iri(row.get(name)) for name in ("part", "property", "filler"))
        definitions[_iri(row["group"])][str(row["definition"])].append(part)  # type: ignore[arg-type]
    found: dict[str, frozenset[str]] = {_PERSON: frozenset()}

    def diseases(group: str, seen: frozenset[str]) -> frozenset[str] | None:
        if group in found:
            return found[group]
        if group in seen or len(definitions.get(group, {})) != 1:
            return None
        wanted: set[str] = set()
        for part, prop, filler in next(iter(definitions[group].values())):
            inner = frozenset({filler}) if prop == _AA + "hasCondition" and filler else None
            inner = diseases(part, seen | {group}) if inner is None and part and not prop else inner
            if inner is None:
                return None
            wanted |= inner
        return frozenset(wanted)

    for group in sorted(definitions):
        asked = diseases(group, frozenset())
        if asked:
            found[group] = asked
    return found


def _closure(name: str, direct: dict[str, set[str]]) -> set[str]:
    seen, waiting = {name}, [name]
    while waiting:
        for above in direct.get(waiting.pop(), ()):
            if above not in seen:
                seen.add(above)
                waiting.append(above)
    return seen


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else ""


#: A term as people call it, given its IRI.
Label = Callable[[str], str]


def in_words(fit: Fit, label: Label) -> str:
    """Why a group fits, is open or is excluded; what stands in the way is said and what is met is then not."""
    ways = [absence(absent, label) for absent in fit.absent] or [
        lack(missing, label) for missing in fit.missing
    ]
    return "; ".join(ways or [_meeting(*pair, label) for pair in fit.met])


def absence(absent: Absent, label: Label) -> str:
    """That a profile rules a condition out, and by what.

    >>> absence(Absent("intrinsic", "extrinsic", "a fact"), str)
    'extrinsic is stated, a type apart from intrinsic'
    """
    condition, stated = label(absent.condition), label(absent.stated)
    if absent.division is not None:
        return f"{stated} is stated, a type apart from {condition}"
    return f"{stated} is said to be absent" + ("" if stated == condition else f", and {condition} with it")


def lack(missing: tuple[str, str | None], label: Label) -> str:
    """That a condition is open, be it that the disease or only its type is not stated.

    >>> lack(("extrinsic", "dermatitis"), str), lack(("extrinsic", None), str)
    ('dermatitis is stated, its type is not (extrinsic or another)', 'extrinsic is not stated')
    """
    condition, stated = missing
    if stated is None:
        return f"{label(condition)} is not stated"
    return f"{label(stated)} is stated, its type is not ({label(condition)} or another)"


def _meeting(condition: str, disease: str, label: Label) -> str:
    kind = "" if condition == disease else f", a kind of {label(condition)}"
    return f"{label(disease)} is stated{kind}"
