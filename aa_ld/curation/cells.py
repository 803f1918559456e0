"""Cells of a table: from what a curator writes to terms, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import copy

from pyoxigraph import Literal, NamedNode

from aa_ld.curation.columns import COLUMNS, Column
from aa_ld.curation.faults import Fault
from aa_ld.errors import DateError, ParameterValueError, UnknownTermError, nearest
from aa_ld.names import Names
from aa_ld.standing import start_of
from aa_ld.store import Layers, rows, value_of
from aa_ld.vocab import PREFIXES, compact, expand, printable

_AA, _XSD, _RDFS = PREFIXES["aa"], PREFIXES["xsd"], PREFIXES["rdfs"]
Value = NamedNode | Literal

_HEAD = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("aa", "rdfs", "skos"))
_CLASSES = (
    "SELECT ?iri ?name { ?iri rdfs:subClassOf+ aa:Fact ; rdfs:label|skos:altLabel ?name } ORDER BY ?iri ?name"
)
_DERIVED = "SELECT ?iri { ?iri rdfs:subClassOf* aa:DerivedFact }"
_PREDICATES = """SELECT ?iri ?name ?class ?category ?side {
  ?iri aa:factClass/^rdfs:subClassOf* ?class ; rdfs:label|skos:altLabel ?name ; ?side ?category .
  FILTER(?side IN (aa:subjectCategory, aa:objectCategory))
} ORDER BY ?iri ?name"""

#: One of several values in a cell, and what parts it from the next.
_ONE_OF_MANY = re.compile(r"((?:\\.|[^\\])+?)(?:;\s+|$)", re.DOTALL)

#: Forms of a value that takes any words, and how it is kept.
_WORDS: dict[str, Callable[[str], Literal]] = {
    "words": Literal,
    "language": lambda text: Literal(text, language="en"),
}

#: For how many cells the nearest terms are sought; a table with more that is wrong is wrong in some other way.
_MOST_SOUGHT = 200

#: For how many cells it is remembered what they mean, from one table to the next.
_MOST_MEANT = 10_000

#: What the program says of a fact and no table does.
_OURS = {_AA + "AcceptedMediumConfidence"}

_NO_TERM = "Give a label, a synonym or a short name such as aa:Serum; a new term is declared in ontology/aa.ttl first."
_NO_WORDS = "Put words that are also the name of a term into double quotes, or give a term that fits."


class Predicate:
    """What the ontology says of one predicate: its names, its classes of facts, the kinds of its two sides."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.classes: set[str] = set()
        self.sides: dict[str, set[str]] = {"subjectCategory": set(), "objectCategory": set()}


class Cells:
    """Reads and writes cells over opened layers; what is wrong is kept in `faults`.

    own         what the table itself declares, facts, cohorts and publications: name in lower case to IRI and class
    classes     name of a kind of fact to its IRI
    predicates  IRI of a predicate to what is known of it

    >>> from aa_ld.store import open_layers
    >>> cells = Cells(open_layers())
    >>> cells.read(2, COLUMNS["compartment"], "serum")
    [<NamedNode value=https://w3id.org/aa-ld/Serum>]
    >>> cells.read(2, COLUMNS["compartment"], "serem"), cells.faults[0].nearest
    ([], ('serum',))
    """

    def __init__(self, layers: Layers, names: Names | None = None) -> None:
        self.names = names or Names(layers)
        self.own: dict[str, tuple[str, str]] = {}
        self.faults: list[Fault] = []
        self.classes: dict[str, str] = {}
        derived = {value_of(row["iri"]) for row in rows(layers, _HEAD + _DERIVED)}
        for row in rows(layers, _HEAD + _CLASSES):
            if value_of(row["iri"]) not in derived:
                self.classes.setdefault(value_of(row["name"]), value_of(row["iri"]))
        self.predicates: dict[str, Predicate] = {}
        for row in rows(layers, _HEAD + _PREDICATES):
            known = self.predicates.setdefault(value_of(row["iri"]), Predicate())
            known.names += [name for name in [value_of(row["name"])] if name not in known.names]
            known.classes.add(value_of(row["class"]))
            known.sides[value_of(row["side"]).removeprefix(_AA)].add(value_of(row["category"]))
        self._said: dict[tuple[str, str], tuple[int, str]] = {}
        self._meant: dict[tuple[str, tuple[str, ...]], str | None] = {}
        self._refused: dict[tuple[str, tuple[str, ...]], UnknownTermError | ParameterValueError] = {}

    def anew(self) -> Cells:
        """The same for another table: what is known of the layers stays, what the table said goes."""
        found = copy(self)
        found.own, found.faults, found._said = {}, [], {}
        if len(self._meant) > _MOST_MEANT:
            self._meant.clear()
        return found

    def fault(self, row: int, column: str, what: str, remedy: str, near: Iterable[str] = ()) -> None:
        """Keep one thing that is wrong."""
        self.faults.append(Fault(row, column, what, remedy, tuple(near)))

    def once(self, row: int, column: str, subject: str, text: str) -> None:
        """See to it that all rows that say this of a subject say the same."""
        first, before = self._said.setdefault((subject, column), (row, text))
        if before != text:
            what = f"Row {first} says “{printable(before, 60)}” of {compact(subject)}."
            self.fault(row, column, what, "Say the same, or leave this blank.")

    def read(
        self, row: int, column: Column, text: str, predicate: str = "", category: str = ""
    ) -> list[Value]:
        """The values that a cell means; none where it is blank or wrong.

        `predicate` and `category` are the IRIs of those of the fact: they
        decide what its subject, object and predicate may be.
        """
        if not text:
            return []
        found = (self._one(row, column, part, predicate, category) for part in parts(column, text))
        return [value for value in found if value is not None]

    def show(self, column: Column, values: Iterable[Value], predicate: str = "") -> str:
        """Values as a cell that reads back as the same; the other way round of `read`."""
        shown = sorted(self._shown(column, value, predicate) for value in values)
        return "; ".join(map(_one_of_many, shown)) if column.many else "; ".join(shown)

    def meant(self, text: str, kinds: tuple[str, ...] = ()) -> str | None:
        """The IRI of what is loaded under a name and is of one of these kinds; None where nothing is."""
        key = text, kinds
        if key not in self._meant:
            self._meant[key] = self.names.meant(text, *kinds)
        return self._meant[key]

    def may(self, iri: str) -> bool:
        """Whether a table may say this: not what the program alone says of facts."""
        return iri not in _OURS

    def kinds(self, column: Column, predicate: str = "") -> tuple[str, ...]:
        """The classes that a term in a column must be of one of, as IRIs; none where any term may stand."""
        if column.name in ("subject", "object") and predicate in self.predicates:
            return tuple(sorted(self.predicates[predicate].sides[column.name + "Category"]))
        extra = ("NoValue",) if column.form == "count" else ()
        return tuple(_AA + name for name in (*column.categories, *extra))

    def predicates_of(self, category: str) -> dict[str, str]:
        """Name to IRI of the predicates that facts of a class may have; of all where no class is given."""
        return {
            name: iri
            for iri, known in self.predicates.items()
            for name in known.names
            if not category or category in known.classes
        }

    # -- reading ----------------------------------------------------------

    def _one(self, row: int, column: Column, text: str, predicate: str, category: str) -> Value | None:
        form = column.form
        if form in _WORDS:
            return _WORDS[form](text)
        if form in ("truth", "date"):
            return self._truth(row, column, text) if form == "truth" else self._date(row, column, text)
        if form in ("class", "predicate"):
            return self._listed(row, column, text, category)
        if form == "property":
            return self._property(row, column, text)
        if form == "count" and (text[0] in "+-." or text[0].isdecimal()):
            return self._count(row, column, text)
        return self._term_or_words(row, column, text, self.kinds(column, predicate))

    def _term_or_words(self, row: int, column: Column, text: str, kinds: tuple[str, ...]) -> Value | None:
        """A term of these kinds; words where the column takes them, or where quotes say so."""
        words_too = column.words and (not kinds or _RDFS + "Literal" in kinds or column.name != "object")
        quoted = len(text) > 1 and text[0] == text[-1] == '"'
        if words_too and (quoted or kinds == (_RDFS + "Literal",)):
            return Literal(text[1:-1] if quoted else text)
        iri, kind = self.own.get(text.casefold(), ("", ""))
        found = iri if iri and (not kinds or kind in kinds) else self.meant(text, kinds)
        if found and self.may(found):
            return NamedNode(found)
        if found:
            what = f"“{printable(text, 80)}” is what --include unsure makes of a reading."
            self.fault(row, column.name, what, "Write what the curator said: medium confidence.")
            return None
        if words_too and self.meant(text) is None:
            return Literal(text)
        error = self._refusal(text, kinds)
        what, near = (error.what, error.nearest) if error else (self._what(text, kinds), ())
        remedy = _NO_WORDS if words_too else _NO_TERM
        self.fault(row, column.name, f"“{printable(text, 80)}”: {what}", remedy, near)
        return None

    def _refusal(self, text: str, kinds: tuple[str, ...]) -> UnknownTermError | ParameterValueError | None:
        """Why a name is refused, with the nearest that are not; None once that was sought often enough."""
        key = text, kinds
        if key not in self._refused and len(self._refused) < _MOST_SOUGHT:
            try:
                self.names.find(text, *kinds)
            except (UnknownTermError, ParameterValueError) as error:
                self._refused[key] = error.with_traceback(None)  # which would hold all that was at hand
        return self._refused.get(key)

    def _what(self, text: str, kinds: tuple[str, ...]) -> str:
        """What is wrong with a name, without the nearest."""
        if kinds and self.meant(text) is not None:
            return f"This is not of the kind asked for: {' or '.join(map(self.names.label, kinds))}."
        return "No loaded file declares this term."

    def _truth(self, row: int, column: Column, text: str) -> Value | None:
        if text.casefold() in ("true", "false"):
            return Literal(text.casefold() == "true")
        what = f"“{printable(text, 80)}” is neither true nor false."
        self.fault(row, column.name, what, "Write true or false.")
        return None

    def _count(self, row: int, column: Column, text: str) -> Value | None:
        if text.isdecimal() and text.isascii() and len(text) < 10:
            return Literal(str(int(text)), datatype=NamedNode(_XSD + "integer"))
        what = f"“{printable(text, 80)}” is no whole number of at most nine digits."
        self.fault(row, column.name, what, "Write digits and nothing else, such as 24, or not stated.")
        return None

    def _date(self, row: int, column: Column, text: str) -> Value | None:
        """A year, a month or a day, each of a type of its own."""
        try:
            start_of(text)
        except DateError as error:
            self.fault(row, column.name, f"“{printable(text, 40)}”: {error.what}", error.remedy)
            return None
        return Literal(text, datatype=NamedNode(_XSD + ("gYear", "gYearMonth", "date")[text.count("-")]))

    def _listed(self, row: int, column: Column, text: str, category: str) -> NamedNode | None:
        """A kind of fact, or a predicate of one kind of fact."""
        known, what = self.classes, "no kind of fact"
        if column.form == "predicate":
            known, what = self.predicates_of(category), "no predicate"
            what += f" of this kind of fact ({self.names.label(category)})" if category else ""
        by_name = {name.casefold(): iri for name, iri in known.items()}
        iri = by_name.get(text.casefold()) or expand(text)
        if iri and iri in by_name.values():
            return NamedNode(iri)
        near = nearest(text.removeprefix("aa:"), known)
        near = near or [name for name in sorted(known) if text.casefold() in name.casefold()]
        near = near or sorted(known)[:40]
        self.fault(row, column.name, f"“{printable(text, 80)}” is {what}.", "Take one that is.", near)
        return None

    def _property(self, row: int, column: Column, text: str) -> NamedNode | None:
        local = text.removeprefix("aa:")
        if local in COLUMNS and COLUMNS[local].of == "fact":
            return NamedNode(_AA + local)
        what = f"“{printable(text, 80)}” is no column of the fact."
        remedy = "Name the column whose value was read from the context."
        self.fault(row, column.name, what, remedy, nearest(local, COLUMNS))
        return None

    # -- writing ----------------------------------------------------------

    def _shown(self, column: Column, value: Value, predicate: str) -> str:
        if isinstance(value, Literal):
            return self._shown_words(column, value.value, predicate)
        iri = value.value
        if column.form == "property":
            return iri.removeprefix(_AA)
        label = (
            self.names.key(iri) if column.form == "fact" or self.names.is_fact(iri) else self.names.label(iri)
        )
        if column.form in ("class", "predicate"):
            known = self.classes if column.form == "class" else self.predicates_of("")
            return label if known.get(label) == iri else compact(iri)
        return label if self.meant(label, self.kinds(column, predicate)) == iri else compact(iri)

    def _shown_words(self, column: Column, words: str, predicate: str) -> str:
        """Words that would read as a term, or that stand in quotes themselves, get quotes."""
        if not column.words:
            return words
        quoted = len(words) > 1 and words[0] == words[-1] == '"'
        as_term = self.kinds(column, predicate) != (_RDFS + "Literal",) and self.meant(words) is not None
        return f'"{words}"' if quoted or as_term else words


def parts(column: Column, text: str) -> list[str]:
    """The values of a cell, of which some columns take several.

    >>> parts(COLUMNS["subject"], r"one; two\\; or three"), parts(COLUMNS["note"], "one; two")
    (['one', 'two; or three'], ['one; two'])
    """
    if not column.many:
        return [text]
    return [re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in _ONE_OF_MANY.findall(text)]


def _one_of_many(text: str) -> str:
    """A value so that it stands for itself among several; the other way round of `parts`."""
    shown = re.sub(r";(?=\s)", r"\\;", text.replace("\\", "\\\\"))
    return "\\" + shown if shown[:1].isspace() else shown
