"""A table of facts to spoil, and what tests of the curator's path do with tables again and again."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import openpyxl
from pyoxigraph import Quad, RdfFormat, Triple, parse

from aa_ld.curation.columns import COLUMNS
from aa_ld.curation.facts import import_rows
from aa_ld.curation.table import Row, read_rows, write_rows
from aa_ld.fact import read_facts
from aa_ld.store import Layers, open_layers
from aa_ld.vocab import PREFIXES

REPOSITORY = Path(__file__).parents[1]
DOCS = REPOSITORY / "docs"
AA, FACT = PREFIXES["aa"], PREFIXES["fact"]
NAMES = list(COLUMNS)

#: A fact that no shape finds fault with, without a text.
GOOD = {
    "id": "NF01", "class": "biomarker change", "subject": "dupilumab", "predicate": "changes the level of",
    "object": "IL-5", "polarity": "positive", "certainty": "asserted", "confidence": "high confidence",
    "population": "patient with alopecia areata", "species": "human", "compartment": "serum",
    "comparator": "not stated", "time": "12 weeks", "direction": "lowered", "responseGroup": "not applicable",
    "cohortName": "the invented cohort", "implied": "species",
    "sentence": "Dupilumab lowers the level of interleukin-5 in serum, at 12 weeks, in patients with alopecia areata.",
    "publication": "publication:invented", "citation": "Invented Journal 2026",
    "publicationName": "the invented paper", "kind": "finding of a study", "stance": "supporting",
    "design": "cohort study", "sampleSize": "20",
}  # fmt: skip

#: Another fact of the same publication and cohort.
OTHER = GOOD | {
    "id": "NF02", "object": "interleukin-4", "sentence": GOOD["sentence"].replace("leukin-5", "leukin-4"),
    "publication": "the invented paper", "citation": "", "publicationName": "",
}  # fmt: skip


@cache
def shipped() -> Layers:
    """All shipped layers; for reading only."""
    return open_layers()


@cache
def shipped_facts() -> tuple[str, ...]:
    """The IRIs of all shipped facts."""
    return tuple(fact.iri for fact in read_facts(shipped()))


@cache
def words_alone() -> Layers:
    """The ontology, without any fact; for reading only."""
    return open_layers(("ontology",))


def table(*rows: dict[str, str]) -> list[Row]:
    """Rows as they are read back from the text of a table."""
    return read_rows("x.tsv", write_rows(rows, NAMES), NAMES)


def written(path: Path, *rows: dict[str, str]) -> str:
    """The name of a file with a table."""
    path.write_text(write_rows(rows, NAMES), encoding="utf-8")
    return str(path)


def workbook(path: Path, *lines: Iterable[object]) -> Path:
    """A file with a workbook of one sheet, as a spreadsheet makes it."""
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(list(line))
    book.save(path)
    return path


def edited(path: Path, part: str, old: str, new: str) -> Path:
    """A workbook with words of one part of it replaced, as no spreadsheet would let one do it."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def back(layers: Layers, text: str, texts: dict[str, str] | None = None) -> set[Triple]:
    """The triples that the text of a table comes to."""
    return set(import_rows(layers, read_rows("x.tsv", text, NAMES), "x.tsv", texts).triples)


def triples(path: Path) -> set[Triple]:
    """The triples of a Turtle file."""
    return {quad.triple for quad in parse(path.read_bytes(), RdfFormat.TURTLE)}


def quads(found: Iterable[Triple]) -> list[Quad]:
    """Triples as quads of the default graph."""
    return [Quad(triple.subject, triple.predicate, triple.object) for triple in found]
