"""Room beside a publication, in which the new one is made: one at a time, and what one left that was killed is taken away."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from aa_ld.errors import UsageError

#: A file that is held as long as the process lives that made the room.
_HELD = "aa-ld.room"

#: Where an old publication lies until the new one is in its place.
OLD = "old"


@contextmanager
def room_beside(target: Path) -> Iterator[Path]:
    """A folder on the same disk for the time being, so that what is whole can be moved to its place in one step.

    Raises UsageError where another process publishes to the same place, as the
    one that ends last would take away what the other has signed. Where the
    system or the disk cannot tell, it is not looked for.
    """
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}.", dir=target.parent, ignore_cleanup_errors=True
    ) as folder:
        room = Path(folder)
        held = _hold(room)
        try:
            for other in target.parent.glob(f".{escape(target.name)}.????????/{_HELD}"):
                if held is not None and other.parent.name != room.name and "." not in other.parent.name[-8:]:
                    _end(other, target)
            yield room
        finally:
            if held is not None:
                os.close(held)


def _hold(room: Path) -> int | None:
    """Hold a room, under its name only once it is held; None where that cannot be done."""
    waiting = room / f"{_HELD}.new"
    handle = os.open(waiting, os.O_CREAT | os.O_RDWR, 0o600)
    if not _take(handle):
        os.close(handle)
        return None
    os.rename(waiting, room / _HELD)
    return handle


def _take(handle: int) -> bool:
    """Whether nobody else holds a file; it is held from then on."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):  # not POSIX; held by another, or a disk that does not know of holding
        return False
    return True


def _end(held: Path, target: Path) -> None:
    """Take away a room that nobody holds any more, and put back what was moved into it. Raises UsageError where somebody holds it."""
    try:
        handle = os.open(held, os.O_RDWR)
    except OSError:
        return  # it has just gone, or belongs to somebody else
    try:
        if not _take(handle):
            what = "Another aa-ld publish is writing this at the moment."
            raise UsageError(str(target), what, "Wait until it has ended, or name another place.")
        if (held.parent / OLD).exists() and not target.exists():
            os.replace(held.parent / OLD, target)  # it was ended between two moves
        shutil.rmtree(held.parent, ignore_errors=True)
    finally:
        os.close(handle)
