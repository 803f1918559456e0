"""SPARQL 1.1 Graph Store HTTP Protocol: graphs as resources, to be read by all and written with the token.

A graph is named by `?graph=IRI`, the default graph by `?default`; under
`/store/…` the address itself is the name. Specification:
https://www.w3.org/TR/sparql11-http-rdf-update/.
"""

from __future__ import annotations

import asyncio
from secrets import token_hex
from typing import Any

from aa_ld import intake
from aa_ld.errors import RequestError
from aa_ld.serve.messages import TEXT, Reply, Request, fields_of
from aa_ld.serve.negotiation import triples
from aa_ld.serve.pool import Pool
from aa_ld.serve.protocol import check_iris, check_token
from aa_ld.serve.queries import not_acceptable
from aa_ld.serve.settings import MOST_BODY
from aa_ld.vocab import printable

ROOT = "/store"
_WRITING = ("PUT", "POST", "DELETE")
METHODS = ("GET", "HEAD", "OPTIONS", *_WRITING)
_NEW = ""  # a POST to the graph store itself, which makes a graph

#: Media types of bodies and the ending that says so to the parser.
_SYNTAXES = {
    "text/turtle": ".ttl", "application/x-turtle": ".ttl", "application/n-triples": ".nt", "text/plain": ".nt",
    "application/rdf+xml": ".rdf", "application/ld+json": ".jsonld",
}  # fmt: skip
_FORMS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")


async def answer(request: Request, pool: Pool, url: str) -> Reply:
    """Answer a request for a graph. Raises RequestError, and the errors of aa_ld.intake for a body that is no RDF."""
    if request.method in _WRITING:
        check_token(request, pool.settings.token)
    graph = _graph_of(request, url)
    if graph == _NEW and request.method != "POST":
        raise RequestError("request", "Which graph is meant is not said.", "Add ?default or ?graph=IRI.")
    if request.method in ("GET", "HEAD"):
        return await _read(request, graph, pool)
    if request.method == "DELETE":
        await pool.change({"task": "delete", "graph": graph})
        return Reply(200, TEXT, b"The graph is gone.\n")
    return await _write(request, graph, pool, url)


def _graph_of(request: Request, url: str) -> str | None:
    """The IRI of the graph that is meant, None for the default graph, and nothing for one that is to be made."""
    fields = fields_of(request.fields)
    names, default = fields.get("graph", []), "default" in fields
    if len(names) + default > 1:
        raise RequestError("request", "More than one graph is named.", "Name one.")
    path = request.path.removeprefix(ROOT).lstrip("/")
    if names or default:
        return None if default else check_iris(names)[0]
    return check_iris([url + request.path])[0] if path else _NEW


async def _read(request: Request, graph: str | None, pool: Pool) -> Reply:
    kind = triples(request.accept, _FORMS)
    if kind is None:
        raise not_acceptable(_FORMS)
    said, body = await pool.run({"task": "graph", "graph": graph, "kind": kind})
    return Reply(200, said["kind"], body, (("Vary", "Accept"),))


async def _write(request: Request, graph: str | None, pool: Pool, url: str) -> Reply:
    request.check_charset()
    made = graph == _NEW
    if made:
        graph = f"{url}{ROOT}/{token_hex(8)}"
    payload = await _quads(request)
    order: dict[str, Any] = {"task": "put", "graph": graph, "replace": request.method == "PUT"}
    said = await pool.change(order, payload)
    headers = (("Location", graph or ""),) if made else ()
    if not said["existed"]:
        return Reply(201, headers=headers)
    return Reply(204) if order["replace"] else Reply(200, TEXT, b"The triples were added.\n")


async def _quads(request: Request) -> bytes:
    """The N-Quads of a body: one document, or all parts of a form."""
    if request.kind != "multipart/form-data":
        return await _parsed(request.kind, request.body)
    from email.parser import BytesParser
    from email.policy import HTTP

    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    if not message.is_multipart():
        raise RequestError("request", "The form has no parts.", "Send each document as a part of it.")
    found = []
    for part in message.iter_parts():
        body = part.get_payload(decode=True)
        found.append(await _parsed(part.get_content_type(), body if isinstance(body, bytes) else b""))
    return b"".join(found)


async def _parsed(kind: str, body: bytes) -> bytes:
    if kind not in _SYNTAXES:
        said = printable(kind, 80) or "nothing"
        what = f"The header Content-Type says {said}, which is no form of triples."
        raise RequestError("request", what, f"Send one of {', '.join(_FORMS)}.", status=415)
    if not body.strip():
        return b""
    if len(body) > MOST_BODY:
        raise intake.too_large("request", MOST_BODY)
    # N-Triples have no depth and no entities: they are parsed where they are put to use. All else goes to a child.
    if _SYNTAXES[kind] == ".nt":
        return body
    return await asyncio.to_thread(intake.parse_rdf, "request", _SYNTAXES[kind], body)
