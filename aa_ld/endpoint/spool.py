"""Batches on disk, between reading and sending: everything is read before anything is sent."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from hashlib import md5
from typing import NamedTuple

from aa_ld.endpoint.digest import Digest, iri_text, literal_text
from aa_ld.endpoint.forms import Form, Forms


class Batch(NamedTuple):
    """Where a batch lies in the spool, of which kind it is, of which graph, and how many triples it has."""

    kind: str
    graph: str
    triples: int
    start: int
    size: int


class Spool:
    """A file without a name, which is gone when it is closed; what is in it is read batch by batch."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the spool
        self._end = 0
        self._batches: dict[tuple[str, str], list[Batch]] = {}
        self.digests: dict[str, Digest] = {}

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def take(self, kind: str, graph: str, triples: int, data: bytes) -> None:
        """Write a batch."""
        self._file.seek(self._end)
        self._file.write(data)
        batch = Batch(kind, graph, triples, self._end, len(data))
        self._batches.setdefault((graph, kind), []).append(batch)
        self._end += len(data)

    def read(self, batch: Batch) -> bytes:
        """The bytes of a batch."""
        self._file.seek(batch.start)
        return self._file.read(batch.size)

    def add(self, digests: dict[str, Digest]) -> None:
        """Add the digests of what was taken; a triple that came twice is in them twice."""
        for graph, digest in digests.items():
            old = self.digests.get(graph, Digest())
            self.digests[graph] = Digest(*(a + b for a, b in zip(old, digest, strict=True)))

    def of(self, graph: str, kind: str = "batch") -> list[Batch]:
        """The batches of a graph, in their order."""
        return self._batches.get((graph, kind), [])

    def close_open(self, forms: Forms, learn: Callable[[list[Form]], dict[Form, Form]]) -> None:
        """Add to the digests the triples of which only the server knew the form; `learn` asks it."""
        for batch in [each for graph in list(self.digests) for each in self.of(graph, "open")]:
            lines = [json.loads(line) for line in self.read(batch).splitlines()]
            kept = learn(list(dict.fromkeys((value, datatype) for _, _, value, datatype in lines)))
            texts = [literal_text(s, p, kept[v, d][0], None, kept[v, d][1]) for s, p, v, d in lines]
            digest = Digest()
            for text in texts:
                digest = digest.plus(*forms.numbers(text))
            self.add({batch.graph: digest})
            closed = "".join(json.dumps(text) + "\n" for text in texts).encode()
            self.take("closed", batch.graph, len(texts), closed)

    def without_repeats(self, graph: str, forms: Forms, at_once: int = 400_000) -> Digest:
        """The digest of a graph in which no triple counts twice, however far apart it was said.

        Read as often as needed to hold only a part of the triples at a time.
        """
        parts = 1 + sum(batch.triples for batch in self.of(graph)) // at_once
        digest = Digest()
        for part in range(parts):
            seen: set[bytes] = set()
            for text in self._texts(graph, forms):
                name = md5(text.encode(), usedforsecurity=False).digest()
                if name[0] % parts == part and name not in seen:
                    seen.add(name)
                    digest = digest.plus(*forms.numbers(text))
        return digest

    def _texts(self, graph: str, forms: Forms) -> Iterator[str]:
        """Each triple of a graph as the server writes it out."""
        from pyoxigraph import Literal, RdfFormat, parse

        for batch in self.of(graph):
            for quad in parse(self.read(batch), RdfFormat.N_TRIPLES):
                s, p, o = quad.subject.value, quad.predicate.value, quad.object
                if not isinstance(o, Literal):
                    yield iri_text(s, p, o.value)
                    continue
                form = (o.value, o.datatype.value) if o.language else forms.of(o.value, o.datatype.value)
                if form is not None:
                    yield literal_text(s, p, form[0], o.language, form[1])
        for batch in self.of(graph, "closed"):
            yield from (json.loads(line) for line in self.read(batch).splitlines())
