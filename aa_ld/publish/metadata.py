"""What is said of the publication as a whole, read once from the header of the ontology: the one source of all records."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import Literal

from aa_ld.store import Source, rows
from aa_ld.vocab import BASE, PREFIXES

_DCTERMS, _OWL = PREFIXES["dcterms"], PREFIXES["owl"]

#: Words by which people look for it.
KEYWORDS = ("alopecia areata", "atopic dermatitis", "cytokines", "linked data")

#: The licence of the code, which no triple of the data speaks of.
CODE_LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"


class Metadata(NamedTuple):
    """What every record of the publication says.

    version      of ontology and facts, as in 0.5.0
    issued       day of this version, YYYY-MM-DD
    created      day of the first version
    licence      IRI of the licence of the data
    version_iri  the IRI of this version
    prior        the IRI of the version before; empty for the first
    """

    title: str
    description: str
    abstract: str
    version: str
    issued: str
    created: str
    licence: str
    version_iri: str
    prior: str
    citation: str
    publisher: str


def read_metadata(source: Source) -> Metadata:
    """The metadata of opened layers.

    >>> from aa_ld.store import open_layers
    >>> read_metadata(open_layers()).licence
    'https://creativecommons.org/publicdomain/zero/1.0/'
    """
    said: dict[str, str] = {}
    for row in rows(source, f"SELECT ?p ?o WHERE {{ <{BASE}> ?p ?o }}"):
        value = row["o"]
        text = value.value if isinstance(value, Literal) else str(value)[1:-1]
        said[str(row["p"])[1:-1]] = text
    names = rows(
        source,
        f"SELECT ?n WHERE {{ <{BASE}> <{_DCTERMS}publisher>/<{PREFIXES['foaf']}name>|<{_DCTERMS}publisher>/<{PREFIXES['rdfs']}label> ?n }}",
    )
    publisher = min((str(row["n"].value) for row in names), default="aa-ld project")  # type: ignore[attr-defined]
    return Metadata(
        title=said[_DCTERMS + "title"],
        description=said[_DCTERMS + "description"],
        abstract=said[_DCTERMS + "abstract"],
        version=said[_OWL + "versionInfo"],
        issued=said[_DCTERMS + "issued"],
        created=said[_DCTERMS + "created"],
        licence=said[_DCTERMS + "license"],
        version_iri=said[_OWL + "versionIRI"],
        prior=said.get(_OWL + "priorVersion", ""),
        citation=said[_DCTERMS + "bibliographicCitation"],
        publisher=publisher,
    )
