"""Whether answers and conclusions stay: every question and every rule before and after, row by row.

A question is asked again only if a triple of others could meet it, and rules are
carried out again only then; see aa_ld.merging.meetings.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aa_ld.merging import near
from aa_ld.merging.catalogue import Catalogue
from aa_ld.merging.conflict import Conflict
from aa_ld.merging.gate import Checked
from aa_ld.merging.meetings import Meetings, named_in
from aa_ld.merging.reading import OURS, ours
from aa_ld.merging.reading import near as terms_near

if TYPE_CHECKING:
    from aa_ld.question import Question
    from aa_ld.rule import Rule
    from aa_ld.store import Merged


class State(NamedTuple):
    """What our knowledge says: everything in one store, the conclusions, and how many triples of others it has."""

    store: Merged
    concluded: frozenset[str]

    def lines(self) -> list[bytes]:
        """All triples, as N-Triples."""
        from pyoxigraph import DefaultGraph, RdfFormat

        text = self.store.store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
        return (text or b"").splitlines()

    def add(self, foreign: Iterable[bytes]) -> None:
        """Add triples of others, of which no rule can meet one."""
        from pyoxigraph import RdfFormat

        self.store.store.bulk_load(b"\n".join(foreign) + b"\n", RdfFormat.N_TRIPLES)


def state(foreign: Iterable[bytes] = ()) -> State:
    """What ships, and triples of others beside it, with all that follows."""
    from pyoxigraph import RdfFormat, parse

    from aa_ld.infer import infer
    from aa_ld.store import Merged, open_layers

    layers = open_layers()
    lines = list(foreign)
    if lines:
        layers.add_quads(parse(b"\n".join(lines) + b"\n", RdfFormat.N_TRIPLES), "data")
    infer(layers)
    concluded = layers.store.quads_for_pattern(None, None, None, layers.graph("inferred"))
    triples = frozenset(str(quad.triple) for quad in concluded)
    return State(Merged(layers.store.quads_for_pattern(None, None, None)), triples)


class Ready(NamedTuple):
    """What can be known before there are triples of others: what is asked, of which terms, and what our knowledge says."""

    questions: list[Question]
    rules: list[Rule]
    terms: list[str]
    before: State


def ready() -> Ready:
    """Read questions and rules, and infer."""
    from aa_ld.question import read_questions
    from aa_ld.rule import read_rules

    return Ready(list(read_questions().values()), list(read_rules().values()), terms_near(ours()), state())


def answer(asked: State, question: Question) -> frozenset[str]:
    """The rows of a question, each as a line."""
    from pyoxigraph import QueryResultsFormat

    from aa_ld.store import serialized

    text = serialized(asked.store.solve(question.text), QueryResultsFormat.TSV).decode()
    return frozenset(text.splitlines()[1:])


def compare(catalogue: Catalogue, merged: Path, known: Ready) -> tuple[list[Conflict], Checked]:
    """What triples that ours lead to change of our answers and conclusions, and what was compared."""
    questions, rules = known.questions, known.rules
    own = {line for source in catalogue.sources if source.role == OURS for line in source.lines()}
    named = set().union(*map(named_in, (*(q.text for q in questions), *(rule.text for rule in rules))))
    foreign = [line for line in near.named(catalogue, merged, known.terms, named) if line not in own]
    try:
        met, found = _differences(known, foreign) if foreign else (0, [])
    except _UndoneError as error:
        checked = Checked("inferring before and after", "all rules", "they do not run")
        return [Conflict("inferred-drift", f"Our rules cannot be carried out any more: {error}.")], checked
    over = f"{len(questions)} questions, row by row, and all that follows by our rules"
    triples = "1 triple" if len(foreign) == 1 else f"{len(foreign):,} triples"
    how = f"{triples} of others that ours lead to; {met} questions can meet one, and were asked again"
    by = f"asking and inferring before and after ({how})"
    return found, Checked(by, over, f"{len(found)} differ" if found else "all the same")


class _UndoneError(Exception):
    """Rules cannot be carried out."""


def _differences(known: Ready, foreign: list[bytes]) -> tuple[int, list[Conflict]]:
    """How many questions were asked again with triples of others, and what differs."""
    from concurrent.futures import ThreadPoolExecutor

    questions, rules, _, before = known
    meetings = Meetings(before.lines(), foreign)
    met = [question for question in questions if meetings.may_meet(question.text)]
    found: list[Conflict] = []
    after = before
    if any(meetings.may_meet(rule.text) for rule in rules):
        try:
            after = state(foreign)
        except (ValueError, KeyError, AttributeError, StopIteration) as error:
            # Rules rely on what shapes demand of facts; a foreign triple may break that.
            raise _UndoneError(f"{type(error).__name__}, {error}") from None
        found = _concluded(before, after)
        met = questions if found else met
    with ThreadPoolExecutor(os.cpu_count()) as many:  # the engine answers without Python's lock
        answers = list(many.map(partial(answer, before), met))
        if after is before:
            before.add(foreign)
        anew = list(many.map(partial(answer, after), met))
    for question, rows, new in zip(met, answers, anew, strict=True):
        found += _answered(question.name, rows, new)
    return len(met), found


def _answered(name: str, before: frozenset[str], after: frozenset[str]) -> list[Conflict]:
    """Every row that an answer gained or lost."""
    if before == after:
        return []
    details = [
        *(f"+ {row}" for row in sorted(after - before)),
        *(f"- {row}" for row in sorted(before - after)),
    ]
    what = f"{name}: {len(after - before)} new rows, {len(before - after)} rows gone."
    return [Conflict("answer-drift", what, details=tuple(details))]


def _concluded(before: State, after: State) -> list[Conflict]:
    """Every conclusion that came or went."""
    gained, lost = after.concluded - before.concluded, before.concluded - after.concluded
    if not gained and not lost:
        return []
    what = f"{len(gained)} new triples follow from our facts by our rules, {len(lost)} no longer do."
    details = [*(f"+ {row}" for row in sorted(gained)), *(f"- {row}" for row in sorted(lost))]
    return [Conflict("inferred-drift", what, details=tuple(details))]
