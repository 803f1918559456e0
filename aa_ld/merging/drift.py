"""Whether answers and conclusions stay: every question and every rule before and after, row by row.

A question is asked again only if a triple of others could meet it. A triple
meets a question where its predicate stands in it and one of its ends is an end of
a triple of ours whose predicate stands in it too: whatever joins with nothing of
ours changes no row, because every part of a question hangs on what only we say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aa_ld.merging import near, words
from aa_ld.merging.catalogue import Catalogue
from aa_ld.merging.conflict import Conflict
from aa_ld.merging.gate import Checked
from aa_ld.merging.reading import OURS

if TYPE_CHECKING:
    from aa_ld.question import Question
    from aa_ld.store import Merged

_NAME = re.compile(r"<([^<>\s]+)>|\b([A-Za-z][\w-]*):([\w-]*)")
_PREFIX = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", re.I)
#: A predicate and the variable behind it.
_OBJECT = re.compile(r"(?:<([^<>\s]+)>|\b([A-Za-z][\w-]*):([\w-]*))[*+)]?\s+(\?\w+)\s*[.;,}]")
#: A predicate that is a variable, or a path that takes any but some: it may match anything.
_OPEN = re.compile(r"[?\w:>)]\s+\?\w+\s+[?<\"\w]\w*[?:\w]*\s*[.;,}]|!\(?\^?\w*:|\ba\s+\?")
_VOCABULARY = "http://www.w3.org/"


class State(NamedTuple):
    """What our knowledge says: everything in one store, the conclusions, and how many triples of others it has."""

    store: Merged
    concluded: frozenset[str]


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


def answer(asked: State, question: Question) -> frozenset[str]:
    """The rows of a question, each as a line."""
    from pyoxigraph import QueryResultsFormat

    from aa_ld.store import serialized

    text = serialized(asked.store.solve(question.text), QueryResultsFormat.TSV).decode()
    return frozenset(text.splitlines()[1:])


def compare(catalogue: Catalogue, merged: Path, ours: Iterable[str]) -> tuple[list[Conflict], Checked]:
    """What triples that ours lead to change of our answers and conclusions, and what was compared."""
    from aa_ld.question import read_questions
    from aa_ld.rule import read_rules

    questions = list(read_questions().values())
    own = {line for source in catalogue.sources if source.role == OURS for line in source.lines()}
    texts = [*(question.text for question in questions), *(rule.text for rule in read_rules().values())]
    predicates = set().union(*(named_in(text, body_of(text)) for text in texts))
    reach = near.named(catalogue, merged, ours, predicates)
    foreign = [line for line in reach if line not in own]
    found: list[Conflict] = []
    asked = 0
    if foreign:
        before = state()
        try:
            after = state(foreign)
        except (ValueError, KeyError, AttributeError, StopIteration) as error:
            # Rules rely on what shapes demand of facts; a foreign triple may break that.
            what = f"Our rules cannot be carried out any more: {type(error).__name__}, {error}."
            checked = Checked("inferring before and after", "all rules", "they do not run")
            return [Conflict("inferred-drift", what)], checked
        found += _concluded(before, after)
        meetings = Meetings(before, foreign)
        for question in questions:
            if found or meetings.may_meet(question.text):
                asked += 1
                found += _answered(question.name, answer(before, question), answer(after, question))
    over = f"{len(questions)} questions, row by row, and all that follows by our rules"
    triples = "1 triple" if len(foreign) == 1 else f"{len(foreign):,} triples"
    how = f"{triples} of others that ours lead to; {asked} questions can meet one, and were asked again"
    by = f"asking and inferring before and after ({how})"
    return found, Checked(by, over, f"{len(found)} differ" if found else "all the same")


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


class Meetings:
    """Which questions triples of others could meet."""

    def __init__(self, before: State, foreign: Iterable[bytes]) -> None:
        from pyoxigraph import Literal

        self._literal: set[str] = set()
        self._ends: dict[str, set[str]] = defaultdict(set)
        for quad in before.store.store.quads_for_pattern(None, None, None):
            self._ends[quad.predicate.value].update((str(quad.subject), str(quad.object)))
            if isinstance(quad.object, Literal):
                self._literal.add(quad.predicate.value)
        self._foreign: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for line in foreign:
            s, p, o = line[:-2].split(b" ", 2)
            self._foreign[words.text_of(p)].append((s.decode(), o.decode()))
            if o[:1] == b'"':
                self._literal.add(words.text_of(p))

    def may_meet(self, text: str) -> bool:
        """Whether a triple of others could change the rows of this query.

        >>> Meetings(state(), [b'<http://example.org/x> <http://example.org/p> "x" .']).may_meet("SELECT ?x { ?x <http://example.org/q> ?y }")
        False
        """
        body = body_of(text)
        if _OPEN.search(body):
            return True
        names = named_in(text, body)
        ends: set[str] = set().union(*(self._ends.get(name, ()) for name in names))
        joined = self._joins_literals(text, body)
        for name in names & self._foreign.keys():
            for s, o in self._foreign[name]:
                if name == words.TYPE and o[1:-1] not in names:
                    continue
                constant = (
                    name == words.TYPE or o.startswith(f"<{_VOCABULARY}") or (o[0] == '"' and not joined)
                )
                if s in ends or (o in ends and not constant):
                    return True
        return False

    def _joins_literals(self, text: str, body: str) -> bool:
        """Whether a variable is the object of two patterns whose predicates have literals."""
        prefixes = dict(_PREFIX.findall(text))
        objects = [
            variable
            for iri, prefix, local, variable in _OBJECT.findall(body)
            if (iri or prefixes.get(prefix, prefix + ":") + local) in self._literal
        ]
        return len(objects) != len(set(objects))


def body_of(text: str) -> str:
    """What stands in the braces of a query, without comments."""
    body = text[text.index("{") :]
    return re.sub(r"(?m)^\s*#.*$", "", body[: body.rindex("}") + 1])


def named_in(text: str, body: str) -> set[str]:
    """The IRIs that stand in a query, and rdf:type for `a`."""
    prefixes = dict(_PREFIX.findall(text))
    found = {iri or prefixes.get(prefix, prefix + ":") + local for iri, prefix, local in _NAME.findall(body)}
    return found | {words.TYPE} if re.search(r"\sa\s", body) else found
