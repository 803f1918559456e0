"""`aa-ld sparql`: the result of a query, in the form asked for."""

from __future__ import annotations

import sys

from aa_ld.errors import UsageError
from aa_ld.sparql import Result
from aa_ld.store import serialized
from aa_ld.terminal import grid, width_of
from aa_ld.vocab import PREFIXES, compact

_ROW_FORMATS = ("table", "json", "csv", "tsv")
_TRIPLE_FORMATS = ("table", "ttl", "nt")


def print_result(result: Result, format: str) -> int:
    """Print rows, a yes or no, or triples.

    Raises UsageError where the form does not fit the kind of query.
    """
    if result.kind == "boolean":
        text = (
            f'{{"head": {{}}, "boolean": {str(result.value).lower()}}}'
            if format == "json"
            else str(result.value).lower()
        )
        sys.stdout.write(text + "\n")
        return 0
    assert isinstance(result.value, bytes)
    allowed = _ROW_FORMATS if result.kind == "rows" else _TRIPLE_FORMATS
    if format not in allowed:
        raise UsageError(
            f"sparql --format {format}",
            f"This query gives {result.kind}, which have no such form.",
            f"Use one of {', '.join(allowed)}.",
        )
    if result.kind == "rows":
        _print_rows(result.value, format)
    else:
        _print_triples(result.value, format)
    return 0


def _print_rows(results: bytes, format: str) -> None:
    from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results

    if format == "json":
        sys.stdout.write(results.decode() + "\n")
        return
    solutions = parse_query_results(results, format=QueryResultsFormat.JSON)
    assert isinstance(solutions, QuerySolutions)
    if format in ("csv", "tsv"):
        form = QueryResultsFormat.CSV if format == "csv" else QueryResultsFormat.TSV
        sys.stdout.flush()
        sys.stdout.buffer.write(serialized(solutions, form))
        return
    head = [variable.value for variable in solutions.variables]
    body = []
    for solution in solutions:
        terms = [solution[name] for name in head]
        body.append(
            [
                compact(t.value) if isinstance(t, NamedNode) else getattr(t, "value", str(t or ""))
                for t in terms
            ]
        )
    lines = grid(head, body, width_of(sys.stdout)) if head and body else []
    sys.stdout.write("\n".join([*lines, "1 row." if len(body) == 1 else f"{len(body)} rows."]) + "\n")


def _print_triples(triples: bytes, format: str) -> None:
    from pyoxigraph import RdfFormat, parse, serialize

    if format == "nt":
        sys.stdout.write(triples.decode())
        return
    quads = [quad.triple for quad in parse(triples, RdfFormat.N_TRIPLES)]
    prefixes = {p: iri for p, iri in PREFIXES.items() if f"<{iri}".encode() in triples}
    text = serialize(quads, format=RdfFormat.TURTLE, prefixes=prefixes) or b""
    sys.stdout.write(text.decode())
