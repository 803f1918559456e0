"""A file for each nanopublication, all of them in one, and an index that names them (https://nanopub.net/).

These are not signed; see aa_ld.publish.signed for those that are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from aa_ld.errors import UsageError
from aa_ld.exchange.described import Described, quads_of
from aa_ld.exchange.nanopub import Graphs, each_nanopub, head_of, laid_out, trig
from aa_ld.in_order import InOrder
from aa_ld.publish.metadata import Metadata
from aa_ld.publish.resources import path_of
from aa_ld.publish.spool import Content, Spool
from aa_ld.store import Source
from aa_ld.vocab import BASE, PREFIXES, RDF_TYPE, compact

_NPX, _DCTERMS, _PROV = (PREFIXES[name] for name in ("npx", "dcterms", "prov"))
_MOST_NAMED = 20  # facts that a remark names

#: Where the nanopublication of a fact lies, under the folder.
FOLDER = "nanopubs/"


class Listed(NamedTuple):
    """What an index says.

    elements    the nanopublications that belong together
    retracted   nanopublications that an index before listed, of facts that are stated no more
    withdrawn   the IRIs of these facts
    supersedes  the index before; empty where there is none
    appends     the index that this one goes on from, as one index holds a thousand; empty where it is the first
    whole       whether nothing goes on from this one
    """

    elements: Iterable[str]
    retracted: Iterable[str] = ()
    withdrawn: Iterable[str] = ()
    supersedes: str = ""
    appends: str = ""
    whole: bool = True


def nanopubs(
    source: Source, facts: Iterable[Described], metadata: Metadata, before: Path | None = None
) -> Iterator[tuple[str, Content]]:
    """The path and what stands in each file; the last two hold all, and the index.

    before  the folder of the publication before; facts that its index names and
            that are stated no more are told as retracted

    Raises UsageError where the index before cannot be read.
    """
    prefixes: set[str] = set()
    blocks, named = Spool(), InOrder()
    earlier = _named_before(before) if before else InOrder()
    for iri, declared, written in each_nanopub(source, facts):
        named.add(_element(iri + "/nanopub/"))
        prefixes |= declared
        blocks.write("".join(f"\n{block}" for block in written).encode())
        yield FOLDER + path_of(iri).removeprefix("fact/") + ".trig", trig(declared, written).encode()
    head = "".join(f"{each}\n" for each in sorted(prefixes)).encode()
    yield FOLDER + "all.trig", Spool.of(chain([head], blocks.pieces()))
    blocks.close()
    gone = list(_gone(earlier, named))
    facts_gone = [each.removesuffix("/nanopub/") for each in gone]
    listed = Listed((), gone, facts_gone, metadata.prior and metadata.prior + "/nanopub-index/")
    yield FOLDER + "index.trig", Spool.of(_index(listed, named, metadata))


def _element(nanopub: str) -> bytes:
    """The line of an index that names a nanopublication."""
    return f"  npx:includesElement <{nanopub}> ;".encode()


def _iri_of(element: bytes) -> str:
    """The nanopublication that such a line names."""
    return element.partition(b"<")[2].partition(b">")[0].decode()


def _gone(earlier: InOrder, named: InOrder) -> Iterator[str]:
    """What was named before, and is no more."""
    now = iter(named)
    one = next(now, None)
    for line, _ in groupby(earlier):
        while one is not None and one < line:
            one = next(now, None)
        if line != one:
            yield _iri_of(line)


def _index(listed: Listed, elements: InOrder, metadata: Metadata) -> Iterator[bytes]:
    """The text of the index piece by piece: it is laid out around its first element, and all take their place there."""
    this = f"{metadata.version_iri}/nanopub-index/"
    one = next(iter(elements), None)
    if one is not None:
        listed = listed._replace(elements=[_iri_of(one)])
    text = trig(*laid_out(this, index(this, listed, metadata))).encode()
    head, _, tail = text.partition(one) if one is not None else (text, b"", b"")
    yield head
    if one is not None:
        yield one
        yield from (b"\n" + line for line in islice(elements, 1, None))
    yield tail


def index(this: str, listed: Listed, metadata: Metadata, creator: str = BASE + "project") -> Graphs:
    """The graphs of a nanopublication that says which ones belong together, and which are stated no more."""
    node, who = NamedNode(this), NamedNode(creator)
    kind = "NanopubIndex" if listed.whole else "IncompleteIndex"
    day = Literal(f"{metadata.issued}T00:00:00Z", datatype=NamedNode(PREFIXES["xsd"] + "dateTime"))
    said: list[tuple[str, NamedNode | Literal]] = [
        (RDF_TYPE, NamedNode(_NPX + kind)),
        (_DCTERMS + "title", Literal(f"{metadata.title}, version {metadata.version}", language="en")),
        (_DCTERMS + "creator", who),
        (_DCTERMS + "license", NamedNode(metadata.licence)),
        (_DCTERMS + "created", day),
        *((_NPX + "supersedes", NamedNode(each)) for each in [listed.supersedes] if each),
        *((_NPX + "retracts", NamedNode(each)) for each in sorted(listed.retracted)),
    ]
    if remark := _remark(sorted(listed.withdrawn)):
        said.append((PREFIXES["rdfs"] + "comment", Literal(remark, language="en")))
    elements = [(_NPX + "includesElement", NamedNode(each)) for each in sorted(listed.elements)]
    before = [(_NPX + "appendsIndex", NamedNode(each)) for each in [listed.appends] if each]
    return {
        "Head": head_of(node),
        "assertion": [Triple(node, NamedNode(p), o) for p, o in [*before, *elements]],
        "provenance": [Triple(NamedNode(this + "assertion"), NamedNode(_PROV + "wasAttributedTo"), who)],
        "pubinfo": [Triple(node, NamedNode(p), o) for p, o in said],
    }


def _remark(facts: list[str]) -> str:
    """The facts that are stated no more, in words."""
    if not facts:
        return ""
    shown = ", ".join(map(compact, facts[:_MOST_NAMED]))
    more = f" and {len(facts) - _MOST_NAMED} more" if len(facts) > _MOST_NAMED else ""
    return f"Stated before, and no more: {shown}{more}."


def _named_before(folder: Path) -> InOrder:
    """The nanopublications that the index before lists or retracts, a line each; none where there is none."""
    place = folder / FOLDER / "index.trig"
    if not place.is_file():
        return InOrder()
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = f"The index of an earlier publication cannot be read: {error}."
        raise UsageError(str(place), what, "Put it back as it was, or take it away.") from None
    named = {_NPX + "includesElement", _NPX + "retracts"}
    found = (
        q.object.value
        for q in quads_of(text, RdfFormat.TRIG, str(place))
        if q.predicate.value in named and isinstance(q.object, NamedNode)
    )
    ours = (each for each in found if each.startswith(PREFIXES["fact"]) and each.endswith("/nanopub/"))
    return InOrder(map(_element, ours))
