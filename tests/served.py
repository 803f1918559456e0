"""A server of ours, started once for all tests that ask it the same way, and plain requests to it."""

from __future__ import annotations

import atexit
import http.client
import json
from functools import cache
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from aa_ld.serve import Served, Settings, serve

TOKEN = "a-token-for-these-tests"
FORM, QUERY, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)


class Answer(NamedTuple):
    """What a server answered; header names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def text(self) -> str:
        return self.body.decode()

    def boolean(self) -> bool:
        return bool(json.loads(self.body)["boolean"])

    def rows(self) -> list[dict[str, str]]:
        found = json.loads(self.body)["results"]["bindings"]
        return [{name: value["value"] for name, value in row.items()} for row in found]


def send(
    served: Served, method: str, path: str, body: bytes | str = b"", token: str = "", **headers: str
) -> Answer:
    """One request over a connection of its own; header names are written with low lines."""
    parts = urlsplit(served.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        given["Authorization"] = f"Bearer {token}"
    try:
        data = body.encode() if isinstance(body, str) else body
        connection.request(method, path, data or None, given)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()


def ask(served: Served, query: str, accept: str = "", **fields: list[str]) -> Answer:
    """A query by GET; fields are written with low lines."""
    pairs = [("query", query), *((n.replace("_", "-"), v) for n, vs in fields.items() for v in vs)]
    return send(served, "GET", f"/sparql?{urlencode(pairs)}", **({"Accept": accept} if accept else {}))


def update(served: Served, text: str) -> Answer:
    """An update with the token."""
    return send(served, "POST", "/sparql", text, TOKEN, Content_Type=UPDATE)


def iri(text: str) -> str:
    """An IRI as a part of a URL."""
    return quote(text, safe="")


def started(**settings: object) -> Served:
    """A server on a free port, until the end of the session."""
    served = serve(Settings(**{"port": 0, "timeout": 10.0, **settings}))  # type: ignore[arg-type]
    served.__enter__()
    atexit.register(served.__exit__)
    return served


@cache
def reading() -> Served:
    """A server as it starts without options."""
    return started()


@cache
def writing() -> Served:
    """A server that takes updates, with the review alone."""
    return started(source="review", token=TOKEN)
