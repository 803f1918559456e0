"""What can be done while conflicts are looked for: the union itself, then questions and rules before and after.

Where there is much of it a second process does it, so that two processors work;
it reads the same files on disk, which the children have filled. Before it knows
what to unite it asks what our knowledge says by itself.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from aa_ld import intake
from aa_ld.merging import drift
from aa_ld.merging.catalogue import Catalogue
from aa_ld.merging.conflict import Conflict
from aa_ld.merging.gate import Checked
from aa_ld.merging.reading import Input, Read, Told
from aa_ld.merging.runs import Counts, Merger, runs_of

if TYPE_CHECKING:
    from subprocess import Popen

#: Bytes of triples from which on a second process saves more than it takes to start.
MUCH = 48 << 20
_PROGRESS = b"P"
_COMPARE, _UNITE = "compare", "unite"


class Task(NamedTuple):
    """What is to be done: unite the runs of sources into a file, and compare answers if asked.

    added, without   lines that the merge writes or leaves out itself
    folded           names of blank nodes that are left out
    lasting          whether the file itself is to be the output
    """

    sources: list[Read]
    added: frozenset[bytes]
    without: frozenset[bytes]
    folded: set[bytes]
    path: Path
    compare: bool
    lasting: bool


class Done(NamedTuple):
    """What came out: what came from where; what changes of our answers, and what was compared, if asked."""

    counts: Counts
    drifted: list[Conflict]
    checked: Checked | None


class Aside:
    """Does a task over these sources, in a second process where that is worth its start; which is now.

    compare  whether answers will have to be compared
    """

    def __init__(self, sources: list[Read], compare: bool, told: Told) -> None:
        self.told = told
        self._stopped = False
        size = sum(end - start for read in sources for start, end in read.runs)
        another = size >= MUCH and (os.cpu_count() or 1) > 1
        task = _COMPARE if compare else _UNITE
        self._process = intake._start(task, "aa_ld.merging.aside") if another else None

    def work(self, task: Task) -> Done:
        """Do it."""
        done = self._by_another(self._process, task) if self._process else None
        if self._stopped:
            raise KeyboardInterrupt
        return done or by_ourselves(task, self.told)

    def stop(self) -> None:
        """Let the second process go, wherever it is."""
        self._stopped = True
        if self._process:
            intake._end(self._process)

    def _by_another(self, process: Popen[bytes], task: Task) -> Done | None:
        """Have a second process do it; nothing where that one fell over, so that the first meets what is wrong."""
        try:
            intake._feed(process, json.dumps(_order(task)).encode(), ())
            return self._collected(process)
        except ValueError:  # the pipe was closed under our hands
            return None

    def _collected(self, process: Popen[bytes]) -> Done | None:
        pipe = process.stdout
        assert pipe is not None
        while True:
            kind, size = intake.receive_head(pipe)
            if kind == _PROGRESS:
                self.told(*json.loads(pipe.read(size)))
            elif kind == intake.END:
                return _done(json.loads(pipe.read(size)))
            else:
                return None


def by_ourselves(task: Task, told: Told, known: drift.Ready | None = None) -> Done:
    """Do a task here and now."""
    with task.path.open("wb", buffering=1 << 20) as out:
        merger = Merger(task.sources, set(task.without), task.folded, out)
        counts = merger.merge(runs_of(task.sources, task.added), told)
        if task.lasting:
            out.flush()
            threading.Thread(target=_to_disk, args=(os.dup(out.fileno()),), daemon=True).start()
    if not task.compare:
        return Done(counts, [], None)
    told("asking", 0, 0)
    return Done(counts, *drift.compare(Catalogue(task.sources), task.path, known or drift.ready()))


def _to_disk(file: int) -> None:
    """Have a file written to disk; who waits for that in the end, waits no more."""
    with suppress(OSError):
        os.fsync(file)
    os.close(file)


def _done(said: dict[str, Any]) -> Done:
    counts = Counts(0)
    vars(counts).update(said["counts"])
    found = []
    for kind, what, terms, files, remedy, severity, details in said["drifted"]:
        found.append(Conflict(kind, what, tuple(terms), tuple(files), remedy, severity, tuple(details)))
    return Done(counts, found, Checked(*said["checked"]) if said["checked"] else None)


def _order(task: Task) -> dict[str, Any]:
    def text(lines: frozenset[bytes] | set[bytes]) -> list[str]:
        return [line.decode() for line in sorted(lines)]

    sources = [(each.name, each.role, each.spool.name, each.runs, each.tables) for each in task.sources]
    return {
        "sources": sources, "added": text(task.added), "without": text(task.without), "folded": text(task.folded),
        "path": str(task.path), "compare": task.compare, "lasting": task.lasting,
    }  # fmt: skip


def _task(order: dict[str, Any]) -> Task:
    sources = []
    for name, role, path, runs, tables in order["sources"]:
        read = Read(Input(name, (), role), open(path, "rb"))  # noqa: SIM115 - open as long as this process
        read.runs, read.tables = runs, tables
        sources.append(read)
    lines = (frozenset(line.encode() for line in order[name]) for name in ("added", "without", "folded"))
    added, without, folded = lines
    return Task(sources, added, without, set(folded), Path(order["path"]), order["compare"], order["lasting"])


def main(name: str) -> None:
    """Be the second process: take an order, do it, say what came out. Never returns."""
    pipe, sys.stdout = sys.stdout.buffer, sys.stderr  # nobody else may write between the frames
    gc.disable()
    source: IO[bytes] = sys.stdin.buffer
    known = drift.ready() if name == _COMPARE else None
    _, size = intake.receive_head(source)
    task = _task(json.loads(source.read(size)))

    def told(stage: str, done: int, of: int) -> None:
        intake.send(pipe, _PROGRESS, json.dumps([stage, done, of]).encode())
        pipe.flush()

    counts, drifted, checked = by_ourselves(task, told, known)
    said = {"counts": vars(counts), "drifted": drifted, "checked": checked}
    intake.send(pipe, intake.END, json.dumps(said).encode())
    pipe.flush()
    os._exit(0)  # taking everything apart would take as long as filling it
