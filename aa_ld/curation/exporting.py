"""From facts to the rows of a table, and back once to see that nothing is lost."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing

from pyoxigraph import Literal, NamedNode, Triple

from aa_ld.curation.cells import Cells, Value
from aa_ld.curation.clashes import clashing
from aa_ld.curation.columns import COLUMNS, PLAIN
from aa_ld.curation.facts import Importer
from aa_ld.curation.known import KnownNames
from aa_ld.curation.publications import doi_of
from aa_ld.curation.table import read_rows, write_rows
from aa_ld.curation.texts import Piece, Text, open_texts, shown_name
from aa_ld.errors import NotTabularError, TableError
from aa_ld.store import Layers
from aa_ld.vocab import IDENTIFIER, PREFIXES, RDF_TYPE, compact

_AA, _SKOS, _RDFS = PREFIXES["aa"], PREFIXES["skos"], PREFIXES["rdfs"]
_PIECES = ("span", "focus", "hedgeSpan", "cueSpan")
_OF_LINE = ("kind", "stance", "wording", "design", "sampleSize", "arms", "hedge", "cue", "mentions")

#: Where a fact leads that belongs to it, not to the ontology.
_PARTS = {_AA + name for name in ("evidence", "cohort", "publication", *_PIECES)}

Said = dict[str, list[Value]]


def triples_of(layers: Layers, facts: Iterable[str]) -> list[Triple]:
    """All that is said of facts, their evidence lines, spans, publications and cohorts.

    >>> from aa_ld.store import open_layers
    >>> len(triples_of(open_layers(), [PREFIXES["fact"] + "serum-interleukin-4-raised"]))
    57
    """
    found: dict[Triple, None] = {}
    waiting, seen = [*facts], set()
    while waiting:
        iri = waiting.pop()
        if iri in seen or iri in (_AA + "NotStated", _AA + "NotApplicable"):
            continue
        seen.add(iri)
        for quad in layers.store.quads_for_pattern(NamedNode(iri), None, None):
            found[quad.triple] = None
            if quad.predicate.value in _PARTS and isinstance(quad.object, NamedNode):
                waiting.append(quad.object.value)
    return list(found)


def export_rows(layers: Layers, facts: Iterable[str]) -> list[dict[str, str]]:
    """Facts as rows of cells by column, a row for each line of evidence.

    A part of a text that has no fact and says why follows, once any line
    points into that text.
    """
    cells, texts = Cells(layers), open_texts(layers, {})
    exporting = _Export(layers, cells, texts)
    met: dict[str, str] = {}
    return [*exporting.rows(facts, met), *exporting.uncovered(met)]


def export_table(layers: Layers, facts: Iterable[str]) -> str:
    """Facts as a tab-separated table that reads back as the very same triples.

    Raises NotTabularError where a fact says something that has no column.

    >>> from aa_ld.store import open_layers
    >>> table = export_table(open_layers(), [PREFIXES["fact"] + "serum-interleukin-4-raised"])
    >>> table.splitlines()[0].split()[:4]
    ['fact', 'id', 'class', 'subject']
    """
    with closing(Exporter(layers)) as exporter:
        rows, met = exporter.rows(list(facts))
        return write_rows([*rows, *exporter.uncovered(met)], list(COLUMNS))


class Exporter:
    """Gives facts as rows, some at a time, each time seen to read back as the very same triples.

    >>> from aa_ld.store import open_layers
    >>> rows, texts = Exporter(open_layers()).rows([PREFIXES["fact"] + "serum-interleukin-4-raised"])
    >>> rows[0]["predicate"], list(texts)
    ('has a level in', ['https://w3id.org/aa-ld/source/review-abstract'])
    """

    def __init__(self, layers: Layers) -> None:
        texts = open_texts(layers, {})
        self._names = KnownNames(layers)
        cells = Cells(layers, self._names)
        self._layers, self._cells = layers, cells
        self._export = _Export(layers, cells, texts)
        self._import = Importer(layers, cells, texts)

    def rows(self, facts: list[str]) -> tuple[list[dict[str, str]], dict[str, str]]:
        """The rows of facts, and the texts that they point into, each with its publication.

        Raises NotTabularError where a fact says something that has no column.
        """
        met: dict[str, str] = {}
        rows = list(self._export.rows(facts, met))
        table = write_rows([*rows, *self.uncovered(met)], list(COLUMNS))
        said = set(triples_of(self._layers, facts))
        try:
            back = set(self._import.read(read_rows("the export", table, list(COLUMNS)), "the export").triples)
        except TableError as error:
            what = f"The table would not read back: {error.faults[0]}"
            raise NotTabularError("export", what, "Export with --format ttl.") from None
        lost = sorted(map(str, said - back)) + sorted(map(str, back - said - _uncovered(back)))
        if lost:
            what = f"The table would lose or change {len(lost)} triples, such as {lost[0]}."
            raise NotTabularError("export", what, "Export with --format ttl.")
        return rows, met

    def clashing(self, facts: Iterable[str]) -> dict[str, str]:
        """The facts that cannot stand in one table with the others, however they are told; see clashes."""
        return clashing(self._layers, self._cells, facts)

    def uncovered(self, met: Mapping[str, str]) -> list[dict[str, str]]:
        """The rows that follow all others: parts of these texts that have no fact, and why."""
        return list(self._export.uncovered(met))

    def close(self) -> None:
        """Free what is held on a disk."""
        self._names.close()

    def most_uncovered(self) -> int:
        """How many rows of such parts there are at most."""
        return sum(len(text.parts) for text in self._export.texts.values())


def export_book(layers: Layers, facts: Iterable[str]) -> bytes:
    """The same as a workbook (.xlsx), with a second sheet that says what each column holds.

    Raises MissingExtraError without openpyxl, and NotTabularError also where a
    cell is longer than a spreadsheet keeps.
    """
    from aa_ld.curation.workbook import write_book

    lines = csv.reader(io.StringIO(export_table(layers, facts), newline=""), "excel-tab")
    return write_book(lines, {column.name: column.meaning for column in COLUMNS.values()})


def _uncovered(triples: Iterable[Triple]) -> set[Triple]:
    """What rows on parts of a text say, which belongs to no fact."""
    return {t for t in triples if t.predicate.value == _AA + "notCovered"}


class _Export:
    def __init__(self, layers: Layers, cells: Cells, texts: dict[str, Text]) -> None:
        self.layers, self.cells, self.texts = layers, cells, texts

    def rows(self, facts: Iterable[str], texts: dict[str, str]) -> Iterator[dict[str, str]]:
        """The rows of facts; the texts that they point into are put down, each with its publication."""
        for iri in facts:
            own = self._said(iri)
            first = self._fact(iri, own)
            names = sorted(line.value for line in own.get(_AA + "evidence", []))
            for line in names or [""]:
                yield {**first, **(self._line(line, texts) if line else {})}
                first = {"fact": compact(iri)}

    def uncovered(self, texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """The rows of parts of texts that have no fact."""
        for text, publication in texts.items():
            yield from self._uncovered(self.texts[text], publication)

    def _said(self, iri: str) -> Said:
        found: Said = defaultdict(list)
        for quad in self.layers.store.quads_for_pattern(NamedNode(iri), None, None):
            if isinstance(quad.object, NamedNode | Literal):
                found[quad.predicate.value].append(quad.object)
        return found

    def _show(self, column: str, values: list[Value], predicate: str = "") -> str:
        return self.cells.show(COLUMNS[column], values, predicate)

    def _fact(self, iri: str, own: Said) -> dict[str, str]:
        predicate = next((value.value for value in own.get(_AA + "predicate", [])), "")
        row = {"fact": compact(iri)}
        for column, name in (("id", IDENTIFIER), ("class", RDF_TYPE), ("sentence", _RDFS + "label")):
            row[column] = self._show(column, own.get(name, []))
        row["note"] = self._show("note", own.get(_SKOS + "editorialNote", []))
        for name in PLAIN:
            row[name] = self._show(name, own.get(_AA + name, []), predicate)
        for value in own.get(_AA + "cohort", []):
            row |= self._cohort(value.value)
        return row

    def _cohort(self, iri: str) -> dict[str, str]:
        said = self._said(iri)
        if not any(kind.value == _AA + "Cohort" for kind in said.get(RDF_TYPE, [])):
            return {}
        return {
            "cohort": compact(iri),
            "cohortName": self._show("cohortName", said.get(_RDFS + "label", [])),
            "cohortDefinition": self._show("cohortDefinition", said.get(_SKOS + "definition", [])),
            "cohortOverlaps": self._show("cohortOverlaps", said.get(_AA + "mayOverlap", [])),
        }

    def _line(self, iri: str, texts: dict[str, str]) -> dict[str, str]:
        said = self._said(iri)
        row = {name: self._show(name, said.get(_AA + name, [])) for name in _OF_LINE}
        row["line"] = compact(iri)
        row["lineCertainty"] = self._show("lineCertainty", said.get(_AA + "certainty", []))
        publication = next((value.value for value in said.get(_AA + "publication", [])), "")
        row |= self._publication(publication) if publication else {}
        for name in _PIECES:
            for value in said.get(_AA + name, []):
                row |= self._piece(name, value.value)
        for value in said.get(_AA + "part", []):
            row["part"] = self._part(value.value)
        if "text" in row:
            texts[PREFIXES["source"] + row["text"]] = publication
        return row

    def _publication(self, iri: str) -> dict[str, str]:
        said = self._said(iri)
        row = {
            "publication": compact(iri),
            "pmid": self._show("pmid", said.get(_AA + "pmid", [])),
            "citation": self._show("citation", said.get(_RDFS + "label", [])),
            "publicationName": self._show("publicationName", said.get(_SKOS + "altLabel", [])),
            "issued": self._show("issued", said.get(PREFIXES["dcterms"] + "issued", [])),
            "publicationNote": self._show("publicationNote", said.get(_SKOS + "editorialNote", [])),
        }
        for value in said.get(_SKOS + "exactMatch", []):
            if value.value.startswith(PREFIXES["doi"]):
                row["doi"] = doi_of(value.value)
        return row

    def _piece(self, name: str, iri: str) -> dict[str, str]:
        said = self._said(iri)
        oa = PREFIXES["oa"]
        source, start, end, digest = (
            next((value.value for value in said.get(key, [])), "")
            for key in (oa + "hasSource", oa + "start", oa + "end", _AA + "sha256")
        )
        text = self.texts.get(source)
        if text is None or not (start.isdigit() and end.isdigit()):
            return {}
        return {"text": shown_name(text), name: text.show(Piece(iri, int(start), int(end), digest))}

    def _part(self, iri: str) -> str:
        """A part by its label, if no other part of its text has that."""
        for text in self.texts.values():
            labels = [label for _, label, _, _ in text.parts]
            for part, label, _, _ in text.parts:
                if part == iri and labels.count(label) == 1:
                    return label
        return compact(iri)

    def _uncovered(self, text: Text, publication: str) -> Iterator[dict[str, str]]:
        for part, _, _, _ in text.parts:
            reasons = self._said(part).get(_AA + "notCovered", [])
            if reasons:
                yield {
                    "notCovered": self._show("notCovered", reasons),
                    "publication": compact(publication),
                    "text": shown_name(text),
                    "part": self._part(part),
                }
