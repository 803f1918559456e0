"""Lines sorted with flat memory: few in memory, more in sorted runs on a disk, which are read side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from tempfile import TemporaryFile
from typing import BinaryIO, cast

#: More than this, in bytes of lines, is sorted in runs.
MOST_IN_MEMORY = 1 << 22

_LEAST_PIECE = 1 << 12  # as much of a run is read at a time, at least
_AT_ONCE = 1000  # lines of a run that are written at a time


def in_order(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends, sorted by their bytes; equal ones stay as many as they are.

    >>> list(in_order([b"b", b"a", b"b"]))
    [b'a', b'b', b'b']
    """
    held: list[bytes] = []
    runs: list[tuple[int, int]] = []
    size = 0
    with ExitStack() as stack:
        file: BinaryIO | None = None
        for line in lines:
            held.append(line)
            size += len(line) + 1
            if size > MOST_IN_MEMORY:
                file = file or cast(BinaryIO, stack.enter_context(TemporaryFile()))
                runs.append(_written(file, held))
                held, size = [], 0
        held.sort()
        if file is None:
            yield from held
            return
        piece = max(_LEAST_PIECE, MOST_IN_MEMORY // len(runs))
        yield from merge(*(_read(file, start, end, piece) for start, end in runs), held)


def _written(file: BinaryIO, lines: list[bytes]) -> tuple[int, int]:
    """Write a run; gives where it begins and ends."""
    start = file.tell()
    lines.sort()
    waiting = iter(lines)
    while part := list(islice(waiting, _AT_ONCE)):
        file.write(b"\n".join(part) + b"\n")
    return start, file.tell()


def _read(file: BinaryIO, at: int, end: int, piece: int) -> Iterator[bytes]:
    """The lines of a run, of which a piece is in memory."""
    rest = b""
    while at < end:
        file.seek(at)
        read = file.read(min(piece, end - at))
        at += len(read)
        *whole, rest = (rest + read).split(b"\n")
        yield from whole
