"""N-Triples whose lines stand already as we would write them: told by one look, without a parser.

A line is taken as it stands only where nothing in it can be read in another
way: IRIs of http and https out of plain characters and in their one spelling,
literals without rare escapes and signs. Every other line goes to the parser, so
what is wrong is found as ever. In N-Triples no statement goes over a line's end,
so each line can be looked at alone: https://www.w3.org/TR/n-triples/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import IO, Any

import pyoxigraph as engine

from aa_ld import child, errors
from aa_ld.merging.spellings import RIGHT, wild_ahead

SYNTAXES = ("N-Triples", "N-Quads")

#: What takes lines, and the text that they stood in.
Take = Callable[[list[bytes], bytes], Any]

_BLOCK = 2 << 20
_SIGNS = rb"[\w~/.:@!$&'()*+,;=?-]*+"
_XSD_OR_RDF = rb"<http://www\.w3\.org/(?:2001/XMLSchema#string|1999/02/22-rdf-syntax-ns#)"


@cache
def plain_lines() -> re.Pattern[bytes]:
    """As many lines as possible that need no parser.

    >>> plain_lines().match(b'<http://e.org/a> <http://e.org/b> "c"@en .\\n<http://e.org/a> <http://e.org/b> "c"@EN .\\n').end()
    43
    """
    wild = wild_ahead() + rb"https?://[\w~.-]++(?:[/?]" + _SIGNS + rb")?+"
    # Most begin as RIGHT does, which is all that has to be looked at then; it ends within the path.
    iri = b"<(?:" + RIGHT + _SIGNS + b"|" + wild + b")(?:#" + _SIGNS + rb")?+>"
    node = rb"(?:" + iri + rb"|_:[A-Za-z0-9]++)"
    # The serializer escapes DEL and two signs whose UTF-8 begins with EF.
    text = rb'"(?:[^"\\\x00-\x1f\x7f\xef]++|\\[nrt"\\])*+"'
    kind = rb"(?:@[a-z]{2,3}(?:-[a-z]{2})?+|\^\^(?!" + _XSD_OR_RDF + rb")" + iri + rb")?+"
    return re.compile(rb"(?:" + node + b" " + iri + b" (?:" + node + b"|" + text + kind + rb") \.\n)*+")


def sift(text: bytes) -> tuple[list[bytes], bytes]:
    """The lines of a text that need no parser, without their ends, and what is left, as it stands.

    The text is of whole lines.

    >>> sift(b'<http://e.org/a> <http://e.org/b> "c" .\\n<http://e.org/a> <http://e.org/b> "c"@EN .\\n')
    ([b'<http://e.org/a> <http://e.org/b> "c" .'], b'<http://e.org/a> <http://e.org/b> "c"@EN .\\n')
    """
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError:
            return [], text
    lines: list[bytes] = []
    odd: list[bytes] = []
    pattern, at = plain_lines(), 0
    while at < len(text):
        found = pattern.match(text, at)
        end = found.end() if found else at
        if end > at:
            lines += text[at : end - 1].split(b"\n")
        at = text.find(b"\n", end) + 1 or len(text)
        odd.append(text[end:at])
    return lines, b"".join(odd)


def read_lines(name: str, data: IO[bytes], syntax: str, answer: IO[bytes], take: Take) -> None:
    """Read N-Triples or N-Quads: what needs no parser goes to `take`, the rest through the parser to `answer`.

    Raises RdfSyntaxError, with the line, and EncodingError.
    """
    kind = getattr(engine.RdfFormat, syntax.upper().replace("-", "_"))
    above = 0
    begun: list[bytes] = []
    while block := data.read(_BLOCK):
        whole, end, rest = block.rpartition(b"\n")
        if not end:
            begun.append(block)  # a line may be longer than a block
            continue
        text = b"".join((*begun, whole, end))
        begun = [rest]
        above += _read_text(name, text, kind, answer, take, above)
    last = b"".join(begun)
    if last:
        _read_text(name, last, kind, answer, take, above)


def _read_text(  # noqa: PLR0913, PLR0917 - where it comes from, what it is, where it goes
    name: str, text: bytes, kind: Any, answer: IO[bytes], take: Take, above: int
) -> int:
    """Read whole lines, and give how many there were."""
    lines, odd = sift(text)
    if lines:
        take(lines, text)
    if odd.strip():
        try:
            engine.serialize(engine.parse(odd, kind), output=answer, format=engine.RdfFormat.N_QUADS)
        except UnicodeDecodeError:
            raise errors.EncodingError(name, "The file is not UTF-8.", "Save it as UTF-8.") from None
        except SyntaxError as error:
            line = _line_of_error(text, kind)
            at = f":{above + line[0]}:{line[1]}" if line else ""
            syntax = "N-Triples" if kind == engine.RdfFormat.N_TRIPLES else "N-Quads"
            what = child._sentence(error.msg)
            raise errors.RdfSyntaxError(f"{name}{at}", what, f"Correct the {syntax}.") from None
    return text.count(b"\n")


def _line_of_error(text: bytes, kind: Any) -> tuple[int, int] | None:
    """Line and column of the first error, where the parser tells it."""
    try:
        for _ in engine.parse(text, kind):
            pass
    except SyntaxError as error:
        return (error.lineno, error.offset or 1) if error.lineno else None
    return None
