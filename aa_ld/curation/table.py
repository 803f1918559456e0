"""Tables as files, tab-separated text or .xlsx workbooks, and the rows of named cells that they hold."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from aa_ld.curation.escapes import Flaw, escaped, unescaped
from aa_ld.curation.faults import Fault, table_error
from aa_ld.errors import EncodingError, TableError, UnknownSyntaxError, nearest
from aa_ld.intake import Path, read_text
from aa_ld.vocab import printable

#: Most rows of a table, as many as a spreadsheet holds, and most characters of a cell.
MOST_ROWS, MOST_CHARACTERS = 1 << 20, 100_000

#: Reading a table ends after so many faults.
MOST_FAULTS = 1000

#: What is told of long work: its name, how much is done, and of how much (0 where nobody knows).
Progress = Callable[[str, int, int], object]

_SAVE = "Save the table as tab-separated text in UTF-8, or as .xlsx."


class Row(NamedTuple):
    """One row: its number as a spreadsheet shows it, and its cells by column, blank ones left out."""

    number: int
    cells: dict[str, str]


class Sheet(NamedTuple):
    """What a file holds, before it is looked at.

    name    what errors call it
    lines   its lines, each cell words or what is wrong with it
    length  how many lines there are, about; 0 where nobody knows
    merged  what is merged into one cell: row, place in the row, and range
    """

    name: str
    lines: Iterable[Sequence[str | Flaw]]
    length: int = 0
    merged: Sequence[tuple[int, int, str]] = ()


def quiet(_stage: str, _done: int, _of: int) -> None:
    """Tell nobody how far the work is."""


def read_table(path: Path, columns: Sequence[str], progress: Progress = quiet) -> list[Row]:
    """The rows of a table whose first row names columns, in any order; blank rows are passed over.

    A name that ends in .xlsx or .xlsm is a workbook, of which the first sheet
    counts; everything else is tab-separated text in UTF-8, with quotes as
    spreadsheets write them. aa_ld.curation.escapes says what a cell may hold.

    Raises TableError with row and column where the first row names a column
    that is none of `columns` or names one twice, where something stands beyond
    the last column, and where a cell cannot be read; MissingExtraError for a
    workbook without openpyxl; UnknownSyntaxError for files of other kinds; and
    the errors of `read_text` for the file.
    """
    name = os.fsdecode(path)
    ending = os.path.splitext(name)[1].lower()
    if ending in (".xlsx", ".xlsm"):
        from aa_ld.curation.workbook import read_sheet

        return _rows(read_sheet(name), columns, progress)
    if ending in (".xls", ".ods", ".numbers", ".rtf"):
        raise UnknownSyntaxError(printable(name), f"A table is not read from {ending}.", _SAVE)
    text = _text(name)
    return _rows(Sheet(name, _lines(name, text), text.count("\n")), columns, progress)


def read_rows(name: str, text: str, columns: Sequence[str]) -> list[Row]:
    """The same from tab-separated text at hand; `name` is what errors call it.

    >>> read_rows("x.tsv", "id\\tclass\\nNF01\\trisk statement\\n", ["id", "class"])
    [Row(number=2, cells={'id': 'NF01', 'class': 'risk statement'})]
    """
    return _rows(Sheet(name, _lines(name, text)), columns)


def write_rows(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> str:
    """Rows as tab-separated text, of the columns those that some row fills.

    >>> write_rows([{"id": "NF01", "note": "=1"}], ["id", "class", "note"])
    "id\\tnote\\nNF01\\t'=1\\n"
    """
    return _written(laid_out(rows, columns))


def write_further(rows: Iterable[Mapping[str, str]], used: Sequence[str]) -> str:
    """Rows as they follow in a text that has these columns.

    >>> write_further([{"id": "NF01", "note": "=1"}], ["id", "class", "note"])
    "NF01\\t\\t'=1\\n"
    """
    return _written([escaped(row.get(name, "")) for name in used] for row in rows)


def _written(lines: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, "excel-tab", lineterminator="\n").writerows(lines)
    return text.getvalue()


def laid_out(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> Iterator[list[str]]:
    """The lines of a table, the first with the columns that some row fills; every cell escaped.

    >>> list(laid_out([{"id": "NF01", "note": "one\\ntwo"}], ["id", "class", "note"]))
    [['id', 'note'], ['NF01', 'one\\\\ntwo']]
    """
    kept = list(rows)
    filled = {name for row in kept for name, value in row.items() if value}
    used = [name for name in columns if name in filled]
    yield used
    for row in kept:
        yield [escaped(row.get(name, "")) for name in used]


def _text(name: str) -> str:
    """The text of a file; bytes that are not UTF-8 come through as signs that no cell may hold."""
    try:
        return read_text(name)
    except UnknownSyntaxError as error:
        if not _is_zip(name):
            raise
        what, remedy = (
            "This is a workbook or another zip archive, not text.",
            "Let the name of a workbook end in .xlsx.",
        )
        raise UnknownSyntaxError(error.where, what, remedy) from None
    except EncodingError:
        with open(name, "rb") as file:
            data = file.read()
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
            raise broken(name, "This is UTF-16 or UTF-32, not UTF-8.", 1) from None
        if data.startswith(b"\x1f\x8b"):
            raise
        return data.decode("utf-8-sig", "surrogateescape")


def _is_zip(name: str) -> bool:
    with open(name, "rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _lines(name: str, text: str) -> Iterator[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), "excel-tab", strict=True)
    number = 0
    limit = csv.field_size_limit(len(text) + 1)  # how long a cell may be is said cell by cell
    try:
        for line in lines:
            number += 1
            yield line
    except csv.Error as error:
        raise broken(name, f"This is no row of a table: {error}.", number + 1) from None
    finally:
        csv.field_size_limit(limit)


def _rows(sheet: Sheet, columns: Sequence[str], progress: Progress = quiet) -> list[Row]:
    lines = iter(sheet.lines)
    faults: list[Fault] = []
    head = _head(next(lines, ()), columns, faults)
    if not head:  # all cells would stand beyond the last column
        raise table_error(sheet.name, faults)
    rows = []
    number = 1
    for number, line in enumerate(islice(lines, MOST_ROWS), 2):
        cells = _cells(number, line, head, faults)
        if cells:
            rows.append(Row(number, cells))
        if len(faults) >= MOST_FAULTS:
            break
        if number % 1000 == 0:
            progress("reading", number, sheet.length)
    if next(lines, None) is not None:
        what = f"The table is read no further: {'so much is wrong' if faults else 'it is so long'}."
        faults.append(Fault(number, "", what, "Correct what is told here, or split it."))
    for first, place, cells_of in sheet.merged:
        what = f"The cells {cells_of} are merged into one."
        column = head[place] if place < len(head) else ""
        faults.append(Fault(first, column, what, "Take them apart, and fill each that is to hold something."))
    if faults:
        raise table_error(sheet.name, faults)
    return rows


def _head(line: Sequence[str | Flaw], columns: Sequence[str], faults: list[Fault]) -> list[str]:
    """The names of the columns; what is wrong with them is added to the faults."""
    head, flawed = [], set()
    for place, value in enumerate(line):
        found = value if isinstance(value, Flaw) else unescaped(value)
        if isinstance(found, Flaw):
            faults.append(Fault(1, "", *found))
            flawed.add(place)
        head.append("" if isinstance(found, Flaw) else found)
    while head and not head[-1] and len(head) - 1 not in flawed:
        head.pop()
    remedy = "Correct the first row; aa-ld import --template lists the columns."
    if not head and not flawed:
        faults.append(Fault(1, "", "The first row names no column.", remedy))
    elif len(head) == 1 and any(sign in head[0] for sign in ",;"):
        faults.append(Fault(1, "", "There are no tabs between the columns.", _SAVE))
        return []
    for place, name in enumerate(head):
        if name in head[:place] and name:
            what = "The column is named twice."
            faults.append(Fault(1, printable(name, 40), what, "Keep one; several values stand in one cell."))
        elif name not in columns and place not in flawed:
            shown = printable(name, 40)
            what = f"There is no column “{shown}”." if name else "A column has no name."
            faults.append(Fault(1, shown, what, remedy, tuple(nearest(name, columns)) if name else ()))
    return head


def _cells(number: int, line: Sequence[str | Flaw], head: list[str], faults: list[Fault]) -> dict[str, str]:
    """The cells of a row that hold something; what is wrong with them is added to the faults."""
    cells = {}
    for place, value in enumerate(line):
        column = head[place] if place < len(head) else ""
        found = _found(value) if value else ""
        if isinstance(found, Flaw):
            faults.append(Fault(number, printable(column, 40), *found))
        elif found and place >= len(head):
            what = f"“{printable(found, 40)}” stands beyond the last column."
            faults.append(Fault(number, "", what, "Name its column in the first row, or take it away."))
        elif found:
            cells[column] = found
    return cells


def _found(value: str | Flaw) -> str | Flaw:
    if isinstance(value, Flaw):
        return value
    if len(value) > MOST_CHARACTERS:
        return Flaw(f"The cell has more than {MOST_CHARACTERS:,} characters.", "Shorten it.")
    return unescaped(value)


def broken(name: str, what: str, row: int = 0) -> TableError:
    """The error for a file that is no table from some row on."""
    return table_error(name, [Fault(row, "", what, _SAVE)])
