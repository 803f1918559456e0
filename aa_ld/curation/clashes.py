"""What only facts of different lots could break in a table, looked for before it is told.

A reader knows facts, cohorts and publications of a table by names, does not
tell capital letters from small ones in these, and takes what the table names
before what is loaded. So a name must belong to one fact, and no cell may hold
a name that the table gives to something else than the cell means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from aa_ld.curation.cells import Cells, Value, parts
from aa_ld.curation.columns import COLUMNS, PLAIN, Column
from aa_ld.in_order import InOrder
from aa_ld.store import Layers, value_of
from aa_ld.vocab import BASE, IDENTIFIER, PREFIXES, RDF_TYPE, compact, printable

_LABEL, _SYNONYM = PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "altLabel"
_NAME, _EVIDENCE = "name", "line of evidence"
_AT_ONCE = 400  # facts after which cells may forget what they looked up

#: What a name can belong to, in the order in which one of them keeps it, and last a cell in which it stands.
_PUBLICATION, _COHORT, _FACT, _CELL = range(4)
_KINDS = {BASE + "Publication": _PUBLICATION, BASE + "Cohort": _COHORT, BASE + "Fact": _FACT}

#: Columns of a fact in which a term is looked up.
_LOOKED_UP = [COLUMNS[name] for name in PLAIN if COLUMNS[name].form in ("term", "fact")]

Said = dict[str, list[Value]]


class _Key(NamedTuple):
    """A name, or a line of evidence, and where it stands.

    what   "name" or "line of evidence"
    key    the name, in small letters, or the IRI of the line
    place  what it belongs to, or that it stands in a cell
    iri    what it belongs to; in a cell, what it means there, empty for words
    fact   the fact that says it
    column the column of a cell
    kinds  places of which a cell takes a name from the table; of all where there are none
    """

    what: str
    key: str
    place: int
    iri: str
    fact: str = ""
    column: str = ""
    kinds: tuple[int, ...] = ()


def clashing(layers: Layers, cells: Cells, facts: Iterable[str]) -> dict[str, str]:
    """The facts, by IRI, that cannot stand in one table with the others, each with the reason.

    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> clashing(layers, Cells(layers), [PREFIXES["fact"] + "serum-interleukin-4-raised"])
    {}
    """
    keys = InOrder(json.dumps(each).encode() for each in _keys(layers, cells, iter(facts)))
    found: dict[str, str] = {}
    told = (_Key(*json.loads(line)) for line in keys)
    for _, same in groupby(told, key=lambda each: (each.what, each.key)):
        _put_apart(same, found)
    return found


def _put_apart(same: Iterable[_Key], found: dict[str, str]) -> None:
    """Go through all places of one name, owners first; the first owner keeps it."""
    owners: dict[str, int] = {}
    for each in same:
        if each.place == _CELL:
            _see_cell(each, owners, found)
        elif each.place == _FACT and owners and each.iri not in owners:
            why = f"A table would take its {each.what} for one of {compact(next(iter(owners)))}."
            found.setdefault(each.iri, why)
        else:
            owners.setdefault(each.iri, each.place)


def _see_cell(cell: _Key, owners: dict[str, int], found: dict[str, str]) -> None:
    """Leave out a fact of which the name means something else in a cell; what many share stays, and the cell goes."""
    for owner, place in list(owners.items()):
        if owner == cell.iri or (cell.kinds and place not in cell.kinds):
            continue
        if place == _FACT:
            del owners[owner]
            where = f"the {cell.column} of {compact(cell.fact)}"
            why = (
                f"A table would take {where} for this fact, as “{printable(cell.key, 80)}” is its name, too."
            )
            found.setdefault(owner, why)
        else:
            why = f"A table would take its {cell.column} for {compact(owner)}, which has the same name."
            found.setdefault(cell.fact, why)


def _keys(layers: Layers, cells: Cells, facts: Iterator[str]) -> Iterator[_Key]:
    yield from _of_publications(layers)
    while lot := list(islice(facts, _AT_ONCE)):
        cells = cells.anew()
        for iri in lot:
            yield from _of_fact(layers, cells, iri)


def _of_publications(layers: Layers) -> Iterator[_Key]:
    for quad in layers.store.quads_for_pattern(None, NamedNode(RDF_TYPE), NamedNode(BASE + "Publication")):
        if isinstance(quad.subject, NamedNode):
            iri, said = quad.subject.value, _said(layers, quad.subject.value)
            called = (value_of(each) for name in (_LABEL, _SYNONYM) for each in said.get(name, ()))
            yield from _named((compact(iri), *called), _PUBLICATION, iri)


def _of_fact(layers: Layers, cells: Cells, iri: str) -> Iterator[_Key]:
    said = _said(layers, iri)
    identifiers = map(value_of, said.get(IDENTIFIER, ()))
    yield from _named((compact(iri), iri, f"<{iri}>", *identifiers), _FACT, iri, iri)
    for line in said.get(BASE + "evidence", ()):
        yield _Key(_EVIDENCE, value_of(line), _FACT, iri, iri)
    predicate = next(map(value_of, said.get(BASE + "predicate", ())), "")
    for column in _LOOKED_UP:
        for value in said.get(BASE + column.name, ()):
            of_cohort = _said(layers, value.value) if column.name == "cohort" else {}
            if NamedNode(BASE + "Cohort") in of_cohort.get(RDF_TYPE, ()):
                yield from _of_cohort(cells, value.value, of_cohort, iri)
            else:
                yield from _of_cell(cells, column, value, iri, predicate)


def _of_cohort(cells: Cells, iri: str, said: Said, fact: str) -> Iterator[_Key]:
    """A cohort that the row of a fact declares."""
    yield from _named((compact(iri), *map(value_of, said.get(_LABEL, ()))), _COHORT, iri, fact)
    for value in said.get(BASE + "mayOverlap", ()):
        yield from _of_cell(cells, COLUMNS["cohortOverlaps"], value, fact)


def _of_cell(cells: Cells, column: Column, value: Value, fact: str, predicate: str = "") -> Iterator[_Key]:
    """The words of a cell, where the table itself may name what they mean."""
    kinds = cells.kinds(column, predicate)
    places = tuple(_KINDS[kind] for kind in kinds if kind in _KINDS)
    if kinds and not places:
        return
    meant = value.value if isinstance(value, NamedNode) else ""
    for text in parts(column, cells.show(column, [value], predicate)):
        if meant or not text.startswith('"'):
            yield _Key(_NAME, text.casefold(), _CELL, meant, fact, column.name, places)


def _named(names: Iterable[str], place: int, iri: str, fact: str = "") -> Iterator[_Key]:
    for name in dict.fromkeys(each.casefold() for each in names):
        yield _Key(_NAME, name, place, iri, fact)


def _said(layers: Layers, iri: str) -> Said:
    found: Said = {}
    for quad in layers.store.quads_for_pattern(NamedNode(iri), None, None):
        if isinstance(quad.object, NamedNode | Literal):
            found.setdefault(quad.predicate.value, []).append(quad.object)
    return found
