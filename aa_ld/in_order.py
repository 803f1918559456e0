"""Lines sorted with flat memory: few in memory, more in sorted runs on a disk, which are read side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from heapq import merge
from itertools import islice
from typing import BinaryIO, cast

#: More than this, in bytes of lines, is sorted in runs.
MOST_IN_MEMORY = 1 << 21

_LEAST_PIECE = 1 << 12  # as much of a run is read at a time, at least
_AT_ONCE = 1000  # lines of a run that are written at a time


class InOrder:
    """Lines without their ends that are gone through sorted by their bytes, as often as one likes.

    Equal ones stay as many as they are.

    >>> held = InOrder([b"b", b"a"])
    >>> held.add(b"b")
    >>> list(held)
    [b'a', b'b', b'b']
    """

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self._held: list[bytes] = []
        self._size = 0
        self._runs: list[tuple[int, int]] = []
        self._file: BinaryIO | None = None
        for line in lines:
            self.add(line)

    def add(self, line: bytes) -> None:
        """Add a line."""
        self._held.append(line)
        self._size += len(line) + 1
        if self._size > MOST_IN_MEMORY:
            self._write()

    def _write(self) -> None:
        """Write what is in memory as a run."""
        from tempfile import TemporaryFile

        with in_temporary_file():
            if self._file is None:
                self._file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - it ends with what it holds
            start = self._file.seek(0, 2)
            self._held.sort()
            waiting = iter(self._held)
            while part := list(islice(waiting, _AT_ONCE)):
                self._file.write(b"\n".join(part) + b"\n")
            self._file.flush()
            self._runs.append((start, self._file.tell()))
        self._held, self._size = [], 0

    def __iter__(self) -> Iterator[bytes]:
        self._held.sort()
        if self._file is None:
            return iter(self._held)
        piece = max(_LEAST_PIECE, MOST_IN_MEMORY // len(self._runs))
        return merge(*(_read(self._file, start, end, piece) for start, end in self._runs), self._held)


def _read(file: BinaryIO, at: int, end: int, piece: int) -> Iterator[bytes]:
    """The lines of a run, of which a piece is in memory."""
    rest = b""
    while at < end:
        file.seek(at)
        read = file.read(min(piece, end - at))
        at += len(read)
        *whole, rest = (rest + read).split(b"\n")
        yield from whole


@contextmanager
def in_temporary_file() -> Iterator[None]:
    """Name the folder of temporary files in an error of the disk that names no file: one without a name is at fault.

    >>> with in_temporary_file():
    ...     raise OSError(28, "No space left on device", "mine")
    Traceback (most recent call last):
    OSError: [Errno 28] No space left on device: 'mine'
    """
    try:
        yield
    except OSError as error:
        if error.filename is None:
            from tempfile import gettempdir

            error.filename = gettempdir()
        raise
