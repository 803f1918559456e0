"""Two pieces of work side by side, where the machine allows it; Python alone uses one core."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import c_longlong
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection

#: Seconds between two looks at how far the work is.
_EVERY = 0.5


@contextmanager
def beside(
    work: Callable[[Callable[[int], None]], int],
    watch: Callable[[int], None] | None = None,
    *,
    copied: bool = True,
) -> Iterator[list[int]]:
    """Do some work in a copy of this process while what stands in the block is done; gives its number in a list.

    The work is given what it tells how far it is, and `watch` hears of it twice
    a second once the block is done. The list is filled when the block is left.
    An error of the work is raised then; an error of the block ends the work.
    Where `copied` is not wanted, and where no copy can be made
    safely, the work is done first, here: on a single core, on systems that
    cannot fork without harm, beside other threads, whose locks a copy would
    hold for ever, and in a worker of a pool, which may have no copies.

    >>> with beside(lambda tell: 2 + 2) as found:
    ...     pass
    >>> found
    [4]
    """
    found: list[int] = []
    if not (copied and _can_be_copied()):
        found.append(work(watch or _nobody))
        yield found
        return
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    far = context.RawValue("q", 0)
    process = context.Process(target=_done, args=(work, far, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield found
        while watch and not ours.poll(_EVERY):
            watch(far.value)
        found.append(_ended(ours))
    finally:
        process.terminate()  # it has ended, unless something went wrong here
        process.join()
        ours.close()


def _can_be_copied() -> bool:
    several = sys.platform.startswith("linux") and len(os.sched_getaffinity(0)) > 1
    return several and threading.active_count() == 1 and not current_process().daemon


def _nobody(number: int) -> None:
    """Who hears nothing."""


def _done(work: Callable[[Callable[[int], None]], int], far: c_longlong, told: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of which the first process is told, too, and ends this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    found: int | BaseException
    try:
        found = work(lambda number: setattr(far, "value", number))
    except BaseException as error:  # whatever it is, it is raised where somebody sees it
        found = error
    with suppress(BrokenPipeError):  # nobody is left who would see it
        told.send(found)


def _ended(ours: Connection) -> int:
    try:
        told: int | BaseException = ours.recv()
    except EOFError:
        raise MemoryError("A process that wrote files was ended from outside.") from None
    if isinstance(told, BaseException):
        raise told
    return told
