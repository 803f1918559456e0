"""The tests of FOOPS! (https://w3id.org/foops/catalogue), over the ontology of a publication.

Without a network, what an IRI leads to is read from the rules in w3id/.htaccess
and from the files they lead to; whether w3id.org follows these rules is asked
with a URL only.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal

from aa_ld.fair.outcome import Outcome, Unreadable, all_there, failed, passed, registration, shown
from aa_ld.fair.places import Site
from aa_ld.fair.publication import NAMES, Publication, address, on_web
from aa_ld.fair.rules import target

HTML = "text/html"

#: Media types of RDF, and the file that holds the ontology in each.
WHOLE = {"text/turtle": "aa.ttl", "application/rdf+xml": "aa.owl", "application/ld+json": "aa.jsonld"}

_LASTING = ("w3id.org", "doi.org", "purl.org", "linked.data.gov.au", "dbpedia.org", "www.w3.org", "perma.cc", "data.europa.eu")  # fmt: skip
_METADATA = ("dc", "dcterms", "schema", "vann", "prov", "bibo", "pav", "foaf", "doap", "mod", "owl", "rdfs")

_CREATOR = "dc:creator dcterms:creator pav:createdBy pav:authoredBy schema:creator prov:wasAttributedTo doap:developer"
_CREATED = "dcterms:created schema:dateCreated doap:created prov:generatedAtTime pav:createdOn"
_LICENCE = "dcterms:license schema:license doap:license cc:license"
_MINIMUM = {
    "title": "dc:title dcterms:title schema:name",
    "description": "dc:description dcterms:description dcterms:abstract schema:description rdfs:comment skos:note",
    "licence": _LICENCE, "version IRI": "owl:versionIRI", "creator": _CREATOR, "namespace URI": "vann:preferredNamespaceUri",
}  # fmt: skip
_RECOMMENDED = {
    "prefix": "vann:preferredNamespacePrefix", "version": "owl:versionInfo schema:schemaVersion",
    "day of creation": _CREATED, "citation": "dcterms:bibliographicCitation schema:citation",
}  # fmt: skip
_DETAILED = {
    "publisher": "dc:publisher dcterms:publisher schema:publisher", "logo": "foaf:logo schema:logo",
    "status": "bibo:status", "source": "dc:source dcterms:source prov:hadOriginalSource",
    "day of issue": "dcterms:issued dcterms:submitted schema:datePublished",
}  # fmt: skip


def _lacking(publication: Publication, wanted: dict[str, str]) -> list[str]:
    return [name for name, properties in wanted.items() if not publication.header(properties)]


def lasting_iri(publication: Publication) -> Outcome:
    """PURL1."""
    host = address(publication.iri)[1]
    good = host in _LASTING or (host.startswith("purl.") and host.endswith(".org"))
    return passed(f"{publication.iri}.") if good else failed(f"{host} is none of {shown(_LASTING, 8)}.")


def resolvable(publication: Publication) -> Outcome:
    """URI1."""
    place = publication.place
    if not isinstance(place, Site):
        return registration(f"Whether {publication.iri} leads here cannot be seen in a folder.")
    said = place.ask(publication.iri, ", ".join(WHOLE))
    if not isinstance(said, str) and said.status == 200 and said.kind in WHOLE:
        return passed(f"{publication.iri} leads to {said.url}.")
    why = said if isinstance(said, str) else f"the answer is {said.status}, {said.kind or 'of no type'}."
    return registration(f"{publication.iri} does not lead to the ontology yet: {why}")


def same_iri(publication: Publication) -> Outcome:
    """URI2."""
    other = [
        path
        for path in WHOLE.values()
        if publication.graph(path).of_type("owl:Ontology") != [publication.iri]
    ]
    return all_there(other, f"Every file calls it {publication.iri}.", "These files call it otherwise")


def version_iri(publication: Publication) -> Outcome:
    """VER1."""
    found = publication.header("owl:versionIRI")
    if len(found) != 1 or found[0] == publication.iri:
        return failed(f"The version IRIs are: {shown(found) or 'none'}.")
    return passed(f"{found[0]}.")


def version_resolvable(publication: Publication) -> Outcome:
    """VER2."""
    found = publication.header("owl:versionIRI")
    path = publication.path(found[0]) if found else None
    if not path:
        return failed("There is no version IRI under the IRI of the ontology.")
    missing = [f"{path}/{name}" for name in WHOLE.values() if not publication.place.exists(f"{path}/{name}")]
    if missing or not isinstance(publication.place, Site):
        return all_there(
            missing,
            f"The files of {found[0]} are there; its name leads where that of the ontology does.",
            "Not there",
        )
    said = publication.place.ask(found[0], ", ".join(WHOLE))
    if not isinstance(said, str) and said.status == 200:
        return passed(f"{found[0]} leads to {said.url}.")
    return registration(f"The files are there, and {found[0]} does not lead to them yet.")


def open_protocol(publication: Publication) -> Outcome:
    """HTTP1."""
    scheme = address(publication.iri)[0]
    return passed(f"{scheme}.") if scheme in ("http", "https") else failed(f"{scheme or 'none'}.")


def minimum(publication: Publication) -> Outcome:
    """OM1."""
    return all_there(_lacking(publication, _MINIMUM), f"{shown(_MINIMUM, 9)}.", "Missing")


def recommended(publication: Publication) -> Outcome:
    """OM2."""
    return all_there(_lacking(publication, _RECOMMENDED), f"{shown(_RECOMMENDED, 9)}.", "Missing")


def detailed(publication: Publication) -> Outcome:
    """OM3: all but a DOI can be written down here."""
    missing = _lacking(publication, _DETAILED)
    if missing:
        return failed(f"Missing: {', '.join(missing)}.")
    doi = publication.header("bibo:doi") or [
        each for each in publication.header("dcterms:identifier schema:identifier") if "doi." in each
    ]
    return (
        passed(f"{shown(_DETAILED, 9)}, and {doi[0]}.")
        if doi
        else registration(f"{shown(_DETAILED, 9)}; a DOI is missing.")
    )


def licence(publication: Publication) -> Outcome:
    """OM4.1."""
    found = publication.header(f"{_LICENCE} dc:rights dcterms:rights dcterms:accessRights")
    return passed(f"{found[0]}.") if found else failed("None is named.")


def licence_resolvable(publication: Publication) -> Outcome:
    """OM4.2: with a network it is fetched, without one it has to be an address on the web."""
    found = [each for each in publication.header(_LICENCE) if on_web(each)]
    if not found:
        return failed("The licence is no address on the web.")
    if not isinstance(publication.place, Site):
        return passed(f"{found[0]} is an address; it was not asked.")
    said = publication.place.ask(found[0], HTML)
    if isinstance(said, str) or said.status != 200:
        return failed(f"{found[0]}: {said if isinstance(said, str) else said.status}")
    return passed(f"{found[0]} answers.")


def provenance(publication: Publication) -> Outcome:
    """OM5.1."""
    return all_there(
        _lacking(publication, {"creator": _CREATOR, "day of creation": _CREATED}),
        "creator, day of creation.",
        "Missing",
    )


def more_provenance(publication: Publication) -> Outcome:
    """OM5.2."""
    wanted = {name: _DETAILED[name] for name in ("day of issue", "publisher")}
    return all_there(_lacking(publication, wanted), "day of issue, publisher.", "Missing")


def prefix(publication: Publication) -> Outcome:
    """FIND1."""
    found = publication.header("vann:preferredNamespacePrefix")
    return passed(f"{found[0]}.") if found else failed("None is named.")


def prefix_registered(publication: Publication) -> Outcome:
    """FIND2: what is in a registry of others, no folder can say."""
    found = publication.header("vann:preferredNamespacePrefix")
    if not found:
        return failed("There is no prefix to register.")
    return registration(
        f"Whether prefix.cc or LOV has {found[0]}: for {publication.iri} was not asked; nothing here says so."
    )


def in_registry(publication: Publication) -> Outcome:
    """FIND3."""
    return registration(f"Whether LOV has {publication.iri} was not asked; nothing here says so.")


def metadata_outlive(publication: Publication) -> Outcome:
    """FIND_3_BIS."""
    found = publication.header("schema:includedInDataCatalog")
    return passed(f"{found[0]} has it.") if found else registration("No data catalogue is named that has it.")


def rdf(publication: Publication) -> Outcome:
    """RDF1."""
    counts = [f"{path} ({len(publication.graph(path).quads):,} triples)" for path in WHOLE.values()]
    return passed(f"{shown(counts)}.")


def negotiation(publication: Publication) -> Outcome:
    """CN1."""
    if isinstance(publication.place, Site):
        return _asked(publication, publication.place)
    missing = list(_dead_ends(publication, (HTML, *WHOLE)))
    return all_there(
        missing, "HTML and three syntaxes of RDF, by the rules in w3id/.htaccess.", "These lead nowhere"
    )


def page(publication: Publication) -> Outcome:
    """DOC1."""
    found = publication.front
    if not found.title.strip():
        return failed("index.html has no title.")
    return passed(f"index.html, “{found.title.strip()}”.")


def _asked(publication: Publication, site: Site) -> Outcome:
    """Negotiation as a server does it: that of the IRI, or of the site where the IRI leads nowhere yet."""
    dead: dict[str, list[str]] = {}
    for start in (publication.iri, site.root):
        for accept in (HTML, *WHOLE):
            said = site.ask(start, accept)
            if isinstance(said, str) or said.status != 200 or said.kind != accept:
                dead.setdefault(start, []).append(accept)
        if start not in dead:
            how = f"{start} gives HTML and three syntaxes of RDF."
            return (
                passed(how)
                if start == publication.iri
                else registration(f"{how} {publication.iri} does not yet.")
            )
    by_rules = list(_dead_ends(publication, (HTML, *WHOLE)))
    if by_rules:
        return failed(
            f"{publication.iri} gives no {', '.join(dead[publication.iri])}, and by the rules these lead nowhere: {shown(by_rules)}."
        )
    return registration(
        f"The rules in w3id/.htaccess lead to HTML and RDF; {publication.iri} does not follow them yet."
    )


def _dead_ends(publication: Publication, accepted: tuple[str, ...]) -> Iterator[str]:
    """The forms in which the IRI of the ontology leads to no file, by the rules."""
    rules, root = publication.text("w3id/.htaccess"), _root(publication)
    for accept in accepted:
        try:
            found = target(rules, "", accept)
        except ValueError as line:
            raise Unreadable(f"A rule in w3id/.htaccess has a broken pattern: {line}.") from None
        path = found.removeprefix(root) if found else ""
        if not found or not path.endswith(WHOLE.get(accept, ".html")) or not publication.place.exists(path):
            yield f"{accept} ({path or 'no rule'})"


def _root(publication: Publication) -> str:
    """Where the site stands, as robots.txt has it."""
    for line in publication.text("robots.txt").splitlines():
        if line.startswith("Sitemap: "):
            return line.removeprefix("Sitemap: ").strip().removesuffix("sitemap.xml")
    raise Unreadable("robots.txt does not say where the sitemap is.")


def metadata_reuse(publication: Publication) -> Outcome:
    """VOC1."""
    used = publication.ontology.properties(publication.iri)
    found = [name for name in _METADATA if any(iri.startswith(NAMES[name]) for iri in used)]
    return (
        passed(f"{shown(found, 12)}.")
        if set(found) - {"owl", "rdfs"}
        else failed("Only words of OWL and RDFS are used.")
    )


def reuse(publication: Publication) -> Outcome:
    """VOC2."""
    graph = publication.ontology
    imports = publication.header("owl:imports")
    foreign = [
        iri
        for iri in graph.of_type("owl:Class owl:ObjectProperty owl:DatatypeProperty")
        if not iri.startswith((publication.iri, NAMES["owl"]))
    ]
    if not imports and not foreign:
        return failed("No class or property of another vocabulary is used, and none is imported.")
    return passed(f"{shown(imports or foreign, 3)}.")


def labels(publication: Publication) -> Outcome:
    """VOC3."""
    return _said_of_all(publication, "rdfs:label skos:prefLabel")


def definitions(publication: Publication) -> Outcome:
    """VOC4."""
    return _said_of_all(publication, "skos:definition rdfs:comment")


def _said_of_all(publication: Publication, properties: str) -> Outcome:
    terms = publication.terms
    if not terms:
        return failed("There are no classes and no properties.")
    without = [
        iri
        for iri in terms
        if not any(isinstance(each, Literal) for each in publication.ontology.literals(iri, properties))
    ]
    return all_there(without, f"All {len(terms)} have one.", f"{len(without)} of {len(terms)} have none")
