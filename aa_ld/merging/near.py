"""What of a merged graph ours lead to: the part that could change what we answer or what our classes mean.

For questions and rules that is every triple whose predicate they name, and that
can be come to from an IRI of ours, in the direction of the triples; a triple whose
predicate no question names changes no answer. For a reasoner it is all that is
said of ours, and from there on the axioms of what is named.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path

from aa_ld.merging import words
from aa_ld.merging.catalogue import Catalogue
from aa_ld.merging.reading import OURS, Run
from aa_ld.merging.worker import BLANK, REFERS

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
        return _gathered(Run(data, 0, len(data), 0), own, pointing, predicates)


def _gathered(run: Run, own: set[bytes], pointing: set[bytes], predicates: set[bytes] | None) -> list[bytes]:
    found: dict[bytes, None] = {}
    waiting = [(subject, subject in own) for subject in sorted(own | pointing)]
    seen = own | pointing
    for subject, is_ours in waiting:
        start, end = run.find(subject + b" "), 0
        if start < run.end and run.data[start : start + len(subject) + 1] == subject + b" ":
            end = run.find(subject + b"!")
        for line in run.lines(start, end) if end else ():
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
