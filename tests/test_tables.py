"""Tables as files: what a cell may hold, tab-separated text and workbooks, and what is hostile in them."""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest
from curated import DOCS, GOOD, NAMES, OTHER, edited, workbook, written
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from aa_ld.cli import main
from aa_ld.curation.escapes import Flaw, escaped, unescaped
from aa_ld.curation.table import MOST_ROWS, read_rows, read_table, write_rows
from aa_ld.curation.workbook import LONGEST, write_book
from aa_ld.errors import (
    EmptyFileError,
    MissingExtraError,
    MissingFileError,
    NotAFileError,
    NotTabularError,
    TableError,
    UnknownSyntaxError,
)

SHEET = "xl/worksheets/sheet1.xml"

# -- what a cell may hold --------------------------------------------------------


@given(st.text())
def test_any_words_survive_in_a_cell(words):
    """Whatever sign, blank, backslash or formula: escaped it reads back as it was, and can be seen."""
    cell = escaped(words)

    assert unescaped(cell) == words
    assert cell == cell.strip()
    assert not any(sign in cell for sign in "\t\r\n\u200f\u2028\0")


@given(st.text("'=+-@ 1.\\;nu"))
def test_no_words_are_a_formula_in_a_cell(words):
    """A spreadsheet sees words, or a number."""
    assert escaped(words)[:1] not in ("=", "@")
    assert unescaped(escaped(words)) == words


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("=1+1", "formula"),
        ("+A1", "formula"),
        ("-A1", "formula"),
        ("@SUM(A1)", "formula"),
        ("one\ntwo", r"line break. Take it away, or write \n"),
        ("one\ttwo", r"tab. Take it away, or write \t"),
        ("a\u200fb", r"U+200F, right-to-left mark. Take it away, or write \u200f"),
        ("a\u202eb", "right-to-left override"),
        ("a\u2066b", "left-to-right isolate"),
        ("a\u200bb", "zero width space"),
        ("a\u00adb", "soft hyphen"),
        ("a\x07b", "control sign"),
        ("a\udcb3b", "not UTF-8: byte 0xb3"),
        ("a\ufffdb", "lost"),
        ("IFN-Î³", "they may be “IFN-γ”"),
        ("a\\b", "writes out no sign"),
        ("a\\", "writes out no sign"),
        (r"a\u12", "writes out no sign"),
        (r"a\ud800", "writes out no sign"),
        (r"a\U00110000", "writes out no sign"),
    ],
)
def test_a_cell_that_cannot_be_seen_through_is_refused(cell, says):
    """With the sign by name, and how to write it where it is meant."""
    flaw = unescaped(cell)

    assert isinstance(flaw, Flaw)
    assert says in " ".join(flaw)


@pytest.mark.parametrize(
    "cell", ["IFN-γ", "−12.5", "-12.5", "+3,1 %", "Müller", "naïve", "p < 0.05", "'s", "12\u00a0weeks"]
)
def test_plain_words_and_numbers_stand_as_they_are(cell):
    """Greek letters, accents, minus signs and blanks of any width are no matter."""
    assert unescaped(cell) == cell
    assert escaped(cell) == cell


# -- tab-separated text ----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "row", "column", "says"),
    [
        ("id\tclas\nNF01\trisk statement\n", 1, "clas", "class"),
        ("id\tid\nNF01\tNF02\n", 1, "id", "twice"),
        ("id\t\tclass\nNF01\t\trisk statement\n", 1, "", "no name"),
        ("id\tcla\u200fss\nNF01\tx\n", 1, "", "right-to-left mark"),
        ("id\nNF01\tmore\n", 2, "", "beyond"),
        ("\n\n", 1, "", "names no column"),
        ("id,class\nNF01,risk statement\n", 1, "", "no tabs"),
        ("id\nNF\x0001\n", 2, "id", "U\\+0000"),
        ('id\tclass\nNF01\tx\n"NF02', 3, "", "no row of a table"),
        ('id\tclass\n"NF01"x\tx\n', 2, "", "no row of a table"),
        ("id\n" + "x" * 1_000_000, 2, "id", "100,000 characters"),
        ('id\tclass\nNF01\t"a\nb"\n', 2, "class", "line break"),
        ('id\tclass\n"NF\t01"\tx\n', 2, "id", "tab"),
    ],
)  # fmt: skip
def test_a_table_of_no_form_is_told_where(text, row, column, says):
    """The first row, stray cells, broken quotes and cells that cannot be read have their places."""
    with pytest.raises(TableError, match=says) as caught:
        read_rows("x.tsv", text, ["id", "class"])

    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (row, column)


def test_rows_count_as_a_spreadsheet_counts_them():
    """Blank rows are passed over and still counted."""
    found = read_rows("x.tsv", "id\tclass\n\nNF01\tx\n\t\nNF02\tx\n", NAMES)

    assert [row.number for row in found] == [3, 5]


def test_what_is_wrong_in_many_rows_is_told_once():
    """Rows of one fault stand together, and a table that is wrong everywhere is not read to its end."""
    with pytest.raises(TableError) as caught:
        read_rows("x.tsv", "id\n" + "=1\n" * 5000, ["id"])

    assert "rows 2, 3, 4, 5, 6, 7, 8, 9 and 992 more, column id: A spreadsheet takes this" in str(
        caught.value
    )
    assert "row 1001: The table is read no further: so much is wrong." in str(caught.value)
    assert str(caught.value).count("\n") < 10


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    """As some spreadsheets write it."""
    (tmp_path / "x.tsv").write_text("id\tclass\nNF01\tx\n", encoding="utf-8-sig")

    assert read_table(tmp_path / "x.tsv", NAMES)[0].cells == {"id": "NF01", "class": "x"}


@pytest.mark.parametrize(
    ("name", "error"),
    [("none.tsv", MissingFileError), ("none.xlsx", MissingFileError), ("folder.tsv", NotAFileError),
     ("folder.xlsx", NotAFileError), ("empty.tsv", EmptyFileError), ("x.ods", UnknownSyntaxError),
     ("x.xls", UnknownSyntaxError), ("book.tsv", UnknownSyntaxError)],
)  # fmt: skip
def test_what_is_no_table_at_all_is_told(tmp_path, name, error):
    """A path that leads nowhere, a folder, an empty file, a format that is not read, a workbook by a wrong name."""
    for folder in ("folder.tsv", "folder.xlsx"):
        (tmp_path / folder).mkdir()
    (tmp_path / "empty.tsv").touch()
    workbook(tmp_path / "book.tsv", ["id"])

    with pytest.raises(error):
        read_table(tmp_path / name, NAMES)


# -- workbooks -------------------------------------------------------------------


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_any_words_survive_in_a_workbook(words):
    """What is written as a workbook and opened again is the same, all of it text."""
    lines = [["note"], *([escaped(text)] for text in words)]
    book = openpyxl.load_workbook(io.BytesIO(write_book(lines, {"note": "words"})))
    cells = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]

    assert [unescaped(cell.value or "") for cell in cells] == words
    assert {cell.data_type for cell in cells if cell.value} <= {"s"}


def test_a_workbook_keeps_its_first_row_in_sight_and_explains_its_columns():
    """The first sheet holds the table, the second says what each column is for."""
    book = openpyxl.load_workbook(io.BytesIO(write_book([["id"], ["NF01"]], {"id": "identifier"})))
    facts, columns = book.worksheets

    assert (facts.freeze_panes, columns.freeze_panes) == ("A2", "A2")
    assert facts["A1"].font.bold
    assert facts["A2"].number_format == "@"
    assert list(columns.values) == [("column", "holds"), ("id", "identifier")]


def test_a_workbook_is_read_like_a_table(tmp_path):
    """Numbers, blanks and words of the first sheet are cells."""
    path = workbook(tmp_path / "x.xlsx", GOOD, GOOD.values(), [None], ["NF02", True, 3, 2.0, 1.5])
    found = read_table(path, NAMES)

    assert found[0].cells == GOOD
    assert (found[1].number, list(found[1].cells.values())) == (4, ["NF02", "true", "3", "2", "1.5"])


def test_a_cell_that_a_spreadsheet_would_cut_off_is_not_exported():
    """Rather no workbook than one that lacks something."""
    with pytest.raises(NotTabularError, match="32,767"):
        write_book([["x" * (LONGEST + 1)]], {})


def test_a_workbook_with_entities_is_not_opened(tmp_path):
    """A DOCTYPE in any part is refused before a parser sees it."""
    path = workbook(tmp_path / "x.xlsx", ["id"], ["NF01"])
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/evil.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')

    with pytest.raises(TableError, match="entities"):
        read_table(path, NAMES)


def test_a_workbook_that_unpacks_too_far_is_not_opened(tmp_path, monkeypatch):
    """The size that it would have counts, not the size that it has."""
    path = workbook(tmp_path / "x.xlsx", ["id"], ["NF01"])
    monkeypatch.setattr("aa_ld.curation.workbook.MOST_BYTES", path.stat().st_size + 10)

    with pytest.raises(TableError, match="unpacks"):
        read_table(path, NAMES)


def test_a_row_far_away_is_not_walked_to(tmp_path):
    """A sheet ends where a spreadsheet would end it."""
    path = edited(workbook(tmp_path / "x.xlsx", ["id"], ["NF01"]), SHEET, 'r="2"', 'r="999999999"')

    with pytest.raises(TableError, match=f"row {MOST_ROWS + 1}: The table is read no further: it is so long"):
        read_table(path, NAMES)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"plain text", b"\xd0\xcf\x11\xe0 old"])
def test_what_is_no_workbook_is_told(tmp_path, content):
    """Any bytes under the name of a workbook end in an error of ours."""
    (tmp_path / "x.xlsx").write_bytes(content)

    with pytest.raises(TableError, match="no workbook"):
        read_table(tmp_path / "x.xlsx", NAMES)


def test_a_workbook_of_broken_parts_is_told(tmp_path):
    """Whatever the reader of workbooks raises, it comes as an error of ours."""
    for old, new in (("<sheetData>", "<sheetData><row"), ('r="A1"', 'r="?"')):
        path = edited(workbook(tmp_path / "x.xlsx", ["id"], ["NF01"]), SHEET, old, new)
        with pytest.raises(TableError, match="cannot be read"):
            read_table(path, NAMES)


def test_without_the_extra_a_workbook_is_refused(tmp_path, monkeypatch):
    """The message says what to install."""
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    with pytest.raises(MissingExtraError, match="xlsx"):
        read_table(tmp_path / "x.xlsx", NAMES)


# -- hostile tables, as a curator meets them -------------------------------------


def cell(column: str, value: object) -> Callable[[Path], Path]:
    """A workbook with two good rows, but for one cell of the second."""
    return lambda folder: workbook(folder / "x.xlsx", GOOD, GOOD.values(), (OTHER | {column: value}).values())


def text(column: str, value: str) -> Callable[[Path], Path]:
    """The same as text, the cell as it stands in the file."""

    def made(folder: Path) -> Path:
        content = write_rows([GOOD, OTHER | {column: "SPOILT"}], NAMES).replace("SPOILT", value)
        (folder / "x.tsv").write_bytes(content.encode("utf-8", "surrogateescape"))
        return folder / "x.tsv"

    return made


def rows(*lines: dict[str, str]) -> Callable[[Path], Path]:
    """A table of these rows."""
    return lambda folder: Path(written(folder / "x.tsv", *lines))


def encoded(encoding: str) -> Callable[[Path], Path]:
    """A good table in another encoding."""

    def made(folder: Path) -> Path:
        note = OTHER | {"note": "of IFN-γ" if encoding.startswith("utf") else "naïve"}
        (folder / "x.tsv").write_text(write_rows([GOOD, note], NAMES), encoding=encoding)
        return folder / "x.tsv"

    return made


def merged(ranges: str) -> Callable[[Path], Path]:
    """A workbook in which cells are merged."""

    def made(folder: Path) -> Path:
        path = workbook(folder / "x.xlsx", GOOD, GOOD.values(), OTHER.values())
        book = openpyxl.load_workbook(path)
        book.active.merge_cells(ranges)
        book.save(path)
        return path

    return made


def wider(*columns: str) -> Callable[[Path], Path]:
    """A workbook with a cell more in its second row, and perhaps a column for it."""
    return lambda folder: workbook(folder / "x.xlsx", [*GOOD, *columns], [*GOOD.values(), "more"])


def long_in_workbook(folder: Path) -> Path:
    """A workbook with a cell of a million characters."""
    path = workbook(folder / "x.xlsx", [*GOOD, "note"], GOOD.values(), [*OTHER.values(), "LONG"])
    return edited(path, SHEET, "LONG", "x" * 1_000_000)


HOSTILE: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "formula": (text("time", "=1+1"), "row 3, column time", "formula"),
    "formula with a command": (text("note", "@SUM(1)*cmd|'/c calc'!A0"), "row 3, column note", "formula"),
    "formula in a workbook": (cell("time", '=HYPERLINK("http://example.org")'), "row 3, column time", "formula (=HYPERLINK"),
    "formula over cells": (cell("time", ArrayFormula("E3:E4", "=SUM(A1:A2)")), "row 3, column time", "formula"),
    "formula for words": (cell("sentence", "=A2"), "row 3, column sentence", "formula (=A2)"),
    "error in a workbook": (cell("time", "#REF!"), "row 3, column time", "error (#REF!)"),
    "date": (cell("time", date(2026, 11, 14)), "row 3, column time", "a date or a time"),
    "time of day": (cell("time", time(12, 30)), "row 3, column time", "a date or a time"),
    "latin 1": (encoded("latin-1"), "row 3, column note", "not UTF-8: byte 0xef"),
    "windows 1252": (text("note", "\udc93naive\udc94"), "row 3, column note", "not UTF-8: byte 0x93"),
    "utf 16": (encoded("utf-16"), "row 1", "UTF-16"),
    "utf 16 without a mark": (encoded("utf-16-le"), "row 1", "UTF-16"),
    "utf 8 read as windows 1252": (text("note", "of IFN-Î³"), "row 3, column note", "IFN-γ"),
    "lost letter": (text("note", "of IFN-\ufffd"), "row 3, column note", "lost"),
    "one identifier for two facts": (rows(GOOD, OTHER | {"id": "NF01"}), "row 3, column id", "another object, another sentence"),
    "one name for two facts": (rows(GOOD | {"fact": "fact:one"}, OTHER | {"fact": "fact:one"}), "row 3, column fact", "another"),
    "one row twice": (rows(GOOD, OTHER, OTHER), "row 4", "Row 3 says the very same"),
    "one line for two facts": (
        rows(GOOD | {"line": "evidence:one"}, OTHER | {"line": "evidence:one"}), "row 3, column line", "names two lines"),
    "merged down": (merged("A2:A3"), "row 2, column id", "A2:A3 are merged"),
    "merged across": (merged("E3:H3"), "row 3, column object", "E3:H3 are merged"),
    "merged in the first row": (merged("A1:B1"), "row 1, column id", "A1:B1 are merged"),
    "a million characters": (text("note", "x" * 1_000_000), "row 3, column note", "100,000 characters"),
    "a million characters in a workbook": (long_in_workbook, "row 3, column note", "100,000 characters"),
    "tab": (text("note", '"one\ttwo"'), "row 3, column note", "tab"),
    "line break": (text("note", '"one\ntwo"'), "row 3, column note", "line break"),
    "carriage return": (text("note", '"one\rtwo"'), "row 3, column note", "carriage return"),
    "tab in a workbook": (cell("time", "one\ttwo"), "row 3, column time", "tab"),
    "line break in a workbook": (cell("object", "interleukin-4\ninterleukin-5"), "row 3, column object", "line break"),
    "right-to-left mark": (text("object", "interleukin-4\u200f"), "row 3, column object", "right-to-left mark"),
    "right-to-left override": (text("note", "\u202eabc"), "row 3, column note", "right-to-left override"),
    "right-to-left mark in a workbook": (cell("object", "\u200finterleukin-4"), "row 3, column object", "right-to-left mark"),
    "unknown column": (wider("colour"), "row 1, column colour", "no column"),
    "misspelt column": (wider("noet"), "row 1, column noet", "Nearest: note"),
    "a cell without a column": (wider(), "row 2", "“more” stands beyond"),
    "a column twice": (wider("id"), "row 1, column id", "twice"),
    "unknown column in text": (
        lambda folder: Path(shutil.copy(DOCS / "errors.md", folder / "x.tsv")), "row 1, column # Errors", "no column"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_table_ends_in_a_row_and_a_column_and_no_change(kind, tmp_path, capsys):
    """Status 3, the place and what is wrong with it, nothing on standard output, and no file touched."""
    make, place, says = HOSTILE[kind]
    path = make(tmp_path)
    target = tmp_path / "x.ttl"
    target.write_text("# mine\n", encoding="utf-8")
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}

    assert main(["import", str(path), "-o", str(target)]) == 3
    said = capsys.readouterr()
    (told,) = [line for line in said.err.splitlines() if line.strip().startswith(f"{place}:")]
    assert says in told
    assert said.out == ""
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_an_identifier_that_a_shipped_fact_has_is_told_by_row_and_column(tmp_path, capsys):
    """It is a finding of the shapes, and bars the table as well."""
    path = written(tmp_path / "x.tsv", GOOD, OTHER | {"id": "SF30"})

    assert main(["import", path, "-o", str(tmp_path / "x.ttl")]) == 1
    said = capsys.readouterr()
    assert "row 3, column id" in said.err
    assert (said.out, (tmp_path / "x.ttl").exists()) == ("", False)


def test_a_percentage_in_a_workbook_is_not_guessed_at(tmp_path):
    """The words that the curator sees are not what the spreadsheet keeps."""
    path = workbook(tmp_path / "x.xlsx", ["value"], [0.57])
    book = openpyxl.load_workbook(path)
    book.active["A2"].number_format = "0%"
    book.save(path)

    with pytest.raises(TableError, match=r"row 2, column value: The spreadsheet keeps 0\.57 here and shows"):
        read_table(path, NAMES)
