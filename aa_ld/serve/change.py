"""Changes: a copy of the keeper carries one out, and is the next keeper if that went well.

While it works it has the limits of a worker, so an update can neither reach the
network (LOAD, SERVICE) nor take more than its time and its memory. It changes
its own copy, so there is nothing to be rolled back.
"""

from __future__ import annotations

import itertools
import os
import re
import socket
from typing import IO, Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from aa_ld import child, intake
from aa_ld.errors import (
    NestingError,
    QueryRefusedError,
    QueryStoppedError,
    QuerySyntaxError,
    RequestError,
    StoreFolderError,
)
from aa_ld.serve import worker
from aa_ld.serve.held import Held
from aa_ld.serve.queries import words
from aa_ld.sparql import DEEPEST, Text, nodes, refuse_services
from aa_ld.vocab import PREFIXES, printable

_TOKENS = re.compile(
    r"""(?P<hidden>\\.|\#[^\n\r]*|<[^<>"{}|^`\\\x00-\x20]*>|[?$]\w+|@[A-Za-z-]+|[\w.-]*:[\w.%:-]*"""
    r'''|"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*\')'''
    r"|(?P<word>[^\W\d]\w*)|(?P<open>\{)|(?P<close>\})",
    re.DOTALL,
)


def main(handle: int, held: Held, order: dict[str, Any]) -> None:
    """Carry out one change that is told over a socket. Returns in the process that is to be the next keeper, and only there."""
    told_to = os.dup(2)
    done: list[bool] = []

    def work() -> None:
        with socket.socket(fileno=os.dup(handle)) as ours:
            pipe, source = ours.makefile("wb"), ours.makefile("rb")
            child.confine(order["memory"], for_good=False)
            worker.say(pipe, intake.ORDER, {})
            wanted = worker.heard(source)
            if wanted is None:
                return
            _, size = intake.receive_head(source)
            payload = source.read(size)
            said: list[dict[str, Any]] = []

            def change() -> tuple[dict[str, Any], bytes]:
                said.append(_CHANGES[wanted["task"]](held, wanted, payload))
                return said[0], b""

            worker.carry_out(pipe, change)
            if said and worker.heard(source):
                done.append(_kept(held, pipe))

    worker.alone(handle, work)
    os.dup2(told_to, 2)
    os.close(told_to)
    os.close(handle)
    if done != [True]:
        os._exit(0)


def _kept(held: Held, pipe: IO[bytes]) -> bool:
    """Write the store into its folder, once the front has said to: whoever asked was not too late."""
    child.release()
    try:
        held.save()
    except OSError as error:
        what = f"The folder cannot be written to ({error.strerror}), so nothing was changed."
        remedy = "Make room, or start the server with another folder."
        worker.say(pipe, intake.ERROR, worker.told(StoreFolderError(held.folder, what, remedy)))
        return False
    held.stale = True
    worker.say(pipe, intake.END, {})
    return True


def update(held: Held, order: dict[str, Any], _: bytes) -> dict[str, Any]:
    """Carry out a SPARQL update: `update`, with `default` and `named` in place of USING, or None; and `base`."""
    text = Text(order["update"])
    try:
        intake.check_nesting(text.plain.encode("utf-8", "replace"), "update", deepest=DEEPEST)
    except NestingError as error:
        raise QueryStoppedError(error.where, error.what, "Write it with fewer brackets.") from None
    plain = text.plain
    if order["default"] is not None or order["named"] is not None:
        plain = with_using(plain, order["default"] or [], order["named"] or [])
    if words(plain) & {"LOAD", "SERVICE"}:
        _refuse_network(text)
    plain = _without_needing_empty_graphs(plain)
    try:
        held.base.update(plain, base_iri=order["base"], prefixes=PREFIXES)
    except SyntaxError as error:
        raise QuerySyntaxError("update", f"{printable(str(error), 300)}.", "Correct the update.") from None
    except (RuntimeError, OSError, ValueError) as error:  # of a graph that is not there, for example
        raise RequestError("update", f"{printable(str(error), 300)}.", "Nothing was changed.") from None
    return {}


def _refuse_network(text: Text) -> None:
    """Raise QueryRefusedError where an update fetches or asks another server, QuerySyntaxError where it is none."""
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.parser import UpdateUnit

    try:
        tree = UpdateUnit.parse_string(text.plain, parse_all=True)
    except ParseBaseException as error:
        where = f"update:{text.at(error.loc)}"
        raise QuerySyntaxError(where, "This does not belong here.", "Correct the update.") from None
    if any(getattr(node, "name", None) == "Load" for node in nodes(tree)):
        what = "LOAD fetches, and nothing is fetched."
        raise QueryRefusedError("update", what, "Send the triples themselves, to the graph store.")
    refuse_services(tree)


def put(held: Held, order: dict[str, Any], payload: bytes) -> dict[str, Any]:
    """Put N-Quads into the graph `graph`, None for the default graph, instead of what is there if `replace`."""
    graph = DefaultGraph() if order["graph"] is None else NamedNode(order["graph"])
    existed = held.has(graph)
    if order["replace"]:
        held.base.clear_graph(graph)
    if isinstance(graph, NamedNode):
        held.base.add_graph(graph)
    found = parse(payload, RdfFormat.N_QUADS, rename_blank_nodes=True)
    try:
        held.base.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in found)
    except (SyntaxError, UnicodeDecodeError) as error:
        what = f"The triples cannot be read: {printable(str(error), 300)}."
        raise RequestError("request", what, "Correct them; nothing was changed.") from None
    return {"existed": existed}


def delete(held: Held, order: dict[str, Any], _: bytes) -> dict[str, Any]:
    """Take away a graph. Raises RequestError with status 404 where it is not there."""
    if order["graph"] is None:
        held.base.clear_graph(DefaultGraph())
    elif held.has(NamedNode(order["graph"])):
        held.base.remove_graph(NamedNode(order["graph"]))
    else:
        raise RequestError(printable(order["graph"], 200), "There is no such graph here.", "", status=404)
    return {"existed": True}


_CHANGES = {"update": update, "put": put, "delete": delete}


def with_using(text: str, default: list[str], named: list[str]) -> str:
    """An update over the graphs that its request names, said as USING clauses.

    Raises RequestError where the update has WITH or USING of its own.
    Specification: https://www.w3.org/TR/sparql11-protocol/#update-dataset.

    >>> with_using("DELETE WHERE { ?s ?p ?o }", ["http://e/g"], [])
    'DELETE { ?s ?p ?o } USING <http://e/g> WHERE { ?s ?p ?o }'
    """
    clauses = [*(f"USING <{iri}>" for iri in default), *(f"USING NAMED <{iri}>" for iri in named)]
    tokens = [token for token in _TOKENS.finditer(text) if token.lastgroup != "hidden" or token[0][0] in "<:"]
    depth, end, pieces = 0, 0, []
    for number, token in enumerate(tokens):
        depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
        word = token[0].upper() if token.lastgroup == "word" and depth == 0 else ""
        if word in ("WITH", "USING"):
            what = "The update says by WITH or USING which graphs it is about, and the request says so too."
            raise RequestError("update", what, "Say it in one of the two places.")
        if word == "WHERE":
            short = number > 0 and tokens[number - 1][0].upper() == "DELETE"
            pattern = _block(text, tokens[number + 1 :]) + " " if short else ""
            pieces += [text[end : token.start()], pattern, *(f"{clause} " for clause in clauses)]
            end = token.start()
    return "".join([*pieces, text[end:]])


def _without_needing_empty_graphs(text: str) -> str:
    """An update whose CLEAR GRAPH does not fail where the graph is not there, as SPARQL 1.1 has it for empty graphs."""
    tokens = [token for token in _TOKENS.finditer(text) if token.lastgroup != "hidden"]
    pairs = itertools.pairwise(tokens)
    ends = [first.end() for first, then in pairs if (first[0].upper(), then[0].upper()) == ("CLEAR", "GRAPH")]
    for end in reversed(ends):
        text = f"{text[:end]} SILENT{text[end:]}"
    return text


def _block(text: str, tokens: list[re.Match[str]]) -> str:
    """The first group in braces."""
    depth, start = 0, 0
    for token in tokens:
        if token.lastgroup == "open":
            start = start if depth else token.start()
            depth += 1
        elif token.lastgroup == "close":
            depth -= 1
            if depth <= 0:
                return text[start : token.end()]
    return ""
