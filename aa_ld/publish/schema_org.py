"""Resources in the words of schema.org, for search engines and assistants: JSON-LD with its vocabulary inline.

A fact is told as a schema:Claim with its sentence as the text, hedge and all; it
is never a plain statement, so that nobody reads it without its certainty.
"""

from __future__ import annotations

import json
from typing import Any

from pyoxigraph import Literal, NamedNode

from aa_ld.publish.metadata import KEYWORDS, Metadata
from aa_ld.publish.resources import Resource
from aa_ld.vocab import BASE, PREFIXES

_CONTEXT = {"@vocab": "https://schema.org/"}
_SKOS, _DCTERMS, _RDFS = PREFIXES["skos"], PREFIXES["dcterms"], PREFIXES["rdfs"]
_MATCHES = (_SKOS + "exactMatch", _SKOS + "closeMatch")
#: What a kind of resource is in the words of schema.org.
TYPES = {
    "term": "DefinedTerm", "fact": "Claim", "publication": "ScholarlyArticle", "question": "Question",
    "rule": "CreativeWork", "shape": "CreativeWork", "conflict": "CreativeWork", "cohort": "CreativeWork",
    "source": "CreativeWork", "graph": "Dataset",
}  # fmt: skip


#: What the sources observed, as far as the facts tell it.
_OBSERVED = (
    "levels of cytokines and chemokines, and what they follow", "outcomes of treatments", "effects on the arms of the balance of Th1 and Th2",
    "risks, associations and frequencies", "what cells and mediators do to each other",
)  # fmt: skip


def schema_org(resource: Resource, metadata: Metadata) -> dict[str, Any]:
    """What schema.org has words for of a resource.

    >>> from aa_ld import load
    >>> from aa_ld.publish.linked import Site
    >>> site = Site(load("review").layers)
    >>> schema_org(site.resources[BASE + "AlopeciaAreata"], site.metadata)["@type"]
    'DefinedTerm'
    """
    said = _said(resource)
    made: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": resource.iri,
        "@type": TYPES[resource.kind],
        "name": resource.label,
        "url": resource.iri,
    }
    if resource.kind == "term":  # schema.org has no licence of a single term
        terms = {"@type": "DefinedTermSet", "@id": BASE, "name": metadata.title, "license": metadata.licence}
        made |= {"inDefinedTermSet": terms}
        made |= _some("description", said.get(_SKOS + "definition"), single=True)
        made |= _some("alternateName", said.get(_SKOS + "altLabel"))
        made |= _some("sameAs", [iri for match in _MATCHES for iri in said.get(match, [])])
        made["termCode"] = resource.iri.removeprefix(BASE)
        return _told(made)
    whole = {"@type": "Dataset", "@id": BASE + "dataset", "name": metadata.title}
    made |= {"license": metadata.licence, "isPartOf": whole}
    if resource.kind == "fact":
        made |= {
            "text": resource.label,
            "creativeWorkStatus": _certainty(said),
            "appearance": _publications(resource),
        }
    elif resource.kind == "publication":
        made |= _article(said)
    elif resource.kind == "question":
        made |= _some("description", said.get(_RDFS + "comment"), single=True)
    return _told(made)


def _told(made: dict[str, Any]) -> dict[str, Any]:
    """What there is to tell."""
    return {key: value for key, value in made.items() if value not in ("", [], None)}


def dataset(metadata: Metadata, files: list[tuple[str, str]]) -> dict[str, Any]:
    """The whole as a schema:Dataset, with the path and the media type of each file to load."""
    return {
        "@context": _CONTEXT,
        "@type": "Dataset",
        "@id": BASE + "dataset",
        "name": metadata.title,
        "description": metadata.abstract,
        "url": BASE,
        "version": metadata.version,
        "datePublished": metadata.issued,
        "dateCreated": metadata.created,
        "license": metadata.licence,
        "keywords": list(KEYWORDS),
        "isAccessibleForFree": True,
        "inLanguage": "en",
        "creator": {"@type": "Organization", "name": metadata.publisher, "url": BASE},
        "publisher": {"@type": "Organization", "name": metadata.publisher, "url": BASE},
        "citation": metadata.citation,
        "identifier": metadata.version_iri,
        "variableMeasured": list(_OBSERVED),
        "http://purl.org/dc/terms/conformsTo": {"@id": "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"},
        "distribution": [
            {"@type": "DataDownload", "contentUrl": BASE + path, "encodingFormat": media}
            for path, media in files
        ],
    }


def script(resource: Resource, metadata: Metadata) -> str:
    """The text of a script element of type application/ld+json; nothing in it can end that element."""
    return embedded(schema_org(resource, metadata))


def embedded(value: object) -> str:
    """A value as JSON that may stand in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _said(resource: Resource) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for triple in resource.triples:
        if (
            isinstance(triple.subject, NamedNode)
            and triple.subject.value == resource.iri
            and isinstance(triple.object, NamedNode | Literal)
        ):
            found.setdefault(triple.predicate.value, []).append(triple.object.value)
    return found


def _some(name: str, values: list[str] | None, *, single: bool = False) -> dict[str, Any]:
    listed = sorted(set(values or ()))
    return {name: listed[0] if single else listed} if listed else {}


def _certainty(said: dict[str, list[str]]) -> str:
    found = said.get(BASE + "certainty", [""])[0]
    return found.removeprefix(BASE).lower()


def _publications(resource: Resource) -> list[dict[str, str]]:
    found = {
        t.object.value
        for t in resource.triples
        if t.predicate.value == BASE + "publication" and isinstance(t.object, NamedNode)
    }
    return [{"@type": "ScholarlyArticle", "@id": iri} for iri in sorted(found)]


def _article(said: dict[str, list[str]]) -> dict[str, Any]:
    made = _some("headline", said.get(_DCTERMS + "title"), single=True)
    made |= _some("datePublished", said.get(_DCTERMS + "issued"), single=True)
    made |= _some("identifier", said.get(_DCTERMS + "identifier"))
    return made | _some("sameAs", said.get(PREFIXES["owl"] + "sameAs", []) + said.get(_RDFS + "seeAlso", []))
