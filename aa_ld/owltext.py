"""OWL in functional and in Manchester syntax, turned into RDF/XML by py-horned-owl.

Only a child turns it: the parser is foreign, and so is the text.
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING

from aa_ld import errors, intake
from aa_ld.vocab import printable

if TYPE_CHECKING:
    from pyoxigraph import Quad

NAMES = {"ofn": "OWL functional syntax", "omn": "OWL Manchester syntax"}

_ENDINGS = {".ofn": "ofn", ".fss": "ofn", ".omn": "omn"}
_RDF = (".ttl", ".nt", ".nq", ".trig", ".jsonld", ".json")
_SKIPPED = rb"\A\xef?\xbb?\xbf?(?:\s+|#[^\n]*\n)*"
_OFN = re.compile(_SKIPPED + rb"(?:Prefix|Ontology)\s*\(")
_OMN = re.compile(_SKIPPED + rb"(?:Prefix|Ontology):\s")


def kind_of(ending: str, start: bytes) -> str:
    """ "ofn" or "omn", by how a text begins or by the ending of its name; nothing for what else it may be.

    >>> kind_of(".owl", b"Prefix(:=<http://example.org/>)"), kind_of(".omn", b""), kind_of(".ttl", b"")
    ('ofn', 'omn', '')
    """
    if is_rdf(ending):
        return ""
    start = unpacked(start)
    if _OFN.match(start):
        return "ofn"
    return "omn" if _OMN.match(start) else _ENDINGS.get(ending.removesuffix(".gz"), "")


def is_rdf(ending: str) -> bool:
    """Whether the ending of a name leaves no doubt that it is RDF."""
    return ending.removesuffix(".gz") in _RDF


def unpacked(start: bytes) -> bytes:
    """The first bytes of a file as they are when it is unpacked, if it is packed with gzip."""
    if start[:2] != b"\x1f\x8b":
        return start
    import zlib

    with contextlib.suppress(zlib.error):  # whoever reads all of it tells what is wrong
        return zlib.decompressobj(31).decompress(start, 1 << 16)
    return b""


def read_ontology(path: intake.Path) -> list[Quad]:
    """The triples of an ontology: RDF as `aa_ld.intake.read_rdf` reads it, or OWL functional or Manchester syntax; .gz too.

    Raises the errors of `read_rdf`, and MissingExtraError where the parser of
    OWL is not installed.

    >>> from aa_ld import places
    >>> len(read_ontology(places.layer_files("mappings")[0])) > 30
    True
    """
    name = os.fsdecode(path)
    with open(intake.open_file(name), "rb") as file:
        start = file.read(1 << 16)
    stem, ending = os.path.splitext(name.lower())
    ending = os.path.splitext(stem)[1] if ending == ".gz" else ending
    return intake.read_rdf(path, owl=kind_of(ending, start))


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
