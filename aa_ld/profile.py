"""A patient profile: what is stated of one person, and nothing beyond it.

A profile comes as words, as JSON or as RDF. What it does not say is unknown:
no type of a disease follows from the disease, and none from a laboratory value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from aa_ld.errors import ParameterValueError, ProfileError, UnknownTermError, nearest
from aa_ld.groups import Groups, Profile, read_groups
from aa_ld.names import Names
from aa_ld.store import Source
from aa_ld.vocab import PREFIXES, RDF_TYPE, compact, printable

if TYPE_CHECKING:
    from os import PathLike

    from pyoxigraph import Quad

_AA = PREFIXES["aa"]

#: What a laboratory finding may be called.
LEVELS = ("high", "normal", "low")

_DISEASES = (_AA + "Disease",)
_TREATMENTS = (_AA + "Treatment",)
_MARKERS = tuple(_AA + name for name in ("Mediator", "Cell", "Marker", "MarkerGroup"))
_OUTCOMES = (_AA + "Effect",)

#: The classes to which the terms belong that can stand in each part, and as an outcome.
TERMS = {"has": _DISEASES, "lacks": _DISEASES, "labs": _MARKERS, "had": _TREATMENTS, "outcome": _OUTCOMES}

#: The parts of a profile, as its JSON form names them, and the properties of its RDF form.
_PARTS = {"has": "hasDisease", "lacks": "lacksDisease", "labs": "labFinding", "had": "hadTreatment"}


def read_profile(
    source: Source,
    has: Iterable[str],
    lacks: Iterable[str] = (),
    labs: Iterable[str] | Mapping[str, str] = (),
    had: Iterable[str] = (),
) -> Profile:
    """A profile from words, looked up in a source.

    Diseases and treatments are labels, synonyms, short names or IRIs. A
    laboratory finding is MARKER=high, =normal or =low, or an entry of a dict; a
    past treatment is TREATMENT, or TREATMENT=OUTCOME.

    Raises ProfileError where entries contradict each other, cannot be true of
    one person, or stand in the wrong place, and UnknownTermError where nothing
    has such a name.

    >>> from aa_ld.store import open_layers
    >>> profile = read_profile(open_layers(), ["AA", "extrinsic AD"], labs=["IgE=high"])
    >>> [compact(iri) for iri in profile.has], list(profile.labs.values())
    (['aa:AlopeciaAreata', 'aa:ExtrinsicAtopicDermatitis'], ['high'])
    """
    labs = [f"{marker}={level}" for marker, level in labs.items()] if isinstance(labs, Mapping) else labs
    return _profile(source, {"has": has, "lacks": lacks, "labs": labs, "had": had}, "profile")


def _profile(source: Source, parts: dict[str, Iterable[str]], where: str) -> Profile:
    """A profile from the words of each part; `where` is what an error names."""
    look_up = _LookUp(Names(source), where)
    for part, entries in parts.items():
        if isinstance(entries, str):  # a text is a sequence, too: of letters
            raise ProfileError(f"{where}, {part}", "This part is a list of names.", f"Write [{entries!r}].")
    profile = Profile(
        has=tuple(sorted({look_up.term(name, "has", _DISEASES) for name in parts["has"]})),
        lacks=tuple(sorted({look_up.term(name, "lacks", _DISEASES) for name in parts["lacks"]})),
        labs=look_up.labs(parts["labs"]),
        had=look_up.had(parts["had"]),
    )
    if not profile.has:
        raise ProfileError(
            where,
            "The profile names no disease that the patient has.",
            "Name at least one, such as alopecia areata.",
        )
    _check(profile, read_groups(source), look_up)
    return profile


def profile_from_json(source: Source, text: str, where: str = "profile") -> Profile:
    """A profile from its JSON form; see docs/advise.md.

    Raises ProfileError, UnknownTermError, and NestingError for what nests too deep.

    >>> from aa_ld.store import open_layers
    >>> profile_from_json(open_layers(), '{"has": ["alopecia areata"]}').lacks
    ()
    """
    import json

    from aa_ld.intake import check_nesting

    check_nesting(text.encode("utf-8", "surrogatepass"), where, json=True)
    try:
        record = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, where))
    except ValueError as error:
        said = (
            f"line {error.lineno}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else "a number"
        )
        raise ProfileError(where, f"This is not JSON; reading stopped at {said}.", _form()) from None
    if not isinstance(record, dict):
        raise ProfileError(where, "A profile is one JSON object.", _form())
    for key in record:
        if key not in _PARTS:
            raise ProfileError(
                f"{where}, {printable(key, 60)}",
                f"A profile has no such part. It has: {', '.join(_PARTS)}.",
                "Use one of them.",
                nearest(key, _PARTS),
            )
    labs = record.get("labs", {})
    if not isinstance(labs, dict) or not all(isinstance(value, str) for value in labs.values()):
        raise ProfileError(f"{where}, labs", 'This part is an object such as {"IgE": "high"}.', _form())
    parts: dict[str, Iterable[str]] = {
        part: _strings(record.get(part, []), part, where) for part in ("has", "lacks", "had")
    }
    return _profile(source, {**parts, "labs": [f"{name}={value}" for name, value in labs.items()]}, where)


def profile_from_rdf(source: Source, quads: Iterable[Quad], where: str = "profile") -> Profile:
    """A profile from RDF: the one node of type aa:Profile; see docs/advise.md.

    Raises ProfileError and UnknownTermError.
    """
    about: dict[object, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        about[quad.subject][quad.predicate.value].append(quad.object)
    found = [node for node, own in about.items() if NamedNode(_AA + "Profile") in own.get(RDF_TYPE, [])]
    if len(found) != 1:
        raise ProfileError(
            where,
            f"A profile is one node of type aa:Profile; here are {len(found)}.",
            "Give one patient a file.",
        )
    own = about[found[0]]
    known = {_AA + name for name in _PARTS.values()}
    for predicate in own:
        if predicate.startswith(_AA) and predicate not in known:
            raise ProfileError(
                f"{where}, {compact(predicate)}",
                f"A profile has no such property. It has: {', '.join(map(compact, sorted(known)))}.",
                "Use one of them.",
                nearest(compact(predicate), map(compact, sorted(known))),
            )
    parts: dict[str, Iterable[str]] = {
        part: [_told(value, about, f"{where}, {compact(_AA + name)}") for value in own.get(_AA + name, [])]
        for part, name in _PARTS.items()
    }
    return _profile(source, parts, where)


def profile_from_file(source: Source, path: str | PathLike[str]) -> Profile:
    """A profile from a file: JSON if its name ends in .json, otherwise RDF in any common syntax.

    Raises the errors of aa_ld.intake for a file that cannot be read,
    ProfileError and UnknownTermError.
    """
    import os

    from aa_ld.intake import read_rdf, read_text

    where = printable(os.fsdecode(path))
    if where.lower().removesuffix(".gz").endswith(".json"):
        return profile_from_json(source, read_text(path), where)
    return profile_from_rdf(source, read_rdf(path), where)


class _LookUp:
    """Words to IRIs, each error with the part of the profile that it stands in."""

    def __init__(self, names: Names, where: str) -> None:
        self.names = names
        self.where = where

    def label(self, iri: str) -> str:
        return self.names.label(iri)

    def term(self, text: str, part: str, categories: tuple[str, ...]) -> str:
        where = f"{self.where}, {part}: {printable(str(text), 120)}"
        try:
            iri = self.names.find(text, *categories)
        except UnknownTermError as error:
            raise UnknownTermError(
                where, error.what, "Correct the name, or leave it out.", error.nearest
            ) from None
        except ParameterValueError as error:
            raise ProfileError(
                where, error.what, "Put it where it belongs, or leave it out.", error.nearest
            ) from None
        if iri in categories:
            kind = self.label(iri)
            raise ProfileError(
                where, f"This names no particular {kind}.", f"Say which {kind}, or leave it out."
            )
        return iri

    def labs(self, entries: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in entries:
            name, equals, value = _text(entry).rpartition("=")
            level = value.strip().casefold()
            where = f"{self.where}, labs: {printable(_text(entry), 120)}"
            if not equals or level not in LEVELS:
                raise ProfileError(
                    where,
                    f"A laboratory finding is MARKER= and one of {', '.join(LEVELS)}.",
                    "Say which it is; a number alone says neither.",
                    nearest(level, LEVELS) if equals else (),
                )
            marker = self.term(name.strip(), "labs", _MARKERS)
            if found.setdefault(marker, level) != level:
                raise ProfileError(
                    where,
                    f"{self.label(marker)} is said to be both {found[marker]} and {level}.",
                    "Keep the one that holds now.",
                )
        return dict(sorted(found.items()))

    def had(self, entries: Iterable[str]) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for entry in entries:
            name, equals, said = _text(entry).rpartition("=")
            treatment = self.term((name if equals else said).strip(), "had", _TREATMENTS)
            outcome = self.term(said.strip(), "had", _OUTCOMES) if equals else None
            before = found.get(treatment)
            if before and outcome and before != outcome:
                raise ProfileError(
                    f"{self.where}, had: {printable(_text(entry), 120)}",
                    f"{self.label(treatment)} is said to have had two outcomes: "
                    f"{self.label(before)} and {self.label(outcome)}.",
                    "Keep the one that it ended with.",
                )
            found[treatment] = before or outcome
        return dict(sorted(found.items()))


def _check(profile: Profile, groups: Groups, names: _LookUp) -> None:
    """Refuse what cannot be true of one person.

    Diseases that OWL declares disjoint are no case of it: one disease is not
    the other, yet one person can have both. Groups of persons that are
    disjoint are, and so are two types into which a source divides a disease.
    """
    label = names.label
    for disease in profile.has:
        denied = next((lacked for lacked in profile.lacks if groups.is_a(disease, lacked)), None)
        if denied:
            kind = "" if denied == disease else f", and so {label(denied)}"
            raise ProfileError(
                f"{names.where}, has and lacks",
                f"{label(disease)} is said to be there{kind}; {label(denied)} is said to be absent.",
                "Keep one of the two.",
            )
    apart = groups.types_apart(profile.has)
    if apart:
        one, two, division = apart
        raise ProfileError(
            f"{names.where}, has",
            f"{label(one)} and {label(two)} are two types of {label(division.disease)}, "
            f"as [{names.names.key(division.fact)}] divides it; one patient is not told to have both.",
            f"Keep one, or say {label(division.disease)} alone if the type is not known.",
        )
    fitting = {fit.group for fit in groups.fits(profile.has, profile.lacks) if fit.standing == "fits"}
    clash = next((pair for pair in sorted(groups.disjoint) if set(pair) <= fitting), None)
    if clash:
        raise ProfileError(
            f"{names.where}, has",
            f"Nobody is both a {label(clash[0])} and a {label(clash[1])}, as the ontology has it.",
            "Keep the diseases of one of the two.",
        )


def _unique(pairs: list[tuple[str, object]], where: str) -> dict[str, object]:
    """A JSON object; JSON itself would keep the last of two entries with one name and say nothing."""
    record: dict[str, object] = {}
    for key, value in pairs:
        if record.setdefault(key, value) != value:
            raise ProfileError(
                f"{where}, {printable(key, 60)}", "This is said twice, in two ways.", "Keep one."
            )
    return record


def _strings(value: object, part: str, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ProfileError(
            f"{where}, {part}", 'This part is a list of names such as ["alopecia areata"].', _form()
        )
    return value


def _form() -> str:
    return 'Write it as {"has": ["alopecia areata"], "lacks": [], "labs": {"IgE": "high"}, "had": ["dupilumab"]}.'


def _told(value: object, about: dict[object, dict[str, list[object]]], where: str) -> str:
    """A value of the RDF form as the words of the other forms: an IRI, or a node with a subject and what is said of it."""
    if isinstance(value, BlankNode | NamedNode):
        own = about.get(value, {})
        subjects = own.get(_AA + "subject", [])
        if isinstance(value, NamedNode) and not subjects:
            return f"<{value.value}>"
        said = [*own.get(_AA + "level", []), *own.get(_AA + "effect", [])]
        if len(subjects) == 1 and isinstance(subjects[0], NamedNode) and len(said) <= 1:
            return f"<{subjects[0].value}>" + "".join(f"={_name(word)}" for word in said)
    raise ProfileError(
        where,
        f"This is no term and no node that has one: {printable(str(value), 120)}.",
        "Name a term, or a node with one aa:subject, and its aa:level or aa:effect.",
    )


def _name(term: object) -> str:
    return f"<{term.value}>" if isinstance(term, NamedNode) else str(getattr(term, "value", term))


def _text(entry: object) -> str:
    return entry if isinstance(entry, str) else repr(entry)
