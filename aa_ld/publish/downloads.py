"""What can be loaded as a whole: the ontology, the data, tables, graphs of others, nanopublications, questions."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from aa_ld import places
from aa_ld.ask import Answer
from aa_ld.curation.exporting import export_table
from aa_ld.errors import MissingParameterError
from aa_ld.exchange import exported
from aa_ld.executables import question_triples
from aa_ld.knowledge import Knowledge
from aa_ld.publish.catalogue import Distribution
from aa_ld.publish.metadata import Metadata
from aa_ld.publish.nanopubs import FOLDER as SINGLES
from aa_ld.publish.nanopubs import nanopubs
from aa_ld.publish.resources import layer_quads
from aa_ld.publish.signed import FOLDER as SIGNED
from aa_ld.question import read_questions
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


def downloads(
    kb: Knowledge, metadata: Metadata, answers: dict[str, Answer], before: Path | None = None
) -> list[Distribution]:
    """All files to load, in a fixed order; `before` is the folder of the publication before."""
    layers = kb.inferred()
    facts = sorted(fact.iri for fact in kb.facts())
    stated = [iri for iri in facts if not iri.startswith(PREFIXES["fact"] + "derived-")]
    return [
        *_ontology(),
        *_data(layers),
        *_tables(layers, stated, answers),
        *_graphs(layers, facts),
        *_nanopubs(layers, facts, metadata, before),
        *_questions(),
    ]


def answers_of(kb: Knowledge) -> dict[str, Answer]:
    """The answer of every question that needs no parameter, by name."""
    found = {}
    for name in read_questions():
        try:
            found[name] = kb.ask(name)
        except MissingParameterError:  # a question about one fact has no answer without it
            continue
    return found


def _made(path: str, title: str, data: bytes) -> Distribution:
    ending = path.removesuffix(".gz").rpartition(".")[2]
    return Distribution(path, title, _MEDIA[ending], data)


def _packed(path: str, title: str, data: bytes) -> Distribution:
    return _made(path + ".gz", title, gzip.compress(data, mtime=0))


def _ontology() -> Iterator[Distribution]:
    for name, data in products().items():
        stem = name.partition(".")[0]
        title = _TITLES[stem]
        if name.endswith(".tsv"):
            title = "The alignments as SSSOM" if "sssom" in name else "What the OBO file leaves out"
        yield _made(name, f"{title} ({name})", data)
    yield _made("data/context.jsonld", "The JSON-LD context of facts", places.context_file().read_bytes())


def _data(layers: Layers) -> Iterator[Distribution]:
    quads = layer_quads(layers)
    lines = serialize(quads, format=RdfFormat.N_QUADS) or b""
    yield _made("data/aa-ld.nq", "Everything, a named graph a layer, as N-Quads", lines)
    yield _packed("data/aa-ld.nq", "Everything as N-Quads, packed", lines)
    trig = (
        serialize(quads, format=RdfFormat.TRIG, prefixes={name: PREFIXES[name] for name in sorted(PREFIXES)})
        or b""
    )
    yield _packed("data/aa-ld.trig", "Everything as TriG, packed", trig)


def _tables(layers: Layers, facts: list[str], answers: dict[str, Answer]) -> Iterator[Distribution]:
    yield _made(
        "tables/facts.tsv",
        "All facts, a row an evidence line; aa-ld import reads it back",
        _bytes(export_table(layers, facts)),
    )
    for name, answer in answers.items():
        yield _made(f"tables/{name}.csv", answer.question.title, _csv(answer))


def _csv(answer: Answer) -> bytes:
    """An answer in words, a row a line, with what is behind each word as an IRI in a column beside it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = answer.columns
    writer.writerow([each for name in columns for each in (name, f"{name}_iri")])
    for row in answer:
        cells = []
        for name in columns:
            term = row.get(name)
            cells += [answer.names.show(term), term.value if isinstance(term, NamedNode) else ""]
        writer.writerow(cells)
    return out.getvalue().encode()


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _graphs(layers: Layers, facts: list[str]) -> Iterator[Distribution]:
    for name, text in exported(layers, facts, "kgx").files.items():
        yield _made(
            f"kgx/{name}", f"Facts for knowledge graphs in the words of Biolink: {name}", text.encode()
        )


def _nanopubs(
    layers: Layers, facts: list[str], metadata: Metadata, before: Path | None
) -> Iterator[Distribution]:
    for path, text in nanopubs(layers, facts, metadata, before):
        yield _made(path, f"Nanopublication: {path.rpartition('/')[2]}", text.encode())


def _questions() -> Iterator[Distribution]:
    triples: list[Triple] = []
    paths = places.question_files()
    for name, question in read_questions().items():
        triples += question_triples(question)
        yield _made(f"queries/{name}.rq", question.title, paths[name].read_bytes())
    yield _made("queries.ttl", "All questions as executables of SHACL", write_turtle(triples).encode())


def listed(files: Iterable[Distribution]) -> list[Distribution]:
    """Those that a catalogue names; single nanopublications and questions are found from where they are named together."""
    whole = {f"{folder}{name}.trig" for folder in (SINGLES, SIGNED) for name in ("all", "index")}
    return [each for each in files if each.path in whole or not each.path.startswith((SINGLES, "queries/"))]
