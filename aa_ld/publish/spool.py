"""Bytes that are written once and read in pieces: in memory while they are few, on a disk beyond."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from aa_ld.in_order import in_temporary_file

#: More bytes than this lie in a file without a name, where the system keeps temporary files.
MOST_IN_MEMORY = 1 << 20

#: As many bytes are read at a time.
PIECE = 1 << 18

_BEST, _GZIP = 9, 31  # how hard zlib tries, and that it writes a head and a tail of gzip


class Spool:
    """What a file of a publication holds, from when it is made until it is written.

    size   how many bytes were written
    first  the first line, with its end; empty where there is none within MOST_IN_MEMORY bytes

    These two and the digest stay when it is closed, which frees the bytes.

    >>> held = Spool.of([b"a,b\\n1,", b"2\\n"])
    >>> held.size, held.first, held.read()
    (8, b'a,b\\n', b'a,b\\n1,2\\n')
    >>> held.close()
    >>> held.digest[:8]
    '492d5ea4'
    """

    __slots__ = ("_digest", "_file", "_first", "_held", "size")

    def __init__(self) -> None:
        self._held: list[bytes] | None = []  # None once it is closed
        self._file: BinaryIO | None = None
        self._digest = sha256()
        self._first: bytearray | bytes = bytearray()
        self.size = 0

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> Spool:
        """What these pieces are together."""
        made = cls()
        for piece in pieces:
            made.write(piece)
        return made

    def write(self, data: bytes) -> int:
        """Add bytes; gives how many, as files do."""
        self._hold(data)
        self._digest.update(data)
        self.size += len(data)
        if isinstance(self._first, bytearray):
            end = data.find(b"\n") + 1
            self._first += data[: end or len(data)]
            if end or len(self._first) > MOST_IN_MEMORY:
                self._first = bytes(self._first) if end else b""
        return len(data)

    def _hold(self, data: bytes) -> None:
        if self._held is None:
            raise ValueError("What is closed takes nothing.")
        if self._file is not None:
            with in_temporary_file():
                self._file.seek(0, 2)  # another may have read in between
                self._file.write(data)
            return
        self._held.append(data)
        if self.size + len(data) > MOST_IN_MEMORY:
            with in_temporary_file():
                self._file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - closed by whoever made this
                self._file.writelines(self._held)
            self._held.clear()

    def flush(self) -> None:
        """Nothing waits; it is here for those who write to files."""

    @property
    def first(self) -> bytes:
        """The first line."""
        return self._first if isinstance(self._first, bytes) else b""

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes."""
        return self._digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """The bytes again, from the first, as often as they are asked for."""
        if self._held is None:
            raise ValueError("What is closed cannot be read.")
        if self._file is None:
            yield from self._held
            return
        at = 0
        while True:
            with in_temporary_file():
                self._file.seek(at)  # which writes what waits
                piece = self._file.read(PIECE)
            if not piece:
                return
            at += len(piece)
            yield piece

    def lines(self) -> Iterator[bytes]:
        """The lines, without their ends."""
        rest = b""
        for piece in self.pieces():
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
        if rest:
            yield rest

    def copy_to(self, file: BinaryIO) -> None:
        """Write the bytes into a file."""
        for piece in self.pieces():
            file.write(piece)

    def read(self) -> bytes:
        """All bytes together."""
        return b"".join(self.pieces())

    def close(self) -> None:
        """Free the bytes; they cannot be read any more."""
        self._held = None
        if self._file is not None:
            with in_temporary_file():
                self._file.close()


class Packed:
    """What is written into it is packed as gzip does, without a name and a time: the same bytes for the same.

    >>> import gzip
    >>> packed = Packed()
    >>> packed.write(b"x" * 1000)
    1000
    >>> gzip.decompress(packed.ended().read()) == b"x" * 1000
    True
    """

    def __init__(self) -> None:
        self._spool = Spool()
        self._packing = zlib.compressobj(_BEST, wbits=_GZIP)

    def write(self, data: bytes) -> int:
        """Add bytes; gives how many, as files do."""
        if piece := self._packing.compress(data):
            self._spool.write(piece)
        return len(data)

    def flush(self) -> None:
        """Nothing is forced out: where the packer is asked to, it packs otherwise."""

    def ended(self) -> Spool:
        """What is packed, once everything is in."""
        self._spool.write(self._packing.flush())
        return self._spool


#: What stands in a file: bytes that are at hand, or those that wait to be read.
Content = bytes | Spool


def read(content: Content) -> bytes:
    """The bytes of a content.

    >>> read(b"x"), read(Spool.of([b"x"]))
    (b'x', b'x')
    """
    return content if isinstance(content, bytes) else content.read()
