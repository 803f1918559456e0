"""What a server holds, in the form in which it is asked.

`base` is what was loaded and written: named graphs, and a default graph of its
own. `view` is the merge of all graphs in one, so that a query that names no
graph finds every triple once, and a third faster than where named graphs stand
beside it; `whole` has these too, for queries that say GRAPH. Only a server that
takes updates keeps the base.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple
from pyoxigraph import Store as Engine

from aa_ld.knowledge import load
from aa_ld.names import Names
from aa_ld.store import Layers, Merged

_DEFAULT = DefaultGraph()
_DUMP = "store.nq"


class Held:
    """A store to ask and, where updates are allowed, one to change.

    graphs  IRI of each named graph to the number of its triples
    total   triples of the merge of all graphs
    remarks what whoever starts the server should know of what was loaded
    stale   whether the base has changed since the view was made
    """

    def __init__(self, base: Engine, folder: str = "", *, changing: bool = False) -> None:
        self.base = base
        self.folder = folder
        self.changing = changing
        self.stale = False
        self.remarks: list[str] = []
        self.look()
        if not changing:
            self.base = Engine()

    def look(self) -> None:
        """Make the view anew, after the base has changed."""
        self.merged = Merged(self.base)
        self.view = self.merged.store
        self.whole = Engine()
        self.whole.bulk_extend(self.view)
        self.graphs: dict[str, int] = {}
        for graph in self.base.named_graphs():
            if isinstance(graph, NamedNode):
                found = list(self.base.quads_for_pattern(None, None, None, graph))
                self.whole.add_graph(graph)
                self.whole.bulk_extend(found)
                self.graphs[graph.value] = len(found)
        self.total = len(self.view)
        self.names = Names(self.merged)
        self.stale = False

    def has(self, graph: NamedNode | DefaultGraph) -> bool:
        """Whether the base has a named graph, or anything in its default graph."""
        if isinstance(graph, NamedNode):
            return self.base.contains_named_graph(graph)
        return next(iter(self.base.quads_for_pattern(None, None, None, graph)), None) is not None

    def told(self) -> dict[str, Any]:
        """What the front tells of it."""
        return {"triples": self.total, "graphs": self.graphs, "remarks": self.remarks}

    def only(self, default: Iterable[str], named: Iterable[str]) -> Engine:
        """A store with the merge of some graphs as default graph, and some named graphs."""
        found = (quad for iri in dict.fromkeys(default) for quad in self.quads(iri))
        merged = Merged(found).store
        for iri in dict.fromkeys(named):
            merged.bulk_extend(self.quads(iri))
        return merged

    def quads(self, graph: str) -> Iterator[Quad]:
        """The quads of a named graph."""
        return iter(self.whole.quads_for_pattern(None, None, None, NamedNode(graph)))

    def default_triples(self) -> list[Triple]:
        """The default graph as a graph store has it: what was written there, or the merge where nothing can be."""
        source = self.base if self.changing else self.view
        return [quad.triple for quad in source.quads_for_pattern(None, None, None, _DEFAULT)]

    def save(self) -> None:
        """Put all that is held into the folder, whole or not at all."""
        if not self.folder:
            return
        path = os.path.join(self.folder, _DUMP)
        with open(path + ".new", "wb") as file:
            self.base.dump(file, format=RdfFormat.N_QUADS)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".new", path)


def described(source: Merged, iri: str) -> list[Triple]:
    """What is said of a subject, and of the blank nodes that this leads to."""
    waiting: list[NamedNode | BlankNode] = [NamedNode(iri)]
    seen, found = set(waiting), []
    while waiting:
        for quad in source.store.quads_for_pattern(waiting.pop(), None, None, _DEFAULT):
            found.append(quad.triple)
            if isinstance(quad.object, BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)
    return found


def hold(order: dict[str, Any]) -> Held:
    """Load what a server shall hold: what its folder has, or else shipped layers, what follows, and files.

    Raises the errors of aa_ld.load.
    """
    changing, folder = order["changing"], order["store"]
    kept = os.path.join(folder, _DUMP) if folder else ""
    if kept and os.path.exists(kept):
        base = Engine()
        base.bulk_load(path=kept, format=RdfFormat.N_QUADS)
        return Held(base, folder, changing=changing)
    kb = load(order["source"], order["data"], order["as_of"], order["include"])
    layers: Layers = kb.inferred()
    held = Held(layers.store, folder, changing=changing)
    if kb.standing.facts:
        held.remarks.append(f"{len(kb.standing.facts)} facts are left out; aa-ld facts --fallen says why.")
    own = layers.subjects("data") if order["data"] else set()
    found = sum(1 for finding in kb.validate() if finding.focus in own) if own else 0
    if found:
        held.remarks.append(f"{found} findings in your files, so answers may be wrong; see aa-ld validate.")
    return held
