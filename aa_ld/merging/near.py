"""What of a merged graph ours lead to: the part that could change what we answer or what our classes mean.

For questions and rules that is every triple whose predicate they name, and that
can be come to from an IRI of ours, in the direction of the triples; a triple whose
predicate no question names changes no answer. For a reasoner it is all that is
said of ours, and from there on the axioms of what is named.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue
from aa_ld.merging.reading import OURS, read_at
from aa_ld.merging.worker import BLANK, REFERS

_APART, _BLOCK = 4 << 10, 1 << 20  # bytes between two lines that are known by their place; bytes read at once
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
        s for source in catalogue.sources if source.role != OURS for s, _, _ in source.triples_to(BLANK, own)
    }
    with merged.open("rb") as file:
        subjects = _Subjects(file.fileno(), merged.stat().st_size)
        return _gathered(subjects, own, pointing, predicates)


class _Subjects:
    """Sorted lines of a file, found by their subject: a line of every few KiB tells where to look.

    The file is read and not mapped, so that it does not stay in memory.
    """

    def __init__(self, file: int, size: int) -> None:
        self._file, self._size = file, size
        self._starts, self._first = [0], [b""]
        for block in range(0, size, _BLOCK):
            text = read_at(file, block, min(block + _BLOCK, size))
            for at in range(0, len(text), _APART):
                start = text.find(b"\n", at) + 1
                end = text.find(b"\n", start)
                if start and end > start and block + start > self._starts[-1]:
                    self._starts.append(block + start)
                    self._first.append(text[start:end])

    def lines(self, subject: bytes) -> list[bytes]:
        """All lines with a subject."""
        begin = b"\n" + subject + b" "
        at = bisect_left(self._first, begin[1:])
        end = self._starts[at] + len(begin) if at < len(self._starts) else self._size
        text = b"\n" + read_at(self._file, self._starts[max(at - 1, 0)], end)
        first = text.find(begin)
        if first < 0:
            return []
        while True:
            last = text.find(b"\n", text.rfind(begin) + 1)
            # One more may follow that is not there as a whole.
            if end >= self._size or 0 <= last < len(text) - len(begin):
                return text[first + 1 : last].split(b"\n")
            text += read_at(self._file, end, min(end + _APART, self._size))
            end += _APART


def _gathered(
    subjects: _Subjects, own: set[bytes], pointing: set[bytes], predicates: set[bytes] | None
) -> list[bytes]:
    found: dict[bytes, None] = {}
    waiting = [(subject, subject in own) for subject in sorted(own | pointing)]
    seen = own | pointing
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
