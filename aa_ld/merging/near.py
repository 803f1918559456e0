"""What of a merged graph ours lead to: the part that could change what we answer or what our classes mean.

For questions and rules that is every triple whose predicate they name, and that
can be come to from an IRI of ours, in the direction of the triples; a triple whose
predicate no question names changes no answer. For a reasoner it is all that is
said of ours, and from there on the axioms of what is named.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue
from aa_ld.merging.reading import OURS
from aa_ld.merging.worker import BLANK, REFERS

_APART = 4 << 10  # bytes between two lines that are known by their place
_ENDS = (b"<http://www.w3.org/", b"<http://purl.org/dc/", b"<http://id.nlm.nih.gov/mesh/vocab#", b'"')
#: Tables whose objects may be terms of ours.
_POINTING = (
    words.SUBCLASS, words.SUBPROPERTY, words.EQUIVALENT, words.EQUIVALENT_PROPERTY, words.DISJOINT, words.DOMAIN, words.RANGE,
    words.INVERSE, words.REPLACED_BY, words.REPLACED_BY_TOO, words.CONSIDER, words.TYPE, *words.MATCHES, REFERS,
)  # fmt: skip
#: Predicates of axioms: what a class or a property means is told by these.
_MEANING = {
    f"<{iri}>".encode()
    for iri in (
        words.SUBCLASS, words.SUBPROPERTY, words.EQUIVALENT, words.EQUIVALENT_PROPERTY, words.DOMAIN, words.RANGE, words.INVERSE,
        words.RDF + "first", words.RDF + "rest",
        *(words.OWL + name for name in ("intersectionOf", "unionOf", "complementOf", "oneOf", "onProperty", "onClass", "someValuesFrom",
          "allValuesFrom", "hasValue", "propertyChainAxiom", "disjointUnionOf")),
    )
}  # fmt: skip


def meaning(catalogue: Catalogue, merged: Path, ours: Iterable[str]) -> list[bytes]:
    """The lines of a merged file that tell what ours mean: all about ours, and the axioms that these lead to."""
    return _within_reach(catalogue, merged, ours, None)


def named(catalogue: Catalogue, merged: Path, ours: Iterable[str], predicates: Iterable[str]) -> list[bytes]:
    """The lines of a merged file with these predicates that ours lead to by these predicates."""
    return _within_reach(catalogue, merged, ours, {f"<{iri}>".encode() for iri in predicates})


def _within_reach(
    catalogue: Catalogue, merged: Path, ours: Iterable[str], predicates: set[bytes] | None
) -> list[bytes]:
    own = {f"<{iri}>".encode() for iri in ours}
    if not merged.stat().st_size:
        return []
    pointing = {
        subject
        for source in catalogue.sources
        if source.role != OURS
        for table in _POINTING
        for subject in source.pointing(table, own)
    }
    pointing |= {
        s
        for source in catalogue.sources
        if source.role != OURS
        for s, _, o in source.triples(BLANK)
        if o in own
    }
    with merged.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _gathered(data, own, pointing, predicates)


class _Subjects:
    """Sorted lines, found by their subject: the first line of every few KiB tells in which of these to look."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._starts = [0]
        self._first = [b""]
        for at in range(_APART, len(data), _APART):
            start = data.rfind(b"\n", 0, at) + 1
            if start > self._starts[-1]:
                self._starts.append(start)
                self._first.append(data[start : start + _APART].split(b"\n", 1)[0])

    def lines(self, subject: bytes) -> list[bytes]:
        """All lines with a subject."""
        begin, data = subject + b" ", self._data
        at = bisect_left(self._first, begin)
        start = self._starts[at - 1] if at else 0
        end = self._starts[at] + len(begin) if at < len(self._starts) else len(data)
        found = (b"\n" + data[start:end]).find(b"\n" + begin)
        lines = []
        while found >= 0:
            over = data.find(b"\n", start + found)
            lines.append(data[start + found : over])
            start, found = over + 1, 0 if data[over + 1 : over + 1 + len(begin)] == begin else -1
        return lines


def _gathered(
    data: mmap.mmap, own: set[bytes], pointing: set[bytes], predicates: set[bytes] | None
) -> list[bytes]:
    found: dict[bytes, None] = {}
    waiting = [(subject, subject in own) for subject in sorted(own | pointing)]
    seen = own | pointing
    subjects = _Subjects(data)
    for subject, is_ours in waiting:
        for line in subjects.lines(subject):
            _, predicate, rest = line.split(b" ", 2)
            if predicates is not None and predicate not in predicates:
                continue
            found[line] = None
            to = rest[:-2]
            leads = predicates is not None or is_ours or predicate in _MEANING or to[:2] == b"_:"
            if leads and to not in seen and not to.startswith(_ENDS):
                seen.add(to)
                waiting.append((to, False))
    return list(found)
