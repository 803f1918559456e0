"""Opened layers, and a user's own triples beside them."""

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from aa_ld import load
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
    layers.overlay(quads("aa:InterferonGamma rdfs:subClassOf aa:Cytokine ."), "data")

    assert count(layers) == before


def test_a_subject_described_anew_replaces_what_was_said_of_it():
    """An edited copy of a shipped block counts as edited."""
    layers = open_layers()
    layers.overlay(quads('aa:InterferonGamma a owl:Class ; rdfs:label "gamma"@en .'), "data")
    found = rows(layers, "SELECT ?p WHERE { <https://w3id.org/aa-ld/InterferonGamma> ?p ?o }")

    assert len(found) == 2


def test_a_subject_of_others_is_only_added_to():
    """A user's file takes nothing away from records that are not ours to describe."""
    layers = open_layers()
    record = NamedNode("http://id.nlm.nih.gov/mesh/D007371")
    before = len(list(layers.store.quads_for_pattern(record, None, None)))
    layers.overlay(quads('mesh:D007371 a owl:Class ; rdfs:comment "mine" .'), "data")

    assert len(list(layers.store.quads_for_pattern(record, None, None))) == before + 2


def test_the_same_quads_come_out_as_rdflib():
    """Nothing is lost on the way to the other library."""
    kb = load()
    dataset = kb.to_rdflib()

    assert len(dataset) == len(kb)
    assert {str(graph.identifier) for graph in dataset.graphs()} >= {g.value for g in kb.layers.graphs}
