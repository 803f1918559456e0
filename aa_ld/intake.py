"""Reading a user's own files without trusting them, and the child that does it.

Parsers crash on some files and query engines run for ever on some queries, so
neither meets foreign input in the caller's own process. The caller looks at the
path, opens the file and hands its bytes to a child (aa_ld.child), which unpacks,
checks and parses; whatever happens to the child comes back as an error here.

    caller                                child
    order, payload ── frames on stdin ──► import and open what the task needs,
                                          then give up files, sockets and memory
    answer or error ◄─ frames on stdout ─ work

The child ends when the caller does: the caller holds its standard input open,
and the child leaves as soon as that closes. No temporary file is ever made.
A frame is one letter, eight bytes of length, and that many bytes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any

from aa_ld import errors
from aa_ld.errors import MissingFileError, NotAFileError, ParserStoppedError, nearest
from aa_ld.vocab import printable

if TYPE_CHECKING:
    from subprocess import Popen

    from pyoxigraph import Quad

#: What names a file.
Path = str | os.PathLike[str]
#: Most bytes of a file, packed and unpacked.
MOST_BYTES = 512 << 20
#: Most brackets, braces or elements inside one another.
DEEPEST = 500
#: Seconds and bytes that reading one file may take.
TIMEOUT, MEMORY = 120.0, 4 << 30

ORDER, DATA, END, ERROR, STOPPED = b"O", b"D", b"Z", b"E", b"S"
_BLOCK = 1 << 20
_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from importlib import import_module; "
    "import_module(sys.argv[3]).main(sys.argv[2])"
)


def read_rdf(
    path: Path, *, timeout: float = TIMEOUT, memory: int = MEMORY, most_bytes: int = MOST_BYTES, owl: str = ""
) -> list[Quad]:
    """The quads of a file: Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD, each also packed as .gz.

    The name says the syntax, or else the content does. Triples stand in the
    graphs that the file puts them in. Blank nodes get names of their own, so that no
    two readings share one. Nothing is fetched, and nothing but the file is opened.

    timeout     seconds that reading may take
    memory      bytes that the parser may take (not limited on Windows)
    most_bytes  bytes that the file may have, packed and unpacked
    owl         "ofn" or "omn" where it is no RDF but OWL; aa_ld.owltext tells

    Raises InputError: MissingFileError, NotAFileError, EmptyFileError,
    FileTooLargeError, UnknownSyntaxError, EncodingError, NestingError,
    EntityError, RemoteContextError, RdfSyntaxError (with line and column) and
    ParserStoppedError.

    >>> from aa_ld import places
    >>> len(read_rdf(places.layer_files("mappings")[0])) > 30
    True
    """
    from pyoxigraph import RdfFormat, parse

    order = {"most_bytes": most_bytes, "timeout": timeout, "memory": memory, "owl": owl}
    return list(parse(_read(path, order), RdfFormat.N_QUADS))


def read_nquads(
    path: Path, *, timeout: float = TIMEOUT, memory: int = MEMORY, most_bytes: int = MOST_BYTES
) -> bytes:
    """The same as `read_rdf`, as the text of an N-Quads document."""
    return _read(path, {"most_bytes": most_bytes, "timeout": timeout, "memory": memory})


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, without its byte order mark; unpacked if it is a .gz.

    Raises the errors of `read_rdf` that are about the file and its encoding.
    """
    return _read(path, {"only": "text"}).decode()


def check_turtle(path: Path, text: str) -> None:
    """Raise RdfSyntaxError or NestingError where a text is not Turtle; `path` is what the error names.

    >>> check_turtle("x.ttl", "<http://example.org/a> a <http://example.org/B> .")
    """
    _parsed(os.fsdecode(path), {"ending": ".ttl"}, [text.encode("utf-8", "surrogatepass")])


def parse_rdf(name: str, ending: str, data: bytes) -> bytes:
    """N-Quads of RDF that is no file; the ending (".ttl") says its syntax. Raises the errors of `read_rdf`."""
    return _parsed(name, {"ending": ending}, [data])


def _read(path: Path, order: dict[str, Any]) -> bytes:
    name = os.fsdecode(path)
    handle = open_file(name)
    try:
        return _parsed(name, order, blocks(name, handle, order.get("most_bytes", MOST_BYTES)))
    finally:
        os.close(handle)


def _parsed(name: str, order: dict[str, Any], blocks: Iterable[bytes]) -> bytes:
    shown = printable(name, 4096)
    stem, ending = os.path.splitext(name.lower())
    ending = os.path.splitext(stem)[1] + ending if ending == ".gz" else ending
    limits = {"most_bytes": MOST_BYTES, "timeout": TIMEOUT, "memory": MEMORY}
    order = {**limits, "ending": ending, **order, "name": shown}
    try:
        return run("parse", order, blocks, 4 * order["most_bytes"])[1]
    except Stopped as stopped:
        what = {
            "time": f"Parsing took longer than {order['timeout']:g} seconds.",
            "memory": "Parsing took more memory than is allowed.",
            "size": "The file unfolds to more triples than are allowed.",
        }.get(stopped.reason, f"The parser fell over ({stopped.detail}).")
        remedy = "Split the file, or convert it with another tool."
        raise ParserStoppedError(shown, what, remedy) from None


# The caller's side: the path, and the bytes of the file.


def blocks(name: str, handle: int, most_bytes: int) -> Iterator[bytes]:
    """The bytes of a file, block by block."""
    seen = 0
    try:
        while block := os.read(handle, _BLOCK):
            seen += len(block)
            if seen > most_bytes:
                raise too_large(printable(name, 300), most_bytes)
            yield block
    except OSError as error:
        what = f"Reading failed: {error.strerror}."
        raise NotAFileError(printable(name, 300), what, "Copy it elsewhere.") from None


def open_file(name: str) -> int:
    """A handle on a regular file that holds something; a pipe or a device is never waited for."""
    shown = printable(name, 300)
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        # Looked at before opening, as opening a device can already do something;
        # looked at again after, as the path may lead elsewhere by then.
        if not stat.S_ISREG(os.stat(name).st_mode):
            raise _not_a_file(shown, os.stat(name).st_mode)
        handle = os.open(name, flags)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        near = _siblings(name)
        raise MissingFileError(shown, "There is no such file.", "Correct the path.", near) from None
    except OSError as error:
        raise NotAFileError(shown, f"It cannot be opened: {error.strerror}.", "Correct the path.") from None
    status = os.fstat(handle)
    if stat.S_ISREG(status.st_mode) and status.st_size:
        return handle
    os.close(handle)
    if not stat.S_ISREG(status.st_mode):
        raise _not_a_file(shown, status.st_mode)
    raise empty(shown)


def _not_a_file(shown: str, mode: int) -> NotAFileError:
    kinds = [
        (stat.S_ISDIR, "a directory", "Name the files in it."),
        (stat.S_ISFIFO, "a pipe", "Save what comes out of it as a file first."),
        (stat.S_ISSOCK, "a socket", "Name a file."),
    ]
    found = next(((what, remedy) for test, what, remedy in kinds if test(mode)), ("a device", "Name a file."))
    return NotAFileError(shown, f"This is {found[0]}, not a file.", found[1])


def _siblings(name: str) -> list[str]:
    from itertools import islice

    folder, wanted = os.path.split(name)
    try:
        with os.scandir(folder or ".") as entries:
            names = [entry.name for entry in islice(entries, 10_000)]
    except (OSError, ValueError):
        return []
    return [printable(os.path.join(folder, found)) for found in nearest(wanted, names)]


def empty(shown: str) -> errors.EmptyFileError:
    """The error for a file that holds nothing."""
    return errors.EmptyFileError(shown, "The file holds nothing.", "Was it saved, or downloaded to its end?")


def too_large(shown: str, most_bytes: int) -> errors.FileTooLargeError:
    """The error for a file over the limit, packed or unpacked."""
    what = f"The file is larger than {most_bytes:,} bytes, packed or unpacked."
    return errors.FileTooLargeError(shown, what, "Split it, or load it into a SPARQL server.")


def check_nesting(data: bytes, where: str, *, json: bool = False, deepest: int = DEEPEST) -> None:
    """Raise NestingError where brackets of Turtle and its kin (or JSON) stand too deep in one another.

    Brackets in strings, IRIs and comments do not count.

    >>> check_nesting(b'<http://example.org/(a)> "[[[" # [[[', "x", deepest=0)
    """
    import re

    if sum(map(data.count, (b"[", b"(", b"{", b"<<"))) <= deepest:
        return
    string = rb'"[^"\\%s]*(?:\\.[^"\\%s]*)*"?'
    if json:
        tokens = string.replace(b"%s", b"") + rb"|([\[\]{}])"
    else:
        # Each alternative also takes what is not closed, so that no text is looked at twice.
        short = string.replace(b"%s", rb"\n\r")
        long = rb'"""(?:[^"\\]+|\\.|"(?!""))*(?:"""|\\?\Z)'
        both = b"|".join(each.replace(b'"', quote) for each in (long, short) for quote in (b'"', b"'"))
        tokens = rb"#[^\n\r]*|\\.|(<<|>>|[\[\](){}])|<[^\x00-\x20<>\"{}|^`]*>|" + both
    depth = 0
    for token in re.finditer(tokens, data, re.DOTALL):
        if token.lastindex:
            depth += 1 if token[1] in (b"[", b"(", b"{", b"<<") else -1
            if depth > deepest:
                raise too_deep(where, data.count(b"\n", 0, token.start()) + 1, deepest)


def too_deep(name: str, line: int, deepest: int) -> errors.NestingError:
    """The error for a text that nests too deep at this line."""
    what = f"More than {deepest} brackets or elements stand in one another."
    return errors.NestingError(
        f"{name}:{line}", what, "Give the inner nodes names, and write them one after another."
    )


# The child, seen from the caller.


class Stopped(Exception):  # noqa: N818
    """The child gave no answer.

    reason  "time", "memory", "size" (of the answer) or "crash"
    detail  a few words on the crash, such as the name of the signal
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def run(
    task: str, order: dict[str, Any], payload: Iterable[bytes], most: int
) -> tuple[dict[str, Any], bytes]:
    """Do a task in a child: give what it says at its end, and its answer.

    task     "parse" or "query"
    order    what the task needs to know, as JSON has it; among it "timeout", the
             seconds from start to answer, and "memory", the bytes that the
             work may take (not limited on Windows)
    payload  blocks of bytes that the task works on
    most     bytes that the answer may have

    Raises the AaLdError that the child met, or Stopped.
    """
    import json
    import threading

    process = _start(task)
    timed_out = threading.Event()

    def kill() -> None:
        timed_out.set()
        process.kill()

    timer = threading.Timer(order["timeout"], kill)
    timer.daemon = True
    try:
        timer.start()
        _feed(process, json.dumps(order).encode(), payload)
        return _collect(process, most)
    except Stopped as stopped:
        raise (Stopped("time") if timed_out.is_set() else stopped) from None
    finally:
        timer.cancel()
        _end(process)


def _start(task: str, home: str = "aa_ld.child") -> Popen[bytes]:
    import sys
    from subprocess import PIPE, Popen

    hidden: dict[str, Any] = {"creationflags": 0x08000000} if sys.platform == "win32" else {}
    return Popen(command(task, home), stdin=PIPE, stdout=PIPE, stderr=PIPE, **hidden)


def command(task: str, home: str) -> list[str]:
    """What starts a process of ours that runs `main(task)` of a module."""
    import json
    import sys
    from importlib.util import find_spec

    # The same modules as here, except that nothing in the folder that the caller stands in, or
    # was started from, can take the place of a module; what is needed from there comes last.
    own = {os.getcwd(), os.path.dirname(os.path.abspath(sys.argv[0]))}
    path = [entry for entry in sys.path if os.path.isabs(entry) and entry not in own]
    found = [find_spec(name) for name in ("aa_ld", "pyoxigraph", "rdflib")]
    path += [os.path.dirname(os.path.dirname(spec.origin)) for spec in found if spec and spec.origin]
    flags = ["-I", "-S", "-W", "ignore"] + ["-B"] * sys.dont_write_bytecode
    return [sys.executable, *flags, "-c", _BOOT, json.dumps(path), task, home]


def _feed(process: Popen[bytes], head: bytes, payload: Iterable[bytes]) -> None:
    assert process.stdin is not None
    try:
        send(process.stdin, ORDER, head)
        for block in payload:
            send(process.stdin, DATA, block)
        send(process.stdin, END, b"")
        process.stdin.flush()
    except OSError:
        pass  # the child has ended already; what it said is still in the other pipe


def _collect(process: Popen[bytes], most: int) -> tuple[dict[str, Any], bytes]:
    import json

    assert process.stdout is not None
    answer = bytearray()
    while True:
        kind, size = receive_head(process.stdout)
        if kind not in (DATA, END, ERROR, STOPPED):
            raise _fallen(process)
        if len(answer) + size > most:
            raise Stopped("size")
        body = process.stdout.read(size)
        if len(body) < size:
            raise _fallen(process)
        if kind == DATA:
            answer += body
        elif kind == END:
            return json.loads(body), bytes(answer)
        elif kind == ERROR:
            raise _rebuilt(json.loads(body))
        else:
            raise Stopped(*json.loads(body))


def _fallen(process: Popen[bytes]) -> Stopped:
    """How a child ended that said nothing at its end."""
    import signal

    assert process.stderr is not None
    said = process.stderr.read(1 << 16)
    status = process.wait()
    if b"memory allocation" in said or b"MemoryError" in said:
        return Stopped("memory")
    try:
        return Stopped("crash", signal.Signals(-status).name)
    except ValueError:
        return Stopped("crash", f"exit status {status}")


def _end(process: Popen[bytes]) -> None:
    import contextlib

    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        assert pipe is not None
        with contextlib.suppress(OSError):  # bytes that were never sent to a child that is gone
            pipe.close()


def _rebuilt(said: dict[str, Any]) -> errors.AaLdError:
    kind = getattr(errors, said["error"], errors.AaLdError)
    return kind(said["where"], said["what"], said["remedy"], said["nearest"])


def send(pipe: IO[bytes], kind: bytes, body: bytes, size: int | None = None) -> None:
    """Write one frame; or what it begins with, where its size is given."""
    pipe.write(kind + (len(body) if size is None else size).to_bytes(8, "big"))
    pipe.write(body)


def receive_head(pipe: IO[bytes]) -> tuple[bytes, int]:
    """The letter of the next frame and the length of its body; no letter at the end."""
    head = pipe.read(9)
    return (head[:1], int.from_bytes(head[1:], "big")) if len(head) == 9 else (b"", 0)
