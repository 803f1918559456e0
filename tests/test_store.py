"""Opened layers, and a user's own triples beside them."""

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from aa_ld import load
from aa_ld.errors import (
    ParameterValueError,
    RedefinedFactError,
    UnknownColumnError,
    UnknownFilterError,
    UnknownQuestionError,
    UnknownSourceError,
    UsageError,
)
from aa_ld.store import open_layers, rows
from aa_ld.vocab import PREFIXES

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def count(layers) -> int:
    return int(rows(layers, COUNT)[0]["n"].value)


def quads(text: str) -> list[Quad]:
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    return list(parse(head + text, RdfFormat.TURTLE))


def test_no_triple_stands_in_two_shipped_layers():
    """The default graph is a union of graphs, and the engine finds a shared triple twice."""
    layers = open_layers()
    triples = {quad.triple for quad in layers.store}

    assert len(triples) == len(layers.store) == count(layers)


def test_a_repeated_triple_counts_once():
    """A user's file that repeats one of ours changes no count."""
    layers = open_layers()
    before = count(layers)
    layers.add_quads(quads("aa:InterferonGamma rdfs:subClassOf aa:Cytokine ."), "data")

    assert count(layers) == before


def test_a_subject_described_anew_replaces_what_was_said_of_it():
    """An edited copy of a shipped block counts as edited."""
    layers = open_layers()
    layers.replace(quads('aa:InterferonGamma a owl:Class ; rdfs:label "gamma"@en .'), "data")
    found = rows(layers, "SELECT ?p WHERE { <https://w3id.org/aa-ld/InterferonGamma> ?p ?o }")

    assert len(found) == 2


def test_a_subject_of_others_is_only_added_to():
    """A user's file takes nothing away from records that are not ours to describe."""
    layers = open_layers()
    record = NamedNode("http://id.nlm.nih.gov/mesh/D007371")
    before = len(list(layers.store.quads_for_pattern(record, None, None)))
    layers.replace(quads('mesh:D007371 a owl:Class ; rdfs:comment "mine" .'), "data")

    assert len(list(layers.store.quads_for_pattern(record, None, None))) == before + 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's own N-Quads parser warns of rdflib
def test_the_same_quads_come_out_as_rdflib():
    """Nothing is lost on the way to the other library."""
    kb = load()
    dataset = kb.to_rdflib()

    assert len(dataset) == len(kb)
    assert {str(graph.identifier) for graph in dataset.graphs()} >= {g.value for g in kb.layers.graphs}


def test_a_shipped_fact_cannot_be_said_anew_under_its_name(tmp_path):
    """An answer would show the user's words as the review's."""
    path = tmp_path / "mine.ttl"
    fact = "<https://w3id.org/aa-ld/fact/serum-interleukin-6-raised>"
    path.write_text(f"{fact} <https://w3id.org/aa-ld/direction> <https://w3id.org/aa-ld/Lowered> .")

    with pytest.raises(RedefinedFactError, match="serum-interleukin-6-raised"):
        load(data=path)


def test_repeating_what_a_shipped_fact_says_is_no_redefinition(tmp_path):
    """A copy of the shipped file can stand beside it."""
    from aa_ld import places

    copied = load("review", data=places.layer_files("review"))

    assert copied.ask("treatments-toward-th2").column("id") == ["SF30"]


def test_a_synonym_for_a_shipped_term_takes_nothing_away(tmp_path):
    """What a user's file adds to a term is added."""
    path = tmp_path / "mine.ttl"
    path.write_text(
        "@prefix aa: <https://w3id.org/aa-ld/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        'aa:Dupilumab a <http://www.w3.org/2002/07/owl#Class> ; skos:altLabel "my name for it"@en .'
    )
    kb = load(data=[path])

    assert kb.show("my name for it").label == "dupilumab"
    assert kb.show("dupilumab").definition


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda kb: load("wider"), UnknownSourceError),
        (lambda kb: load(data="https://example.org/x.ttl"), UsageError),
        (lambda kb: kb.ask(None), UnknownQuestionError),
        (lambda kb: kb.ask("which-cells-produce", mediator=None), ParameterValueError),
        (lambda kb: kb.ask("treatments-toward-th2").column("treatmnt"), UnknownColumnError),
        (lambda kb: kb.ask("treatments-toward-th2").serialize("xml"), ParameterValueError),
        (lambda kb: kb.facts(about=3), ParameterValueError),
        (lambda kb: kb.facts(colour="red"), UnknownFilterError),
    ],
)
def test_a_wrong_call_of_the_library_is_one_of_our_errors(call, error):
    """No KeyError, no AttributeError, no silent nothing."""
    with pytest.raises(error):
        call(load())
