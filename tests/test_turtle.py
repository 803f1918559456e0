"""The layout of Turtle files."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from aa_ld import places
from aa_ld.errors import NestingError, NotATreeError, RdfSyntaxError
from aa_ld.turtle import format_turtle, write_turtle

OURS = sorted([*places.ROOT.glob("ontology/**/*.ttl"), *places.shape_files()])

iris = st.text(string.ascii_letters + string.digits + "-_/é.", min_size=1, max_size=12).map(
    lambda local: NamedNode("https://w3id.org/aa-ld/" + local)
)
texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
literals = st.one_of(
    texts.map(Literal),
    texts.map(lambda text: Literal(text, language="en")),
    st.integers().map(Literal),
    st.booleans().map(Literal),
    st.sampled_from(["01", "+1", "1.0", "1e3", ""]).map(
        lambda text: Literal(text, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    ),
)
flat = st.builds(Triple, iris, iris, st.one_of(iris, literals))


def same(one: list[Triple], two: list[Triple]) -> bool:
    """Whether two sets of triples say the same, blank nodes apart from their names."""
    datasets = [Dataset([Quad(t.subject, t.predicate, t.object) for t in triples]) for triples in (one, two)]
    for dataset in datasets:
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return datasets[0] == datasets[1]


def read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(text, RdfFormat.TURTLE)]


@given(st.lists(flat, max_size=12))
def test_writing_and_reading_again_loses_nothing(triples):
    """Any set of triples comes back as it was, literals in their own spelling."""
    assert set(read(write_turtle(triples))) == set(triples)


@given(st.lists(flat, max_size=12), st.randoms())
def test_the_layout_does_not_depend_on_the_order_of_the_triples(triples, random):
    """The same triples in another order give the same bytes."""
    shuffled = list(triples)
    random.shuffle(shuffled)

    assert write_turtle(shuffled) == write_turtle(triples)


@given(st.lists(flat, max_size=12))
def test_formatting_twice_changes_nothing(triples):
    """The layout is a fixed point."""
    once = write_turtle(triples)

    assert format_turtle(once) == once


@st.composite
def trees(draw):
    """Triples with nested blank nodes and lists below one IRI."""
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    triples: list[Triple] = []

    def value(depth: int):
        choice = draw(st.integers(0, 3 if depth < 3 else 1))
        if choice == 0:
            return draw(iris)
        if choice == 1:
            return draw(literals)
        if choice == 2:
            node = BlankNode()
            for _ in range(draw(st.integers(0, 3))):
                triples.append(Triple(node, draw(iris), value(depth + 1)))
            return node
        tail = NamedNode(rdf + "nil")
        for _ in range(draw(st.integers(0, 3))):
            cell = BlankNode()
            triples.append(Triple(cell, NamedNode(rdf + "first"), value(depth + 1)))
            triples.append(Triple(cell, NamedNode(rdf + "rest"), tail))
            tail = cell
        return tail

    for _ in range(draw(st.integers(1, 4))):
        triples.append(Triple(draw(iris), draw(iris), value(0)))
    return triples


@given(trees())
def test_nested_nodes_and_lists_survive(triples):
    """Blank nodes in a tree are nested, and the graph stays the same."""
    text = write_turtle(triples)

    assert same(read(text), triples)
    assert format_turtle(text) == text


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_file_of_ours_is_in_canonical_layout(path):
    """What is committed is what the formatter writes."""
    text = path.read_text(encoding="utf-8")

    assert format_turtle(text) == text


@pytest.mark.parametrize("values", [["7", "07", "+7"], ["-0", "0"], ["10", "9", "-10", "-9", "1" * 5000]])
def test_numbers_stand_in_one_order_however_they_came(values):
    """Equal numbers in other spellings, negative ones and huge ones."""
    integer = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    triples = [Triple(NamedNode("a:s"), NamedNode("a:p"), Literal(v, datatype=integer)) for v in values]

    assert write_turtle(triples) == write_turtle(reversed(triples))
    assert set(read(write_turtle(triples))) == set(triples)


def test_what_the_layout_cannot_say_is_refused():
    """Nothing is lost in silence."""
    with pytest.raises(NotATreeError):
        format_turtle('<a:a> <a:p> "x"@en--ltr .')
    with pytest.raises(NestingError):
        format_turtle("<a:a> <a:p> " + "[ <a:p> " * 900 + "1" + " ]" * 900 + " .")
    with pytest.raises(RdfSyntaxError, match="line 2"):
        format_turtle("<a:a> <a:p> 1 .\n<a:a> <a:p .")


def test_adding_a_class_adds_its_lines_and_nothing_else():
    """A diff has the size of the thought."""
    path = places.layer_files("ontology")[0]
    old = path.read_text(encoding="utf-8")
    added = 'aa:Interleukin7 rdfs:label "interleukin-7"@en ; a owl:Class ; rdfs:subClassOf aa:Cytokine .'
    expected = [
        "aa:Interleukin7",
        "  a owl:Class ;",
        '  rdfs:label "interleukin-7"@en ;',
        "  rdfs:subClassOf aa:Cytokine ;",
        ".",
        "",
    ]

    new = format_turtle(old + added).splitlines()
    at = new.index("aa:Interleukin7")

    assert new[at : at + 6] == expected
    assert new[:at] + new[at + 6 :] == old.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "<a:a> <a:p> _:b . <a:c> <a:p> _:b .",
        "_:a <a:p> _:b . _:b <a:p> _:a .",
        "_:a <a:p> _:a .",
        "<a:a> <a:p> _:l . _:l <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 .",
    ],
    ids=["shared", "circle", "self", "broken list"],
)
def test_a_blank_node_that_is_no_tree_is_refused(text):
    """Nesting would change what such a node means, so the file is left alone."""
    with pytest.raises(NotATreeError):
        format_turtle(text)
