"""Where the graphs of a server really lie: under their own name, or as a version that is pointed to.

Where a server cannot exchange graphs in one step, a graph is loaded under a
name of its own and one triple is inserted that points to it. A version that
another one replaces does not count, so that a reader who looks between two
steps finds one current version, never two and never none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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

    Every step may be repeated, and after every one of them readers find a
    whole graph. Raises RemoteError.
    """
    old, before = pointers.versions.get(graph, set()) - {version}, pointers.replaced.get(graph, set())
    if old:
        _insert(server, [(version, _REPLACES, each) for each in sorted(old)])
    _insert(server, [(graph, _HAS, version)])
    _delete(server, [(graph, _HAS, each) for each in old] + [(graph, _REPLACES, each) for each in before])
    _insert(server, [(graph, _REPLACES, each) for each in sorted(old)])
    for source, found in pointers.replaced.items():
        if source in {version, *old}:
            _delete(server, [(source, _REPLACES, each) for each in found])
    _delete(server, [(version, _REPLACES, each) for each in old])
    for unused in sorted({*before, graph} - {*old, version}):
        server.change(f"DROP SILENT GRAPH <{unused}>", again=True)


def forget(graph: str, pointers: Pointers) -> list[str]:
    """Updates that take the pointers of a graph away, and the graphs they point to."""
    versions, replaced = pointers.versions.get(graph, set()), pointers.replaced.get(graph, set())
    triples = [(graph, _HAS, each) for each in versions] + [(graph, _REPLACES, each) for each in replaced]
    if not triples:
        return []
    drops = [f"DROP SILENT GRAPH <{each}>" for each in sorted(versions | replaced)]
    return [_data("DELETE", triples), *drops]


def _insert(server: Server, triples: list[tuple[str, str, str]]) -> None:
    if triples:
        server.change(_data("INSERT", triples), again=True)


def _delete(server: Server, triples: list[tuple[str, str, str]]) -> None:
    if triples:
        server.change(_data("DELETE", triples), again=True)


def _data(verb: str, triples: list[tuple[str, str, str]]) -> str:
    lines = " ".join(f"<{s}> <{p}> <{o}> ." for s, p, o in sorted(triples))
    return f"{verb} DATA {{ GRAPH <{POINTERS}> {{ {lines} }} }}"
