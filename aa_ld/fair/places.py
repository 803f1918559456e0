"""Where a publication stands: a folder of this machine, or a web site."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from aa_ld.errors import MissingFileError, NotAFileError, RemoteError, UsageError
from aa_ld.fair.outcome import Unreadable
from aa_ld.fair.web import Reply, send
from aa_ld.vocab import printable

#: Most bytes of a file that a test looks at.
MOST = 256 << 20

Send = Callable[[str, str], Reply]
_NONE_OF_OURS = "Nothing here is what aa-ld publish writes: there is neither aa.ttl nor catalogue.ttl."


class Folder:
    """A published folder.

    Raises MissingFileError where there is no folder, NotAFileError where it is
    none, UsageError where it holds no publication.
    """

    online = False

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.root = Path(folder)
        self.where = printable(os.fsdecode(folder))
        if not self.root.exists():
            raise MissingFileError(
                self.where, "There is no such folder.", "Publish into it first, or leave it out."
            )
        if not self.root.is_dir():
            raise NotAFileError(self.where, "This is no folder.", "Name the folder that was published into.")
        if not (self.exists("aa.ttl") or self.exists("catalogue.ttl")):
            raise UsageError(
                self.where, _NONE_OF_OURS, "Name a folder that was published into, or leave it out."
            )

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises Unreadable."""
        place = self._place(path)
        try:
            if place.stat().st_size > MOST:
                raise Unreadable(f"{path} is larger than {MOST >> 20} MB.")
            return place.read_bytes()
        except OSError:
            raise Unreadable(f"{path} is not there.") from None

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        try:
            return self._place(path).is_file()
        except (OSError, Unreadable):
            return False

    def _place(self, path: str) -> Path:
        if path.startswith("/") or ".." in path.split("/") or "\0" in path:
            raise Unreadable(f"{printable(path, 100)} leads out of the folder.")
        return self.root / path


class Site:
    """A published web site; only what is asked for here goes over the network.

    url   where the folder stands
    send  what asks a server, for tests; see aa_ld.fair.web.send

    Raises UsageError for what is no URL or holds no publication, and RemoteError
    (UnreachableError, RemoteTimeoutError) where nothing answers.
    """

    online = True

    def __init__(self, url: str, send: Send = send) -> None:
        if not _is_site(url):
            what = "This is no URL of a web site."
            raise UsageError(printable(url, 200), what, "Give one as in https://example.org/aa-ld/.")
        self.root = url.rstrip("/") + "/"
        self.where = printable(self.root)
        self._send = send
        self._kept: dict[str, Reply] = {}
        if not any(self._get(path).status == 200 for path in ("aa.ttl", "catalogue.ttl")):
            raise UsageError(
                self.where, _NONE_OF_OURS, "Give the URL under which the published folder stands."
            )

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises Unreadable."""
        try:
            reply = self._get(path)
        except RemoteError as error:
            raise Unreadable(f"{path} cannot be had: {error.what}") from None
        if reply.status != 200:
            raise Unreadable(f"{path} is not there: the server answers {reply.status}.")
        return reply.body

    def exists(self, path: str) -> bool:
        """Whether the server gives such a file."""
        try:
            return self._get(path).status == 200
        except RemoteError:
            return False

    def ask(self, iri: str, accept: str) -> Reply | str:
        """What is answered to one who asks for an IRI in a form; a text says why nothing is."""
        try:
            return self._send(iri, accept)
        except RemoteError as error:
            return error.what

    def _get(self, path: str) -> Reply:
        if path not in self._kept:
            self._kept[path] = self._send(self.root + quote(path, safe="/%-_.~"), "*/*")
        return self._kept[path]


def _is_site(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        )
    except ValueError:
        return False


Place = Folder | Site
