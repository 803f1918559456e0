"""All tests in one table: the id that others gave it, what it asks, how it is looked at, and what to do.

Ids of FOOPS! and F-UJI, and the names of the OBO principles, are theirs; those
that begin with sib-, sssom- and own- are ours, as there are none in public.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from aa_ld.fair import communities, foops, fuji
from aa_ld.fair.outcome import Outcome
from aa_ld.fair.publication import Publication

#: Families in the order of a report, and what they are called there.
FAMILIES = {
    "FOOPS!": "The ontology, by FOOPS!", "F-UJI": "The data set, by F-UJI 0.5", "OBO": "The ontology, by OBO and ROBOT",
    "SIB": "The questions and the description, as SIB has them", "SSSOM": "The alignments, by SSSOM",
    "own": "What we promise besides",
}  # fmt: skip

_HEADER = "Add it to the header in ontology/aa.ttl, and publish again."
_AGAIN = "Publish again with aa-ld publish; no file of it is to be changed by hand."
_PAGES = "Publish with pages: a folder without them has nothing for people and for search engines."
_RULES = "Publish with pages and with --site URL, which writes w3id/.htaccess."
_W3ID = "Send w3id/.htaccess to w3id.org (https://github.com/perma-id/w3id.org), then run aa-ld fair URL."
_DOI = "Deposit a release in an archive that gives a DOI, such as Zenodo, and add the DOI to the header in ontology/aa.ttl."
_LOV = (
    "Suggest the ontology to Linked Open Vocabularies (https://lov.linkeddata.es), which people look through."
)
_CATALOGUE = "Mend aa_ld/publish, which writes the catalogue, and publish again."
_TERMS = "Add it to the term in ontology/aa.ttl; aa-ld validate --profile obo names them all."


class Test(NamedTuple):
    """One test.

    title     what it asks for, in a few words
    probe     looks at a publication
    remedy    what to do where it fails
    registry  what to do where it needs somebody else's register
    """

    id: str
    family: str
    title: str
    probe: Callable[[Publication], Outcome]
    remedy: str
    registry: str = ""


TESTS: tuple[Test, ...] = (
    Test("PURL1", "FOOPS!", "the IRI lasts", foops.lasting_iri, "Name it under w3id.org, purl.org or doi.org."),
    Test("URI1", "FOOPS!", "the IRI leads to the ontology", foops.resolvable, _W3ID, _W3ID),
    Test("URI2", "FOOPS!", "the IRI is the same everywhere", foops.same_iri, _AGAIN),
    Test("VER1", "FOOPS!", "a version IRI", foops.version_iri, _HEADER),
    Test("VER2", "FOOPS!", "the version IRI leads to the version", foops.version_resolvable, _AGAIN, _W3ID),
    Test("HTTP1", "FOOPS!", "an open protocol", foops.open_protocol, "Name it with an http or https IRI."),
    Test("OM1", "FOOPS!", "minimum metadata", foops.minimum, _HEADER),
    Test("OM2", "FOOPS!", "recommended metadata", foops.recommended, _HEADER),
    Test("OM3", "FOOPS!", "detailed metadata", foops.detailed, _HEADER, _DOI),
    Test("OM4.1", "FOOPS!", "a licence", foops.licence, _HEADER),
    Test("OM4.2", "FOOPS!", "the licence can be read", foops.licence_resolvable, "Name the licence by its address on the web."),
    Test("OM5.1", "FOOPS!", "basic provenance", foops.provenance, _HEADER),
    Test("OM5.2", "FOOPS!", "detailed provenance", foops.more_provenance, _HEADER),
    Test("FIND1", "FOOPS!", "a prefix", foops.prefix, _HEADER),
    Test("FIND2", "FOOPS!", "the prefix is registered", foops.prefix_registered, _HEADER, "Register the prefix at https://prefix.cc, with a name that is free there."),
    Test("FIND3", "FOOPS!", "the ontology is in a registry", foops.in_registry, _LOV, _LOV),
    Test("FIND_3_BIS", "FOOPS!", "the metadata outlive the ontology", foops.metadata_outlive, _LOV, _LOV + " Then name it by schema:includedInDataCatalog."),
    Test("RDF1", "FOOPS!", "the ontology as RDF", foops.rdf, _AGAIN),
    Test("CN1", "FOOPS!", "content negotiation", foops.negotiation, _RULES, _W3ID),
    Test("DOC1", "FOOPS!", "a page for people", foops.page, _PAGES),
    Test("VOC1", "FOOPS!", "words of others for metadata", foops.metadata_reuse, _HEADER),
    Test("VOC2", "FOOPS!", "terms of others", foops.reuse, "Use a class or property of another vocabulary where it fits."),
    Test("VOC3", "FOOPS!", "all terms have labels", foops.labels, _TERMS),
    Test("VOC4", "FOOPS!", "all terms have definitions", foops.definitions, _TERMS),
    Test("FsF-F1-01D", "F-UJI", "a unique identifier", fuji.unique, _CATALOGUE),
    Test("FsF-F1-02D", "F-UJI", "a lasting identifier", fuji.lasting, "Name the data set under w3id.org, or give it a DOI, and publish its page.", _W3ID),
    Test("FsF-F2-01M", "F-UJI", "core metadata", fuji.core, _PAGES),
    Test("FsF-F3-01M", "F-UJI", "metadata lead to the data", fuji.points_to_data, _AGAIN),
    Test("FsF-F4-01M", "F-UJI", "search engines find it", fuji.searchable, _PAGES, _DOI),
    Test("FsF-A1-01M", "F-UJI", "who may have it", fuji.access, _CATALOGUE),
    Test("FsF-A1-02M", "F-UJI", "metadata by an open protocol", fuji.metadata_protocol, _CATALOGUE),
    Test("FsF-A1-03D", "F-UJI", "data by an open protocol", fuji.data_protocol, _CATALOGUE),
    Test("FsF-A2-01M", "F-UJI", "metadata outlive the data", fuji.outlive, _DOI, _DOI),
    Test("FsF-I1-01M", "F-UJI", "metadata in a formal language", fuji.formal, _PAGES),
    Test("FsF-I2-01M", "F-UJI", "metadata in known vocabularies", fuji.vocabularies, _CATALOGUE),
    Test("FsF-I3-01M", "F-UJI", "links to what is related", fuji.related, _CATALOGUE),
    Test("FsF-R1-01MD", "F-UJI", "what is in the files", fuji.content, "Publish again, and say in dataset.jsonld by schema:variableMeasured what was observed."),
    Test("FsF-R1.1-01M", "F-UJI", "a licence that SPDX knows", fuji.licence, "Name a licence by the address that SPDX has for it."),
    Test("FsF-R1.2-01M", "F-UJI", "where it comes from", fuji.provenance, _CATALOGUE),
    Test("FsF-R1.3-01M", "F-UJI", "a standard of the community", fuji.community, "Meet a profile of Bioschemas, and say which in dataset.jsonld by dcterms:conformsTo."),
    Test("FsF-R1.3-02D", "F-UJI", "open formats", fuji.formats, "Publish the data in an open format too."),
    Test("fp-001-open", "OBO", "an open licence", communities.open_licence, _HEADER),
    Test("fp-002-format", "OBO", "the common format", communities.common_format, _AGAIN),
    Test("fp-003-uris", "OBO", "names that OBO gave", communities.obo_iris, "", "Only an ontology that the OBO Foundry takes in gets such names; terms of ours are aligned to theirs instead."),
    Test("fp-004-versioning", "OBO", "versions", communities.versioning, _AGAIN),
    Test("fp-006-textual-definitions", "OBO", "definitions", communities.textual_definitions, _TERMS),
    Test("fp-008-documented", "OBO", "documentation", communities.documented, _PAGES),
    Test("fp-012-naming-conventions", "OBO", "labels", communities.naming, _TERMS),
    Test("robot-report", "OBO", "the 32 checks of ROBOT's report", communities.robot, "aa-ld validate --profile obo names each, with what to do."),
    Test("sib-executables", "SIB", "queries as executables of SHACL", communities.executables, _AGAIN),
    Test("sib-comments", "SIB", "queries say what they ask", communities.comments, "Give the file in queries/ a description."),
    Test("sib-queries", "SIB", "queries run as they stand", communities.parse, "Declare every prefix in the file in queries/."),
    Test("sib-prefixes", "SIB", "prefixes for editors", communities.prefixes, "Write sh:prefixes with sh:declare for each query in aa_ld/publish."),
    Test("sib-keywords", "SIB", "queries have keywords", communities.keywords, "Give the file in queries/ tags."),
    Test("sib-target", "SIB", "queries name an endpoint", communities.endpoint, "", "Keep a public endpoint (aa-ld push, or aa-ld serve behind a proxy), and name it by schema:target."),
    Test("sib-void", "SIB", "classes and properties are counted", communities.partitions, _CATALOGUE),
    Test("sssom-mapping_set_id", "SSSOM", "the set has an IRI", communities.mapping_set, _AGAIN),
    Test("sssom-license", "SSSOM", "the set has a licence", communities.mapping_licence, _AGAIN),
    Test("sssom-mapping_set_version", "SSSOM", "the set has a version", communities.mapping_version, _AGAIN),
    Test("sssom-curie_map", "SSSOM", "every prefix is explained", communities.curie_map, _AGAIN),
    Test("sssom-mappings", "SSSOM", "mappings are whole, with their grounds", communities.mapping_rows, _AGAIN),
    Test("own-resources", "own", "every IRI has files for machines", communities.every_resource, _AGAIN),
    Test("own-names", "own", "no file stands for two things", communities.one_meaning, "Give the file to load, or the term, another name."),
    Test("own-pages", "own", "every IRI has a page", communities.every_page, _PAGES),
    Test("own-checksums", "own", "files are those described", communities.checksums, _AGAIN),
    Test("own-crate", "own", "the RO-Crate is true", communities.research_object, _AGAIN),
    Test("own-citation", "own", "how to cite", communities.citation, _AGAIN),
    Test("own-logo", "own", "the logo is there", communities.logo, _PAGES),
)  # fmt: skip
