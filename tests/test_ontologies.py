"""Axioms, slices, alignments and differences of ontologies."""

from __future__ import annotations

import gzip
import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from aa_ld import cli, errors
from aa_ld.align import Lexicon, align, keys, measured
from aa_ld.axiom_diff import diff_axioms
from aa_ld.axioms import read_axioms
from aa_ld.extract import extract
from aa_ld.release.products import ontology_triples

DATA = Path(__file__).parents[2] / "shared" / "data"
MONDO, MESH = DATA / "mondo" / "mondo-backbone.nt.gz", DATA / "mesh" / "mesh2019-backbone.nt.gz"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the ontologies of others are not beside this checkout"
)

PREFIX = """@prefix : <http://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix oboInOwl: <http://www.geneontology.org/formats/oboInOwl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
BASE = "http://example.org/"


def triples(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIX + text, RdfFormat.TURTLE)]


# Axioms


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (":a rdfs:subClassOf :b .", "SubClassOf", "<http://example.org/b>"),
        (":a rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:minQualifiedCardinality 2 ; owl:onClass :b ] .",
         "SubClassOf", ("min", "<http://example.org/p>", '"2"^^<http://www.w3.org/2001/XMLSchema#integer>', "<http://example.org/b>")),
        (":a owl:equivalentClass [ owl:unionOf ( :c :b ) ] .", "EquivalentTo", ("or", "<http://example.org/b>", "<http://example.org/c>")),
        (":a owl:equivalentClass [ owl:complementOf [ owl:oneOf ( :c ) ] ] .", "EquivalentTo", ("not", ("one of", "<http://example.org/c>"))),
        (":p owl:propertyChainAxiom ( :q :r ) .", "SubPropertyChain", ("list", "<http://example.org/q>", "<http://example.org/r>")),
        (":p a owl:TransitiveProperty .", "Characteristic", "<http://www.w3.org/2002/07/owl#TransitiveProperty>"),
        ("[] a owl:AllDisjointClasses ; owl:members ( :b :a ) .", "AllDisjointClasses", ("of", "<http://example.org/a>", "<http://example.org/b>")),
    ],
)  # fmt: skip
def test_an_axiom_is_read_as_what_it_says(text, kind, said):
    """Each construct of OWL has one value, whatever order it was written in."""
    (axiom,) = read_axioms(triples(text))

    assert (axiom.kind, axiom.said) == (kind, said)


def test_every_triple_belongs_to_an_axiom():
    """Also those of circles of blank nodes, and of nodes of no known form."""
    text = ":a :p [ :q [ :r 1 ] ] . _:x :p _:y . _:y :p _:x . [] :p 2 . :a :list ( 1 ( 2 ) )."
    given_ = triples(text)

    assert {t for axiom in read_axioms(given_) for t in axiom.triples} == set(given_)


def test_a_list_that_leads_back_into_itself_ends():
    """A circle in place of a list is read once round."""
    first, rest = (
        NamedNode(f"http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}") for name in ("first", "rest")
    )
    node, a = BlankNode("x"), NamedNode(BASE + "a")
    circle = [Triple(a, NamedNode(BASE + "p"), node), Triple(node, first, a), Triple(node, rest, node)]

    assert len(read_axioms(circle)) == 1


# Slices


def test_a_subset_has_all_that_is_wider_and_its_names():
    """Parents up to the top, with labels; nothing that is narrower or beside."""
    ontology = triples(
        """: a owl:Ontology ; owl:versionIRI :v1 ; <http://purl.org/dc/terms/license> :cc .
        :a rdfs:subClassOf :b ; rdfs:label "a" . :b rdfs:subClassOf :c ; rdfs:label "b" . :c rdfs:label "c" .
        :d rdfs:subClassOf :b ; rdfs:label "d" . :a :note "n" . :note rdfs:label "note" ."""
    )
    part = extract(ontology, [BASE + "a"])
    said = {str(t) for t in part.triples}

    assert {t.subject.value.removeprefix(BASE) for t in part.triples} == {"a", "b", "c", "note", "slice"}
    assert f"<{BASE}slice> <http://purl.org/dc/terms/source> <{BASE}v1>" in said
    assert f"<{BASE}slice> <http://purl.org/dc/terms/license> <{BASE}cc>" in said


_NAMES = [f":{letter}" for letter in "abcd"]
_EXPRESSIONS = st.recursive(
    st.sampled_from(_NAMES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(
            lambda pair: f"[ a owl:Class ; owl:intersectionOf ( {pair[0]} {pair[1]} ) ]"
        ),
        st.tuples(inner, inner).map(lambda pair: f"[ a owl:Class ; owl:unionOf ( {pair[0]} {pair[1]} ) ]"),
        inner.map(lambda each: f"[ a owl:Class ; owl:complementOf {each} ]"),
        inner.map(lambda each: f"[ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom {each} ]"),
        inner.map(lambda each: f"[ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom {each} ]"),
    ),
    max_leaves=3,
)
_AXIOMS = st.one_of(
    st.builds("{} rdfs:subClassOf {} .".format, st.sampled_from(_NAMES), _EXPRESSIONS),
    st.builds("{} owl:equivalentClass {} .".format, st.sampled_from(_NAMES), _EXPRESSIONS),
    st.builds("{} owl:disjointWith {} .".format, st.sampled_from(_NAMES), st.sampled_from(_NAMES)),
    st.just(":p rdfs:domain :b ."),
    st.just(":p rdfs:range :c ."),
)


def holds(part, model) -> frozenset[int]:
    """The instances of an expression in an interpretation over two things."""
    classes, relation, things = model
    if isinstance(part, str):
        return (
            things
            if part.endswith("#Thing>")
            else frozenset()
            if part.endswith("#Nothing>")
            else classes[part]
        )
    operator, *rest = part
    if operator == "not":
        return things - holds(rest[0], model)
    if operator in ("and", "or"):
        one, other = holds(rest[0], model), holds(rest[-1], model)
        return one & other if operator == "and" else one | other
    inner = holds(rest[1], model)
    if operator == "some":
        return frozenset(x for x in things if any((x, y) in relation for y in inner))
    return frozenset(x for x in things if all(y in inner for y in things if (x, y) in relation))


def is_true(axiom, model) -> bool:
    """Whether an interpretation satisfies an axiom."""
    _, relation, _ = model
    if axiom.kind == "Domain":
        return {x for x, _ in relation} <= holds(axiom.said, model)
    if axiom.kind == "Range":
        return {y for _, y in relation} <= holds(axiom.said, model)
    one, other = holds(axiom.subject, model), holds(axiom.said, model)
    return {"SubClassOf": one <= other, "EquivalentTo": one == other, "DisjointWith": not one & other}[
        axiom.kind
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(_AXIOMS, min_size=1, max_size=5), st.sampled_from(_NAMES), st.sampled_from([(), (":p",)]))
def test_a_module_tells_all_that_the_whole_tells_of_its_terms(axioms, term, properties):
    """Whatever model the module has, the whole has one that agrees with it on the terms: nothing was lost.

    Interpretations over two things are tried one by one: a model of the module is turned into one of the whole by
    making everything empty that the module does not speak of, which is what locality promises.
    """
    text = f"{term} a owl:Class . :p a owl:ObjectProperty . " + "\n".join(axioms)
    whole = triples(text)
    wanted = [BASE + each.removeprefix(":") for each in (term, *properties)]
    part = extract(whole, wanted, "module")
    meant = [a for a in read_axioms(whole) if a.kind not in ("Declaration", "Annotation")]
    kept = [a for a in read_axioms(part.triples) if a.kind not in ("Declaration", "Annotation")]
    spoken = {f"<{each}>" for each in wanted} | {iri for axiom in kept for iri in axiom.signature()}
    things = frozenset({0, 1})
    subsets = [frozenset(), frozenset({0}), things]
    names = [f"<{BASE}{name[1:]}>" for name in _NAMES]
    relations = [frozenset(), frozenset({(0, 1)}), frozenset({(0, 0), (1, 0)})]
    for extents in product(subsets, repeat=len(names)):
        for relation in relations:
            classes = {n: e if n in spoken else frozenset() for n, e in zip(names, extents, strict=True)}
            model = classes, relation if f"<{BASE}p>" in spoken else frozenset(), things
            if all(is_true(axiom, model) for axiom in kept):
                assert all(is_true(axiom, model) for axiom in meant), (text, kept)


def test_a_term_that_is_not_there_is_told_with_what_is_nearest():
    """Nothing is made up for it."""
    with pytest.raises(errors.UnknownTermError) as caught:
        extract(triples(":alpha a owl:Class ."), [BASE + "alhpa"])

    assert list(caught.value.nearest) == [f"<{BASE}alpha>"]


@needs_data
def test_the_part_of_mondo_that_ours_needs_is_taken_without_naming_it(tmp_path, capsys):
    """All terms to which ours are aligned, and what is wider; in seconds, and small."""
    out = tmp_path / "slice.ttl"

    assert cli.main(["extract", "--from", str(MONDO), "-o", str(out)]) == 0
    assert "of 187,881 triples" in capsys.readouterr().err
    assert b"obo:MONDO_0005340" in out.read_bytes()
    assert cli.main(["extract", "MONDO:99", "--from", str(MONDO)]) == 2
    capsys.readouterr()


def test_a_term_is_named_as_people_name_it(tmp_path, capsys):
    """By IRI, by the short names of MeSH and OBO in any case, by its label; a label of two terms is told as such."""
    mesh, obo = "http://id.nlm.nih.gov/mesh/D000506", "http://purl.obolibrary.org/obo/MONDO_0005340"
    path = tmp_path / "x.ttl"
    path.write_text(
        PREFIX
        + f'<{mesh}> rdfs:label "Alopecia Areata" . <{obo}> rdfs:label "twice" . :b rdfs:label "twice" .'
    )

    for name in (mesh, "MESH:D000506", "mesh:D000506", "alopecia areata"):
        assert cli.main(["extract", name, "--from", str(path)]) == 0, name
        assert "mesh:D000506" in capsys.readouterr().out, name
    assert cli.main(["extract", "MONDO:0005340", "--from", str(path)]) == 0
    capsys.readouterr()
    for name, said in (("twice", "Several terms"), ("alopecia areta", "Nearest: alopecia areata")):
        assert cli.main(["extract", name, "--from", str(path)]) == 2
        assert said in capsys.readouterr().err
    assert cli.main(["align", str(path), "--least", "7"]) == 2
    assert cli.main(["validate", "--profile", "obo", str(path), "--engine", "pyshacl"]) == 2


@needs_data
def test_what_is_not_there_to_extract_from_is_told(tmp_path):
    """A name without a meaning, or a file that is none."""
    assert cli.main(["extract", "what", "--from", str(tmp_path / "none.owl")]) == 3


# Alignment


def lexicon(text: str) -> Lexicon:
    return Lexicon(triples(text))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Diseases, Skin", "skin disease", True),
        ("Sjögren's syndrome", "Sjogren syndrome", True),
        ("TNF-α", "tnf alpha", True),
        ("IL2", "il2", False),
        ("T cell", "B cell", False),
        ("thymus", "thymu", False),
        ("", "", False),
    ],
)
def test_names_are_compared_as_people_mean_them(one, other, same):
    """Case, accents, order and plurals do not count; abbreviations count as they are written."""
    assert bool({key for key, _ in keys(one)} & {key for key, _ in keys(other)}) == same


def test_a_proposal_says_what_speaks_for_it():
    """Names, the fields they stand in, and how many others they would fit."""
    one = lexicon(
        ':a rdfs:label "alopecia areata" . :b oboInOwl:hasExactSynonym "patchy loss" ; rdfs:label "b b" .'
    )
    two = lexicon(
        ':x rdfs:label "Areata, alopecia" . :y rdfs:label "patchy loss" . :z rdfs:label "patchy loss" .'
    )
    found = {(p.subject[-1], p.object[-1]): p for p in align(one, two, least=0)}

    assert set(found) == {("a", "x"), ("b", "y"), ("b", "z")}
    assert found["a", "x"].justification == "semapv:LexicalMatching"
    assert (found["b", "y"].subject_field, found["b", "y"].rivals) == ("oboInOwl:hasExactSynonym", 1)
    assert found["a", "x"].confidence > 0.9 > found["b", "y"].confidence


def test_what_was_denied_is_never_proposed():
    """A negative mapping is honoured, in either direction; so is one that was curated before."""
    one, two = lexicon(':a rdfs:label "same" .'), lexicon(':x rdfs:label "same" .')
    pair = (BASE + "a", BASE + "x")

    assert len(align(one, two)) == 1
    assert align(one, two, denied=[pair]) == align(one, two, denied=[pair[::-1]]) == []
    assert align(one, two, curated=[pair]) == []


def test_obsolete_terms_are_not_proposed():
    """What is gone is no partner."""
    assert (
        align(lexicon(':a rdfs:label "same" .'), lexicon(':x rdfs:label "same" ; owl:deprecated true .'))
        == []
    )


def test_an_identifier_that_both_refer_to_speaks_for_a_pair():
    """By way of it the two are chained."""
    one = lexicon(':a rdfs:label "one" ; oboInOwl:hasDbXref "MSH:D1" .')
    two = lexicon(':x rdfs:label "other" ; skos:exactMatch <http://id.nlm.nih.gov/mesh/D1> .')
    (found,) = align(one, two)

    assert (found.justification, found.name) == ("semapv:MappingChaining", "MESH:D1")


@needs_data
def test_alignment_is_measured_against_mappings_that_are_known(capsys, tmp_path):
    """MONDO and MeSH against MONDO's own mappings, without looking at them: nearly all proposals are right."""
    known = DATA / "mondo" / "mondo_exactmatch_mesh.sssom.tsv"

    assert cli.main(["align", str(MONDO), str(MESH), "--measure", str(known), "--format", "json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["precision"] > 0.95
    assert figures["recall"] > 0.7


@needs_data
def test_proposals_are_written_as_a_table_for_somebody_to_look_at(tmp_path):
    """The table reads back as mappings, each marked as not reviewed; those of a set are not proposed again."""
    out = tmp_path / "proposals.sssom.tsv"

    assert cli.main(["align", str(MONDO), "-o", str(out), "--least", "0.3"]) == 0
    lines = [line for line in out.read_text().splitlines() if not line.startswith("#")]
    assert len(lines) > 1
    assert all("not reviewed" in line for line in lines[1:])
    again = tmp_path / "again.tsv"
    assert cli.main(["align", str(MONDO), "-o", str(again), "--least", "0.3", "--mappings", str(out)]) == 0
    assert len([line for line in again.read_text().splitlines() if not line.startswith("#")]) == 1


def test_an_ontology_without_names_is_told(tmp_path, capsys):
    """There is nothing to compare."""
    path = tmp_path / "empty.nt"
    path.write_text("<urn:a> <urn:p> <urn:b> .\n")

    assert cli.main(["align", str(path)]) == 3
    assert "no names to compare" in capsys.readouterr().err
    assert cli.main(["align", str(path), str(path), str(path)]) == 2


def test_figures_count_only_what_was_judged():
    """A proposal about terms of which nobody said anything is neither right nor wrong."""
    one = lexicon(':a rdfs:label "one" . :b rdfs:label "two" . :c rdfs:label "three" .')
    two = lexicon(':x rdfs:label "one" . :y rdfs:label "two" . :z rdfs:label "three" .')
    figures = measured(align(one, two), [(BASE + "a", BASE + "x"), (BASE + "b", BASE + "other")])

    assert figures == {"right": 1, "wrong": 1, "missed": 1, "unjudged": 1, "precision": 0.5, "recall": 0.5}


# Differences


def test_a_difference_is_told_by_term(tmp_path, capsys):
    """What came, what went, and what an annotation says now; how blank nodes are called does not count."""
    old, new = tmp_path / "old.ttl", tmp_path / "new.ttl"
    same = ":c owl:equivalentClass [ owl:intersectionOf ( :a [ owl:onProperty :p ; owl:someValuesFrom :b ] ) ] .\n"
    old.write_text(PREFIX + same + ':a rdfs:label "hair" ; rdfs:subClassOf :b .')
    new.write_text(
        PREFIX + same.replace("( :a [ owl:onProperty :p ; owl:someValuesFrom :b ] )", "( [ owl:someValuesFrom :b ; owl:onProperty :p ] :a )")
        + ':a rdfs:label "a hair" ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :c ] .'
    )  # fmt: skip

    assert cli.main(["diff", str(old), str(new)]) == 1
    out = capsys.readouterr().out
    assert "a hair (<http://example.org/a>)" in out
    assert '  rdfs:label: "hair" → "a hair"' in out
    assert "  - SubClassOf <http://example.org/b>" in out
    assert "  + SubClassOf <http://example.org/p> some <http://example.org/c>" in out
    assert "1 axioms came, 1 went, 1 annotations say something else; 1 terms." in out
    assert cli.main(["diff", str(old), str(old)]) == 0
    assert capsys.readouterr().out == "Both say the same.\n"


@given(st.lists(_AXIOMS, max_size=5), st.lists(_AXIOMS, max_size=5))
@settings(max_examples=50, deadline=None)
def test_a_difference_turned_round_is_the_difference_turned_round(one, other):
    """What came on the way there goes on the way back, and nothing differs from itself."""
    a, b = triples("\n".join(one)), triples("\n".join(other))
    there, back = diff_axioms(a, b).changes, diff_axioms(b, a).changes

    assert sorted((c.term, c.kind, c.new, c.old) for c in there) == [tuple(c) for c in back]
    assert not diff_axioms(a, triples("\n".join(one)))


def test_our_own_ontology_is_the_same_as_itself():
    """With all its restrictions and groups."""
    assert not diff_axioms(ontology_triples(), ontology_triples())


@needs_data
def test_packed_files_are_compared_too(tmp_path, capsys):
    """As .nt.gz, and for programs."""
    one = tmp_path / "one.nt.gz"
    one.write_bytes(gzip.compress(b"<urn:a> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:b> .\n"))
    two = tmp_path / "two.nt"
    two.write_bytes(b"<urn:a> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:c> .\n")

    assert cli.main(["diff", str(one), str(two), "--format", "json"]) == 1
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert [(c["term"], c["kind"], c["old"], c["new"]) for c in changes] == [
        ("urn:a", "SubClassOf", "", "<urn:c>"),
        ("urn:a", "SubClassOf", "<urn:b>", ""),
    ]


OWL_TEXTS = {
    "ofn": """Prefix(:=<http://example.org/>) Prefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)
Ontology(<http://example.org/o>
Declaration(Class(:A)) Declaration(Class(:B)) Declaration(Class(:C)) Declaration(ObjectProperty(:p))
AnnotationAssertion(rdfs:label :A "patchy hair loss") AnnotationAssertion(rdfs:label :B "hair disease")
SubClassOf(:A ObjectSomeValuesFrom(:p :B)) SubClassOf(:A :B)
)""",
    "omn": """Prefix: : <http://example.org/>
Prefix: rdfs: <http://www.w3.org/2000/01/rdf-schema#>
Ontology: <http://example.org/o>
ObjectProperty: p
Class: B
  Annotations: rdfs:label "hair disease"
Class: C
Class: A
  Annotations: rdfs:label "patchy hair loss"
  SubClassOf: B, p some B
""",
}
OTHER = """@prefix : <http://example.com/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . :X a owl:Class ; rdfs:label "hair loss, patchy" .
"""


@pytest.mark.parametrize("name", ["a.ofn", "a.omn", "a.owl", "a.ofn.gz", "a.owl.gz"])
def test_owl_in_its_own_syntaxes_is_taken_from_aligned_and_compared(tmp_path, capsys, name):
    """Functional and Manchester syntax, by the ending or by how the file begins, packed or not: as the same in Turtle."""
    pytest.importorskip("pyhornedowl")
    kind = "omn" if "omn" in name else "ofn"
    data = OWL_TEXTS[kind].encode()
    path, other, taken = tmp_path / name, tmp_path / "other.ttl", tmp_path / "part.ttl"
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    other.write_text(OTHER)
    extracted = cli.main(
        ["extract", "patchy hair loss", "--from", str(path), "--method", "module", "-o", str(taken)]
    )
    capsys.readouterr()
    aligned = cli.main(["align", str(path), str(other), "--format", "json"])
    proposals = json.loads(capsys.readouterr().out)
    same = cli.main(["diff", str(path), str(taken), "--axioms"])
    told = capsys.readouterr().out

    assert (extracted, aligned) == (0, 0)
    assert "<http://example.org/C>" not in taken.read_text()
    assert {
        axiom.kind
        for axiom in read_axioms(quad.triple for quad in parse(path=str(taken), format=RdfFormat.TURTLE))
    } >= {"SubClassOf"}
    assert [(p["subject"], p["object"]) for p in proposals] == [
        ("http://example.org/A", "http://example.com/X")
    ]
    assert same == 1
    assert "SubClassOf" not in told
    assert "http://example.org/C" in told


def test_a_fault_in_owl_syntax_is_told_with_its_place(tmp_path, capsys):
    """Exit status 3, and where in the file it is."""
    pytest.importorskip("pyhornedowl")
    path = tmp_path / "a.ofn"
    path.write_text(OWL_TEXTS["ofn"].replace("SubClassOf(:A :B)", "SubClassOf(:A"))
    status = cli.main(["extract", "patchy hair loss", "--from", str(path)])

    said = capsys.readouterr().err

    assert status == 3
    assert "RdfSyntaxError: " in said
    assert "a.ofn:" in said
