"""Build the folder beside the old one, and put it in its place when it is whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from aa_ld.errors import UsageError
from aa_ld.knowledge import Knowledge
from aa_ld.names import Names
from aa_ld.publish.metadata import read_metadata
from aa_ld.publish.rdf import files_of
from aa_ld.publish.resources import resources

Told = Callable[[str, int, int], None]


def publish(kb: Knowledge, folder: str | os.PathLike[str], told: Told | None = None) -> int:
    """Write the publication into a folder; gives the number of its files.

    An old one stands until the new one is whole, and its versions are kept
    beside the new one. Raises UsageError for a folder that holds something else.
    """
    target = Path(folder)
    _check(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        count = 0
        for path, data in files(kb, told):
            place = building / path
            if not place.resolve().is_relative_to(building.resolve()):
                raise UsageError(path, "This leads out of the folder.", "Report it: no IRI may do that.")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            count += 1
        _keep_versions(target, building)
        _exchange(building, target)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return count


def files(kb: Knowledge, told: Told | None = None) -> Iterable[tuple[str, bytes]]:
    """The path and the bytes of each file, in a fixed order."""
    layers = kb.inferred()
    read_metadata(layers)
    found = resources(layers, Names(layers))
    for number, resource in enumerate(found):
        if told:
            told("resources", number, len(found))
        yield from files_of(resource)


#: A file by which a folder is known as one of ours.
MARK = "aa-ld.json"


def _check(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise UsageError(str(target), "This is a file.", "Name a folder; it is made if there is none.")
    if target.is_dir() and any(target.iterdir()) and not (target / MARK).exists():
        what = "There is something in this folder that aa-ld publish has not put there."
        raise UsageError(str(target), what, "Name an empty folder, or one that was published before.")


def _keep_versions(old: Path, new: Path) -> None:
    """Versions that were published before stay; one that is published again is made anew."""
    for version in sorted((old / "version").glob("*")) if (old / "version").is_dir() else []:
        if not (new / "version" / version.name).exists():
            shutil.copytree(version, new / "version" / version.name)


def _exchange(new: Path, target: Path) -> None:
    """Put the new folder in the place of the old one."""
    os.chmod(new, 0o755)
    if not target.exists():
        os.replace(new, target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
    os.replace(target, aside / "old")
    os.replace(new, target)
    shutil.rmtree(aside, ignore_errors=True)
