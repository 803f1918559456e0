"""Mapping sets in SSSOM's table form, as triples.

A row becomes the triple that it states, and a node of class sssom:Mapping with
all that the row says of it. A row that says "Not" is the node alone: it states
that something is no match, and must never be read as one.

Specification: https://mapping-commons.github.io/sssom/spec-formats-tsv/.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any, NamedTuple

from aa_ld.errors import MappingSetError, nearest
from aa_ld.merging.nodes import root_name
from aa_ld.merging.spellings import canonical, name_of
from aa_ld.owltext import is_rdf, unpacked
from aa_ld.vocab import PREFIXES, printable

SSSOM = "https://w3id.org/sssom/"
#: The table of the pairs that a set says are no match; no predicate has this name.
NOT = "not"

#: Prefixes that every set may use without declaring them.
_KNOWN = {
    **{prefix: PREFIXES[prefix] for prefix in ("owl", "rdf", "rdfs", "skos", "xsd", "dcterms")},
    "linkml": "https://w3id.org/linkml/",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sssom": SSSOM,
}
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_TERMS = ("subject_id", "predicate_id", "object_id")
_MAY_BE_TERMS = (
    "mapping_justification",
    "author_id",
    "reviewer_id",
    "creator_id",
    "license",
    "subject_source",
    "object_source",
)
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]+')


class MappingSet(NamedTuple):
    """What a set holds: N-Triples lines, the pairs that it says are no match, its metadata, and how many IRIs were respelt."""

    lines: list[bytes]
    negative: list[bytes]
    about: dict[str, Any]
    respelt: dict[str, int]


def is_sssom(ending: str, start: bytes) -> bool:
    """Whether a file is a mapping set: by how it begins, or by the ending of its name.

    >>> is_sssom(".tsv", b""), is_sssom(".txt", b"subject_id\\tobject_id"), is_sssom(".ttl", b"")
    (True, True, False)
    """
    plain = ending.removesuffix(".gz")
    return not is_rdf(plain) and (looks_like_sssom(unpacked(start)) or plain in (".sssom", ".tsv"))


def looks_like_sssom(start: bytes) -> bool:
    """Whether a text begins as a mapping set does: with metadata behind #, or with the names of the columns."""
    for line in start.splitlines()[:2000]:
        if not line.startswith(b"#"):
            return b"subject_id" in line.split(b"\t") and b"object_id" in line.split(b"\t")
    return False


def read_set(name: str, text: str) -> MappingSet:
    """The triples of a mapping set.

    Raises MappingSetError, with the line, where a column or a prefix is
    missing, or where a cell is no identifier.
    """
    source = text.splitlines()
    head = [line for line in source if line.startswith("#")]
    start = next((n for n, line in enumerate(source) if not line.startswith("#")), len(source))
    about = _metadata(head)
    rows = csv.reader(
        io.StringIO("\n".join(source[start:]) + "\n", newline=""), delimiter="\t", quoting=csv.QUOTE_MINIMAL
    )
    columns = next(rows, [])
    missing = [column for column in _REQUIRED if column not in columns]
    if missing:
        what = f"The table has no column {missing[0]}."
        raise MappingSetError(
            f"{name}:{start + 1}", what, "Add it; SSSOM requires it.", nearest(missing[0], columns)
        )
    reader = _Reader(name, {**_KNOWN, **about.get("curie_map", {})}, columns)
    for row in rows:
        if any(row):
            reader.take(start + rows.line_num, row)
    return MappingSet(reader.lines, reader.negative, about, reader.respelt)


class _Reader:
    """Rows on their way to triples."""

    def __init__(self, name: str, prefixes: dict[str, str], columns: list[str]) -> None:
        self.name, self.prefixes, self.columns = name, prefixes, columns
        self.lines: list[bytes] = []
        self.negative: list[bytes] = []
        self.respelt: dict[str, int] = {}
        self._known: dict[str, bytes] = {}
        self._literals: dict[str, bytes] = {}

    def take(self, line: int, row: list[str]) -> None:
        """Take a row."""
        cells = {
            column: cell.strip() for column, cell in zip(self.columns, row, strict=False) if cell.strip()
        }
        empty = next((column for column in _REQUIRED if column not in cells), None)
        if empty:
            raise MappingSetError(
                f"{self.name}:{line}", f"The cell {empty} is empty.", "Fill it in, or leave the row out."
            )
        if "sssom:NoTermFound" in (cells["subject_id"], cells["object_id"]):
            del cells["predicate_id"]
        said = [(_TYPE, b"<%sMapping>" % SSSOM.encode())]
        for column, cell in cells.items():
            slot = b"<%s%s>" % (SSSOM.encode(), column.encode())
            said += [(slot, term) for term in self._terms(line, column, cell)]
        node = root_name(list(dict.fromkeys(said)))
        self.lines += [b" ".join((node, p, o, b".")) for p, o in dict.fromkeys(said)]
        if "predicate_id" in cells:
            triple = b" ".join([*(self._term(line, cells[column]) for column in _TERMS), b"."])
            (self.negative if cells.get("predicate_modifier", "").lower() == "not" else self.lines).append(
                triple
            )

    def _terms(self, line: int, column: str, cell: str) -> list[bytes]:
        if column in _TERMS:
            return [self._term(line, cell)]
        if column in _MAY_BE_TERMS:
            return [self._maybe(part.strip()) for part in cell.split("|") if part.strip()]
        return [_literal(cell)]

    def _maybe(self, cell: str) -> bytes:
        prefix, colon, local = cell.partition(":")
        iri = self.prefixes.get(prefix, "") + local if colon and prefix in self.prefixes else cell
        return b"<%s>" % iri.encode() if iri.startswith("http") and _IRI.fullmatch(iri) else _literal(cell)

    def _term(self, line: int, cell: str) -> bytes:
        known = self._known.get(cell)
        if known is None:
            found = self._iri(line, cell)
            iri = canonical(found)
            if iri != found:
                self.respelt[name_of(found)] = self.respelt.get(name_of(found), 0) + 1
            known = self._known[cell] = b"<%s>" % iri.encode()
        return known

    def _iri(self, line: int, cell: str) -> str:
        where = f"{self.name}:{line}"
        prefix, colon, local = cell.partition(":")
        if colon and prefix in self.prefixes:
            iri = self.prefixes[prefix] + local
        elif cell.startswith(("http://", "https://")):
            iri = cell
        else:
            what = f"{printable(cell, 100)} has a prefix that curie_map does not declare."
            raise MappingSetError(
                where, what, "Declare it in the curie_map of the header.", nearest(prefix, self.prefixes)
            )
        if not _IRI.fullmatch(iri):
            raise MappingSetError(where, f"{printable(cell, 100)} gives no IRI.", "Correct the identifier.")
        return iri


_TYPE = b"<%stype>" % PREFIXES["rdf"].encode()


def _literal(text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return b'"%s"' % escaped.encode()


def _metadata(head: list[str]) -> dict[str, Any]:
    """The metadata behind #: keys with values, and one level below, as SSSOM's YAML has them."""
    about: dict[str, Any] = {}
    inner: dict[str, str] | None = None
    for line in head:
        text = line[1:].rstrip()
        text = text[1:] if text.startswith(" ") and not text.startswith("  ") else text
        key, colon, value = text.partition(":")
        value = value.strip().strip("'\"")
        if not colon:
            continue
        if text.startswith(" ") and inner is not None:
            inner[key.strip().strip("'\"")] = value
        elif value:
            about[key.strip()], inner = value, None
        else:
            inner = about[key.strip()] = {}
    return about
