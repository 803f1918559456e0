"""Answers for pages: the first rows of what may be any number of them, with what all of them say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from aa_ld.ask import Answer, answered, settle
from aa_ld.fact import Fact
from aa_ld.names import Names
from aa_ld.question import Question
from aa_ld.store import Layers

#: Rows that a page shows.
MOST_ROWS = 1000

#: Facts that say no about what an answer names, as far as a page names them.
MOST_DENIALS = 500

Row = Mapping[str, object]


class Shown(NamedTuple):
    """An answer as a page shows it.

    answer  its first rows; what it is silent on and what is denied go by all rows
    total   how many rows there are
    """

    answer: Answer
    total: int


def shown(layers: Layers, question: Question, names: Names, facts: Mapping[str, Fact]) -> Shown:
    """The answer to a question, over all values where it wants one.

    >>> from aa_ld.question import find_question
    >>> from aa_ld.store import open_layers
    >>> layers = open_layers()
    >>> shown(layers, find_question("treatments-toward-th2"), Names(layers), {}).total
    1
    """
    first = question._replace(text=f"{question.text}\nLIMIT {MOST_ROWS}")
    answer = answered(layers, first, names, {}, facts, MOST_DENIALS)
    answer.question = question
    if len(answer) < MOST_ROWS:
        return Shown(answer, len(answer))
    total = 0

    def counted() -> Iterator[Row]:
        nonlocal total
        for total, row in enumerate(all_rows(layers, question), 1):  # noqa: B007 - the last is their number
            yield row

    settle(layers, answer, counted(), MOST_DENIALS)
    return Shown(answer, total)


def all_rows(layers: Layers, question: Question) -> Iterator[Row]:
    """Every row of an answer, one after the other."""
    solutions = layers.solve(question.text)
    columns = [variable.value for variable in solutions.variables]
    for row in solutions:
        yield {name: term for name, term in zip(columns, row, strict=True) if term is not None}
