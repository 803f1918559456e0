"""What fell: facts that do not stand, and the conclusions that rested on them, each with the reason."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from aa_ld.fact import Fact, read_facts
from aa_ld.infer import infer
from aa_ld.names import Names
from aa_ld.standing import Reason, Standing, Wanted, take_out
from aa_ld.store import Layers
from aa_ld.vocab import INFERRED


class Fallen(NamedTuple):
    """A fact or a conclusion that does not stand, as it was, and why, also in words."""

    fact: Fact
    reason: Reason
    why: str


def fallen(
    standing: Standing, everything: Layers, now: Layers, include: Collection[str] = ()
) -> list[Fallen]:
    """What was taken out, and what followed from it and no longer does; facts first, by identifier.

    standing    what take_out gave
    everything  the same layers, opened anew; nothing taken out, and changed here
    now         the layers as they stand, with what follows from them
    include     what else was asked for, see aa_ld.standing

    >>> from aa_ld.knowledge import load
    >>> found = load(as_of="2012").fallen()
    >>> {item.reason.kind for item in found if item.fact.derivation}
    {'rests'}
    """
    if not standing.facts:
        return []
    names = Names(everything)
    take_out(everything, Wanted(include=("retracted", "superseded", *include)))
    infer(everything)
    found = [(fact, standing.facts[fact.iri]) for fact in read_facts(everything, standing.facts)]
    gone = sorted(everything.subjects(INFERRED) - now.subjects(INFERRED))
    for conclusion in read_facts(everything, gone) if gone else []:
        ground = next((iri for iri in conclusion.grounds() if iri in standing.facts), None)
        if ground:
            found.append((conclusion, Reason("rests", ground)))
    return [Fallen(fact, reason, why(reason, names)) for fact, reason in found]


def why(reason: Reason, names: Names) -> str:
    """The reason in words.

    >>> from aa_ld.store import open_layers
    >>> why(Reason("undated", "https://w3id.org/aa-ld/publication/pmid-23014334"), Names(open_layers()))
    'when Mouse study, PMID 23014334 came out is not stated'
    """
    about = names.label(reason.about)
    by = f" by {names.label(reason.by)}" if reason.by else ""
    since = f" ({reason.date})" if reason.date else ""
    return {
        "retracted": f"{about} was retracted{since}",
        "superseded": f"{about} was superseded{by}{since}",
        "later": f"{about} was not certainly out by then{since}",
        "undated": f"when {about} came out is not stated",
        "weaker": f"{about} does not count, and what is left of the evidence is less firm",
        "rests": f"it rests on: {about}",
    }[reason.kind]
