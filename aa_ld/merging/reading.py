"""The inputs of a merge, each read by a child of its own, a few at a time, into sorted runs on disk.

ours ──┐                         ┌─ runs: sorted triples, on disk
FILE ──┼─► child: check, parse,  ┤
FILE ──┘   spell, name, sort     └─ tables: triples that the report needs
"""

from __future__ import annotations

import json
import mmap
import os
import re
import tempfile
import threading
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import ExitStack, suppress
from hashlib import sha256
from itertools import chain, compress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from aa_ld import intake, owltext, places
from aa_ld.errors import ParserStoppedError
from aa_ld.merging import sssom
from aa_ld.merging.worker import RUN, TABLE
from aa_ld.vocab import LAYERS, printable

if TYPE_CHECKING:
    from subprocess import Popen

#: Called with what is done, how much of it, and of how much.
Told = Callable[[str, int, int], None]

OURS, GIVEN, MAPPING, IMPORTED, AGAINST = "ours", "input", "mapping set", "import", "earlier merge"

_TIMEOUT, _MEMORY, _MOST_WHOLE = 86_400.0, 8 << 30, 512 << 20
_BLOCK = 1 << 20
#: Vocabulary that everybody uses: no triple is near ours because of it.
_COMMON = re.compile(
    rb"<http://(?:www\.w3\.org/|purl\.org/dc/|purl\.org/ontology/bibo)|<http://id\.nlm\.nih\.gov/mesh/vocab#"
)


class Input(NamedTuple):
    """What goes in: the name that is shown, the files it consists of, and its role."""

    name: str
    paths: tuple[str, ...]
    role: str = GIVEN


_ONE_AT_A_TIME = threading.Lock()


def read_at(file: int, start: int, end: int) -> bytes:
    """The bytes between two places of a file; read, not mapped, so that they do not stay in memory."""
    if hasattr(os, "pread"):
        return os.pread(file, end - start, start)
    with _ONE_AT_A_TIME:  # Windows has no pread
        os.lseek(file, start, os.SEEK_SET)
        return os.read(file, end - start)


class Run(NamedTuple):
    """A sorted run: where it lies, and the number of its source."""

    data: mmap.mmap | bytes
    start: int
    end: int
    source: int
    file: int = -1

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.end - self.start

    def text(self) -> bytes:
        """All of it; read, not mapped, so that it does not stay in memory."""
        return (
            read_at(self.file, self.start, self.end) if self.file >= 0 else self.data[self.start : self.end]
        )

    def lines(self) -> list[bytes]:
        """Its lines, without their ends."""
        return self.text()[:-1].split(b"\n")

    def cut(self, end: int) -> tuple[Run, Run]:
        """What stands before a place, and what stands from there on."""
        return self._replace(end=end), self._replace(start=end)

    def find(self, key: bytes, low: int = 0) -> int:
        """Where the first line begins that is not before a key, from the place of a line on."""
        low, high = max(low, self.start), self.end
        while low < high:
            middle = self.data.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self.data.find(b"\n", middle, self.end)
            if self.data[middle:end] < key:
                low = end + 1
            else:
                high = middle
        return low

    def samples(self) -> Iterable[bytes]:
        """A line of every MiB."""
        for at in range(self.start, self.end, _BLOCK):
            begin = self.data.rfind(b"\n", self.start, at) + 1 or self.start
            yield self.data[begin : self.data.find(b"\n", begin, self.end)]


class Read:
    """An input that was read.

    name, role   as they were given; `names` has further names of the same bytes
    runs         (start, end) of each sorted run in `spool`
    tables       predicate, or name of a table of aa_ld.merging.worker, to where its lines lie in `spool`
    about        what the child said: syntax, triples, distinct, folded, respelt, about
    sha256       the digest of the file
    """

    def __init__(self, given: Input, spool: IO[bytes]) -> None:
        self.name, self.role = given.name, given.role
        self.names = [given.name]
        self.spool = spool
        self.runs: list[tuple[int, int]] = []
        self.tables: dict[str, list[tuple[int, int]]] = {}
        self.about: dict[str, Any] = {}
        self.sha256 = ""

    def _cells(self, name: str) -> Iterator[list[bytes]]:
        """The terms of a table, piece by piece; kept on disk, as they are many and looked at once or twice."""
        for start, end in self.tables.get(name, ()):
            yield read_at(self.spool.fileno(), start, end).split(b"\n")

    def columns(self, name: str) -> Iterator[tuple[list[bytes], list[bytes]]]:
        """The subjects and the objects of a table of pairs, piece by piece."""
        return ((cells[::2], cells[1::2]) for cells in self._cells(name))

    def rows(self, name: str) -> Iterator[tuple[bytes, bytes]]:
        """Subject and object of each triple in a table of pairs."""
        return chain.from_iterable(zip(*pair, strict=True) for pair in self.columns(name))

    def triples(self, name: str) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Subject, predicate and object of each triple in a table of triples."""
        return chain.from_iterable(
            zip(cells[::3], cells[1::3], cells[2::3], strict=True) for cells in self._cells(name)
        )

    def triples_to(self, name: str, objects: Container[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Of the triples in a table of triples those whose object is one of these."""
        for cells in self._cells(name):
            three = zip(cells[::3], cells[1::3], cells[2::3], strict=True)
            yield from compress(three, map(objects.__contains__, cells[2::3]))

    def pointing(self, name: str, objects: Container[bytes]) -> Iterator[bytes]:
        """The subjects of the pairs in a table whose object is one of these."""
        for subjects, values in self.columns(name):
            yield from compress(subjects, map(objects.__contains__, values))

    def sorted_runs(self, number: int = 0) -> list[Run]:
        """The runs, as those of the input with this number."""
        if not self.runs:
            return []
        data = mmap.mmap(self.spool.fileno(), 0, access=mmap.ACCESS_READ)
        return [Run(data, start, end, number, self.spool.fileno()) for start, end in self.runs]

    def lines(self, begin: bytes = b"") -> Iterator[bytes]:
        """The triples that begin so, run by run."""
        for run in self.sorted_runs():
            start, end = run.find(begin), run.find(begin + b"\xff")
            if end > start:
                yield from run._replace(start=start, end=end).lines()

    def take(self, kind: bytes, size: int, pipe: IO[bytes], room: bytearray) -> bool:
        """Take a run or a table of so many bytes out of a pipe, through this room; False where the pipe ends before."""
        name = pipe.readline(size) if kind == TABLE else b""
        start = self.spool.tell()
        left = size - len(name)
        while left:
            with memoryview(room)[:left] as piece:
                got = pipe.readinto(piece)  # type: ignore[attr-defined]
                self.spool.write(piece[:got])
            if not got:
                return False
            left -= got
        into = self.tables.setdefault(name[:-1].decode(), []) if name else self.runs
        into.append((start, self.spool.tell()))
        return True


def ours() -> Input:
    """The shipped ontology, alignments and facts, without what follows from them."""
    return Input(OURS, tuple(str(path) for layer in LAYERS for path in places.layer_files(layer)), OURS)


def near(given: Input) -> list[str]:
    """The IRIs of ours of which a triple of others could change what we answer."""
    from pyoxigraph import NamedNode, RdfFormat, parse

    found: set[str] = set()
    for path in given.paths:
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            found.update(term.value for term in (quad.subject, quad.object) if isinstance(term, NamedNode))
    return sorted(iri for iri in found if not _COMMON.match(b"<" + iri.encode()))


def read_all(inputs: Iterable[Input], spools: Spools, told: Told) -> list[Read]:
    """Read inputs, as many at a time as there are processors; in the order given.

    The same bytes are read once. Raises InputError for one that cannot be read,
    of several the first in the order given.
    """
    given = list(inputs)
    children = [_started() for _ in range(min(len(given), os.cpu_count() or 1))]
    try:
        return _read_all(given, children, spools, told)
    finally:
        for child in children:
            intake._end(child)


def _read_all(given: list[Input], children: list[Popen[bytes]], spools: Spools, told: Told) -> list[Read]:
    digests = [_digest(each) for each in given]
    first: dict[tuple[str, str], int] = {}
    for n, (each, digest) in enumerate(zip(given, digests, strict=True)):
        first.setdefault((digest, each.role), n)
    # The largest begins first: so nobody waits for it at the end.
    sizes = {n: sum(map(os.path.getsize, given[n].paths)) for n in first.values()}
    waiting = sorted(sizes, key=lambda n: -sizes[n])
    desk = _Desk(given, waiting, spools, _Sum(sum(sizes.values()), told))
    desk.work(children)
    for n, (each, digest) in enumerate(zip(given, digests, strict=True)):
        same = desk.read[first[digest, each.role]]
        same.sha256 = digest
        if n not in desk.read:
            same.names.append(each.name)
    return [desk.read[n] for n in sorted(desk.read)]


class Spools:
    """Makes files in a folder, and closes them in the end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack

    def new(self) -> IO[bytes]:
        """A new file; it has a name, so that a second process can read it too."""
        spool = tempfile.NamedTemporaryFile(dir=self._folder, delete=False)  # noqa: SIM115 - the stack closes it
        return self._stack.enter_context(spool)


class _Sum:
    """Bytes that all readers together have read."""

    def __init__(self, total: int, told: Told) -> None:
        self.total, self.told, self.done = total, told, 0
        self._lock = threading.Lock()

    def add(self, size: int) -> None:
        with self._lock:
            self.done += size
            self.told("reading", self.done >> 10, self.total >> 10)


class _Desk:
    """Inputs that wait, and the threads that give them to children, each its own."""

    def __init__(self, given: list[Input], waiting: list[int], spools: Spools, seen: _Sum) -> None:
        self.given, self.waiting, self.seen = given, waiting, seen
        self.spools = {n: spools.new() for n in waiting}
        self.read: dict[int, Read] = {}
        self.failed: dict[int, BaseException] = {}
        self._lock = threading.Lock()

    def work(self, children: list[Popen[bytes]]) -> None:
        """Read everything that waits."""
        threads = [threading.Thread(target=self._serve, args=(child,), daemon=True) for child in children]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:  # Ctrl-C: whoever still reads, leaves
            self.waiting.clear()
            for child in children:
                child.kill()
            raise
        if self.failed:
            raise self.failed[min(self.failed)]

    def _next(self) -> int | None:
        with self._lock:
            return self.waiting.pop(0) if self.waiting and not self.failed else None

    def _serve(self, child: Popen[bytes]) -> None:
        while (n := self._next()) is not None:
            try:
                self.read[n] = self._read(child, n)
            except BaseException as error:
                self.failed[n] = error

    def _read(self, process: Popen[bytes], n: int) -> Read:
        given = self.given[n]
        read = Read(given, self.spools[n])
        feeder = threading.Thread(target=_feed, args=(process, given, self.seen), daemon=True)
        feeder.start()
        try:
            _collect(process, read)
        except intake.Stopped as stopped:
            what = f"The parser fell over ({stopped.reason} {stopped.detail})."
            remedy = "Split the file, or convert it with another tool."
            raise ParserStoppedError(printable(given.name, 300), what, remedy) from None
        finally:
            if not read.about:
                process.kill()
            feeder.join()
        read.spool.flush()
        return read


def _started() -> Popen[bytes]:
    """A child that gets ready to read while others do other things."""
    child = intake._start("merge", "aa_ld.merging.worker")
    _widen(child.stdout)
    return child


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe hold more, where the system can: so the two at its ends wait less often for each other."""
    with suppress(ImportError, AttributeError, OSError):
        from fcntl import F_SETPIPE_SZ, fcntl

        assert pipe is not None
        fcntl(pipe.fileno(), F_SETPIPE_SZ, _BLOCK)


def _digest(given: Input) -> str:
    digest = sha256()
    for path in given.paths:
        with open(intake.open_file(path), "rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def _feed(process: Popen[bytes], given: Input, seen: _Sum) -> None:
    """Give a child an order, and the bytes of an input after it."""
    stem, ending = os.path.splitext(given.paths[0].lower())
    ending = os.path.splitext(stem)[1] + ending if ending == ".gz" else ending
    with open(given.paths[0], "rb") as file:
        start = file.read(1 << 16)
    kind = "sssom" if sssom.is_sssom(ending, start) else owltext.kind_of(ending, start)
    order = {
        "name": printable(given.name, 4096), "ending": ending, "kind": kind,
        "timeout": _TIMEOUT, "memory": _MEMORY, "most_bytes": _MOST_WHOLE,
    }  # fmt: skip

    def blocks() -> Iterator[bytes]:
        for path in given.paths:
            with open(path, "rb") as file:
                while block := file.read(_BLOCK):
                    seen.add(len(block))
                    yield block
            if len(given.paths) > 1:
                yield b"\n"  # Turtle files of ours, one after another, are one Turtle file

    try:
        intake._feed(process, json.dumps(order).encode(), blocks())
    except (OSError, ValueError):
        process.kill()


def _collect(process: Popen[bytes], read: Read) -> None:
    assert process.stdout is not None
    room = bytearray(_BLOCK)
    while True:
        kind, size = intake.receive_head(process.stdout)
        if kind in (RUN, TABLE) and read.take(kind, size, process.stdout, room):
            continue
        if kind not in (intake.END, intake.ERROR, intake.STOPPED):
            raise intake._fallen(process)
        body = process.stdout.read(size)
        if len(body) < size:
            raise intake._fallen(process)
        if kind == intake.END:
            read.about = json.loads(body)
            return
        if kind == intake.ERROR:
            raise intake._rebuilt(json.loads(body))
        if kind == intake.STOPPED:
            raise intake.Stopped(*json.loads(body))
