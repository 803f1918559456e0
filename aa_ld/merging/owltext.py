"""OWL in functional and in Manchester syntax, turned into RDF/XML by py-horned-owl.

Only a child calls this: the parser is foreign, and so is the text.
"""

from __future__ import annotations

import contextlib
import re

from aa_ld import errors, intake
from aa_ld.merging.sssom import looks_like_sssom
from aa_ld.vocab import printable

NAMES = {"ofn": "OWL functional syntax", "omn": "OWL Manchester syntax"}

_ENDINGS = {".ofn": "ofn", ".fss": "ofn", ".omn": "omn", ".sssom": "sssom", ".tsv": "sssom"}
_SKIPPED = rb"\A\xef?\xbb?\xbf?(?:\s+|#[^\n]*\n)*"
_OFN = re.compile(_SKIPPED + rb"(?:Prefix|Ontology)\s*\(")
_OMN = re.compile(_SKIPPED + rb"(?:Prefix|Ontology):\s")


def kind_of(ending: str, start: bytes) -> str:
    """ "ofn", "omn" or "sssom", by the ending of the name or by how the text begins; nothing for what else it may be."""
    if start[:2] == b"\x1f\x8b":
        import zlib

        start = zlib.decompressobj(31).decompress(start, 1 << 16)
    named = _ENDINGS.get(ending.removesuffix(".gz"), "")
    if ending.removesuffix(".gz") in (".ttl", ".nt", ".nq", ".trig", ".jsonld", ".json"):
        return ""
    if _OFN.match(start):
        return "ofn"
    if _OMN.match(start):
        return "omn"
    return "sssom" if looks_like_sssom(start) else named


def prepare() -> None:
    """Import what may be needed, the parser if it is there, while files can still be opened."""
    import difflib  # noqa: F401 - for what is nearest to a mistyped word

    with contextlib.suppress(ImportError):
        import pyhornedowl  # noqa: F401


def to_rdfxml(name: str, text: bytes, kind: str) -> bytes:
    """The same ontology as RDF/XML.

    Raises MissingExtraError, NestingError, and RdfSyntaxError with line and column.
    """
    try:
        import pyhornedowl
    except ImportError:
        what = "Reading OWL functional or Manchester syntax needs py-horned-owl, which is not installed."
        remedy = "Install it with pip install 'aa-ld[owl]', or convert the file to Turtle or RDF/XML."
        raise errors.MissingExtraError(name, what, remedy) from None

    intake.check_nesting(text, name)
    try:
        ontology = pyhornedowl.open_ontology_from_string(text.decode(), "ofn" if kind == "ofn" else "omn")
    except ValueError as error:
        at = re.search(r"line_col: (?:Pos|Span)\(\(?\(?(\d+), (\d+)", str(error))
        where = f"{name}:{at[1]}:{at[2]}" if at else name
        expected = re.search(r"positives: \[([^\]]*)\]", str(error))
        what = f"Here {expected[1]} was expected." if expected and expected[1] else printable(str(error), 200)
        raise errors.RdfSyntaxError(where, what, f"Correct the {NAMES[kind]}.") from None
    return str(ontology.save_to_string("rdf")).encode()
