"""Long lists as several pages, one leading to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from aa_ld.publish.markup import address, text

_Row = TypeVar("_Row")

#: Rows of a page of a list.
PAGE = 1000


def batched(rows: Sequence[_Row], size: int) -> list[Sequence[_Row]]:
    """Rows in lots.

    >>> batched([1, 2, 3], 2)
    [[1, 2], [3]]
    """
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def paths(first: str, count: int) -> list[str]:
    """The paths of the pages of a list.

    >>> paths("facts.html", 3)
    ['facts.html', 'facts-2.html', 'facts-3.html']
    """
    stem, _, ending = first.rpartition(".")
    return [first, *(f"{stem}-{number}.{ending}" for number in range(2, count + 1))]


def ways_on(names: Sequence[str], at: int, label: str = "Pages of this list") -> str:
    """Links to the other pages of a list: the first, the one before, the next, the last; nothing for a single page.

    label  by which a reader of the page that does not see it tells this from other links
    """
    if len(names) == 1:
        return ""
    wanted = {"first": 0, "previous": at - 1, "next": at + 1, "last": len(names) - 1}
    links = " ".join(
        f'<a href="./{address(names[to])}">{word}</a>'
        for word, to in wanted.items()
        if 0 <= to < len(names) and to != at
    )
    return f'<nav class="letters" aria-label="{text(label)}">Page {at + 1} of {len(names)} {links}</nav>'
