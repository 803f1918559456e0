"""The publication as one ZIP file: for a deposit, and for disks that do not tell capital letters from small ones."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from aa_ld.errors import UsageError
from aa_ld.publish.spool import Content, Spool
from aa_ld.vocab import printable

#: The folders of an earlier publication from which a new one goes on.
_CARRIED = ("version/", "nanopubs/")
#: What the reader raises for an archive that was cut off, overwritten or encrypted.
_DAMAGE = (BadZipFile, EOFError, RuntimeError, zlib.error)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a ZIP file knows; no clock is read


def unpacked(archive: Path, mark: str, room: Path) -> Path:
    """What a new publication goes on from, unpacked into a folder; an empty one where there is no archive.

    mark  the file by which a publication of ours is known
    room  a folder in which the new one is made

    Raises UsageError for a file that is something else, or damaged.
    """
    folder = room / "before"
    folder.mkdir()
    if not archive.exists():
        return folder
    ours = False
    try:
        if not archive.is_file():  # a pipe would be waited for
            raise BadZipFile(str(archive))
        with ZipFile(archive) as old:
            names = old.namelist()
            ours = mark in names
            # extract takes out whatever would lead out of the folder
            old.extractall(folder, [name for name in names if ours and name.startswith(_CARRIED)])
    except _DAMAGE as error:
        if ours:
            what = f"It was published before and is damaged: {printable(str(error), 200)}."
            remedy = "Put a whole copy of it back, or name another file; its versions would be lost."
            raise UsageError(str(archive), what, remedy) from None
    if not ours:
        what = "This file is none that aa-ld publish has made, or only a part of one."
        raise UsageError(str(archive), what, "Name another file, or one that was published before.")
    return folder


def pack(archive: Path, made: Iterable[tuple[str, Content]], before: Path, room: Path) -> int:
    """Write files into an archive, and the versions of before; gives how many were made. An old one stands until then."""
    whole = room / "whole.zip"
    with ZipFile(whole, "x", ZIP_DEFLATED) as new:
        for path, data in made:
            _add(new, path, data)
        count = len(new.namelist())
        anew = set(map(_version_of, new.namelist()))
        for kept in sorted(each for each in (before / "version").rglob("*") if each.is_file()):
            name = kept.relative_to(before).as_posix()
            if _version_of(name) not in anew:
                new.writestr(_entry(name), kept.read_bytes())
    os.chmod(whole, (archive.stat().st_mode if archive.exists() else 0o644) & 0o777)
    os.replace(whole, archive)
    return count


def _add(archive: ZipFile, path: str, data: Content) -> None:
    entry = _entry(path)
    if isinstance(data, Spool):
        entry.file_size = data.size  # by which the archive knows whether it needs large numbers
        with archive.open(entry, "w") as file:
            data.copy_to(file)  # type: ignore[arg-type]
    else:
        archive.writestr(entry, data)


def _version_of(name: str) -> str:
    """The folder of a version that a file belongs to."""
    return "/".join(name.split("/")[:2]) + "/"


def _entry(path: str) -> ZipInfo:
    entry = ZipInfo(path, _EPOCH)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o100644 << 16
    return entry
