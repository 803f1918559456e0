"""How far a push is, how fast, and how long it will still take: one line on a terminal."""

from __future__ import annotations

import time
from typing import TextIO

_EVERY = 0.2  # seconds between two lines


class Progress:
    """Writes one line anew, on a terminal only; `clear` takes it away.

    >>> from io import StringIO
    >>> progress = Progress(StringIO(), 80, terminal=True)
    >>> progress("sending", 500_000, 1_000_000)
    >>> progress.stream.getvalue().strip().startswith("Sending")
    True
    """

    def __init__(self, stream: TextIO, width: int, terminal: bool | None = None) -> None:
        self.stream = stream
        self.width = width
        self.shown = stream.isatty() if terminal is None else terminal
        self._what = ""
        self._began = self._last = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Say what is done, how far and of how much (bytes when reading, else triples; 0 if not known)."""
        if not self.shown:
            return
        now = time.monotonic()
        if what != self._what:
            self._what, self._began, self._last = what, now, 0.0
        if now - self._last < _EVERY and done != total:
            return
        self._last = now
        self._line(line(what, done, total, now - self._began))

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            self._line("")

    def _line(self, text: str) -> None:
        self.stream.write(f"\r{text[: self.width - 1]:<{self.width - 1}}\r")
        self.stream.flush()


def line(what: str, done: int, total: int, seconds: float) -> str:
    """The line for so much done in so many seconds.

    >>> line("sending", 250_000, 1_000_000, 5.0)
    'Sending   25 % [#####...............] 250,000 of 1,000,000 triples, 50,000 a second, 15 s left'
    """
    if not total:
        return f"{what.capitalize()} …"
    reading = what == "reading"
    share = min(done / total, 1.0)
    bar = "#" * int(share * 20)
    if reading:
        amount, unit = (
            f"{done / 1e6:,.1f} of {total / 1e6:,.1f} MB",
            f"{done / 1e6 / max(seconds, 1e-3):,.1f} MB",
        )
    else:
        amount, unit = f"{done:,} of {total:,} triples", f"{done / max(seconds, 1e-3):,.0f}"
    left = seconds * (1 - share) / share if share else 0.0
    return f"{what.capitalize():<9} {share:3.0%} [{bar:.<20}] {amount}, {unit} a second, {_time(left)} left".replace(
        "%", " %", 1
    )


def _time(seconds: float) -> str:
    """Seconds in the two largest units.

    >>> _time(15), _time(75), _time(7300)
    ('15 s', '1 min 15 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return (
        f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
    )
