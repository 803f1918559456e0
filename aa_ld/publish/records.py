"""Records for archives and catalogues, all made from the same metadata: citation, code, deposit, crate, data package.

Specifications: https://citation-file-format.github.io/ (1.2.0), https://codemeta.github.io/ (3.0),
https://developers.zenodo.org/#representation, https://w3id.org/ro/crate/1.2, https://datapackage.org/ (2.0).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from aa_ld import __version__
from aa_ld.ask import DISCLAIMER
from aa_ld.publish.catalogue import Distribution, described
from aa_ld.publish.metadata import CODE_LICENCE, KEYWORDS, Metadata
from aa_ld.publish.schema_org import dataset
from aa_ld.vocab import BASE


def records(metadata: Metadata, files: list[Distribution]) -> dict[str, str]:
    """The path and the text of each record."""
    return {
        "CITATION.cff": citation(metadata),
        "codemeta.json": _json(codemeta(metadata)),
        ".zenodo.json": _json(zenodo(metadata)),
        "ro-crate-metadata.json": _json(crate(metadata, files)),
        "datapackage.json": _json(
            package(metadata, [each for each in files if each.path.startswith("tables/")])
        ),
        "dataset.jsonld": _json(dataset(metadata, [(each.path, each.media) for each in files])),
        "dataset.html": _LEADING_ON,
        "catalogue.html": _LEADING_ON,
        "llms.txt": for_assistants(metadata, files),
    }


#: The page of the data set, and of the catalogue, is the one that tells of all.
_LEADING_ON = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The data set</title>'
    '<meta http-equiv="refresh" content="0; url=about.html"><link rel="canonical" href="about.html"></head>'
    '<body><p><a href="about.html">About the data</a></p></body></html>\n'
)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def citation(metadata: Metadata) -> str:
    """CITATION.cff, which says in which words to cite."""
    keywords = ", ".join(KEYWORDS)
    return (
        "cff-version: 1.2.0\n"
        "message: Please cite this knowledge, and the publications that its answers name.\n"
        f"title: {json.dumps(metadata.title, ensure_ascii=False)}\n"
        f"abstract: {json.dumps(metadata.abstract, ensure_ascii=False)}\n"
        "type: dataset\n"
        f"authors:\n  - name: {metadata.publisher}\n"
        f"version: {metadata.version}\n"
        f'date-released: "{metadata.issued}"\n'
        "license: CC0-1.0\n"
        f"url: {BASE}\n"
        f"keywords: [{keywords}]\n"
    )


def codemeta(metadata: Metadata) -> dict[str, Any]:
    """codemeta.json, which is about the software."""
    return {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "@id": BASE + f"software/{__version__}",
        "name": "aa-ld",
        "description": metadata.description,
        "version": __version__,
        "datePublished": metadata.issued,
        "license": CODE_LICENCE,
        "programmingLanguage": "Python",
        "runtimePlatform": "Python 3.11, 3.12, 3.13",
        "keywords": list(KEYWORDS),
        "author": [{"@type": "Organization", "name": metadata.publisher}],
    }


def zenodo(metadata: Metadata) -> dict[str, Any]:
    """.zenodo.json; where it is there, Zenodo does not look at CITATION.cff."""
    return {
        "title": metadata.title,
        "description": f"<p>{metadata.abstract}</p><p>{DISCLAIMER}</p>",
        "upload_type": "dataset",
        "access_right": "open",
        "license": "cc-zero",
        "version": metadata.version,
        "publication_date": metadata.issued,
        "language": "eng",
        "keywords": list(KEYWORDS),
        "creators": [{"name": metadata.publisher}],
        # Of DataCite's relations Zenodo's schema of deposits takes some only, and isVersionOf is not among them.
        "related_identifiers": [{"identifier": BASE, "relation": "isDocumentedBy", "scheme": "url"}],
    }


def crate(metadata: Metadata, files: Iterable[Distribution]) -> dict[str, Any]:
    """ro-crate-metadata.json: the folder as a research object, with each file to load."""
    listed = list(files)
    publisher = {"@id": BASE + "project", "@type": "Organization", "name": metadata.publisher, "url": BASE}
    identifier = {
        "@id": "#version",
        "@type": "PropertyValue",
        "name": "IRI of this version",
        "value": metadata.version_iri,
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": metadata.title,
        "description": metadata.abstract,
        "datePublished": metadata.issued,
        "version": metadata.version,
        "license": {"@id": metadata.licence},
        "publisher": {"@id": publisher["@id"]},
        "author": {"@id": publisher["@id"]},
        "keywords": ", ".join(KEYWORDS),
        "identifier": {"@id": identifier["@id"]},
        "hasPart": [{"@id": each.path} for each in listed],
    }
    parts = [
        {
            "@id": each.path,
            "@type": "File",
            "name": each.title,
            "description": described(each),
            "encodingFormat": each.media,
            "contentSize": str(each.size),
            "sha256": each.digest,
        }
        for each in listed
    ]
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
        "about": {"@id": "./"},
    }
    licence = {
        "@id": metadata.licence,
        "@type": "CreativeWork",
        "name": "CC0 1.0 Universal",
        "description": "No rights are reserved.",
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.2/context",
        "@graph": [descriptor, root, publisher, licence, identifier, *parts],
    }


def package(metadata: Metadata, tables: Iterable[Distribution]) -> dict[str, Any]:
    """datapackage.json: the tables, with their columns."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "aa-ld",
        "id": metadata.version_iri,
        "title": metadata.title,
        "description": f"{metadata.abstract} {DISCLAIMER}",
        "version": metadata.version,
        "created": f"{metadata.issued}T00:00:00Z",
        "homepage": BASE,
        "licenses": [{"name": "CC0-1.0", "path": metadata.licence, "title": "CC0 1.0 Universal"}],
        "keywords": list(KEYWORDS),
        "resources": [_table(each) for each in tables],
    }


def _table(file: Distribution) -> dict[str, Any]:
    delimiter = "\t" if file.path.endswith(".tsv") else ","
    header = next(csv.reader(io.StringIO(file.data.first.decode("utf-8-sig")), delimiter=delimiter), [])
    name = file.path.rpartition("/")[2].rpartition(".")[0]
    return {
        "name": name,
        "type": "table",
        "path": file.path,
        "title": file.title,
        "format": "tsv" if delimiter == "\t" else "csv",
        "mediatype": file.media,
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": "sha256:" + file.digest,
        "dialect": {"delimiter": delimiter},
        "schema": {"fields": [{"name": column, "type": "string"} for column in header]},
    }


def for_assistants(metadata: Metadata, files: Iterable[Distribution]) -> str:
    """llms.txt: where an assistant finds what, and what it must not leave out (https://llmstxt.org/)."""
    listed = "".join(f"- [{each.path}]({each.path}): {each.title}\n" for each in files)
    return (
        f"# {metadata.title}\n\n> {metadata.abstract}\n\n"
        "Every fact says how firmly its source puts it, in whom, and on what evidence. Whoever repeats a fact repeats its "
        "certainty, its hedge and its population with it. That nothing is said of something is not a no. Publications that "
        f"disagree stand side by side. {DISCLAIMER}\n\n"
        "## Pages\n\n- [Questions](questions.html): what can be asked, with the answers\n"
        "- [Facts](facts.html): every fact with its evidence\n"
        "- [Conflicts](conflicts.html): where publications disagree\n"
        "- [Advice for one patient](advise.html): for and against each treatment, for a profile entered in the page; "
        "`aa-ld advise` gives the same\n\n"
        f"## Files\n\n{listed}"
    )
