"""The layers of the knowledge in an embedded SPARQL store.

Each layer is one named graph. Queries never say GRAPH: the default graph of
every query is the union of the layers that were opened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import islice
from typing import Protocol

from pyoxigraph import (
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    parse_query_results,
)
from pyoxigraph import Store as Engine

from aa_ld import places
from aa_ld.vocab import BASE, IDENTIFIER, LAYERS, RDF_TYPE, graph_iri

#: As many triples are added between two tidings of how far the work is.
_AT_A_TIME = 10_000


class Source(Protocol):
    """Anything that can run a SPARQL SELECT: opened layers, or a server."""

    def select(self, query: str) -> bytes:
        """Run a SELECT, give the SPARQL 1.1 Query Results JSON."""
        ...


class Layers:
    """Opened layers: a store, whose default graph is the union of its graphs.

    A list of graphs would be asked graph by graph, three times as slow; so no
    graph stands in the store that is not open.

    >>> layers = open_layers()
    >>> len(rows(layers, "SELECT ?fact WHERE { ?fact a <https://w3id.org/aa-ld/RiskStatement> }"))
    1
    """

    def __init__(self) -> None:
        self.store = Engine()
        self.graphs: list[NamedNode] = []

    def add_file(self, path: str, layer: str) -> None:
        """Add one of our own Turtle files to a layer."""
        graph = self.graph(layer)
        self.store.load(path=path, format=RdfFormat.TURTLE, to_graph=graph)

    def add_quads(self, quads: Iterable[Quad | Triple], layer: str) -> None:
        """Add triples to a layer, whatever graph they stood in.

        A triple that another layer has is left there alone: the engine would
        find it once a graph, and every count would be wrong.
        """
        graph = self.graph(layer)
        for quad in quads:
            if next(self.store.quads_for_pattern(quad.subject, quad.predicate, quad.object), None) is None:
                self.store.add(Quad(quad.subject, quad.predicate, quad.object, graph))

    def replace(
        self,
        quads: Collection[Quad | Triple],
        layer: str,
        progress: Callable[[int, int], object] | None = None,
    ) -> set[str]:
        """Add triples to a layer in place of all that is said of the subjects they describe anew.

        A subject of ours is described anew where it is given a type. Gives the
        subjects of which something else was said before: an edited copy of a
        shipped file is checked as edited, and it can be told what it replaces.
        `progress` is told how many of the triples are in, and of how many.
        """
        known: dict[str, list[Quad]] = {}
        for quad in quads:
            subject = quad.subject
            if quad.predicate.value == RDF_TYPE and isinstance(subject, NamedNode):
                old = list(self.store.quads_for_pattern(subject, None, None))
                if old and subject.value.startswith(BASE):
                    known[subject.value] = old
        said: dict[str, set[object]] = {subject: set() for subject in known}
        for quad in quads if known else ():
            if isinstance(quad.subject, NamedNode) and quad.subject.value in said:
                said[quad.subject.value].add((quad.predicate, quad.object))
        for quad in (quad for old in known.values() for quad in old):
            self.store.remove(quad)
        waiting, done = iter(quads), 0
        while part := list(islice(waiting, _AT_A_TIME)):
            if progress:
                progress(done, len(quads))
            self.add_quads(part, layer)
            done += len(part)
        return {
            subject
            for subject, old in known.items()
            if {(q.predicate, q.object) for q in old} != said[subject]
        }

    def redefined(self, quads: Iterable[Quad], layer: str) -> set[str]:
        """The subjects of a layer of which these triples say something new, or whose identifier they take."""
        graph = self.graph(layer)
        found = set()
        for quad in quads:
            if (
                next(self.store.quads_for_pattern(quad.subject, quad.predicate, quad.object), None)
                is not None
            ):
                continue
            owners = [quad.subject] if self._describes(quad.subject, graph) else []
            if quad.predicate.value == IDENTIFIER:
                same = self.store.quads_for_pattern(None, quad.predicate, quad.object, graph)
                owners += [other.subject for other in same]
            found |= {owner.value for owner in owners if isinstance(owner, NamedNode)}
        return found

    def _describes(self, subject: object, graph: NamedNode) -> bool:
        return isinstance(subject, NamedNode) and bool(
            next(self.store.quads_for_pattern(subject, None, None, graph), None)
        )

    def subjects(self, layer: str) -> set[str]:
        """The IRIs that a layer says something about."""
        quads = self.store.quads_for_pattern(None, None, None, self.graph(layer))
        return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}

    def kinds(self, layer: str) -> set[str]:
        """The types of ours that a layer gives to its subjects, or that make it a word of ours."""
        found = self.store.quads_for_pattern(None, NamedNode(RDF_TYPE), None, self.graph(layer))
        ours = ((q.subject, q.object) for q in found if isinstance(q.subject, NamedNode))
        return {
            kind.value
            for subject, kind in ours
            if isinstance(kind, NamedNode) and BASE in (kind.value[: len(BASE)], subject.value[: len(BASE)])
        }

    def graph(self, layer: str) -> NamedNode:
        """The named graph of a layer, opened on first use."""
        graph = NamedNode(graph_iri(layer))
        if graph not in self.graphs:
            self.graphs.append(graph)
        return graph

    def extend(self, quads: Iterable[Quad], layer: str) -> None:
        """Add quads that stand in the graph of this layer already."""
        self.graph(layer)
        self.store.bulk_extend(quads)

    def remove(self, subject: str) -> None:
        """Take away all that is said of a subject, by IRI."""
        for quad in list(self.store.quads_for_pattern(NamedNode(subject), None, None)):
            self.store.remove(quad)

    def clear(self, layer: str) -> None:
        """Empty a layer."""
        self.store.clear_graph(self.graph(layer))

    def construct(self, query: str) -> Iterable[Triple]:
        """Run a CONSTRUCT over the opened layers."""
        triples = self.store.query(query, use_default_graph_as_union=True)
        if not isinstance(triples, QueryTriples):
            raise TypeError("construct() runs CONSTRUCT queries only")
        return triples

    def select(self, query: str) -> bytes:
        """Run a SELECT over the opened layers, give the results as JSON."""
        return serialized(self.solve(query), QueryResultsFormat.JSON)

    def solve(self, query: str) -> QuerySolutions:
        """Run a SELECT over the opened layers, give the rows as they are, without a detour over text."""
        solutions = self.store.query(query, use_default_graph_as_union=True)
        if not isinstance(solutions, QuerySolutions):
            raise TypeError("select() runs SELECT queries only")
        return solutions


class Merged:
    """Triples in one graph, for work that asks much: a union of graphs is asked graph by graph."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.store = Engine()
        self.extend(quads)

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add the triples of quads."""
        self.store.bulk_extend(Quad(q.subject, q.predicate, q.object) for q in quads)

    def construct(self, query: str) -> Iterable[Triple]:
        """Run a CONSTRUCT."""
        triples = self.store.query(query)
        assert isinstance(triples, QueryTriples)
        return triples

    def select(self, query: str) -> bytes:
        """Run a SELECT, give the results as JSON."""
        return serialized(self.solve(query), QueryResultsFormat.JSON)

    def solve(self, query: str) -> QuerySolutions:
        """Run a SELECT, give the rows as they are."""
        solutions = self.store.query(query)
        assert isinstance(solutions, QuerySolutions)
        return solutions


def said(quads: Iterable[Quad]) -> list[Quad]:
    """What a file says, without conclusions that it holds: these are made anew by the rules, never taken over."""
    found = list(quads)
    concluded = {quad.subject for quad in found if quad.predicate.value == BASE + "rule"}
    return [quad for quad in found if quad.subject not in concluded]


def open_layers(layers: Iterable[str] = LAYERS) -> Layers:
    """Open shipped layers in memory; nothing is written and nothing is fetched."""
    opened = Layers()
    for layer in layers:
        for path in places.layer_files(layer):
            opened.add_file(str(path), layer)
    return opened


def value_of(term: object) -> str:
    """The IRI of a named node, the words of a literal.

    >>> from pyoxigraph import Literal
    >>> value_of(NamedNode("https://w3id.org/aa-ld/Serum")), value_of(Literal("12 weeks"))
    ('https://w3id.org/aa-ld/Serum', '12 weeks')
    """
    return str(getattr(term, "value", term))


def serialized(solutions: QuerySolutions, form: QueryResultsFormat) -> bytes:
    """Rows in one of the forms of SPARQL results."""
    return solutions.serialize(format=form) or b""  # None only where a file is written


def rows(source: Source, query: str) -> list[dict[str, object]]:
    """The rows of a SELECT, each a dict from variable to term; unbound ones are left out."""
    if isinstance(source, Layers | Merged):
        solutions = source.solve(query)
    else:
        parsed = parse_query_results(source.select(query), format=QueryResultsFormat.JSON)
        assert isinstance(parsed, QuerySolutions)
        solutions = parsed
    names = [variable.value for variable in solutions.variables]
    return [{n: v for n, v in zip(names, s, strict=True) if v is not None} for s in solutions]


def pairs(source: Source, predicate: str) -> list[tuple[object, object]]:
    """Subject and object of every triple with a predicate; layers in memory are read twenty times as fast as asked."""
    if isinstance(source, Layers | Merged):
        found = source.store.quads_for_pattern(None, NamedNode(predicate), None)
        return [(quad.subject, quad.object) for quad in found]
    return [(row["s"], row["o"]) for row in rows(source, f"SELECT ?s ?o {{ ?s <{predicate}> ?o }}")]
