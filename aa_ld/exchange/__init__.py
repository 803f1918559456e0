"""Facts in the formats of others, and back, without loss.

Each format is one module with a writer and a reader. The same facts give the
same bytes: no clock, no random name. A fact that a format cannot tell
truthfully is left out, and it is said which and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from aa_ld.errors import UsageError, nearest
from aa_ld.exchange.described import Described, describe, facts_of, untellable
from aa_ld.exchange.jsonld import read_jsonld, write_jsonld, write_jsonld_by_reference
from aa_ld.exchange.kgx import read_kgx, read_kgx_jsonl, write_kgx, write_kgx_jsonl
from aa_ld.exchange.nanopub import read_nanopubs, write_nanopubs
from aa_ld.exchange.rdf11 import read_turtle_of, write_ntriples, write_turtle_of
from aa_ld.exchange.rdf12 import read_rdf12, write_rdf12
from aa_ld.exchange.skipped import Skipped, skipped_table
from aa_ld.fact import Fact
from aa_ld.store import Source

__all__ = [
    "FORMATS",
    "Described",
    "Export",
    "Format",
    "Skipped",
    "describe",
    "export",
    "exported",
    "facts_of",
    "read",
]

Files = dict[str, str]


class Export(NamedTuple):
    """What an export gave.

    files    name of each file to its text
    skipped  facts that the format cannot tell truthfully, with the reason
    """

    files: Files
    skipped: list[Skipped]


class Format(NamedTuple):
    """A format: what it is, the files that it has, and how they are written and read."""

    title: str
    files: tuple[str, ...]
    write: Callable[[Source, list[Described]], tuple[Files, list[Skipped]]]
    read: Callable[[Mapping[str, str]], list[Described]]

    def is_one_file(self) -> bool:
        """Whether all is in one file."""
        return len(self.files) == 1


def export(source: Source, facts: Iterable[Fact | str], format: str) -> Files:
    """Facts of a source, given as values or by IRI, in one of FORMATS: the name of each file, and its text.

    A format of several files has `skipped.tsv` among them: the facts that it
    cannot tell truthfully, each with a reason.

    Raises UsageError where there is no such format.

    >>> from aa_ld import load
    >>> kb = load("review")
    >>> sorted(export(kb.layers, kb.facts(certainty="possible"), "rdf12"))
    ['facts.ttl']
    """
    return exported(source, facts, format).files


def exported(source: Source, facts: Iterable[Fact | str], format: str) -> Export:
    """The same as `export`, with the list of what was left out.

    >>> from aa_ld import load
    >>> kb = load("review")
    >>> exported(kb.layers, kb.facts(certainty="possible"), "ttl").skipped
    []
    """
    return written(source, describe(source, facts), format)


def written(source: Source, found: list[Described], format: str) -> Export:
    """The same for facts that are described already.

    >>> from aa_ld import load
    >>> from aa_ld.exchange.described import describe
    >>> kb = load("review")
    >>> sorted(written(kb.layers, describe(kb.layers, kb.facts()), "rdf12").files)
    ['facts.ttl']
    """
    chosen = _format(format)
    untold = [Skipped(fact.iri, reason) for fact in found if (reason := untellable(fact))]
    left = {skipped.fact for skipped in untold}
    files, skipped = chosen.write(source, [fact for fact in found if fact.iri not in left])
    skipped = sorted([*untold, *skipped])
    if not chosen.is_one_file():
        files = {**files, "skipped.tsv": skipped_table(skipped)}
    return Export(files, skipped)


def read(files: Mapping[str, str], format: str) -> list[Described]:
    """The facts of files that `export` gave, by IRI; `facts_of` makes values of them.

    Raises UsageError where there is no such format, and InputError where a file is not of its form.

    >>> from aa_ld import load
    >>> kb = load("review")
    >>> files = export(kb.layers, kb.facts(certainty="possible"), "rdf12")
    >>> [fact.id for fact in facts_of(read(files, "rdf12"))]
    ['SF32', 'SF33']
    """
    return _format(format).read(files)


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise UsageError(
            f"export --format {name}",
            "There is no such format.",
            f"Use one of {', '.join(FORMATS)}.",
            nearest(name, FORMATS),
        )
    return FORMATS[name]


def _one(
    name: str,
    title: str,
    write: Callable[[Source, list[Described]], str],
    read_: Callable[[str], list[Described]],
) -> Format:
    """A format of one file that leaves nothing out."""
    return Format(
        title,
        (name,),
        lambda source, facts: ({name: write(source, facts)}, []),
        lambda files: read_(files[name]),
    )


#: Name of each format, as the command line knows it.
FORMATS: dict[str, Format] = {
    "kgx": Format(
        "KGX as TSV: nodes and edges in the words of Biolink",
        ("nodes.tsv", "edges.tsv", "negated_edges.tsv"),
        write_kgx,
        read_kgx,
    ),
    "kgx-jsonl": Format(
        "KGX as JSON lines",
        ("nodes.jsonl", "edges.jsonl", "negated_edges.jsonl"),
        write_kgx_jsonl,
        read_kgx_jsonl,
    ),
    "jsonld": _one("facts.jsonld", "JSON-LD with its context inside", write_jsonld, read_jsonld),
    "jsonld-by-reference": _one(
        "facts.jsonld", "JSON-LD with the address of its context", write_jsonld_by_reference, read_jsonld
    ),
    "nanopub": _one("facts.trig", "nanopublications as TriG, unsigned", write_nanopubs, read_nanopubs),
    "rdf12": _one("facts.ttl", "RDF 1.2 Turtle, a triple term for each fact", write_rdf12, read_rdf12),
    "ttl": _one("facts.ttl", "Turtle in the layout of the shipped files", write_turtle_of, read_turtle_of),
    "nt": _one("facts.nt", "N-Triples, sorted", write_ntriples, read_turtle_of),
}
