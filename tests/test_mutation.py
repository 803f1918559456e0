"""What the shapes are worth: corrupt every triple of the review and see that it shows.

Mutants are made by rule over all triples of ontology/facts/review.ttl, nothing
is drawn by chance. Left out are the editorial notes, which are free words of
the curator, and the spelling of labels beyond the names that they must hold.
No source text is used. The few mutants that nothing catches stand with their
reasons in docs/mutants.md; a new one makes the test fail.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from aa_ld import places
from aa_ld.shapes import constraints
from aa_ld.vocab import PREFIXES, compact

pytestmark = pytest.mark.reference

AA, RDFS, OA = PREFIXES["aa"], PREFIXES["rdfs"], PREFIXES["oa"]
TYPE = NamedNode(PREFIXES["rdf"] + "type")
CLASS = NamedNode(PREFIXES["owl"] + "Class")
NOTE = NamedNode(PREFIXES["skos"] + "editorialNote")
SUBCLASS = NamedNode(RDFS + "subClassOf")
INTEGER = NamedNode(PREFIXES["xsd"] + "integer")
DOC = Path(__file__).parent.parent / "docs" / "mutants.md"


def aa(name: str) -> NamedNode:
    return NamedNode(AA + name)


#: A pattern whose predicate is a variable.
ANY_PREDICATE = re.compile(r"\?\w+ \?\w+ \?\w+|;\s+\?\w+ \?\w+")

#: Lists that need not be whole: what is left after a drop is shorter and still true.
OPEN_LISTS = (aa("coveredBy"), aa("mentions"))

#: Alternatives that are tried for one value, where there are more.
MOST = 4


class Mutant(NamedTuple):
    """A corruption: what kind, what goes, what comes."""

    kind: str
    gone: tuple[Triple, ...]
    come: tuple[Triple, ...]

    def __str__(self) -> str:
        first = self.first
        text = f"{self.kind} {compact(first.subject.value)} {compact(first.predicate.value)} {shown(first.object)}"
        return text + (f" -> {shown(self.come[0].object)}" if self.come and self.gone else "")

    @property
    def first(self) -> Triple:
        """The triple that names the mutant."""
        return (self.gone or self.come)[0]


def shown(term: object) -> str:
    return compact(term.value) if isinstance(term, NamedNode) else str(getattr(term, "value", term))


class World:
    """The shipped triples in one store, and what one may take for another."""

    def __init__(self) -> None:
        self.store = Store()
        for layer in ("ontology", "mappings", "review"):
            for path in places.layer_files(layer):
                self.store.load(path=str(path), format=RdfFormat.TURTLE)
        (review,) = places.layer_files("review")
        self.triples = [q.triple for q in parse(review.read_bytes(), RdfFormat.TURTLE)]
        self.held = set(self.triples)
        self.groups = self._groups()
        self.fact_classes = sorted(self._leaves(aa("Fact")), key=str)

    def objects(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        quads = self.store.quads_for_pattern(subject, predicate, None)
        return [q.object for q in quads if isinstance(q.object, NamedNode)]

    def _leaves(self, top: NamedNode) -> set[NamedNode]:
        below = {q.subject for q in self.store.quads_for_pattern(None, SUBCLASS, top)}
        below = {node for node in below if isinstance(node, NamedNode)}
        leaves = set().union(*(self._leaves(node) for node in below)) if below else {top}
        return leaves - {aa("Fact"), aa("DomainFact"), aa("DocumentFact")}

    def _groups(self) -> dict[NamedNode, list[NamedNode]]:
        """For each IRI those of its kind: siblings, values of one list, nodes of one class."""
        members: dict[object, set[NamedNode]] = defaultdict(set)
        of: dict[NamedNode, set[object]] = defaultdict(set)
        for quad in self.store:
            node, kind = quad.subject, quad.object
            is_class = kind == CLASS
            if not isinstance(node, NamedNode) or quad.predicate not in (TYPE, SUBCLASS):
                continue
            if quad.predicate == TYPE and (is_class or kind.value.startswith(PREFIXES["owl"])):
                kind = "property" if kind.value.endswith("Property") else None
            if kind is not None and isinstance(kind, (NamedNode, str)):
                members[kind].add(node)
                of[node].add(kind)
        return {
            node: sorted({other for kind in kinds for other in members[kind]}, key=str)
            for node, kinds in of.items()
        }

    def others(self, value: NamedNode, most: int = MOST) -> list[NamedNode]:
        """Up to `most` IRIs of the same kind, those that follow in the alphabet first."""
        group = self.groups.get(value, [])
        if value not in group:
            return []
        place = group.index(value)
        return (group[place + 1 :] + group[:place])[:most]


def mutants(world: World) -> Iterator[Mutant]:
    """Every mutant, by rule, without repeats."""
    seen = set()
    for triple in world.triples:
        if triple.predicate == NOTE:
            continue
        for kind, come in changes(world, triple):
            if come is not None and (come in world.held or (kind == "double", come) in seen):
                continue
            seen.add((kind == "double", come))
            yield Mutant(kind, () if kind == "double" else (triple,), (come,) if come is not None else ())
    yield from turned(world)
    yield from smoothed(world)


def changes(world: World, triple: Triple) -> Iterator[tuple[str, Triple | None]]:
    """Every change of one triple: what kind, and what it becomes."""
    s, p, o = triple.subject, triple.predicate, triple.object
    yield "shorten" if p in OPEN_LISTS else "drop", None
    if p == TYPE:
        found = [("retype", c) for c in retyped(world, o)]
        found.append(("misspell", misspelt(o)))
    elif isinstance(o, NamedNode):
        found = [("swap", other) for other in swapped(world, p, o)]
        found.append(("misspell", misspelt(o)))
    else:
        found = literal_changes(p, o)
    for kind, new in found:
        yield kind, Triple(s, p, new)
    if found and p not in OPEN_LISTS:
        yield "double", Triple(s, p, found[0][1])


def retyped(world: World, kind: NamedNode) -> list[NamedNode]:
    if kind in world.fact_classes:
        place = world.fact_classes.index(kind)
        return [*world.fact_classes[place + 1 :], *world.fact_classes[:place]][:MOST]
    nodes = [
        aa(n)
        for n in ("Conflict", "EvidenceLine", "Publication", "Sentence", "SourceText", "Span", "TextPart")
    ]
    return [c for c in nodes if c != kind][:2] if kind in nodes else []


#: Properties whose value may be said to be unknown; the corruption is to say so.
OPEN = [
    aa(n)
    for n in ("population", "compartment", "comparator", "site", "species", "context", "effect", "direction")
]


def swapped(world: World, predicate: NamedNode, value: NamedNode) -> list[NamedNode]:
    if predicate == aa("predicate"):
        (kind, *_) = world.objects(value, aa("factClass"))
        same = {q.subject for q in world.store.quads_for_pattern(None, aa("factClass"), kind)}
        return sorted(same - {value}, key=str)
    if predicate == aa("implied"):
        return [p for p in (*OPEN, aa("subject"), aa("object")) if p != value]
    new = world.others(value)
    none = [aa("NotStated"), aa("NotApplicable"), aa("DiseaseAsConcept")]
    if value in none:
        new = none[:2] if predicate != aa("population") else none
        new = [
            *new,
            *{aa("compartment"): [aa("Serum"), aa("Blood")], aa("species"): [aa("Human")]}.get(predicate, []),
        ]
        new += {aa("condition"): [aa("AlopeciaAreata"), aa("AtopicDermatitis")]}.get(predicate, [])
        new += {aa("site"): [aa("HairFollicle")], aa("population"): [aa("PatientWithAlopeciaAreata")]}.get(
            predicate, []
        )
    elif predicate in OPEN:
        new = [*new, *none[:2]]
    return [node for node in new if node != value]


def misspelt(value: NamedNode) -> NamedNode:
    """One letter is lost, or the last digit is another."""
    text = value.value
    if text[-1].isdigit():
        return NamedNode(text[:-1] + str((int(text[-1]) + 1) % 10))
    return NamedNode(text[:-2] + text[-1])


def literal_changes(predicate: NamedNode, value: Literal) -> list[tuple[str, Literal]]:
    text = value.value
    if value.datatype == INTEGER:
        return [("shift", Literal(str(int(text) + step), datatype=INTEGER)) for step in (-1, 1)]
    if text in ("true", "false"):
        return [("swap", Literal("false" if text == "true" else "true", datatype=value.datatype))]
    if value.language:  # a label: the drop is enough, its names are checked by the swaps
        return []
    if predicate == aa("sha256"):
        return [
            ("misspell", Literal(text[:-1] + ("0" if text[-1] != "0" else "1"))),
            ("misspell", Literal(text[:-1])),
        ]
    middle = len(text) // 2
    twisted = text[:middle] + text[middle : middle + 2][::-1] + text[middle + 2 :]
    cut = text[:middle] + text[middle + 1 :]
    return [
        ("misspell", Literal(twisted)),
        ("misspell", Literal(cut)),
        ("misspell", Literal(text.swapcase())),
    ]


def turned(world: World) -> Iterator[Mutant]:
    """Subject and object change places."""
    ends = [t for t in world.triples if t.predicate in (aa("subject"), aa("object"))]
    for fact in dict.fromkeys(t.subject for t in ends):
        gone = [t for t in ends if t.subject == fact]
        other = {aa("subject"): aa("object"), aa("object"): aa("subject")}
        yield Mutant("turn", tuple(gone), tuple(Triple(fact, other[t.predicate], t.object) for t in gone))


def smoothed(world: World) -> Iterator[Mutant]:
    """The hedge is smoothed over: its words go, line and fact become firm."""
    certain = {t.subject: t for t in world.triples if t.predicate == aa("certainty")}
    used = {t.object: t.subject for t in world.triples if t.predicate == aa("evidence")}
    for line in [t.subject for t in world.triples if t.predicate == aa("hedge")]:
        words = [
            t for t in world.triples if t.subject == line and t.predicate in (aa("hedge"), aa("hedgeSpan"))
        ]
        grades = (certain[line], certain[used[line]])
        firm = tuple(Triple(t.subject, t.predicate, aa("Asserted")) for t in grades)
        yield Mutant("smooth", (*words, *grades), firm)


class Hunter:
    """Runs the checks, first those that caught something alike."""

    def __init__(self, world: World) -> None:
        self.store = world.store
        self.checks = [(c.check, q) for c in constraints().values() for q in c.queries()]
        self.luck: dict[tuple[str, str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
        self.family = {t.subject: str(t.object) for t in world.triples if t.predicate == TYPE}
        self.seeing: dict[frozenset[NamedNode], list[tuple[str, str]]] = {}
        self.caught_by: Counter[str] = Counter()

    def catches(self, mutant: Mutant) -> str | None:
        """The name of a check that the mutant breaks; the store is left as it was."""
        gone = [Quad(t.subject, t.predicate, t.object) for t in mutant.gone]
        come = [Quad(t.subject, t.predicate, t.object) for t in mutant.come]
        come = [quad for quad in come if quad not in self.store]
        for quad in gone:
            self.store.remove(quad)
        self.store.extend(come)
        try:
            return self._first(mutant)
        finally:
            for quad in come:
                self.store.remove(quad)
            self.store.extend(gone)

    def touched(self, predicates: set[NamedNode]) -> list[tuple[str, str]]:
        """The checks whose query can see a triple with one of these predicates.

        Nothing breaks a check before the mutation, so a query that names none
        of them, and takes no predicate by a variable, finds nothing after it.
        """
        key = frozenset(predicates)
        if key not in self.seeing:
            names = [name for p in predicates for name in (compact(p.value), f"<{p.value}>")]
            self.seeing[key] = [
                c
                for c in self.checks
                if TYPE in key or ANY_PREDICATE.search(c[1]) or any(n in c[1] for n in names)
            ]
        return self.seeing[key]

    def _first(self, mutant: Mutant) -> str | None:
        first = mutant.first
        luck = self.luck[mutant.kind, first.predicate.value, self.family[first.subject]]
        touched = self.touched({t.predicate for t in (*mutant.gone, *mutant.come)})
        tried = [check for check, _ in luck.most_common()]
        rest = sorted((c for c in touched if c not in luck), key=lambda c: -self.caught_by[c[0]])
        for check in [*tried, *rest]:
            if next(iter(self.store.query(check[1])), None) is not None:
                luck[check] += 1
                self.caught_by[check[0]] += 1
                return check[0]
        return None


@pytest.fixture(scope="module")
def hunt() -> tuple[Counter[str], list[str], Counter[str]]:
    """How many mutants of each kind there are, which survive, and which checks caught how many."""
    world = World()
    hunter = Hunter(world)
    kinds: Counter[str] = Counter()
    survivors = []
    for mutant in mutants(world):
        kinds[mutant.kind] += 1
        if hunter.catches(mutant) is None:
            survivors.append(str(mutant))
    return kinds, survivors, hunter.caught_by


def known_survivors() -> set[str]:
    """The mutants that docs/mutants.md names, one a list item."""
    lines = DOC.read_text(encoding="utf-8").splitlines()
    return {line[3:].partition("`")[0] for line in lines if line.startswith("- `")}


def test_at_least_99_of_100_corruptions_are_caught_without_the_source_text(hunt):
    """Of the corruptions that are made by rule over all triples of the review, 99 % break a shape."""
    kinds, survivors, _ = hunt

    assert kinds.total() > 10_000
    assert len(survivors) <= kinds.total() / 100


def test_every_kind_of_corruption_is_tried(hunt):
    """Triples are dropped, doubled, swapped, retyped, misspelt, shifted, turned round and smoothed over."""
    kinds, _, _ = hunt
    expected = {"drop", "shorten", "swap", "double", "retype", "misspell", "shift", "turn", "smooth"}

    assert set(kinds) == expected


def test_no_hedge_can_be_smoothed_over(hunt):
    """A line and its fact that lose their hedge and become firm are always found."""
    _, survivors, _ = hunt

    assert [name for name in survivors if name.startswith("smooth ")] == []


def test_every_surviving_corruption_is_known_with_a_reason(hunt):
    """docs/mutants.md names exactly the mutants that nothing catches."""
    _, survivors, _ = hunt

    assert sorted(survivors) == sorted(known_survivors())


def test_no_corruption_is_left_in_the_store():
    """After a mutant has been tried, the store holds what it held before."""
    world = World()
    before = set(world.store)
    mutant = next(mutants(world))
    Hunter(world).catches(mutant)

    assert set(world.store) == before


if __name__ == "__main__":  # lists the survivors, for docs/mutants.md
    _hunter = Hunter(_world := World())
    print(*(f"- `{mutant}`" for mutant in mutants(_world) if _hunter.catches(mutant) is None), sep="\n")
