"""A fast look for what cannot be, over everything that was merged: sound, and not complete.

It follows subclass and equivalence axioms, intersections, existential
restrictions, domains, ranges and subproperties down from disjoint classes. So
it finds a class below two disjoint ones, one that is disjoint by the domain or
the range of a property alone, and things of two disjoint kinds; each with the
axioms to blame and the inputs they stand in. What needs more of OWL (universal
restrictions, unions, cardinalities, complements) only HermiT finds.

Semantics: https://www.w3.org/TR/owl2-direct-semantics/.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue, either
from aa_ld.merging.conflict import Conflict
from aa_ld.merging.words import text_of

_OWL, _RDF = words.OWL, words.RDF
_ON, _SOME, _ALL_DISJOINT, _MEMBERS, _AND, _UNION = (
    f"<{_OWL}{name}>".encode()
    for name in (
        "onProperty",
        "someValuesFrom",
        "AllDisjointClasses",
        "members",
        "intersectionOf",
        "disjointUnionOf",
    )
)
_FIRST, _REST, _TYPE = (f"<{_RDF}{name}>".encode() for name in ("first", "rest", "type"))
_SUB, _SAME, _APART = (f"<{iri}>".encode() for iri in (words.SUBCLASS, words.EQUIVALENT, words.DISJOINT))


class Axiom(NamedTuple):
    """An axiom and the inputs that state it, as a set of bits: terms as bytes, and words between them.

    A single word is the verb between two classes, of which the way up knows which.
    """

    parts: tuple[bytes | str, ...]
    files: int


class _Axioms:
    """What a fast check needs of the axioms, from all inputs or from some."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.up: dict[bytes, dict[bytes, tuple[Axiom, ...]]] = defaultdict(dict)
        self.some: list[tuple[bytes, bytes, bytes, Axiom]] = []
        self.apart: dict[tuple[bytes, bytes], Axiom] = {}
        self.domains = catalogue.by_subject(words.DOMAIN)
        self.ranges = catalogue.by_subject(words.RANGE)
        self.properties = catalogue.by_subject(words.SUBPROPERTY)
        self.nodes, self.bits = catalogue.nodes, catalogue.stating
        self._over: dict[bytes, dict[bytes, tuple[Axiom, ...]]] = {}
        self._read()

    def _read(self) -> None:
        @cache
        def above(bits: int) -> tuple[Axiom, ...]:  # most stand in the same input, and so take room once
            return (Axiom(("subClassOf",), bits),)

        for narrow, wides in self.catalogue.parents.items():
            over = {wide: above(bits) for wide, bits in wides.items() if wide != narrow}
            if over:
                self.up[narrow] = over
        for s, o, n in self.catalogue.rows(words.EQUIVALENT):
            self._above(s, o, 1 << n, "equivalentTo")
            self._above(o, s, 1 << n, "equivalentTo")
        for s, o, n in self.catalogue.rows(words.DISJOINT):
            self._disjoint(s, o, Axiom((s, " disjointWith ", o), 1 << n))
        for node, said in list(self.nodes.items()):
            if node[:2] == b"_:":
                if _ALL_DISJOINT in said.get(_TYPE, ()):
                    self._members(node, said)
                continue
            for predicate, verb in ((_SUB, "subClassOf"), (_SAME, "equivalentTo")):
                for expression in dict.fromkeys(said.get(predicate, ())):
                    self._expression(node, expression, verb)

    def _above(self, narrow: bytes, wide: bytes, bits: int, verb: str) -> None:
        if narrow != wide and wide not in self.up.get(narrow, ()):
            self.up[narrow][wide] = (Axiom((verb,), bits),)

    def _disjoint(self, one: bytes, other: bytes, axiom: Axiom) -> None:
        self.apart.setdefault((min(one, other), max(one, other)), axiom)

    def _members(self, node: bytes, said: dict[bytes, list[bytes]]) -> None:
        members = [m for head in said.get(_MEMBERS, ()) for m in self._list(head) if m[:1] == b"<"]
        for n, one in enumerate(members):
            for other in members[n + 1 :]:
                self._disjoint(one, other, Axiom((one, " disjointWith ", other), self.bits[node]))

    def _list(self, head: bytes) -> Iterator[bytes]:
        seen: set[bytes] = set()
        while head in self.nodes and head not in seen:
            seen.add(head)
            yield from self.nodes[head].get(_FIRST, ())
            head = self.nodes[head].get(_REST, [b""])[0]

    def _expression(self, narrow: bytes, node: bytes, verb: str) -> None:
        """What follows for a class from standing below an expression."""
        said = self.nodes.get(node, {})
        bits = self.bits.get(node, 0)
        for head in said.get(_AND, ()):
            for part in self._list(head):
                if part[:1] == b"<":
                    self._above(narrow, part, bits, f"{verb} an intersection with")
                else:
                    self._expression(narrow, part, f"{verb} an intersection with")
        for prop in said.get(_ON, ()):
            for filler in said.get(_SOME, ()):
                if filler[:1] == b"<":
                    parts = (narrow, f" {verb} (", prop, " some ", filler, ")")
                    self.some.append((narrow, prop, filler, Axiom(parts, bits)))

    def properties_above(self, prop: bytes) -> dict[bytes, tuple[Axiom, ...]]:
        """A property and all above it, each with the axioms that lead there."""
        if prop in self._over:
            return self._over[prop]
        found: dict[bytes, tuple[Axiom, ...]] = {prop: ()}
        waiting = [prop]
        for one in waiting:
            for wide, bits in self.properties.get(one, {}).items():
                if wide not in found:
                    found[wide] = (*found[one], Axiom((one, " subPropertyOf ", wide), bits))
                    waiting.append(wide)
        self._over[prop] = found
        return found


def axioms_of(catalogue: Catalogue) -> _Axioms:
    """The axioms of a catalogue, read once."""
    known = catalogue.kept.get("axioms")
    if known is None:
        known = catalogue.kept["axioms"] = _Axioms(catalogue)
    return known  # type: ignore[return-value]


class Impossible(NamedTuple):
    """A class that can have no instance, or a thing that cannot be, and the axioms to blame."""

    term: bytes
    because: tuple[Axiom, ...]
    is_class: bool


def impossible(catalogue: Catalogue) -> list[Impossible]:
    """The classes that can have no instance, and the things of two disjoint classes."""
    axioms = axioms_of(catalogue)
    if not axioms.apart:
        return []
    _add_domains(axioms)
    down: dict[bytes, list[bytes]] = defaultdict(list)
    for narrow, wides in axioms.up.items():
        for wide in wides:
            down[wide].append(narrow)
    below = {term: _closure(term, down) for term in set(chain.from_iterable(axioms.apart))}
    found: dict[bytes, tuple[Axiom, ...]] = {}
    for (one, other), axiom in sorted(axioms.apart.items()):
        for term in sorted(below[one] & below[other]):
            if term not in found:
                found[term] = (*_way(axioms, term, one), *_way(axioms, term, other), axiom)
    _by_ranges(axioms, below, found)
    _spread(axioms, down, found)
    kinds = [Impossible(term, because, True) for term, because in sorted(found.items())]
    return kinds + list(_things(catalogue, axioms, below))


def _add_domains(axioms: _Axioms) -> None:
    """What has a property is of its domain."""
    for narrow, prop, _, axiom in axioms.some:
        for over, way in axioms.properties_above(prop).items():
            for domain, bits in axioms.domains.get(over, {}).items():
                if domain[:1] == b"<" and domain != narrow and domain not in axioms.up.get(narrow, ()):
                    axioms.up[narrow][domain] = (
                        axiom,
                        *way,
                        Axiom((over, " domain ", domain), bits),
                    )


def _closure(start: bytes, down: dict[bytes, list[bytes]]) -> set[bytes]:
    found = {start}
    waiting = [start]
    for term in waiting:
        for narrow in down.get(term, ()):
            if narrow not in found:
                found.add(narrow)
                waiting.append(narrow)
    return found


def _way(axioms: _Axioms, narrow: bytes, wide: bytes) -> tuple[Axiom, ...]:
    """The axioms of a shortest way up."""
    came: dict[bytes, bytes] = {narrow: b""}
    waiting = [narrow]
    for term in waiting:
        if term == wide:
            break
        for over in sorted(axioms.up.get(term, ())):
            if over not in came:
                came[over] = term
                waiting.append(over)
    result: list[Axiom] = []
    while came[wide]:
        under = came[wide]
        step = axioms.up[under][wide]
        if len(step[0].parts) == 1:
            step = (Axiom((under, f" {step[0].parts[0]!s} ", wide), step[0].files),)
        result = [*step, *result]
        wide = under
    return tuple(result)


def _by_ranges(
    axioms: _Axioms, below: dict[bytes, set[bytes]], found: dict[bytes, tuple[Axiom, ...]]
) -> None:
    """Classes that need a value which the range of the property forbids."""
    above: dict[bytes, set[bytes]] = defaultdict(set)
    for top, terms in below.items():
        for term in terms:
            above[term].add(top)
    over = {prop: axioms.properties_above(prop) for prop in {prop for _, prop, _, _ in axioms.some}}
    ranges = {
        prop: [
            (wanted, (*way, Axiom((wide, " range ", wanted), bits)))
            for wide, way in ways.items()
            for wanted, bits in axioms.ranges.get(wide, {}).items()
            if wanted in above
        ]
        for prop, ways in over.items()
    }
    against: dict[bytes, set[bytes]] = defaultdict(set)
    for one, other in axioms.apart:
        against[one].add(other)
        against[other].add(one)
    for narrow, prop, filler, axiom in axioms.some:
        if narrow in found or filler not in above:
            continue
        for wanted, way in ranges[prop]:
            met = min(((a, b) for a in above[filler] for b in against[a] & above[wanted]), default=None)
            if met:
                apart = axioms.apart[min(met), max(met)]
                found[narrow] = (
                    axiom,
                    *way,
                    *_way(axioms, filler, met[0]),
                    *_way(axioms, wanted, met[1]),
                    apart,
                )
                break


def _spread(axioms: _Axioms, down: dict[bytes, list[bytes]], found: dict[bytes, tuple[Axiom, ...]]) -> None:
    """Whatever stands below an impossible class, or needs something of one, is impossible too."""
    needed: dict[bytes, list[tuple[bytes, Axiom]]] = defaultdict(list)
    for narrow, _, filler, axiom in axioms.some:
        needed[filler].append((narrow, axiom))
    waiting = sorted(found)
    for term in waiting:
        for narrow in sorted(down.get(term, ())):
            if narrow not in found:
                found[narrow] = (*_way(axioms, narrow, term), *found[term])
                waiting.append(narrow)
        for narrow, axiom in needed.get(term, ()):
            if narrow not in found:
                found[narrow] = (axiom, *found[term])
                waiting.append(narrow)


def _things(catalogue: Catalogue, axioms: _Axioms, below: dict[bytes, set[bytes]]) -> Iterator[Impossible]:
    """Things of two disjoint classes."""
    watched = set().union(*below.values())
    several = (
        (thing, kinds)
        for thing, kinds in catalogue.kinds.items()
        if len(kinds) > 1 and not watched.isdisjoint(kinds)
    )
    apart = sorted(axioms.apart.items())
    for thing, kinds in sorted(several, key=itemgetter(0)):
        mine = sorted(watched & kinds.keys())
        if len(mine) > 1:
            for (one, other), axiom in apart:
                first = next((kind for kind in mine if kind in below[one]), None)
                second = next((kind for kind in mine if kind in below[other]), None)
                if first and second:
                    stated = tuple(Axiom((thing, " a ", kind), kinds[kind]) for kind in (first, second))
                    yield Impossible(
                        thing,
                        (*stated, *_way(axioms, first, one), *_way(axioms, second, other), axiom),
                        False,
                    )
                    break


def disjoint_but_matched(catalogue: Catalogue) -> Iterator[Conflict]:
    """Classes that mappings make one, although what stands above them is disjoint."""
    axioms = axioms_of(catalogue)
    down: dict[bytes, list[bytes]] = defaultdict(list)
    for narrow, wides in axioms.up.items():
        for wide in wides:
            down[wide].append(narrow)
    closures = {term: _closure(term, down) for term in set(chain.from_iterable(axioms.apart))}
    groups = _groups(catalogue.exact, set().union(*closures.values()))
    for (one, other), axiom in sorted(axioms.apart.items()):
        mine, yours = closures[one], closures[other]
        matched = sorted(term for term in yours if term in groups)
        met: dict[bytes, bytes] = (
            {groups[term]: term for term in sorted(mine, reverse=True) if term in groups} if matched else {}
        )
        for term in matched:
            same = met.get(groups.get(term, b""))
            if same and same != term:
                way = _path(catalogue.exact, same, term)
                steps = [
                    Axiom((a, " exactMatch ", b), catalogue.exact[a][b]) for a, b in itertools.pairwise(way)
                ]
                because = (*steps, *_way(axioms, same, one), *_way(axioms, term, other), axiom)
                what = f"{catalogue.called(same)} and {catalogue.called(term)} are made one by mappings, and are disjoint."
                yield Conflict(
                    "disjoint-equal",
                    what,
                    tuple(map(text_of, way)),
                    files_of(catalogue, because),
                    details=told(catalogue, because),
                )


def _groups(exact: dict[bytes, dict[bytes, int]], terms: set[bytes]) -> dict[bytes, bytes]:
    """Each of these terms that matches any to one that stands for all that exact matches make one with it."""
    found: dict[bytes, bytes] = {}
    for start in terms & exact.keys():
        if start not in found:
            waiting = [start]
            found[start] = start
            for term in waiting:
                for other in exact[term]:
                    if other not in found:
                        found[other] = start
                        waiting.append(other)
    return found


def _path(exact: dict[bytes, dict[bytes, int]], start: bytes, end: bytes) -> list[bytes]:
    came: dict[bytes, bytes] = {start: b""}
    waiting = [start]
    for term in waiting:
        for other in sorted(exact.get(term, ())):
            if other not in came:
                came[other] = term
                waiting.append(other)
    way = [end]
    while came[way[-1]]:
        way.append(came[way[-1]])
    return way[::-1]


def told(catalogue: Catalogue, because: Iterable[Axiom]) -> tuple[str, ...]:
    """Axioms as lines, each with the inputs that state it."""

    def words(axiom: Axiom) -> str:
        return "".join(part if isinstance(part, str) else catalogue.called(part) for part in axiom.parts)

    return tuple(
        f"{words(axiom)}   ({', '.join(catalogue.files(axiom.files))})" for axiom in dict.fromkeys(because)
    )


def files_of(catalogue: Catalogue, because: Iterable[Axiom]) -> tuple[str, ...]:
    """The inputs that state axioms."""
    return catalogue.files(either(axiom.files for axiom in because))
