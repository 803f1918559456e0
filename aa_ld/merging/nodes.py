"""Names for blank nodes, made of what is said: equal structures get equal names, wherever they were read.

A blank node is what it says (the triples below it) and where it hangs (the
subject and predicate above it). Both go into a digest, which is its name. So
the blank nodes of two files never meet by their labels, the same axiom said in
two files is one axiom, and a second merge doubles nothing. A target of an
annotated axiom hangs where the axiom hangs, whether a writer repeated its
structure or not.

Blank nodes in a circle have no such digest: their part of the graph gets
canonical names by RDFC-1.0 (https://www.w3.org/TR/rdf-canon/).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b

from aa_ld.vocab import PREFIXES

#: Subject, predicate and object, each as N-Triples write it.
Row = tuple[bytes, bytes, bytes]

_OWL = PREFIXES["owl"].encode()
SOURCE, PROPERTY, TARGET = (b"<%sannotated%s>" % (_OWL, part) for part in (b"Source", b"Property", b"Target"))


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=16).hexdigest().encode()


def named(rows: Iterable[Row]) -> list[Row]:
    """The triples with blank nodes named after what they say and where they hang; equal ones come once.

    >>> rows = [(b"<a:A>", b"<a:p>", b"_:x"), (b"_:x", b"<a:q>", b'"1"'), (b"<a:A>", b"<a:p>", b"_:y"), (b"_:y", b"<a:q>", b'"1"')]
    >>> len(named(rows)), named(rows) == named(named(rows))
    (2, True)
    >>> named([(b"<a:A>", b"<a:p>", b"<a:B>")])  # without blank nodes there is nothing to name
    [(b'<a:A>', b'<a:p>', b'<a:B>')]
    """
    alone, linked, result = _apart(rows)
    seen = set()
    for pairs in alone.values():
        parts = sorted(set(map(b" ".join, pairs)))
        name = b"_:b" + _digest(_digest(b"\n".join(parts)))
        if name not in seen:
            seen.add(name)
            result += [(name, p, o) for p, o in dict.fromkeys(pairs)]
    return result + _named_together(linked) if linked else result


def _apart(rows: Iterable[Row]) -> tuple[dict[bytes, list[tuple[bytes, bytes]]], list[Row], list[Row]]:
    """Blank nodes that no other hangs on or below, each with what it says; the triples of all others; those without any.

    Most are such nodes, annotations of axioms above all, and need no further thought.
    """
    found: dict[bytes, list[tuple[bytes, bytes]]] = defaultdict(list)
    linked: list[Row] = []
    plain: dict[Row, None] = {}
    for s, p, o in rows:
        if o[:2] == b"_:":
            linked.append((s, p, o))
        elif s[:2] == b"_:":
            found[s].append((p, o))
        else:
            plain[s, p, o] = None
    for node in {node for s, _, o in linked for node in (s, o) if node in found}:
        linked += [(node, p, o) for p, o in found.pop(node, ())]
    return found, linked, list(plain)


def _named_together(rows: Iterable[Row]) -> list[Row]:
    """The same for nodes that hang together."""
    graph = _Graph(rows)
    names, circular = graph.names()
    result = dict.fromkeys(
        (names.get(s, s), p, names.get(o, o)) for s, p, o in graph.rows if not {s, o} & circular
    )
    for part in graph.parts(circular):
        result |= dict.fromkeys(graph.canonical(part))
    return list(result)


class _Graph:
    """Triples with blank nodes, seen from each node: what hangs below it and what it hangs on."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(dict.fromkeys(rows))
        self.below: dict[bytes, list[tuple[bytes, bytes]]] = defaultdict(list)
        self.above: dict[bytes, list[tuple[bytes, bytes]]] = defaultdict(list)
        for s, p, o in self.rows:
            if s[:2] == b"_:":
                self.below[s].append((p, o))
            if o[:2] == b"_:":
                self.above[o].append((s, p))
        self.nodes = dict.fromkeys([*self.below, *self.above])

    def names(self) -> tuple[dict[bytes, bytes], set[bytes]]:
        """A name for each node, and the nodes that have none because they touch a circle."""
        said = self._said()
        circular = self._circular(set(self.nodes) - set(said))
        placed = self._placed(said)
        return {node: name for node, name in placed.items() if node not in circular}, circular

    def _said(self) -> dict[bytes, bytes]:
        """The digest of what each node says, from the leaves up; nodes in or above a circle have none."""
        waits = {node: len({o for _, o in self.below.get(node, ()) if o[:2] == b"_:"}) for node in self.nodes}
        ready = [node for node, count in waits.items() if not count]
        said: dict[bytes, bytes] = {}
        while ready:
            node = ready.pop()
            parts = sorted(p + b" " + said.get(o, o) for p, o in self.below.get(node, ()))
            said[node] = _digest(b"\n".join(parts))
            for upper in {s for s, _ in self.above.get(node, ()) if s[:2] == b"_:"}:
                waits[upper] -= 1
                if not waits[upper]:
                    ready.append(upper)
        return said

    def _placed(self, said: dict[bytes, bytes]) -> dict[bytes, bytes]:
        """The digest of what each node says and where it hangs, from the roots down."""
        names: dict[bytes, bytes] = {}
        for start in reversed(said):  # what was said last hangs highest
            way = [start]
            while way:
                node = way[-1]
                over = self._over(node)
                missing = [s for s, _ in over if s in said and s not in names]
                if node not in names and missing:
                    way += missing
                    continue
                way.pop()
                if node not in names:
                    where = sorted(names.get(s, s) + b" " + p for s, p in over)
                    names[node] = b"_:b" + _digest(b"\n".join([said[node], *where]))
        return names

    def _over(self, node: bytes) -> list[tuple[bytes, bytes]]:
        """What a node hangs on; for the target of an annotated axiom that is what the axiom is about."""
        found = []
        for s, p in self.above.get(node, ()):
            if p == TARGET and s in self.below:
                parts = dict(self.below[s])
                source = parts.get(SOURCE, b"")
                if source[:1] == b"<" and PROPERTY in parts:
                    found.append((source, parts[PROPERTY]))
                continue
            if p != SOURCE:
                found.append((s, p))
        return list(dict.fromkeys(each for each in found if each[0] != node))

    def _circular(self, start: set[bytes]) -> set[bytes]:
        """All blank nodes that touch those that have no digest of their own."""
        found, waiting = set(start), list(start)
        while waiting:
            node = waiting.pop()
            near = [o for _, o in self.below.get(node, ())] + [s for s, _ in self.above.get(node, ())]
            for other in near:
                if other[:2] == b"_:" and other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def parts(self, nodes: set[bytes]) -> list[set[bytes]]:
        """Nodes in sets that no blank node connects."""
        parts = []
        left = set(nodes)
        while left:
            part = self._circular({next(iter(left))})
            parts.append(part)
            left -= part
        return parts

    def canonical(self, part: set[bytes]) -> list[Row]:
        """The triples of a part of the graph that is connected by blank nodes, with canonical names."""
        from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse, serialize

        lines = b"\n".join(b" ".join((s, p, o, b".")) for s, p, o in self.rows if s in part or o in part)
        graph = Dataset(parse(lines, RdfFormat.N_TRIPLES))
        graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        text = serialize(graph, format=RdfFormat.N_QUADS) or b""
        rows = [(s, p, o[:-2]) for s, p, o in (line.split(b" ", 2) for line in sorted(text.splitlines()))]
        mark = b"_:c" + _digest(b"\n".join(b" ".join(row) for row in rows))

        def anew(term: bytes) -> bytes:
            return mark + term[2:] if term[:2] == b"_:" else term

        return [(anew(s), p, anew(o)) for s, p, o in rows]


def root_name(said: list[tuple[bytes, bytes]]) -> bytes:
    """The name of a blank node that hangs on nothing and says only this of IRIs and literals, as `named` gives it."""
    return b"_:b" + _digest(_digest(b"\n".join(sorted(p + b" " + o for p, o in said))))
