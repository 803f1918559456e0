"""Ask one of the shipped questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results

from aa_ld.errors import (
    MissingExtraError,
    MissingParameterError,
    ParameterValueError,
    UnknownColumnError,
    UnknownParameterError,
    nearest,
)
from aa_ld.fact import Fact, read_facts
from aa_ld.names import Names
from aa_ld.question import Question, find_question
from aa_ld.silence import silent_and_denied
from aa_ld.store import Source, serialized
from aa_ld.vocab import compact, expand, printable

DISCLAIMER = "For research, not medical advice."

#: The columns by which every row shows its evidence.
EVIDENCE_COLUMNS = (
    "statement", "fact", "id", "polarity", "certainty", "hedge", "kind", "population", "compartment",
    "source", "part", "span",
)  # fmt: skip

#: Columns that a table may show as one, "setting".
_SETTING = ("compartment", "time", "response", "species")
_NOT_APPLICABLE = "not applicable"

_FORMATS = {"json": QueryResultsFormat.JSON, "csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV}


class Answer:
    """The answer to a question: rows, and what the sources are silent on.

    Iterating gives one dict a row, from column to RDF term; unbound columns
    are left out. `asked` maps each parameter to the IRI that was asked about,
    given or by default. `silent` lists the IRIs that loaded facts name but
    that no row mentions: nothing is stated of them, which is not the same as no.
    `denied` are loaded facts that say no about what the answer names or is
    silent on, without being in it, or the first of `denials` such facts. `facts` maps an IRI to each fact that a row
    names; `given` names the parameters that were not left to their default.
    """

    def __init__(self, question: Question, results: bytes, names: Names, asked: dict[str, str]) -> None:
        self.question = question
        self.results = results
        self.names = names
        self.asked = asked
        self.given: frozenset[str] = frozenset()
        self.silent: list[str] = []
        self.denied: list[Fact] = []
        self.denials = 0
        self.facts: dict[str, Fact] = {}

    @cached_property
    def _rows(self) -> list[dict[str, object]]:
        solutions = self._solutions()
        columns = [variable.value for variable in solutions.variables]
        return [{n: v for n, v in zip(columns, s, strict=True) if v is not None} for s in solutions]

    def __iter__(self) -> Iterator[dict[str, object]]:
        return map(dict, self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<Answer to {self.question.name}: {len(self)} rows>"

    @property
    def columns(self) -> list[str]:
        """The columns, in order."""
        return [variable.value for variable in self._solutions().variables]

    def column(self, name: str) -> list[str]:
        """One column in words, a string a row; empty where the row has no value.

        Raises UnknownColumnError.
        """
        if name not in self.columns:
            raise UnknownColumnError(
                f"{self.question.name}, column {name}",
                f"The answer has no such column. It has: {', '.join(self.columns)}.",
                "Use one of them.",
                nearest(name, self.columns),
            )
        return [self.names.show(row.get(name)) for row in self]

    def to_dicts(self) -> list[dict[str, str | int | bool | None]]:
        """One dict a row: IRIs in short form, numbers and booleans as such, None where unbound.

        A last key, "implied", names the properties that were read from the
        context and not worded, or is None.
        """
        columns = self.columns
        return [
            {**{name: _plain(row.get(name)) for name in columns}, "implied": self._implied(row)}
            for row in self
        ]

    def to_pandas(self):  # type: ignore[no-untyped-def]
        """A pandas.DataFrame of `to_dicts`.

        A column of integers, booleans or text stays one where some rows have no
        value, which is pandas.NA there (types Int64, boolean and string); one
        without any value is text. A column that holds numbers beside terms such
        as aa:NotStated keeps both as they are.

        Raises MissingExtraError without pandas.
        """
        try:
            import pandas
        except ImportError:
            raise MissingExtraError(
                "Answer.to_pandas", "pandas is not installed.", "Install it with pip install pandas."
            ) from None
        frame = pandas.DataFrame(self.to_dicts(), columns=[*self.columns, "implied"], dtype=object)
        for name in frame:  # not convert_dtypes, which takes integers beside gaps for fractions on its way
            kinds = {type(value) for value in frame[name] if value is not None} or {str}
            if len(kinds) == 1:
                frame[name] = frame[name].astype({int: "Int64", bool: "boolean", str: "string"}[kinds.pop()])
        return frame

    def serialize(self, format: str) -> bytes:
        """The rows as SPARQL 1.1 Query Results: "json", "csv" or "tsv". Raises ParameterValueError."""
        if format == "json":
            return self.results
        if format not in _FORMATS:
            raise ParameterValueError(f"format {format}", "There is no such form.", "Use json, csv or tsv.")
        return serialized(self._solutions(), _FORMATS[format])

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Heads and rows for people: in words, without columns that hold nothing or repeat another."""
        chosen = [*(self.question.table or self._own_columns()), "fact"]
        rows_of = [{name: self._cell(row.get(name)) for name in self.columns} for row in self]
        for row in rows_of:
            row.update({name: "" for name, cell in row.items() if cell == _NOT_APPLICABLE})
            row["setting"] = ", ".join(row[s] for s in _SETTING if row.get(s) not in (None, "", "not stated"))
        if any(row["polarity"] not in ("positive", "") for row in rows_of if "polarity" in row):
            chosen.insert(-1, "polarity")
        body = list(dict.fromkeys(tuple(row[name] for name in chosen) for row in rows_of))
        kept: list[int] = []
        for i, values in enumerate(zip(*body, strict=True)):
            repeated = chosen[i] == "population" and any(
                values == tuple(row[k] for row in body) for k in kept
            )
            if any(values) and not repeated:
                kept.append(i)
        heads = ["evidence" if chosen[i] == "fact" else chosen[i] for i in kept]
        return heads, [[row[i] for i in kept] for row in body]

    def references(self) -> list[list[str]]:
        """One entry a fact that a row names: the fact in our words, then what stands behind it."""
        entries: dict[tuple[str, str], list[str]] = {}
        for row in self:
            if isinstance(row.get("fact"), NamedNode):
                show = {name: self.names.show(row.get(name)) for name in EVIDENCE_COLUMNS}
                iri = row["fact"].value  # type: ignore[attr-defined]
                place = (
                    "" if iri in self.facts and self.facts[iri].derivation else show["span"] or show["source"]
                )
                entries.setdefault((iri, place), self._reference(iri, show))
        told = {iri for iri, _ in entries}
        cited = [self._brief(fact) for iri, fact in sorted(self.facts.items()) if iri not in told]
        return [*entries.values(), *cited]

    def notes(self) -> list[str]:
        """What stands below an answer: why it is empty, who is left out, what it is not."""
        found = []
        if not len(self):
            found.append(self.question.empty or "No rows: this is not stated in the loaded sources.")
        if self.silent:
            silent = ", ".join(self.names.label(iri) for iri in self.silent)
            found.append(self._silence(silent))
        found += [
            f"A loaded fact says no: [{self.names.key(f.iri)}] {printable(f.sentence)}" for f in self.denied
        ]
        if self.denials > len(self.denied):
            found.append(
                f"So do {self.denials - len(self.denied):,} more loaded facts about what is named here."
            )
        if (found and not self.denied) and not (self.question.empty and not len(self)):
            found[-1] += " Silence is not a no."
        if self.question.advice:
            found.append(DISCLAIMER)
        return found

    def _silence(self, silent: str) -> str:
        if self.question.derived:
            return f"No row for: {silent}. Why one is not here: aa-ld explain TREATMENT --why-not {self.question.name}."
        return f"Not stated in the loaded sources for: {silent}."

    def about(self) -> list[str]:
        """What was asked about, a line a parameter."""
        lines = []
        for name, iri in self.asked.items():
            default = "" if name in self.given else f" (default; change it with --{name})"
            lines.append(f"{name}: {self.names.label(iri)}{default}")
        return lines

    def _repr_html_(self) -> str:
        from html import escape

        heads, body = self.table()
        head = "".join(f"<th>{escape(h)}</th>" for h in heads)
        lines = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in body)
        below = "".join(f"<li>{'<br>'.join(map(escape, entry))}</li>" for entry in self.references())
        notes = "".join(f"<p>{escape(note)}</p>" for note in [*self.about(), *self.notes()])
        table = f"<table><tr>{head}</tr>{lines}</table><ul>{below}</ul>" if body else ""
        return f"<p><b>{escape(self.question.title)}</b></p>{table}{notes}"

    def readings(self) -> list[str]:
        """Which facts hold values that were read from the context, a line a fact."""
        return [
            f"[{self.names.key(iri)}] Read from the context, not worded: {', '.join(fact.implied)}."
            for iri, fact in sorted(self.facts.items())
            if fact.implied
        ]

    def _implied(self, row: dict[str, object]) -> str | None:
        fact = self.facts.get(str(getattr(row.get("fact"), "value", "")))
        return ", ".join(fact.implied) if fact and fact.implied else None

    def _own_columns(self) -> list[str]:
        return [*(name for name in self.columns if name not in EVIDENCE_COLUMNS), "certainty", "population"]

    def _cell(self, term: object) -> str:
        """A term in words; a fact by its key in brackets, which the references explain."""
        iri = str(getattr(term, "value", ""))
        return f"[{self.names.key(iri)}]" if iri in self.facts else self.names.show(term)

    def _reference(self, iri: str, show: dict[str, str]) -> list[str]:
        hedge = f"hedge “{show['hedge']}”" if show["hedge"] else "no hedge"
        where = f", compartment: {show['compartment']}" if show["compartment"] else ""
        fact = self.facts.get(iri)
        if fact and fact.derivation:
            return self._derived(fact)
        entry = [
            f"[{self.names.key(iri)}] {show['statement']}",
            f"{show['polarity']}, {show['certainty']}, {hedge}; {show['kind']}; "
            f"population: {show['population']}{where}",
            ", ".join(
                part for part in (show["source"], show["part"], _characters(fact, show["span"])) if part
            ),
        ]
        if fact and fact.implied:
            entry.append(f"Read from the context, not worded: {', '.join(fact.implied)}.")
        return entry

    def _derived(self, fact: Fact) -> list[str]:
        """What follows by a rule: the rule, what it assumes, and the facts and publications at the ends of the proof."""
        assert fact.derivation is not None
        label, key = self.names.label, self.names.key
        ends = sorted((g for g in fact.grounds().values() if g.evidence), key=lambda g: g.id or g.iri)
        sources = sorted({label(line.publication) for g in ends for line in g.evidence})
        assumptions = (a for g in fact.grounds().values() if g.derivation for a in g.derivation.assumptions)
        assumed = " and that ".join(dict.fromkeys(map(label, assumptions)))
        return [
            f"[{key(fact.iri)}] {printable(fact.sentence)}",
            f"{label(fact.polarity)}, {label(fact.certainty)}; follows by the rule "
            f"{fact.derivation.rule.rsplit('/', 1)[-1]}" + (f", assuming that {assumed}" if assumed else ""),
            f"rests on {', '.join(key(g.iri) for g in ends)}: {'; '.join(sources)}",
        ]

    def _brief(self, fact: Fact) -> list[str]:
        hedge = next((f", hedge “{line.hedge}”" for line in fact.evidence if line.hedge), ", no hedge")
        label = self.names.label
        if fact.derivation:
            return self._derived(fact)
        places = ", ".join(dict.fromkeys(label(line.part or line.publication) for line in fact.evidence))
        return [
            f"[{self.names.key(fact.iri)}] {printable(fact.sentence)}",
            f"{label(fact.polarity)}, {label(fact.certainty)}{hedge}; {places}",
        ]

    def _solutions(self) -> QuerySolutions:
        solutions = parse_query_results(self.results, format=QueryResultsFormat.JSON)
        assert isinstance(solutions, QuerySolutions)
        return solutions


def ask(source: Source, name: str, /, **params: str) -> Answer:
    """Answer one of the shipped questions.

    The name is that of a file in queries/, without its ending, or its title,
    or a competency question such as "CQ17". The source is anything that can
    run SPARQL. A parameter is given as a label, a short name, an IRI, or the
    identifier of a fact.

    Raises UnknownQuestionError, UnknownParameterError, MissingParameterError,
    UnknownTermError and ParameterValueError; each names what is nearest.

    >>> from aa_ld.store import open_layers
    >>> ask(open_layers(), "treatments-toward-th2").column("treatment")
    ['local immunotherapy']
    """
    question = find_question(name)
    names = Names(source)
    return answered(source, question, names, _bind(question, names, params))


def answered(  # noqa: PLR0913, PLR0917 - what an answer knows
    source: Source,
    question: Question,
    names: Names,
    bound: dict[str, str],
    known: Mapping[str, Fact] | None = None,
    most: int | None = None,
) -> Answer:
    """The answer to a question whose parameters are bound to IRIs; `known` facts are not read again, and `most` that say no are."""
    results = source.select(question.bound({key: str(NamedNode(iri)) for key, iri in bound.items()}))
    defaults = {key: expand(p.default) or "" for key, p in question.parameters.items() if p.default}
    answer = Answer(question, results, names, {**defaults, **bound})
    answer.given = frozenset(bound)
    answer.facts = {fact.iri: fact for fact in _named_facts(source, answer, known)}
    settle(source, answer, answer, most)
    return answer


def settle(
    source: Source, answer: Answer, rows_of: Iterable[Mapping[str, object]], most: int | None = None
) -> None:
    """Find by all rows of an answer on what the sources are silent, and what they deny, as many facts as are wanted."""
    # A parameter leaves rows out for another reason than silence.
    wanted = None if answer.given else answer.question.silence
    named = {*answer.asked.values()}
    answer.silent, answer.denied, answer.denials = silent_and_denied(
        source, rows_of, wanted, named, answer.facts, most
    )


def _named_facts(source: Source, answer: Answer, known: Mapping[str, Fact] | None) -> list[Fact]:
    terms = {term.value for row in answer for term in row.values() if isinstance(term, NamedNode)}
    if known is not None:
        return [known[iri] for iri in sorted(terms & known.keys())]
    wanted = sorted(filter(answer.names.is_fact, terms))
    return read_facts(source, wanted) if wanted else []


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
        bound[key] = names.find(value, *([category] if category else []))
    for key in question.needs():
        if key not in bound:
            what = f"The question needs the parameter {key}: {question.parameters[key].text}."
            raise MissingParameterError(question.name, what, f"Give it with --{key} VALUE.")
    return bound


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


def _characters(fact: Fact | None, shown: str) -> str:
    """The place of a span in its text, from the fact's own evidence."""
    for line in fact.evidence if fact else ():
        if line.span and shown in (line.span.iri, compact(line.span.iri)):
            return f"characters {line.span.start}–{line.span.end}"
    return shown
