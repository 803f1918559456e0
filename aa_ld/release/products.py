"""The files of a release: the ontology in every syntax, the part that is ours alone, the mappings.

    aa.ttl .owl .jsonld .nt   the ontology with the annotations that others look for
    aa-base.owl, .ttl         what is said of our own terms, and nothing else
    aa-full.owl, .ttl         the ontology with slices of others that stand beside it
    aa.obo                    as far as the OBO format has words for it
    aa.sssom.tsv              the alignments

The same files give the same bytes: no clock, no random name.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from aa_ld import places
from aa_ld.release.annotated import annotated
from aa_ld.release.mappings import write_sssom
from aa_ld.release.obo_format import write_obo
from aa_ld.turtle import write_turtle
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE

_OWL = PREFIXES["owl"]
_TYPE, _LABEL = NamedNode(RDF_TYPE), PREFIXES["rdfs"] + "label"
_DECLARATION = frozenset(NamedNode(_OWL + name) for name in ("AnnotationProperty", "Class"))


def ontology_triples() -> list[Triple]:
    """The triples of ontology/aa.ttl."""
    (path,) = places.layer_files("ontology")
    return [quad.triple for quad in parse(path=str(path), format=RdfFormat.TURTLE)]


def released() -> list[Triple]:
    """The triples of aa.owl and its like."""
    return named(annotated(ontology_triples()))


def products(slices: Iterable[Quad | Triple] = ()) -> dict[str, bytes]:
    """The files of a release by name.

    slices  triples of other ontologies that stand beside ours in aa-full; without any, aa-full is not made

    >>> sorted(products())[:4]
    ['aa-base.owl', 'aa-base.ttl', 'aa.jsonld', 'aa.nt']
    """
    ontology = ontology_triples()
    whole = released()
    made: dict[str, list[Triple]] = {"aa": whole, "aa-base": _versioned(base(whole), "aa-base")}
    beside = [each.triple if isinstance(each, Quad) else each for each in slices]
    if beside:
        made["aa-full"] = _versioned([*whole, *named(beside, "slice")], "aa-full")
    files = {
        f"{name}.{ending}": PRODUCTS[ending](triples)
        for name, triples in made.items()
        for ending in (PRODUCTS if name == "aa" else ("owl", "ttl"))
    }
    header = {t.predicate.value: t.object for t in ontology if t.subject == NamedNode(BASE)}
    version = _text(header, _OWL + "versionInfo")
    date = _text(header, PREFIXES["dcterms"] + "modified")
    obo = write_obo(whole)
    left = "".join(f"{term}\t{predicate}\n" for term, predicate in obo.left_out)
    return dict(
        sorted(
            {
                **files,
                "aa.obo": obo.text.encode(),
                "aa.obo.left-out.tsv": f"term\tproperty\n{left}".encode(),
                "aa.sssom.tsv": write_sssom(ontology, version, date, _labels()).encode(),
            }.items()
        )
    )


def base(triples: Iterable[Triple]) -> list[Triple]:
    """What is said of our own terms: no word about those of others but that annotation properties are such."""
    given = list(triples)
    reached: set[object] = {
        t.subject for t in given if isinstance(t.subject, NamedNode) and t.subject.value.startswith(BASE)
    }
    reached |= {t.subject for t in given if isinstance(t.subject, BlankNode)}
    used = {t.predicate for t in given if t.subject in reached}
    return [t for t in given if t.subject in reached or (t.subject in used and t.predicate == _TYPE)]


def _versioned(triples: list[Triple], name: str) -> list[Triple]:
    """The same with the header of a product: an ontology of its own, of the same version."""
    own, version = NamedNode(BASE), ""
    for t in triples:
        if t.subject == own and t.predicate.value == _OWL + "versionInfo":
            version = t.object.value  # type: ignore[union-attr]
    product = NamedNode(f"{BASE}{name}")
    said = {_OWL + "versionIRI": NamedNode(f"{BASE}version/{version}/{name}")}
    return [
        Triple(product, t.predicate, said.get(t.predicate.value, t.object)) if t.subject == own else t
        for t in triples
        if not (t.subject == own and t.predicate.value == _OWL + "priorVersion")
    ]


def named(triples: Iterable[Triple], stem: str = "b") -> list[Triple]:
    """The triples with blank nodes numbered in the order of the file, so that every run names them alike."""
    names: dict[BlankNode, BlankNode] = {}

    def of(term: object) -> object:
        if isinstance(term, BlankNode):
            return names.setdefault(term, BlankNode(f"{stem}{len(names):04d}"))
        return term

    return [
        Triple(of(t.subject), t.predicate, of(t.object))  # type: ignore[arg-type]
        if isinstance(t.object, BlankNode) or isinstance(t.subject, BlankNode)
        else t
        for t in triples
    ]


def _labels() -> dict[str, str]:
    """The labels of MeSH records, as the layer of mappings has them."""
    found = {}
    for path in places.layer_files("mappings"):
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            if quad.predicate.value == _LABEL and isinstance(quad.object, Literal):
                found[quad.subject.value] = quad.object.value
    return found


def _text(header: Mapping[str, object], predicate: str) -> str:
    found = header.get(predicate)
    return found.value if isinstance(found, Literal) else ""


def _turtle(triples: list[Triple]) -> bytes:
    return write_turtle(triples).encode()


def _ntriples(triples: list[Triple]) -> bytes:
    return "".join(sorted(f"{t} .\n" for t in triples)).encode()


#: Prefixes that RDF/XML and JSON-LD are written with.
_PREFIXES = ("aa", "dcterms", "obo", "oboInOwl", "owl", "rdf", "rdfs", "skos", "xsd")


def _by_engine(syntax: RdfFormat) -> Callable[[list[Triple]], bytes]:
    def write(triples: list[Triple]) -> bytes:
        prefixes = {name: PREFIXES[name] for name in _PREFIXES}
        return serialize(sorted(triples, key=_place), format=syntax, prefixes=prefixes) or b""

    return write


def _place(triple: Triple) -> tuple[bool, str, bool, str, str]:
    """Terms by IRI, then what has none; types first."""
    subject = str(triple.subject)
    return (
        isinstance(triple.subject, BlankNode),
        subject,
        triple.predicate != _TYPE,
        str(triple.predicate),
        str(triple.object),
    )


#: The ending of each syntax to what writes it.
PRODUCTS: dict[str, Callable[[list[Triple]], bytes]] = {
    "ttl": _turtle,
    "owl": _by_engine(RdfFormat.RDF_XML),
    "jsonld": _by_engine(RdfFormat.JSON_LD),
    "nt": _ntriples,
}


def packed(data: bytes) -> bytes:
    """The bytes as gzip, without a time in them."""
    return gzip.compress(data, mtime=0)
