"""What of a merged graph lies within reach of ours, and what that changes: answers, conclusions, classes.

A triple of others can change an answer only if it speaks of an IRI of ours, or of
something that such a triple leads to. So the comparison runs over ours with these
triples, not over the whole; that this is enough is tested against the whole.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue
from aa_ld.merging.conflict import Conflict
from aa_ld.merging.gate import Checked
from aa_ld.merging.reading import OURS, Run
from aa_ld.merging.worker import BLANK, REFERS

_ENDS = (b"<http://www.w3.org/", b"<http://purl.org/dc/", b"<http://id.nlm.nih.gov/mesh/vocab#", b'"')
#: Tables whose objects may be terms of ours.
_POINTING = (
    words.SUBCLASS, words.SUBPROPERTY, words.EQUIVALENT, words.EQUIVALENT_PROPERTY, words.DISJOINT, words.DOMAIN, words.RANGE,
    words.INVERSE, words.REPLACED_BY, words.REPLACED_BY_TOO, words.CONSIDER, words.TYPE, *words.MATCHES, REFERS, BLANK,
)  # fmt: skip


def within_reach(catalogue: Catalogue, merged: Path, ours: Iterable[str]) -> list[bytes]:
    """The lines of a merged file that speak of an IRI of ours, or of what those lead to, and so on."""
    own = {f"<{iri}>".encode() for iri in ours}
    pointing = {
        line
        for source in catalogue.sources
        if source.role != OURS
        for table in _POINTING
        for line in source.tables.get(table, ())
        if line[line.rfind(b" ", 0, -2) + 1 : -2] in own
    }
    found: dict[bytes, None] = {}
    if not merged.stat().st_size:
        return []
    with merged.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        run = Run(data, 0, len(data), 0)
        waiting = [*sorted(own), *sorted({line.split(b" ", 1)[0] for line in pointing})]
        seen = set(waiting)
        for subject in waiting:
            start, end = run.find(subject + b" "), run.find(subject + b"!")
            if end > start:
                for line in data[start : end - 1].split(b"\n"):
                    found[line] = None
                    to = line.split(b" ", 2)[2][:-2]
                    if to not in seen and not to.startswith(_ENDS):
                        seen.add(to)
                        waiting.append(to)
    return list(found)


class State(NamedTuple):
    """What our knowledge says: rows of each question, conclusions, facts."""

    answers: dict[str, frozenset[str]]
    concluded: frozenset[str]


def state(foreign: Iterable[bytes] = ()) -> State:
    """Ask everything and conclude everything, over what ships and triples of others beside it."""
    from pyoxigraph import QueryResultsFormat, RdfFormat, parse

    from aa_ld.infer import infer
    from aa_ld.question import read_questions
    from aa_ld.store import Merged, open_layers, serialized

    layers = open_layers()
    lines = list(foreign)
    if lines:
        layers.add_quads(parse(b"\n".join(lines) + b"\n", RdfFormat.N_TRIPLES), "data")
    infer(layers)
    asked = Merged(layers.store.quads_for_pattern(None, None, None))
    concluded = layers.store.quads_for_pattern(None, None, None, layers.graph("inferred"))
    answers = {}
    for name, question in read_questions().items():
        text = serialized(asked.solve(question.text), QueryResultsFormat.TSV).decode()
        answers[name] = frozenset(text.splitlines()[1:])
    return State(answers, frozenset(str(quad.triple) for quad in concluded))


def drift(before: State, after: State) -> list[Conflict]:
    """Every row that an answer gained or lost, and every conclusion."""
    found = []
    for name, rows in sorted(before.answers.items()):
        now = after.answers[name]
        if rows != now:
            what = f"{name}: {len(now - rows)} new rows, {len(rows - now)} rows gone."
            details = [
                *(f"+ {row}" for row in sorted(now - rows)),
                *(f"- {row}" for row in sorted(rows - now)),
            ]
            found.append(Conflict("answer-drift", what, details=tuple(details)))
    if before.concluded != after.concluded:
        gained, lost = after.concluded - before.concluded, before.concluded - after.concluded
        what = f"{len(gained)} new triples follow from our facts by our rules, {len(lost)} no longer do."
        details = [*(f"+ {row}" for row in sorted(gained)), *(f"- {row}" for row in sorted(lost))]
        found.append(Conflict("inferred-drift", what, details=tuple(details)))
    return found


def compare(catalogue: Catalogue, module: list[bytes]) -> tuple[list[Conflict], Checked]:
    """What triples within reach change of our answers and conclusions, and what was compared."""
    own = {line for source in catalogue.sources if source.role == OURS for line in source.lines()}
    foreign = [line for line in module if line not in own]
    before = state()
    found = drift(before, state(foreign)) if foreign else []
    out = f"{len(found)} differ" if found else "all the same"
    over = f"{len(before.answers)} questions, row by row, and {len(before.concluded):,} triples that follow"
    return found, Checked(
        f"asking and inferring before and after, with {len(foreign):,} triples of others that ours lead to",
        over,
        out,
    )
