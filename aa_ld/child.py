"""The child: parses foreign files and runs foreign queries where that can do no harm.

Started by aa_ld.intake.run, which also says how the two talk. Once it has
imported and opened what its task needs, this process gives up the right to open
anything more. A file passes every check before a parser sees it: size,
encoding, syntax, nesting, XML entities, JSON-LD contexts.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import json
import logging
import os
import re
import signal
import sys
import threading
import zlib
from typing import IO, Any
from xml.parsers import expat

import pyoxigraph as engine

from aa_ld import errors, intake, owltext
from aa_ld.errors import EncodingError, RdfSyntaxError
from aa_ld.intake import DEEPEST
from aa_ld.vocab import printable

#: Ending of a file name to its syntax. An .owl file may hold any of them, so its content decides.
SYNTAXES = {
    ".ttl": "Turtle",
    ".nt": "N-Triples",
    ".nq": "N-Quads",
    ".trig": "TriG",
    ".rdf": "RDF/XML",
    ".xml": "RDF/XML",
    ".jsonld": "JSON-LD",
    ".json": "JSON-LD",
}

_PACKED = {b"PK\x03\x04": "a zip archive", b"BZh": "packed with bzip2", b"\xfd7zXZ": "packed with xz"}
_GZIP = b"\x1f\x8b"
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_BLOCK = 1 << 20
_STACK = 128 << 20  # honest queries nest deeper than the usual stack of a thread carries
_GRACE = 5  # seconds that an orphan may outlive its time limit where nothing else ends it


def main(task: str) -> None:
    """Be the child: take an order, do it, say how it ended. Never returns."""
    pipe, sys.stdout = sys.stdout.buffer, sys.stderr  # nobody else may write between the frames
    try:
        _serve(task, sys.stdin.buffer, pipe)
        pipe.flush()
    except OSError:
        pass  # the caller is gone
    os._exit(0)  # taking a large store apart would cost as long as filling it


def _serve(task: str, source: IO[bytes], pipe: IO[bytes]) -> None:
    _, size = intake.receive_head(source)
    order = json.loads(source.read(size))
    _behave(order["timeout"] + _GRACE)
    last: list[tuple[bytes, object]] = []

    def work() -> None:
        try:
            last.append((intake.END, _work(task, order, source, io.BufferedWriter(_Frames(pipe), _BLOCK))))
        except errors.AaLdError as error:
            told = {name: getattr(error, name) for name in ("where", "what", "remedy", "nearest")}
            last.append((intake.ERROR, {"error": type(error).__name__, **told}))
        except MemoryError:
            last.append((intake.STOPPED, ["memory", ""]))
        except BaseException as error:  # a panic of the engine is no Exception
            last.append((intake.STOPPED, ["crash", type(error).__name__]))

    threading.stack_size(_STACK)
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    kind, said = last[0]
    intake.send(pipe, kind, json.dumps(said).encode())


def _work(task: str, order: dict[str, Any], source: IO[bytes], answer: io.BufferedWriter) -> dict[str, Any]:
    if task == "query":
        from aa_ld import sparql

        opened = sparql.open_all(order["layers"])
    elif order.get("owl"):
        owltext.prepare()
    offline = confine(order["memory"])
    data = _receive_payload(source)
    threading.Thread(target=_leave_with_the_caller, daemon=True).start()
    if task == "query":
        said = sparql.answer(opened, order, data, answer, offline)
    else:
        said = _parse_file(order, data, answer)
    answer.flush()
    return said


def confine(memory: int, *, for_good: bool = True) -> bool:
    """Give up the right to open anything, to write files, and to more memory than this.

    What is open stays open. Gives whether no file and no socket can be opened
    any more; where the system knows no such limits (Windows) that is False.
    What was not given up for good comes back by `release`.
    """
    try:
        import resource
    except ImportError:
        return False
    limits = {
        resource.RLIMIT_NOFILE: 3,  # standard input, output and error are open already
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: _in_use() + memory,
    }
    for limit, wanted in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some; the others still hold
            hard = resource.getrlimit(limit)[1]
            value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(limit, (value, value if for_good else hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= 3


def release() -> None:
    """Take back what `confine` gave up, but not for good."""
    import resource

    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_AS):
        hard = resource.getrlimit(limit)[1]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (hard, hard))


def _in_use() -> int:
    try:
        with open("/proc/self/statm", "rb") as statm:
            pages = int(statm.read().split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE") + (256 << 20)  # the allocator reserves ahead, by thread
    except OSError:
        return 1 << 30


def _receive_payload(source: IO[bytes]) -> bytes:
    blocks: list[bytes] = []
    while True:
        kind, size = intake.receive_head(source)
        if kind != intake.DATA:
            return b"".join(blocks)
        blocks.append(source.read(size))


def _leave_with_the_caller() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


def _behave(seconds: float) -> None:
    """Say nothing unasked, and let the system end this process even when no thread gets a turn."""
    logging.disable()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


class _Frames(io.RawIOBase):
    """What a task writes its answer to; `size` is what has been written so far."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.pipe = pipe
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        intake.send(self.pipe, intake.DATA, bytes(data))
        return len(data)


class _Limited(_Frames):
    """What writes to another, and no more than so many bytes."""

    def __init__(self, name: str, answer: IO[bytes], most: int) -> None:
        super().__init__(answer)
        self.name, self.most = name, most

    def write(self, data: Any) -> int:
        self.size += len(data)
        if self.size > self.most:
            what = f"The file unfolds to over {self.most:,} bytes."
            raise errors.FileTooLargeError(self.name, what, "Use shorter prefixes.")
        return self.pipe.write(data)


def _parse_file(order: dict[str, Any], data: bytes, answer: io.BufferedWriter) -> dict[str, Any]:
    """Unpack, check and parse; write N-Quads, or the text where only that is wanted."""
    name, ending = order["name"], order["ending"]
    if ending.endswith(".gz") or data.startswith(_GZIP):
        data = _unpacked(name, data, order["most_bytes"])
    data = _text(name, data)
    if order.get("only") == "text":
        answer.write(data)
        return {}
    if order.get("owl"):
        data, ending = owltext.to_rdfxml(name, data, order["owl"]), ".rdf"
    syntax = SYNTAXES.get(ending.removesuffix(".gz")) or _syntax_of_content(data)
    if syntax is None:
        what = "Neither the name nor the content says which RDF syntax this is."
        remedy = f"Give the file one of these endings: {', '.join(SYNTAXES)} (each also with .gz)."
        raise errors.UnknownSyntaxError(name, what, remedy)
    if syntax == "RDF/XML":
        _check_xml(name, data)
    else:
        intake.check_nesting(data, name, json=syntax == "JSON-LD")
    if syntax == "JSON-LD":
        _check_contexts(name, data)
    _parse(name, data, syntax, answer)
    return {"syntax": syntax}


def _unpacked(name: str, data: bytes, most_bytes: int) -> bytes:
    blocks, size = [], 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as unpacked:
            while block := unpacked.read(_BLOCK):
                size += len(block)
                if size > most_bytes:
                    raise intake.too_large(name, most_bytes)
                blocks.append(block)
    except (OSError, EOFError, zlib.error) as error:
        what = f"The file cannot be unpacked with gzip: {printable(str(error), 300)}."
        raise EncodingError(name, what, "Was it downloaded to its end? Is it really a .gz?") from None
    return b"".join(blocks)


def _text(name: str, data: bytes) -> bytes:
    """The data without its byte order mark, if it is UTF-8 that holds something."""
    packed = next(
        (how for mark, how in {**_PACKED, _GZIP: "packed twice"}.items() if data.startswith(mark)), None
    )
    if packed:
        what = f"This is {packed}; of packed files only .gz is read."
        raise errors.UnknownSyntaxError(name, what, "Unpack it.")
    if data.startswith(_UTF16_MARKS) or b"\0" in data[:4]:
        raise EncodingError(name, "The file is UTF-16 or UTF-32, not UTF-8.", "Save it as UTF-8.")
    start = len(_UTF8_MARK) if data.startswith(_UTF8_MARK) else 0
    if not data[start : start + _BLOCK].strip() and not data[start:].strip():
        raise intake.empty(name)
    decoder = codecs.getincrementaldecoder("utf-8")()
    for at in range(start, len(data), _BLOCK):  # by block: as one text it could take four times the room
        before = len(decoder.getstate()[0])
        try:
            decoder.decode(data[at : at + _BLOCK], final=at + _BLOCK >= len(data))
        except UnicodeDecodeError as error:
            offset = at - before + error.start
            line = data.count(b"\n", 0, offset) + 1
            what = f"The byte {data[offset]:#04x} at offset {offset} is not UTF-8."
            raise EncodingError(f"{name}:{line}", what, "Save the file as UTF-8.") from None
    return data[start:] if start else data


def _syntax_of_content(data: bytes) -> str | None:
    """The syntax that the first lines look like; the larger one where one holds another."""
    head = re.sub(r"\A(\s+|#.*)+", "", data[: 1 << 16].decode("utf-8", "replace"))
    if re.match(r"<\?xml|<!--|<!DOCTYPE(?!\s+html)|<[\w.-]+(:[\w.-]+)?\s+xmlns", head, re.I):
        return "RDF/XML"
    if re.match(r'\{\s*["}]|\[\s*[{]', head):
        return "JSON-LD"
    node = r'(?:<[^<>"\s]*>|_:\S+)'
    line = rf'{node}[ \t]+<[^<>"\s]*>[ \t]+(?:{node}|"(?:[^"\\\n]|\\.)*"\S*)(?:[ \t]+{node})?[ \t]*\.[ \t]*(?:#.*)?'
    lines = [each.strip() for each in head.splitlines() if each.strip() and each.strip()[0] != "#"]
    if len(head) == 1 << 16:
        lines = lines[:-1]  # cut off by the sample
    if lines and all(re.fullmatch(line, each) for each in lines[:20]):
        return "N-Quads"
    start = rf"@(?:prefix|base|version)\b|(?:prefix|base)\s+\S*\s*<|{node}\s|\[\s*[\]<a_]|\{{\s*[<_\[]|<<"
    return "TriG" if re.match(start, head, re.I) else None


def _check_xml(name: str, data: bytes) -> None:
    """Raise errors.EntityError, NestingError, EncodingError or RdfSyntaxError for XML that no parser should see."""
    parser = expat.ParserCreate("UTF-8")
    depth = 0

    def doctype(*_: object) -> None:
        what = "The file has a DOCTYPE, which can read other files or grow without end."
        remedy = "Write the namespaces out and remove the DOCTYPE, or convert the file to Turtle."
        raise errors.EntityError(f"{name}:{parser.CurrentLineNumber}", what, remedy)

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise intake.too_deep(name, parser.CurrentLineNumber, DEEPEST)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def declaration(_: str, encoding: str | None, __: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "utf8", "us-ascii") and not data.isascii():
            what = f"The file says it is {printable(encoding, 300)}."
            raise EncodingError(f"{name}:1", what, "Save it as UTF-8.")

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.XmlDeclHandler = declaration
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        what = f"This is no well-formed XML: {expat.ErrorString(error.code)}."
        raise _broken(f"{name}:{error.lineno}:{error.offset + 1}", data, "RDF/XML", what) from None


def _check_contexts(name: str, data: bytes) -> None:
    """Raise errors.RemoteContextError for JSON-LD that names a context instead of holding it."""

    def look(pairs: list[tuple[str, Any]]) -> None:
        # Pairs, as of two equal keys a dict would hide one. A string stays a
        # string and a list a list; an object has been looked at and becomes None.
        for key, value in pairs:
            if key not in ("@context", "@import"):
                continue
            values = value if isinstance(value, list) else [value]
            named = [each for each in values if isinstance(each, str)]
            if named:
                what = f"The file asks for the context {printable(named[0], 300)}, and nothing is fetched."
                raise errors.RemoteContextError(name, what, "Put the context itself into the file.")

    try:
        json.loads(data, object_pairs_hook=look, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        what = f"This is no JSON: {_sentence(error.msg)}"
        raise _broken(f"{name}:{error.lineno}:{error.colno}", data, "JSON-LD", what) from None


def _parse(name: str, data: bytes, syntax: str, answer: io.BufferedWriter) -> None:
    """Parse, and write N-Quads; at most as many as an honest file of this size can unfold to."""
    most = max(64 << 20, 40 * len(data))
    kind = getattr(engine.RdfFormat, syntax.upper().replace("-", "_").replace("/", "_"))
    written = io.BufferedWriter(_Limited(name, answer, most), _BLOCK)
    try:
        quads = engine.parse(data, kind, rename_blank_nodes=True)
        engine.serialize(quads, output=written, format=engine.RdfFormat.N_QUADS)
        written.flush()
    except SyntaxError as error:
        at = f"{error.lineno}:{error.offset}" if error.lineno else str(_line_of_error(data, kind))
        raise _broken(f"{name}:{at}", data, syntax, _sentence(error.msg)) from None


def _line_of_error(data: bytes, kind: Any) -> int:
    """The line that the parser had come to, for errors that do not say theirs."""

    class Lines(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1) -> bytes:
            line = self.readline(size)
            self.given += line.endswith(b"\n")
            return line

    lines = Lines(data)
    with contextlib.suppress(SyntaxError):
        for _ in engine.parse(lines, kind):
            pass
    return max(lines.given, 1)


def _broken(where: str, data: bytes, syntax: str, what: str) -> RdfSyntaxError:
    looks = _syntax_of_content(data)
    kin = {"Turtle", "TriG", "N-Triples", "N-Quads"}
    other = looks and looks != syntax and not {looks, syntax} <= kin
    remedy = f"It looks like {looks}: name the file accordingly." if other else f"Correct the {syntax}."
    return RdfSyntaxError(where, what, remedy)


def _sentence(message: str) -> str:
    """What a parser says, as a sentence of ours."""
    said = re.sub(r"^Parser error at line \d+ (?:column|between columns) [\d and]+: ", "", message).strip()
    plain = {
        "No scheme found in an absolute IRI": "An IRI is relative, and the file declares no base",
        "Unexpected end": "The file ends in the middle of a statement",
    }
    said = next((text for key, text in plain.items() if key in said), said)
    return printable(said[:1].upper() + said[1:], 300).rstrip(".") + "."


if __name__ == "__main__":
    main(sys.argv[1])
