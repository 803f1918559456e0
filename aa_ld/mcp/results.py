"""The result of a query, cut to what an assistant can take in, with a word on what was cut."""

from __future__ import annotations

from typing import Any

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from aa_ld.errors import QueryStoppedError
from aa_ld.sparql import Result
from aa_ld.terminal import grid
from aa_ld.vocab import PREFIXES, compact, printable

#: Most characters of an answer.
MOST = 100_000
_SILENT = "No rows: nothing is stated that this query would find, which is not a no."


def result(found: Result, most: int) -> tuple[str, dict[str, Any], list[str]]:
    """Text, record and notes of a result, with at most so many rows or triples.

    Raises QueryStoppedError where not even one row is short enough.

    >>> result(Result("boolean", False), 10)[0]
    'false: nothing loaded says so, which is not a no'
    """
    record: dict[str, Any] = {
        "kind": found.kind, "columns": [], "rows": [], "boolean": None, "triples": "", "total": 0,
    }  # fmt: skip
    if isinstance(found.value, bool):
        text = "true" if found.value else "false: nothing loaded says so, which is not a no"
        return text, {**record, "boolean": found.value}, []
    if found.kind == "rows":
        return _rows(found.value, most, record)
    return _triples(found.value, most, record)


def _rows(data: bytes, most: int, record: dict[str, Any]) -> tuple[str, dict[str, Any], list[str]]:
    solutions = parse_query_results(data, format=QueryResultsFormat.JSON)
    assert isinstance(solutions, QuerySolutions)
    columns = [variable.value for variable in solutions.variables]
    rows: list[dict[str, Any]] = []
    total = room = 0
    for solution in solutions:
        total += 1
        if len(rows) == most or room > MOST:
            continue
        row = {name: _plain(solution[name]) for name in columns if solution[name] is not None}
        room += sum(len(str(value)) for value in row.values())
        if room <= MOST:
            rows.append(row)
    if total and not rows:
        raise _too_large()
    body = [[printable(str(row.get(name, ""))) for name in columns] for row in rows]
    lines = grid(columns, body, 160) if columns and body else []
    notes = [] if total else [_SILENT]
    notes += [_cut("Rows", len(rows), total)] if len(rows) < total else []
    return "\n".join(lines), {**record, "columns": columns, "rows": rows, "total": total}, notes


def _triples(data: bytes, most: int, record: dict[str, Any]) -> tuple[str, dict[str, Any], list[str]]:
    triples: list[Triple] = []
    total = room = 0
    for quad in parse(data, RdfFormat.N_TRIPLES):
        total += 1
        room += len(str(quad)) if len(triples) < most else 0
        if len(triples) < most and room <= MOST:
            triples.append(quad.triple)
    if total and not triples:
        raise _too_large()
    used = "".join(map(str, triples))
    prefixes = {prefix: iri for prefix, iri in PREFIXES.items() if f"<{iri}" in used}
    text = (serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()
    notes = [] if total else ["No triples: nothing is stated that this query would find, which is not a no."]
    notes += [_cut("Triples", len(triples), total)] if len(triples) < total else []
    return text, {**record, "triples": text, "total": total}, notes


def _cut(things: str, shown: int, total: int) -> str:
    return f"{things} 1 to {shown} of {total}; ask for less, or go on with ORDER BY, LIMIT and OFFSET."


def _too_large() -> QueryStoppedError:
    what = f"One row of the answer is larger than {MOST:,} characters."
    return QueryStoppedError("query", what, "Select less, or cut texts with SUBSTR.", reason="size")


def _plain(term: object) -> str | int | bool:
    if isinstance(term, NamedNode):
        return compact(term.value).strip("<>")
    if isinstance(term, Literal):
        kind = term.datatype.value
        if kind == PREFIXES["xsd"] + "boolean":
            return term.value in ("true", "1")
        if kind == PREFIXES["xsd"] + "integer" and len(term.value) < 16:
            return int(term.value)
        return term.value
    return str(term)
