"""Push graphs into a SPARQL server, so that readers see the old graph or the new one, and it is shown to be the new one.

    read everything ─► ask what the server holds ─► load versions ─► compare digests ─► exchange

Whatever fails before the exchange leaves what stood there. What is loaded has a
name made of its content, so another run goes on where this one stopped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

from aa_ld import errors
from aa_ld.endpoint import digest as digests
from aa_ld.endpoint import forms as literal_forms
from aa_ld.endpoint.batches import BATCH, batches
from aa_ld.endpoint.digest import Digest
from aa_ld.endpoint.forms import Forms
from aa_ld.endpoint.reading import file_digest, read_blocks
from aa_ld.endpoint.spool import Batch, Spool
from aa_ld.endpoint.versions import VERSION, Pointers, forget, point_to, read_pointers
from aa_ld.intake import Path

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from aa_ld.endpoint.client import Server

#: What is told of progress: what is done, how far, of how much.
Told = Callable[[str, int, int], None]

_PATIENCE = 6 * 3600.0  # seconds for a digest or an exchange inside the server, which say nothing until done
_MANY = 20  # graphs exchanged in one request
_LARGE, _FEW = (
    100_000,
    500,
)  # triples from which a digest is worth several queries, and predicates up to which
_PREDICATES = "SELECT ?p (COUNT(*) AS ?n) WHERE { GRAPH { ?s ?p ?o } } GROUP BY ?p"
_ODD = re.compile(r'[<>"{}|^`\\]')


class Pushed(NamedTuple):
    """A graph after a push: its digest, whether it had to be loaded, and the graph that holds it now."""

    graph: str
    digest: Digest
    loaded: bool
    holds: str


def push_quads(
    server: Server, quads: Iterable[Quad], *, swap: str = "", told: Told | None = None
) -> list[Pushed]:
    """Make graphs of a server be what these quads say; the graphs named in them, and no others.

    swap  "move" exchanges the graphs themselves, "version" loads versions and points
          to them; without it, as fits the server
    told  is told of progress

    Raises RemoteError; what stood in the server then still stands.
    """
    from pyoxigraph import RdfFormat, serialize

    written = serialize(quads, format=RdfFormat.N_QUADS) or b""
    return _push(server, [("layers", "", lambda: iter([written]))], swap, told)


def push_files(
    server: Server, files: Iterable[Path], graph: str, *, swap: str = "", told: Told | None = None
) -> list[Pushed]:
    """Make graphs of a server be what files say; triples that name no graph go to `graph`.

    Files are Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD, each also
    packed as .gz; they are read as they come, so their size does not matter
    (JSON-LD and RDF/XML are looked through whole). Otherwise as push_quads.

    Raises the errors of aa_ld.intake.read_rdf too; then nothing of the files was sent.
    """
    sources = []
    for path in files:
        name, size = file_digest(path)
        sources.append((name, graph, _reader(path, size, told)))
    return _push(server, sources, swap, told)


Source = tuple[str, str, Callable[[], Iterator[bytes]]]


def _reader(path: Path, size: int, told: Told | None) -> Callable[[], Iterator[bytes]]:
    def read() -> Iterator[bytes]:
        return read_blocks(path, lambda done: told("reading", done, size) if told else None)

    return read


def _push(server: Server, sources: list[Source], swap: str, told: Told | None) -> list[Pushed]:
    probing = f"{VERSION}probe-{token_hex(8)}"
    forms = find_store(server, probing)
    with Spool() as spool:
        for name, graph, read in sources:
            found = batches(read(), name, graph, forms, spool.take, min(BATCH, server.dialect.batch))
            spool.add(found.digests)
        spool.close_open(forms, lambda wanted: literal_forms.learn(server, probing, wanted))
        work = _Push(server, spool, forms, swap or ("move" if server.dialect.atomic else "version"), told)
        return work.run()


def find_store(server: Server, graph: str) -> Forms:
    """Find out whether the server has a graph store and lets us write, and what it does to literals.

    Raises RemoteError, AccessDeniedError among them.
    """
    if server.store:
        try:
            return literal_forms.probe(server, graph)
        except errors.RemoteRefusedError as refused:
            if refused.status not in (400, 404, 405, 415, 501):
                raise
            server.store = ""
    try:
        return literal_forms.probe(server, graph)
    except errors.RemoteRefusedError as refused:
        if refused.status not in (400, 404, 405, 501):
            raise
        what = f"It answers queries and takes no updates. {refused.what}"
        remedy = "Was it started for reading only? See docs/endpoints.md for how to let it take updates."
        raise errors.AccessDeniedError(server.wire.host, what, remedy) from None


class _Push:
    """One run."""

    def __init__(self, server: Server, spool: Spool, forms: Forms, swap: str, told: Told | None) -> None:
        self.server, self.spool, self.forms = server, spool, forms
        self.swap, self.told = swap, told
        self.most = server.dialect.batch
        self.sent = 0

    def run(self) -> list[Pushed]:
        pointers = read_pointers(self.server)
        plan: dict[str, str] = {}
        for graph in sorted(self.spool.digests):
            if not self._holds(pointers.current(graph), graph):
                plan[graph] = self._version(graph)
        total = sum(batch.triples for graph in plan for batch in self.spool.of(graph))
        for graph, version in plan.items():
            self._load(graph, version, total)
        self._exchange(plan, pointers)
        after = read_pointers(self.server) if plan else pointers
        return [
            Pushed(graph, digest, graph in plan, after.current(graph))
            for graph, digest in sorted(self.spool.digests.items())
        ]

    def _version(self, graph: str) -> str:
        """A name made of graph and content; where the digest is corrected later, this stays."""
        text = f"{graph} {self.spool.digests[graph]}"
        return VERSION + sha256(text.encode()).hexdigest()[:24]

    def _holds(self, there: str, graph: str) -> bool:
        """Whether a graph of the server is what a graph is to be."""
        wanted, count = self.spool.digests[graph], self._count(there)
        if count > wanted.triples or (count == 0) != (wanted.triples == 0):
            return False
        if count < wanted.triples and len(self.spool.of(graph)) > 1:  # perhaps a triple was said twice
            wanted = self.spool.digests[graph] = self.spool.without_repeats(graph, self.forms)
        return count == wanted.triples and self._digest(there) == wanted

    def _count(self, graph: str) -> int:
        row = self._ask(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        return int(row["n"])

    def _digest(self, graph: str) -> Digest:
        if self.told:
            self.told("comparing", 0, 0)
        return digest_of(self.server, graph)

    def _ask(self, query: str) -> dict[str, str]:
        return _one_row(self.server, query)

    def _load(self, graph: str, version: str, total: int) -> None:
        """Load a version and see that it is right; once more from the start if it is not."""
        self._send(graph, version, self._loaded(graph, version), total)
        if self._holds(version, graph):
            return
        self.server.change(f"DROP SILENT GRAPH <{version}>", again=True)
        self._send(graph, version, 0, total)
        if not self._holds(version, graph):
            found = self._digest(version)
            self.server.change(f"DROP SILENT GRAPH <{version}>", again=True)
            raise errors.VerificationError(
                graph,
                f"The server holds {found} after loading {self.spool.digests[graph]}. The old graph still stands.",
                "Try again; if it stays, push the files one by one to find the one it cannot keep.",
            )

    def _loaded(self, graph: str, version: str) -> int:
        """How many batches an earlier run has loaded for certain: they were sent in order."""
        count, batches_in = self._count(version), 0
        for batch in self.spool.of(graph):
            count -= batch.triples
            if count < 0:
                break
            batches_in += 1
        return batches_in

    def _send(self, graph: str, version: str, first: int, total: int) -> None:
        for number, batch in enumerate(self.spool.of(graph)):
            if number >= first:
                self._send_batch(version, batch)
            self.sent = min(self.sent + batch.triples, total)
            if self.told:
                self.told("sending", self.sent, total)

    def _send_batch(self, version: str, batch: Batch) -> None:
        waiting = [self.spool.read(batch)]
        while waiting:
            data = waiting.pop(0)
            lines = data.count(b"\n")
            too_many = not self.server.store and lines > self.server.dialect.insert
            if (len(data) > self.most or too_many) and lines > 1:
                waiting[:0] = _halves(data, lines)
                continue
            try:
                self.server.add(version, data)
            except errors.RemoteRefusedError as refused:
                if refused.status != 413 or lines == 1:
                    raise
                self.most = max(len(data) // 2, 1)
                waiting[:0] = _halves(data, lines)

    def _exchange(self, plan: dict[str, str], pointers: Pointers) -> None:
        if self.swap == "version":
            for graph, version in plan.items():
                point_to(self.server, graph, version, pointers)
            return
        items = list(plan.items())
        for at in range(0, len(items), _MANY):
            part = dict(items[at : at + _MANY])
            full = {graph for graph in part if self.spool.digests[graph].triples}
            moves = [f"MOVE <{version}> TO <{graph}>" for graph, version in part.items() if graph in full]
            drops = [f"DROP SILENT GRAPH <{graph}>" for graph in part if graph not in full]
            forgotten = [each for graph in part for each in forget(graph, pointers)]
            self._move(part, " ;\n".join([*moves, *drops, *forgotten]))

    def _move(self, part: dict[str, str], update: str) -> None:
        """Exchange graphs in one transaction.

        The answer may get lost, or be none, so what the server holds is looked
        at before anything is sent again; a MOVE of what has moved is refused.
        """
        failed: errors.RemoteError = _not_exchanged(next(iter(part)))
        for _ in range(self.server.wire.tries):
            try:
                self.server.change(update, again=False, patience=_PATIENCE)
            except errors.RemoteError as error:
                failed = error
            if all(self._count(version) == 0 for version in part.values()):
                break
        else:
            raise failed
        for (
            graph
        ) in part:  # the version was compared; one transaction has put it here whole, or somebody else wrote
            if self._count(graph) != self.spool.digests[graph].triples:
                raise _not_exchanged(graph)


def digest_of(server: Server, graph: str) -> Digest:
    """The digest of a graph, worked out inside the server, side by side where that is known to be safe there.

    Raises RemoteError.
    """
    among = [""]
    if server.dialect.side_by_side > 1:
        rows = server.rows(_PREDICATES.replace("GRAPH", f"GRAPH <{graph}>"), patience=_PATIENCE)
        counts = {row["p"]: int(row["n"]) for row in rows}
        if sum(counts.values()) >= _LARGE and len(counts) <= _FEW and not _ODD.search(" ".join(counts)):
            among = digests.parts(counts, server.dialect.side_by_side)
    with ThreadPoolExecutor(len(among)) as pool:
        found = pool.map(lambda words: _one_row(server, digests.query(graph, words)), among)
        return Digest(*map(sum, zip(*map(digests.of_row, found), strict=True)))


def _one_row(server: Server, query: str) -> dict[str, str]:
    rows = server.rows(query, patience=_PATIENCE)
    if len(rows) != 1:
        what = f"One row was asked for, and {len(rows)} came."
        raise errors.RemoteAnswerError(server.wire.host, what, "Try again.")
    return rows[0]


def _not_exchanged(graph: str) -> errors.RemoteError:
    what = "The graph is loaded and right, but the server does not put it in the place of the old one."
    return errors.VerificationError(graph, what, "Push again; only the exchange is left to do.")


def _halves(data: bytes, lines: int) -> list[bytes]:
    """The lines in two parts."""
    listed = data.splitlines(keepends=True)
    return [b"".join(listed[: lines // 2]), b"".join(listed[lines // 2 :])]
