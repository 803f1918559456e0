"""A file for each nanopublication, all of them in one, and an index that names them (https://nanopub.net/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.exchange.described import Described
from aa_ld.exchange.nanopub import each_nanopub, trig
from aa_ld.publish.metadata import Metadata
from aa_ld.publish.resources import path_of
from aa_ld.store import Source
from aa_ld.turtle import write_turtle
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE

_NP, _NPX, _DCTERMS, _PROV = (PREFIXES[name] for name in ("np", "npx", "dcterms", "prov"))

#: Where the nanopublication of a fact lies, under the folder.
FOLDER = "nanopubs/"


def nanopubs(source: Source, facts: Iterable[Described], metadata: Metadata) -> Iterator[tuple[str, str]]:
    """The path and the text of each file; the last two hold all, and the index."""
    prefixes: set[str] = set()
    blocks: list[str] = []
    named = []
    for iri, declared, written in each_nanopub(source, facts):
        named.append(iri + "/nanopub/")
        prefixes |= declared
        blocks += written
        yield FOLDER + path_of(iri).removeprefix("fact/") + ".trig", trig(declared, written)
    yield FOLDER + "all.trig", trig(prefixes, blocks)
    yield FOLDER + "index.trig", index(named, metadata)


def index(named: Iterable[str], metadata: Metadata) -> str:
    """A nanopublication that says which ones belong together, and which index it supersedes."""
    this = f"{metadata.version_iri}/nanopub-index/"
    graphs = {part: this + part for part in ("Head", "assertion", "provenance", "pubinfo")}
    head: list[tuple[str, str, NamedNode | Literal]] = [
        (this, RDF_TYPE, NamedNode(_NP + "Nanopublication")),
        (this, _NP + "hasAssertion", NamedNode(graphs["assertion"])),
        (this, _NP + "hasProvenance", NamedNode(graphs["provenance"])),
        (this, _NP + "hasPublicationInfo", NamedNode(graphs["pubinfo"])),
    ]
    creator, day = NamedNode(BASE + "project"), PREFIXES["xsd"] + "dateTime"
    info: list[tuple[str, str, NamedNode | Literal]] = [
        (this, RDF_TYPE, NamedNode(_NPX + "NanopubIndex")),
        (this, _DCTERMS + "title", Literal(f"{metadata.title}, version {metadata.version}", language="en")),
        (this, _DCTERMS + "creator", creator),
        (this, _DCTERMS + "license", NamedNode(metadata.licence)),
        (this, _DCTERMS + "created", Literal(f"{metadata.issued}T00:00:00Z", datatype=NamedNode(day))),
        *(
            [(this, _NPX + "supersedes", NamedNode(metadata.prior + "/nanopub-index/"))]
            if metadata.prior
            else []
        ),
    ]
    said: dict[str, list[tuple[str, str, NamedNode | Literal]]] = {
        "Head": head,
        "assertion": [(this, _NPX + "includesElement", NamedNode(each)) for each in sorted(named)],
        "provenance": [(graphs["assertion"], _PROV + "wasAttributedTo", creator)],
        "pubinfo": info,
    }
    prefixes: set[str] = set()
    blocks = []
    for part, triples in said.items():
        text = write_turtle(Triple(NamedNode(s), NamedNode(p), o) for s, p, o in triples)
        declared, _, body = text.partition("\n\n")
        prefixes.update(line for line in declared.split("\n") if line)
        blocks.append(f"<{graphs[part]}> {{\n{body}}}\n")
    return trig(prefixes, blocks)
