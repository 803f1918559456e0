"""Sorted runs of triples into one sorted file without repeats, with flat memory, and what came from where.

The runs are cut at the same keys, so that each slice of all of them fits in
memory and is merged with set operations. What only one run has is copied, without
a look at its lines: so most of a large ontology, which stands alone among its own terms.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, compress
from operator import attrgetter, eq
from typing import IO

from aa_ld.merging.reading import AGAINST, Read, Run
from aa_ld.merging.words import distinct

_SLICE = 8  # samples in a slice, which is as many MiB
_MOST = (
    16  # a run with so many times the bytes of all others in a slice is looked through for what is its own
)
_STRETCH = 16 << 10  # bytes that are worth copying by themselves
_SHOWN = 20


class Counts:
    """What came from where.

    written        triples of the merged graph
    new[n]         triples that only source n has
    shared[n]      triples of source n that another has too; union_of_shared counts each once
    replaced       triples that were left out for what stands in their place
    gained, lost   against an earlier merge: how many, and the first few
    """

    def __init__(self, sources: int) -> None:
        self.written = self.replaced = self.union_of_shared = 0
        self.new = [0] * sources
        self.shared = [0] * sources
        self.gained = self.lost = 0
        self.examples: dict[str, list[str]] = {"gained": [], "lost": []}


def runs_of(sources: list[Read], added: Iterable[bytes]) -> list[Run]:
    """The runs of all sources, and one of the lines that a merge adds itself, which has the last number."""
    runs = [run for number, read in enumerate(sources) for run in read.sorted_runs(number)]
    own = b"".join(line + b"\n" for line in sorted(added))
    return [*runs, Run(own, 0, len(own), len(sources))] if own else runs


class Merger:
    """Writes the union of runs, sorted; see `merge`.

    without  lines that are not to be written
    folded   names of blank nodes whose lines are not to be written
    """

    def __init__(self, sources: list[Read], without: set[bytes], folded: set[bytes], out: IO[bytes]) -> None:
        self.without, self.folded, self.out = without, folded, out
        self.counts = Counts(len(sources) + 1)
        self._against = {n for n, read in enumerate(sources) if read.role == AGAINST}

    def merge(self, runs: list[Run], told: Callable[[str, int, int], None]) -> Counts:
        """Write everything, and count."""
        samples = sorted(sample for run in runs for sample in run.samples())
        keys = [*samples[_SLICE::_SLICE], None]
        for done, key in enumerate(keys):
            some, runs = _cut(runs, key)
            for piece in _stretches(some):
                if len(piece) > 1 or not self._copied(piece[0]):
                    self._write(piece)
            told("merging", done + 1, len(keys))
        return self.counts

    def _copied(self, run: Run) -> bool:
        """Write a slice that only one run has; False where that needs a look at its lines."""
        text = run.text()
        first, last = text[: text.index(b"\n")], text[text.rfind(b"\n", 0, -1) + 1 : -1]
        if (
            self._against
            or (self.folded and last >= b"_:")
            or any(first <= line <= last for line in self.without)
        ):
            return False
        self.out.write(text)
        count = text.count(b"\n")
        self.counts.new[run.source] += count
        self.counts.written += count
        return True

    def _write(self, runs: list[Run]) -> None:
        """Write a slice, by its lines."""
        parts: dict[int, list[list[bytes]]] = defaultdict(list)
        for run in runs:
            parts[run.source].append(run.lines())
        pieces = {source: _united(some) for source, some in parts.items()}
        earlier = [pieces.pop(n) for n in self._against if n in pieces]
        lines = list(chain.from_iterable(pieces.values()))
        lines.sort()  # sorted pieces one after another: all that is left is to merge them
        twice = set(compress(lines, map(eq, lines, lines[1:]))) if len(pieces) > 1 else set()
        self.counts.union_of_shared += len(twice)
        for source, piece in pieces.items():
            both = sum(map(twice.__contains__, piece)) if twice else 0
            self.counts.shared[source] += both
            self.counts.new[source] += len(piece) - both
        if twice:
            lines = distinct(lines)
        gone = {line for line in self.without if _has(lines, line)}
        if self.folded:
            blank = lines[bisect_left(lines, b"_:") :]
            gone |= {line for line in blank if line.split(b" ", 1)[0] in self.folded}
        if gone:
            lines = [line for line in lines if line not in gone]
            self.counts.replaced += len(gone)
        if self._against:
            self._compare(set().union(*earlier), set(lines))
        if lines:
            self.out.write(b"\n".join(lines) + b"\n")
        self.counts.written += len(lines)

    def _compare(self, earlier: set[bytes], now: set[bytes]) -> None:
        """Count what an earlier merge had and this one has not, and the other way round."""
        for name, lines in (("gained", now - earlier), ("lost", earlier - now)):
            setattr(self.counts, name, getattr(self.counts, name) + len(lines))
            room = _SHOWN - len(self.counts.examples[name])
            self.counts.examples[name] += [line.decode() for line in sorted(lines)[:room]]


def _cut(runs: list[Run], key: bytes | None) -> tuple[list[Run], list[Run]]:
    """What of runs stands before a key, and from there on; all before none."""
    both = [run.cut(run.end if key is None else run.find(key)) for run in runs]
    return [before for before, _ in both if before.size], [after for _, after in both if after.size]


def _stretches(runs: list[Run]) -> Iterator[list[Run]]:
    """A slice as slices, so that where one run has nearly all of it, most of that stands alone."""
    most = max(runs, key=attrgetter("size"), default=None)
    if most and most.size >= _MOST * sum(run.size for run in runs if run is not most):
        for key in _edges(most, [run for run in runs if run is not most]):
            some, runs = _cut(runs, key)
            if some:
                yield some
    if runs:
        yield runs


def _edges(most: Run, others: list[Run]) -> Iterator[bytes]:
    """The keys around lines of others that stand near each other in a run: between these, it stands alone."""
    last, at = b"", 0
    for line in sorted(chain.from_iterable(run.lines() for run in others)):
        place = most.find(line, at)
        if not last or place - at >= _STRETCH:
            if last:
                yield last + b"\0"
            yield line
        last, at = line, place
    if last:
        yield last + b"\0"


def _united(some: list[list[bytes]]) -> list[bytes]:
    """Sorted lists of one source as one, without repeats."""
    return some[0] if len(some) == 1 else distinct(sorted(chain.from_iterable(some)))


def _has(lines: list[bytes], line: bytes) -> bool:
    """Whether a sorted list has a line."""
    at = bisect_left(lines, line)
    return at < len(lines) and lines[at] == line
