"""Ask a server as if its layers were open here: every query runs inside it, and only rows travel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aa_ld.endpoint.versions import read_pointers
from aa_ld.errors import NotPushedError
from aa_ld.vocab import INFERRED, LAYERS, compact, graph_iri

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from aa_ld.endpoint.client import Server


class RemoteLayers:
    """Layers in a server: anything that takes a Source takes these.

    The default graph of every query is the merge of the layers, wherever the
    server keeps them. `graphs` maps the name of a layer to its graph there.
    """

    def __init__(self, server: Server, graphs: dict[str, str]) -> None:
        self.server = server
        self.graphs = graphs

    @property
    def side_by_side(self) -> int:
        """How many queries the server answers at once, each in the time of one."""
        return self.server.dialect.side_by_side

    def __repr__(self) -> str:
        return f"<{', '.join(self.graphs)} in {self.server.dialect.name} at {self.server.query}>"

    def select(self, query: str) -> bytes:
        """Run a SELECT over the layers: SPARQL 1.1 Query Results JSON. Raises RemoteError."""
        return self.server.select(query, self.graphs.values())

    def construct(self, query: str) -> Iterable[Triple]:
        """Run a CONSTRUCT over the layers. Raises RemoteError."""
        from pyoxigraph import RdfFormat, parse

        triples = self.server.construct(query, self.graphs.values())
        return [quad.triple for quad in parse(triples, RdfFormat.N_TRIPLES)]

    def only(self, layers: Iterable[str]) -> RemoteLayers:
        """The same, over these layers alone."""
        return RemoteLayers(self.server, {name: self.graphs[name] for name in layers if name in self.graphs})

    def beside(self, layer: str, graph: str) -> RemoteLayers:
        """The same, with another graph in the place of a layer."""
        return RemoteLayers(self.server, {**self.graphs, layer: graph})


def open_remote(server: Server, layers: Iterable[str] = (*LAYERS, INFERRED)) -> RemoteLayers:
    """The layers that a server holds.

    Raises NotPushedError where it holds none of them, or lacks one that is
    written by hand; what follows is made by `infer` and may be missing.
    """
    wanted = list(layers)
    pointers = read_pointers(server)
    graphs = {name: pointers.current(graph_iri(name)) for name in wanted}
    values = " ".join(f"<{graph}>" for graph in graphs.values())
    query = f"SELECT ?g WHERE {{ VALUES ?g {{ {values} }} FILTER EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
    there = {row["g"] for row in server.rows(query)}
    missing = [name for name in wanted if graphs[name] not in there and name != INFERRED]
    if missing:
        named = ", ".join(compact(graph_iri(name)) for name in missing)
        what = f"The server does not hold {named}."
        remedy = "Load the layers with aa-ld push."
        raise NotPushedError(server.query, what, remedy)
    return RemoteLayers(server, {name: graph for name, graph in graphs.items() if graph in there})
