"""The knowledge in a server, with the same verbs as the knowledge opened here."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from secrets import token_hex
from typing import TYPE_CHECKING, cast

from aa_ld.endpoint.push import push_quads
from aa_ld.endpoint.remote import RemoteLayers, open_remote
from aa_ld.endpoint.versions import VERSION
from aa_ld.errors import NotPushedError, ParameterValueError, UsageError
from aa_ld.knowledge import SOURCES, Knowledge
from aa_ld.store import Layers, rows
from aa_ld.vocab import BASE, GENID, INFERRED, graph_iri

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from aa_ld.endpoint.client import Server
    from aa_ld.infer import Inference
    from aa_ld.report import Report
    from aa_ld.rule import Rule
    from aa_ld.sparql import Result

_CONCLUSIONS = f"SELECT DISTINCT ?fact WHERE {{ ?fact <{BASE}rule> ?rule }}"
_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


class RemoteKnowledge(Knowledge):
    """Layers in a server, with the verbs on them; their queries run inside it.

    Of a server that does not answer our questions rightly, the layers are read
    and asked here; `told` is True then.
    """

    def __init__(self, server: Server, source: str = "all") -> None:
        self.server = server
        self.source = source
        self.data = ()
        self.held = open_remote(server, (*SOURCES[source], INFERRED))
        self.told = not server.dialect.sound
        self._all = _copy(self.held) if self.told else self.held
        self.layers = cast(Layers, self._said())  # a Source all the same
        self._inferred = False

    def __len__(self) -> int:
        return int(rows(self.layers, _COUNT)[0]["n"].value)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"<Knowledge: {self.held!r}>"

    def _said(self) -> RemoteLayers | Layers:
        """The layers without what follows from them."""
        return (
            _copy(self.held.only(SOURCES[self.source])) if self.told else self.held.only(SOURCES[self.source])
        )

    def inferred(self) -> Layers:
        """The layers with what follows from them, as `infer` has written it into the server.

        Raises NotPushedError where nobody has, and UsageError for the review
        alone, as the server holds what follows from all.
        """
        if self.source != "all":
            what = "What the server holds as inferred follows from all layers, not from the review alone."
            raise UsageError("--source review --endpoint", what, "Ask without --source review.")
        if INFERRED not in self.held.graphs:
            what = "The server holds nothing that was inferred."
            raise NotPushedError(self.server.query, what, "Let it infer with aa-ld infer --endpoint URL.")
        self.layers = cast(Layers, self._all)  # a Source all the same
        return self.layers

    def infer(self, rules: Iterable[Rule] | None = None) -> Inference:
        """Carry out the rules inside the server, and put what follows into its graph `inferred`.

        Readers see the old conclusions or the new ones. Raises RemoteError.
        """
        from aa_ld.infer import Inference, conclude
        from aa_ld.rule import in_order, read_rules

        order = in_order(read_rules().values() if rules is None else rules)
        before = self._conclusions()
        found: list[Quad] = []
        working = f"{VERSION}infer-{token_hex(8)}"

        def keep(quads: list[Quad]) -> None:
            found.extend(quads)
            if quads and isinstance(asked, RemoteLayers):
                self.server.add(working, "".join(f"{quad.triple} .\n" for quad in quads).encode())
            elif isinstance(asked, Layers):
                asked.extend(quads, INFERRED)

        said = self._said()
        asked = said.beside(INFERRED, working) if isinstance(said, RemoteLayers) else said
        try:
            conclude(asked, order, keep)
        finally:
            self.server.change(f"DROP SILENT GRAPH <{working}>", again=True)
        self._write(found)
        rule_of = {q.subject: q.object for q in found if q.predicate.value == BASE + "rule"}
        given = {rule.name: sum(r.value == rule.iri for r in rule_of.values()) for rule in order}  # type: ignore[union-attr]
        after = {fact.value for fact in rule_of}  # type: ignore[union-attr]
        return Inference(given, frozenset(after - before), frozenset(before - after))

    def _write(self, found: list[Quad]) -> None:
        if found:
            push_quads(self.server, sorted(set(found), key=str))
        elif INFERRED in self.held.graphs:
            self.server.change(f"DROP SILENT GRAPH <{self.held.graphs[INFERRED]}>", again=True)
        self.held = open_remote(self.server, (*SOURCES[self.source], INFERRED))
        self._all = _copy(self.held) if self.told else self.held
        self.layers = cast(Layers, self._all)  # a Source all the same

    def _conclusions(self) -> set[str]:
        found = rows(self.held.only([INFERRED]), _CONCLUSIONS) if INFERRED in self.held.graphs else []
        return {row["fact"].value for row in found}  # type: ignore[attr-defined]

    def concluded(self) -> list[Quad]:
        """All triples of the graph `inferred`."""
        from pyoxigraph import NamedNode, Quad

        layer = self.held.only([INFERRED])
        triples = layer.construct("CONSTRUCT WHERE { ?s ?p ?o }") if layer.graphs else []
        return [Quad(t.subject, t.predicate, t.object, NamedNode(graph_iri(INFERRED))) for t in triples]

    def validate(
        self, texts: dict[str, str] | None = None, engine: str = "sparql", files: dict[str, str] | None = None
    ) -> Report:
        """Check the layers in the server against the shapes; see aa_ld.validate.

        An IRI that a blank node was given counts as a blank node.
        """
        from aa_ld.report import Report

        if engine != "sparql":
            what = "pySHACL reads layers in memory only."
            raise ParameterValueError(f"engine {engine}", what, "Take the engine sparql.")
        self.layers = cast(Layers, self._said())  # a Source all the same
        found = super().validate(texts, engine, files)
        return Report(f for f in found if not f.focus.startswith(GENID) and not f.value.startswith(GENID))

    def sparql(self, query: str, timeout: float = 30.0, inferred: bool = False) -> Result:
        """Run any query inside the server, over the layers; the server says what it may do there.

        Our prefixes need no declaration. A query with FROM or FROM NAMED chooses
        its graphs itself. Raises RemoteError, and RemoteTimeoutError after `timeout`.
        """
        from aa_ld.endpoint.query import run_remote

        graphs = self.held if inferred else self.held.only(SOURCES[self.source])
        return run_remote(graphs, query, timeout)


def _copy(held: RemoteLayers) -> Layers:
    """The layers of a server in memory, with blank nodes as they were."""
    from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, parse

    def back(term: object) -> object:
        if isinstance(term, NamedNode) and term.value.startswith(GENID):
            return BlankNode("b" + "".join(c if c.isalnum() else "x" for c in term.value.removeprefix(GENID)))
        return term

    copied = Layers()
    for name, graph in held.graphs.items():
        at = copied.graph(name)
        triples = parse(held.server.read(graph), RdfFormat.N_TRIPLES)
        copied.extend((Quad(back(t.subject), t.predicate, back(t.object), at) for t in triples), name)  # type: ignore[arg-type]
    return copied


def open_endpoint(url: str, source: str = "all") -> RemoteKnowledge:
    """Open the knowledge that the server at a URL holds.

    Raises NotPushedError where it holds none, and the errors of
    aa_ld.endpoint.client.connect.
    """
    from aa_ld.endpoint.client import connect

    kb = RemoteKnowledge(connect(url), source)
    if kb.told and sys.stderr.isatty():
        sys.stderr.write(
            f"{kb.server.dialect.name} does not answer all questions rightly; its layers are read and asked here.\n"
        )
    return kb
