"""What is wrong with a table: where, what, what is nearest, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aa_ld.errors import TableError

#: So many kinds of faults, and rows of one kind, are told; the others are counted.
_MOST_KINDS, _MOST_ROWS = 50, 8


class Fault(NamedTuple):
    """One place of a table that has to change.

    row      the number of the row as a spreadsheet shows it, 0 for the whole table
    column   the name of the column, empty for the whole row
    what     one sentence that says what is wrong
    remedy   one sentence that says what to do
    nearest  values that may have been meant, best first
    """

    row: int
    column: str
    what: str
    remedy: str
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        return _told([self])


def table_error(where: str, faults: Iterable[Fault]) -> TableError:
    """The error for a table with faults; what is wrong in the same way in several rows is told once.

    >>> print(table_error("x.tsv", [Fault(2, "object", "No such term.", "Correct it.", ("interleukin-4",))]))
    TableError: x.tsv
      row 2, column object: No such term. Nearest: interleukin-4.
        Correct it.
      Nothing of this table was taken.   (docs: errors.md#table)
    """
    found = sorted(set(faults))
    alike: dict[tuple[object, ...], list[Fault]] = {}
    for fault in found:
        alike.setdefault(fault[1:], []).append(fault)
    told = [_told(group) for group in list(alike.values())[:_MOST_KINDS]]
    if len(alike) > _MOST_KINDS:
        told.append(f"… and {len(alike) - _MOST_KINDS} more.")
    return TableError(where, "\n  ".join(told), "Nothing of this table was taken.", found)


def _told(faults: Sequence[Fault]) -> str:
    first = faults[0]
    numbers = ", ".join(str(fault.row) for fault in faults[:_MOST_ROWS])
    more = f" and {len(faults) - _MOST_ROWS} more" if len(faults) > _MOST_ROWS else ""
    row = f"row{'s' if len(faults) > 1 else ''} {numbers}{more}" if first.row else ""
    place = ", ".join(filter(None, (row, first.column and f"column {first.column}")))
    near = f" Nearest: {', '.join(first.nearest)}." if first.nearest else ""
    return f"{place}{': ' if place else ''}{first.what}{near}\n    {first.remedy}"
