"""The publication described for programs: VoID with partitions, DCAT 3, and PROV of how it was made.

Specifications: https://www.w3.org/TR/void/, https://www.w3.org/TR/vocab-dcat-3/,
https://www.w3.org/TR/prov-o/. No clock is read: dates are those of the version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aa_ld import __version__, places
from aa_ld.publish.metadata import KEYWORDS, Metadata
from aa_ld.publish.spool import Spool
from aa_ld.publish.usage import Usage
from aa_ld.question import read_questions
from aa_ld.store import Layers
from aa_ld.vocab import BASE, LAYERS, PREFIXES, RDF_TYPE

_DCAT, _VOID = "http://www.w3.org/ns/dcat#", "http://rdfs.org/ns/void#"
_SPDX = "http://spdx.org/rdf/terms#"
_MEDIA = "https://www.iana.org/assignments/media-types/"

#: The IRI of the whole as a data set.
DATASET = BASE + "dataset"

#: What else the prefixes of the project do not have.
PREFIXES_HERE = {"dcat": _DCAT, "void": _VOID, "spdx": _SPDX}


class Distribution(NamedTuple):
    """A file that holds all or a part of the data.

    path   under the folder
    title  what it holds
    media  its media type, without packing
    data   its bytes, as long as they are needed; their number, digest and first line stay
    """

    path: str
    title: str
    media: str
    data: Spool

    @classmethod
    def of(cls, path: str, title: str, media: str, data: bytes) -> Distribution:
        """A file with these bytes."""
        return cls(path, title, media, Spool.of([data]))

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.data.size

    @property
    def digest(self) -> str:
        """Their SHA-256."""
        return self.data.digest

    def written(self) -> Distribution:
        """The same without its bytes, once they lie on a disk; the first line stays, which names the columns of a table."""
        self.data.close()
        return self


#: What the ending of a file means, for people.
_KINDS = {
    "ttl": "RDF as Turtle", "owl": "OWL as RDF/XML", "jsonld": "RDF as JSON-LD", "nt": "RDF as N-Triples",
    "nq": "RDF as N-Quads, a named graph a layer", "trig": "RDF as TriG, in named graphs", "obo": "an ontology in OBO 1.4",
    "tsv": "a table, columns parted by tabs", "csv": "a table, columns parted by commas", "jsonl": "JSON, an object a line",
}  # fmt: skip


def described(file: Distribution) -> str:
    """A sentence about a file: what it holds, in which form, packed or not, of how many bytes.

    >>> described(Distribution.of("data/x.nt.gz", "Some facts", "application/n-triples", b"12345"))
    'Some facts: RDF as N-Triples, packed by gzip, 5 bytes.'
    """
    kind = _KINDS.get(file.path.removesuffix(".gz").rpartition(".")[2], file.media)
    packed = ", packed by gzip" if file.path.endswith(".gz") else ""
    return f"{file.title}: {kind}{packed}, {file.size:,} bytes."


def catalogue(layers: Layers, metadata: Metadata, files: Iterable[Distribution], used: Usage) -> list[Triple]:
    """The triples of dcat.ttl and void.ttl, which are one file; `used` is how often classes and properties are.

    >>> from aa_ld.publish.metadata import read_metadata
    >>> from aa_ld.publish.usage import usage
    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> made = catalogue(layers, read_metadata(layers), [], usage(layers))
    >>> any(triple.predicate.value.endswith("#classPartition") for triple in made)
    True
    """
    made = [*_whole(metadata), *_graphs(layers), *_partitions(used), *_questions()]
    for each in files:
        made += _distribution(each, metadata)
    return [*made, *_provenance(metadata)]


def _node(iri: str) -> NamedNode:
    return NamedNode(iri)


def _word(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode({**PREFIXES, **PREFIXES_HERE}[prefix] + local)


def _about(iri: str, said: Iterable[tuple[str, str | Literal | NamedNode]]) -> Iterator[Triple]:
    """What is said of an IRI; a text that begins with a known prefix is a name, any other an English text."""
    for predicate, value in said:
        term = value if isinstance(value, Literal | NamedNode) else Literal(value, language="en")
        yield Triple(_node(iri), NamedNode(RDF_TYPE) if predicate == "a" else _word(predicate), term)


def _day(text: str) -> Literal:
    return Literal(text, datatype=_word("xsd:date"))


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=_word("xsd:integer"))


def _whole(metadata: Metadata) -> Iterator[Triple]:
    publisher = _node(BASE + "project")
    yield from _about(
        publisher.value,
        [
            ("a", _word("foaf:Organization")),
            ("a", _word("foaf:Agent")),
            ("foaf:name", Literal(metadata.publisher)),
        ],
    )
    yield from _about(
        BASE + "catalogue",
        [
            ("a", _word("dcat:Catalog")), ("dcterms:title", f"Catalogue of {metadata.title}"),
            ("dcterms:description", "The data set, its files to load, and how they were made."),
            ("dcterms:publisher", publisher), ("dcterms:license", _node(metadata.licence)),
            ("dcterms:issued", _day(metadata.issued)), ("dcat:dataset", _node(DATASET)),
            ("foaf:homepage", _node(BASE)),
        ],
    )  # fmt: skip
    yield from _about(
        DATASET,
        [
            ("a", _word("dcat:Dataset")), ("a", _word("void:Dataset")),
            ("dcterms:title", metadata.title), ("dcterms:description", metadata.abstract),
            ("dcterms:identifier", Literal(DATASET)), ("dcterms:issued", _day(metadata.issued)),
            ("dcterms:created", _day(metadata.created)), ("dcterms:license", _node(metadata.licence)),
            ("dcterms:publisher", publisher), ("dcterms:creator", publisher),
            ("dcterms:language", _node("http://id.loc.gov/vocabulary/iso639-1/en")),
            ("dcterms:conformsTo", _node(BASE)), ("dcterms:bibliographicCitation", Literal(metadata.citation)),
            ("dcat:version", Literal(metadata.version)), ("dcat:landingPage", _node(BASE)),
            ("dcat:isVersionOf", _node(BASE)), *([("dcat:previousVersion", _node(metadata.prior))] if metadata.prior else []),
            *(("dcat:keyword", word) for word in KEYWORDS),
            ("dcat:theme", _word("aa:AlopeciaAreata")), ("dcat:theme", _word("aa:AtopicDermatitis")),
            ("void:uriSpace", Literal(BASE)), ("void:exampleResource", _word("aa:AlopeciaAreata")),
            ("void:dataDump", _node(BASE + "data/aa-ld.nq.gz")), ("void:rootResource", _node(BASE)),
            *(("void:vocabulary", _node(PREFIXES[name])) for name in ("aa", "dcterms", "oa", "prov", "skos")),
            ("prov:wasGeneratedBy", _node(metadata.version_iri + "/build")),
        ],
    )  # fmt: skip


def _distribution(file: Distribution, metadata: Metadata) -> Iterator[Triple]:
    iri = f"{BASE}{file.path}"
    checksum = iri + "#checksum"
    yield Triple(_node(DATASET), _word("dcat:distribution"), _node(iri))
    yield from _about(
        iri,
        [
            ("a", _word("dcat:Distribution")), ("dcterms:title", file.title), ("dcterms:description", described(file)),
            ("dcterms:license", _node(metadata.licence)), ("dcat:downloadURL", _node(iri)), ("dcat:accessURL", _node(BASE)),
            ("dcat:mediaType", _node(_MEDIA + file.media)), ("dcat:byteSize", Literal(str(file.size), datatype=_word("xsd:nonNegativeInteger"))),
            *([("dcat:compressFormat", _node(_MEDIA + "application/gzip"))] if file.path.endswith(".gz") else []),
            ("spdx:checksum", _node(checksum)),
        ],
    )  # fmt: skip
    digest = Literal(file.digest, datatype=_word("xsd:hexBinary"))
    yield from _about(
        checksum,
        [
            ("a", _word("spdx:Checksum")),
            ("spdx:algorithm", _word("spdx:checksumAlgorithm_sha256")),
            ("spdx:checksumValue", digest),
        ],
    )


def _graphs(layers: Layers) -> Iterator[Triple]:
    total = 0
    for graph in sorted(layers.graphs, key=str):
        count = sum(1 for _ in layers.store.quads_for_pattern(None, None, None, graph))
        total += count
        yield Triple(_node(DATASET), _word("void:subset"), graph)
        yield from _about(graph.value, [("a", _word("void:Dataset")), ("void:triples", _number(count))])
    yield Triple(_node(DATASET), _word("void:triples"), _number(total))


def _partitions(used: Usage) -> Iterator[Triple]:
    """How many instances each class has, and how many triples each property, as editors complete names by it."""
    for name, count in (
        ("distinctSubjects", used.subjects),
        ("classes", len(used.classes)),
        ("properties", len(used.properties)),
    ):
        yield Triple(_node(DATASET), _word(f"void:{name}"), _number(count))
    yield from _each("class", used.classes, "void:class", "void:entities")
    yield from _each("property", used.properties, "void:property", "void:triples")


def _each(kind: str, counts: Mapping[str, int], names: str, counted: str) -> Iterator[Triple]:
    for iri, count in sorted(counts.items()):
        part = BlankNode(f"{kind}{sha256(iri.encode()).hexdigest()[:12]}")
        yield Triple(_node(DATASET), _word(f"void:{kind}Partition"), part)
        yield Triple(part, _word(names), _node(iri))
        yield Triple(part, _word(counted), _number(count))


def _questions() -> Iterator[Triple]:
    for name in read_questions():
        yield Triple(_node(DATASET), _word("rdfs:seeAlso"), _word(f"question:{name}"))


def _provenance(metadata: Metadata) -> Iterator[Triple]:
    """What was done: files of the repository, by their digests, were published by this version of the software."""
    build, agent = metadata.version_iri + "/build", BASE + f"software/{__version__}"
    yield from _about(
        build,
        [
            ("a", _word("prov:Activity")), ("rdfs:label", f"Publication of version {metadata.version}"),
            ("prov:wasAssociatedWith", _node(agent)),
        ],
    )  # fmt: skip
    yield from _about(
        agent,
        [
            ("a", _word("prov:SoftwareAgent")),
            ("rdfs:label", f"aa-ld {__version__}"),
            ("dcat:version", Literal(__version__)),
        ],
    )
    for layer in LAYERS:
        for path in places.layer_files(layer):
            used = f"{build}/{path.name}"
            yield Triple(_node(build), _word("prov:used"), _node(used))
            yield from _about(
                used,
                [
                    ("a", _word("prov:Entity")),
                    ("rdfs:label", Literal(path.name)),
                    ("dcterms:identifier", Literal("sha256:" + sha256(path.read_bytes()).hexdigest())),
                ],
            )
