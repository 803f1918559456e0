"""Draw: the knowledge as pictures that say what they do not know.

Two figures: the balance chart (toward which arm treatments point) and the
evidence matrix (what treatments act on, and what changed under them). Each
comes with the same in words, for those who do not see it.
"""

from __future__ import annotations

from collections.abc import Callable

from aa_ld.balance import balance_chart
from aa_ld.errors import ParameterValueError, nearest
from aa_ld.matrix import evidence_matrix
from aa_ld.store import Source
from aa_ld.svg import Figure

__all__ = ["FIGURES", "Figure", "balance_chart", "draw", "evidence_matrix"]

#: What can be drawn.
FIGURES: dict[str, Callable[[Source, str | None], Figure]] = {
    "balance": balance_chart,
    "matrix": evidence_matrix,
}


def draw(source: Source, figure: str, treatment: str | None = None) -> Figure:
    """Draw a figure by its name.

    `figure` is a key of FIGURES. `treatment` is a label, short name or IRI; it
    keeps what is said of this treatment and of those below it.

    Raises ParameterValueError for a figure that does not exist or a term that
    is no treatment, and UnknownTermError.

    >>> from aa_ld.store import open_layers
    >>> draw(open_layers(), "matrix", "local immunotherapy").table.rows[0][3]
    '+'
    """
    if figure not in FIGURES:
        raise ParameterValueError(
            str(figure),
            "There is no such figure.",
            f"Draw one of {', '.join(FIGURES)}.",
            nearest(str(figure), FIGURES),
        )
    return FIGURES[figure](source, treatment)
