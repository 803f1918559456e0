"""The files of one resource for machines: Turtle, JSON-LD, N-Triples and RDF/XML, that say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from aa_ld.publish.resources import Resource, path_of
from aa_ld.release.products import named
from aa_ld.turtle import write_turtle
from aa_ld.vocab import BASE, PREFIXES, compact

#: The ending of each file, its media type, and how our own engine calls the syntax; Turtle is written in our layout.
SYNTAXES = {
    "ttl": ("text/turtle", None),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
}
#: The prefixes that files declare.
PREFIXES_OF_FILES = {
    name: PREFIXES[name]
    for name in ("dcterms", "oa", "obo", "owl", "prov", "rdf", "rdfs", "sh", "skos", "xsd")
} | {"aa": BASE}


def files_of(resource: Resource) -> Iterator[tuple[str, bytes]]:
    """The path and the bytes of each file of a resource."""
    triples = named(dict.fromkeys(resource.triples))
    for ending in SYNTAXES:
        yield f"{resource.path}.{ending}", written(triples, ending)
    about: dict[object, list[Triple]] = {NamedNode(part): [] for part in resource.parts}
    for triple in triples:
        if triple.subject in about:
            about[triple.subject].append(triple)
    for part in resource.parts:
        path = path_of(part)
        for ending in SYNTAXES:
            yield f"{path}.{ending}", written(about[NamedNode(part)], ending)
        yield f"{path}.html", _leading_on(part, path, resource).encode()


def _leading_on(part: str, path: str, resource: Resource) -> str:
    """A page that leads on to the place on another page where a part is told."""
    target = escape("../" * path.count("/") + f"{resource.path}.html#{path.rpartition('/')[2]}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(compact(part))}</title>'
        f'<meta http-equiv="refresh" content="0; url={target}"><link rel="canonical" href="{target}"></head>'
        f'<body><p><a href="{target}">{escape(resource.label)}</a></p></body></html>\n'
    )


def written(triples: Iterable[Triple], ending: str) -> bytes:
    """Triples in the syntax of an ending; the same bytes for the same triples in the same order."""
    syntax = SYNTAXES[ending][1]
    if syntax is None:
        return write_turtle(triples).encode()
    listed = sorted(triples, key=str) if ending == "nt" else list(triples)
    return serialize(listed, format=syntax, prefixes=PREFIXES_OF_FILES if ending != "nt" else None) or b""
