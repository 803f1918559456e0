"""What communities ask for: the OBO principles and ROBOT's report, the SPARQL examples of SIB, SSSOM, and our own promises."""

from __future__ import annotations

import csv
import io
import re
from hashlib import sha256

from pyoxigraph import Quad, Store

from aa_ld.fair.outcome import Outcome, Unreadable, all_there, failed, passed, registration, shown
from aa_ld.fair.places import Site
from aa_ld.fair.publication import Graph, Publication
from aa_ld.release.checks import check_ontology, read_checks
from aa_ld.report import Finding
from aa_ld.store import Layers
from aa_ld.vocab import compact

_SSSOM = "aa.sssom.tsv"
_SYNTAXES = ("ttl", "jsonld", "nt", "rdf")
_SAMPLE = 25  # resources that are looked at where each costs a request


def open_licence(publication: Publication) -> Outcome:
    """FP 1."""
    found = publication.header("dcterms:license")
    good = [
        each
        for each in found
        if re.match(r"https?://creativecommons\.org/(publicdomain/zero/1\.0|licenses/by/[34]\.0)/?$", each)
    ]
    return (
        passed(f"{good[0]}.")
        if good
        else failed(f"{shown(found) or 'None'}; OBO takes CC0 and CC BY 3.0 or 4.0.")
    )


def common_format(publication: Publication) -> Outcome:
    """FP 2."""
    graph = publication.graph("aa.owl")
    return (
        passed(f"aa.owl, {len(graph.quads):,} triples.")
        if graph.of_type("owl:Ontology")
        else failed("aa.owl holds no ontology.")
    )


def obo_iris(publication: Publication) -> Outcome:
    """FP 3."""
    return registration(
        f"Terms are named {publication.iri}…, and OBO gives out names of its own to ontologies that it has taken in."
    )


def versioning(publication: Publication) -> Outcome:
    """FP 4: a version IRI with a number or a day in it, and its files."""
    found = publication.header("owl:versionIRI")
    path = publication.path(found[0]) if found else None
    if not path or not re.search(r"\d+\.\d+\.\d+|\d{4}-\d{2}-\d{2}", path):
        return failed("There is no version IRI with a number or a day in it.")
    return (
        passed(f"{found[0]}.")
        if publication.place.exists(f"{path}/aa.owl")
        else failed(f"{path}/aa.owl is not there.")
    )


def textual_definitions(publication: Publication) -> Outcome:
    """FP 6."""
    return _report(publication, "missing-definition", "multiple-definitions", "duplicate-definition")


def documented(publication: Publication) -> Outcome:
    """FP 8."""
    return passed(f"index.html, “{publication.front.title.strip()}”.")


def naming(publication: Publication) -> Outcome:
    """FP 12."""
    return _report(publication, "missing-label", "multiple-labels", "duplicate-label")


def robot(publication: Publication) -> Outcome:
    """ROBOT's report: findings that it calls errors; what it calls warnings and remarks is counted."""
    found = _found(publication)
    errors = [each for each in found if each.severity == "violation"]
    rest = f"{sum(each.severity == 'warning' for each in found)} warnings and {sum(each.severity == 'info' for each in found)} remarks"
    return passed(f"No errors, {rest}.") if not errors else failed(f"{len(errors)} errors: {_named(errors)}.")


def _report(publication: Publication, *names: str) -> Outcome:
    found = [each for each in _found(publication, names) if each.severity != "info"]
    return (
        passed(f"Nothing by {', '.join(names)}.")
        if not found
        else failed(f"{len(found)} findings: {_named(found)}.")
    )


def _found(publication: Publication, names: tuple[str, ...] = ()) -> list[Finding]:
    graph, checks = publication.graph("aa.owl"), read_checks()
    chosen = [checks[name] for name in names] if names else None
    layers = Layers()
    place = layers.graph("data")
    layers.extend([Quad(each.subject, each.predicate, each.object, place) for each in graph.quads], "data")
    return list(check_ontology(layers, chosen))


def _named(found: list[Finding]) -> str:
    return shown([f"{each.check} {compact(each.focus)}" for each in found], 3)


def executables(publication: Publication) -> Outcome:
    """A query has the two types that say so, and one text."""
    graph = publication.graph("queries.ttl")
    found = graph.of_type("sh:SPARQLExecutable")
    if not found:
        return failed("queries.ttl holds no sh:SPARQLExecutable.")
    kinds = set(
        graph.of_type("sh:SPARQLSelectExecutable sh:SPARQLAskExecutable sh:SPARQLConstructExecutable")
    )
    bad = [
        compact(iri)
        for iri in found
        if iri not in kinds or len(graph.values(iri, "sh:select sh:ask sh:construct")) != 1
    ]
    return all_there(bad, f"{len(found)} queries.", "Without its second type, or its text")


def comments(publication: Publication) -> Outcome:
    """A query has a comment in a language."""
    graph = publication.graph("queries.ttl")
    bad = [
        compact(iri)
        for iri in _queries(graph)
        if not any(each.language for each in graph.literals(iri, "rdfs:comment"))
    ]
    return all_there(bad, "Each in English.", "Without one")


def parse(publication: Publication) -> Outcome:
    """Each query is SPARQL as it stands."""
    graph, empty = publication.graph("queries.ttl"), Store()
    bad = []
    for iri in _queries(graph):
        for text in graph.values(iri, "sh:select sh:ask sh:construct"):
            try:
                empty.query(text)
            except (SyntaxError, OSError):
                bad.append(compact(iri))
    return all_there(bad, "Each with the prefixes that it declares.", "Not SPARQL as they stand")


def prefixes(publication: Publication) -> Outcome:
    """A query names the node that declares its prefixes for editors."""
    graph = publication.graph("queries.ttl")
    bad = [
        compact(iri)
        for iri in _queries(graph)
        if not any(graph.values(each, "sh:declare") for each in graph.values(iri, "sh:prefixes"))
    ]
    return all_there(bad, "Each names them.", "Without sh:prefixes that lead to a sh:declare")


def keywords(publication: Publication) -> Outcome:
    """A query has keywords."""
    graph = publication.graph("queries.ttl")
    return all_there(
        [compact(iri) for iri in _queries(graph) if not graph.values(iri, "schema:keywords")],
        "Each has some.",
        "Without one",
    )


def endpoint(publication: Publication) -> Outcome:
    """A query names the endpoint where it runs, which somebody has to keep."""
    graph = publication.graph("queries.ttl")
    without = [iri for iri in _queries(graph) if not graph.values(iri, "schema:target")]
    return (
        registration("No public endpoint is named; whoever loads the data has one of their own.")
        if without
        else passed("Each names one.")
    )


def partitions(publication: Publication) -> Outcome:
    """The description by which editors complete names."""
    graph = publication.catalogue
    counts = [
        (name, len(graph.values(publication.dataset, f"void:{name}Partition")))
        for name in ("class", "property")
    ]
    return all_there(
        [name for name, count in counts if not count],
        ", ".join(f"{count} of {name}" for name, count in counts) + ".",
        "No partitions of",
    )


def _queries(graph: Graph) -> list[str]:
    found = graph.of_type("sh:SPARQLExecutable")
    if not found:
        raise Unreadable("queries.ttl holds no sh:SPARQLExecutable.")
    return found


def mapping_set(publication: Publication) -> Outcome:
    """The set of mappings has its own IRI."""
    return _slot(publication, "mapping_set_id")


def mapping_licence(publication: Publication) -> Outcome:
    """The set of mappings has a licence."""
    return _slot(publication, "license")


def mapping_version(publication: Publication) -> Outcome:
    """The set of mappings has a version."""
    return _slot(publication, "mapping_set_version")


def curie_map(publication: Publication) -> Outcome:
    """Every prefix that is used is in the map, but for those that SSSOM has built in."""
    header, rows = _sssom(publication)
    known = set(header.get("curie_map", {})) | {
        "owl",
        "rdf",
        "rdfs",
        "semapv",
        "skos",
        "sssom",
        "xsd",
        "linkml",
    }
    used = {
        row[slot].partition(":")[0]
        for row in rows
        for slot in ("subject_id", "predicate_id", "object_id")
        if row.get(slot)
    }
    return all_there(sorted(used - known), f"{len(used)} prefixes.", "Not in the map")


def mapping_rows(publication: Publication) -> Outcome:
    """Each mapping says what is mapped how to what, and on what grounds."""
    _, rows = _sssom(publication)
    wanted = ("subject_id", "predicate_id", "object_id", "mapping_justification")
    bad = [
        str(number)
        for number, row in enumerate(rows, 1)
        if not all(row.get(slot) for slot in wanted)
        or not str(row["mapping_justification"]).startswith("semapv:")
    ]
    return (
        all_there(bad, f"{len(rows)} mappings.", "Rows without one of them")
        if rows
        else failed("There are no mappings.")
    )


def _slot(publication: Publication, slot: str) -> Outcome:
    header, _ = _sssom(publication)
    value = header.get(slot)
    return passed(f"{value}.") if isinstance(value, str) and value else failed(f"The header lacks {slot}.")


def _sssom(publication: Publication) -> tuple[dict[str, str | dict[str, str]], list[dict[str, str]]]:
    """The header and the rows of the mappings (https://mapping-commons.github.io/sssom/)."""
    lines = publication.text(_SSSOM).splitlines()
    header: dict[str, str | dict[str, str]] = {}
    inner: dict[str, str] = {}
    for line in lines:
        if not line.startswith("#"):
            break
        key, _, value = line.lstrip("#").strip().partition(":")
        if line.startswith("#  "):
            inner[key] = value.strip()
        elif value.strip():
            header[key] = value.strip()
        else:
            inner = {}
            header[key] = inner
    body = "\n".join(line for line in lines if not line.startswith("#"))
    try:
        return header, list(csv.DictReader(io.StringIO(body), delimiter="\t"))
    except csv.Error as error:
        raise Unreadable(f"{_SSSOM} is no table: {error}.") from None


def checksums(publication: Publication) -> Outcome:
    """Every file that the catalogue names is the one that it describes."""
    graph, bad, count = publication.catalogue, [], 0
    for iri in graph.of_type("dcat:Distribution"):
        path = publication.path(iri)
        told = [
            each
            for node in graph.values(iri, "spdx:checksum")
            for each in graph.values(node, "spdx:checksumValue")
        ]
        count += 1
        if path and told != [sha256(publication.place.read(path)).hexdigest()]:
            bad.append(path)
    return all_there(bad, f"{count} files have the SHA-256 that is told.", "Other files than those described")


def research_object(publication: Publication) -> Outcome:
    """The RO-Crate names files that are there, as they are."""
    record = publication.json("ro-crate-metadata.json")
    parts = record.get("@graph", []) if isinstance(record, dict) else []
    files = [each for each in parts if isinstance(each, dict) and each.get("@type") == "File"]
    bad = [
        str(each.get("@id"))
        for each in files
        if each.get("sha256") != sha256(publication.place.read(str(each.get("@id")))).hexdigest()
    ]
    return (
        all_there(bad, f"{len(files)} files.", "Other files than those described")
        if files
        else failed("It names no files.")
    )


def citation(publication: Publication) -> Outcome:
    """The citation has what the Citation File Format needs."""
    text = publication.text("CITATION.cff")
    return all_there(
        [
            key
            for key in ("cff-version", "message", "title", "authors")
            if not re.search(rf"(?m)^{key}:", text)
        ],
        "CITATION.cff.",
        "Missing",
    )


def one_meaning(publication: Publication) -> Outcome:
    """No file of a term or a fact is at the same time a file to load, which would stand in its place."""
    graph = publication.catalogue
    loaded = {publication.path(iri) for iri in graph.of_type("dcat:Distribution")}
    twice = [
        f"{path}.{ending}"
        for path in publication.pages
        for ending in _SYNTAXES
        if f"{path}.{ending}" in loaded
    ]
    return all_there(
        twice,
        f"{len(loaded)} files to load, none of them of a term or a fact.",
        "In the place of a term's own",
    )


def every_resource(publication: Publication) -> Outcome:
    """Every address of the sitemap has its files for machines."""
    return _beside(publication, _SYNTAXES, "files for machines")


def every_page(publication: Publication) -> Outcome:
    """Every address of the sitemap has its page."""
    return _beside(publication, ("html",), "page")


def _beside(publication: Publication, endings: tuple[str, ...], what: str) -> Outcome:
    found = [
        each for each in publication.pages if not each.endswith("/") and "." not in each.rpartition("/")[2]
    ]
    if not found:
        raise Unreadable("sitemap.xml names nothing.")
    looked = (
        found
        if not isinstance(publication.place, Site)
        else found[:: max(1, len(found) // _SAMPLE)][:_SAMPLE]
    )
    bad = [
        path for path in looked if not all(publication.place.exists(f"{path}.{ending}") for ending in endings)
    ]
    good = (
        f"All {len(found)} have theirs."
        if looked is found
        else f"{len(looked)} of {len(found)} were asked for, and have theirs."
    )
    return all_there(bad, good, f"{len(bad)} of {len(looked)} have no {what}")


def logo(publication: Publication) -> Outcome:
    """The picture that the header names is there."""
    found = [path for each in publication.header("foaf:logo schema:logo") if (path := publication.path(each))]
    return all_there(
        [path for path in found if not publication.place.exists(path)],
        f"{shown(found) or 'None is named'}.",
        "Named, and not there",
    )
