"""What one test may say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

PASSED, FAILED, REGISTRATION = "passed", "failed", "needs registration"


class Outcome(NamedTuple):
    """How a test ended, and what was found.

    status  "passed", "failed" or "needs registration"
    detail  one sentence
    """

    status: str
    detail: str


class Unreadable(Exception):  # noqa: N818 - it ends a test, and no user sees it
    """A file that a test needs is not there, or is not what it should be; the text says which and why."""


def passed(detail: str) -> Outcome:
    """All is as the test wants it."""
    return Outcome(PASSED, detail)


def failed(detail: str) -> Outcome:
    """Something is not, and can be mended here."""
    return Outcome(FAILED, detail)


def registration(detail: str) -> Outcome:
    """Somebody else has to write it into a register, and whoever publishes has to ask for it."""
    return Outcome(REGISTRATION, detail)


def all_there(missing: Iterable[str], good: str, bad: str) -> Outcome:
    """Passed where nothing is missing, else failed with what is.

    >>> all_there([], "All there.", "Missing"), all_there(["a", "b"], "All there.", "Missing")[1]
    (Outcome(status='passed', detail='All there.'), 'Missing: a, b.')
    """
    names = list(missing)
    return passed(good) if not names else failed(f"{bad}: {shown(names)}.")


def shown(names: Iterable[str], most: int = 5) -> str:
    """The first few of many names, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
