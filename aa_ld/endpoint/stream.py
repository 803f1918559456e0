"""The child that reads a file of any size: it parses while the bytes still come, and gives N-Quads.

Runs as aa_ld.child does, with the same limits, and for the same reason: a
parser that falls over takes nobody with it. JSON-LD and RDF/XML are looked
through as a whole before a parser sees them, so these have a largest size.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
import zlib
from collections.abc import Callable
from typing import IO, Any

import pyoxigraph as engine

from aa_ld import child, errors, intake
from aa_ld.vocab import printable

_BLOCK = 1 << 20
_WHOLE = ("JSON-LD", "RDF/XML")


def main(_task: str) -> None:
    """Be the child: take the order, give N-Quads, say how it ended. Never returns."""
    import sys

    pipe, sys.stdout = sys.stdout.buffer, sys.stderr  # nobody else may write between the frames
    source = sys.stdin.buffer
    _, size = intake.receive_head(source)
    order = json.loads(source.read(size))
    child._behave(order["timeout"])
    last: list[tuple[bytes, object]] = []

    def work() -> None:
        child.confine(order["memory"])
        answer = io.BufferedWriter(child._Frames(pipe), _BLOCK)
        try:
            said = _read(order, source, answer)
            answer.flush()
            last.append((intake.END, said))
        except errors.AaLdError as error:
            told = {name: getattr(error, name) for name in ("where", "what", "remedy", "nearest")}
            last.append((intake.ERROR, {"error": type(error).__name__, **told}))
        except MemoryError:
            last.append((intake.STOPPED, ["memory", ""]))
        except OSError:
            os._exit(0)  # the caller is gone
        except BaseException as error:  # a panic of the engine is no Exception
            last.append((intake.STOPPED, ["crash", type(error).__name__]))

    threading.stack_size(child._STACK)
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    kind, said = last[0]
    intake.send(pipe, kind, json.dumps(said).encode())
    pipe.flush()
    os._exit(0)


class _Incoming(io.RawIOBase):
    """The bytes of the file, frame by frame, as they come."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.left = 0
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.left and not self.ended:
            kind, self.left = intake.receive_head(self.source)
            if not kind:
                os._exit(1)  # the caller is gone
            self.ended = kind != intake.DATA
        data = self.source.read(min(self.left, len(buffer))) if self.left else b""
        self.left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def _read(order: dict[str, Any], source: IO[bytes], answer: Any) -> dict[str, Any]:
    return read_stream(order, io.BufferedReader(_Incoming(source), _BLOCK), answer, parse_stream)


def read_stream(
    order: dict[str, Any], data: IO[bytes], answer: Any, parse: Callable[[str, IO[bytes], str, Any], None]
) -> dict[str, Any]:
    """Unpack, check and parse the bytes of a file as they come; write N-Quads to `answer`. Gives the syntax.

    parse  is given the name, the unpacked bytes, the syntax and the answer, where they need not be read as a whole
    """
    name, ending = order["name"], order["ending"]
    if ending.endswith(".gz") or _start_of(data).startswith(child._GZIP):
        data = io.BufferedReader(gzip.GzipFile(fileobj=data), _BLOCK)
    try:
        start = _start_of(data)
        syntax = child.SYNTAXES.get(ending.removesuffix(".gz")) or child._syntax_of_content(start)
        if (
            syntax is None
            or syntax in _WHOLE
            or not start.strip()
            or start.startswith((b"\xff", b"\xfe", b"\xef"))
        ):
            return _read_whole(order, data, answer)
        parse(name, data, syntax, answer)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        what = f"The file cannot be unpacked with gzip: {printable(str(error), 300)}."
        raise errors.EncodingError(name, what, "Was it downloaded to its end? Is it really a .gz?") from None
    return {"syntax": syntax}


def _start_of(data: Any) -> bytes:
    """The first bytes of a stream, without taking them out of it."""
    return bytes(data.peek(1 << 16))


def _read_whole(order: dict[str, Any], data: IO[bytes], answer: Any) -> dict[str, Any]:
    """Read as `aa_ld validate` does: what is wrong with the file is told there best."""
    most = order["most_bytes"]
    blocks, size = [], 0
    while block := data.read(_BLOCK):
        blocks.append(block)
        size += len(block)
        if size > most:
            raise intake.too_large(order["name"], most)
    ending = order["ending"].removesuffix(".gz")
    return child._parse_file({**order, "ending": ending}, b"".join(blocks), answer)


def parse_stream(name: str, data: IO[bytes], syntax: str, answer: Any) -> None:
    """Parse the bytes of a file as they come; write N-Quads to `answer`."""
    kind = getattr(engine.RdfFormat, syntax.upper().replace("-", "_"))
    try:
        engine.serialize(engine.parse(data, kind), output=answer, format=engine.RdfFormat.N_QUADS)
    except SyntaxError as error:
        at = f":{error.lineno}:{error.offset}" if error.lineno else ""
        what = child._sentence(error.msg)
        raise errors.RdfSyntaxError(f"{name}{at}", what, f"Correct the {syntax}.") from None
    except UnicodeDecodeError:
        raise errors.EncodingError(name, "The file is not UTF-8.", "Save it as UTF-8.") from None
