"""Why not: for a treatment that an answer lacks, what is missing or what stands in the way.

Each reason is a query of its own in queries/why-not/, which finds the facts at
fault and says it in a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import NamedNode

from aa_ld import places
from aa_ld.ask import DISCLAIMER, ask
from aa_ld.errors import BrokenRuleError
from aa_ld.fact import Fact, read_facts
from aa_ld.header import check_header, parse_header
from aa_ld.names import Names
from aa_ld.question import Question, find_question
from aa_ld.store import Source, rows
from aa_ld.vocab import PREFIXES, compact, printable

_FORMS: dict[str, tuple[type, str]] = {
    "title": (str, "title: text"),
    "description": (str, "description: text"),
    "asks": (list, "asks: [balance, risk]"),
    "sentence": (str, "sentence: {treatment} inhibits {target}, which is contested."),
}
_MARK = "VALUES ?treatment { UNDEF }"
_TREATMENT = PREFIXES["aa"] + "Treatment"

_SOURCE_FACTS = """
PREFIX aa: <https://w3id.org/aa-ld/>
SELECT DISTINCT ?fact WHERE {{ ?fact aa:subject|aa:object <{iri}> ; aa:evidence ?line }}"""


class Reason(NamedTuple):
    """One thing that stands in the way: a name, what it is in words, and the facts at fault."""

    name: str
    sentence: str
    facts: tuple[Fact, ...]


class WhyNot(NamedTuple):
    """Why a treatment is not in an answer; `found` counts the facts of its that are in it."""

    question: Question
    treatment: str
    found: int
    reasons: tuple[Reason, ...]
    known: tuple[Fact, ...]
    names: Names

    def __repr__(self) -> str:
        return (
            f"<WhyNot {self.names.label(self.treatment)}, {self.question.name}: {len(self.reasons)} reasons>"
        )

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def lines(self) -> list[str]:
        """A headline, then a line a reason and a line a fact."""
        label = self.names.label(self.treatment)
        lines = [self._headline(label)]
        for reason in self.reasons:
            lines.append(f"  - {reason.sentence}")
            lines += [f"      [{self.names.key(f.iri)}] {printable(f.sentence)}" for f in reason.facts]
        if not self.reasons and not self.found:
            lines += [f"  - {text}" for text in self._silence(label)]
        return lines

    def to_text(self) -> str:
        """For a terminal."""
        return "\n".join([*self.lines(), "", DISCLAIMER])

    def to_markdown(self) -> str:
        """For a document."""
        first, *rest = self.lines()
        return "\n".join([f"## {first}", "", *(line[2:] for line in rest), "", DISCLAIMER])

    def to_json(self) -> str:
        """For a program."""
        record = {
            "question": self.question.name,
            "treatment": compact(self.treatment),
            "found": self.found,
            "reasons": [
                {"reason": r.name, "sentence": r.sentence, "facts": [compact(f.iri) for f in r.facts]}
                for r in self.reasons
            ],
            "facts": [compact(f.iri) for f in self.known],
        }
        return json.dumps(record, indent=2, ensure_ascii=False)

    def _headline(self, label: str) -> str:
        title = self.question.title
        if self.found:
            count = "1 fact" if self.found == 1 else f"{self.found} facts"
            besides = " What stands in the way of more:" if self.reasons else ""
            return f"The answer to “{title}” holds {count} on {label}.{besides}"
        return f"Why {label} is not in the answer to “{title}”"

    def _silence(self, label: str) -> list[str]:
        if not self.known:
            return [f"No loaded fact names {label}: the loaded sources are silent, which is not a no."]
        kinds = sorted({self.names.label(fact.category) for fact in self.known})
        keys = ", ".join(self.names.key(fact.iri) for fact in self.known)
        return [
            f"What is loaded on {label} is of another kind ({', '.join(kinds)}: {keys}). "
            "On this question the loaded sources are silent, which is not a no."
        ]


def why_not(source: Source, treatment: str, question: str) -> WhyNot:
    """Why a treatment is not in the answer to a question.

    `treatment` is a label, short name or IRI of one; `question` as in aa_ld.ask.ask.
    The source should hold what follows by the rules too.

    Raises UnknownTermError, ParameterValueError and UnknownQuestionError.

    >>> from aa_ld import load
    >>> found = load("review").why_not("dupilumab", "treatments-toward-th2")
    >>> found.reasons[0].name
    'outcome-only'
    """
    asked = find_question(question)
    names = Names(source)
    iri = names.find(treatment, _TREATMENT)
    answered = {
        _iri(row["fact"]) for row in ask(source, asked.name) if row.get("treatment") == NamedNode(iri)
    }
    reasons = [
        reason
        for path in places.why_not_files().values()
        for reason in _reasons(source, names, path, iri, set(asked.tags))
        if not all(answered & fact.grounds().keys() for fact in reason.facts)
    ]
    found = [_iri(row["fact"]) for row in rows(source, _SOURCE_FACTS.format(iri=iri))]
    known = read_facts(source, found) if found else []
    return WhyNot(asked, iri, len(answered), tuple(reasons), tuple(known), names)


def _reasons(source: Source, names: Names, path: Path, iri: str, tags: set[str]) -> Iterator[Reason]:
    """What one query finds, a reason a sentence, with all its facts."""
    text = path.read_text(encoding="utf-8")
    header = parse_header(path.name, text, BrokenRuleError)
    check_header(path.name, header, _FORMS, tuple(_FORMS), BrokenRuleError)
    if text.count(_MARK) != 1:
        raise BrokenRuleError(path.name, "The query does not bind ?treatment once.", f"Write {_MARK}.")
    if not tags & set(header["asks"]):
        return
    by_sentence: dict[str, list[str]] = {}
    for row in rows(source, text.replace(_MARK, f"VALUES ?treatment {{ <{iri}> }}")):
        words = {name: names.show(term) for name, term in row.items()}
        sentence = header["sentence"].format_map(_Blank(words))
        by_sentence.setdefault(sentence[:1].upper() + sentence[1:], []).append(_iri(row["fact"]))
    for sentence, facts in by_sentence.items():
        yield Reason(path.stem, sentence, tuple(read_facts(source, dict.fromkeys(facts))))


class _Blank(dict[str, str]):
    """Words of a row; what the row leaves unbound is "not stated"."""

    def __missing__(self, key: str) -> str:
        return "not stated"


def _iri(term: Any) -> str:
    return str(term.value)
