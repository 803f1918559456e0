"""How far long work is, on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_PATIENCE, _PAUSE, _WIDTH = 1.0, 0.1, 24


class Bar:
    """A bar for work that takes longer than a second, where standard error is a terminal; else nothing at all.

    It is called with what is being done, how much of it is done, and of how
    much (0 where nobody knows), and takes itself away at the end.

    >>> with Bar() as bar:
    ...     bar("reading", 10, 100)
    """

    def __init__(self) -> None:
        self._seen = sys.stderr.isatty()
        self._next = time.monotonic() + _PATIENCE
        self._shown = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, stage: str, done: int, of: int) -> None:
        """Show how far a stage is, unless it was shown a moment ago."""
        now = time.monotonic()
        if not self._seen or now < self._next:
            return
        self._next, self._shown = now + _PAUSE, True
        sys.stderr.write(f"\r{drawn(stage, done, of)}\x1b[K")
        sys.stderr.flush()


def drawn(stage: str, done: int, of: int) -> str:
    """The line that says how far a stage is.

    >>> drawn("checking", 50, 200)
    'checking    [######..................] 50 of 200'
    >>> drawn("reading", 3000, 0)
    'reading     3,000'
    """
    if not of:
        return f"{stage:<11} {done:,}" if done else stage
    full = _WIDTH * min(done, of) // of
    return f"{stage:<11} [{'#' * full}{'.' * (_WIDTH - full)}] {done:,} of {of:,}"
