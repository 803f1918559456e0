"""What can be loaded as a whole: the ontology, the data, tables, graphs of others, nanopublications, questions."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize

from aa_ld import places
from aa_ld.exchange.described import Described, DescribedAnew
from aa_ld.exchange.kgx import lines_of_kgx
from aa_ld.exchange.skipped import Skipped, skipped_table
from aa_ld.executables import question_triples
from aa_ld.publish.answers import all_rows
from aa_ld.publish.catalogue import Distribution
from aa_ld.publish.lines import lines
from aa_ld.publish.linked import Site
from aa_ld.publish.metadata import Metadata
from aa_ld.publish.nanopubs import FOLDER as SINGLES
from aa_ld.publish.nanopubs import nanopubs
from aa_ld.publish.signed import FOLDER as SIGNED
from aa_ld.publish.spool import Packed, Spool
from aa_ld.publish.tables import facts_table
from aa_ld.question import Question
from aa_ld.release import products
from aa_ld.store import Layers
from aa_ld.turtle import write_turtle
from aa_ld.vocab import PREFIXES

_TITLES = {"aa": "The ontology", "aa-base": "The ontology: our own terms, and nothing else"}
_MEDIA = {
    "ttl": "text/turtle", "owl": "application/rdf+xml", "jsonld": "application/ld+json", "nt": "application/n-triples",
    "obo": "text/obo", "tsv": "text/tab-separated-values", "csv": "text/csv", "nq": "application/n-quads",
    "trig": "application/trig", "jsonl": "application/jsonl", "rq": "application/sparql-query",
}  # fmt: skip


def downloads(site: Site, before: Path | None = None) -> Iterator[Distribution]:
    """All files to load, in a fixed order; `before` is the folder of the publication before."""

    def stated() -> Iterable[str]:
        return (iri for iri in site.facts if not iri.startswith(PREFIXES["fact"] + "derived-"))

    yield from _ontology()
    yield from _data(site.layers)
    yield from _tables(site, stated)
    found = DescribedAnew(site.layers, lambda: site.facts)
    yield from _graphs(site.layers, found)
    yield from _nanopubs(site.layers, found, site.metadata, before)
    yield from _questions(site.questions)


def _made(path: str, title: str, data: bytes) -> Distribution:
    return _of(path, title, Spool.of([data]))


def _of(path: str, title: str, data: Spool) -> Distribution:
    ending = path.removesuffix(".gz").rpartition(".")[2]
    return Distribution(path, title, _MEDIA[ending], data)


def _ontology() -> Iterator[Distribution]:
    for name, data in products().items():
        stem = name.partition(".")[0]
        title = _TITLES[stem]
        if name.endswith(".tsv"):
            title = "The alignments as SSSOM" if "sssom" in name else "What the OBO file leaves out"
        yield _made(name, f"{title} ({name})", data)
    yield _made("data/context.jsonld", "The JSON-LD context of facts", places.context_file().read_bytes())


def _data(layers: Layers) -> Iterator[Distribution]:
    """Everything, read once from the store for all three."""
    plain, packed, named = Spool(), Packed(), Packed()

    def quads() -> Iterator[Quad]:
        for piece in lines(layers):
            plain.write(piece)
            packed.write(piece)
            yield from parse(piece, RdfFormat.N_QUADS)

    prefixes = {name: PREFIXES[name] for name in sorted(PREFIXES)}
    serialize(quads(), output=named, format=RdfFormat.TRIG, prefixes=prefixes)  # type: ignore[arg-type]
    yield _of("data/aa-ld.nq", "Everything, a named graph a layer, as N-Quads", plain)
    yield _of("data/aa-ld.nq.gz", "Everything as N-Quads, packed", packed.ended())
    yield _of("data/aa-ld.trig.gz", "Everything as TriG, packed", named.ended())


def _tables(site: Site, facts: Callable[[], Iterable[str]]) -> Iterator[Distribution]:
    told = facts_table(site.layers, facts)
    title = f"All facts that sources state{f' but {told.missing}' if told.missing else ''}"
    yield _of("tables/facts.tsv", f"{title}, a row an evidence line; aa-ld import reads it back", told.table)
    if told.missing:
        yield _of("tables/facts.left-out.tsv", "What that table cannot tell", told.left_out)
    for name, question in site.questions.items():
        if not question.needs():  # one about a single fact has no answer without it
            yield _of(f"tables/{name}.csv", question.title, _csv(site, question))


def _csv(site: Site, question: Question) -> Spool:
    """An answer in words, a row a line, with what is behind each word as an IRI in a column beside it."""
    answer, total = site.answer(question)
    columns = answer.columns
    made = Spool()
    writer = csv.writer(codecs.getwriter("utf-8")(made), lineterminator="\n")  # type: ignore[arg-type]
    writer.writerow([each for name in columns for each in (name, f"{name}_iri")])
    for row in answer if total == len(answer) else all_rows(site.layers, question):
        cells = []
        for name in columns:
            term = row.get(name)
            cells += [answer.names.show(term), term.value if isinstance(term, NamedNode) else ""]
        writer.writerow(cells)
    return made


def _graphs(layers: Layers, facts: Iterable[Described]) -> Iterator[Distribution]:
    title = "Facts for knowledge graphs in the words of Biolink: "
    left_out = Spool.of([skipped_table([]).encode()])

    def skip(fact: Skipped) -> None:
        left_out.write("\t".join(fact).encode() + b"\n")

    for name, told in lines_of_kgx(layers, facts, skip):
        yield _of(f"kgx/{name}", title + name, Spool.of(line.encode() for line in told))
    yield _of("kgx/skipped.tsv", f"{title}skipped.tsv", left_out)


def _nanopubs(
    layers: Layers, facts: Iterable[Described], metadata: Metadata, before: Path | None
) -> Iterator[Distribution]:
    for path, data in nanopubs(layers, facts, metadata, before):
        held = Spool.of([data]) if isinstance(data, bytes) else data
        yield _of(path, f"Nanopublication: {path.rpartition('/')[2]}", held)


def _questions(questions: Mapping[str, Question]) -> Iterator[Distribution]:
    triples: list[Triple] = []
    paths = places.question_files()
    for name, question in questions.items():
        triples += question_triples(question)
        yield _made(f"queries/{name}.rq", question.title, paths[name].read_bytes())
    yield _made("queries.ttl", "All questions as executables of SHACL", write_turtle(triples).encode())


def listed(files: Iterable[Distribution]) -> list[Distribution]:
    """Those that a catalogue names; single nanopublications and questions are found from where they are named together."""
    whole = {f"{folder}{name}.trig" for folder in (SINGLES, SIGNED) for name in ("all", "index")}
    return [each for each in files if each.path in whole or not each.path.startswith((SINGLES, "queries/"))]
