"""Signed nanopublications to a server, only when somebody says so.

Nothing that was sent can be taken back: servers hand it on to each other, and a
retraction only says that it should no longer be heeded. So every file is checked
before the first is sent, and the server is that of the network for tests unless
another is named. The bytes of a file are sent as they are.
Specification: https://nanopub.net/guidelines/working_draft/, nanopub registry, POST of TriG.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import Request

from aa_ld import __version__
from aa_ld.endpoint.credentials import Credentials
from aa_ld.endpoint.wire import Wire
from aa_ld.errors import AaLdError, InputError, UsageError
from aa_ld.exchange.keys import check_library
from aa_ld.exchange.signing import Signed, check
from aa_ld.intake import blocks, open_file
from aa_ld.publish.signed import FOLDER, included_in, indexes_of, place_of
from aa_ld.vocab import printable

_MOST_BYTES = 16 << 20


class Looked(NamedTuple):
    """A file that was looked at.

    path   as it was given or found
    held   the nanopublication, if it is what was signed
    error  what is wrong with it, if it is not
    """

    path: str
    held: Signed | None
    error: AaLdError | None


def looked_at(paths: Iterable[str], told: Callable[[str, int, int], None] | None = None) -> list[Looked]:
    """Files checked, in the order in which they are sent.

    A folder that was published into stands for what its index names, and the
    index last. Raises MissingExtraError and the errors of a file that cannot be read.
    """
    check_library()
    files: list[str] = []
    found: list[Looked] = []
    for path in paths:
        try:
            files += _files(path)
        except InputError as error:
            found.append(Looked(error.where, None, error))
    for number, path in enumerate(files):
        if told:
            told("checking", number, len(files))
        try:
            found.append(Looked(path, check(_text(path), printable(path, 300)), None))
        except InputError as error:
            found.append(Looked(path, None, error))
    return found


def send(nanopubs: Iterable[Signed], server: str) -> Iterator[str]:
    """Send nanopublications one by one; gives the IRI of each that the server took.

    Sending one twice does no more than sending it once, so what is interrupted
    can be begun anew. Raises UsageError for what is no URL, and RemoteError.
    """
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        what = "This is no URL of a server."
        raise UsageError(
            f"--server {printable(server, 200)}", what, "Give one as in https://example.org/np/."
        )
    wire = Wire(server, Credentials())
    for each in nanopubs:
        headers = {"Content-Type": "application/trig", "User-Agent": f"aa-ld/{__version__}"}
        wire.send(Request(server, each.text.encode(), headers, method="POST"), again=True)
        yield each.iri


def test_server() -> str:
    """The URL of the server that the network has for tests, as the library names it."""
    check_library()
    from nanopub.definitions import TEST_NANOPUB_REGISTRY_URL

    return str(TEST_NANOPUB_REGISTRY_URL)


def _files(path: str) -> list[str]:
    """A file, or the files of a published folder that its index names, the index and its parts last."""
    root = Path(path)
    if not root.is_dir():
        return [path]
    home = root / FOLDER if (root / FOLDER).is_dir() else root
    first = home / "index.trig"
    if not first.is_file():
        what = "There are no signed nanopublications in this folder: nanopubs/signed/index.trig is not there."
        raise UsageError(printable(path, 300), what, "Sign them: aa-ld publish DIR --key FILE --orcid ORCID.")
    indexes = indexes_of(home)
    elements = sorted(place_of(home, name) for index in indexes for name in included_in(index))
    parts = [place_of(home, index.iri) for index in reversed(indexes)]
    return [str(place) for place in [*elements, *parts]]


def _text(path: str) -> str:
    handle = open_file(path)
    try:
        return b"".join(blocks(path, handle, _MOST_BYTES)).decode("utf-8", "replace")
    finally:
        os.close(handle)
