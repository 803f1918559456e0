"""Build the folder beside the old one, and put it in its place when it is whole."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import RdfFormat, parse

from aa_ld import __version__, places
from aa_ld.collecting import without_collecting
from aa_ld.errors import UsageError
from aa_ld.exchange.keys import Signer
from aa_ld.knowledge import Knowledge
from aa_ld.publish.beside import beside
from aa_ld.publish.catalogue import Distribution, catalogue
from aa_ld.publish.downloads import downloads, listed
from aa_ld.publish.graph_files import files_of_graph
from aa_ld.publish.lines import quads
from aa_ld.publish.linked import Site
from aa_ld.publish.metadata import Metadata
from aa_ld.publish.packed import pack, unpacked
from aa_ld.publish.rdf import SYNTAXES, files_of, written
from aa_ld.publish.records import records
from aa_ld.publish.redirects import types, w3id
from aa_ld.publish.resources import path_of
from aa_ld.publish.room import OLD, room_beside
from aa_ld.publish.signed import Made, Tally, carried, signed
from aa_ld.publish.since import since
from aa_ld.publish.site import page_of, pages_of_the_whole, stands_alone
from aa_ld.publish.sitemaps import sitemaps
from aa_ld.publish.spool import Content, Spool, read
from aa_ld.release.products import named
from aa_ld.vocab import BASE

#: What is kept under the IRI of its version.
_VERSIONED = ("aa.", "aa-base.", "data/aa-ld.nq.gz", "data/context.")

#: Triples of which a copy may be read beside this process; a store that is read is soon held twice.
_MOST_COPIED = 200_000

Told = Callable[[str, int, int], None]


class Published(NamedTuple):
    """What a publication came to: the number of its files, and with a key what was signed."""

    files: int
    tally: Tally | None


def publish(
    kb: Knowledge,
    folder: str | os.PathLike[str],
    told: Told | None = None,
    *,
    site: str = "",
    signer: Signer | None = None,
) -> Published:
    """Write the publication into a folder, or into one file where the name ends in .zip.

    site    the URL under which the folder will stand; with it, the rules for
            w3id.org are written too
    signer  who signs nanopublications; without one, those that were signed before stay as they are

    An old one stands until the new one is whole, and its versions are kept
    beside the new one. Raises UsageError for a folder that holds something
    else, and with a signer what aa_ld.publish.signed does.
    """
    target = Path(folder)
    if target.is_symlink() or target.name == "..":
        target = Path(os.path.realpath(target))  # the link stays one
    with _said_of(folder, target), without_collecting():
        if Path(folder).suffix.lower() == ".zip" and not target.is_dir():
            return _publish_packed(kb, target, told, site, signer)
        _check(folder, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with room_beside(target) as room:
            return _publish_folder(kb, target, room, told, site, signer)


def _publish_folder(  # noqa: PLR0913, PLR0917 - what a publication knows
    kb: Knowledge, target: Path, room: Path, told: Told | None, site: str, signer: Signer | None
) -> Published:
    building = room / "new"
    building.mkdir()
    known = Site(kb.inferred())
    made = _signed(known, signer, target, told) if signer else Made(carried(target), Tally())
    small = len(known.layers.store) <= _MOST_COPIED
    with beside(
        lambda tell: _write(building, of_each(known, tell)), _watch(known, told), copied=small
    ) as others:
        count = _write(building, of_the_whole(known, told, site, target, made.files))
    count += sum(others)
    _keep_versions(target, building)
    _exchange(building, target, room / OLD)
    return Published(count, made.tally if signer else None)


def _publish_packed(
    kb: Knowledge, target: Path, told: Told | None, site: str, signer: Signer | None
) -> Published:
    target.parent.mkdir(parents=True, exist_ok=True)
    with room_beside(target) as room:
        before = unpacked(target, MARK, room)
        known = Site(kb.inferred())
        made = _signed(known, signer, before, told) if signer else Made(carried(before), Tally())
        whole = chain(
            of_each(known, _watch(known, told)), of_the_whole(known, told, site, before, made.files)
        )
        return Published(pack(target, _apart(_inside(whole)), before, room), made.tally if signer else None)


def _watch(known: Site, told: Told | None) -> Callable[[int], None] | None:
    """What hears how many pages are done."""
    return (lambda number: told("pages", number, len(known.resources))) if told else None


@contextmanager
def _said_of(folder: str | os.PathLike[str], target: Path) -> Iterator[None]:
    """Name the target in an error of the disk that names no file, or one of ours for the time being."""
    try:
        yield
    except OSError as error:
        if error.filename is None or f"/.{target.name}." in str(error.filename):
            error.filename = os.fspath(folder)
        raise


def _signed(known: Site, signer: Signer, target: Path, told: Told | None) -> Made:
    return signed(known.layers, known.facts, known.metadata, signer, target, told)


def _write(folder: Path, made: Iterable[tuple[str, Content]]) -> int:
    """Write files under a folder; gives their number. Raises UsageError where two would be one."""
    count = 0
    parents: set[str] = set()
    for count, (path, data) in enumerate(_inside(made), 1):  # noqa: B007 - the last is their number
        parent = path.rpartition("/")[0]
        if parent not in parents:
            (folder / parent).mkdir(parents=True, exist_ok=True)
            parents.add(parent)
        try:
            with open(f"{folder}/{path}", "xb") as file:  # not raw: that may take a part and say nothing
                if isinstance(data, Spool):
                    data.copy_to(file)
                else:
                    file.write(data)
        except FileExistsError:
            if _stands(folder, path):
                raise _twice(path) from None
            what = "This disk does not tell capital letters from small ones, and names of ours differ in nothing else."
            remedy = "Publish into one file, as in aa-ld publish site.zip, or on a disk that does, as those of Linux are."
            raise UsageError(path, what, remedy) from None
    return count


def _stands(folder: Path, path: str) -> bool:
    """Whether a file stands under this very name, letter by letter; a disk may have let another answer to it."""
    for part in path.split("/"):
        if part not in os.listdir(folder):
            return False
        folder /= part
    return True


def _twice(path: str) -> UsageError:
    return UsageError(path, "Two things would stand in this file.", "Give one of them another IRI.")


def _inside(made: Iterable[tuple[str, Content]]) -> Iterator[tuple[str, Content]]:
    """The files, each seen to lie in the folder."""
    for path, data in made:
        if ".." in path.split("/") or path.startswith("/"):
            raise UsageError(path, "This leads out of the folder.", "Report it: no IRI may do that.")
        yield path, data


def _apart(made: Iterable[tuple[str, Content]]) -> Iterator[tuple[str, Content]]:
    """The files, each seen to be the only one of its name, for an archive, which would hold both; a disk tells that itself."""
    seen: set[str] = set()
    for path, data in made:
        if path in seen:
            raise _twice(path)
        seen.add(path)
        yield path, data


def files(
    kb: Knowledge,
    told: Told | None = None,
    site: str = "",
    before: Path | None = None,
    held: Iterable[Distribution] = (),
) -> Iterator[tuple[str, bytes]]:
    """The path and the bytes of each file, in a fixed order; see publish.

    Changes are told since the versions that lie in the folder `before`; `held`
    are the files of signed nanopublications.
    """
    known = Site(kb.inferred())
    for path, data in chain(of_each(known), of_the_whole(known, told, site, before, held)):
        yield path, read(data)


def of_each(known: Site, tell: Callable[[int], None] | None = None) -> Iterator[tuple[str, Content]]:
    """The files for machines of every resource, and its page where that needs nothing else.

    tell  hears the number of resources that are done
    """
    for number, resource in enumerate(known.resources.values()):
        if tell:
            tell(number)
        yield from (
            files_of_graph(known.layers, resource)
            if known.resources.is_layer(resource.iri)
            else files_of(resource)
        )
        if stands_alone(resource):
            yield page_of(known, resource)


def of_the_whole(
    known: Site,
    told: Told | None = None,
    site: str = "",
    before: Path | None = None,
    held: Iterable[Distribution] = (),
) -> Iterator[tuple[str, Content]]:
    """All others: what can be loaded, pages, and what is said of the whole.

    What waits to be read is to be read before the next is asked for.
    """
    if told:
        told("files to load", 0, 0)
    made: list[Distribution] = []
    for each in chain(downloads(known, before), held):
        yield each.path, each.data
        if not each.path.startswith(_VERSIONED):
            each.written()
        made += listed([each])
    earlier = since(before, quads(known.layers), known.metadata.version) if before else {}
    if told:
        told("lists and answers", 0, 0)
    yield from pages_of_the_whole(known, made, earlier)
    yield from _about(known, made, site)
    yield from _versioned(known.metadata, made)


def _about(known: Site, made: list[Distribution], site: str) -> Iterator[tuple[str, Content]]:
    """What is said of the whole, for archives, catalogues and search engines."""
    metadata, pages = known.metadata, map(path_of, known.resources)
    described = named(catalogue(known.layers, metadata, made, known.usage))
    for ending in SYNTAXES:
        yield f"catalogue.{ending}", written(described, ending)
    yield ".well-known/void", written(described, "ttl")
    for path, text in records(metadata, made).items():
        yield path, text.encode()
        if path == "dataset.jsonld":  # the data set is a thing with a name, and is told in every syntax
            told = named(quad.triple for quad in parse(text.encode(), RdfFormat.JSON_LD))
            yield from (
                (f"dataset.{ending}", written(told, ending)) for ending in SYNTAXES if ending != "jsonld"
            )
    yield "logo.svg", places.site_files()["logo.svg"].read_bytes()
    yield from sitemaps(chain([""], pages), site or BASE, metadata.issued)
    yield (
        "robots.txt",
        f"User-agent: *\nAllow: /\nSitemap: {(site or BASE).rstrip('/')}/sitemap.xml\n".encode(),
    )
    yield ".nojekyll", b""
    yield ".htaccess", types().encode()
    if site:
        yield "w3id/.htaccess", w3id(site).encode()
    mark = {"made by": f"aa-ld {__version__}", "version": metadata.version}
    yield MARK, (json.dumps(mark, indent=2) + "\n").encode()


def _versioned(metadata: Metadata, made: list[Distribution]) -> Iterator[tuple[str, Content]]:
    """The files of this version under its own IRI, where they stay when the next one comes."""
    folder = metadata.version_iri.removeprefix(BASE)
    for each in made:
        if each.path.startswith(_VERSIONED):
            yield f"{folder}/{each.path.rpartition('/')[2]}", each.data
            each.written()


#: A file by which a folder is known as one of ours.
MARK = "aa-ld.json"


def _check(folder: str | os.PathLike[str], target: Path) -> None:
    named = os.fspath(folder)
    if not target.is_dir():
        if target.exists():
            raise UsageError(named, "This is a file.", "Name a folder; it is made if there is none.")
        return
    if any(target.iterdir()) and not (target / MARK).exists():
        what = "There is something in this folder that aa-ld publish has not put there."
        raise UsageError(named, what, "Name an empty folder, or one that was published before.")
    if os.path.ismount(target) or _is_around(target):
        why = "a disk is mounted there" if os.path.ismount(target) else "you are in it"
        what = f"This folder cannot be replaced as a whole, as {why}."
        raise UsageError(named, what, f"Name a folder in it, as in aa-ld publish {Path(named) / 'site'}.")


def _is_around(target: Path) -> bool:
    """Whether this process stands in a folder, or in one below it."""
    try:
        return Path.cwd().is_relative_to(os.path.realpath(target))
    except FileNotFoundError:
        return False  # it stands in one that is gone


def _keep_versions(old: Path, new: Path) -> None:
    """Versions that were published before stay; one that is published again is made anew."""
    for version in sorted((old / "version").glob("*")) if (old / "version").is_dir() else []:
        if not (new / "version" / version.name).exists():
            shutil.copytree(version, new / "version" / version.name)


def _exchange(new: Path, target: Path, aside: Path) -> None:
    """Put the new folder in the place of the old one, which comes back where that fails; it has the same permissions."""
    try:
        if target.exists():
            shutil.copymode(target, new)
            os.replace(target, aside)
        os.replace(new, target)
    except BaseException:
        if aside.exists() and not target.exists():
            os.replace(aside, target)
        raise
