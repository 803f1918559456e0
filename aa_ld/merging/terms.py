"""Conflicts about terms: labels, what is obsolete, circles, kinds, parents, and what is ours."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue, either, family
from aa_ld.merging.conflict import ERROR, NOTE, WARNING, Conflict, short
from aa_ld.merging.reading import OURS
from aa_ld.merging.sssom import SSSOM
from aa_ld.merging.words import text_of
from aa_ld.merging.worker import BLANK, REFERS
from aa_ld.vocab import BASE, printable

_SHOWN = 5
_OWL = words.OWL
_OBJECT_PROPERTY = f"<{_OWL}ObjectProperty>".encode()
_NAMED_CLASS = f"<{_OWL}Class>".encode()
_PROPERTIES = {
    f"<{_OWL}{kind}Property>".encode(): f"{kind.lower()} property"
    for kind in ("Object", "Datatype", "Annotation")
}
_KINDS = {**_PROPERTIES, _NAMED_CLASS: "class", f"<{_OWL}NamedIndividual>".encode(): "individual"}
_ABOUT = tuple(f"<{_OWL}annotated{part}>".encode() for part in ("Source", "Target"))
_SSSOM = b"<" + SSSOM.encode()
_OURS = b"<" + BASE.encode()
_HEADER = _OURS + b"> "


def term_conflicts(catalogue: Catalogue) -> Iterator[Conflict]:
    """All conflicts about terms."""
    yield from _labels(catalogue)
    yield from _relation_labels(catalogue)
    yield from _obsolete(catalogue)
    yield from _resurrected(catalogue)
    yield from _cycles(catalogue)
    yield from _kinds(catalogue)
    yield from _orphans(catalogue)
    yield from _redefined(catalogue)


def _labels(catalogue: Catalogue) -> Iterator[Conflict]:
    """Terms whose labels in one language differ from input to input."""
    for term, labels in catalogue.labels.items():
        if len(labels) < 2:
            continue
        by_language: dict[str, dict[bytes, int]] = defaultdict(dict)
        for label, bits in labels.items():
            by_language[words.language_of(label) or "en"][label] = bits
        for said in by_language.values():
            everywhere = -1
            for bits in said.values():
                everywhere &= bits
            if len({text_of(label) for label in said}) < 2 or everywhere:
                continue
            listed = "; ".join(
                f"“{printable(text_of(label), 100)}” ({', '.join(catalogue.files(said[label]))})"
                for label in sorted(said)
            )
            bits = either(said.values())
            yield Conflict(
                "label-clash",
                f"{short(text_of(term))} is called {listed}.",
                (text_of(term),),
                catalogue.files(bits),
            )


def _relation_labels(catalogue: Catalogue) -> Iterator[Conflict]:
    """Properties of different families that have one name: people and programs will mix them up."""
    named: dict[str, set[bytes]] = defaultdict(set)
    for term in catalogue.of_kinds(_PROPERTIES):
        if term not in catalogue.deprecated:
            for label in catalogue.labels.get(term, ()):
                named[text_of(label).casefold().replace("_", " ")].add(term)
    groups = {name: sorted(terms) for name, terms in named.items() if len(set(map(family, terms))) > 1}
    several = set(chain.from_iterable(groups.values()))
    equivalent: dict[bytes, set[bytes]] = defaultdict(set)
    for s, o, _ in catalogue.among(several, words.EQUIVALENT_PROPERTY, words.EXACT):
        equivalent[s].add(o)
    for name, group in groups.items():
        if not any(_OBJECT_PROPERTY in catalogue.kinds[term] for term in group):
            continue  # names of annotations, such as description, are everybody's
        if any(other in equivalent.get(one, ()) for one in group for other in group):
            continue
        bits = either(each for term in group for each in catalogue.kinds[term].values())
        listed = ", ".join(short(text_of(term)) for term in group)
        yield Conflict(
            "relation-label",
            f"“{printable(name, 100)}” is the name of {listed}.",
            tuple(map(text_of, group)),
            catalogue.files(bits),
        )


def _obsolete(catalogue: Catalogue) -> Iterator[Conflict]:
    """Obsolete terms that a living term refers to, each with those that do, and its replacement."""
    dead = catalogue.deprecated
    users: dict[bytes, dict[bytes, int]] = defaultdict(dict)
    refer = (
        words.SUBCLASS,
        words.EQUIVALENT,
        words.DISJOINT,
        words.DOMAIN,
        words.RANGE,
        words.SUBPROPERTY,
        *words.MATCHES,
        REFERS,
    )
    for s, o, number in catalogue.among(dead, *refer, end=1):
        if s not in dead:
            users[o][s] = users[o].get(s, 0) | 1 << number
    for number, source in enumerate(catalogue.sources):
        for s, o in source.rows(words.EXACT) if source.about["syntax"] == "SSSOM" else ():
            if s in dead and o not in dead:
                users[s][o] = users[s].get(o, 0) | 1 << number
        for s, p, o in source.triples_to(BLANK, dead):
            if p not in _ABOUT and not p.startswith(_SSSOM):
                users[o][s] = users[o].get(s, 0) | 1 << number
    for term, by in users.items():
        new = sorted(catalogue.replacements.get(term, ()))
        named = [each for each in sorted(by) if each[:1] == b"<"]
        shown = ", ".join(catalogue.called(each) for each in named[:_SHOWN])
        more = len(by) - min(len(named), _SHOWN)
        others = f" and {more} more" if shown and more else f"{more} class expressions" if more else ""
        bits = dead[term] | either(by.values())
        instead = f"Use {', '.join(_replaced(catalogue, each) for each in new)}." if new else ""
        what = f"{catalogue.called(term)} is obsolete, and {shown}{others} refer{'s' if len(by) == 1 else ''} to it."
        yield Conflict(
            "obsolete-referenced",
            what,
            (text_of(term), *map(text_of, named[:_SHOWN])),
            catalogue.files(bits),
            instead,
        )
    silent = [term for term in dead if term not in catalogue.replacements]
    for whose, group in sorted(_by_family(silent).items()):
        what = f"{len(group):,} obsolete terms of {printable(text_of(whose + b'>'), 100)}… name no replacement, such as {catalogue.called(group[0])}."
        bits = either(dead[term] for term in group)
        yield Conflict("no-replacement", what, tuple(map(text_of, group[:_SHOWN])), catalogue.files(bits))


def _replaced(catalogue: Catalogue, term: bytes) -> str:
    """A replacement, which may stand there as a literal such as "CL:0000084"."""
    if term[:1] != b"<":
        term = b"<%s%s>" % (words.OBO.encode(), text_of(term).replace(":", "_").encode())
    return catalogue.called(term)


def _by_family(terms: list[bytes]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = defaultdict(list)
    for term in sorted(terms):
        found[family(term)].append(term)
    return found


def _resurrected(catalogue: Catalogue) -> Iterator[Conflict]:
    """Terms that one input calls obsolete, and another has as a class with a parent."""
    for term, bits in catalogue.deprecated.items():
        alive = either(catalogue.parents.get(term, {}).values()) & ~bits
        if alive:
            what = f"{catalogue.called(term)} is obsolete in {', '.join(catalogue.files(bits))} and a living class in {', '.join(catalogue.files(alive))}."
            new = sorted(catalogue.replacements.get(term, ()))
            instead = (
                f"Use {', '.join(_replaced(catalogue, each) for each in new)}, or take the newer release alone."
                if new
                else ""
            )
            yield Conflict(
                "obsolete-resurrected", what, (text_of(term),), catalogue.files(bits | alive), instead
            )


def _cycles(catalogue: Catalogue) -> Iterator[Conflict]:
    """Circles of subclass axioms between named classes."""
    parents = catalogue.parents
    between = parents.keys() & set(chain.from_iterable(parents.values()))  # few have something below them
    for circle in _components({term: parents[term] for term in between}):
        way = _round(circle, parents)
        bits = either(parents[narrow][wide] for narrow, wide in itertools.pairwise(way))
        what = " subClassOf ".join(catalogue.called(term) for term in way) + "."
        yield Conflict("subclass-cycle", what, tuple(sorted(map(text_of, circle))), catalogue.files(bits))


def _components(parents: dict[bytes, dict[bytes, int]]) -> list[list[bytes]]:
    """The sets of classes that lie in a circle with each other (Tarjan's algorithm, without recursion)."""
    index: dict[bytes, int] = {}
    low: dict[bytes, int] = {}
    stack: list[bytes] = []
    standing: set[bytes] = set()
    found = []
    for start, over in parents.items():
        way = [(start, iter(over))] if start not in index else []
        while way:
            node, following = way[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                stack.append(node)
                standing.add(node)
            for other in following:
                if other not in index and other in parents:
                    way.append((other, iter(parents[other])))
                    break
                if other in standing:
                    low[node] = min(low[node], low[other] if other in low else index[other])
            else:
                way.pop()
                if way:
                    low[way[-1][0]] = min(low[way[-1][0]], low[node])
                if low[node] == index[node]:
                    part: list[bytes] = []
                    while not part or part[-1] != node:
                        part.append(stack.pop())
                        standing.discard(part[-1])
                    if len(part) > 1:
                        found.append(part)
    return found


def _round(circle: list[bytes], parents: dict[bytes, dict[bytes, int]]) -> list[bytes]:
    """A shortest way from the first of a circle back to itself."""
    start, inside = min(circle), set(circle)
    came: dict[bytes, bytes] = {}
    waiting = [start]
    for node in waiting:
        for other in sorted(parents[node]):
            if other in inside and other not in came:
                came[other] = node
                waiting.append(other)
    way = [start]
    while len(way) < 2 or way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]


def _kinds(catalogue: Catalogue) -> Iterator[Conflict]:
    """IRIs that are declared as two kinds of thing."""
    for term, types in catalogue.kinds.items():
        if len(types) < 2 or len(types.keys() & _KINDS.keys()) < 2:
            continue
        kinds = {_KINDS[kind]: bits for kind, bits in types.items() if kind in _KINDS}
        # A class may also be an individual in OWL 2; two kinds of property, or a class as a property, may not be.
        severity = WARNING if "individual" in kinds else ERROR
        listed = ", ".join(
            f"{kind} ({', '.join(catalogue.files(bits))})" for kind, bits in sorted(kinds.items())
        )
        bits = either(kinds.values())
        what = f"{catalogue.called(term)} is declared as {listed}."
        yield Conflict("two-kinds", what, (text_of(term),), catalogue.files(bits), severity=severity)


def _orphans(catalogue: Catalogue) -> Iterator[Conflict]:
    """Living classes without any class above them, by whose they are; the roots of an ontology are among them."""
    defined = {s for s, _, _ in catalogue.rows(words.EQUIVALENT)}
    alone = [
        term
        for term in catalogue.classes
        if term[:1] == b"<"
        and not term.startswith(_OURS)
        and term not in catalogue.parents
        and term not in defined
        and term not in catalogue.nodes
        and term not in catalogue.deprecated
    ]
    for whose, group in sorted(_by_family(alone).items()):
        if len(group) > 1:
            bits = either(catalogue.classes[term] for term in group)
            what = f"{len(group):,} classes of {printable(text_of(whose + b'>'), 100)}… have no parent, such as {', '.join(catalogue.called(t) for t in group[:3])}."
            yield Conflict(
                "no-parent", what, tuple(map(text_of, group[:_SHOWN])), catalogue.files(bits), severity=NOTE
            )


def _redefined(catalogue: Catalogue) -> Iterator[Conflict]:
    """Triples of others whose subject is ours, and which we do not state."""
    mine = next((n for n, source in enumerate(catalogue.sources) if source.role == OURS), None)
    if mine is None:
        return
    found: dict[tuple[bytes, int], int] = defaultdict(int)
    own = set(catalogue.sources[mine].lines())
    for number, source in enumerate(catalogue.sources):
        if number != mine:
            for line in source.lines(_OURS):
                if line not in own and not line.startswith(_HEADER):
                    found[line.split(b" ", 1)[0], number] += 1
    for (term, number), count in sorted(found.items()):
        what = f"{catalogue.names[number]} states {count} new triple{'s' if count > 1 else ''} about {catalogue.called(term)}, which is ours."
        yield Conflict("ours-redefined", what, (text_of(term),), (catalogue.names[number],))
