"""Conflicts between mappings: what exactly matches what, who says so, and where that cannot be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import reduce
from operator import and_

from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue, either, family
from aa_ld.merging.categories import Categories
from aa_ld.merging.conflict import Conflict
from aa_ld.merging.sssom import NOT
from aa_ld.merging.words import text_of


def mapping_conflicts(catalogue: Catalogue) -> Iterator[Conflict]:
    """All conflicts between mappings."""
    yield from _several(catalogue)
    yield from _detours(catalogue)
    yield from _contradictions(catalogue)
    yield from _category_clashes(catalogue)


def _terms(*terms: bytes) -> tuple[str, ...]:
    return tuple(text_of(term) for term in terms)


def _several(catalogue: Catalogue) -> Iterator[Conflict]:
    """Terms that exactly match two of one other ontology.

    Where one input states both, it is at odds with itself; where no input does,
    the inputs disagree.
    """
    found: list[tuple[bytes, list[bytes]]] = []
    for term, matches in catalogue.exact.items():
        if len(matches) < 2:
            continue
        if len(set(map(family, matches))) == len(matches):
            continue
        own = family(term)
        groups: dict[bytes, list[bytes]] = defaultdict(list)
        for match in matches:
            groups[family(match)].append(match)
        for whose, group in groups.items():
            if len(group) < 2 or whose == own:
                continue
            found.append((term, sorted(group)))
    forward: dict[bytes, set[bytes]] = {term: set() for term, _ in found}
    for s, o, _ in catalogue.among(forward, words.EXACT, words.EQUIVALENT):
        forward[s].add(o)
    for term, group in found:
        matches = catalogue.exact[term]
        if not reduce(and_, map(matches.__getitem__, group)) and not _both_in_one(group, matches):
            kind = "sources-disagree"
        else:
            kind = "one-to-many" if forward[term].issuperset(group) else "many-to-one"
        together = either(map(matches.__getitem__, group))
        yield _one_of_several(catalogue, kind, term, group, matches, together)


def _both_in_one(group: list[bytes], matches: dict[bytes, int]) -> bool:
    """Whether one input states two of the matches."""
    seen = 0
    for match in group:
        if seen & matches[match]:
            return True
        seen |= matches[match]
    return False


def _one_of_several(  # noqa: PLR0913, PLR0917 - all of them are the matter
    catalogue: Catalogue, kind: str, term: bytes, group: list[bytes], matches: dict[bytes, int], together: int
) -> Conflict:
    listed = "; ".join(f"{catalogue.called(m)} ({', '.join(catalogue.files(matches[m]))})" for m in group)
    verb = {"many-to-one": "is exactly matched by", "one-to-many": "exactly matches"}.get(
        kind, "exactly matches, as sources say,"
    )
    dead = [match for match in group if match in catalogue.deprecated]
    remedy = (
        f"{catalogue.called(dead[0])} is obsolete: drop its match." if dead and len(dead) < len(group) else ""
    )
    return Conflict(
        kind,
        f"{catalogue.called(term)} {verb} {listed}.",
        _terms(term, *group),
        catalogue.files(together),
        remedy,
    )


def _detours(catalogue: Catalogue) -> Iterator[Conflict]:
    """Pairs that match each other, and match different terms of a third ontology."""
    loosely = catalogue.cross_references
    targets = dict(catalogue.exact)
    for term, loose in loosely.items():
        exact = targets.get(term, {})
        targets[term] = {**exact, **{each: bits | exact.get(each, 0) for each, bits in loose.items()}}
    seen = set()
    several = {term for term, found in targets.items() if len(found) > 1}
    for one in several & catalogue.exact.keys():
        matched = catalogue.exact[one]
        for other in matched:
            if one >= other or other not in several:
                continue
            for left, right in _apart(catalogue, one, other, targets):
                key = frozenset((one, other, *left, *right))
                if key not in seen:
                    seen.add(key)
                    yield _detour(catalogue, one, other, left, right, targets, matched[other])


def _apart(
    catalogue: Catalogue, one: bytes, other: bytes, targets: dict[bytes, dict[bytes, int]]
) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """What two matching terms match in each third ontology on which inputs are at odds.

    They are where what one input says of the one has nothing in common with what
    some input says of the other, and where one has a cross-reference that the
    other does not match.
    """
    left: dict[bytes, list[bytes]] = defaultdict(list)
    right: dict[bytes, list[bytes]] = defaultdict(list)
    for into, term in ((left, one), (right, other)):
        for target in targets[term]:
            into[family(target)].append(target)
    for whose in left.keys() & right.keys() - {family(one), family(other)}:
        mine, yours = sorted(left[whose]), sorted(right[whose])
        if mine == yours:
            continue
        says = [_by_input(targets[term], group) for term, group in ((one, mine), (other, yours))]
        loose = {*catalogue.cross_references.get(one, ()), *catalogue.cross_references.get(other, ())}
        if loose & (set(mine) ^ set(yours)) or any(not set(a) & set(b) for a in says[0] for b in says[1]):
            yield mine, yours


def _by_input(matches: dict[bytes, int], group: list[bytes]) -> list[list[bytes]]:
    """What each input that says anything says."""
    bits = either(matches[each] for each in group)
    return [
        [each for each in group if matches[each] >> n & 1] for n in range(bits.bit_length()) if bits >> n & 1
    ]


def _detour(  # noqa: PLR0913, PLR0917 - a triangle has that many corners
    catalogue: Catalogue, one: bytes, other: bytes, left: list[bytes], right: list[bytes],
    targets: dict[bytes, dict[bytes, int]], direct: int,
) -> Conflict:  # fmt: skip
    def listed(term: bytes, group: list[bytes]) -> str:
        return " and ".join(
            f"{catalogue.called(each)} ({', '.join(catalogue.files(targets[term][each]))})" for each in group
        )

    bits = direct | either(
        targets[term][each] for term, group in ((one, left), (other, right)) for each in group
    )
    what = (
        f"{catalogue.called(one)} exactly matches {catalogue.called(other)} ({', '.join(catalogue.files(direct))}), but the first"
        f" matches {listed(one, left)} and the second {listed(other, right)}."
    )
    return Conflict("detour", what, _terms(one, other, *left, *right), catalogue.files(bits))


def _contradictions(catalogue: Catalogue) -> Iterator[Conflict]:
    """Pairs of which one set says that they match, and another that they do not."""
    if not any(source.tables.get(NOT) for source in catalogue.sources):
        return
    said: dict[tuple[bytes, bytes, str], int] = {}
    denials = [
        (row, number) for number, source in enumerate(catalogue.sources) for row in source.triples(NOT)
    ]
    denied = {(s, o): number for (s, _, o), number in denials}
    for predicate in words.MATCHES:
        for s, o, number in catalogue.rows(predicate):
            said[s, o, predicate] = said.get((s, o, predicate), 0) | 1 << number
    for s, p, o in sorted({row for row, _ in denials}):
        for one, other in ((s, o), (o, s)):
            bits = said.get((one, other, text_of(p)), 0)
            if bits:
                denies = catalogue.names[denied[s, o]]
                states = ", ".join(catalogue.files(bits))
                relation = text_of(p).rsplit("#", 1)[-1]
                what = f"{catalogue.called(s)} {relation} {catalogue.called(o)}: {states} states it, {denies} denies it."
                yield Conflict(
                    "contradiction",
                    what,
                    _terms(s, o),
                    tuple(dict.fromkeys((*catalogue.files(bits), denies))),
                )


def _category_clashes(catalogue: Catalogue) -> Iterator[Conflict]:
    """Exact matches between things that cannot be the same: a disease and a phenotype, a drug and a gene."""
    categories = Categories(catalogue, catalogue.exact)
    known = {term: each for term in catalogue.exact if (each := categories.of(term))}
    for one, mine in known.items():
        for other, bits in catalogue.exact[one].items():
            yours = known.get(other)
            if yours and one < other and mine.isdisjoint(yours):
                a, b = " or ".join(sorted(mine)), " or ".join(sorted(yours))
                what = f"{catalogue.called(one)} is of the category {a}, and exactly matches {catalogue.called(other)}, of the category {b}."
                yield Conflict("category-clash", what, _terms(one, other), catalogue.files(bits))
