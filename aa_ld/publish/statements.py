"""What is said of an IRI, and what leads to it: read from opened layers when a page asks for it, and never held as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from operator import itemgetter

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from aa_ld.merging import nodes
from aa_ld.publish.resources import KINDS, PARTS, folder_of
from aa_ld.store import Layers
from aa_ld.vocab import BASE

Term = NamedNode | BlankNode | Literal

#: IRIs of which what is said is held at a time.
_HELD = 2048


class Statements:
    """Opened layers, and triples that stand in no layer, by subject and by object.

    Triples come in an order that does not depend on chance: layer by layer, by
    what they say. Blank nodes have the names of what they say, as in a merge;
    triples with blank nodes are the only ones that are held.

    >>> from aa_ld.store import open_layers
    >>> statements = Statements(open_layers(), [])
    >>> [value.value for value in statements.said(BASE + "InterferonGamma")["http://www.w3.org/2000/01/rdf-schema#label"]]
    ['interferon gamma']
    """

    def __init__(self, layers: Layers, beside: Iterable[Triple]) -> None:
        self._store = layers.store
        graphs = sorted(layers.graphs, key=str)
        self._order: dict[object, int] = {graph: number for number, graph in enumerate(graphs)}
        self._beside: dict[str, list[Triple]] = defaultdict(list)
        self._onto: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for triple in beside:
            if isinstance(triple.subject, NamedNode):
                self._beside[triple.subject.value].append(triple)
                if isinstance(triple.object, NamedNode):
                    self._onto[triple.object.value].append((triple.predicate.value, triple.subject.value))
        self._knots: dict[Term, list[Triple]] = defaultdict(list)
        self._tied: dict[str, list[tuple[int, str, Triple]]] = defaultdict(list)
        for graph in graphs:
            self._read_blank_nodes(graph)
        self._own = lru_cache(_HELD)(self._read)
        self.said = lru_cache(_HELD)(self._sorted_out)
        self.owner = lru_cache(_HELD)(self._owner)

    def _read_blank_nodes(self, graph: NamedNode) -> None:
        held = [
            quad.triple
            for quad in self._store.quads_for_pattern(None, None, None, graph)
            if isinstance(quad.object, BlankNode) or isinstance(quad.subject, BlankNode)
        ]
        lines = (serialize(held, format=RdfFormat.N_TRIPLES) or b"").splitlines()
        rows = nodes.named((s, p, o[:-2]) for s, p, o in (line.split(b" ", 2) for line in lines))
        text = b"".join(b" ".join((*row, b".\n")) for row in sorted(rows))
        for quad in parse(text, RdfFormat.N_TRIPLES):
            triple = quad.triple
            if isinstance(triple.subject, NamedNode):
                self._tied[triple.subject.value].append((self._order[graph], str(triple), triple))
            else:
                self._knots[triple.subject].append(triple)

    def subjects(self) -> set[str]:
        """The IRIs of ours that may have a page, and that a layer says something of."""
        found: set[str] = set()
        last = None
        for quad in self._store.quads_for_pattern(None, None, None):
            subject = quad.subject
            if subject == last or not isinstance(subject, NamedNode):
                continue
            last = subject
            iri = subject.value
            if iri.startswith(BASE) and iri != BASE and folder_of(iri) in KINDS:
                found.add(iri)
        return found

    def triples(self, iri: str) -> list[Triple]:
        """What is said of an IRI, each triple with those of the blank nodes that hang on it."""
        return [each for triple in self._own(iri) for each in self._with_below(triple)]

    def _read(self, iri: str) -> list[Triple]:
        order = self._order
        found = [
            (order[quad.graph_name], str(triple), triple)
            for quad in self._quads(subject=iri)
            for triple in [quad.triple]
            if not isinstance(triple.object, BlankNode)
        ]
        found += self._tied.get(iri, ())
        found.sort(key=_layer_and_line)
        return list(dict.fromkeys([*(triple for _, _, triple in found), *self._beside.get(iri, ())]))

    def _with_below(self, triple: Triple) -> Iterator[Triple]:
        waiting, seen = [triple], set()
        while waiting:
            each = waiting.pop()
            yield each
            if isinstance(each.object, BlankNode) and each.object not in seen:
                seen.add(each.object)
                waiting.extend(self._knots[each.object])

    def _sorted_out(self, iri: str) -> Mapping[str, list[Term]]:
        """Property to values; nothing for an IRI of which nothing is said."""
        found: dict[str, list[Term]] = {}
        for triple in self._own(iri):
            found.setdefault(triple.predicate.value, []).append(triple.object)  # type: ignore[arg-type]
        return found

    def leading(self, iri: str, predicate: str | None = None) -> Iterator[tuple[str, str]]:
        """The properties that lead to an IRI, each with an IRI that has it; every pair once."""
        for quad in self._quads(predicate=predicate, value=iri):
            if isinstance(quad.subject, NamedNode) and self._is_first(quad):
                yield quad.predicate.value, quad.subject.value
        for found in dict.fromkeys(self._onto.get(iri, ())):
            if predicate in {None, found[0]}:
                yield found

    def _quads(
        self, subject: str | None = None, predicate: str | None = None, value: str | None = None
    ) -> Iterator[Quad]:
        """What some IRIs stand in; nothing for a text that is none, as where a line of evidence lacks its publication."""
        try:
            wanted = [None if iri is None else NamedNode(iri) for iri in (subject, predicate, value)]
        except ValueError:
            return iter(())
        return self._store.quads_for_pattern(*wanted)

    def _is_first(self, quad: Quad) -> bool:
        """Whether no layer before says the same."""
        same = self._store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        return min(self._order[each.graph_name] for each in same) == self._order[quad.graph_name]

    def between(self, subject: str, value: str) -> Iterator[str]:
        """The properties by which one IRI leads to another."""
        return (quad.predicate.value for quad in self._quads(subject=subject, value=value))

    def having(self, predicate: str, value: str) -> list[str]:
        """The IRIs that have a plain text as a value, sorted."""
        found = self._store.quads_for_pattern(None, NamedNode(predicate), Literal(value), None)
        return sorted({quad.subject.value for quad in found if isinstance(quad.subject, NamedNode)})

    def oddly(self, predicate: str) -> set[str]:
        """The IRIs that have a text in a language, or of another kind, as a value."""
        found = self._store.quads_for_pattern(None, NamedNode(predicate), None, None)
        literals = (q for q in found if isinstance(q.object, Literal) and q.object != Literal(q.object.value))
        return {quad.subject.value for quad in literals if isinstance(quad.subject, NamedNode)}

    def parts(self, iri: str) -> tuple[str, ...]:
        """What has no page of its own and is told with an IRI, by IRI."""
        found, waiting = set(), [iri]
        while waiting:
            for triple in self._own(waiting.pop()):
                part = triple.object.value if isinstance(triple.object, NamedNode) else ""
                if folder_of(part) in PARTS and part not in found and self.owner(part) == iri:
                    found.add(part)
                    waiting.append(part)
        return tuple(sorted(found))

    def _owner(self, part: str) -> str | None:
        """The IRI that a part is told with: the one that points to it, and by way of other parts; None where none does."""
        if not part.startswith(BASE) or not self.said(part):
            return None
        level, seen = [part], {part}
        while level:
            below: list[str] = []
            for each in level:
                pointing = {subject for _, subject in self.leading(each)}
                owner = min((iri for iri in pointing if folder_of(iri) not in PARTS), default=None)
                if owner is not None:
                    return owner
                below += sorted(pointing - seen)
                seen |= pointing
            level = below
        return None


_layer_and_line = itemgetter(0, 1)
