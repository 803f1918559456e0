"""Import a table of facts: read it, look names up, check what comes of it, and say where what is wrong stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from pyoxigraph import Triple

from aa_ld.curation.columns import COLUMNS
from aa_ld.curation.facts import import_rows
from aa_ld.curation.faults import Fault, table_error
from aa_ld.curation.lines import Imported
from aa_ld.curation.table import Progress, Row, quiet, read_table
from aa_ld.intake import Path
from aa_ld.report import Finding, Report
from aa_ld.shapes import constraints
from aa_ld.spans import check_spans
from aa_ld.store import Layers, value_of
from aa_ld.store import rows as rows_of
from aa_ld.turtle import write_turtle
from aa_ld.validate import validate
from aa_ld.vocab import PREFIXES, RDF_TYPE, compact

#: The layer that imported facts are checked in.
DATA = "data"


class Place(NamedTuple):
    """One finding of the shapes and where it stands in the table: row 0 and no column where that cannot be told."""

    finding: Finding
    row: int
    column: str


class Import(NamedTuple):
    """What a table came to, and what is wrong with it.

    triples   all that the table says
    facts     IRIs of its facts, in the order of the table
    places    what the shapes found, by row and column
    replaced  IRIs of loaded nodes that the table describes in another way
    """

    triples: Collection[Triple]
    facts: list[str]
    places: list[Place]
    replaced: list[str]

    @property
    def conforms(self) -> bool:
        """Whether no shape is broken."""
        return not any(place.finding.severity == "violation" for place in self.places)

    def to_turtle(self) -> str:
        """The facts in the layout of this house."""
        return write_turtle(self.triples)


def import_table(
    layers: Layers, path: Path, texts: Mapping[str, str] | None = None, progress: Progress = quiet
) -> Import:
    """Read a table of facts, and check what it says beside what is loaded.

    layers    opened layers; they are changed: the facts are put into the layer "data", in place of loaded ones
              of the same name
    texts     name of a text file, without its ending, to its text
    progress  is told what is being done, how much of it is done, and of how much

    Raises TableError with all that is wrong with its cells, and the errors of
    `read_table` for the file. What shapes find is in the result.
    """
    rows = read_table(path, list(COLUMNS), progress)
    if not rows:
        what = "No row stands below the names of the columns."
        raise table_error(
            str(path), [Fault(2, "", what, "Fill in a row for each fact and each line of evidence.")]
        )
    return check_rows(layers, rows, str(path), texts, progress)


def check_rows(
    layers: Layers,
    rows: Sequence[Row],
    where: str,
    texts: Mapping[str, str] | None = None,
    progress: Progress = quiet,
) -> Import:
    """The same for rows at hand; `where` is what errors call them.

    >>> from aa_ld.store import open_layers
    >>> done = check_rows(open_layers(), [Row(2, {"id": "NF01", "class": "risk statement"})], "x.tsv")
    >>> done.conforms, ("Fact-evidence", 2) in [(p.finding.check, p.row) for p in done.places]
    (False, True)
    """
    made = import_rows(layers, rows, where, texts, progress)
    replaced = layers.replace(made.triples, DATA, lambda done, of: progress("loading", done, of))
    found: Iterable[Finding] = validate(
        layers, checks=_checks(layers, made.triples), progress=lambda done, of: progress("checking", done, of)
    )
    if texts:
        by_digest = {sha256(text.encode()).hexdigest(): text for text in texts.values()}
        found = [*found, *check_spans(layers, by_digest)]
    cells = {row.number: row.cells for row in rows}
    places = [_place(finding, made, cells, where) for finding in Report(found) if finding.focus in made.rows]
    places.sort(key=lambda place: place.row)
    return Import(made.triples, made.facts, places, sorted(replaced))


_KINDS = f"SELECT ?kind ?wide {{ ?kind <{PREFIXES['rdfs']}subClassOf>+ ?wide }}"


def _checks(layers: Layers, triples: Iterable[Triple]) -> list[str]:
    """The constraints that can find something in these triples: those that target what is in them."""
    used, kinds = set(), set()
    for triple in triples:
        used.add(name := triple.predicate.value)
        if name == RDF_TYPE:
            kinds.add(value_of(triple.object))
    kinds |= {value_of(row["wide"]) for row in rows_of(layers, _KINDS) if value_of(row["kind"]) in kinds}
    targeted = {"class": kinds, "subjects-of": used}
    return [
        name
        for name, constraint in constraints().items()
        if any(iri in targeted[kind] for kind, iri in constraint.targets)
    ]


def _place(finding: Finding, made: Imported, cells: Mapping[int, dict[str, str]], where: str) -> Place:
    row = made.rows.get(finding.focus, 0)
    column = _column(finding, cells.get(row, {}))
    return Place(finding._replace(file=where, line=row), row, column)


def _column(finding: Finding, cells: Mapping[str, str]) -> str:
    """The column that a check is about: by the word in its name, else by the property in its remedy."""
    shape, _, rest = finding.check.partition("-")
    of_line = shape in ("EvidenceLine", "Span")
    known = {
        "label": "sentence",
        "identifier": "id",
        "certainty": "lineCertainty" if of_line else "certainty",
    }
    if shape == "Publication":
        known = {"label": "citation", "name": "publicationName", "match": "pmid"}
    elif shape == "Cohort":
        known = {"label": "cohortName", "overlap": "cohortOverlaps"}
    words = rest.split("-")
    for size in range(len(words), 0, -1):
        name = words[0] + "".join(word.capitalize() for word in words[1:size])
        if known.get(name, name) in COLUMNS:
            return known.get(name, name)
    named = (word.strip(".,;:") for word in finding.remedy.split() if word.startswith("aa:"))
    asked = (name.removeprefix("aa:") for name in named)
    return next(
        (name for name in asked if name in COLUMNS and (name in cells or "Add" in finding.remedy)), ""
    )


def told(places: Iterable[Place], where: str) -> str:
    """Findings for people: file, row and column, what is wrong and what to do."""
    lines = []
    for finding, row, column in places:
        place = ", ".join(filter(None, (where, f"row {row}" if row else "", column and f"column {column}")))
        lines.append(
            f"{place}{': ' if place else ''}{finding.message}\n  {finding.remedy}   ({finding.check})"
        )
    return "\n".join(lines)


def replaced_told(replaced: Iterable[str]) -> str:
    """What a table says of loaded nodes in another way, for people; empty where it does not."""
    names = [compact(iri) for iri in replaced]
    if not names:
        return ""
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"In place of what is loaded: {shown}. That is what an edited copy does; a fact of your own needs an IRI of its own."
