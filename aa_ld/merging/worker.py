"""The child that reads one input of a merge: checks, parses, spells IRIs one way, names blank nodes, sorts.

It runs with the limits of aa_ld.child, for the same reasons. What it gives are
sorted runs of N-Triples without repeats, then the triples that the report needs, by
predicate, then what there is to say about the file.
"""

from __future__ import annotations

import gc
import io
import json
import os
import re
import threading
from collections import defaultdict
from itertools import chain
from typing import IO, Any

from aa_ld import child, errors, intake, owltext
from aa_ld.endpoint import stream
from aa_ld.merging import plain, sssom
from aa_ld.merging.nodes import Row, named
from aa_ld.merging.spellings import respell, warm
from aa_ld.merging.words import LABEL, TABLED, TYPE, UNREFERRED, distinct

#: Letters of the frames: a sorted run; a table: its name, then a line for each subject and each object.
RUN, TABLE = b"R", b"T"
#: Names of tables that are no predicates: references to any other IRI, and triples of which blank nodes are part; these
#: have three lines each.
REFERS, BLANK = "refers", "blank"

_CHUNK = 2 << 20  # bytes of lines that are looked through at once
_MOST_LINES = 500_000  # lines of a run: the fewer runs a file has, the more of them is copied as it stands
_AT_ONCE = 5_000  # lines that go into the pipe at once
#: MeSH has twice as many tree numbers as headings; what they are called and that they are such tells the report nothing.
_TREE_NUMBER = re.compile(rb"<http://id\.nlm\.nih\.gov/mesh/[A-Z]\d\d[.>]")
_TABLES = {f"<{iri}>".encode(): iri for iri in TABLED}
_OF_TREES = {f"<{iri}>".encode() for iri in (TYPE, LABEL)}
#: A line of N-Quads that may name a graph.
_WITH_GRAPH = re.compile(rb'(\S+ \S+ .+?)(?: (?:<[^<>"\s]*>|_:\S+))? \.')
_MAY_NAME_GRAPHS = ("TriG", "N-Quads", "JSON-LD")


def main(_task: str) -> None:
    """Be the child: take an order, give runs and tables, say how it ended, and so on. Never returns."""
    import sys

    pipe, sys.stdout = sys.stdout.buffer, sys.stderr  # nobody else may write between the frames
    child._behave(intake.TIMEOUT * 720)
    gc.disable()  # nothing here is circular, and looking for circles takes a fifth of the time
    threading.stack_size(child._STACK)
    worker = threading.Thread(target=_serve, args=(sys.stdin.buffer, pipe))
    worker.start()
    worker.join()
    os._exit(0)


def _serve(source: IO[bytes], pipe: IO[bytes]) -> None:
    confined = False
    owltext.prepare()
    warm()
    plain.plain_lines()
    while True:
        kind, size = intake.receive_head(source)
        if kind != intake.ORDER:
            return  # the caller is gone, or has nothing more
        order = json.loads(source.read(size))
        if not confined:
            confined = child.confine(order["memory"]) or True
        ended, said = _work(order, source, pipe)
        intake.send(pipe, ended, json.dumps(said).encode())
        pipe.flush()
        if ended != intake.END:
            return  # what is left of the file still stands in the pipe


def _work(order: dict[str, Any], source: IO[bytes], pipe: IO[bytes]) -> tuple[bytes, Any]:
    try:
        return intake.END, _read(order, source, pipe)
    except errors.AaLdError as error:
        told = {name: getattr(error, name) for name in ("where", "what", "remedy", "nearest")}
        return intake.ERROR, {"error": type(error).__name__, **told}
    except MemoryError:
        return intake.STOPPED, ["memory", ""]
    except OSError:
        os._exit(0)  # the caller is gone
    except BaseException as error:  # a panic of the engine is no Exception
        return intake.STOPPED, ["crash", f"{type(error).__name__} {error}"[:300]]


def _read(order: dict[str, Any], source: IO[bytes], pipe: IO[bytes]) -> dict[str, Any]:
    data = io.BufferedReader(stream._Incoming(source), 1 << 20)
    kind = order["kind"]
    start = stream._start_of(data)
    syntax = child.SYNTAXES.get(order["ending"].removesuffix(".gz")) or _looks(start)
    lines = Lines(pipe, order["name"], graphs=not kind and syntax in _MAY_NAME_GRAPHS)
    if kind == "sssom":
        found = sssom.read_set(order["name"], _whole(order, data).decode())
        lines.take(found.lines)
        lines.tables[sssom.NOT] += [line[:-2].replace(b" ", b"\n") for line in found.negative]
        lines.respelt = found.respelt
        about = {"syntax": "SSSOM", "about": {k: v for k, v in found.about.items() if k != "curie_map"}}
        return {**about, **lines.finish()}
    answer: Any = io.BufferedWriter(lines, 1 << 20)
    if kind:
        child._parse_file({**order, "owl": kind}, _whole(order, data), answer)
        about = {"syntax": owltext.NAMES[kind]}
    else:
        try:
            about = stream.read_stream(order, data, answer, lines.parse)
        except errors.RdfSyntaxError as error:
            raise _better(error, start, syntax) from None
    answer.flush()
    while data.read(1 << 20):
        pass  # what stands behind the end of a packed file
    return {**about, **lines.finish()}


def _looks(start: bytes) -> str:
    """The syntax that a text looks like, packed or not; N-Quads where nobody knows, as these may hold the most."""
    return child._syntax_of_content(owltext.unpacked(start)) or "N-Quads"


def _better(error: errors.RdfSyntaxError, start: bytes, syntax: str) -> errors.AaLdError:
    """The error for a file that begins as one of another kind, with that said."""
    packed = next((how for mark, how in child._PACKED.items() if start.startswith(mark)), None)
    name = error.where.split(":", 1)[0] if packed else error.where
    if packed:
        return errors.UnknownSyntaxError(
            name, f"This is {packed}; of packed files only .gz is read.", "Unpack it."
        )
    looks = child._syntax_of_content(start)
    if looks and looks != syntax and looks in ("RDF/XML", "JSON-LD"):
        return errors.RdfSyntaxError(name, error.what, f"It looks like {looks}: name the file accordingly.")
    return error


def _whole(order: dict[str, Any], data: IO[bytes]) -> bytes:
    """The text of a file that is read in one piece."""
    kept = io.BytesIO()
    stream._read_whole({**order, "only": "text"}, data, kept)
    return kept.getvalue()


class Lines(child._Frames):
    """What takes N-Quads as they are written, and gives runs and tables."""

    def __init__(self, pipe: IO[bytes], name: str, graphs: bool = False) -> None:
        super().__init__(pipe)
        self.name = name
        self.tables: dict[str, list[bytes]] = defaultdict(list)
        self._rest = b""
        self._waiting: list[bytes] = []
        self._kept: list[bytes] = []
        self._blank: list[Row] = []
        self._words: dict[bytes, bytes] = {}  # each word of these once, as it comes again and again
        self.triples = self.distinct = self.folded = 0
        self.respelt: dict[str, int] = {}
        self.graphs = graphs

    def parse(self, name: str, data: IO[bytes], syntax: str, answer: Any) -> None:
        """Take a file as it comes, and have parsed of it what has to be."""
        if syntax in plain.SYNTAXES:
            plain.read_lines(name, data, syntax, answer, self.take_plain)
        else:
            stream.parse_stream(name, data, syntax, answer)

    def write(self, data: Any) -> int:
        """Take a piece of text."""
        self.size += len(data)
        self._waiting.append(bytes(data))
        if sum(map(len, self._waiting)) >= _CHUNK:
            self._take_text()
        return len(data)

    def take(self, lines: list[bytes]) -> None:
        """Take lines of N-Triples in their one spelling, whose blank nodes have their names."""
        self.triples += len(lines)
        self._kept += lines
        self._tabulate([line for line in lines if line[:2] != b"_:"])

    def take_plain(self, lines: list[bytes], text: bytes) -> None:
        """Take lines of N-Triples in their one spelling, and the text that they were in."""
        self.triples += len(lines)
        if b"_:" in text:
            lines = self._without_blank(lines)
        self._kept += lines
        self._tabulate(lines)
        if len(self._kept) >= _MOST_LINES:
            self._give_run()

    def _take_text(self) -> None:
        text = self._rest + b"".join(self._waiting)
        end = text.rfind(b"\n") + 1
        self._rest, self._waiting = text[end:], []
        if end:
            self._look(text[: end - 1].split(b"\n"), text[:end])

    def _look(self, lines: list[bytes], text: bytes) -> None:
        """Bring lines as the engine wrote them into their one spelling."""
        if self.graphs:
            lines = [_WITH_GRAPH.sub(rb"\1 .", line) for line in lines]
        lines, counts = respell(lines, text)
        for name, count in counts.items():
            self.respelt[name] = self.respelt.get(name, 0) + count
        if b"<<" in text:
            self._refuse_nested(lines)
        self.take_plain(lines, text)

    def _refuse_nested(self, lines: list[bytes]) -> None:
        for line in lines:
            s, _, o = line.split(b" ", 2)
            if o[:2] == b"<<" or s[:2] == b"<<":
                what = "A triple stands inside a triple."
                raise errors.RdfSyntaxError(self.name, what, "Write it in RDF 1.1; only that can be merged.")

    def _tabulate(self, lines: list[bytes]) -> None:
        """Put triples into the tables of their predicates."""
        groups: dict[bytes, list[bytes]] = defaultdict(list)
        for line in lines:
            groups[line.split(b" ", 2)[1]].append(line)
        for predicate in groups.keys() - UNREFERRED:
            these, name = groups[predicate], _TABLES.get(predicate, REFERS)
            if predicate in _OF_TREES:
                these = [each for each in these if not _TREE_NUMBER.match(each)]
            elif name == REFERS:
                these = [each for each in these if each[-3] == 62 and b'"' not in each]
            if these:
                self.tables[name].append(_cells(predicate, these))

    def _without_blank(self, lines: list[bytes]) -> list[bytes]:
        """Lines without those that have blank nodes, which are put aside."""
        left, known, once = [], self._words.get, self._words.setdefault
        for line in lines:
            if b"_:" in line:
                s, p, o = line.split(b" ", 2)
                if o[:2] == b"_:" or s[:2] == b"_:":
                    o = o[:-2]
                    self._blank.append((once(s, s), once(p, p), known(o) or o))
                    continue
            left.append(line)
        return left

    def _give_run(self) -> None:
        self._kept.sort()
        run = distinct(self._kept)
        self._kept.clear()
        self.distinct += len(run)
        if run:
            intake.send(self.pipe, RUN, b"", sum(map(len, run)) + len(run))
            for at in range(0, len(run), _AT_ONCE):
                self.pipe.write(b"\n".join([*run[at : at + _AT_ONCE], b""]))
        for name, cells in self.tables.items():
            if cells:
                intake.send(self.pipe, TABLE, b"\n".join([name.encode(), *cells]))
        self.tables.clear()

    def finish(self) -> dict[str, Any]:
        """Give what is left, and say what there was."""
        self._take_text()
        count, blank = len(self._blank), self._blank
        self._blank = []
        self._words.clear()
        rows = named(blank)
        self.folded = count - len(rows)
        while rows:  # piece by piece, as there may be millions, and each would stand here twice
            piece = rows[-_MOST_LINES:]
            del rows[-_MOST_LINES:]
            self._kept += [b"%s %s %s ." % row for row in piece]
            self.tables[BLANK].append(b"\n".join(chain.from_iterable(piece)))
            self._give_run()
        self._give_run()
        return {
            "triples": self.triples,
            "distinct": self.distinct,
            "folded": self.folded,
            "respelt": self.respelt,
        }


def _cells(predicate: bytes, lines: list[bytes]) -> bytes:
    """Subject and object of lines with one predicate, each on a line of its own: so nobody has to take lines apart again.

    >>> _cells(b"<e:p>", [b'<e:a> <e:p> "1" .', b'<e:b> <e:p> "2" .'])
    b'<e:a>\\n"1"\\n<e:b>\\n"2"'
    """
    text, between = b"\n".join(lines), b" " + predicate + b" "
    if text.count(between) == len(lines):  # else a literal holds it too
        return text.replace(between, b"\n").replace(b" .\n", b"\n")[:-2]
    return b"\n".join(part for line in lines for part in line[:-2].split(between, 1))
