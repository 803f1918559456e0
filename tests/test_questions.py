"""The questions: each gives its expected rows and never the tempting wrong ones.

`tests/queries/<name>/` holds for each question

    expected.tsv                      the rows over the review, in chosen columns
    expected.<parameter>-<Value>.tsv  the rows with that parameter bound
    must-not.tsv                      rows that must never be there, each with the reason
    example.ttl                       invented facts, where the review alone leaves something untried
    expected-with-example.tsv         the rows over the review and the example
    expected-wider.tsv                the rows over all sources, where these add to the review's
    must-not-wider.tsv                rows that must not be there over all sources, each with the reason
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from aa_ld import places
from aa_ld.ask import EVIDENCE_COLUMNS, ask
from aa_ld.infer import infer
from aa_ld.knowledge import SOURCES
from aa_ld.question import read_question
from aa_ld.store import Layers, open_layers, rows
from aa_ld.vocab import BASE, PREFIXES, compact, expand

CASES = Path(__file__).parent / "queries"
QUESTIONS = {name: read_question(path) for name, path in places.question_files().items()}
WITH_EXAMPLE = [name for name in QUESTIONS if (CASES / name / "example.ttl").exists()]
PARAMETERS = [(name, parameter) for name, question in QUESTIONS.items() for parameter in question.parameters]
BOUND = sorted(path for path in CASES.glob("*/expected.*-*.tsv"))
WIDER = sorted(path.parent.name for path in CASES.glob("*/expected-wider.tsv"))
TEMPTING = sorted(path.parent.name for path in CASES.glob("*/must-not-wider.tsv"))

_GROUNDS = """
PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX prov: <http://www.w3.org/ns/prov#>
SELECT ?line WHERE {{ <{fact}> prov:wasDerivedFrom*/aa:evidence ?line }}"""

FORBIDDEN = {"ServiceGraphPattern", "GraphGraphPattern", "DatasetClause", "Function"}

every_question = pytest.mark.parametrize("name", QUESTIONS)
every_example = pytest.mark.parametrize("name", WITH_EXAMPLE)


@pytest.fixture(scope="module")
def review() -> Layers:
    """The review alone, with what follows from it."""
    return concluded(open_layers(SOURCES["review"]))


@pytest.fixture(scope="module")
def everything() -> Layers:
    """The review and the literature, with what follows from them."""
    return concluded(open_layers(SOURCES["all"]))


@pytest.fixture(scope="module")
def widened() -> dict[str, Layers]:
    """The review with the example of each question that has one."""
    opened = {name: open_layers(SOURCES["review"]) for name in WITH_EXAMPLE}
    for name, layers in opened.items():
        layers.add_file(str(CASES / name / "example.ttl"), "review")
        concluded(layers)
    return opened


def concluded(layers: Layers) -> Layers:
    infer(layers)
    return layers


def test_there_is_a_question_for_each_of_the_forty():
    """CQ01 to CQ40 are covered, each by one file."""
    covered = Counter(cq for question in QUESTIONS.values() for cq in question.cq)

    assert covered == Counter(f"CQ{number:02}" for number in range(1, 41))


def test_every_folder_of_cases_belongs_to_a_question():
    """A question that is renamed takes its cases along."""
    assert {path.name for path in CASES.iterdir()} == set(QUESTIONS)


@every_question
def test_a_question_gives_exactly_its_expected_rows_over_the_review(name, review):
    """No row is missing, none is too many, and none is doubled."""
    expected, columns = table(CASES / name / "expected.tsv")

    assert shown(answer(review, name), columns) == expected


@every_example
def test_a_question_gives_exactly_its_expected_rows_with_the_example(name, widened):
    """The rows of the review stay, and those of the example that count are added."""
    expected, columns = table(CASES / name / "expected-with-example.tsv")

    assert shown(answer(widened[name], name), columns) == expected


@pytest.mark.parametrize("name", WIDER)
def test_a_question_gives_exactly_its_expected_rows_over_all_sources(name, everything):
    """The rows over the review and the literature are those of the file, and no other."""
    expected, columns = table(CASES / name / "expected-wider.tsv")

    assert shown(bound_to_all(everything, name), columns) == expected


@every_question
def test_further_sources_change_no_answer_without_expected_rows(name, review, everything):
    """A question has expected rows over all sources if and only if these differ from the review's."""
    over_all = Counter(listed(bound_to_all(everything, name)))
    changes = over_all != Counter(listed(bound_to_all(review, name)))

    assert changes == (name in WIDER)


@every_question
def test_further_sources_take_no_row_of_the_review_away(name, review, everything):
    """What the review alone answers is in the answer over all sources, row by row."""
    lost = Counter(listed(bound_to_all(review, name))) - Counter(listed(bound_to_all(everything, name)))

    assert lost == Counter()


@every_question
def test_every_row_over_all_sources_names_its_publication(name, everything):
    """The source of a row is a publication with a citation, and the fact or one that it rests on is of it."""
    loaded = everything.store
    for row in bound_to_all(everything, name):
        grounds = rows(everything, _GROUNDS.format(fact=row["fact"].value))
        lines = [ground["line"] for ground in grounds]
        of_lines = NamedNode(BASE + "publication")

        assert any(any(loaded.quads_for_pattern(line, of_lines, row["source"])) for line in lines), row
        assert any(loaded.quads_for_pattern(row["source"], NamedNode(PREFIXES["rdfs"] + "label"), None)), row


@pytest.mark.parametrize("name", WIDER)
def test_deleting_a_fact_changes_the_answer_over_all_sources_too(name, everything):
    """The first, the middle and the last of the facts that an answer shows are each needed for it."""
    before = listed(bound_to_all(everything, name))
    shown_facts = {
        value for row in bound_to_all(everything, name) for value in row.values() if is_fact(value)
    }
    facts = sorted(shown_facts, key=str)
    for fact in {facts[0], facts[len(facts) // 2], facts[-1]}:
        deleted = list(everything.store.quads_for_pattern(fact, None, None))
        for quad in deleted:
            everything.store.remove(quad)
        after = listed(bound_to_all(everything, name))
        everything.store.extend(deleted)

        assert after != before, fact


@pytest.mark.parametrize("name", WIDER)
def test_the_order_of_an_answer_over_all_sources_is_total(name, everything):
    """No two rows are alike in all columns that the order looks at."""
    keys = Counter(
        tuple(show(row.get(column)) for column in order_columns(name))
        for row in bound_to_all(everything, name)
    )

    assert max(keys.values()) == 1


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_a_parameter_keeps_the_rows_of_its_value_over_all_sources(name, parameter, everything):
    """Bound to each of its first and last value, the answer is the part of the full answer that has it."""
    unbound = dict.fromkeys(QUESTIONS[name].parameters, "UNDEF")
    all_rows = bound_to_all(everything, name)
    values = sorted({row[parameter] for row in all_rows}, key=str)
    for value in {values[0], values[-1]}:
        kept = answer(everything, name, **{**unbound, parameter: str(value)})

        assert listed(kept) == listed(row for row in all_rows if row[parameter] == value)


@pytest.mark.parametrize("name", TEMPTING)
def test_a_question_never_gives_a_tempting_wrong_row_over_all_sources(name, everything):
    """No row matches what must not be there, whatever the parameters are."""
    given = [{key: show(term) for key, term in row.items()} for row in bound_to_all(everything, name)]
    for wrong in must_not(name, "must-not-wider.tsv"):
        assert [row for row in given if wrong.items() <= row.items()] == []


@pytest.mark.parametrize("name", TEMPTING)
def test_what_a_tempting_wrong_row_over_all_sources_names_is_loaded(name, everything):
    """Its terms and the number of its fact are there; what is not there could never be given."""
    identifier = NamedNode(PREFIXES["dcterms"] + "identifier")
    wrong_rows = must_not(name, "must-not-wider.tsv")
    named = {
        value for wrong in wrong_rows for value in wrong.values() if re.match(r"(aa|fact|conflict):", value)
    }
    numbers = {wrong["id"] for wrong in wrong_rows if "id" in wrong}
    missing = {value for value in named if not described(everything, NamedNode(expand(value)), None)}
    missing |= {number for number in numbers if not described(everything, None, Literal(number), identifier)}

    assert wrong_rows
    assert missing == set()


@pytest.mark.parametrize("path", BOUND, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_ask_gives_exactly_the_expected_rows_for_a_bound_parameter(path, review):
    """The name of the file says which parameter is bound to which term."""
    parameter, value = path.stem.removeprefix("expected.").split("-", 1)
    expected, columns = table(path)

    assert shown(list(ask(review, path.parent.name, **{parameter: value})), columns) == expected


@every_question
def test_a_question_never_gives_a_tempting_wrong_row(name, review, widened):
    """Neither over the review nor with the example does a row match what must not be there."""
    for layers in [review, *([widened[name]] if name in widened else [])]:
        for row in answer(layers, name):
            for wrong in must_not(name):
                assert any(show(row.get(column)) != value for column, value in wrong.items()), wrong


@every_question
def test_what_a_tempting_wrong_row_names_is_loaded(name, review, widened):
    """A wrong row that speaks of nothing loaded could never be given and would guard nothing."""
    store = widened.get(name, review).store
    prefixes = tuple(f"{prefix}:" for prefix in ("aa", "fact", "mesh"))
    named = {value for wrong in must_not(name) for value in wrong.values() if value.startswith(prefixes)}
    loaded = {value for value in named if any(store.quads_for_pattern(NamedNode(expand(value)), None, None))}

    assert must_not(name)
    assert loaded == named


@every_question
def test_deleting_a_fact_that_an_answer_names_changes_the_answer(name, review, widened):
    """No row stands without the facts that it shows."""
    layers = widened.get(name, review)
    before = listed(answer(layers, name))
    facts = {value for row in answer(layers, name) for value in row.values() if is_fact(value)}
    for fact in facts:
        deleted = list(layers.store.quads_for_pattern(fact, None, None))
        for quad in deleted:
            layers.store.remove(quad)
        after = listed(answer(layers, name))
        layers.store.extend(deleted)

        assert deleted, fact
        assert after != before, fact


@every_question
def test_a_question_can_give_rows(name):
    """A question that can only give nothing would answer every wrong model with silence."""
    assert can_give_rows(name, CASES)


def test_a_question_that_can_only_give_nothing_is_caught(tmp_path):
    """Neither expected rows nor rows with an example: the check sees it."""
    case = tmp_path / "impossible"
    case.mkdir()
    (case / "expected.tsv").write_text("treatment\tfact\n", encoding="utf-8")

    assert not can_give_rows("impossible", tmp_path)

    (case / "expected-with-example.tsv").write_text("treatment\tfact\n", encoding="utf-8")

    assert not can_give_rows("impossible", tmp_path)


@every_question
def test_the_header_says_what_the_query_returns(name, review):
    """The columns of the header are those of the query, and the evidence stands last."""
    question = QUESTIONS[name]
    solutions = review.store.query(question.text, default_graph=review.graphs)

    assert list(question.returns) == [variable.value for variable in solutions.variables]
    assert tuple(question.returns)[-len(EVIDENCE_COLUMNS) :] == EVIDENCE_COLUMNS
    assert all(question.returns.values())


@every_question
def test_the_header_is_complete_and_in_words(name, review):
    """Title, description, row, tags, parameters, silence and advice can all be used as they stand."""
    question = QUESTIONS[name]
    categories = {parameter.category for parameter in question.parameters.values()}
    categories |= {question.silence[1]} if question.silence else set()

    assert question.title.endswith("?")
    assert len(re.findall(r"\.(?: |$)", question.description)) >= 2
    assert question.row.startswith("One row per ")
    assert all(any(review.store.quads_for_pattern(NamedNode(expand(c)), None, None)) for c in categories)
    assert question.silence is None or question.silence[0] in question.returns
    assert question.silence is None or question.silence[0] not in question.parameters
    assert question.advice == ("treatment" in question.tags)
    assert all(parameter.text for parameter in question.parameters.values())


@every_question
def test_a_question_is_plain_sparql_over_one_graph(name):
    """No GRAPH, FROM or SERVICE and no function of a vendor, by the parsed query."""
    assert not parsed_parts(QUESTIONS[name].text) & FORBIDDEN
    assert "OrderClause" in parsed_parts(QUESTIONS[name].text)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s WHERE { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?s FROM <http://example.org/g> WHERE { ?s ?p ?o }",
        "SELECT ?s WHERE { SERVICE <http://example.org/s> { ?s ?p ?o } }",
        "SELECT ?s WHERE { ?s ?p ?o FILTER(<http://example.org/f>(?o)) }",
    ],
)
def test_a_query_that_reaches_further_is_caught(query):
    """Each of the ways that the check above rules out is seen by it."""
    assert parsed_parts(query) & FORBIDDEN


@every_question
def test_the_order_of_an_answer_is_total(name, review, widened):
    """No two rows are the same, nor alike in all columns that the order looks at."""
    columns = order_columns(name)
    answered = answer(widened.get(name, review), name)
    keys = Counter(tuple(show(row.get(column)) for column in columns) for row in answered)

    assert set(columns) <= set(QUESTIONS[name].returns)
    assert max(keys.values(), default=1) == 1


def test_the_chain_is_told_in_the_order_of_the_text(review):
    """The links follow one another as the words do, the two parallel effects side by side."""
    told = list(dict.fromkeys(show(row["id"]) for row in answer(review, "mechanism-chain")))

    assert told == ["SF02", "SF04", "SF05", "SF07", "SF08", "SF09"]


@pytest.mark.reference
@pytest.mark.parametrize("name", WIDER)
def test_rdflib_gives_the_same_rows_over_all_sources(name, everything, all_in_rdflib):
    """Where further sources change the answer, another engine changes it in the same way."""
    result = all_in_rdflib.query(QUESTIONS[name].text)
    other = [{str(v): row[v] for v in result.vars if row[v] is not None} for row in result]

    assert Counter(listed(other)) == Counter(listed(answer(everything, name)))


@pytest.mark.reference
@every_question
def test_rdflib_gives_the_same_rows(name, review, widened, in_rdflib):
    """Another engine over the same triples gives the same rows."""
    layers = widened.get(name, review)
    result = in_rdflib(name).query(QUESTIONS[name].text)
    other = [{str(v): row[v] for v in result.vars if row[v] is not None} for row in result]

    assert Counter(listed(other)) == Counter(listed(answer(layers, name)))


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_a_parameter_keeps_the_rows_of_its_value_and_no_other(name, parameter, review, widened):
    """Bound to each of two values, the answer is the part of the full answer that has the value."""
    layers = widened.get(name, review)
    unbound = dict.fromkeys(QUESTIONS[name].parameters, "UNDEF")
    everything = answer(layers, name, **unbound)
    values = sorted({row[parameter] for row in everything}, key=str)[:2]

    assert len(values) == 2
    for value in values:
        kept = answer(layers, name, **{**unbound, parameter: str(value)})
        assert listed(kept) == listed(row for row in everything if row[parameter] == value)


def test_a_line_that_disputes_a_fact_is_no_evidence_for_it(review):
    """Answers rest on lines that speak for a fact; the question on evidence shows the others too."""
    layers = open_layers(SOURCES["review"])
    line = NamedNode(BASE + "evidence/review-local-immunotherapy-induces-type-2-inflammation")
    stance = NamedNode(BASE + "stance")
    [quad] = layers.store.quads_for_pattern(line, stance, None)
    layers.store.remove(quad)
    layers.store.update(f"INSERT DATA {{ GRAPH {quad.graph_name} {{ {line} {stance} <{BASE}Disputes> }} }}")

    assert len(answer(review, "treatments-toward-th2")) == 1
    assert answer(layers, "treatments-toward-th2") == []
    assert len(answer(layers, "fact-evidence")) == len(answer(review, "fact-evidence"))


@pytest.fixture(scope="module")
def in_rdflib(review):
    """A function that gives the triples of a question, with its example, as an rdflib graph."""
    import rdflib

    plain = as_rdflib(review)

    def graph_of(name: str) -> rdflib.Graph:
        if name not in WITH_EXAMPLE:
            return plain
        return plain + rdflib.Graph().parse(CASES / name / "example.ttl")

    return graph_of


@pytest.fixture(scope="module")
def all_in_rdflib(everything):
    return as_rdflib(everything)


def as_rdflib(layers: Layers):
    """The triples of opened layers as one rdflib graph."""
    import rdflib
    from pyoxigraph import RdfFormat

    plain = rdflib.Graph()
    for graph in layers.graphs:
        dumped = layers.store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph)
        plain.parse(data=dumped.decode(), format="nt")
    return plain


def answer(layers: Layers, name: str, **values: str) -> list[dict[str, object]]:
    """The rows of a question; a parameter that is not given keeps its default."""
    return rows(layers, QUESTIONS[name].bound(values))


def bound_to_all(layers: Layers, name: str) -> list[dict[str, object]]:
    """The rows of a question about everything: a parameter with a default is left open too."""
    return answer(layers, name, **dict.fromkeys(QUESTIONS[name].parameters, "UNDEF"))


def order_columns(name: str) -> list[str]:
    """The columns by which a question puts its rows in order."""
    text = QUESTIONS[name].text
    return re.findall(r"\?(\w+)", text[text.rindex("ORDER BY") :])


def table(path: Path) -> tuple[Counter, list[str]]:
    """The rows of a TSV file as a multiset, and its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        columns, *lines = csv.reader(file, delimiter="\t")
    return Counter(map(tuple, lines)), columns


def described(layers: Layers, subject, value, predicate=None) -> bool:
    """Whether a triple of this form is loaded."""
    return any(layers.store.quads_for_pattern(subject, predicate, value))


def must_not(name: str, file_name: str = "must-not.tsv") -> list[dict[str, str]]:
    """The wrong rows of a question: the columns that tell them, without the reason."""
    with (CASES / name / file_name).open(encoding="utf-8", newline="") as file:
        wrong = list(csv.DictReader(file, delimiter="\t"))
    assert all(row.pop("reason") for row in wrong)
    assert all(column in QUESTIONS[name].returns for row in wrong for column in row)
    return [{column: value for column, value in row.items() if value} for row in wrong]


def can_give_rows(name: str, cases: Path) -> bool:
    """Whether a question has an expected row, over the review or with an example."""
    files = [cases / name / "expected.tsv", cases / name / "expected-with-example.tsv"]
    return any(table(path)[0] for path in files if path.exists())


def shown(answered: list[dict[str, object]], columns: list[str]) -> Counter:
    """Rows as a multiset of short names, in the columns asked for."""
    return Counter(tuple(show(row.get(column)) for column in columns) for row in answered)


def listed(answered) -> list[tuple]:
    """Rows as tuples that can be compared, in their order."""
    return [tuple(sorted((column, show(term)) for column, term in row.items())) for row in answered]


def show(term: object) -> str:
    """The short name of an IRI, the text of a literal, and nothing for no value; of either library."""
    if term is None:
        return ""
    text = str(term) if isinstance(term, str) else term.value  # terms of rdflib are strings
    return compact(text) if type(term).__name__ in ("NamedNode", "URIRef") else text


def is_fact(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(PREFIXES["fact"])


def parsed_parts(query: str) -> set[str]:
    """The names of all parts of a query, as rdflib parses it, which takes SPARQL 1.1 and no dialect."""
    from rdflib.plugins.sparql.parser import parseQuery

    return {part.name for part in walk(parseQuery(query)) if hasattr(part, "name") and hasattr(part, "keys")}


def walk(part):
    """A part of a parse tree and all parts below it."""
    from pyparsing import ParseResults

    yield part
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, (list, ParseResults)):
        for inner in part:
            yield from walk(inner)
