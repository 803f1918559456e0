"""Source texts and the pieces of them that a table points to: from offsets or words to spans with digests.

A text that is loaded already is known by its digest. A new one is a file of
one sentence a line, so that nobody has to guess where sentences end; from it
come its length, its digest, its sentences and their spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.errors import NotAFileError, SourceTextError
from aa_ld.store import Layers, rows, value_of
from aa_ld.vocab import PREFIXES, RDF_TYPE, compact, expand, printable

_AA, _OA, _XSD = PREFIXES["aa"], PREFIXES["oa"], PREFIXES["xsd"]
_HEAD = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("aa", "oa", "rdfs"))
_LOADED = """SELECT ?source ?digest ?publication {
  ?source a aa:SourceText ; aa:sha256 ?digest ; aa:publication ?publication } ORDER BY ?source"""
_PARTS = """SELECT ?part ?label ?source ?start ?end {
  ?part oa:hasSource ?source ; aa:span ?span ; rdfs:label ?label . ?span oa:start ?start ; oa:end ?end } ORDER BY ?part"""
_SPANS = "SELECT ?span ?source ?start ?end ?digest { ?span a aa:Span ; oa:hasSource ?source ; oa:start ?start ; oa:end ?end ; aa:sha256 ?digest }"

_PIECE = re.compile(
    r"(?:(span:\S+|<\S+>)\s+)?([0-9]{1,9})\s*(?:\.\.|-|–|to)\s*([0-9]{1,9})(?:\s+([0-9a-f]{64}))?"
)

#: Kind of record entry to the property of a source text that counts it.
COUNTS = {
    "BibliographicStatement": "bibliographicCount",
    "AuthorKeyword": "keywordCount",
    "MeshIndexing": "meshRowCount",
    "SubstanceIndexing": "substanceCount",
}


class Piece(NamedTuple):
    """A contiguous piece of a text: its IRI, offsets in code points, end exclusive, and its SHA-256."""

    iri: str
    start: int
    end: int
    sha256: str


class Text(NamedTuple):
    """A source text.

    iri          its IRI
    stem         what the IRIs of its spans begin with
    content      the text itself, where the folder holds it
    parts        its parts: IRI, label, start, end
    publication  the IRI of its publication, empty for a text that is not loaded
    digests      IRI of a loaded span to its digest
    """

    iri: str
    stem: str
    content: str | None
    parts: tuple[tuple[str, str, int, int], ...]
    publication: str
    digests: Mapping[str, str]

    def piece(self, cell: str, within: Piece | None = None) -> Piece:
        """The piece that a cell means: START..END, with or without a digest, or the words themselves.

        Words are sought inside `within` where that is given. Raises ValueError
        with a sentence for people.
        """
        match = _PIECE.fullmatch(cell)
        if match is None:
            return self._sought(cell, within)
        name, start, end, given = match[1], int(match[2]), int(match[3]), match[4]
        iri = expand(name) if name else f"{PREFIXES['span']}{self.stem}-{start}-{end}"
        if not start < end or (self.content is not None and end > len(self.content)):
            raise ValueError(f"{start}..{end} is no piece of the text.")
        if self.content is None:
            digest = given or self.digests.get(str(iri))
            if digest is None:
                raise ValueError("The text is not at hand, so the digest of this piece cannot be computed.")
            return Piece(str(iri), start, end, digest)
        digest = _sha(self.content[start:end])
        if given and given != digest:
            raise ValueError(f"The digest given is not that of the words at {start}..{end}.")
        return Piece(str(iri), start, end, digest)

    def _sought(self, words: str, within: Piece | None) -> Piece:
        if self.content is None:
            raise ValueError("The text is not at hand, so words cannot be sought in it.")
        first, last = (within.start, within.end) if within else (0, len(self.content))
        found = self.content.find(words, first, last)
        if found < 0:
            raise ValueError("These words do not stand " + ("in the span." if within else "in the text."))
        if self.content.find(words, found + 1, last) >= 0:
            raise ValueError("These words stand there more than once; give START..END.")
        return self.piece(f"{found}..{found + len(words)}")

    def part_of(self, piece: Piece) -> str | None:
        """The IRI of the part in which a piece lies."""
        return next((iri for iri, _, s, e in self.parts if s <= piece.start and piece.end <= e), None)

    def show(self, piece: Piece) -> str:
        """A piece as a cell that reads back as the same, with or without the text."""
        plain = f"{piece.start}..{piece.end} {piece.sha256}"
        made = f"{PREFIXES['span']}{self.stem}-{piece.start}-{piece.end}"
        return plain if piece.iri == made else f"{compact(piece.iri)} {plain}"


def read_texts(folder: Path) -> dict[str, str]:
    """The .txt files of a folder by name without the ending, bytes taken as they are.

    Raises NotAFileError where there is no such folder, SourceTextError where a file is not UTF-8.
    """
    if not folder.is_dir():
        raise NotAFileError(
            str(folder), "This is not a folder.", "Name the folder that holds the source texts."
        )
    texts = {}
    for path in sorted(folder.glob("*.txt")):
        try:
            texts[path.stem] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise SourceTextError(str(path), "The file is not UTF-8.", "Save it as UTF-8.") from None
    return texts


def open_texts(layers: Layers, texts: Mapping[str, str]) -> dict[str, Text]:
    """Every text that is loaded or given, by IRI; `texts` maps the name of a file to its text.

    >>> from aa_ld.store import open_layers
    >>> [compact(iri) for iri in open_texts(open_layers(), {"mine": "One."})]
    ['source:review-abstract', 'source:mine']
    """
    by_digest = {_sha(text): text for text in texts.values()}
    opened: dict[str, Text] = {}
    spans, parts = (_by_source(rows(layers, _HEAD + query)) for query in (_SPANS, _PARTS))
    for row in rows(layers, _HEAD + _LOADED):
        iri = value_of(row["source"])
        own = spans.get(iri, [])
        stems = (_stem(value_of(s["span"]), value_of(s["start"]), value_of(s["end"])) for s in own)
        stem = next((found for found in stems if found), iri.removeprefix(PREFIXES["source"]))
        found = tuple(
            (value_of(p["part"]), value_of(p["label"]), int(value_of(p["start"])), int(value_of(p["end"])))
            for p in parts.get(iri, ())
        )
        digests = {value_of(s["span"]): value_of(s["digest"]) for s in own}
        content = by_digest.get(value_of(row["digest"]))
        opened[iri] = Text(iri, stem, content, found, value_of(row["publication"]), digests)
    known = {text.content for text in opened.values()}
    for name, text in texts.items():
        iri = PREFIXES["source"] + name
        if iri not in opened and text not in known:
            opened[iri] = Text(iri, name, text, tuple(_sentences(name, text)), "", {})
    return opened


def _by_source(found: list[dict[str, object]]) -> dict[str, list[dict[str, object]]]:
    grouped: dict[str, list[dict[str, object]]] = {}
    for row in found:
        grouped.setdefault(value_of(row["source"]), []).append(row)
    return grouped


def form_faults(text: str) -> str | None:
    """What bars a new text from being cut into one sentence a line; None where nothing does."""
    if "\r" in text:
        return "Its lines end in carriage returns; save it with plain line ends."
    if text.endswith("\n"):
        return "It ends in a line end; take that away."
    if any(not line.strip() for line in text.split("\n")):
        return "It has a blank line; write one sentence a line and nothing between."
    return None


def declared(text: Text, label: str, publication: str, counts: Mapping[str, int]) -> Iterator[Triple]:
    """The triples of a new text: itself, its sentences and their spans.

    `counts` maps a property such as "claimCount" to how many facts the text must account for.
    """
    assert text.content is not None
    node, length = NamedNode(text.iri), len(text.content)
    yield Triple(node, NamedNode(RDF_TYPE), NamedNode(_AA + "SourceText"))
    yield Triple(node, NamedNode(PREFIXES["rdfs"] + "label"), Literal(label, language="en"))
    yield Triple(node, NamedNode(_AA + "publication"), NamedNode(publication))
    yield Triple(node, NamedNode(_AA + "sha256"), Literal(_sha(text.content)))
    numbers = {_OA + "start": 0, _OA + "end": length, _AA + "length": length}
    numbers |= {_AA + "sentenceCount": len(text.parts)} | {
        _AA + name: count for name, count in counts.items()
    }
    for name, count in numbers.items():
        yield Triple(node, NamedNode(name), _number(count))
    for number, (iri, name, start, end) in enumerate(text.parts, 1):
        part = NamedNode(iri)
        piece = text.piece(f"{start}..{end}")
        yield Triple(part, NamedNode(RDF_TYPE), NamedNode(_AA + "Sentence"))
        yield Triple(part, NamedNode(PREFIXES["rdfs"] + "label"), Literal(name, language="en"))
        yield Triple(part, NamedNode(_OA + "hasSource"), node)
        yield Triple(part, NamedNode(_AA + "number"), _number(number))
        yield Triple(part, NamedNode(_AA + "span"), NamedNode(piece.iri))
        yield from span(piece, text)


def span(piece: Piece, text: Text) -> Iterator[Triple]:
    """The triples of a span."""
    node = NamedNode(piece.iri)
    yield Triple(node, NamedNode(RDF_TYPE), NamedNode(_AA + "Span"))
    yield Triple(node, NamedNode(RDF_TYPE), NamedNode(_OA + "TextPositionSelector"))
    yield Triple(node, NamedNode(_OA + "hasSource"), NamedNode(text.iri))
    yield Triple(node, NamedNode(_OA + "start"), _number(piece.start))
    yield Triple(node, NamedNode(_OA + "end"), _number(piece.end))
    yield Triple(node, NamedNode(_AA + "sha256"), Literal(piece.sha256))


def _sentences(name: str, text: str) -> Iterator[tuple[str, str, int, int]]:
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        yield f"{PREFIXES['part']}{name}-s{number}", f"sentence {number}", start, start + len(line)
        start += len(line) + 1


def _stem(span: str, start: str, end: str) -> str:
    local = span.removeprefix(PREFIXES["span"])
    ending = f"-{start}-{end}"
    return local.removesuffix(ending) if local.endswith(ending) and local != span else ""


def _number(count: int) -> Literal:
    return Literal(str(count), datatype=NamedNode(_XSD + "integer"))


def _sha(piece: str) -> str:
    return sha256(piece.encode()).hexdigest()


def shown_name(text: Text) -> str:
    """What the column for texts calls it."""
    return printable(text.iri.removeprefix(PREFIXES["source"]))
