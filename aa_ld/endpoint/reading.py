"""Files of any size as N-Quads, read by a child as they come; see aa_ld.endpoint.stream."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from aa_ld import intake
from aa_ld.errors import ParserStoppedError
from aa_ld.vocab import printable

if TYPE_CHECKING:
    from subprocess import Popen

#: Seconds that reading a file may take, bytes that its parser may take, and bytes of a file that is looked through whole.
TIMEOUT, MEMORY, MOST_WHOLE = 86_400.0, 4 << 30, 512 << 20

_BLOCK = 1 << 20


def file_digest(path: intake.Path) -> tuple[str, int]:
    """The first 16 hexadecimal digits of the SHA-256 of a file, and its size. Raises the errors of aa_ld.intake."""
    handle = intake.open_file(os.fsdecode(path))
    with open(handle, "rb") as file:
        digest, size = sha256(), 0
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest()[:16], size


def read_blocks(path: intake.Path, told: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """A file of any size as N-Quads, in blocks of whole lines, as they come; blank nodes keep their labels.

    told  is called with the number of bytes that were read so far

    Raises InputError as aa_ld.intake.read_rdf does, at the place where the
    file is wrong: what came before is no reason to trust it.

    >>> from aa_ld import places
    >>> sum(block.count(b"\\n") for block in read_blocks(places.layer_files("mappings")[0])) > 30
    True
    """
    name = os.fsdecode(path)
    handle = intake.open_file(name)
    process = intake._start("stream", "aa_ld.endpoint.stream")
    feeder = threading.Thread(target=_feed, args=(process, name, handle, told), daemon=True)
    feeder.start()
    try:
        rest = b""
        for data in _frames(process):
            lines, cut, new = (rest + data).rpartition(b"\n")
            if cut:
                yield lines + cut
            rest = new
        if rest:
            yield rest + b"\n"
    except intake.Stopped as stopped:
        what = f"The parser fell over ({stopped.reason} {stopped.detail})."
        raise ParserStoppedError(printable(name, 300), what, "Split the file, or convert it.") from None
    finally:
        process.kill()
        feeder.join()
        intake._end(process)
        os.close(handle)


def _feed(process: Popen[bytes], name: str, handle: int, told: Callable[[int], None]) -> None:
    import json

    def blocks() -> Iterator[bytes]:
        seen = 0
        while block := os.read(handle, _BLOCK):
            seen += len(block)
            told(seen)
            yield block

    stem, ending = os.path.splitext(name.lower())
    ending = os.path.splitext(stem)[1] + ending if ending == ".gz" else ending
    order = {"name": printable(name, 4096), "ending": ending, "timeout": TIMEOUT, "memory": MEMORY}
    intake._feed(process, json.dumps({**order, "most_bytes": MOST_WHOLE}).encode(), blocks())


def _frames(process: Popen[bytes]) -> Iterator[bytes]:
    """What the child gives; its end is an end only if the child says so."""
    import json

    pipe = process.stdout
    assert pipe is not None
    while True:
        kind, size = intake.receive_head(pipe)
        if kind not in (intake.DATA, intake.END, intake.ERROR, intake.STOPPED):
            raise intake._fallen(process)
        data = pipe.read(size)
        if len(data) < size:
            raise intake._fallen(process)
        if kind == intake.END:
            return
        if kind == intake.ERROR:
            raise intake._rebuilt(json.loads(data))
        if kind == intake.STOPPED:
            raise intake.Stopped(*json.loads(data))
        yield data
