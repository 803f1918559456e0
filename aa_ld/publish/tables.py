"""The facts as one table for curators, told some at a time, and those that it cannot tell.

Each lot is read back before it is taken. What only facts of different lots
could break is looked for before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import islice
from typing import NamedTuple

from aa_ld.curation.columns import COLUMNS
from aa_ld.curation.exporting import Exporter
from aa_ld.curation.table import MOST_ROWS, write_further
from aa_ld.errors import NotTabularError
from aa_ld.in_order import InOrder
from aa_ld.publish.spool import Spool
from aa_ld.store import Layers
from aa_ld.vocab import compact

_AT_ONCE = 400  # facts that are told together
_ROWS = 200  # rows that are written together

Row = dict[str, str]


class FactsTable(NamedTuple):
    """The table, the list of facts that it cannot tell, each with the reason, and how many these are."""

    table: Spool
    left_out: Spool
    missing: int


def facts_table(layers: Layers, facts: Callable[[], Iterable[str]]) -> FactsTable:
    """The facts that `facts` gives by IRI as a table that reads back as the very same triples.

    >>> from aa_ld import load
    >>> kb = load("review")
    >>> found = facts_table(kb.layers, lambda: [fact.iri for fact in kb.facts(certainty="possible")])
    >>> found.table.first.split()[:3], found.missing
    ([b'fact', b'id', b'class'], 0)
    """
    with closing(Exporter(layers)) as exporter:
        telling = _Telling(exporter, MOST_ROWS - exporter.most_uncovered())
        clashing = exporter.clashing(facts())
        for iri, why in clashing.items():
            telling.leave_out(iri, why)
        waiting = (iri for iri in facts() if iri not in clashing)
        while lot := list(islice(waiting, _AT_ONCE)):
            telling.tell(lot)
        return telling.told()


class _Telling:
    """Rows that wait until all columns are known."""

    def __init__(self, exporter: Exporter, most: int) -> None:
        self._exporter, self._most = exporter, most
        self._rows, self._count = Spool(), 0
        self._filled: set[str] = set()
        self._texts: dict[str, str] = {}
        self._left_out, self._missing = InOrder(), 0

    def leave_out(self, iri: str, why: str) -> None:
        """Put a fact down as one that the table cannot tell."""
        self._left_out.add(f"{compact(iri)}\t{' '.join(why.split())}".encode())
        self._missing += 1

    def tell(self, facts: list[str]) -> None:
        """Take the rows of facts, less those that cannot be told."""
        rows, texts, left_out = self._rows_of(facts)
        if self._count + len(rows) > self._most:
            left_out |= dict.fromkeys(facts, f"A table has at most {MOST_ROWS:,} rows.")
            rows, texts = [], {}
        for iri, why in left_out.items():
            self.leave_out(iri, why)
        self._texts |= texts
        self._hold(rows)

    def _rows_of(self, facts: list[str]) -> tuple[list[Row], dict[str, str], dict[str, str]]:
        """The rows of facts, their texts, and those that cannot be told, found by halves, each with the reason."""
        if not facts:
            return [], {}, {}
        try:
            return (*self._exporter.rows(facts), {})
        except NotTabularError as error:
            half = len(facts) // 2
            parts = [facts[:half], facts[half:]] if half else []
            left_out = {iri: why for part in parts for iri, why in self._rows_of(part)[2].items()}
            # Where each half can be told and both together cannot, one of them has to go.
            left_out = left_out or dict.fromkeys(facts[half:], error.what)
            rows, texts, more = self._rows_of([iri for iri in facts if iri not in left_out])
            return rows, texts, {**left_out, **more}

    def _hold(self, rows: list[Row]) -> None:
        self._count += len(rows)
        for row in rows:
            self._filled.update(name for name, value in row.items() if value)
        self._rows.write("".join(json.dumps(row) + "\n" for row in rows).encode())

    def told(self) -> FactsTable:
        """The table with its head, and what is not in it."""
        self._hold(self._exporter.uncovered(self._texts))
        columns = [name for name in COLUMNS if name in self._filled]
        rows = (json.loads(line) for line in self._rows.lines())
        table, left_out = Spool(), Spool.of([b"fact\treason\n"])
        if self._count:
            table.write(write_further([dict(zip(columns, columns, strict=True))], columns).encode())
        while part := list(islice(rows, _ROWS)):
            table.write(write_further(part, columns).encode())
        self._rows.close()
        for line in self._left_out:
            left_out.write(line + b"\n")
        return FactsTable(table, left_out, self._missing)
