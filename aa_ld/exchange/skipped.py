"""Facts that a format cannot tell truthfully, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Skipped(NamedTuple):
    """A fact by IRI that is left out, and the reason as the end of a sentence."""

    fact: str
    reason: str


def skipped_table(skipped: Iterable[Skipped]) -> str:
    """The list as TSV, with a head.

    >>> skipped_table([Skipped("https://w3id.org/aa-ld/fact/x", "its object is a text")]).splitlines()[0]
    'fact\\treason'
    """
    return "".join(f"{fact}\t{reason}\n" for fact, reason in [Skipped("fact", "reason"), *skipped])
