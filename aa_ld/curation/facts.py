"""From the rows of a table to triples: facts, their lines of evidence, and what these stand on.

Nothing is written and nothing is half done: a table in which one cell is wrong
gives every fault and no triple.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyoxigraph import Literal, NamedNode

from aa_ld.curation.cells import Cells, Value
from aa_ld.curation.columns import COLUMNS, PLAIN
from aa_ld.curation.faults import table_error
from aa_ld.curation.lines import Imported, Lines, is_iri
from aa_ld.curation.publications import Publications
from aa_ld.curation.table import Progress, Row, quiet
from aa_ld.curation.texts import COUNTS, Text, declared, open_texts, shown_name
from aa_ld.names import GREEK
from aa_ld.store import Layers
from aa_ld.vocab import IDENTIFIER, PREFIXES, RDF_TYPE, compact, expand, printable

_AA, _FACT, _COHORT = (PREFIXES[name] for name in ("aa", "fact", "cohort"))
_LABEL, _NOTE = PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "editorialNote"
_DEFINITION = PREFIXES["skos"] + "definition"

#: Columns that say something of the fact, so that a row that fills one is more than a further line.
_OF_FACT = tuple(
    name for name, column in COLUMNS.items() if column.of in ("fact", "cohort") and name != "fact"
)

#: What the name of a new fact is made of.
_NAMING = ("subject", "predicate", "object", "direction", "responseGroup")


def import_rows(
    layers: Layers,
    rows: Sequence[Row],
    where: str,
    texts: Mapping[str, str] | None = None,
    progress: Progress = quiet,
) -> Imported:
    """The triples of a table, with names looked up in opened layers.

    where     what errors call the table
    texts     name of a text file, without its ending, to its text: spans are taken from these
    progress  is told how many facts are done

    Raises TableError with everything that is wrong, by row and column.

    >>> from aa_ld.store import open_layers
    >>> row = Row(2, {"fact": "fact:x", "class": "risk statement"})
    >>> [str(t.object) for t in import_rows(open_layers(), [row], "x.tsv").triples]
    ['<https://w3id.org/aa-ld/RiskStatement>']
    """
    return Importer(layers, Cells(layers), open_texts(layers, texts or {})).read(rows, where, progress)


class Importer:
    """Reads tables over the same layers, each for itself; what is known of the layers is looked up once."""

    def __init__(self, layers: Layers, cells: Cells, texts: dict[str, Text]) -> None:
        self._layers, self._cells, self._texts = layers, cells, texts
        self._publications = Publications(layers, cells)

    def read(self, rows: Sequence[Row], where: str, progress: Progress = quiet) -> Imported:
        """The triples of a table; see import_rows."""
        cells = self._cells.anew()
        reading = _Import(self._layers, rows, self._texts, cells, self._publications.anew(cells), progress)
        reading.run()
        if cells.faults:
            raise table_error(where, cells.faults)
        return reading.out


class _Import:
    def __init__(  # noqa: PLR0913, PLR0917 - what a table is read with
        self,
        layers: Layers,
        rows: Sequence[Row],
        texts: dict[str, Text],
        cells: Cells,
        publications: Publications,
        progress: Progress,
    ) -> None:
        self.layers, self.rows, self.texts, self.progress = layers, rows, texts, progress
        self.out = Imported()
        self.cells = cells
        self.publications = publications
        self.lines = Lines(self.cells, texts, self.out)
        self.groups: dict[str, list[Row]] = {}
        self.cohorts: dict[int, str] = {}
        self.kinds: dict[str, str] = {}
        self.seen: dict[int, Row] = {}

    def run(self) -> None:
        """Read all rows; all names first, as a row may speak of a fact or a cohort further down."""
        declaring_first = sorted(self.rows, key=lambda row: "citation" not in row.cells)
        publication = {row.number: self.publications.of(row) for row in declaring_first}
        for done, row in enumerate(self.rows):
            if done % 1000 == 0:
                self.progress("naming", done, len(self.rows))
            self._once(row)
            self.cohorts[row.number] = self._own_cohort(row)
            if not _is_part(row):
                self._place(row, publication[row.number])
        for row in self.rows:
            self.out.extend(row.number, self.publications.declared(row, publication[row.number]))
            if _is_part(row):
                self.lines.uncovered(row, publication[row.number])
        for done, (iri, group) in enumerate(self.groups.items()):
            self._fact(iri, group[0])
            for row in group:
                self.lines.add(iri, row, publication[row.number], group[0])
            if done % 1000 == 0:
                self.progress("looking up", done, len(self.groups))
        self._new_texts()

    def _once(self, row: Row) -> None:
        """A row that says the very same as one above would count its evidence twice."""
        key = hash(frozenset(row.cells.items()))
        first = self.seen.setdefault(key, row)
        if first is not row and first.cells == row.cells:
            what = f"Row {first.number} says the very same."
            self.cells.fault(row.number, "", what, "Take one of them away.")

    # -- which row speaks of which fact --------------------------------------

    def _place(self, row: Row, publication: str) -> None:
        """Find the fact that a row speaks of, by its name or its identifier, or give it a name."""
        given, identifier = row.cells.get("fact", ""), row.cells.get("id", "")
        own, _ = self.cells.own.get(identifier.casefold(), ("", "")) if identifier else ("", "")
        iri = (expand(given) or "") if given else own or self._named(row, publication)
        if not is_iri(iri) or (given and ":" not in given):
            remedy = "Write fact: and a name of letters, digits and hyphens, or leave it blank."
            self.cells.fault(row.number, "fact", f"“{printable(given, 80)}” is no name for a fact.", remedy)
            return
        if own and own != iri:
            what = f"{printable(identifier, 40)} is the identifier of another fact of this table."
            self.cells.fault(row.number, "id", what, "Give each fact its own.")
        for name in (identifier, compact(iri), iri, f"<{iri}>"):
            if name:
                self.cells.own.setdefault(name.casefold(), (iri, _AA + "Fact"))
        self.groups.setdefault(iri, []).append(row)
        self._agrees(self.groups[iri][0], row)

    def _agrees(self, first: Row, row: Row) -> None:
        """A further row of a fact says nothing of it, or the same."""
        if not any(name in row.cells for name in _OF_FACT if name != "id"):
            return
        other = [name for name in _OF_FACT if row.cells.get(name, "") != first.cells.get(name, "")]
        remedy = "For a further line leave the columns of the fact blank; another fact needs another identifier and name."
        if len(other) == 1:
            before = printable(first.cells.get(other[0], ""), 60)
            self.cells.fault(
                row.number, other[0], f"Row {first.number} says “{before}” of the same fact.", remedy
            )
        elif other:
            named = "fact" if "fact" in row.cells else "id"
            what = f"Row {first.number} has this too, and another {', another '.join(other)}."
            self.cells.fault(row.number, named, what, remedy)

    def _named(self, row: Row, publication: str) -> str:
        """The IRI of a fact that has none yet: from its terms and its publication."""
        parts = (part for name in _NAMING for part in row.cells.get(name, "").split("; "))
        words = " ".join(self._label(part) for part in parts if part and part != "not applicable")
        stem = "-".join(filter(None, (slug(words)[:90].strip("-"), publication.rsplit("/", 1)[-1])))
        for more in ("", slug(row.cells.get("id", "")), f"row-{row.number}"):
            name = "-".join(filter(None, (stem, more)))
            if name and _FACT + name not in self.groups and not self._is_loaded(_FACT + name):
                return _FACT + name
        return f"{_FACT}{stem}-row-{row.number}"

    def _is_loaded(self, iri: str) -> bool:
        """Whether something is said of an IRI."""
        return next(self.layers.store.quads_for_pattern(NamedNode(iri), None, None), None) is not None

    def _label(self, text: str) -> str:
        """What a term is called first, whatever synonym the row has."""
        iri = self.cells.meant(text)
        return self.cells.names.label(iri) if iri else text

    # -- what a row says -----------------------------------------------------

    def _fact(self, iri: str, row: Row) -> None:
        cells, number = row.cells, row.number
        self.out.facts.append(iri)

        def keep(column: str, name: str, predicate: str = "", category: str = "") -> str:
            found = self.cells.read(number, COLUMNS[column], cells.get(column, ""), predicate, category)
            for value in found:
                self.out.add(number, iri, name, value)
            return found[0].value if found else ""

        if "class" not in cells:
            kinds = sorted(self.cells.classes)
            self.cells.fault(
                number, "class", "The row does not say what kind of fact this is.", "Take one.", kinds
            )
        category = self.kinds[iri] = keep("class", RDF_TYPE)
        predicate = keep("predicate", _AA + "predicate", "", category)
        for name in PLAIN:
            if name not in ("predicate", "cohort"):
                keep(name, _AA + name, predicate, category)
        keep("id", IDENTIFIER)
        keep("sentence", _LABEL)
        keep("note", _NOTE)
        declared = self.cohorts[number]
        if declared:
            self.out.add(number, iri, _AA + "cohort", declared)
            self._overlaps(row, declared)
        else:
            keep("cohort", _AA + "cohort")

    def _own_cohort(self, row: Row) -> str:
        """The cohort that a row declares by a label, if it does."""
        cells, number = row.cells, row.number
        if "cohortName" not in cells:
            if {"cohortDefinition", "cohortOverlaps"} & set(cells):
                what = "The row tells of a cohort that it does not declare."
                self.cells.fault(number, "cohortName", what, "Name the cohort here.")
            return ""
        given = cells.get("cohort", "")
        iri = (expand(given) or "") if ":" in given else _COHORT + slug(given or cells["cohortName"])
        if not is_iri(iri) or not iri.removeprefix(_COHORT):
            what = f"“{printable(given, 80)}” is no name for a cohort."
            self.cells.fault(number, "cohort", what, "Write cohort: and letters, digits and hyphens.")
            return ""
        for name in filter(None, (given, cells["cohortName"], compact(iri))):
            self.cells.own[name.casefold()] = iri, _AA + "Cohort"
        for column in ("cohortName", "cohortDefinition"):
            if column in cells:
                self.cells.once(number, column, iri, cells[column])
        said: dict[str, Value | str] = {
            RDF_TYPE: _AA + "Cohort",
            _LABEL: Literal(cells["cohortName"], language="en"),
        }
        if "cohortDefinition" in cells:
            said[_DEFINITION] = Literal(cells["cohortDefinition"], language="en")
        for name, value in said.items():
            self.out.add(number, iri, name, value)
        return iri

    def _overlaps(self, row: Row, cohort: str) -> None:
        """The cohorts that may share people with one; looked up once all cohorts of the table are known."""
        text = row.cells.get("cohortOverlaps", "")
        for value in self.cells.read(row.number, COLUMNS["cohortOverlaps"], text):
            self.out.add(row.number, cohort, _AA + "mayOverlap", value)

    def _new_texts(self) -> None:
        for iri, (number, publication) in self.lines.new.items():
            if not publication:
                what = "The table does not say of which publication this is the text."
                self.cells.fault(number, "text", what, "Name the publication in the same row.")
                continue
            counts = dict.fromkeys(("claimCount", *COUNTS.values()), 0)
            for fact in self.lines.parts.get(iri, ()):
                counts[COUNTS.get(self.kinds[fact].removeprefix(_AA), "claimCount")] += 1
            label = f"text of {self.publications.name(publication) or shown_name(self.texts[iri])}"
            self.out.extend(number, declared(self.texts[iri], label, publication, counts))


def _is_part(row: Row) -> bool:
    """Whether a row speaks of a part of a text that has no fact, not of a fact."""
    return {"notCovered", "part"} <= set(row.cells) and not {"class", "fact", "id"} & set(row.cells)


def slug(text: str) -> str:
    """Words as a piece of an IRI: lower case, hyphens between, Greek letters spelt out.

    >>> slug("IFN-γ in Serum")
    'ifn-gamma-in-serum'
    """
    spelt = "".join(GREEK.get(char, char) for char in text.casefold())
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in spelt).split())
