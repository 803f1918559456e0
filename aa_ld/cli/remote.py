"""`aa-ld push`: graphs into a SPARQL server."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from aa_ld.cli.output import as_json, say
from aa_ld.errors import ParameterValueError, UsageError
from aa_ld.terminal import grid, width_of
from aa_ld.vocab import compact, expand, printable

if TYPE_CHECKING:
    from aa_ld.endpoint.push import Pushed

_GRAPH = "graph:data"  # where triples of files go that name no graph


def push(arguments: Namespace) -> int:
    """Push our layers, or files, into a SPARQL server."""
    from aa_ld.endpoint.client import connect
    from aa_ld.endpoint.layers import PUSHED, layer_quads
    from aa_ld.endpoint.progress import Progress
    from aa_ld.endpoint.push import push_files, push_quads

    if len(arguments.graph) > 1 and arguments.files:
        raise UsageError("push --graph", "Files go to one graph.", "Name one, or push file by file.")
    graph = _graph_iri(arguments.graph[0] if arguments.graph else _GRAPH) if arguments.files else ""
    told = Progress(sys.stderr, width_of(sys.stderr))
    quads = [] if arguments.files else list(layer_quads(arguments.graph or PUSHED))
    server = connect(arguments.url)
    try:
        if arguments.files:
            pushed = push_files(server, arguments.files, graph, swap=arguments.swap, told=told)
        else:
            pushed = push_quads(server, quads, swap=arguments.swap, told=told)
    finally:
        told.clear()
    if arguments.format == "json":
        say(as_json({"server": server.dialect.name, "graphs": [_record(each) for each in pushed]}))
    else:
        say(_text(server.dialect.name, pushed))
    return 0


def _graph_iri(name: str) -> str:
    """The IRI of a graph that is named short or in full."""
    from pyoxigraph import NamedNode

    iri = expand(name) if ":" in name else None
    try:
        if iri is None:
            iri = NamedNode(name).value
        return NamedNode(iri).value
    except ValueError:
        what = f"{printable(name, 120)} is no IRI, so it cannot name a graph."
        remedy = "Give one as in https://example.org/graph or graph:data."
        raise ParameterValueError("push --graph", what, remedy) from None


def _record(pushed: Pushed) -> dict[str, object]:
    first, second = pushed.digest.first, pushed.digest.second
    return {
        "graph": pushed.graph,
        "triples": pushed.digest.triples,
        "digest": f"{first:x}-{second:x}",
        "loaded": pushed.loaded,
        "holds": pushed.holds,
    }


def _text(name: str, pushed: list[Pushed]) -> str:
    body = [
        [compact(each.graph), f"{each.digest.triples:,}", "pushed" if each.loaded else "unchanged"]
        for each in pushed
    ]
    lines = grid(["graph", "triples", "now"], body, width_of(sys.stdout))
    versions = [each for each in pushed if each.holds != each.graph]
    if versions:
        lines += [
            "",
            "This server cannot exchange graphs in one step, so each is a version that is pointed to:",
        ]
        lines += [f"  {compact(each.graph)} is {compact(each.holds)}" for each in versions]
    said = f"{name} holds what was sent: number of triples and digest of every graph agree."
    return "\n".join([*lines, "", said])
