"""Resources and facts by IRI, each read when it is asked for; only the IRIs of pages are held."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from heapq import merge

from pyoxigraph import NamedNode

from aa_ld.fact import Fact, read_facts
from aa_ld.names import Names
from aa_ld.publish.resources import KINDS, Resource, folder_of, path_of
from aa_ld.publish.statements import Statements
from aa_ld.store import Layers
from aa_ld.vocab import BASE

#: Facts, and resources, that are held at a time.
_HELD = 1024

_GROUNDS = (NamedNode(BASE + "evidence"), NamedNode(BASE + "rule"))
_POLARITY, _NEGATIVE, _BETWEEN = (NamedNode(BASE + name) for name in ("polarity", "Negative", "between"))


class Resources(Mapping[str, Resource]):
    """Everything that has a page, in the order of IRIs; `beside` are those that stand in no layer."""

    def __init__(
        self, layers: Layers, statements: Statements, names: Names, beside: Mapping[str, Resource]
    ) -> None:
        self._statements, self._names, self._beside = statements, names, beside
        spoken_of = statements.subjects()
        self._of_files = {iri: each for iri, each in beside.items() if iri not in spoken_of}
        self._graphs = {
            g.value for g in layers.graphs if next(layers.store.quads_for_pattern(None, None, None, g), None)
        }
        self._iris = sorted(spoken_of | self._graphs | beside.keys())
        self.read = lru_cache(_HELD)(self._read)

    def __iter__(self) -> Iterator[str]:
        return iter(self._iris)

    def __len__(self) -> int:
        return len(self._iris)

    def __contains__(self, iri: object) -> bool:
        if not isinstance(iri, str):
            return False
        at = bisect_left(self._iris, iri)
        return at < len(self._iris) and self._iris[at] == iri

    def __getitem__(self, iri: str) -> Resource:
        if iri not in self:
            raise KeyError(iri)
        return self.read(iri)

    def _read(self, iri: str) -> Resource:
        own = self._beside.get(iri)
        parts = own.parts if own else self._statements.parts(iri)
        triples = [triple for each in (iri, *parts) for triple in self._statements.triples(each)]
        if own:  # with its blank nodes, and in the order of its file
            told = set(own.triples)
            triples = [*(triple for triple in triples if triple not in told), *own.triples]
        return Resource(iri, self.kind(iri), path_of(iri), self.label(iri), triples, parts)

    def is_layer(self, iri: str) -> bool:
        """Whether an IRI is that of a layer that holds something."""
        return iri in self._graphs

    def kind(self, iri: str) -> str:
        """What kind of thing an IRI is that has a page."""
        if iri in self._of_files:
            return self._of_files[iri].kind
        return "graph" if iri in self._graphs else KINDS[folder_of(iri)]

    def label(self, iri: str) -> str:
        """The name of an IRI that has a page, for people."""
        if iri in self._of_files:
            return self._of_files[iri].label
        return f"layer {iri.rpartition('/')[2]}" if iri in self._graphs else self._names.label(iri)

    def of(self, *kinds: str) -> Iterator[str]:
        """The IRIs of some kinds, in order."""
        return (iri for iri in self._iris if self.kind(iri) in kinds)

    def starting_with(self, text: str) -> str | None:
        """The IRI that starts so, if one alone does."""
        at = bisect_left(self._iris, text)
        found = [iri for iri in self._iris[at : at + 2] if iri.startswith(text)]
        return found[0] if len(found) == 1 else None


class Facts(Mapping[str, Fact]):
    """Every fact of opened layers, stated or derived, in the order of IRIs.

    elsewhere  the IRIs of facts that have no page of ours, as they are in the namespace of a user
    """

    def __init__(self, layers: Layers, resources: Resources) -> None:
        self._layers, self._resources = layers, resources
        self.read = lru_cache(_HELD)(self._read)
        self.elsewhere = sorted({
            quad.subject.value for ground in _GROUNDS for quad in layers.store.quads_for_pattern(None, ground, None)
            if isinstance(quad.subject, NamedNode) and quad.subject.value not in resources
        })  # fmt: skip

    def __iter__(self) -> Iterator[str]:
        return merge(filter(self.__contains__, self._resources), self.elsewhere)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, iri: object) -> bool:
        return isinstance(iri, str) and (self.is_derived(iri) or self._has(iri, _GROUNDS[0]))

    def __getitem__(self, iri: str) -> Fact:
        return self.read(iri)

    def _read(self, iri: str) -> Fact:
        for fact in read_facts(self._layers, [iri]) if iri in self else ():
            return fact
        raise KeyError(iri)

    def is_derived(self, iri: str) -> bool:
        """Whether a fact follows by a rule."""
        return self._has(iri, _GROUNDS[1])

    def is_marked(self, iri: str) -> bool:
        """Whether a fact says no, or stands in a conflict, so that a page that shows the first of many shows it."""
        node = NamedNode(iri)
        if next(self._layers.store.quads_for_pattern(node, _POLARITY, _NEGATIVE), None) is not None:
            return True
        return next(self._layers.store.quads_for_pattern(None, _BETWEEN, node), None) is not None

    def _has(self, iri: str, ground: NamedNode) -> bool:
        try:
            node = NamedNode(iri)
        except ValueError:  # a value that is no IRI
            return False
        return next(self._layers.store.quads_for_pattern(node, ground, None), None) is not None
