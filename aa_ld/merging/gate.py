"""The gate: what may not come true by merging. Classes without instances, entailments that turn facts around."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from aa_ld.merging import coherence, words
from aa_ld.merging.catalogue import Catalogue, either
from aa_ld.merging.conflict import ERROR, NOTE, WARNING, Conflict
from aa_ld.merging.words import text_of
from aa_ld.vocab import BASE


class Checked(NamedTuple):
    """One check of the gate: by what, over what, and what came out, in words."""

    by: str
    over: str
    found: str


@cache
def watched() -> tuple[tuple[bytes, bytes, str], ...]:
    """The entailments that are watched by name: property, what it would entail, and what that would mean."""
    lines = Path(__file__).with_name("watched.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return tuple((f"<{a}>".encode(), f"<{b}>".encode(), why) for a, b, why in rows)


def fast_check(catalogue: Catalogue) -> tuple[list[Conflict], list[Checked]]:
    """What cannot be in the merged graph, and which of it no single input has already."""
    after = coherence.impossible(catalogue)
    before: set[bytes] = set()
    if after:
        for source in catalogue.sources:
            before |= {each.term for each in coherence.impossible(Catalogue([source]))}
    found = []
    for each in after:
        new = each.term not in before
        what = f"{catalogue.called(each.term)} {'can have no instance' if each.is_class else 'cannot be'}{'; no input alone makes it so.' if new else ', already in one input alone.'}"
        found.append(
            Conflict(
                "unsatisfiable" if each.is_class else "inconsistent", what, (text_of(each.term),),
                coherence.files_of(catalogue, each.because), "", ERROR if new else WARNING, coherence.told(catalogue, each.because),
            )
        )  # fmt: skip
    count = sum(each.term not in before for each in after)
    out = f"{len(after)} impossible, {count} of them new" if after else "nothing impossible"
    over = f"all {len(catalogue.classes):,} classes of the merged graph"
    return found, [
        Checked("fast check (subclasses, disjointness, domains, ranges; not all of OWL)", over, out)
    ]


def harmful(catalogue: Catalogue) -> Iterator[Conflict]:
    """Watched entailments that hold in the merged graph; grave where a property of ours stands below."""
    above = catalogue.by_subject(words.SUBPROPERTY, words.EQUIVALENT_PROPERTY)
    for prop, other, why in watched():
        way = _way(above, prop, other)
        if not way:
            continue
        bits = either(above[narrow][wide] for narrow, wide in itertools.pairwise(way))
        details = tuple(
            f"{catalogue.called(a)} subPropertyOf {catalogue.called(b)}   ({', '.join(catalogue.files(above[a][b]))})"
            for a, b in itertools.pairwise(way)
        )
        ours = sorted(
            term for term in above if term.startswith(b"<" + BASE.encode()) and _way(above, term, prop)
        )
        what = f"{catalogue.called(prop)} entails {catalogue.called(other)}. {why}"
        if ours:
            what += f" {', '.join(map(catalogue.called, ours))} stands below it."
        else:
            what += " No property of ours stands below it, so no fact of ours turns around."
        yield Conflict(
            "harmful-entailment",
            what,
            tuple(map(text_of, (prop, other, *ours))),
            catalogue.files(bits),
            severity=ERROR if ours else NOTE,
            details=details,
        )


def _way(above: dict[bytes, dict[bytes, int]], start: bytes, end: bytes) -> list[bytes]:
    """A shortest way up from one property to another; nothing where there is none."""
    came: dict[bytes, bytes] = {start: b""}
    waiting = [start]
    for term in waiting:
        for over in sorted(above.get(term, ())):
            if over not in came:
                came[over] = term
                waiting.append(over)
    if end not in came or start == end:
        return []
    way = [end]
    while came[way[-1]]:
        way.append(came[way[-1]])
    return way[::-1]


def hermit_check(
    catalogue: Catalogue, module: list[bytes], fast: list[Conflict]
) -> tuple[list[Conflict], list[Checked]]:
    """What HermiT says of the part of the merged graph within reach of ours, and where the fast check says otherwise.

    Raises MissingExtraError without owlready2 or Java, and ReasonerError.
    """
    from pyoxigraph import RdfFormat, parse

    from aa_ld.reason import axioms, reason

    triples = [quad.triple for quad in parse(b"\n".join(module) + b"\n", RdfFormat.N_TRIPLES)]
    result = reason(triples)
    found = []
    if not result.consistent:
        found.append(
            Conflict("inconsistent", "HermiT: the part near ours is inconsistent.", details=result.because)
        )
    found += [
        Conflict(
            "unsatisfiable",
            f"HermiT: {catalogue.called(f'<{each.iri}>'.encode())} can have no instance.",
            (each.iri,),
            details=each.because,
        )
        for each in result.unsatisfiable
    ]
    by_fast = {term for each in fast if each.kind == "unsatisfiable" for term in each.terms}
    inside = {text_of(line.split(b" ", 1)[0]) for line in module}
    by_hermit = {each.iri for each in result.unsatisfiable}
    for iri in sorted((by_hermit ^ (by_fast & inside)) if result.consistent else ()):
        by, not_by = ("HermiT", "the fast check") if iri in by_hermit else ("the fast check", "HermiT")
        what = f"{catalogue.called(f'<{iri}>'.encode())} can have no instance by {by}, and not by {not_by}."
        found.append(Conflict("disagreement", what, (iri,)))
    out = f"{len(by_hermit)} impossible" if result.consistent else "inconsistent"
    return found, [
        Checked(
            "HermiT (all of OWL 2 DL)",
            f"{len(axioms(triples)):,} axioms within reach of ours",
            out if by_hermit or not result.consistent else "consistent, nothing impossible",
        )
    ]
