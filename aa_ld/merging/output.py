"""The merged graph as a file: in the syntax of its ending, the same bytes each time, whole or not at all."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from aa_ld.errors import UsageError
from aa_ld.vocab import PREFIXES

#: Ending of the output to its syntax, as pyoxigraph calls it; the lines of the merge are N-Triples already.
SYNTAXES = {
    ".nt": "", ".nq": "", ".ttl": "TURTLE", ".trig": "TRIG", ".owl": "RDF_XML", ".rdf": "RDF_XML", ".xml": "RDF_XML",
    ".jsonld": "JSON_LD", ".json": "JSON_LD",
}  # fmt: skip

_MORE_PREFIXES = {
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
    "sssom": "https://w3id.org/sssom/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def syntax_of(path: str) -> str:
    """The syntax of an output by its ending. Raises UsageError."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise UsageError(path, "This is no file that could be replaced.", "Name a file.")
    stem, ending = os.path.splitext(path.lower())
    ending = os.path.splitext(stem)[1] if ending == ".gz" else ending
    if ending not in SYNTAXES:
        what = (
            f"The ending {ending or 'of the output'} names no RDF syntax."
            if ending
            else "The output has no ending, which would say the syntax."
        )
        raise UsageError(path, what, f"Use one of {', '.join(SYNTAXES)} (each also with .gz).")
    return SYNTAXES[ending]


@contextmanager
def beside(target: str) -> Iterator[IO[bytes]]:
    """A file beside the target, which takes its place when all is written and safe on disk; else the old one stays."""
    path = Path(target).resolve()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w+b", buffering=1 << 20) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, (path.stat().st_mode if path.exists() else 0o644) & 0o7777)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    _keep(path.parent)


def put(lines: Path, target: str) -> bool:
    """Put a file of sorted N-Triples in the place of the target as it is; False where it lies on another disk."""
    path = Path(target).resolve()
    with lines.open("rb") as file:
        os.fsync(file.fileno())
    os.chmod(lines, (path.stat().st_mode if path.exists() else 0o644) & 0o7777)
    try:
        os.replace(lines, path)
    except OSError:
        return False
    _keep(path.parent)
    return True


def _keep(folder: Path) -> None:
    """See to it that the name outlives a power cut; not every system can be asked for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def write_as(lines: Path, syntax: str, out: IO[bytes], *, packed: bool) -> None:
    """Write sorted N-Triples in a syntax, packed if asked."""
    import shutil

    target: Any = (
        gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0, compresslevel=6) if packed else out
    )
    if syntax:
        from pyoxigraph import RdfFormat, parse, serialize

        text = lines.read_bytes() if lines.stat().st_size < 64 << 20 else b""
        used = {**PREFIXES, **_MORE_PREFIXES}
        if text:
            used = {prefix: iri for prefix, iri in used.items() if b"<" + iri.encode() in text}
        triples = parse(path=str(lines), format=RdfFormat.N_TRIPLES)
        form = getattr(RdfFormat, syntax)
        serialize((quad.triple for quad in triples), output=target, format=form, prefixes=used)
    else:
        with lines.open("rb") as source:
            shutil.copyfileobj(source, target, 1 << 20)
    if packed:
        target.close()
