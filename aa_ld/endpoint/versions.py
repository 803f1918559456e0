"""Where the graphs of a server really lie: under their own name, or as a version that is pointed to.

Where a server cannot exchange graphs in one step, a graph is loaded under a
name of its own and one triple is inserted that points to it. A version that
another one replaces does not count, so that a reader who looks between two
steps finds one current version, never two and never none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from aa_ld.errors import VerificationError
from aa_ld.vocab import PREFIXES

if TYPE_CHECKING:
    from aa_ld.endpoint.client import Server

#: The graph that holds the pointers.
POINTERS = PREFIXES["graph"] + "versions"

#: What the names of versions, finished or not, begin with.
VERSION = PREFIXES["graph"] + "version/"

_HAS, _REPLACES = PREFIXES["dcterms"] + "hasVersion", PREFIXES["dcterms"] + "replaces"

_POINTERS = f"""
SELECT ?graph ?version ?property WHERE {{
  GRAPH <{POINTERS}> {{ ?graph ?property ?version . FILTER(?property = <{_HAS}> || ?property = <{_REPLACES}>) }}
}}"""


class Pointers(NamedTuple):
    """What the pointers say: all versions of each graph, and what each graph or version replaces."""

    versions: dict[str, set[str]]
    replaced: dict[str, set[str]]

    def current(self, graph: str) -> str:
        """The graph that holds what a graph is now: a version, or itself."""
        found = self.versions.get(graph, set())
        old = {each for version in found for each in self.replaced.get(version, ())}
        return min(found - old or found, default=graph)


def read_pointers(server: Server) -> Pointers:
    """Ask a server for its pointers. Raises RemoteError."""
    versions: dict[str, set[str]] = {}
    replaced: dict[str, set[str]] = {}
    for row in server.rows(_POINTERS):
        kind = versions if row["property"] == _HAS else replaced
        kind.setdefault(row["graph"], set()).add(row["version"])
    return Pointers(versions, replaced)


def point_to(server: Server, graph: str, version: str, pointers: Pointers) -> None:
    """Make a version the current one of a graph; the one before stays for readers who are still at it.

    After every step readers find a whole graph, and none is begun before the
    server has shown that the one before was done: an answer alone is no proof.
    Raises RemoteError, VerificationError among them.
    """
    old, before = pointers.versions.get(graph, set()) - {version}, pointers.replaced.get(graph, set())
    newer = [(version, _REPLACES, each) for each in sorted(old)]
    _step(server, [_data("INSERT", newer)] if old else [], lambda p: old <= p.replaced.get(version, set()))
    back = [(each, _REPLACES, version) for each in sorted(old)]  # from when it was current before
    has = [_data("DELETE", back)] * bool(back) + [_data("INSERT", [(graph, _HAS, version)])]
    _step(server, has, lambda p: p.current(graph) == version)
    outdated = [(graph, _HAS, each) for each in sorted(old)]
    _step(server, [_data("DELETE", outdated)] if old else [], lambda p: p.versions.get(graph) == {version})
    kept = [(graph, _REPLACES, each) for each in sorted(old)]
    gone = [*newer, *((graph, _REPLACES, each) for each in before - old)]
    tidied = [_data("DELETE", gone)] * bool(gone) + [_data("INSERT", kept)] * bool(kept)
    _step(server, tidied, lambda p: version not in p.replaced and p.replaced.get(graph, set()) == old)
    for unused in sorted({*before, graph} - {*old, version}):
        server.change(f"DROP SILENT GRAPH <{unused}>", again=True)


def _step(server: Server, updates: list[str], done: Callable[[Pointers], bool]) -> None:
    """Run updates that may be run twice, until the pointers show that they were."""
    for _ in range(server.wire.tries):
        if done(read_pointers(server)):
            return
        for update in updates:
            server.change(update, again=True)
    if not done(read_pointers(server)):
        what = "The graph is loaded and right, but the server does not point to it."
        raise VerificationError(server.query, what, "Push again; only the exchange is left to do.")


def forget(graph: str, pointers: Pointers) -> list[str]:
    """Updates that take the pointers of a graph away, and the graphs they point to."""
    versions, replaced = pointers.versions.get(graph, set()), pointers.replaced.get(graph, set())
    triples = [(graph, _HAS, each) for each in versions] + [(graph, _REPLACES, each) for each in replaced]
    if not triples:
        return []
    drops = [f"DROP SILENT GRAPH <{each}>" for each in sorted(versions | replaced)]
    return [_data("DELETE", triples), *drops]


def _data(verb: str, triples: list[tuple[str, str, str]]) -> str:
    lines = " ".join(f"<{s}> <{p}> <{o}> ." for s, p, o in sorted(triples))
    return f"{verb} DATA {{ GRAPH <{POINTERS}> {{ {lines} }} }}"
