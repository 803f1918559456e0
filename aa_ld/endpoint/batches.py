"""Quads into batches of N-Triples, one graph each, without blank nodes, with the digest of every graph.

A batch is a set of triples that say the same wherever and however often they
are loaded: blank nodes are given IRIs first, made of the digest of the file and
of their place in it, so that reading a file twice gives the same.

Specification: https://www.w3.org/TR/rdf11-concepts/#section-skolemization.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from aa_ld.endpoint.digest import Digest, iri_text, literal_text
from aa_ld.endpoint.forms import Forms
from aa_ld.errors import RdfSyntaxError
from aa_ld.vocab import GENID

if TYPE_CHECKING:
    from sqlite3 import Connection

#: What takes a record: its kind, the IRI of its graph, the number of its triples, its bytes.
#: Kinds are "batch" (N-Triples) and "open" (lines of JSON: subject, predicate, value, datatype).
Sink = Callable[[str, str, int, bytes], None]

BATCH = 8 << 20  # bytes of a batch, if nothing else is said
_MOST_OPEN = 2_000  # literals of which the server is asked at once
_MANY = 100_000  # blank nodes whose numbers are held in memory; further ones go to disk


class _Graph:
    """What gathers for one graph until it is a batch."""

    def __init__(self) -> None:
        self.digest = Digest()
        self.lines: dict[str, None] = {}
        self.open: list[str] = []


class Totals(NamedTuple):
    """The digest of each graph, without the triples whose forms only the server knows."""

    digests: dict[str, Digest]
    blank_nodes: int


def batches(  # noqa: PLR0913, PLR0917 - all of them are the matter
    quads: Iterable[Quad], name: str, default: str, forms: Forms, sink: Sink, most: int = BATCH
) -> Totals:
    """Give batches of quads to `sink`, and the digests at the end.

    name     stands for the file in the IRIs of its blank nodes
    default  the IRI of the graph for triples that name none
    most     bytes of a batch

    Raises RdfSyntaxError for what only RDF 1.2 has.
    """
    gathered = _Gathered(name, default, forms, sink)
    for quad in quads:
        if gathered.take(quad) >= most or gathered.open >= _MOST_OPEN:
            gathered.flush()
    gathered.flush()
    return Totals({iri: graph.digest for iri, graph in gathered.graphs.items()}, gathered.numbers.count)


class _Gathered:
    """What is on its way into batches."""

    def __init__(self, name: str, default: str, forms: Forms, sink: Sink) -> None:
        self.name, self.default, self.forms, self.sink = name, default, forms, sink
        self.graphs: dict[str, _Graph] = {}
        self.numbers = _Numbers()
        self.size = self.open = 0

    def take(self, quad: Quad) -> int:
        """Take a quad; gives the bytes that wait."""
        iri = self.default if isinstance(quad.graph_name, DefaultGraph) else self._node(quad.graph_name)
        graph = self.graphs.get(iri)
        if graph is None:
            graph = self.graphs[iri] = _Graph()
        subject, predicate, value = self._node(quad.subject), quad.predicate.value, quad.object
        named = None if isinstance(value, Literal) else self._node(value)
        line = (
            f"<{subject}> <{predicate}> {value} .\n"
            if named is None
            else f"<{subject}> <{predicate}> <{named}> .\n"
        )
        if line in graph.lines:
            return self.size
        graph.lines[line] = None
        self.size += len(line)
        if named is not None:
            text: str | None = iri_text(subject, predicate, named)
        else:
            text = self._literal(subject, predicate, value)  # type: ignore[arg-type]
        if text is None:
            graph.open.append(json.dumps([subject, predicate, value.value, value.datatype.value]) + "\n")  # type: ignore[union-attr]
            self.open += 1
        else:
            graph.digest = graph.digest.plus(*self.forms.numbers(text))
        return self.size

    def flush(self) -> None:
        """Give away what waits."""
        for iri, graph in self.graphs.items():
            if graph.lines:
                self.sink("batch", iri, len(graph.lines), "".join(graph.lines).encode())
            if graph.open:
                self.sink("open", iri, len(graph.open), "".join(graph.open).encode())
            graph.lines, graph.open = {}, []
        self.size = self.open = 0

    def _literal(self, subject: str, predicate: str, value: Literal) -> str | None:
        datatype = value.datatype.value
        if value.language:
            return literal_text(subject, predicate, value.value, value.language, datatype)
        form = self.forms.of(value.value, datatype)
        return form and literal_text(subject, predicate, form[0], None, form[1])

    def _node(self, term: object) -> str:
        if isinstance(term, NamedNode):
            return term.value
        if isinstance(term, BlankNode):
            return f"{GENID}{self.name}/{self.numbers.of(term.value)}"
        raise RdfSyntaxError(self.name, "A triple stands inside a triple.", "Only RDF 1.1 can be pushed.")


class _Numbers:
    """A number for each blank node, in the order of first sight; many of them are kept on disk."""

    def __init__(self) -> None:
        self.count = 0
        self._near: dict[str, int] = {}
        self._far: Connection | None = None

    def of(self, label: str) -> int:
        """The number of the blank node with this label."""
        found = self._near.get(label) or self._kept(label)
        if found:
            return found
        if len(self._near) >= _MANY:
            self._spill()
        self.count += 1
        self._near[label] = self.count
        return self.count

    def _kept(self, label: str) -> int:
        if self._far is None:
            return 0
        row = self._far.execute("SELECT number FROM node WHERE label = ?", [label]).fetchone()
        return int(row[0]) if row else 0

    def _spill(self) -> None:
        if self._far is None:
            import sqlite3

            self._far = sqlite3.connect("")  # a file of its own, which goes with the connection
            self._far.execute("CREATE TABLE node (label TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")
        self._far.executemany("INSERT INTO node VALUES (?, ?)", self._near.items())
        self._near.clear()
