"""Any number of facts in little room: how many there are, and the first of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from heapq import nsmallest
from operator import itemgetter
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode

from aa_ld.fact import Fact
from aa_ld.names import Names
from aa_ld.publish.lookups import Facts, Resources
from aa_ld.store import Layers
from aa_ld.vocab import BASE, PREFIXES

#: Facts that a page shows of what may be any number of them.
MOST = 500

_EVIDENCE, _PUBLICATION = NamedNode(BASE + "evidence"), NamedNode(BASE + "publication")
_ISSUED = NamedNode(PREFIXES["dcterms"] + "issued")


class Few(NamedTuple):
    """Facts, as many as a page shows.

    total   how many there are in all
    shown   the first of them by identifier; where these are not all, what says no or is in conflict comes first
    marked  how many of all say no or are in conflict
    """

    total: int
    shown: list[Fact]
    marked: int = 0


class First:
    """The first of facts that are added one by one."""

    def __init__(self, facts: Facts, names: Names) -> None:
        self._facts, self._names = facts, names
        self._count = self._marked = 0
        self._rows: list[tuple[bool, str, str]] = []

    def add(self, iri: str) -> None:
        """Count a fact, and keep it if it may be among the first."""
        marked = self._facts.is_marked(iri)
        self._count += 1
        self._marked += marked
        self._rows.append((not marked, self._names.identifier(iri) or "~", iri))
        if len(self._rows) > 4 * MOST:
            self._rows = nsmallest(MOST, self._rows)

    def few(self) -> Few:
        """What was added."""
        first = nsmallest(MOST, self._rows)
        if len(first) == self._count:
            first.sort(key=itemgetter(1, 2))
        return Few(self._count, [self._facts[iri] for _, _, iri in first], self._marked)


class Tally(NamedTuple):
    """Where facts come from.

    stated     how many facts sources state
    read_from  publication to the number of facts that are read from it
    years      year in which a publication came out to the facts from then
    """

    stated: int
    read_from: Counter[str]
    years: dict[str, Few]


def tally(layers: Layers, facts: Facts, resources: Resources, names: Names) -> Tally:
    """Count facts by publication and by year."""
    stated, read_from, years = 0, Counter[str](), dict[str, First]()
    issued: dict[str, str] = {}
    for iri in facts:
        stated += not facts.is_derived(iri)
        publications = set(_values(layers, NamedNode(iri), _EVIDENCE, _PUBLICATION))
        read_from.update(publications)
        for each in publications - issued.keys():
            known = each in resources and resources.kind(each) == "publication"
            found = _values(layers, NamedNode(each), _ISSUED) if known else ()
            issued[each] = (min(found, default="")[:4] or "no date recorded") if known else ""
        for year in {issued[each] for each in publications} - {""}:
            years.setdefault(year, First(facts, names)).add(iri)
    return Tally(stated, read_from, {year: first.few() for year, first in years.items()})


def _values(layers: Layers, node: NamedNode | BlankNode, *way: NamedNode) -> Iterator[str]:
    """What a way of properties leads to from a node."""
    for quad in layers.store.quads_for_pattern(node, way[0], None):
        if len(way) == 1:
            if isinstance(quad.object, NamedNode | Literal):
                yield quad.object.value
        elif isinstance(quad.object, NamedNode | BlankNode):
            yield from _values(layers, quad.object, *way[1:])
