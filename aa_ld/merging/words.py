"""The words of other vocabularies that a merge looks at, and how IRIs and literals of N-Triples are read."""

from __future__ import annotations

import re
from itertools import chain, compress
from operator import ne

from aa_ld.vocab import PREFIXES

OWL, RDF, RDFS, SKOS = (PREFIXES[p] for p in ("owl", "rdf", "rdfs", "skos"))
OBO, OIO, DCTERMS, MESHV = (
    PREFIXES["obo"],
    "http://www.geneontology.org/formats/oboInOwl#",
    PREFIXES["dcterms"],
    PREFIXES["meshv"],
)

TYPE, LABEL = RDF + "type", RDFS + "label"
SUBCLASS, SUBPROPERTY, DOMAIN, RANGE = (RDFS + n for n in ("subClassOf", "subPropertyOf", "domain", "range"))
EQUIVALENT, DISJOINT, DEPRECATED = OWL + "equivalentClass", OWL + "disjointWith", OWL + "deprecated"
EQUIVALENT_PROPERTY, INVERSE = OWL + "equivalentProperty", OWL + "inverseOf"
IMPORTS, VERSION_IRI, ONTOLOGY = OWL + "imports", OWL + "versionIRI", OWL + "Ontology"
EXACT = SKOS + "exactMatch"
MATCHES = tuple(SKOS + n for n in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"))
XREF, ALTERNATIVE, CONSIDER = (OIO + n for n in ("hasDbXref", "hasAlternativeId", "consider"))
REPLACED_BY, REPLACED_BY_TOO = OBO + "IAO_0100001", DCTERMS + "isReplacedBy"
TREE_NUMBER = MESHV + "treeNumber"
LICENCES = (
    DCTERMS + "license", DCTERMS + "rights", "http://purl.org/dc/elements/1.1/license", "http://purl.org/dc/elements/1.1/rights",
    "http://creativecommons.org/ns#license", "https://schema.org/license",
)  # fmt: skip

#: Predicates whose triples the report needs.
TABLED = (
    TYPE, LABEL, SUBCLASS, SUBPROPERTY, DOMAIN, RANGE, EQUIVALENT, DISJOINT, DEPRECATED, EQUIVALENT_PROPERTY, INVERSE,
    IMPORTS, VERSION_IRI, *MATCHES, XREF, ALTERNATIVE, CONSIDER, REPLACED_BY, REPLACED_BY_TOO, TREE_NUMBER, *LICENCES,
)  # fmt: skip

#: Predicates whose objects are IRIs but no terms that could be out of date.
UNREFERRED = {f"<{MESHV}parentTreeNumber>".encode(), f"<{OIO}inSubset>".encode()}

_LITERAL = re.compile(rb'"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?', re.S)
_ESCAPES = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
_SIGNS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def distinct(lines: list[bytes]) -> list[bytes]:
    """Sorted lines without repeats.

    >>> distinct([b"a", b"b", b"b"])
    [b'a', b'b']
    """
    return list(compress(lines, chain(map(ne, lines, lines[1:]), (True,))))


def text_of(term: bytes) -> str:
    r"""The IRI or the text of a term of N-Triples.

    >>> text_of(b'"a \\"b\\""@en'), text_of(b"<http://example.org/x>")
    ('a "b"', 'http://example.org/x')
    """
    if term[:1] == b"<":
        return term[1:-1].decode()
    found = _LITERAL.match(term)
    if not found:
        return term.decode()
    text = found[1].decode()
    if "\\" not in text:
        return text

    def sign(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _SIGNS.get(match[3], match[3])

    return _ESCAPES.sub(sign, text)


def language_of(term: bytes) -> str:
    """The language of a literal, or nothing.

    >>> language_of(b'"a"@en'), language_of(b'"a"')
    ('en', '')
    """
    found = _LITERAL.match(term)
    return found[2].decode().lower() if found and found[2] else ""
