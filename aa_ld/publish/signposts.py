"""Typed links in the head of a page, by which a program finds its way (https://signposting.org/FAIR/)."""

from __future__ import annotations

from collections.abc import Iterable

from aa_ld.publish.catalogue import DATASET, Distribution
from aa_ld.publish.markup import address, text
from aa_ld.publish.metadata import Metadata
from aa_ld.publish.rdf import SYNTAXES
from aa_ld.publish.resources import Resource
from aa_ld.publish.schema_org import TYPES
from aa_ld.vocab import BASE

_SCHEMA = "https://schema.org/"

#: Whose licence is not ours to tell.
_OF_OTHERS = ("publication", "source")

#: The records about the whole, with their media types.
_RECORDS = {
    "catalogue.ttl": "text/turtle",
    "dataset.jsonld": "application/ld+json",
    "ro-crate-metadata.json": "application/ld+json",
}


def of_thing(resource: Resource, metadata: Metadata) -> str:
    """The links of the page of a resource: what says the same for machines, its name, kind and licence, and the whole."""
    name = address(resource.path.rsplit("/", 1)[-1])
    files = [(f"{name}.{ending}", media) for ending, (media, _) in SYNTAXES.items()]
    licence = [] if resource.kind in _OF_OTHERS else [_link("license", metadata.licence)]
    return "\n".join(
        [
            *(_link("alternate", *file) for file in files),
            _link("canonical", resource.iri),
            _link("cite-as", resource.iri),
            *_types(TYPES[resource.kind]),
            *(_link("describedby", *file) for file in files),
            *licence,
            _link("collection", DATASET),
        ]
    )


def of_the_whole(metadata: Metadata, files: Iterable[Distribution]) -> str:
    """The links of the first page: the name of this version, its records, and what can be loaded."""
    return "\n".join(
        [
            _link("cite-as", metadata.version_iri),
            *_types("Dataset"),
            *(_link("describedby", *record) for record in _RECORDS.items()),
            *(_link("item", address(each.path), each.media) for each in files),
            _link("license", metadata.licence),
            _link("author", BASE + "project"),
        ]
    )


def _types(kind: str) -> list[str]:
    return [_link("type", _SCHEMA + "AboutPage"), _link("type", _SCHEMA + kind)]


def _link(relation: str, target: str, media: str = "") -> str:
    kind = f' type="{media}"' if media else ""
    return f'<link rel="{relation}"{kind} href="{text(target)}">'
