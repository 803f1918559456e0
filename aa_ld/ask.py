"""Ask one of the shipped questions."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results

from aa_ld.errors import MissingParameterError, UnknownParameterError, nearest
from aa_ld.names import Names
from aa_ld.question import Question, find_question
from aa_ld.store import Source, rows, serialized
from aa_ld.vocab import compact, expand

DISCLAIMER = "For research, not medical advice."

#: The columns by which every row shows its evidence.
EVIDENCE_COLUMNS = (
    "statement",
    "fact",
    "id",
    "polarity",
    "certainty",
    "hedge",
    "kind",
    "population",
    "compartment",
    "source",
    "part",
    "span",
)

_FORMATS = {"json": QueryResultsFormat.JSON, "csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV}

_NAMED_BY_FACTS = """
PREFIX aa: <https://w3id.org/aa-ld/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?member WHERE {{
  ?fact a/rdfs:subClassOf* aa:DomainFact ; aa:subject|aa:object ?member .
  ?member rdfs:subClassOf+ <{category}> .
}} ORDER BY ?member"""


class Answer:
    """The answer to a question: rows, and what the sources are silent on.

    Iterating gives one dict a row, from column to RDF term; unbound columns
    are left out. `silent` lists the IRIs that loaded facts name but that no
    row mentions: nothing is stated of them, which is not the same as no.
    """

    def __init__(self, question: Question, results: bytes, names: Names, silent: list[str]) -> None:
        self.question = question
        self.results = results
        self.names = names
        self.silent = silent

    def __iter__(self) -> Iterator[dict[str, object]]:
        solutions = self._solutions()
        columns = self.columns
        for solution in solutions:
            yield {name: solution[name] for name in columns if solution[name] is not None}

    def __len__(self) -> int:
        return sum(1 for _ in self._solutions())

    @property
    def columns(self) -> list[str]:
        """The columns, in order."""
        return [variable.value for variable in self._solutions().variables]

    def column(self, name: str) -> list[str]:
        """One column in words, a string a row; empty where the row has no value."""
        return [self.names.show(row.get(name)) for row in self]

    def to_dicts(self) -> list[dict[str, str | int | bool | None]]:
        """One dict a row: IRIs in short form, numbers and booleans as such, None where unbound."""
        return [{name: _plain(row.get(name)) for name in self.columns} for row in self]

    def to_pandas(self):  # type: ignore[no-untyped-def]
        """A pandas.DataFrame of `to_dicts`. Raises MissingExtraError without pandas."""
        try:
            import pandas
        except ImportError:
            from aa_ld.errors import MissingExtraError

            raise MissingExtraError(
                "Answer.to_pandas", "pandas is not installed.", "Install it with pip install pandas."
            ) from None
        return pandas.DataFrame(self.to_dicts(), columns=self.columns)

    def serialize(self, format: str) -> bytes:
        """The rows as SPARQL 1.1 Query Results: "json", "csv" or "tsv"."""
        if format == "json":
            return self.results
        return serialized(self._solutions(), _FORMATS[format])

    def _repr_html_(self) -> str:
        from html import escape

        shown = [c for c in self.columns if c not in EVIDENCE_COLUMNS] + ["certainty", "statement"]
        head = "".join(f"<th>{escape(c)}</th>" for c in shown)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(self.names.show(row.get(c)))}</td>" for c in shown) + "</tr>"
            for row in self
        )
        note = f"<p>{DISCLAIMER}</p>" if self.question.advice else ""
        return f"<table><caption>{escape(self.question.title)}</caption><tr>{head}</tr>{body}</table>{note}"

    def _solutions(self) -> QuerySolutions:
        solutions = parse_query_results(self.results, format=QueryResultsFormat.JSON)
        assert isinstance(solutions, QuerySolutions)
        return solutions


def ask(source: Source, name: str, **params: str) -> Answer:
    """Answer one of the shipped questions.

    The name is that of a file in queries/, without its ending, or its title.
    The source is anything that can run SPARQL. A parameter is given as a
    label, a short name, an IRI, or the identifier of a fact.

    Raises UnknownQuestionError, UnknownParameterError, MissingParameterError,
    UnknownTermError and ParameterValueError; each names what is nearest.

    >>> from aa_ld.store import open_layers
    >>> ask(open_layers(), "treatments-toward-th2").column("treatment")
    ['local immunotherapy']
    """
    question = find_question(name)
    names = Names(source)
    results = source.select(question.bound(_bind(question, names, params)))
    answer = Answer(question, results, names, [])
    if question.silence and not params:  # a parameter leaves rows out for another reason than silence
        column, category = question.silence
        answer.silent = _silent(source, answer, column, expand(category) or category)
    return answer


def _bind(question: Question, names: Names, params: dict[str, str]) -> dict[str, str]:
    bound = {}
    for key, value in params.items():
        if key not in question.parameters:
            known = ", ".join(question.parameters) or "none"
            raise UnknownParameterError(
                f"{question.name}, parameter {key}",
                f"The question has no such parameter. It has: {known}.",
                f"See aa-ld questions {question.name}.",
                nearest(key, question.parameters),
            )
        category = expand(question.parameters[key].category)
        bound[key] = str(NamedNode(names.find(value, category)))
    for key, parameter in question.parameters.items():
        if parameter.text.startswith("required") and key not in bound:
            raise MissingParameterError(
                question.name,
                f"The question needs the parameter {key}: {parameter.text}.",
                f"Give it with --{key} VALUE.",
            )
    return bound


def _silent(source: Source, answer: Answer, column: str, category: str) -> list[str]:
    """Members of a category that loaded facts name and no row of the answer does."""
    answered = {row[column].value for row in answer if isinstance(row.get(column), NamedNode)}  # type: ignore[attr-defined]
    named = [row["member"].value for row in rows(source, _NAMED_BY_FACTS.format(category=category))]  # type: ignore[attr-defined]
    return [iri for iri in named if iri not in answered]


def _plain(term: object) -> str | int | bool | None:
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return compact(term.value).strip("<>")
    if isinstance(term, Literal):
        datatype = term.datatype.value.rsplit("#", 1)[-1]
        if datatype == "integer":
            return int(term.value)
        return term.value == "true" if datatype == "boolean" else term.value
    return str(term)
