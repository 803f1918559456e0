"""The curator's path: a table in, checked all of it or nothing, and a table out that loses nothing."""

from __future__ import annotations

import inspect
import io
import sys
from importlib import import_module
from pathlib import Path

import openpyxl
import pytest
from curated import (
    AA,
    DOCS,
    FACT,
    GOOD,
    NAMES,
    OTHER,
    back,
    quads,
    shipped,
    shipped_facts,
    table,
    triples,
    words_alone,
    written,
)  # fmt: skip
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from aa_ld import places
from aa_ld.cli import main
from aa_ld.cli.curation_parser import TABLES
from aa_ld.curation.cells import Cells
from aa_ld.curation.columns import COLUMNS, PLAIN
from aa_ld.curation.draft import Drafts, required
from aa_ld.curation.exporting import export_book, export_rows, export_table, triples_of
from aa_ld.curation.facts import import_rows
from aa_ld.curation.importing import check_rows, import_table
from aa_ld.curation.table import Row, read_table, write_rows
from aa_ld.curation.texts import open_texts, read_texts
from aa_ld.errors import NotAFileError, NotTabularError, SourceTextError, TableError
from aa_ld.fact import read_facts
from aa_ld.store import Layers, open_layers
from aa_ld.turtle import write_turtle
from aa_ld.validate import validate
from aa_ld.vocab import PREFIXES, RDF_TYPE, compact


def faults(*rows: dict[str, str]) -> list[tuple[int, str]]:
    with pytest.raises(TableError) as caught:
        import_rows(shipped(), table(*rows), "x.tsv")
    return [(fault.row, fault.column) for fault in caught.value.faults]


# -- a table and back ----------------------------------------------------------


def test_every_shipped_fact_survives_the_way_out_and_back():
    """The table of all facts gives the very triples that the layers hold of them."""
    facts = shipped_facts()

    assert back(shipped(), export_table(shipped(), facts)) == set(triples_of(shipped(), facts))


def test_the_literature_survives_without_being_loaded():
    """Its publications and cohorts come back from the columns; what a table leaves to Turtle is conflicts alone."""
    literature = {t for path in places.layer_files("literature") for t in triples(path)}
    own = {t.subject.value for t in literature}
    facts = [iri for iri in shipped_facts() if iri in own]
    found = back(open_layers(("ontology", "mappings", "review")), export_table(shipped(), facts))
    left = literature - found
    kinds = {t.object.value for t in left if t.predicate.value == RDF_TYPE}

    assert found == set(triples_of(shipped(), facts))
    assert kinds == {AA + "Conflict"}
    assert {t.subject for t in left} == {t.subject for t in left if t.predicate.value == RDF_TYPE}


def test_the_review_survives_in_its_own_triples():
    """Every line, span, focus, hedge and cue of the review is the same after a round trip."""
    review = open_layers(("ontology", "mappings", "review"))
    (path,) = places.layer_files("review")
    facts = [fact.iri for fact in read_facts(review)]
    not_of_facts = {"SourceText", "Sentence", "TextPart", "Conflict"}
    own = triples(path)
    others = {
        t.subject
        for t in own
        if t.predicate.value == RDF_TYPE and compact(t.object.value)[3:] in not_of_facts
    }
    part_spans = {t.object for t in own if t.subject in others and t.predicate.value == AA + "span"}
    found = back(review, export_table(review, facts))

    assert {t for t in own - found if t.subject not in others | part_spans} == set()
    assert found - own == set()


def test_the_example_of_the_docs_comes_back_whole_with_its_text():
    """Text, sentences, spans, counts and digests are made from the table and the text alone."""
    layers = open_layers()
    layers.add_quads(parse((DOCS / "example.ttl").read_bytes(), RdfFormat.TURTLE), "data")
    text = export_table(layers, [FACT + "example-serum-interleukin-5"])

    assert back(shipped(), text, read_texts(DOCS)) == triples(DOCS / "example.ttl")


def test_the_table_of_the_docs_gives_the_turtle_of_the_docs():
    """What the page shows is what import writes."""
    done = import_table(open_layers(), DOCS / "curating.tsv", read_texts(DOCS))

    assert done.places == []
    assert done.to_turtle() == (DOCS / "curating.ttl").read_text(encoding="utf-8")


def test_a_table_is_the_same_whatever_order_its_columns_have():
    """Columns are found by name."""
    head, *lines = [line.split("\t") for line in write_rows([GOOD], NAMES).splitlines()]
    turned = "\n".join("\t".join(reversed(line)) for line in (head, *lines))

    assert back(shipped(), turned) == back(shipped(), write_rows([GOOD], NAMES))


@pytest.mark.parametrize(
    "name", ["dupilumab", "Dupilumab", "aa:Dupilumab", "<https://w3id.org/aa-ld/Dupilumab>"]
)
def test_a_term_is_found_by_label_short_name_or_iri(name):
    """Every way to write a term means the same."""
    assert back(shipped(), write_rows([GOOD | {"subject": name}], NAMES)) == back(
        shipped(), write_rows([GOOD], NAMES)
    )


def test_a_further_row_is_a_further_line():
    """A row with the same identifier and nothing else about the fact adds evidence."""
    more = {"id": "NF01", "publication": "the review", "kind": "review statement", "stance": "supporting"}
    found = import_rows(shipped(), table(GOOD, more), "x.tsv")
    lines = [t for t in found.triples if t.predicate.value == AA + "evidence"]

    assert len(found.facts) == 1
    assert len(lines) == 2


def test_a_row_may_speak_of_a_fact_further_down():
    """All facts of a table have their names before any cell is read."""
    argument = GOOD | {
        "class": "argument link", "subject": "NF02", "predicate": "is the reason given for", "object": "SF32", "id": "NF01",
    }  # fmt: skip
    found = import_rows(shipped(), table(argument, GOOD | {"id": "NF02", "object": "interleukin-4"}), "x.tsv")
    (subject,) = [
        t.object.value
        for t in found.triples
        if t.subject.value == found.facts[0] and t.predicate.value == AA + "subject"
    ]

    assert subject == found.facts[1]


def test_a_publication_may_be_declared_in_a_later_row():
    """Rows that declare are read first."""
    named = {k: v for k, v in GOOD.items() if k not in ("citation", "publicationName")}
    first = named | {"publication": "the invented paper", "object": "interleukin-4", "id": "NF02"}

    assert len(import_rows(shipped(), table(first, GOOD), "x.tsv").facts) == 2


def test_a_publication_is_known_by_its_number():
    """The PubMed identifier of a loaded publication is enough."""
    row = {k: v for k, v in GOOD.items() if not k.startswith(("publication", "citation"))} | {
        "publication": "PMID 32533873"
    }

    assert any(
        t.object == NamedNode(PREFIXES["publication"] + "pmid-32533873")
        for t in import_rows(shipped(), table(row), "x.tsv").triples
    )


def test_names_are_made_from_the_row_and_stay():
    """The same row gives the same names, whatever stands around it."""
    other = GOOD | {"id": "NF02", "object": "interleukin-4"}
    one = import_rows(shipped(), table(GOOD), "x.tsv").facts
    both = import_rows(shipped(), table(other, GOOD), "x.tsv").facts

    assert one == [FACT + "dupilumab-changes-the-level-of-interleukin-5-lowered-invented"]
    assert one[0] in both


def test_two_facts_with_the_same_terms_get_two_names():
    """The identifier sets them apart."""
    found = import_rows(shipped(), table(GOOD, GOOD | {"id": "NF02", "compartment": "skin"}), "x.tsv")

    assert found.facts[1] == found.facts[0] + "-nf02"


def test_words_that_are_a_term_stand_in_quotes():
    """In columns that take both, quotes make words of what would be a term."""
    layers = open_layers()
    layers.add_quads(quads(back(shipped(), write_rows([GOOD], NAMES))), "data")
    fact = NamedNode(FACT + "dupilumab-changes-the-level-of-interleukin-5-lowered-invented")
    layers.store.remove(Quad(fact, NamedNode(AA + "time"), Literal("12 weeks"), layers.graph("data")))
    layers.store.add(Quad(fact, NamedNode(AA + "time"), Literal("not stated"), layers.graph("data")))
    text = export_table(layers, [fact.value])

    assert '"""not stated"""' in text
    assert Triple(fact, NamedNode(AA + "time"), Literal("not stated")) in back(shipped(), text)


def test_what_has_no_column_is_refused_not_lost():
    """A property that the table does not know stops the export."""
    layers = open_layers()
    iri = shipped_facts()[0]
    layers.add_quads([Quad(NamedNode(iri), NamedNode("http://example.org/p"), Literal("x"))], "data")

    with pytest.raises(NotTabularError, match="would lose"):
        export_table(layers, [iri])


def test_every_column_of_a_fact_is_a_property_of_the_ontology():
    """A column is a word of the model."""
    declared = {q.subject.value for q in open_layers(("ontology",)).store if q.predicate.value == RDF_TYPE}

    assert [name for name in PLAIN if AA + name not in declared] == []


# -- any fact and back -------------------------------------------------------------

WORDS = st.text(max_size=30).filter(bool)
SOME_WORDS = ("comparator", "time", "measure", "value", "interval", "signConvention")
KNOWN = Cells(words_alone())
NEVER = (
    "subject",
    "predicate",
    "object",
    "implied",
    "coveredBy",
    "repeats",
    "cohort",
    "majorTopic",
    *SOME_WORDS,
)


def terms(*kinds: str) -> st.SearchStrategy[str]:
    """Short names of terms of these kinds, as IRIs of classes."""
    found = filter(KNOWN.may, {iri for kind in kinds for iri in KNOWN.names.members(kind)})
    return st.sampled_from(sorted(map(compact, found)))


def listed(*kinds: str) -> st.SearchStrategy[str]:
    """One to three of them, as a cell holds several."""
    return st.lists(terms(*kinds), min_size=1, max_size=3, unique=True).map("; ".join)


#: Predicates between terms of the ontology, of facts that people write.
SIDES = {
    iri: known
    for iri, known in KNOWN.predicates.items()
    if known.classes & set(KNOWN.classes.values())
    and all(side and all(category.startswith(AA) for category in side) for side in known.sides.values())
}


@st.composite
def facts(draw: st.DrawFn, number: int) -> list[Row]:
    """The rows of one fact of any kind, with any words, on one to three lines of evidence."""
    iri = draw(st.sampled_from(sorted(SIDES)))
    known, doi = KNOWN.predicates[iri], draw(DOIS)
    cells = {"id": f"NF{number:02d}", "predicate": compact(iri)}
    cells["class"] = draw(st.sampled_from(sorted(n for n, c in KNOWN.classes.items() if c in known.classes)))
    for side in ("subject", "object"):
        cells[side] = draw(listed(*sorted(known.sides[f"{side}Category"])))
    for name in PLAIN:
        if name not in NEVER and draw(st.booleans()):
            many = listed if COLUMNS[name].many else terms
            cells[name] = draw(
                many(*KNOWN.kinds(COLUMNS[name])) if COLUMNS[name].categories else terms(AA + "Entity")
            )
    for name in SOME_WORDS:
        if draw(st.booleans()):
            cells[name] = f'"{draw(WORDS)}"'
    cells |= {
        name: draw(WORDS)
        for name in ("sentence", "note", "cohortName", "cohortDefinition")
        if draw(st.booleans())
    }
    if "cohortName" not in cells:
        cells.pop("cohortDefinition", None)
    else:
        cells["cohort"] = f"cohort:c{number}"
    rows = [cells | draw(lines(number, doi))]
    for more in range(draw(st.integers(0, 2))):
        rows.append(
            {
                "id": cells["id"],
                **draw(lines(number, doi)),
                "publication": f"publication:p{number}",
                "line": f"evidence:l{number}-{more}",
            }
        )
    return [Row(10 * number + place, row) for place, row in enumerate(rows)]


def lines(number: int, doi: str) -> st.SearchStrategy[dict[str, str]]:
    """The cells of a line of evidence, which declares its publication."""
    always = {
        "publication": st.just(f"publication:p{number}"),
        "citation": st.just(f"Journal {number}"),
        "kind": terms(AA + "EvidenceKind"),
    }
    perhaps = {
        "publicationName": st.just("the paper, \"that\" one\n; 'so'"), "doi": st.just(f"10.1000/{number}{doi}"),
        "issued": st.just(["2020", "2020-07", "2020-02-29"][number % 3]), "stance": terms(AA + "Stance"), "design": terms(AA + "StudyDesign"), "lineCertainty": terms(AA + "Certainty"),
        "sampleSize": st.integers(0, 10**9 - 1).map(str), "hedge": WORDS, "cue": WORDS, "mentions": listed(AA + "Disease", AA + "Mediator"),
    }  # fmt: skip
    return st.fixed_dictionaries(always, optional=perhaps)


#: Without making a failing case smaller: each takes its time.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
DOIS = st.text("abcXYZ019()<>;:./-_", max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(st.integers(1, 3).flatmap(lambda count: st.tuples(*(facts(number) for number in range(1, count + 1)))))
def test_any_fact_survives_as_a_table_as_a_workbook_and_as_turtle(tmp_path_factory, groups):
    """Any kind of fact, any words, any number of lines: the very same triples come back each way."""
    rows = [row for group in groups for row in group]
    made = import_rows(words_alone(), rows, "x.tsv")
    layers = Layers()
    layers.extend(words_alone().store, "ontology")
    layers.add_quads(quads(made.triples), "data")
    said = set(made.triples)
    path = tmp_path_factory.mktemp("book") / "x.xlsx"
    path.write_bytes(export_book(layers, made.facts))

    assert set(triples_of(layers, made.facts)) == said
    assert back(words_alone(), export_table(layers, made.facts)) == said
    assert set(import_rows(words_alone(), read_table(path, NAMES), "x.xlsx").triples) == said
    assert {
        q.triple for q in parse(write_turtle(triples_of(layers, made.facts)).encode(), RdfFormat.TURTLE)
    } == said


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_selection_of_facts_survives(data):
    """A table of some facts needs no other."""
    chosen = data.draw(st.lists(st.sampled_from(shipped_facts()), min_size=1, max_size=6, unique=True))

    assert back(shipped(), export_table(shipped(), chosen)) >= set(triples_of(shipped(), chosen))


# -- what is wrong, by row and column ------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "near"),
    [
        ("class", "biomarker chnge", "biomarker change"),
        ("subject", "dupilumap", "dupilumab"),
        ("predicate", "changes levels of", "changes the level of"),
        ("object", "interleukin-55", "interleukin-5"),
        ("polarity", "positve", "positive"),
        ("certainty", "assertd", "asserted"),
        ("confidence", "hihg confidence", "high confidence"),
        ("population", "patient with alopecia areatta", "patient with alopecia areata"),
        ("species", "humann", "human"),
        ("compartment", "serun", "serum"),
        ("direction", "lowerd", "lowered"),
        ("responseGroup", "respondor", "responder"),
        ("implied", "specis", "species"),
        ("kind", "finding of study", "finding of a study"),
        ("stance", "suporting", "supporting"),
        ("design", "cohort studdy", "cohort study"),
        ("lineCertainty", "possibel", "possible"),
        ("wording", "not qouted", "not quoted"),
    ],
)  # fmt: skip
def test_a_misspelt_cell_is_told_with_its_row_its_column_and_the_nearest_term(column, cell, near):
    """Row and column are those of the spreadsheet."""
    with pytest.raises(TableError) as caught:
        import_rows(
            shipped(), table(GOOD | {"object": "interleukin-4", "id": "NF02"}, GOOD | {column: cell}), "x.tsv"
        )
    (fault,) = caught.value.faults

    assert (fault.row, fault.column) == (3, column)
    assert near in fault.nearest


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"object": "patient with alopecia areata"}, "object"),
        ({"compartment": "dupilumab"}, "compartment"),
        ({"predicate": "has title"}, "predicate"),
        ({"sampleSize": "twenty"}, "sampleSize"),
        ({"sampleSize": "-3"}, "sampleSize"),
        ({"sampleSize": "24.0"}, "sampleSize"),
        ({"majorTopic": "perhaps"}, "majorTopic"),
        ({"confidence": "medium confidence, taken in on request"}, "confidence"),
        ({"repeats": "SF999"}, "repeats"),
        ({"fact": "no-prefix"}, "fact"),
        ({"fact": "fact:a b"}, "fact"),
        ({"line": "no-prefix"}, "line"),
        ({"publication": "no such paper", "citation": ""}, "publication"),
        ({"publication": "my paper"}, "publication"),
        ({"pmid": "12x"}, "pmid"),
        ({"doi": "11.1/x"}, "doi"),
        ({"issued": "2021-02-29"}, "issued"),
        ({"issued": "July 2020"}, "issued"),
        ({"publication": "the review", "citation": "", "publicationName": "", "issued": "2020"}, "issued"),
        ({"publication": "the review", "citation": "", "publicationName": "", "pmid": "15629407"}, "pmid"),
        ({"publication": "the review", "citation": "", "publicationName": "", "doi": "10.1000/x"}, "doi"),
        ({"publication": "my paper", "pmid": "32533873"}, "publication"),
        ({"publication": "PMID 32533873", "pmid": "15629407"}, "pmid"),
        ({"cohortName": "", "cohort": "cohort:nowhere"}, "cohort"),
        ({"cohort": "cohort:a b"}, "cohort"),
        ({"cohortName": "", "cohortDefinition": "Those."}, "cohortName"),
        ({"cohortOverlaps": "cohort:nowhere"}, "cohortOverlaps"),
        ({"class": ""}, "class"),
        ({"text": "nowhere"}, "text"),
        ({"span": "1..4"}, "text"),
        ({"publication": "the review", "citation": "", "publicationName": "", "span": "1..4"}, "span"),
        ({"publication": "the review", "citation": "", "publicationName": "", "span": "some words"}, "span"),
        ({"publication": "the review", "citation": "", "publicationName": "", "part": "sentence 99"}, "part"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_told_by_its_column(change, column):
    """Each kind of value has its own refusal."""
    assert (2, column) in faults(GOOD | change)


def test_all_faults_of_a_table_are_told_at_once():
    """Nobody mends a table one cell at a time."""
    assert faults(GOOD | {"object": "nothing", "kind": "none"}, GOOD | {"id": "NF02", "species": "elf"}) == [
        (2, "kind"),
        (2, "object"),
        (3, "species"),
    ]


def test_a_second_row_that_says_otherwise_of_a_fact_is_a_fault():
    """A further line does not change the fact."""
    assert faults(GOOD, GOOD | {"compartment": "skin", "line": "evidence:other"}) == [(3, "compartment")]


def test_a_publication_and_a_cohort_are_the_same_in_every_row():
    """What two rows say of one of them does not differ."""
    other = OTHER | {
        "publication": "publication:invented",
        "citation": "Another Journal 2026",
        "cohort": "the invented cohort",
    }
    assert faults(GOOD, other) == [(3, "citation")]

    other = OTHER | {"cohort": "cohort:the-invented-cohort", "cohortName": "another name"}
    assert faults(GOOD, other) == [(3, "cohortName")]


def test_a_name_of_two_publications_is_no_name():
    """The row has to say which."""
    second = GOOD | {"id": "NF02", "publication": "publication:second", "citation": "Second Journal 2026"}

    assert faults(GOOD, second, OTHER | {"id": "NF03"}) == [(4, "publication")]


def test_two_lines_may_not_have_one_name():
    """Each line is a node of its own."""
    line = {"id": "NF01", "publication": "the review", "line": "evidence:one"}

    assert faults(GOOD | {"line": "evidence:one"}, line) == [(3, "line")]


@pytest.mark.parametrize(
    ("change", "check", "column"),
    [
        ({"sentence": "Dupilumab does something."}, "Fact-label-object", "sentence"),
        ({"time": ""}, "BiomarkerChange-time", "time"),
        ({"id": "nf-1"}, "Fact-identifier-form", "id"),
        ({"certainty": "possible", "lineCertainty": "asserted"}, "Fact-certainty-below", "certainty"),
        ({"lineCertainty": "possible"}, "Fact-certainty-above", "certainty"),
        ({"stance": ""}, "EvidenceLine-stance", "stance"),
        ({"design": ""}, "EvidenceLine-design", "design"),
        ({"publicationName": ""}, "Publication-name", "publicationName"),
        ({"confidence": ""}, "Fact-confidence", "confidence"),
    ],
)
def test_what_the_shapes_find_is_told_by_row_and_column(change, check, column):
    """A finding leads to the cell that has to change."""
    done = check_rows(open_layers(), table(GOOD | change), "x.tsv")

    assert (2, column) in [(p.row, p.column) for p in done.places if p.finding.check == check]


def test_the_good_row_is_good():
    """The row that the other tests spoil has no fault of its own."""
    assert check_rows(open_layers(), table(GOOD), "x.tsv").places == []


# -- texts and spans -----------------------------------------------------------


QUOTED = {
    "text": "mine", "hedge": "may", "certainty": "possible", "wording": "plain statement", "confidence": "",
    "sentence": "Possibly dupilumab lowers the level of interleukin-5 in serum, at 12 weeks, in patients with alopecia areata.",
    "mentions": "dupilumab; interleukin-5; serum; patient with alopecia areata; alopecia areata",
}  # fmt: skip
TEXT = "Dupilumab may lower the level of interleukin-5.\nMay it."


def spans(row: dict[str, str], text: str = TEXT) -> dict[str, str]:
    found = import_rows(shipped(), table(GOOD | QUOTED | row), "x.tsv", {"mine": text}).triples
    return {
        t.predicate.value.removeprefix(AA): compact(t.object.value)
        for t in found
        if t.predicate.value.removeprefix(AA) in ("span", "focus", "hedgeSpan", "part")
        and "/evidence/" in t.subject.value
    }


@pytest.mark.parametrize(
    "cell", ["Dupilumab may lower", "0..19", "0-19", "0–19", "0 to 19", "span:mine-0-19 0..19"]
)
def test_a_span_is_words_or_offsets(cell):
    """However a piece is given, it is kept as offsets and a digest."""
    assert spans({"span": cell}) == {
        "span": "span:mine-0-19",
        "focus": "span:mine-0-19",
        "hedgeSpan": "span:mine-10-13",
        "part": "part:mine-s1",
    }


@pytest.mark.parametrize(
    ("row", "text", "says"),
    [
        ({"span": "ab"}, "ab ab", "more than once"),
        ({"span": "nowhere"}, TEXT, "do not stand in the text"),
        ({"span": "0..99"}, TEXT, "is no piece"),
        ({"span": "9..3"}, TEXT, "is no piece"),
        ({"span": "0..9 " + "0" * 64}, TEXT, "digest given is not"),
        ({"span": "0..9"}, TEXT, "do not stand in the span"),
        ({"span": "0..3"}, "One.\r\nTwo.", "carriage returns"),
        ({"span": "0..3"}, "One.\n", "line end"),
        ({"span": "0..3"}, "One.\n\nTwo.", "blank line"),
        ({"span": "0..19", "part": "sentence 9"}, TEXT, "no part"),
    ],
)
def test_a_piece_that_is_not_there_is_refused(row, text, says):
    """Words are sought, offsets and digests are checked, a text has one sentence a line."""
    with pytest.raises(TableError, match=says):
        spans(row, text)


def test_a_sentence_without_a_fact_says_why():
    """A row on a part of a text alone gives the reason."""
    row = {
        "text": "mine",
        "part": "sentence 2",
        "notCovered": "no counterpart",
        "publication": "the invented paper",
    }
    found = import_rows(shipped(), table(GOOD | QUOTED | {"span": "0..19"}, row), "x.tsv", {"mine": TEXT})

    assert Triple(NamedNode(PREFIXES["part"] + "mine-s2"), NamedNode(AA + "notCovered"), NamedNode(AA + "NoCounterpart")) in found.triples  # fmt: skip


def test_a_table_with_uncovered_sentences_survives():
    """The reasons come back with the facts of their text."""
    row = {
        "text": "mine",
        "part": "sentence 2",
        "notCovered": "no counterpart",
        "publication": "the invented paper",
    }
    made = import_rows(shipped(), table(GOOD | QUOTED | {"span": "0..19"}, row), "x.tsv", {"mine": TEXT})
    layers = open_layers()
    layers.add_quads((Quad(t.subject, t.predicate, t.object) for t in made.triples), "data")

    assert back(shipped(), export_table(layers, made.facts), {"mine": TEXT}) == set(made.triples)


def test_one_text_is_not_that_of_two_publications():
    """Whose text it is has to be the same in every row."""
    second = GOOD | QUOTED | {"id": "NF02", "span": "0..19", "publication": "the review", "citation": ""}
    second |= {"publicationName": "", "object": "interleukin-4"}
    with pytest.raises(TableError, match="another publication"):
        import_rows(shipped(), table(GOOD | QUOTED | {"span": "0..19"}, second), "x.tsv", {"mine": TEXT})


def test_texts_that_are_no_text_are_refused(tmp_path):
    """A folder that is none, and bytes that are not UTF-8."""
    (tmp_path / "x.txt").write_bytes(b"\xff")

    with pytest.raises(SourceTextError):
        read_texts(tmp_path)
    with pytest.raises(NotAFileError):
        read_texts(tmp_path / "nowhere")


def test_a_loaded_text_keeps_the_names_of_its_spans():
    """New spans of the review are named as its spans are."""
    text = open_texts(shipped(), {})[PREFIXES["source"] + "review-abstract"]

    assert text.piece("1..2 " + "0" * 64).iri == PREFIXES["span"] + "review-1-2"


# -- drafts --------------------------------------------------------------------


def test_every_shipped_fact_has_what_its_kind_requires():
    """What the shapes ask of a kind of fact is read from them rightly."""
    rows = {row["fact"]: row for row in export_rows(shipped(), shipped_facts()) if row.get("class")}
    kinds = {fact.iri: fact.category.removeprefix(AA) for fact in read_facts(shipped())}
    conditional = {"axisStanding", "coveredBy", "confidence", "signConvention", "value"}
    needed = {kind: required(kind) for kind in set(kinds.values())}
    missing = {
        (kinds[iri], column)
        for iri in shipped_facts()
        for column in needed[kinds[iri]]
        if not rows[compact(iri)].get(column) and column not in conditional
    }

    assert missing == set()


def test_drafted_sentences_name_what_the_shapes_look_for():
    """Of the shipped facts nineteen in twenty would pass with the sentence that is drafted for them."""
    layers = open_layers()
    rows = {row["fact"]: row for row in export_rows(layers, shipped_facts()) if row.get("class")}
    label = NamedNode(PREFIXES["rdfs"] + "label")
    drafts = Drafts(layers)
    for iri in shipped_facts():
        (old,) = list(layers.store.quads_for_pattern(NamedNode(iri), label, None))
        layers.store.remove(old)
        drafted = Literal(drafts.sentence(rows[compact(iri)]), language="en")
        layers.store.add(Quad(old.subject, label, drafted, old.graph_name))
    checks = [
        "certainty",
        "form",
        "hedged",
        "negative",
        "object",
        "order",
        "predicate",
        "scope",
        "subject",
        "unlisted",
    ]
    found = {f.focus for f in validate(layers, checks=[f"Fact-label-{check}" for check in checks])}

    assert len(found & set(shipped_facts())) <= len(shipped_facts()) / 20


# -- commands ------------------------------------------------------------------


def test_import_writes_what_export_gave(tmp_path, capsys):
    """Out and back through the commands."""
    assert main(["export", "SF30", "SF32", "-o", str(tmp_path / "x.tsv")]) == 0
    assert main(["import", str(tmp_path / "x.tsv"), "-o", str(tmp_path / "x.ttl")]) == 0
    assert main(["export", "SF30", "SF32", "--format", "ttl"]) == 0
    assert of_facts(capsys.readouterr().out) == of_facts((tmp_path / "x.ttl").read_text(encoding="utf-8"))


def test_a_workbook_goes_out_and_back_through_the_commands(tmp_path, capsys):
    """The name says the form, out and in."""
    assert main(["export", "SF30", "LF130", "-o", str(tmp_path / "x.xlsx")]) == 0
    assert main(["import", str(tmp_path / "x.xlsx"), "-o", str(tmp_path / "x.ttl")]) == 0
    assert main(["export", "SF30", "LF130", "--format", "ttl"]) == 0
    assert of_facts(capsys.readouterr().out) == of_facts((tmp_path / "x.ttl").read_text(encoding="utf-8"))


def of_facts(text):
    """What Turtle says of facts, lines, spans of lines and publications: parts of a text and conflicts are of several."""
    found = {quad.triple for quad in parse(text.encode(), RdfFormat.TURTLE)}
    spans = {t.object for t in found if "/evidence/" in str(t.subject)}
    mine = ("/fact/", "/evidence/", "/publication/", "/cohort/")
    return {
        t
        for t in found
        if (t.subject in spans and "/span/" in str(t.subject)) or any(m in str(t.subject) for m in mine)
    }


def test_every_form_of_an_export_is_there():
    """Each name leads to a function that takes layers and facts."""
    for form in TABLES.values():
        module, _, function = form.partition(":")
        assert list(inspect.signature(getattr(import_module(module), function)).parameters) == [
            "layers",
            "facts",
        ]


class Terminal(io.StringIO):
    """Standard error as a terminal."""

    def isatty(self) -> bool:
        return True


def test_long_work_shows_a_bar_on_a_terminal_alone(tmp_path, monkeypatch, capsys):
    """How far naming, looking up, loading and checking are; it is gone at the end, and a file never sees it."""
    rows = [
        GOOD | {"id": f"NF{n}", "sentence": GOOD["sentence"][:-1] + f", as number {n} says."}
        for n in range(10, 30)
    ]
    rows = [
        row | {"citation": "", "publication": "the invented paper", "publicationName": ""} for row in rows
    ]
    path = written(tmp_path / "x.tsv", GOOD, *rows)
    assert main(["import", path, "--check"]) == 0
    assert "\r" not in capsys.readouterr().err

    monkeypatch.setattr("aa_ld.cli.progress._PATIENCE", 0)
    monkeypatch.setattr("aa_ld.cli.progress._PAUSE", 0)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    assert main(["import", path, "--check"]) == 0
    frames = terminal.getvalue().split("\r")
    assert {frame.removesuffix("\x1b[K").split()[0] for frame in frames[1:-1]} == {
        "naming",
        "looking",
        "loading",
        "checking",
        "writing",
    }
    assert frames[-1] == "\x1b[K"


def test_one_wrong_cell_bars_the_whole_table(tmp_path, capsys):
    """No file, no output, and what was there stays."""
    target = tmp_path / "x.ttl"
    target.write_text("# mine\n", encoding="utf-8")
    path = written(tmp_path / "x.tsv", GOOD, GOOD | {"id": "NF02", "object": "interleukin-55"})

    assert main(["import", path, "-o", str(target)]) == 3
    assert target.read_text(encoding="utf-8") == "# mine\n"
    assert "row 3, column object" in capsys.readouterr().err


def test_one_finding_bars_the_whole_table(tmp_path, capsys):
    """What the shapes find leaves nothing written, exit status 1."""
    path = written(tmp_path / "x.tsv", GOOD, GOOD | {"id": "NF02", "object": "interleukin-4"})

    assert main(["import", path, "-o", str(tmp_path / "x.ttl")]) == 1
    assert not (tmp_path / "x.ttl").exists()
    said = capsys.readouterr()
    assert said.out == ""
    assert "row 3, column sentence" in said.err


@pytest.mark.parametrize("target", ["x.tsv", "y.tsv", "y.xlsx"])
def test_turtle_never_takes_the_place_of_a_table(target, tmp_path, capsys):
    """Neither of the one that is read nor under the name of another."""
    path = Path(written(tmp_path / "x.tsv", GOOD))
    before = path.read_bytes()

    assert main(["import", str(path), "-o", str(tmp_path / target)]) == 2
    assert (path.read_bytes(), [*tmp_path.iterdir()]) == (before, [path])
    assert "end in .ttl" in capsys.readouterr().err


def test_a_table_without_rows_is_told(tmp_path, capsys):
    """An empty template is no success."""
    assert main(["import", "--template", "-o", str(tmp_path / "x.tsv")]) == 0
    assert main(["import", str(tmp_path / "x.tsv")]) == 3
    assert "No row stands below" in capsys.readouterr().err


def test_an_export_has_a_form_that_its_name_means(tmp_path, capsys):
    """Nothing is written under an ending that means none."""
    assert main(["export", "SF30", "-o", str(tmp_path / "x.docx")]) == 2
    assert [*tmp_path.iterdir()] == []
    assert ".docx" in capsys.readouterr().err


def test_import_checks_without_writing(tmp_path, capsys):
    """--check says how many facts there are, and nothing else."""
    assert main(["import", written(tmp_path / "x.tsv", GOOD), "--check"]) == 0
    assert capsys.readouterr().out == "1 fact, nothing wrong.\n"


@pytest.mark.parametrize("folder", ["ontology", "shapes", "queries", "aa_ld"])
def test_nothing_is_written_among_the_files_of_the_package(folder, tmp_path, capsys):
    """Not by import, not by export, not by add."""
    target = str(places.ROOT / folder / "never.ttl")
    calls = [["import", written(tmp_path / "x.tsv", GOOD)], ["export", "SF30"], ["add"]]

    assert [main([*call, "-o", target]) for call in calls] == [2, 2, 2]
    assert not Path(target).exists()
    assert "ProtectedFileError" in capsys.readouterr().err


def test_the_template_has_every_column(tmp_path, capsys):
    """The first row names them all, as text and as a workbook."""
    assert main(["import", "--template"]) == 0
    assert capsys.readouterr().out.rstrip("\n").split("\t") == NAMES

    assert main(["import", "--template", "-o", str(tmp_path / "x.xlsx")]) == 0
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert [cell.value for cell in book["facts"][1]] == NAMES
    assert read_table(tmp_path / "x.xlsx", NAMES) == []


def test_import_without_a_file_says_what_to_give(capsys):
    """A wrong call is told."""
    assert main(["import"]) == 2
    assert "--template" in capsys.readouterr().err


def test_an_edited_copy_says_what_it_replaces(tmp_path, capsys):
    """Whoever describes a shipped fact anew is told so."""
    text = export_table(shipped(), [FACT + "local-immunotherapy-induces-type-2-inflammation"])
    (tmp_path / "x.tsv").write_text(text.replace("The only statement", "One statement"), encoding="utf-8")

    assert main(["import", str(tmp_path / "x.tsv"), "--check"]) == 0
    assert "fact:local-immunotherapy-induces-type-2-inflammation" in capsys.readouterr().err


def test_export_of_nothing_says_so(capsys):
    """Silence is not a no, and not an error."""
    assert main(["export", "--certainty", "possible", "--polarity", "negative", "--source", "review"]) == 0
    said = capsys.readouterr()

    assert (said.out, "Silence is not a no" in said.err) == ("", True)


# -- the page ------------------------------------------------------------------


def test_the_page_tells_every_column():
    """docs/curating.md says of each column what the program says of it."""
    page = (DOCS / "curating.md").read_text(encoding="utf-8")
    missing = [name for name, column in COLUMNS.items() if f"| `{name}` | {column.meaning}" not in page]

    assert missing == []
