"""Facts of the oracle as RDF, and what the rules made of them as conclusions of the oracle.

Here the two ways of drawing conclusions meet; neither knows the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from oracle import Conclusion, Fact, Scope, World
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from aa_ld.store import Layers, open_layers
from aa_ld.vocab import INFERRED, PREFIXES, RDF_TYPE, graph_iri

AA, COHORT, FACT = PREFIXES["aa"], PREFIXES["cohort"], PREFIXES["fact"]
LAYER = "literature"

#: Properties of terms that rules, or the sentences of conclusions, read.
READ = ("aa:rank", "aa:atPole", "aa:isWithin", "aa:dominatedBy", "aa:axisStanding", "rdfs:label")

_TYPE = NamedNode(RDF_TYPE)
_PREMISE = NamedNode(PREFIXES["prov"] + "wasDerivedFrom")
_SCOPE = ("population", "compartment", "time", "species", "responseGroup", "cohort")


def aa(name: str) -> NamedNode:
    """A term of ours."""
    return NamedNode(AA + name)


@cache
def words() -> tuple[Quad, ...]:
    """What the shipped ontology says of terms, as far as rules read it."""
    prefixed = (name.split(":") for name in READ)
    read = {PREFIXES[prefix] + local for prefix, local in prefixed}
    return tuple(quad for quad in open_layers(("ontology",)).store if quad.predicate.value in read)


def shipped_world() -> World:
    """The axes, groups and marks of the shipped ontology, without any fact."""
    said: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for quad in words():
        if isinstance(quad.object, NamedNode) and isinstance(quad.subject, NamedNode):
            said[quad.predicate.value[len(AA) :]].append((name(quad.subject), name(quad.object)))
    within: dict[str, set[str]] = defaultdict(set)
    for group, wider in said["isWithin"]:
        within[group].add(wider)
    return World(
        facts=(),
        axes=dict(said["atPole"]),
        contested=frozenset(term for term, mark in said["axisStanding"] if mark == "Contested"),
        within={group: frozenset(wider) for group, wider in within.items()},
        dominated=tuple(sorted(said["dominatedBy"])),
    )


def name(term: object) -> str:
    """The local name of a term of ours, or the words of a literal."""
    if isinstance(term, NamedNode):
        return next(term.value[len(base) :] for base in (COHORT, FACT, AA) if term.value.startswith(base))
    assert isinstance(term, Literal)
    return term.value


def quads_of(fact: Fact) -> Iterator[Quad]:
    """A fact as RDF, with one evidence line, and another where it is disputed."""
    node, graph = NamedNode(FACT + fact.name), NamedNode(graph_iri(LAYER))
    scope = fact.scope
    time = aa(scope.time) if scope.time.startswith("Not") else Literal(scope.time, language="en")
    cohort = aa(scope.cohort) if scope.cohort.startswith("Not") else NamedNode(COHORT + scope.cohort)
    said: list[tuple[str, object]] = [
        ("predicate", aa(fact.predicate)),
        ("polarity", aa("Positive" if fact.positive else "Negative")),
        ("certainty", aa(fact.certainty)),
        ("population", aa(scope.population)),
        *(("subject", aa(subject)) for subject in fact.subjects),
        *(("object", aa(target)) for target in fact.objects),
    ]
    if fact.kind != "AxisMembership":
        said += [("compartment", aa(scope.compartment)), ("time", time), ("species", aa(scope.species))]
    if fact.direction:
        said += [("responseGroup", aa(scope.response)), ("cohort", cohort)]
    if fact.standing:
        said.append(("axisStanding", aa(fact.standing)))
    if fact.direction:
        said.append(("direction", aa(fact.direction)))
    yield Quad(node, _TYPE, aa(fact.kind), graph)
    for predicate, value in said:
        yield Quad(node, aa(predicate), value, graph)  # type: ignore[arg-type]
    for stance in ("Supports", "Disputes") if fact.disputed else ("Supports",):
        line = NamedNode(f"{PREFIXES['evidence']}{fact.name}-{stance.lower()}")
        yield Quad(node, aa("evidence"), line, graph)
        yield Quad(line, aa("stance"), aa(stance), graph)


def add(layers: Layers, facts: Iterable[Fact]) -> None:
    """Put facts into opened layers."""
    layers.extend((quad for fact in facts for quad in quads_of(fact)), LAYER)


def layers_of(world: World) -> Layers:
    """Opened layers that hold a world, and nothing inferred yet."""
    layers = Layers()
    ontology = NamedNode(graph_iri("ontology"))
    layers.extend((quad for quad in words() if quad.predicate != aa("dominatedBy")), "ontology")
    layers.extend(
        (Quad(aa(group), aa("dominatedBy"), aa(axis), ontology) for group, axis in world.dominated),
        "ontology",
    )
    add(layers, world.facts)
    return layers


def inferred_lines(layers: Layers) -> list[str]:
    """The inferred layer as N-Triples, in order."""
    triples = (
        quad.triple for quad in layers.store.quads_for_pattern(None, None, None, layers.graph(INFERRED))
    )
    return sorted((serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode().splitlines())


def described(layers: Layers) -> dict[NamedNode, dict[str, set[object]]]:
    """Each conclusion in the inferred layer: local name of a property to its values."""
    found: dict[NamedNode, dict[str, set[object]]] = defaultdict(lambda: defaultdict(set))
    for quad in layers.store.quads_for_pattern(None, None, None, layers.graph(INFERRED)):
        found[quad.subject][quad.predicate.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1]].add(quad.object)  # type: ignore[index]
    return {node: parts for node, parts in found.items() if "rule" in parts}


def conclusions(layers: Layers) -> list[Conclusion]:
    """What the rules concluded, in the form of the oracle; premises are followed down to source facts."""
    nodes = described(layers)

    @cache
    def read(node: NamedNode) -> Conclusion:
        parts = nodes[node]
        kind = name(_only(parts["type"]))
        signs: tuple[frozenset[str], ...] = {
            "AxisEffect": (_names(parts["direction"]),),
            "BalanceShift": (_names(parts["th2Direction"]), _names(parts["th1Direction"])),
        }.get(kind, ())
        verdict = None
        if kind == "BalanceShift":
            verdict = name(_only(parts["verdict"])), name(_only(parts["extent"]))
        return Conclusion(
            kind,
            name(_only(parts["subject"])),
            name(_only(parts["object"])),
            name(_only(parts["tier"])),
            Scope(*(name(_only(parts[part])) for part in _SCOPE)),
            signs,
            verdict,
            name(_only(parts["certainty"])),
            _names(parts["assumption"]),
            frozenset(read(p) if p in nodes else name(p) for p in parts["wasDerivedFrom"]),
        )

    return [read(node) for node in nodes]


def _names(terms: Iterable[object]) -> frozenset[str]:
    return frozenset(name(term) for term in terms)


def _only(terms: set[object]) -> object:
    assert len(terms) == 1, terms
    return next(iter(terms))
