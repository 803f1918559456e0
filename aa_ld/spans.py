"""Prove the spans against the texts that they point into.

No text of a paper is kept here; a reader who has it can have every span
checked. A span that was stitched from pieces, put in another order, shifted,
or cut so that its hedge is lost does not pass.

Offsets are code points from 0, the end exclusive, as in
https://www.w3.org/TR/annotation-model/#text-position-selector; digests are
SHA-256 over UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from aa_ld.errors import NotAFileError, SourceTextError
from aa_ld.report import Finding
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES, compact

_HEAD = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("aa", "oa", "rdfs", "skos"))

_SOURCES = """SELECT ?source ?publication ?digest ?length {
  ?source a aa:SourceText ; aa:sha256 ?digest ; aa:length ?length ; aa:publication ?publication }"""

_SPANS = """SELECT ?span ?source ?start ?end ?digest {
  ?span a aa:Span ; oa:hasSource ?source ; oa:start ?start ; oa:end ?end ; aa:sha256 ?digest
}"""

_WORDS = """SELECT ?line ?kind ?words ?span ?place {
  { ?line aa:hedge ?words ; aa:hedgeSpan ?place . BIND("hedge" AS ?kind) }
  UNION { ?line aa:cue ?words ; aa:cueSpan ?place . BIND("cue" AS ?kind) }
  ?line aa:span ?span
}"""

_FOCI = """SELECT ?line ?focus ?name {
  ?fact aa:evidence ?line ; (aa:subject|aa:predicate|aa:object)+ ?term . ?line aa:focus ?focus .
  OPTIONAL { ?term rdfs:label|skos:altLabel ?label }
  BIND(IF(isLiteral(?term), ?term, ?label) AS ?name)
}"""


def read_sources(folder: Path) -> dict[str, str]:
    """The .txt files of a folder, by their digest.

    The bytes are taken as they are, so that line ends count. Raises
    NotAFileError where there is no such folder, and SourceTextError where a
    file is not UTF-8.
    """
    if not folder.is_dir():
        raise NotAFileError(
            str(folder), "This is not a folder.", "Name the folder that holds the source texts."
        )
    texts = {}
    for path in sorted(folder.glob("*.txt")):
        content = path.read_bytes()
        try:
            texts[sha256(content).hexdigest()] = content.decode("utf-8")
        except UnicodeDecodeError:
            raise SourceTextError(str(path), "The file is not UTF-8.", "Save it as UTF-8.") from None
    return texts


def check_spans(layers: Source, texts: Mapping[str, str]) -> list[Finding]:
    """Prove every span of the source texts that are given.

    `texts` maps the digest of a text to the text. Source texts that are not
    given are passed over: `unproven` names them. What is checked: digest and
    length of the text, digest of each span, that hedge and cue stand in their
    place and inside their span, and that the focus names subject, predicate or
    object of the fact.

    >>> from aa_ld.store import open_layers
    >>> check_spans(open_layers(), {})
    []
    """
    sources = {_text(r, "source"): r for r in rows(layers, _HEAD + _SOURCES)}
    given = {iri: texts[_text(r, "digest")] for iri, r in sources.items() if _text(r, "digest") in texts}
    findings = [f for iri, text in given.items() for f in _check_source(iri, sources[iri], text)]
    pieces: dict[str, str] = {}
    for row in rows(layers, _HEAD + _SPANS):
        text = given.get(_text(row, "source"))
        if text is not None:
            pieces[_text(row, "span")] = text[_int(row, "start") : _int(row, "end")]
            findings += _check_span(row, text)
    findings += _check_words(layers, pieces)
    findings += _check_foci(layers, pieces)
    return sorted(findings)


def source_texts(layers: Source) -> dict[str, int]:
    """The digest of every source text that spans were taken from, and its length in code points."""
    return {_text(row, "digest"): _int(row, "length") for row in rows(layers, _HEAD + _SOURCES)}


class Proof(NamedTuple):
    """What the proof of one source text came to.

    source       IRI of the source text
    publication  IRI of the publication whose text it is
    sha256       its digest
    length       its length in code points
    spans        how many spans point into it
    proven       how many of them are proven against the text; None where the text was not given
    """

    source: str
    publication: str
    sha256: str
    length: int
    spans: int
    proven: int | None


def proofs(layers: Source, texts: Mapping[str, str]) -> list[Proof]:
    """How many spans of each source text are proven against the texts given, by source.

    >>> from aa_ld.store import open_layers
    >>> [(proof.spans > 100, proof.proven) for proof in proofs(open_layers(), {})]
    [(True, None)]
    """
    spans: dict[str, list[bool]] = {}
    sources = rows(layers, _HEAD + _SOURCES)
    given = {_text(r, "source"): texts.get(_text(r, "digest")) for r in sources}
    for row in rows(layers, _HEAD + _SPANS):
        text = given.get(_text(row, "source"))
        right = text is not None and not list(_check_span(row, text))
        spans.setdefault(_text(row, "source"), []).append(right)
    found = []
    for row in sources:
        source, rights = _text(row, "source"), spans.get(_text(row, "source"), [])
        proven = None if given[source] is None else sum(rights)
        found.append(
            Proof(
                source,
                _text(row, "publication"),
                _text(row, "digest"),
                _int(row, "length"),
                len(rights),
                proven,
            )
        )
    return sorted(found)


def unproven(layers: Source, texts: Mapping[str, str]) -> list[str]:
    """The IRIs of the source texts that are not among the texts given."""
    found = rows(layers, _HEAD + _SOURCES)
    return sorted(_text(row, "source") for row in found if _text(row, "digest") not in texts)


def _check_source(iri: str, row: Mapping[str, object], text: str) -> Iterator[Finding]:
    if sha256(text.encode()).hexdigest() != _text(row, "digest"):
        yield _finding(
            "SourceText-proof-digest",
            iri,
            _text(row, "digest"),
            f"The text given for {compact(iri)} is not the one that its spans were taken from.",
            "Fetch the text again; another version has other offsets.",
        )
    if len(text) != _int(row, "length"):
        yield _finding(
            "SourceText-proof-length",
            iri,
            _text(row, "length"),
            f"The text given for {compact(iri)} has {len(text)} code points, not {_int(row, 'length')}.",
            "Correct aa:length, or fetch the text again.",
        )


def _check_span(row: Mapping[str, object], text: str) -> Iterator[Finding]:
    iri, start, end = _text(row, "span"), _int(row, "start"), _int(row, "end")
    digest = _text(row, "digest")
    if not 0 <= start < end <= len(text):
        message = f"Span {compact(iri)} ({start} to {end}) does not lie in a text of {len(text)} code points."
        yield _finding("Span-proof-offsets", iri, f"{start}-{end}", message, "Correct oa:start and oa:end.")
    elif _sha(text[start:end]) != digest:
        there = _where(text, digest, end - start)
        if there is None:
            what = "no piece of the text of that length has this digest: it is stale, stitched or reordered"
        else:
            what = f"it is shifted: the words stand at {there} to {there + end - start}"
        message = f"Span {compact(iri)} does not have the digest of the words at {start} to {end}; {what}."
        yield _finding(
            "Span-proof-digest", iri, digest, message, "Take one contiguous piece and compute its digest."
        )


def _where(text: str, digest: str, length: int) -> int | None:
    """Where a piece of this length with this digest begins, if anywhere."""
    return next((i for i in range(len(text) - length + 1) if _sha(text[i : i + length]) == digest), None)


def _check_words(layers: Source, pieces: Mapping[str, str]) -> Iterator[Finding]:
    for row in rows(layers, _HEAD + _WORDS):
        line, kind, words = _text(row, "line"), _text(row, "kind"), _text(row, "words")
        span, place = pieces.get(_text(row, "span")), pieces.get(_text(row, "place"))
        if place is not None and place != words:
            message = f"The {kind} “{words}” of line {compact(line)} is not what stands in its {kind} span."
            remedy = f"Copy the {kind} as it stands there; case counts."
            yield _finding(f"EvidenceLine-proof-{kind}", line, words, message, remedy)
        if span is not None and words not in span:
            message = f"The {kind} “{words}” of line {compact(line)} does not stand in its span: it was trimmed off."
            remedy = f"Widen aa:span until it carries the {kind}."
            yield _finding(f"EvidenceLine-proof-{kind}-trimmed", line, words, message, remedy)


def _check_foci(layers: Source, pieces: Mapping[str, str]) -> Iterator[Finding]:
    names: dict[tuple[str, str], list[str]] = {}
    for row in rows(layers, _HEAD + _FOCI):
        names.setdefault((_text(row, "line"), _text(row, "focus")), []).append(_text(row, "name").casefold())
    for (line, focus), called in names.items():
        piece = pieces.get(focus)
        # A focus may be shorter than the name of a predicate ("has its effect" in "has its effect on").
        if piece is not None and not any(_names(piece.casefold(), name) for name in called if name):
            message = f"The focus of line {compact(line)} names neither subject nor predicate nor object of its fact."
            remedy = "Point aa:focus to the words that carry the fact, or add their wording as skos:altLabel."
            yield _finding("EvidenceLine-proof-focus", line, focus, message, remedy)


def _names(piece: str, name: str) -> bool:
    return name in piece or name.startswith(piece)


def _finding(check: str, focus: str, value: str, message: str, remedy: str) -> Finding:
    return Finding(check, "violation", focus, value, message, remedy)


def _sha(piece: str) -> str:
    return sha256(piece.encode()).hexdigest()


def _text(row: Mapping[str, object], name: str) -> str:
    term = row.get(name)
    return "" if term is None else str(getattr(term, "value", term))


def _int(row: Mapping[str, object], name: str) -> int:
    text = _text(row, name)
    return int(text) if text.lstrip("-").isdigit() else -1
