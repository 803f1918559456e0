"""Quads into batches of N-Triples, one graph each, without blank nodes, with the digest of every graph.

A batch is a set of triples that say the same wherever and however often they
are loaded: blank nodes are given IRIs first, made of the digest of the file and
of their place in it, so that reading a file twice gives the same.

Specification: https://www.w3.org/TR/rdf11-concepts/#section-skolemization.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, parse

from aa_ld.endpoint.digest import Digest, iri_text, literal_text
from aa_ld.endpoint.forms import Forms
from aa_ld.errors import RdfSyntaxError
from aa_ld.vocab import GENID, PREFIXES

if TYPE_CHECKING:
    from sqlite3 import Connection

#: What takes a record: its kind, the IRI of its graph, the number of its triples, its bytes.
#: Kinds are "batch" (N-Triples) and "open" (lines of JSON: subject, predicate, value, datatype).
Sink = Callable[[str, str, int, bytes], None]

BATCH = 8 << 20  # bytes of a batch, if nothing else is said
_MOST_OPEN = 2_000  # literals of which the server is asked at once
_STRING = PREFIXES["xsd"] + "string"
_MANY = 100_000  # blank nodes whose numbers are held in memory; further ones go to disk

# A line of N-Quads as our own engine writes it, where nothing in it has to be read in another way than it stands.
_PLAIN = re.compile(
    r"<([^>\\]*)> <([^>\\]*)> (?:<([^>\\]*)>|"
    r'"([^"\\]*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>\\]*)>)?)(?: <([^>\\]*)>)? \.'
)


class _Graph:
    """What gathers for one graph until it is a batch."""

    def __init__(self) -> None:
        self.triples = self.first = self.second = 0
        self.lines: dict[str, None] = {}
        self.open: list[str] = []

    def count(self, numbers: tuple[int, int]) -> None:
        """Add a triple's numbers to the digest."""
        self.triples += 1
        self.first += numbers[0]
        self.second += numbers[1]


class Totals(NamedTuple):
    """The digest of each graph, without the triples whose forms only the server knows."""

    digests: dict[str, Digest]
    blank_nodes: int


def batches(  # noqa: PLR0913, PLR0917 - all of them are the matter
    blocks: Iterable[bytes], name: str, default: str, forms: Forms, sink: Sink, most: int = BATCH
) -> Totals:
    """Give batches of quads to `sink`, and the digests at the end.

    blocks   N-Quads, cut wherever a line ends
    name     stands for the file in the IRIs of its blank nodes
    default  the IRI of the graph for triples that name none
    most     bytes of a batch

    Raises RdfSyntaxError for what only RDF 1.2 has.
    """
    gathered = _Gathered(name, default, forms, sink)
    for block in blocks:
        for line in block.decode().split("\n"):
            if line and (gathered.take(line) >= most or gathered.open >= _MOST_OPEN):
                gathered.flush()
    gathered.flush()
    digests = {iri: Digest(each.triples, each.first, each.second) for iri, each in gathered.graphs.items()}
    return Totals(digests, gathered.numbers.count)


class _Gathered:
    """What is on its way into batches."""

    def __init__(self, name: str, default: str, forms: Forms, sink: Sink) -> None:
        self.name, self.default, self.forms, self.sink = name, default, forms, sink
        self.graphs: dict[str, _Graph] = {}
        self.numbers = _Numbers()
        self.size = self.open = 0

    def take(self, line: str) -> int:
        """Take a line of N-Quads; gives the bytes that wait."""
        found = _PLAIN.fullmatch(line)
        if found is None:
            return self._take_parsed(line)
        subject, predicate, named, value, language, datatype, iri = found.groups()
        if iri is not None:
            line = line[: found.start(7) - 1] + "."
        graph = self._graph(iri or self.default)
        if line in graph.lines:
            return self.size
        if named is not None:
            text: str | None = f"{subject} {predicate} {named}"
        elif language is not None:
            text = literal_text(subject, predicate, value, language, "")
        else:
            text = self._literal(graph, subject, predicate, value, datatype or _STRING)
        return self._keep(graph, line, text)

    def _take_parsed(self, line: str) -> int:
        """A line with blank nodes, or with something that is written with a backslash."""
        quad = next(parse(line.encode(), RdfFormat.N_QUADS))
        iri = self.default if isinstance(quad.graph_name, DefaultGraph) else self._node(quad.graph_name)
        graph = self._graph(iri)
        subject, predicate, value = self._node(quad.subject), quad.predicate.value, quad.object
        if isinstance(value, Literal):
            shown, datatype = str(value), value.datatype.value
        else:
            value = self._node(value)
            shown = f"<{value}>"
        line = f"<{subject}> <{predicate}> {shown} ."
        if line in graph.lines:
            return self.size
        if isinstance(value, str):
            text: str | None = iri_text(subject, predicate, value)
        elif value.language:
            text = literal_text(subject, predicate, value.value, value.language, datatype)
        else:
            text = self._literal(graph, subject, predicate, value.value, datatype)
        return self._keep(graph, line, text)

    def _keep(self, graph: _Graph, line: str, text: str | None) -> int:
        graph.lines[line] = None
        if text is not None:
            graph.count(self.forms.numbers(text))
        self.size += len(line) + 1
        return self.size

    def _graph(self, iri: str) -> _Graph:
        graph = self.graphs.get(iri)
        if graph is None:
            graph = self.graphs[iri] = _Graph()
        return graph

    def flush(self) -> None:
        """Give away what waits."""
        for iri, graph in self.graphs.items():
            if graph.lines:
                self.sink("batch", iri, len(graph.lines), ("\n".join(graph.lines) + "\n").encode())
            if graph.open:
                self.sink("open", iri, len(graph.open), "".join(graph.open).encode())
            graph.lines, graph.open = {}, []
        self.size = self.open = 0

    def _literal(self, graph: _Graph, subject: str, predicate: str, value: str, datatype: str) -> str | None:
        """The triple as the server writes it out; None, and open, where only it can say."""
        form = self.forms.of(value, datatype)
        if form is not None:
            return literal_text(subject, predicate, form[0], None, form[1])
        graph.open.append(json.dumps([subject, predicate, value, datatype]) + "\n")
        self.open += 1
        return None

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
