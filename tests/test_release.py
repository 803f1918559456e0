"""The files of a release, and the checks that the OBO community runs over an ontology."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from aa_ld import cli
from aa_ld.axioms import OWL, RDFS, read_axioms
from aa_ld.release import PRODUCTS, annotated, check_ontology, products, read_checks
from aa_ld.release.annotated import DEFINITION, XREF
from aa_ld.release.checks import check_files
from aa_ld.release.obo_format import write_obo
from aa_ld.release.products import base, ontology_triples, released
from aa_ld.store import Layers
from aa_ld.vocab import BASE, PREFIXES

FIXTURES = Path(__file__).parent / "obo"
FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "owl": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return products()


def keys(triples: list[Triple]) -> Counter[object]:
    """The axioms, whatever their blank nodes are called."""
    return Counter(axiom.key for axiom in read_axioms(triples))


# Checks


@pytest.mark.parametrize("name", sorted(read_checks()))
def test_each_check_finds_what_breaks_it(name):
    """The little file of a check has the one fault that the check is about."""
    found = [finding for finding in check_files([str(FIXTURES / f"{name}.ttl")]) if finding.check == name]
    expected = (
        "https://purl.obolibrary.org/obo/XX_0000001"
        if name == "invalid-entity-uri"
        else "http://example.org/x"
    )

    assert expected in {finding.focus for finding in found}
    assert {finding.severity for finding in found} == {read_checks()[name].severity}
    assert all("{" not in finding.message for finding in found)


def test_no_check_finds_fault_with_what_is_right():
    """An ontology with everything in its place passes all checks."""
    assert list(check_files([str(FIXTURES / "good.ttl")])) == []


def test_our_release_passes_the_checks():
    """No violation and no warning; the top classes are told as such."""
    for triples in (released(), base(released())):
        layers = Layers()
        graph = layers.graph("data")
        layers.extend([Quad(t.subject, t.predicate, t.object, graph) for t in triples], "data")

        assert {f.check for f in check_ontology(layers)} == {"missing-superclass"}


def test_a_profile_is_checked_from_the_command_line(capsys):
    """Files of one's own, with the file named; exit status 1 where there is a violation."""
    path = str(FIXTURES / "missing-label.ttl")

    assert cli.main(["validate", "--profile", "obo", path]) == 1
    assert f"{path}: violation: <http://example.org/x> has no label." in capsys.readouterr().out
    assert cli.main(["validate", "--profile", "obo"]) == 0
    assert "32 checks were run over aa.owl" in capsys.readouterr().out
    assert cli.main(["validate", "--profile", "obo", "--sources", "."]) == 2


# Annotations


def test_every_annotation_is_made_from_one_that_we_write():
    """Definitions and alignments are there once more in the words of OBO, and nowhere else."""
    ours = ontology_triples()
    made = annotated(ours)
    said = {(t.subject, t.object) for t in ours if t.predicate.value == PREFIXES["skos"] + "definition"}
    terms = {t.subject for t in ours if t.predicate.value == PREFIXES["rdf"] + "type"}
    defined = {
        (t.subject, t.object) for t in made if t.predicate == DEFINITION and t.subject.value.startswith(BASE)
    }

    assert defined <= said
    assert {term for term, _ in said if term in terms} == {term for term, _ in defined}
    assert set(ours) <= set(made)
    assert any(t.predicate == XREF and t.object.value.startswith("MESH:") for t in made)


# Products


def test_all_syntaxes_say_the_same(files):
    """Turtle, RDF/XML, JSON-LD and N-Triples hold the same axioms, each once."""
    wanted = keys(released())

    for ending, syntax in FORMATS.items():
        assert keys([quad.triple for quad in parse(files[f"aa.{ending}"], syntax)]) == wanted, ending


def test_two_builds_give_the_same_bytes(files):
    """No clock, no random name."""
    assert products() == files


def test_the_base_is_about_our_own_terms_only(files):
    """Every subject is ours, or an annotation property that is declared, or part of an expression."""
    triples = [quad.triple for quad in parse(files["aa-base.ttl"], RdfFormat.TURTLE)]
    foreign = [
        t for t in triples if isinstance(t.subject, NamedNode) and not t.subject.value.startswith(BASE)
    ]

    assert {t.predicate.value.rpartition("#")[2] for t in foreign} == {"type"}
    assert any(isinstance(t.subject, BlankNode) for t in triples)
    assert [t.subject.value for t in triples if t.object == NamedNode(OWL + "Ontology")] == [BASE + "aa-base"]


def test_full_has_the_slices_beside_ours(files):
    """A slice is taken in whole, its blank nodes too, and nothing of ours is lost."""
    beside = [quad.triple for quad in parse((FIXTURES / "good.ttl").read_bytes(), RdfFormat.TURTLE)]
    full = products(beside)["aa-full.ttl"]
    held = keys([quad.triple for quad in parse(full, RdfFormat.TURTLE)])
    header = {NamedNode(BASE)}
    ours = keys([t for t in released() if t.subject not in header])

    assert "aa-full.ttl" not in files
    assert not keys(beside) - held
    assert not ours - held


def test_obo_says_what_the_ontology_says(files):
    """An OBO parser of others finds our terms, names, definitions, hierarchy, intersections and references."""
    fastobo = pytest.importorskip("fastobo", reason="fastobo is not installed")
    frames = fastobo.loads(files["aa.obo"].decode())
    told: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for frame in frames:
        for clause in frame if not isinstance(frame, fastobo.instance.InstanceFrame) else ():
            told[clause.raw_tag()].add((str(frame.id), clause.raw_value()))
    triples = released()
    labels = {t.subject: t.object.value for t in triples if t.predicate.value == RDFS + "label"}

    def pairs(predicate: str) -> set[tuple[str, str]]:
        return {
            (_obo(t.subject), _obo(t.object))
            for t in triples
            if t.predicate.value == predicate
            and isinstance(t.object, NamedNode)
            and t.subject.value.startswith(BASE)
        }

    assert told["is_a"] == pairs(RDFS + "subClassOf") | pairs(RDFS + "subPropertyOf")
    assert {name for _, name in told["name"]} <= set(labels.values())
    assert len(told["xref"]) == len({(t.subject, t.object) for t in triples if t.predicate == XREF})
    values = {
        t.subject for t in triples if t.object == NamedNode(OWL + "NamedIndividual")
    }  # it reads no instances
    definitions = {t for t in triples if t.predicate == DEFINITION and t.subject.value.startswith(BASE)}
    assert len(told["def"]) == sum(t.subject not in values for t in definitions)
    defined = [a for a in read_axioms(triples) if a.kind == "EquivalentTo"]
    assert len(told["intersection_of"]) == sum(len(axiom.said) - 1 for axiom in defined)


def _obo(term: NamedNode) -> str:
    return "aa:" + term.value.removeprefix(BASE)


def test_what_obo_cannot_say_is_listed():
    """A union has no words there; the term and the property are told."""
    text = f"""@prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . @prefix aa: <{BASE}> .
    aa:A a owl:Class ; rdfs:label "a" ; rdfs:subClassOf [ a owl:Class ; owl:unionOf ( aa:B aa:C ) ] , aa:D ."""
    made = write_obo(quad.triple for quad in parse(text, RdfFormat.TURTLE))

    assert made.left_out == [(BASE + "A", RDFS + "subClassOf")]
    assert "is_a: aa:D" in made.text


def test_obo_escapes_what_would_end_a_value():
    """Quotes, braces and line breaks in a definition stay inside it."""
    fastobo = pytest.importorskip("fastobo", reason="fastobo is not installed")
    nasty = 'ends " here { } \\ and\nthere ! !'
    term = NamedNode(BASE + "A")
    triples = [
        Triple(term, NamedNode(PREFIXES["rdf"] + "type"), NamedNode(OWL + "Class")),
        Triple(term, NamedNode(RDFS + "label"), Literal("a")),
        Triple(term, DEFINITION, Literal(nasty)),
    ]
    (frame,) = fastobo.loads(write_obo(triples).text)
    (definition,) = [clause.definition for clause in frame if clause.raw_tag() == "def"]

    assert str(definition) == nasty


def test_mappings_are_valid_sssom(files):
    """The library of SSSOM reads the table, finds nothing wrong, and sees every alignment of ours."""
    pytest.importorskip("sssom", reason="sssom is not installed")
    from io import StringIO

    from sssom.parsers import parse_sssom_table
    from sssom.validators import validate

    read = parse_sssom_table(StringIO(files["aa.sssom.tsv"].decode()))
    validate(read, fail_on_error=True)
    kinds = {PREFIXES["skos"] + f"{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related")}
    stated = [t for t in ontology_triples() if t.predicate.value in kinds and isinstance(t.object, NamedNode)]

    assert len(read.df) == len(set(stated))


def test_a_release_is_written_into_a_folder(tmp_path, capsys, files):
    """All files and nothing else; never into the folders of the package."""
    folder = tmp_path / "products"

    assert cli.main(["release", str(folder), "--format", "json"]) == 0
    assert {each["file"] for each in json.loads(capsys.readouterr().out)} == set(files)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert cli.main(["release", str(Path(__file__).parents[1] / "ontology")]) == 2
    assert cli.main(["release", str(folder / "aa.ttl")]) == 2
    assert cli.main(["release", str(folder), "--with", str(tmp_path / "none.ttl")]) == 3
    assert set(PRODUCTS) == set(FORMATS)
