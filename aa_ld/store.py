"""The layers of the knowledge in an embedded SPARQL store.

Each layer is one named graph. Queries never say GRAPH: the default graph of
every query is the union of the layers that were opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from pyoxigraph import NamedNode, Quad, QueryResultsFormat, QuerySolutions, RdfFormat, parse_query_results
from pyoxigraph import Store as Engine

from aa_ld import places
from aa_ld.vocab import BASE, LAYERS, RDF_TYPE, graph_iri

Row = Mapping[str, object]


class Source(Protocol):
    """Anything that can run a SPARQL SELECT: opened layers, or a server."""

    def select(self, query: str) -> bytes:
        """Run a SELECT, give the SPARQL 1.1 Query Results JSON."""
        ...


class Layers:
    """Opened layers: a store, and the graphs that make up its default graph.

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

    def add_quads(self, quads: Iterable[Quad], layer: str) -> None:
        """Add triples to a layer, whatever graph they stood in.

        A triple that another layer has is left there alone: the engine would
        find it once a graph, and every count would be wrong.
        """
        graph = self.graph(layer)
        for quad in quads:
            if next(self.store.quads_for_pattern(quad.subject, quad.predicate, quad.object), None) is None:
                self.store.add(Quad(quad.subject, quad.predicate, quad.object, graph))

    def overlay(self, quads: Iterable[Quad], layer: str) -> None:
        """Add a user's triples as a layer of their own.

        A subject of ours that they describe anew, with a type, replaces what
        the other layers say of it, so that an edited copy of a shipped file
        counts as edited; anything else is added.
        """
        added = list(quads)
        anew = {quad.subject for quad in added if quad.predicate.value == RDF_TYPE}
        for subject in anew:
            if isinstance(subject, NamedNode) and subject.value.startswith(BASE):
                for old in list(self.store.quads_for_pattern(subject, None, None)):
                    self.store.remove(old)
        self.add_quads(added, layer)

    def subjects(self, layer: str) -> set[str]:
        """The IRIs that a layer says something about."""
        quads = self.store.quads_for_pattern(None, None, None, self.graph(layer))
        return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}

    def graph(self, layer: str) -> NamedNode:
        """The named graph of a layer, opened on first use."""
        graph = NamedNode(graph_iri(layer))
        if graph not in self.graphs:
            self.graphs.append(graph)
        return graph

    def select(self, query: str) -> bytes:
        """Run a SELECT over the opened layers, give the results as JSON."""
        solutions = self.store.query(query, default_graph=[*self.graphs])
        if not isinstance(solutions, QuerySolutions):
            raise TypeError("select() runs SELECT queries only")
        return serialized(solutions, QueryResultsFormat.JSON)


def open_layers(layers: Iterable[str] = LAYERS) -> Layers:
    """Open shipped layers in memory; nothing is written and nothing is fetched."""
    opened = Layers()
    for layer in layers:
        for path in places.layer_files(layer):
            opened.add_file(str(path), layer)
    return opened


def serialized(solutions: QuerySolutions, form: QueryResultsFormat) -> bytes:
    """Rows in one of the forms of SPARQL results."""
    return solutions.serialize(format=form) or b""  # None only where a file is written


def rows(source: Source, query: str) -> list[dict[str, object]]:
    """The rows of a SELECT, each a dict from variable to term; unbound ones are left out."""
    solutions = parse_query_results(source.select(query), format=QueryResultsFormat.JSON)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{n: s[n] for n in names if s[n] is not None} for s in solutions]
