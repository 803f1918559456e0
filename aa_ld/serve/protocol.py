"""SPARQL 1.1 Protocol: from a request to the operation that it asks for.

Specification: https://www.w3.org/TR/sparql11-protocol/.
"""

from __future__ import annotations

import hmac
from typing import NamedTuple

from aa_ld.errors import QueryStoppedError, RequestError
from aa_ld.serve.messages import FORM, QUERY, UPDATE, Request, fields_of
from aa_ld.sparql import MOST_BYTES
from aa_ld.vocab import printable

METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class Operation(NamedTuple):
    """A query or an update, and the graphs that the request names for it, None where it names none."""

    text: str
    is_update: bool
    default: list[str] | None
    named: list[str] | None


def read_operation(request: Request) -> Operation | None:
    """The operation of a request by GET or POST; None for a GET that asks for nothing.

    Raises RequestError, and QueryStoppedError for a query that is too long.
    """
    asked = fields_of(request.fields)
    if request.method != "POST":
        if not asked.keys() & {"query", "update"}:
            return None
        if "update" in asked:
            raise RequestError("request", "An update comes by POST, not by GET.", "Send it by POST.")
        return _operation(asked, "query", _single(asked, "query"))
    if request.kind == FORM:
        fields = fields_of(request.text())
        names = sorted(fields.keys() & {"query", "update"})
        if len(names) != 1:
            what = (
                "The form holds both a query and an update."
                if names
                else "The form holds no query and no update."
            )
            raise RequestError("request", what, "Give one field named query, or one named update.")
        return _operation(fields, names[0], _single(fields, names[0]))
    if request.kind in (QUERY, UPDATE):
        return _operation(asked, "query" if request.kind == QUERY else "update", request.text())
    said = printable(request.kind, 80) or "nothing"
    what = f"The header Content-Type says {said}, which is no query and no update."
    raise RequestError("request", what, f"Send {FORM}, {QUERY} or {UPDATE}.", status=415)


def check_token(request: Request, token: str) -> None:
    """Raise RequestError where a request to change something is not allowed: 403 to everybody, 401 to this one."""
    if not token:
        what = "This server only reads: it was started without --update."
        raise RequestError("request", what, "Start it with --update to change what it holds.", status=403)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
    if scheme.lower() != "bearer" or not same:
        what = "Changes need the token that the server was started with."
        raise RequestError("request", what, "Send it as Authorization: Bearer TOKEN.", status=401)


def check_iris(names: list[str]) -> list[str]:
    """The names, if each is an IRI. Raises RequestError."""
    from pyoxigraph import NamedNode

    for name in names:
        try:
            NamedNode(name)
        except ValueError:
            raise RequestError("request", f"{printable(name, 120)} is no IRI.", "Give a whole IRI.") from None
    return names


def _single(fields: dict[str, list[str]], name: str) -> str:
    if len(fields[name]) > 1:
        raise RequestError(
            "request", f"The request holds more than one {name}.", "Send them one after another."
        )
    return fields[name][0]


def _operation(fields: dict[str, list[str]], name: str, text: str) -> Operation:
    if name == "query" and len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise QueryStoppedError(
            "query", f"The query is longer than {MOST_BYTES:,} bytes.", "Write a shorter one."
        )
    words = (
        ("default-graph-uri", "named-graph-uri")
        if name == "query"
        else ("using-graph-uri", "using-named-graph-uri")
    )
    default, named = (fields.get(word) for word in words)
    for graphs in (default, named):
        check_iris(graphs or [])
    return Operation(text, name == "update", default, named)
