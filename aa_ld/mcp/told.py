"""What a tool tells: text for people, the same as a record, and how much of it there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from aa_ld.ask import DISCLAIMER
from aa_ld.errors import ParameterValueError
from aa_ld.fact import Fact
from aa_ld.names import Names
from aa_ld.vocab import compact, printable

T = TypeVar("T")

#: What stands below every answer that has facts in it.
REMINDER = (
    "Repeat no fact without its certainty, hedge, polarity, population and source. Silence is not a no."
)


class Told(NamedTuple):
    """The answer of a tool: the text, and the record that has the same in it."""

    text: str
    record: dict[str, Any]


def told(text: str, record: dict[str, Any], notes: Sequence[str], *, facts: bool = True) -> Told:
    """An answer with its notes, the reminder and the disclaimer, each once.

    >>> told("SF1 says so.", {}, ["Not stated for: x."]).text.splitlines()[-1]
    'For research, not medical advice.'
    """
    own = text.rstrip().removesuffix(DISCLAIMER).rstrip()
    listed = [*(note for note in notes if note != DISCLAIMER), *([REMINDER] if facts else [])]
    below = [*(note for note in listed if note not in own), DISCLAIMER]
    return Told("\n".join([own, "", *below]).lstrip(), {**record, "notes": listed, "disclaimer": DISCLAIMER})


def page(things: Sequence[T], skip: int, most: int, tool: str, kind: str) -> tuple[list[T], list[str]]:
    """A part of what there is, and a note that says which part.

    Raises ParameterValueError where nothing is left: an empty part would look like silence.

    >>> page("abc", 1, 1, "ask", "row")
    (['b'], ['Rows 2 to 2 of 3; give skip 2 for more.'])
    """
    total = len(things)
    if skip and skip >= total:
        what = f"There {'is' if total == 1 else 'are'} {total} {kind}{'s' * (total != 1)}."
        raise ParameterValueError(f"{tool}, skip: {skip}", what, "Skip fewer.")
    part = list(things[skip : skip + most])
    if len(part) == total:
        return part, []
    end = skip + len(part)
    more = f"give skip {end} for more" if end < total else "these are the last"
    return part, [f"{kind.capitalize()}s {skip + 1} to {end} of {total}; {more}."]


def brief(fact: Fact, names: Names) -> dict[str, Any]:
    """A fact in short, with everything that must be told with it."""
    return {
        "fact": compact(fact.iri).strip("<>"),
        "key": names.key(fact.iri),
        "sentence": fact.sentence,
        "polarity": names.label(fact.polarity),
        "certainty": names.label(fact.certainty),
        "hedges": list(dict.fromkeys(line.hedge for line in fact.evidence if line.hedge)),
        "population": [names.label(iri) for iri in fact.scope_of("population")],
        "inferred": fact.derivation is not None,
        "publications": sorted({names.label(line.publication) for line in fact.evidence if line.publication}),
    }


def line(record: dict[str, Any]) -> str:
    """The same on one line."""
    hedges = ", ".join(f"hedge “{printable(hedge)}”" for hedge in record["hedges"]) or "no hedge"
    inferred = "; inferred by a rule" if record["inferred"] else ""
    people = " and ".join(record["population"]) or "not stated"
    sources = f"; {'; '.join(record['publications'])}" if record["publications"] else ""
    return (
        f"[{record['key']}] {printable(record['sentence'])} ({record['polarity']}, {record['certainty']}, {hedges}; "
        f"population: {people}{inferred}{sources})"
    )
