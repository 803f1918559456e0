"""What changed since the versions that were published before, fact by fact."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from aa_ld.changes import Diff
from aa_ld.diff import diff
from aa_ld.errors import UsageError
from aa_ld.vocab import INFERRED, graph_iri

#: Earlier versions that are compared, the newest ones: each takes about as long as a validation.
_MOST = 3


def since(folder: Path, quads: Iterable[Quad], version: str) -> dict[str, Diff]:
    """Version to what changed since, for versions other than this that lie in a published folder.

    What follows by rules is worked out anew for both sides, so a layer of
    conclusions that was published does not count. Raises UsageError for a
    version that cannot be read.

    >>> since(Path("nowhere"), [], "1.0.0")
    {}
    """
    found = [
        each
        for each in (folder / "version").glob("*")
        if each.name != version and (each / "aa-ld.nq.gz").is_file()
    ]
    if not found:
        return {}
    new = _stated(quads)
    newest = sorted(found, key=lambda each: _number(each.name), reverse=True)[:_MOST]
    return {each.name: diff(_stated(_read(each / "aa-ld.nq.gz")), new) for each in newest}


def _read(path: Path) -> Iterable[Quad]:
    try:
        return list(parse(gzip.decompress(path.read_bytes()), format=RdfFormat.N_QUADS))
    except (OSError, EOFError, zlib.error, SyntaxError) as error:
        what = f"This file of an earlier version cannot be read: {error}."
        raise UsageError(str(path), what, "Put it back as it was, or take its folder away.") from None


def _stated(quads: Iterable[Quad]) -> list[Quad]:
    inferred = NamedNode(graph_iri(INFERRED))
    return [quad for quad in quads if quad.graph_name != inferred]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))
