"""Files that commands write: never among those of the package, whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from aa_ld.errors import ProtectedFileError, UsageError
from aa_ld.places import ROOT

#: Folders of the package that no command writes into.
_OWN = ("ontology", "shapes", "queries", "aa_ld")


def protect(name: str) -> None:
    """Raise ProtectedFileError where a file or folder to write lies among those of the package."""
    path = Path(os.path.realpath(name))  # which bears links that lead to themselves
    if any(path.is_relative_to((ROOT / folder).resolve()) for folder in _OWN):
        raise ProtectedFileError(
            name,
            "This is a place for the files that ship, and no command writes there.",
            "Name a file of your own; what is to ship is moved there by hand, after review.",
        )


def check_output(name: str | None) -> None:
    """Raise an error where a file cannot be written: among those of the package, a folder, or in none that exists."""
    if name is None:
        return
    protect(name)
    path = Path(os.path.realpath(name))
    if path.is_dir() or not path.parent.is_dir():
        what = "This is a folder." if path.is_dir() else "There is no such folder."
        raise UsageError(name, what, "Name a file in a folder that exists.")


def deliver(content: str | bytes, target: str | None, what: str = "") -> None:
    """Text or bytes to standard output, or whole into a file in one step."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    if target is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return
    path = Path(os.path.realpath(target))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, (path.stat().st_mode if path.exists() else 0o644) & 0o7777)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    if what:
        sys.stderr.write(f"Wrote {target}: {what}.\n")
