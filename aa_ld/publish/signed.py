"""Signed nanopublications: one a fact, none ever thrown away, and an index of those that stand.

    nanopubs/signed/RA….trig    each by its name; https://w3id.org/aa-ld/nanopub/RA… leads there
    nanopubs/signed/index.trig  the index; of more than a thousand the last part, which names the others
    nanopubs/signed/all.trig    those that the index names

What was signed stays what it is: a fact that did not change keeps its
nanopublication, one that changed gets a new one that supersedes it, and for one
that is stated no more there is a retraction. Servers heed both only by the key
that signed the first, so what another key signed is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Triple

from aa_ld.errors import MissingFileError, NanopubError
from aa_ld.exchange.described import describe
from aa_ld.exchange.keys import Signer
from aa_ld.exchange.nanopub import Graphs, graphs_of, head_of
from aa_ld.exchange.signing import NAMES, TRUSTY, Signed, check, names, read_by_library, sign
from aa_ld.publish.catalogue import Distribution
from aa_ld.publish.metadata import Metadata
from aa_ld.publish.nanopubs import Listed, index
from aa_ld.store import Source
from aa_ld.vocab import PREFIXES, compact

FOLDER = "nanopubs/signed/"

#: Names that one index holds; the network takes 1,200 triples.
MOST_NAMED = 1000

Told = Callable[[str, int, int], None]

_NPX, _DCTERMS, _PROV, _RDFS = (PREFIXES[name] for name in ("npx", "dcterms", "prov", "rdfs"))
_INTRODUCES, _RETRACTS, _SUPERSEDES = (_NPX + name for name in ("introduces", "retracts", "supersedes"))
_INCLUDES, _APPENDS = _NPX + "includesElement", _NPX + "appendsIndex"

#: What a nanopublication says of itself and not of its fact.
_OWN = frozenset([_SUPERSEDES, _DCTERMS + "created"])


class Tally(NamedTuple):
    """How many nanopublications of facts there are now, and what was done to come to that."""

    new: int = 0
    kept: int = 0
    superseding: int = 0
    retracted: int = 0
    foreign: int = 0


class Made(NamedTuple):
    """The files of signed nanopublications, and what was done."""

    files: Iterable[Distribution]
    tally: Tally


class _Before(NamedTuple):
    """What lies there already.

    files      code to text
    standing   IRI of a fact to its nanopublication
    withdrawn  IRI of a fact to the retraction of its nanopublication
    indexes    the index, and before it those that it appends, last first
    """

    files: dict[str, str]
    standing: dict[str, Signed]
    withdrawn: dict[str, Signed]
    indexes: list[Signed]


def carried(folder: Path) -> Iterator[Distribution]:
    """What was signed before, byte by byte, for a publication without a key; read when it is asked for."""
    for each in sorted((folder / FOLDER).glob("*.trig")):
        yield _file(each.name, each.read_bytes())


def signed(  # noqa: PLR0913, PLR0917 - what a publication knows
    source: Source,
    facts: Iterable[str],
    metadata: Metadata,
    signer: Signer,
    folder: Path,
    told: Told | None = None,
) -> Made:
    """Sign the nanopublications of facts, over those that lie in a published folder.

    Raises NanopubError where one of those is not what was signed or a fact
    cannot be signed, and MissingFileError where one is not there.
    """
    before = _read(folder, told)
    now: dict[str, Signed] = {}
    listed = sorted(facts)
    for number, (fact, parts) in enumerate(graphs_of(source, describe(source, listed), NAMES)):
        if told:
            told("signing", number, len(listed))
        now[fact] = _of_fact(fact, parts, signer, before)
    gone = {
        fact: old for fact, old in before.standing.items() if fact not in now and old.key == signer.public
    }
    retractions = {fact: one for fact, one in before.withdrawn.items() if fact not in now}
    for fact, old in gone.items():
        retractions[fact] = sign(_retraction(old, fact, metadata, signer), signer)
    indexes = _indexes([*now.values(), *retractions.values()], sorted(retractions), metadata, signer, before)
    superseding = {
        fact for fact, one in now.items() if _value(one, _SUPERSEDES) and one.code not in before.files
    }
    kept = {fact for fact, one in now.items() if one.code in before.files}
    foreign = sum(1 for old in before.standing.values() if old.key != signer.public)
    tally = Tally(len(now) - len(superseding) - len(kept), len(kept), len(superseding), len(gone), foreign)
    return Made(_files(before, [*now.values(), *retractions.values()], indexes), tally)


def _of_fact(fact: str, parts: Graphs, signer: Signer, before: _Before) -> Signed:
    """The nanopublication that stands if it still says the same; else a new one in its place, or in that of its retraction."""
    old = before.standing.get(fact) or before.withdrawn.get(fact)
    if old is None or old.key != signer.public:
        return sign(parts, signer)
    if fact in before.standing and old.signer == signer.orcid and _core(old) == _core_of(parts, signer):
        return old
    return sign(parts, signer, supersedes=old.iri)


def _core_of(parts: Graphs, signer: Signer) -> frozenset[str]:
    """What would be signed, as far as it is about the fact."""
    return _told(read_by_library(parts | {"pubinfo": [*parts["pubinfo"], *names(signer)]}), NAMES)


def _core(old: Signed) -> frozenset[str]:
    """What was signed, as far as it is about the fact."""
    return _told(old.quads, old.iri + "/")


def _told(quads: Iterable[Quad], this: str) -> frozenset[str]:
    """Quads in which a nanopublication has no name, no date, no signature and nothing that it supersedes."""
    signature, info = NamedNode(this + "sig"), NamedNode(this + "pubinfo")
    return frozenset(
        str(quad).replace(f"<{this}", "<").replace(f"<{this[:-1]}>", "<>").replace(f"<{NAMES}", "<")
        for quad in quads
        if quad.subject != signature and not (quad.graph_name == info and quad.predicate.value in _OWN)
    )


def _retraction(old: Signed, fact: str, metadata: Metadata, signer: Signer) -> Graphs:
    """The signer takes a nanopublication back, as its fact is not in this version."""
    this, who = NamedNode(NAMES), NamedNode(signer.orcid)
    why = f"Retraction: version {metadata.version} does not state {compact(fact)}."
    day = Literal(f"{metadata.issued}T00:00:00Z", datatype=NamedNode(PREFIXES["xsd"] + "dateTime"))
    said: list[tuple[str, NamedNode | Literal]] = [
        (_RDFS + "label", Literal(why, language="en")),
        (_DCTERMS + "creator", who),
        (_DCTERMS + "license", NamedNode(metadata.licence)),
        (_DCTERMS + "created", day),
    ]
    return {
        "Head": head_of(this),
        "assertion": [Triple(who, NamedNode(_RETRACTS), NamedNode(old.iri))],
        "provenance": [Triple(NamedNode(NAMES + "assertion"), NamedNode(_PROV + "wasAttributedTo"), who)],
        "pubinfo": [Triple(this, NamedNode(p), o) for p, o in said],
    }


def _indexes(
    elements: list[Signed], withdrawn: list[str], metadata: Metadata, signer: Signer, before: _Before
) -> list[Signed]:
    """The index, and before it its other parts, last first; one that says the same as before is kept."""
    iris = sorted(each.iri for each in elements)
    lots = [iris[at : at + MOST_NAMED] for at in range(0, len(iris), MOST_NAMED)] or [[]]
    known = {
        _core(each): each
        for each in before.indexes
        if each.key == signer.public and each.signer == signer.orcid
    }
    top = before.indexes[0] if before.indexes and before.indexes[0].key == signer.public else None
    made: list[Signed] = []
    for number, lot in enumerate(lots, 1):
        whole = number == len(lots)
        listed = Listed(lot, (), withdrawn if whole else (), "", made[0].iri if made else "", whole)
        parts = index(NAMES, listed, metadata)
        old = known.get(_core_of(parts, signer))
        made.insert(0, old or sign(parts, signer, supersedes=top.iri if whole and top else ""))
    return made


def _files(before: _Before, standing: list[Signed], indexes: list[Signed]) -> list[Distribution]:
    """All that was ever signed, and what names it."""
    texts = before.files | {each.code: each.text for each in [*standing, *indexes]}
    every = "\n".join(sorted(each.text for each in standing))
    return [
        *(_file(f"{code}.trig", text.encode()) for code, text in sorted(texts.items())),
        _file("all.trig", every.encode()),
        _file("index.trig", indexes[0].text.encode()),
    ]


def _file(name: str, data: bytes) -> Distribution:
    title = {"all.trig": "all that stand", "index.trig": "the index"}.get(name, name)
    return Distribution.of(FOLDER + name, f"Signed nanopublications: {title}", "application/trig", data)


def _read(folder: Path, told: Told | None) -> _Before:
    """What lies in a published folder, each checked that stands."""
    root = folder / FOLDER
    files = {each.stem: _text(each) for each in sorted(root.glob("RA*.trig"))}
    before = _Before(files, {}, {}, [])
    if not (root / "index.trig").is_file():
        return before
    before.indexes.extend(indexes_of(root))
    included = [name for each in before.indexes for name in included_in(each)]
    for number, name in enumerate(included):
        if told:
            told("checking", number, len(included))
        found = _checked(root, name)
        if fact := _value(found, _INTRODUCES):
            before.standing[fact] = found
        elif taken := _value(found, _RETRACTS):
            fact = _value(_checked(root, taken), _INTRODUCES)
            before.withdrawn[fact] = found
    return before


def indexes_of(root: Path) -> list[Signed]:
    """The index that lies in a folder of signed nanopublications, and before it those that it appends, last first.

    Raises NanopubError where one is not what was signed or not the one of its
    name, and MissingFileError where one is not there.
    """
    found = [check(_text(root / "index.trig"), str(root / "index.trig"))]
    while earlier := _value(found[-1], _APPENDS):
        found.append(_checked(root, earlier))
    return found


def included_in(index: Signed) -> list[str]:
    """The names of what an index holds together."""
    return list(_values(index, _INCLUDES))


def place_of(root: Path, name: str) -> Path:
    """Where the nanopublication of a name lies in a folder of signed ones; nothing lies there if it is no such name."""
    found = TRUSTY.fullmatch(name)
    return root / f"{found[1] if found else 'RA'}.trig"


def _checked(root: Path, name: str) -> Signed:
    """The nanopublication of a name."""
    place = place_of(root, name)
    if not place.is_file():
        what = "The index names a signed nanopublication, and its file is not there."
        raise MissingFileError(str(place), what, "Put it back; what was signed is never taken away.")
    held = check(_text(place), str(place))
    if held.iri != name:
        raise NanopubError(str(place), f"It holds {held.iri}.", "Put the file back that has this name.")
    return held


def _text(place: Path) -> str:
    return place.read_bytes().decode("utf-8", "replace")


def _values(found: Signed, predicate: str) -> Iterator[str]:
    return (
        q.object.value
        for q in found.quads
        if q.predicate.value == predicate and isinstance(q.object, NamedNode)
    )


def _value(found: Signed, predicate: str) -> str:
    return min(_values(found, predicate), default="")
