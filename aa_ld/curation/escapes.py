r"""What a cell may hold, and how it writes what may not stand there as it is.

A cell is one line that people can see all of. A line break, a tab, a mark that
turns the direction of writing, any other sign that nobody sees, and a blank at
either end are written out, as `\n`, `\t` and `\u200f`. Words that a spreadsheet
would carry out as a formula stand behind an apostrophe.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple


class Flaw(NamedTuple):
    """What is wrong with a cell, and what to do; a sentence each."""

    what: str
    remedy: str


_WRITTEN = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_READ = {written[1]: sign for sign, written in _WRITTEN.items()}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.?)")

#: Categories of signs that are not seen, or only as something else.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")

#: What a spreadsheet carries out; a signed number alone is none.
_FORMULA = re.compile(r"[=@]|[+-](?!\d[\d.,]*\s?%?$)")

#: What a workbook takes for a sign written out; the low line in front is written out itself.
_IN_WORKBOOK = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def escaped(value: str) -> str:
    r"""Words as a cell that reads back as the same.

    >>> escaped("one\ntwo"), escaped("=1+1"), escaped("-12.5")
    ('one\\ntwo', "'=1+1", '-12.5')
    """
    plain = value.isascii() and value.isprintable() and "\\" not in value
    text = value if plain else "".join(map(_shown, value))
    # A semicolon behind a backslash is the matter of cells that hold several values.
    text = text.replace("\\\\;", "\\;")
    text = _IN_WORKBOOK.sub(r"\\u005f", text)
    if text[:1].isspace():
        text = _code(text[0]) + text[1:]
    if text[-1:].isspace():
        text = text[:-1] + _code(text[-1])
    if mended(text):
        text = "".join(sign if sign.isascii() else _code(sign) for sign in text)
    return "'" + text if _FORMULA.match(text.lstrip("'")) else text


def unescaped(cell: str) -> str | Flaw:
    r"""The words of a cell, or what is wrong with it; the other way round of `escaped`.

    >>> unescaped(r"one\ntwo")
    'one\ntwo'
    >>> unescaped("a\u200fb").what
    'A sign that is not seen stands here: U+200F, right-to-left mark.'
    """
    text = cell.strip()
    flaw = None if text.isascii() and text.isprintable() else _unseen(text)
    if flaw is None and _FORMULA.match(text):
        flaw = Flaw("A spreadsheet takes this for a formula.", "Put an apostrophe in front of it.")
    if flaw:
        return flaw
    if text.startswith("'") and _FORMULA.match(text.lstrip("'")):
        text = text[1:]
    return _read(text) if "\\" in text else text


def guarded(text: str) -> str:
    """Words that a workbook marks as words, so that they pass for words here.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("plain")
    ("'=1+1", "'=1+1", 'plain')
    """
    return "'" + text if _FORMULA.match(text) else text


def mended(text: str) -> str:
    """What words were before UTF-8 was read as Windows-1252; empty where they were not.

    >>> mended("IFN-Î³"), mended("IFN-γ")
    ('IFN-γ', '')
    """
    if text.isascii():
        return ""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""


def _unseen(text: str) -> Flaw | None:
    for sign in text:
        if 0xDC80 <= ord(sign) <= 0xDCFF:
            return Flaw(f"This is not UTF-8: byte {ord(sign) - 0xDC00:#04x}.", "Save the table as UTF-8.")
        if sign == "\ufffd":
            return Flaw(
                "A letter was lost here to another encoding.", "Write it once more, and save as UTF-8."
            )
        if unicodedata.category(sign) in _UNSEEN:
            name = {"\n": "line break", "\t": "tab", "\r": "carriage return"}.get(sign)
            name = name or unicodedata.name(sign, "control sign").lower()
            what = f"A sign that is not seen stands here: U+{ord(sign):04X}, {name}."
            return Flaw(what, f"Take it away, or write {_shown(sign)} if it is meant.")
    before = mended(text)
    if before:
        what = f"These letters were UTF-8 and were read as Windows-1252; they may be “{before[:60]}”."
        return Flaw(what, "Open the table as UTF-8, and correct it.")
    return None


def _read(text: str) -> str | Flaw:
    """A text with what is written out as the signs themselves."""

    def sign(match: re.Match[str]) -> str:
        mark = match[1]
        if mark == ";":
            return "\\;"
        return _READ[mark] if mark in _READ else chr(int(mark[1:], 16))

    try:
        found = _ESCAPE.sub(sign, text)
        found.encode()
    except (ValueError, OverflowError, IndexError):
        what = "A backslash stands here that writes out no sign."
        return Flaw(what, "Write two for one that is meant.")
    return found


def _shown(sign: str) -> str:
    if sign in _WRITTEN:
        return _WRITTEN[sign]
    return _code(sign) if unicodedata.category(sign) in _UNSEEN or sign == "\ufffd" else sign


def _code(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
