"""Lines of evidence from rows of a table, with the pieces of text that they point to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from pyoxigraph import NamedNode, Triple

from aa_ld.curation.cells import Cells, Value
from aa_ld.curation.columns import COLUMNS
from aa_ld.curation.table import Row
from aa_ld.curation.texts import Piece, Text, form_faults, shown_name, span
from aa_ld.vocab import PREFIXES, RDF_TYPE, compact, expand, is_plain_local_name, printable

_AA, _EVIDENCE = PREFIXES["aa"], PREFIXES["evidence"]

#: Columns of a line, and what a line may say of its publication.
_OF_LINE = tuple(name for name, column in COLUMNS.items() if column.of in ("line", "publication"))

#: Columns that point into a text.
_OF_TEXT = ("text", "part", "span", "focus", "hedgeSpan", "cueSpan")

_SPAN_REMEDY = (
    "Give START..END in characters from 0, the end exclusive, or the words as they stand in the text; "
    "--sources DIR gives the text."
)


class Triples(Collection[Triple]):
    """Triples, each once, in the order in which they came.

    A Triple of the engine holds copies of its three terms; here each term is
    kept once, which takes a third of the memory, and triples are made when
    they are asked for.

    >>> some = Triples()
    >>> some.add(Triple(NamedNode("x:a"), NamedNode("x:b"), NamedNode("x:c")))
    >>> len(some), [triple.object.value for triple in some]
    (1, ['x:c'])
    """

    def __init__(self) -> None:
        self._terms: dict[object, object] = {}
        self._kept: dict[tuple[object, ...], None] = {}

    def add(self, triple: Triple) -> None:
        """Keep a triple."""
        self._kept[tuple(self._terms.setdefault(term, term) for term in triple)] = None

    def __iter__(self) -> Iterator[Triple]:
        return (Triple(*terms) for terms in self._kept)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, triple: object) -> bool:
        return isinstance(triple, Triple) and tuple(triple) in self._kept


class Imported:
    """What a table came to.

    triples  all that it says, each once
    rows     IRI of a fact, line, span, cohort, publication or text to the row that first speaks of it
    facts    IRIs of the facts, in the order of the table
    """

    def __init__(self) -> None:
        self.triples = Triples()
        self.rows: dict[str, int] = {}
        self.facts: list[str] = []

    def add(self, row: int, subject: str, predicate: str, value: Value | str) -> None:
        """Keep one triple, and the row that it comes from."""
        term = NamedNode(value) if isinstance(value, str) else value
        self.extend(row, [Triple(NamedNode(subject), NamedNode(predicate), term)])

    def extend(self, row: int, triples: Iterable[Triple]) -> None:
        """Keep triples that come from a row."""
        for triple in triples:
            self.triples.add(triple)
            if isinstance(triple.subject, NamedNode):
                self.rows.setdefault(triple.subject.value, row)


class Lines:
    """Puts the evidence lines of rows into what is imported.

    parts  IRI of a text to the facts that have a line in it
    new    IRI of a text that is not loaded to the row that names it first, and its publication
    """

    def __init__(self, cells: Cells, texts: Mapping[str, Text], out: Imported) -> None:
        self.cells, self.texts, self.out = cells, texts, out
        self.parts: dict[str, set[str]] = {}
        self.new: dict[str, tuple[int, str]] = {}
        self._names: Counter[str] = Counter()

    def add(self, fact: str, row: Row, publication: str, first: Row) -> None:
        """The line of a row, if the row has one; `first` is the first row of the fact."""
        cells = row.cells
        if not any(name in cells for name in _OF_LINE):
            return
        iri = self._name(fact, row, publication)
        text = self._text(row, publication)
        self.out.add(row.number, fact, _AA + "evidence", iri)
        self.out.add(row.number, iri, RDF_TYPE, _AA + "EvidenceLine")
        if publication:
            self.out.add(row.number, iri, _AA + "publication", publication)
        for name in ("kind", "stance", "design", "sampleSize", "arms", "hedge", "cue", "mentions"):
            self._keep(row, iri, name, name, cells.get(name, ""))
        if "lineCertainty" in cells:
            self._keep(row, iri, "certainty", "lineCertainty", cells["lineCertainty"])
        else:
            self._keep(first, iri, "certainty", "certainty", first.cells.get("certainty", ""))
        quoted = text is not None or "hedge" in cells or "cue" in cells
        self._keep(row, iri, "wording", "wording", cells.get("wording") or ("" if quoted else "aa:NotQuoted"))
        if text:
            self._pieces(fact, iri, row, text)

    def uncovered(self, row: Row, publication: str) -> None:
        """A part of a text that no fact covers, and why."""
        text = self._text(row, publication)
        part = self._part(row, text) if text else None
        if part:
            self._keep(row, part, "notCovered", "notCovered", row.cells["notCovered"])

    def _keep(self, row: Row, iri: str, name: str, column: str, cell: str) -> None:
        for value in self.cells.read(row.number, COLUMNS[column], cell):
            self.out.add(row.number, iri, _AA + name, value)

    def _name(self, fact: str, row: Row, publication: str) -> str:
        """The IRI of the line: the one given, else one made of the publication and the fact."""
        given = row.cells.get("line", "")
        iri = (expand(given) or "") if ":" in given else ""
        if given and (not is_iri(iri) or iri in self._names):
            what = "names two lines" if iri in self._names else "is no name for a line"
            remedy = "Write evidence: and a name of its own, or leave it blank."
            self.cells.fault(row.number, "line", f"“{printable(given, 80)}” {what}.", remedy)
            return _EVIDENCE + "none"
        if not given:
            stem = publication.rsplit("/", 1)[-1]
            local = fact.rsplit("/", 1)[-1].removesuffix(f"-{stem}")
            iri = base = _EVIDENCE + "-".join(filter(None, (stem, local)))
            while iri in self._names:
                self._names[base] += 1
                iri = f"{base}-{self._names[base]}"
        self._names[iri] = 1
        return iri

    def _text(self, row: Row, publication: str) -> Text | None:
        """The text that a row points into, if it points into one."""
        name = row.cells.get("text", "")
        if not name:
            given = next((column for column in _OF_TEXT if column in row.cells), None)
            own = [text for text in self.texts.values() if publication and text.publication == publication]
            if given is None or len(own) == 1:
                return own[0] if given else None
            what = f"The row has a {given} and does not say in which text."
            self.cells.fault(row.number, "text", what, "Name the text.", map(shown_name, self.texts.values()))
            return None
        text = self.texts.get(str(expand(name) if ":" in name else PREFIXES["source"] + name))
        if text is None:
            near = map(shown_name, self.texts.values())
            remedy = "Give --sources DIR with NAME.txt in it, or leave out text and span."
            self.cells.fault(row.number, "text", f"There is no text “{printable(name, 80)}”.", remedy, near)
            return None
        return text if text.publication or self._take(row, text, publication) else None

    def _take(self, row: Row, text: Text, publication: str) -> bool:
        """Take a new text for that of a publication, if it can be taken."""
        name = shown_name(text)
        wrong = form_faults(text.content or "")
        if not is_plain_local_name(name):
            wrong = "Its name has other signs than letters, digits and hyphens."
        first, known = self.new.get(text.iri, (row.number, publication))
        if publication and known and publication != known:
            wrong = f"Row {first} takes it for the text of another publication."
        if wrong:
            self.cells.fault(
                row.number, "text", f"“{name}” cannot be taken: {wrong}", "Correct the file, or name another."
            )
            return False
        self.new[text.iri] = first, known or publication
        return True

    def _pieces(self, fact: str, line: str, row: Row, text: Text) -> None:
        cells = row.cells
        whole = self._piece(row, "span", cells.get("span"), text, None)
        found = {"span": whole, "focus": self._piece(row, "focus", cells.get("focus"), text, whole) or whole}
        for name in ("hedge", "cue"):
            words = cells.get(name) if text.content is not None else None
            cell = cells.get(name + "Span") or words
            found[name + "Span"] = self._piece(row, name + "Span", cell, text, whole)
        for name, piece in found.items():
            if piece:
                self.out.add(row.number, line, _AA + name, piece.iri)
                self.out.extend(row.number, span(piece, text))
        part = self._part(row, text) or (text.part_of(whole) if whole else None)
        if part:
            self.out.add(row.number, line, _AA + "part", part)
            self.parts.setdefault(text.iri, set()).add(fact)

    def _piece(self, row: Row, name: str, cell: str | None, text: Text, within: Piece | None) -> Piece | None:
        if not cell:
            return None
        try:
            return text.piece(cell, within)
        except ValueError as error:
            column = name if name in row.cells else name.removesuffix("Span")
            self.cells.fault(row.number, column, f"“{printable(cell, 60)}”: {error}", _SPAN_REMEDY)
            return None

    def _part(self, row: Row, text: Text) -> str | None:
        given = row.cells.get("part", "")
        if not given:
            return None
        for iri, label, _, _ in text.parts:
            if given in (label, compact(iri), iri):
                return iri
        what = f"The text has no part “{printable(given, 80)}”."
        labels = [label for _, label, _, _ in text.parts]
        self.cells.fault(row.number, "part", what, "Name one that it has.", labels)
        return None


def is_iri(text: str) -> bool:
    """Whether this is a whole IRI.

    >>> is_iri("https://w3id.org/aa-ld/fact/x"), is_iri("https://x/a b"), is_iri("")
    (True, False, False)
    """
    try:
        return "://" in NamedNode(text).value
    except ValueError:
        return False
