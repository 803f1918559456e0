r"""Terms as text for one cell of a table, and back, whatever they hold.

An IRI stands as its short name or in angle brackets. A literal stands in single
quotes, with @language or ^^datatype behind it, as Turtle allows. What could end
a cell, a line or a value, or steer a terminal, is written as \uXXXX: no cell
holds a tab, a line end, a bar or a double quote, so tables need no quoting rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from aa_ld.errors import ExchangeFileError
from aa_ld.exchange.described import Term
from aa_ld.vocab import PREFIXES, compact, expand

_STRING = PREFIXES["xsd"] + "string"
_LITERAL = re.compile(r"'((?:[^'\\]|\\u[0-9A-F]{4}|\\U[0-9A-F]{8})*)'(?:@([A-Za-z0-9-]+)|\^\^(.+))?")
_ESCAPED = re.compile(r"\\u([0-9A-F]{4})|\\U([0-9A-F]{8})")
_KEPT = frozenset("'\"\\|")


def cell(term: Term) -> str:
    r"""A term as text.

    >>> cell(NamedNode("https://w3id.org/aa-ld/Serum")), cell(Literal("it's 1|2", language="en"))
    ('aa:Serum', "'it\\u0027s 1\\u007C2'@en")
    """
    if isinstance(term, NamedNode):
        return compact(term.value)
    assert isinstance(term, Literal)
    value = term.value
    plain = value.isprintable() and _KEPT.isdisjoint(value)
    text = f"'{value if plain else ''.join(map(_escaped, value))}'"
    if term.language:
        return f"{text}@{term.language}"
    return text if term.datatype.value == _STRING else f"{text}^^{compact(term.datatype.value)}"


def columns(own: Mapping[str, list[Term]]) -> dict[str, list[str]]:
    """What is said of a node as columns: short name of the property to its values, each a cell."""
    return {compact(predicate): [cell(value) for value in values] for predicate, values in own.items()}


def term_of(text: str, where: str) -> NamedNode | Literal:
    """The term that `cell` wrote; `where` is what an error names.

    Raises ExchangeFileError.

    >>> term_of("'3'^^xsd:integer", "x").value
    '3'
    """
    found = _LITERAL.fullmatch(text)
    try:
        if found is None:
            return NamedNode(iri_of(text, where))
        value = _ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)), found[1])
        if found[2]:
            return Literal(value, language=found[2])
        return Literal(value, datatype=NamedNode(iri_of(found[3], where))) if found[3] else Literal(value)
    except ValueError as error:
        raise ExchangeFileError(where, f"{text[:60]} is no term: {error}.", "Correct the cell.") from None


def iri_of(text: str, where: str) -> str:
    """The IRI of a short name, or of an IRI in angle brackets; raises ExchangeFileError."""
    iri = expand(text) if ":" in text else None
    if iri is None:
        what = f"{text[:60] or 'An empty cell'} is neither a short name, nor an IRI in <>, nor a text in ''."
        raise ExchangeFileError(where, what, "Correct the cell; see docs/exchange.md.")
    return iri


def plain_text(text: str) -> str:
    """A text for people in one line, fit for a cell; what `cell` writes beside it is exact."""
    return " ".join(
        "".join(
            char if char.isprintable() else " " for char in text.replace('"', "'").replace("|", "/")
        ).split()
    )


def _escaped(char: str) -> str:
    if char in _KEPT or not char.isprintable():
        return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"
    return char
