"""The roots of the family, and what is nearest to a word."""

from __future__ import annotations

from collections.abc import Iterable


class AaLdError(Exception):
    """The root of the family.

    where   the file, term or argument at fault
    what    one sentence that says what is wrong
    remedy  one sentence that says what to do
    nearest names that may have been meant, best first

    >>> from aa_ld.errors import UnknownQuestionError
    >>> print(UnknownQuestionError("ask", "No question has this name.", "List them with aa-ld questions."))
    UnknownQuestionError: ask
      No question has this name.
      List them with aa-ld questions.   (docs: errors.md#unknown-question)
    """

    code = "error"
    exit_status = 5

    def __init__(self, where: str, what: str, remedy: str, nearest: Iterable[str] = ()) -> None:
        super().__init__(where, what, remedy)
        self.where = where
        self.what = what
        self.remedy = remedy
        self.nearest = list(nearest)

    def __str__(self) -> str:
        near = f" Nearest: {', '.join(self.nearest)}." if self.nearest else ""
        return (
            f"{type(self).__name__}: {self.where}\n"
            f"  {self.what}{near}\n"
            f"  {self.remedy}   (docs: errors.md#{self.code})"
        )


class UsageError(AaLdError):
    """The call has to change."""

    code = "usage"
    exit_status = 2


class RemoteError(AaLdError):
    """A remote service failed."""

    code = "remote"
    exit_status = 4


class InputError(AaLdError):
    """The input has to change."""

    code = "input"
    exit_status = 3


def nearest(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """The names most like this one, best first; case does not count.

    >>> nearest("InterferonGama", ["InterferonGamma", "Dupilumab"])
    ['InterferonGamma']
    """
    from difflib import get_close_matches  # costs 10 ms, needed only when something is wrong

    by_folded: dict[str, str] = {}
    for candidate in names:
        by_folded.setdefault(candidate.casefold(), candidate)
    found = get_close_matches(name.casefold(), list(by_folded), n=most, cutoff=0.5)
    return [by_folded[folded] for folded in found]
