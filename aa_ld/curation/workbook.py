"""Workbooks (.xlsx): the first sheet as lines of cells, and lines as a workbook; openpyxl is at home here only.

A workbook is a packed folder of XML. Before any of it is parsed its size
unpacked is added up, and a part with a DOCTYPE is refused, so that nothing
unfolds. Formulas are not computed, and what a spreadsheet shows in another form
than it keeps (a date, a percentage) is not guessed at.
"""

from __future__ import annotations

import io
import os
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aa_ld.curation.escapes import Flaw, guarded
from aa_ld.curation.table import Sheet, broken
from aa_ld.errors import MissingExtraError, MissingFileError, NotAFileError, NotTabularError, TableError
from aa_ld.vocab import printable

#: Most bytes that a workbook may have, and may unpack to.
MOST_BYTES = 512 << 20

#: Most characters that a spreadsheet keeps in a cell.
LONGEST = 32_767

_BLOCK, _OVERLAP = 1 << 20, 200
_MERGED = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([^\"']*)[\"']")
_CORNER = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")

#: Ways to show a number that keep it as it is.
_AS_IT_IS = ("General", "@", "0")

_AS_TEXT = "Format the column as text, and write the words once more."


def read_sheet(name: str) -> Sheet:
    """The first sheet of a workbook, its cells line by line as they are asked for.

    Raises MissingExtraError without openpyxl, MissingFileError and NotAFileError
    for the path, TableError where the file is no workbook or unpacks too far.
    """
    openpyxl = _openpyxl(name)
    data = _bytes(name)
    merged_in = _scanned(name, data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions of a workbook that have no bearing on its cells
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            path = sheet._worksheet_path.lstrip("/")  # no public name: which part this sheet is
        except Exception as error:  # openpyxl lets whatever its parsers raise come through
            raise _unreadable(name, error) from None
    return Sheet(name, _lines(name, sheet), merged=[_corner(ref) for ref in merged_in.get(path, [])])


def write_book(lines: Iterable[Sequence[str]], columns: Mapping[str, str]) -> bytes:
    """Lines of cells as a workbook: all cells text, the first row kept in sight, a second sheet on the columns.

    columns  name of a column to what it holds

    Raises MissingExtraError without openpyxl, NotTabularError where a cell is
    longer than a spreadsheet keeps.
    """
    openpyxl = _openpyxl("export")
    book = openpyxl.Workbook(write_only=True)
    facts, about = book.create_sheet("facts"), book.create_sheet("columns")
    facts.freeze_panes = about.freeze_panes = "A2"
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 20, 100
    for number, line in enumerate(lines):
        facts.append(_written(openpyxl, facts, line, bold=number == 0))
    about.append(_written(openpyxl, about, ("column", "holds"), bold=True))
    for pair in columns.items():
        about.append(_written(openpyxl, about, pair))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _written(openpyxl: Any, sheet: Any, line: Sequence[str], bold: bool = False) -> list[Any]:
    cells = []
    for value in line:
        if len(value) > LONGEST:
            what = (
                f"A cell of a workbook keeps {LONGEST:,} characters, and “{value[:40]}…” has {len(value):,}."
            )
            raise NotTabularError("export", what, "Export with --format tsv or ttl.")
        cell = openpyxl.cell.WriteOnlyCell(sheet)
        cell.value, cell.number_format = value or None, "@"
        cell.data_type = "s"  # else words like =1 become a formula
        if bold:
            cell.font = openpyxl.styles.Font(bold=True)
        cells.append(cell)
    return cells


def _openpyxl(where: str) -> Any:
    try:
        import openpyxl
        import openpyxl.cell
        import openpyxl.styles
    except ImportError:
        raise MissingExtraError(
            printable(where, 300),
            "Workbooks need openpyxl, which is not installed.",
            'Install it: pip install "aa-ld[xlsx]"; or use tab-separated text.',
        ) from None
    return openpyxl


def _lines(name: str, sheet: Any) -> Iterator[Sequence[str | Flaw]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for line in sheet.iter_rows():
                yield [_cell(cell) for cell in line]
        except Exception as error:
            raise _unreadable(name, error) from None


def _cell(cell: Any) -> str | Flaw:
    """The words of a cell, or why they cannot be told."""
    value, kind = cell.value, cell.data_type
    if value is None:
        return ""
    if kind == "f":
        formula = printable(str(getattr(value, "text", value)), 40)
        return Flaw(f"The cell holds a formula ({formula}).", "Put there what it comes to, as text.")
    if kind == "e":
        return Flaw(f"The cell holds an error ({printable(str(value), 40)}).", "Put words there, or nothing.")
    return guarded(value) if isinstance(value, str) else _number(cell, value)


def _number(cell: Any, value: object) -> str | Flaw:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, int | float):
        return Flaw(f"The spreadsheet keeps a date or a time here ({value}), not words.", _AS_TEXT)
    if cell.number_format not in _AS_IT_IS:
        shown = printable(str(cell.number_format), 40)
        return Flaw(f"The spreadsheet keeps {value} here and shows it another way ({shown}).", _AS_TEXT)
    return str(int(value)) if float(value).is_integer() else str(value)


def _corner(ref: str) -> tuple[int, int, str]:
    """Where a merged range begins: row, place in the row, and the range as it is written."""
    match = _CORNER.match(ref)
    place = 0
    for letter in match[1].upper() if match else "":
        place = place * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) if match else 0, place - 1, printable(ref, 20)


def _scanned(name: str, data: bytes) -> dict[str, list[str]]:
    """Merged ranges by part, of a workbook that unpacks to no more than is allowed and declares no entities."""
    merged: dict[str, list[str]] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for member in packed.infolist():
                with packed.open(member) as part:
                    before = b""
                    while block := part.read(_BLOCK):
                        left -= len(block)
                        if left < 0:
                            raise broken(name, "The workbook unpacks to more than is allowed.")
                        # In UTF-16 each letter has a zero byte beside it.
                        seen = (before + block).replace(b"\0", b"")
                        if b"<!DOCTYPE" in seen.upper():
                            raise broken(
                                name, "The workbook declares XML entities, which no spreadsheet does."
                            )
                        for match in _MERGED.finditer(seen):
                            if match.end() > len(before):
                                merged.setdefault(member.filename, []).append(
                                    match[1].decode("ascii", "replace")
                                )
                        before = seen[-_OVERLAP:]
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError) as error:
        raise broken(name, f"This is no workbook: {printable(str(error), 120)}.") from None
    return merged


def _bytes(name: str) -> bytes:
    if not os.path.isfile(name):
        shown = printable(name, 300)
        if os.path.exists(name):
            raise NotAFileError(shown, "This is a folder or a device, not a file.", "Correct the path.")
        raise MissingFileError(shown, "There is no such file.", "Correct the path.")
    with open(name, "rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise broken(name, "The workbook is larger than is allowed.")
    return data


def _unreadable(name: str, error: Exception) -> TableError:
    said = f"{type(error).__name__}: {printable(str(error), 120)}"
    return broken(name, f"This workbook cannot be read ({said}).")
