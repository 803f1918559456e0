"""In a notebook: what a verb gives shows itself, and an answer becomes a table that keeps its types."""

from __future__ import annotations

import re
import sys
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from aa_ld import load
from aa_ld.ask import DISCLAIMER, Answer
from aa_ld.errors import MissingExtraError
from aa_ld.knowledge import Knowledge
from aa_ld.names import Names
from aa_ld.question import find_question
from aa_ld.store import Layers
from aa_ld.vocab import PREFIXES

TOWARD = "treatments-toward-th2"
NUMBER = NamedNode(PREFIXES["xsd"] + "integer")
BOOLEAN = NamedNode(PREFIXES["xsd"] + "boolean")


@cache
def kb() -> Knowledge:
    return load("review")


class Page(HTMLParser):
    """The text of a page, and its tags as they were opened; a tag that is closed must be the last open one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.opened, self.open = "", [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.opened.append(tag)
        self.open += [] if tag == "br" else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_an_answer_shows_its_rows_its_evidence_and_what_it_is_not():
    """Title, table, references and notes: what the terminal shows."""
    page = Page(kb().ask(TOWARD)._repr_html_())

    assert page.open == []
    assert page.opened.count("table") == 1
    for words in (
        "Which treatments shift the cytokine balance toward Th2?", "local immunotherapy", "SF30", "asserted",
        "Exp Dermatol 2020;29(8):726-732", "Silence is not a no.", DISCLAIMER,
    ):  # fmt: skip
        assert words in page.text


def test_an_empty_answer_shows_its_silence_and_no_table():
    """A bare head would look like a no."""
    page = Page(kb().ask("treatments-away-from-th2")._repr_html_())

    assert "table" not in page.opened
    assert "not stated in the loaded sources" in page.text


def test_an_explanation_shows_the_proof():
    """As text that keeps its indentation, and as Markdown."""
    kb().infer()
    (risk,) = (f for f in kb().facts(category="risk inference"))
    shown = kb().explain(risk.iri)
    page = Page(shown._repr_html_())

    assert page.opened == ["pre"]
    assert page.text == shown.to_text()
    assert shown._repr_markdown_() == shown.to_markdown()
    assert "follows by the rule rule:endotype-risk-unstated" in page.text


@pytest.mark.parametrize("figure", ["balance", "matrix"])
def test_a_figure_shows_itself_as_svg(figure):
    """The picture is well-formed on its own."""
    drawn = kb().draw(figure)

    assert drawn._repr_svg_() == drawn.to_svg()
    assert ElementTree.fromstring(drawn._repr_svg_()).tag == "{http://www.w3.org/2000/svg}svg"


def test_advice_shows_itself_with_its_disclaimer():
    """As a page and as Markdown."""
    advice = kb().advise(kb().profile(["alopecia areata", "extrinsic AD"]))
    page = Page(advice._repr_html_())

    assert page.opened == ["pre"]
    assert page.text == advice.to_text()
    assert page.text.startswith(f"{DISCLAIMER}\n")
    assert DISCLAIMER in advice._repr_markdown_()


def answer(columns: str, *rows: dict[str, object]) -> Answer:
    """An answer with columns and rows of one's own."""
    import json

    def term(value: object) -> dict[str, str]:
        if isinstance(value, NamedNode):
            return {"type": "uri", "value": value.value}
        if isinstance(value, BlankNode):
            return {"type": "bnode", "value": value.value}
        assert isinstance(value, Literal)
        return {"type": "literal", "value": value.value, "datatype": value.datatype.value}

    results = {
        "head": {"vars": columns.split()},
        "results": {"bindings": [{name: term(value) for name, value in row.items()} for row in rows]},
    }
    return Answer(find_question(TOWARD), json.dumps(results).encode(), Names(Layers()), {})


def integer(value: int) -> Literal:
    return Literal(str(value), datatype=NUMBER)


def boolean(value: bool) -> Literal:
    return Literal(str(value).lower(), datatype=BOOLEAN)


@pytest.fixture
def pandas():
    return pytest.importorskip("pandas", reason="pandas is not installed")


def test_a_column_keeps_its_type_where_rows_have_no_value(pandas):
    """Integers do not become fractions, booleans no objects, text no numbers."""
    frame = answer(
        "n yes word digits",
        {"n": integer(60), "yes": boolean(True), "word": Literal("a"), "digits": Literal("007")},
        {},
        {"n": integer(2**53 + 1), "yes": boolean(False), "word": Literal("b"), "digits": Literal("1")},
    ).to_pandas()

    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "n": "Int64", "yes": "boolean", "word": "string", "digits": "string", "implied": "string",
    }  # fmt: skip
    assert list(frame["n"].dropna()) == [60, 2**53 + 1]
    assert list(frame["yes"].dropna()) == [True, False]
    assert list(frame["digits"].dropna()) == ["007", "1"]
    assert frame.isna().sum().to_dict() == {"n": 1, "yes": 1, "word": 1, "digits": 1, "implied": 3}


def test_numbers_beside_terms_stay_what_they_are(pandas):
    """A size that is not stated is a term, not a number and not a gap."""
    frame = answer("n", {"n": integer(60)}, {"n": NamedNode(PREFIXES["aa"] + "NotStated")}).to_pandas()

    assert list(frame["n"]) == [60, "aa:NotStated"]


def test_an_answer_without_rows_is_a_table_without_rows(pandas):
    """The columns are there, as text."""
    frame = answer("a b").to_pandas()

    assert frame.shape == (0, 3)
    assert list(frame.columns) == ["a", "b", "implied"]


def test_a_column_that_is_empty_throughout_is_text(pandas):
    """What holds for words holds for it: no type that turns up only once a value does."""
    frame = answer("a b", {"a": Literal("x")}).to_pandas()

    assert str(frame["b"].dtype) == "string"
    assert list(frame["b"].str.upper().isna()) == [True]


def test_the_table_has_the_rows_of_the_answer(pandas):
    """Shipped answers: the same columns, rows and values as `to_dicts`."""
    for name in (TOWARD, "outcomes-under-treatment", "publication-record"):
        given = load().ask(name)
        frame = given.to_pandas()
        values = frame.astype(object).where(frame.notna(), None).to_dict("records")

        assert values == given.to_dicts()
        assert list(frame.columns) == [*given.columns, "implied"]


def test_without_pandas_the_error_says_what_to_install(monkeypatch):
    """It is not among what is installed with aa-ld."""
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(MissingExtraError, match="pip install pandas"):
        answer("a").to_pandas()


HOSTILE = "<script>alert('x')</script>\" & </pre>\n<b>"


def test_what_stands_in_the_data_stays_text_on_the_page():
    """No word of an answer becomes a tag."""
    shown = answer("statement fact", {"statement": Literal(HOSTILE)})
    shown.question = shown.question._replace(table=("statement",))
    page = Page(shown._repr_html_())

    assert page.open == []
    assert set(page.opened) <= {"p", "b", "table", "tr", "th", "td", "ul", "li", "br"}
    assert "<script>alert('x')</script>" in re.sub(r"\\n", "\n", page.text)
