"""Commands for ontologies: a part of a large one, proposals of mappings, the files of a release."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from aa_ld.cli.files import check_output, deliver, protect
from aa_ld.cli.output import as_json, say
from aa_ld.errors import EmptyFileError, UnknownTermError, UsageError, nearest
from aa_ld.terminal import grid, width_of
from aa_ld.vocab import BASE, PREFIXES, compact, expand, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

    from aa_ld.align import Lexicon, Proposal

_OURS = "ours"
_MATCHES = tuple(PREFIXES["skos"] + f"{kind}Match" for kind in ("exact", "close", "broad", "narrow"))


def extract(arguments: Namespace) -> int:
    """Take the part of an ontology that terms need."""
    from aa_ld.extract import extract as taken
    from aa_ld.turtle import write_turtle

    check_output(arguments.output)
    triples = _read(getattr(arguments, "from"))
    terms = [_iri(term, triples) for term in arguments.terms] or _aligned(triples)
    part = taken(triples, terms, arguments.method)
    name = arguments.output or ""
    made = _ntriples(part.triples) if name.endswith(".nt") else write_turtle(part.triples).encode()
    said = (
        f"{len(part.terms)} terms, {part.axioms:,} axioms, {len(part.triples):,} of {len(triples):,} triples"
    )
    deliver(made, arguments.output, said)
    return 0


def align(arguments: Namespace) -> int:
    """Propose mappings between two ontologies, or measure the proposals against mappings that are known."""
    from aa_ld.align import align as proposed
    from aa_ld.align import measured
    from aa_ld.release.mappings import write_proposals

    check_output(arguments.output)
    curated, denied = _mapped(arguments.mappings)
    known = _mapped([arguments.measure], ("exactMatch",))[0] if arguments.measure else []
    one, two = (_lexicon(name, bool(known)) for name in _two(arguments.files))
    found = proposed(one, two, curated, denied, arguments.least)
    if known:
        here = {*one.labels, *two.labels}
        figures = measured(found, [pair for pair in known if here.issuperset(pair)])
        say(as_json(figures) if arguments.format == "json" else _figures(figures, arguments.measure))
        return 0
    labels = {**two.labels, **one.labels}
    if arguments.format == "sssom" or arguments.output:
        deliver(
            write_proposals(found, labels),
            arguments.output,
            f"{len(found)} proposals, for somebody to look at",
        )
    elif arguments.format == "json":
        say(as_json([each._asdict() for each in found]))
    else:
        say(_table(found, labels))
    return 0


def release(arguments: Namespace) -> int:
    """Write the files of a release into a folder."""
    from aa_ld.release import products

    protect(arguments.folder)
    folder = Path(arguments.folder)
    if folder.exists() and not folder.is_dir():
        raise UsageError(arguments.folder, "This is a file.", "Name a folder; it is made if there is none.")
    slices = [triple for name in getattr(arguments, "with") for triple in _read(name)]
    files = products(slices)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        deliver(data, str(folder / name))
    if arguments.format == "json":
        say(as_json([{"file": name, "bytes": len(data)} for name, data in files.items()]))
    else:
        say(
            "\n".join(
                grid(
                    ["file", "bytes"],
                    [[name, f"{len(data):,}"] for name, data in files.items()],
                    width_of(sys.stdout),
                )
            )
        )
    return 0


def _read(name: str) -> list[Triple]:
    """The triples of an ontology: a file, or ours."""
    if name == _OURS:
        from aa_ld.release.products import ontology_triples

        return ontology_triples()
    from aa_ld.owltext import read_ontology

    return [quad.triple for quad in read_ontology(name)]


def _iri(term: str, triples: list[Triple]) -> str:
    """The IRI of a term that is given by IRI, as PREFIX:ID, or by the label that it has in an ontology.

    Raises UnknownTermError for a label that no term has, or several.
    """
    from aa_ld.exchange.nodes import iri_of

    if term.startswith(("http://", "https://", "urn:")):
        return term
    iri = iri_of(term) or (expand(term) if ":" in term else None)
    if iri is not None:
        return iri
    label, wanted = PREFIXES["rdfs"] + "label", term.casefold()
    names = {t.subject.value: t.object.value for t in triples if t.predicate.value == label}  # type: ignore[union-attr]
    found = sorted(iri for iri, name in names.items() if name.casefold() == wanted)
    if len(found) == 1:
        return found[0]
    what = (
        "Several terms have this label."
        if found
        else "No term has this label, and it is no IRI and no PREFIX:ID."
    )
    near = [compact(iri) for iri in found[:5]] or nearest(
        wanted, {name.casefold() for name in names.values()}
    )
    raise UnknownTermError(printable(term, 200), what, "Write the IRI, or as in MONDO:0005340.", near)


def _aligned(triples: list[Triple]) -> list[str]:
    """The terms of an ontology to which ours are aligned."""
    from aa_ld.release.products import ontology_triples

    ours = {t.object.value for t in ontology_triples() if t.predicate.value in _MATCHES}  # type: ignore[union-attr]
    found = sorted({t.subject.value for t in triples if getattr(t.subject, "value", "") in ours})  # type: ignore[union-attr]
    if not found:
        what = "None of our terms is aligned to a term of this ontology."
        raise UsageError("extract", what, "Name the terms that you need.")
    return found


def _mapped(
    names: list[str], kinds: tuple[str, ...] = ()
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The pairs that mapping sets state, and those that they deny; of some kinds of match only, if any are named."""
    from pyoxigraph import RdfFormat, parse

    from aa_ld.intake import read_text
    from aa_ld.merging.sssom import read_set

    wanted = {PREFIXES["skos"] + kind for kind in kinds} or {*_MATCHES, PREFIXES["owl"] + "equivalentClass"}
    stated: list[tuple[str, str]] = []
    denied: list[tuple[str, str]] = []
    for name in names:
        found = read_set(name, read_text(name))
        for lines, pairs in ((found.lines, stated), (found.negative, denied)):
            for quad in parse(b"\n".join(lines), RdfFormat.N_TRIPLES):
                if quad.predicate.value in wanted:
                    pairs.append((quad.subject.value, quad.object.value))
    return stated, denied


def _two(files: list[str]) -> tuple[str, str]:
    if len(files) > 2:
        raise UsageError(
            "align", "More than two ontologies are named.", "Name one, to align ours to it, or two."
        )
    return (files[0], files[1]) if len(files) == 2 else (_OURS, files[0])


def _lexicon(name: str, blind: bool) -> Lexicon:
    """The names of an ontology; blind, without what it says itself of terms elsewhere."""
    from aa_ld.align import Lexicon

    triples: Iterable[Triple] = _read(name)
    if blind:
        told = {
            *_MATCHES,
            PREFIXES["oboInOwl"] + "hasDbXref",
            PREFIXES["owl"] + "equivalentClass",
        }
        triples = (t for t in triples if t.predicate.value not in told)
    made = Lexicon(triples, (BASE,) if name == _OURS else ())
    if not made.labels:
        what = "Nothing in this file has a label, so there are no names to compare."
        raise EmptyFileError(printable(name, 300), what, "Is it an ontology?")
    return made


def _table(found: list[Proposal], labels: dict[str, str]) -> str:
    if not found:
        return "No mapping to propose."
    from aa_ld.release.mappings import named

    rows = [
        [f"{each.confidence:.2f}", f"{named(each.subject)} {labels.get(each.subject, '')}",
         f"{named(each.object)} {labels.get(each.object, '')}", each.name + (f" (one of {each.rivals + 1})" if each.rivals else "")]
        for each in found
    ]  # fmt: skip
    lines = grid(
        ["sure", "term", "may be the same as", "because both are called"], rows, width_of(sys.stdout)
    )
    return "\n".join(
        [*lines, "", f"{len(found)} proposals. None is accepted until somebody has looked at it."]
    )


def _figures(figures: dict[str, float], known: str) -> str:
    return (
        f"Against {known}:\n  precision {figures['precision']:.4f}  ({figures['right']:,} right, {figures['wrong']:,} wrong)\n"
        f"  recall    {figures['recall']:.4f}  ({figures['missed']:,} of those known were not proposed)\n"
        f"  {figures['unjudged']:,} proposals are about terms of which the known mappings say nothing."
    )


def _ntriples(triples: Iterable[Triple]) -> bytes:
    return "".join(sorted(f"{triple} .\n" for triple in triples)).encode()
