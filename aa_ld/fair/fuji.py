"""The metrics of F-UJI (FAIRsFAIR data object assessment, version 0.5), over the data set of a publication."""

from __future__ import annotations

from typing import Any

from aa_ld.fair.foops import WHOLE
from aa_ld.fair.outcome import Outcome, Unreadable, all_there, failed, passed, registration, shown
from aa_ld.fair.places import Site
from aa_ld.fair.publication import NAMES, Publication, address, on_web

#: Licences by their addresses, as SPDX has them (https://spdx.org/licenses/).
_LICENCES = {
    "creativecommons.org/publicdomain/zero/1.0": "CC0-1.0", "creativecommons.org/licenses/by/4.0": "CC-BY-4.0",
    "creativecommons.org/licenses/by/3.0": "CC-BY-3.0", "creativecommons.org/licenses/by-sa/4.0": "CC-BY-SA-4.0",
    "opendatacommons.org/licenses/odbl/1-0": "ODbL-1.0", "www.apache.org/licenses/LICENSE-2.0": "Apache-2.0",
}  # fmt: skip
_MEDIA = "https://www.iana.org/assignments/media-types/"
_OPEN = {
    "text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples", "application/n-quads",
    "application/trig", "text/csv", "text/tab-separated-values", "application/json", "text/plain",
}  # fmt: skip
_KNOWN = ("dcat", "dcterms", "prov", "void", "schema", "spdx", "skos", "foaf")
_CORE = ("name", "description", "creator", "publisher", "datePublished", "keywords", "@id", "@type")
_RELATED = (
    "dcat:isVersionOf dcat:previousVersion dcterms:references dcterms:source dcterms:isPartOf dcterms:relation "
    "dcterms:conformsTo prov:wasDerivedFrom dcat:theme"
)


def unique(publication: Publication) -> Outcome:
    """FsF-F1-01D."""
    return _web(publication.dataset)


def lasting(publication: Publication) -> Outcome:
    """FsF-F1-02D: an IRI at w3id.org lasts once w3id.org knows it, a DOI once it is registered."""
    found = publication.dataset
    host = address(found)[1]
    if host not in ("w3id.org", "doi.org", "purl.org") and not host.startswith("purl."):
        return failed(f"{host} promises no lasting identifiers.")
    page = f"{publication.path(found)}.html"
    if not publication.place.exists(page):
        return failed(f"{found} leads to {page}, which is not there.")
    if isinstance(publication.place, Site):
        said = publication.place.ask(found, "text/html")
        if not isinstance(said, str) and said.status == 200:
            return passed(f"{found} leads to {said.url}.")
    return registration(f"{found} has the form of one; whether {host} leads it here is not known.")


def core(publication: Publication) -> Outcome:
    """FsF-F2-01M."""
    record = publication.embedded
    return all_there(
        [name for name in _CORE if not record.get(name)],
        "All, embedded in index.html.",
        "Missing in index.html",
    )


def points_to_data(publication: Publication) -> Outcome:
    """FsF-F3-01M."""
    dead = [iri for iri in _files(publication) if not _held(publication, iri)]
    return all_there(dead, f"{len(_files(publication))} files.", "Named, and not there")


def searchable(publication: Publication) -> Outcome:
    """FsF-F4-01M: search engines read what is embedded; DataCite has what has a DOI."""
    if not publication.embedded:
        return failed("index.html embeds nothing.")
    return (
        passed("JSON-LD in index.html, and a DOI.")
        if _doi(publication)
        else registration("JSON-LD is in index.html; DataCite has it once it has a DOI.")
    )


def access(publication: Publication) -> Outcome:
    """FsF-A1-01M."""
    rights = publication.catalogue.values(publication.dataset, "dcterms:accessRights dcterms:rights")
    free = _record(publication).get("isAccessibleForFree")
    if rights or free is not None:
        return passed(f"{rights[0] if rights else f'isAccessibleForFree: {str(free).lower()}'}.")
    return failed("Neither dcterms:accessRights nor schema:isAccessibleForFree is told.")


def metadata_protocol(publication: Publication) -> Outcome:
    """FsF-A1-02M."""
    found = publication.catalogue.values(publication.dataset, "dcat:landingPage")
    return _web(found[0]) if found else failed("There is no dcat:landingPage.")


def data_protocol(publication: Publication) -> Outcome:
    """FsF-A1-03D."""
    other = [iri for iri in _files(publication) if not on_web(iri)]
    return all_there(other, "All by HTTP.", "Not by HTTP")


def outlive(publication: Publication) -> Outcome:
    """FsF-A2-01M."""
    found = _doi(publication)
    return (
        passed(f"{found}.")
        if found
        else registration("Only a DOI promises that the description outlives the data.")
    )


def formal(publication: Publication) -> Outcome:
    """FsF-I1-01M."""
    _ = publication.embedded
    return passed(
        f"JSON-LD in index.html, and {len(publication.catalogue.quads):,} triples in catalogue.ttl."
    )


def vocabularies(publication: Publication) -> Outcome:
    """FsF-I2-01M."""
    used = {quad.predicate.value for quad in publication.catalogue.quads}
    found = [name for name in _KNOWN if any(iri.startswith(NAMES[name]) for iri in used)]
    return passed(f"{shown(found, 9)}.") if len(found) > 2 else failed(f"Only {shown(found) or 'none'}.")


def related(publication: Publication) -> Outcome:
    """FsF-I3-01M."""
    found = [each for each in publication.catalogue.values(publication.dataset, _RELATED) if on_web(each)]
    return passed(f"{shown(found, 3)}.") if found else failed("No related thing is linked.")


def content(publication: Publication) -> Outcome:
    """FsF-R1-01MD: size and type as they are told, and what was measured or observed."""
    wrong = [iri for iri in _files(publication) if not _as_told(publication, iri)]
    if wrong:
        return failed(f"Size or type is not told, or not that of the file: {shown(wrong)}.")
    told = f"Size and type of {len(_files(publication))} files are as told"
    if not _record(publication).get("variableMeasured"):
        return failed(f"{told}; schema:variableMeasured does not say what was observed.")
    return passed(f"{told}, and what was observed.")


def licence(publication: Publication) -> Outcome:
    """FsF-R1.1-01M."""
    found = publication.catalogue.values(publication.dataset, "dcterms:license")
    known = [_LICENCES.get(each.partition("://")[2].rstrip("/")) for each in found]
    if found and all(known):
        return passed(f"{known[0]} in SPDX.")
    return failed(f"{shown(found) or 'None'} is no licence that SPDX has under this address.")


def provenance(publication: Publication) -> Outcome:
    """FsF-R1.2-01M."""
    graph = publication.catalogue
    made = graph.values(publication.dataset, "prov:wasGeneratedBy")
    used = [each for activity in made for each in graph.values(activity, "prov:used")]
    who = [each for activity in made for each in graph.values(activity, "prov:wasAssociatedWith")]
    days = graph.values(publication.dataset, "dcterms:created dcterms:issued")
    lacking = [
        name
        for name, there in (("activity", made), ("sources", used), ("agent", who), ("days", days))
        if not there
    ]
    return all_there(lacking, f"{len(used)} sources, who made it, and when.", "Missing")


def community(publication: Publication) -> Outcome:
    """FsF-R1.3-01M: DCAT and schema.org serve all disciplines, for which F-UJI gives no point."""
    told = publication.catalogue.values(publication.dataset, "dcterms:conformsTo")
    record = _record(publication)
    for key in ("conformsTo", "http://purl.org/dc/terms/conformsTo", "dct:conformsTo"):
        value = record.get(key)
        told += [
            str(each.get("@id", "")) if isinstance(each, dict) else str(each)
            for each in (value if isinstance(value, list) else [value])
        ]
    found = [each for each in told if each.startswith("https://bioschemas.org/profiles/")]
    if found:
        return passed(f"{found[0]}.")
    return failed("DCAT and schema.org are there; no profile of the life sciences is told.")


def formats(publication: Publication) -> Outcome:
    """FsF-R1.3-02D."""
    graph = publication.catalogue
    media = {
        each.removeprefix(_MEDIA)
        for iri in _files(publication)
        for each in graph.values(iri, "dcat:mediaType")
    }
    found = sorted(media & _OPEN)
    return (
        passed(f"{shown(found, 9)}.") if found else failed("No file is in a format that is open and lasts.")
    )


def _web(iri: str) -> Outcome:
    return passed(f"{iri}.") if on_web(iri) else failed(f"{iri} is no address on the web.")


def _record(publication: Publication) -> dict[str, Any]:
    record = publication.json("dataset.jsonld")
    if not isinstance(record, dict):
        raise Unreadable("dataset.jsonld is no JSON object.")
    return record


def _doi(publication: Publication) -> str:
    """The DOI of the data set; empty where it has none."""
    told = publication.catalogue.values(publication.dataset, "dcterms:identifier bibo:doi schema:identifier")
    return next((each for each in told if "doi.org/" in each or each.startswith("10.")), "")


def _files(publication: Publication) -> list[str]:
    """The addresses of all files that the catalogue names. Raises Unreadable where there are none."""
    graph = publication.catalogue
    found = [
        each
        for iri in graph.values(publication.dataset, "dcat:distribution")
        for each in graph.values(iri, "dcat:downloadURL")
    ]
    if not found:
        raise Unreadable("No distribution in catalogue.ttl has a dcat:downloadURL.")
    return found


def _held(publication: Publication, url: str) -> bool:
    """Whether a file is there; one that lies elsewhere is not ours to look at."""
    path = publication.path(url)
    return path is None or publication.place.exists(path)


def _as_told(publication: Publication, url: str) -> bool:
    path, graph = publication.path(url), publication.catalogue
    if path is None:
        return True
    media = [each.removeprefix(_MEDIA) for each in graph.values(url, "dcat:mediaType")]
    size = graph.values(url, "dcat:byteSize")
    right = next((kind for kind, name in WHOLE.items() if path == name), None)
    return (
        bool(media)
        and (right is None or media == [right])
        and size == [str(len(publication.place.read(path)))]
    )
