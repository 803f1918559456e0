"""`aa-ld format`: Turtle files in canonical layout, written whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from aa_ld.errors import UnknownSyntaxError
from aa_ld.intake import check_turtle, read_text
from aa_ld.turtle import format_turtle


def format_files(paths: list[str], check: bool) -> int:
    """Format each file, or only say which differ; 0 if none differs or none is only checked."""
    changed = 0
    for path in _turtle_files(paths):
        old = read_text(path)
        check_turtle(path, old)
        new = format_turtle(old)
        if new == old:
            continue
        changed += 1
        if check:
            sys.stdout.write(f"{path}: line {_first_difference(old, new)} is not in canonical layout\n")
        else:
            _replace(path, new)
            gone = sum(1 for line in old.splitlines() if line.lstrip().startswith("#"))
            sys.stdout.write(
                f"{path}: formatted" + (f"; {gone} lines of comment are gone" if gone else "") + "\n"
            )
    if check and changed:
        sys.stdout.write("Put them right with aa-ld format FILE.\n")
    return 1 if check and changed else 0


def _turtle_files(paths: list[str]) -> list[Path]:
    files: list[Path] = []
    for name in paths:
        path = Path(name)
        if path.is_dir():
            files += sorted(path.rglob("*.ttl"))
        elif path.suffix in (".ttl", ".turtle") or not path.exists():
            files.append(path)
        else:
            raise UnknownSyntaxError(
                name, "Only Turtle has this layout.", "Give a file whose name ends in .ttl."
            )
    return files


def _first_difference(old: str, new: str) -> int:
    pairs = zip(old.splitlines(), new.splitlines(), strict=False)
    return next((n for n, (a, b) in enumerate(pairs, 1) if a != b), min(old.count("\n"), new.count("\n")) + 1)


def _replace(path: Path, text: str) -> None:
    """Write beside the file, then put it in place in one step."""
    handle, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, path.stat().st_mode & 0o7777)
        os.replace(name, path.resolve())
    except BaseException:
        os.unlink(name)
        raise
