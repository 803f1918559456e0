"""The application: from a request to its reply, as ASGI has them.

    /sparql           queries, and updates with --update; its description; for browsers the page
    /store            graphs, see aa_ld.serve.graphs
    /health           whether it works, for monitors
    everything else   pages and documents, see aa_ld.serve.documents

Specification: https://asgi.readthedocs.io/en/latest/specs/www.html.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from aa_ld import __version__
from aa_ld.errors import AaLdError, RequestError
from aa_ld.serve import documents, graphs, negotiation
from aa_ld.serve.cache import Cache, is_lasting, key_of
from aa_ld.serve.messages import TEXT, Reply, Request, not_allowed, reply_to
from aa_ld.serve.pool import Pool
from aa_ld.serve.protocol import METHODS, Operation, check_token, read_operation
from aa_ld.serve.queries import ROWS, TRIPLES, not_acceptable
from aa_ld.serve.settings import MOST_BODY, Settings, is_loopback
from aa_ld.vocab import printable

_SLOW = 30.0  # seconds in which the body of a request has to come
_WATCH = 0.05  # seconds after which it is looked whether somebody still waits for the answer
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = (
    ("Server", f"aa-ld/{__version__}"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Application:
    """What answers requests: an ASGI application."""

    def __init__(self, settings: Settings, pool: Pool, url: str) -> None:
        self.settings = settings
        self.pool = pool
        self.url = url
        self.cache = Cache(settings.cached)
        self.began = time.time()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; one whose sender has gone is not answered, and its query ended."""
        began = time.perf_counter()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        fields = scope["query_string"].decode("latin-1")
        request = Request(scope["method"], scope["path"], fields, headers)
        try:
            self._check_host(request)
            request = request._replace(body=await _body(receive))
            reply = await self._watched(request, receive)
        except AaLdError as error:
            reply = reply_to(error)
        except _Gone:
            reply = Reply(499)
        except Exception:
            traceback.print_exc()
            reply = Reply(
                500,
                TEXT,
                b"This is a bug in aa-ld; the terminal of the server says where. Please report it.\n",
            )
        if reply.status != 499:
            await _send(send, request, reply.with_headers(*self._cross_origin(request)))
        if self.settings.told:
            took = (time.perf_counter() - began) * 1000
            # No queries: they may hold what nobody meant to write into a log, such as the diseases of a patient.
            line = (
                f"{time.strftime('%H:%M:%S')} {request.method} {printable(request.path, 100)} {reply.status} "
            )
            sys.stderr.write(f"{line}{len(reply.body)} B {took:.0f} ms\n")

    async def _watched(self, request: Request, receive: Receive) -> Reply:
        """The reply, unless whoever asked goes away first."""
        work = asyncio.ensure_future(self._reply(request))
        done, _ = await asyncio.wait([work], timeout=_WATCH)
        if not done:
            gone = asyncio.ensure_future(receive())
            await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError, AaLdError):
                    await work
                raise _Gone
            gone.cancel()
        return work.result()

    async def _reply(self, request: Request) -> Reply:
        part = [*request.path.split("/"), ""][1]
        allowed = {"store": graphs.METHODS, "sparql": METHODS}.get(part, documents.METHODS)
        if request.method == "OPTIONS":
            return Reply(204, headers=(("Allow", ", ".join(allowed)),))
        if request.method not in allowed:
            return not_allowed(request.method, allowed)
        if part == "store":
            return await graphs.answer(request, self.pool, self.url)
        if request.path in ("/sparql", "/sparql/"):
            return await self._sparql(request)
        if request.path == "/health":
            return await self._health()
        return await documents.answer(request, self.pool, self.url)

    async def _sparql(self, request: Request) -> Reply:
        page = request.method != "POST" and negotiation.wants_page(request.accept)
        operation = None if page else read_operation(request)
        if page or operation is None:
            return await documents.endpoint(request, self.pool, self.url)
        if operation.is_update:
            check_token(request, self.settings.token)
            order = {"task": "update", "update": operation.text, **self._graphs(operation)}
            await self.pool.change(order)
            return Reply(204)
        return await self._query(request, operation)

    def _graphs(self, operation: Operation) -> dict[str, Any]:
        return {"default": operation.default, "named": operation.named, "base": self.url + "/sparql"}

    async def _query(self, request: Request, operation: Operation) -> Reply:
        rows, triples = negotiation.rows(request.accept, ROWS), negotiation.triples(request.accept, TRIPLES)
        if rows is None and triples is None:
            raise not_acceptable([*ROWS, *TRIPLES])
        asked = self._graphs(operation)
        key = key_of(self.pool.state, operation.text, asked, rows, triples)
        found = self.cache.get(key)
        if found is None:
            lasting = is_lasting(operation.text)
            order = {"task": "query", "query": operation.text, **asked, "rows": rows, "triples": triples}
            said, body = await self.pool.run({**order, "strict": not self.settings.token})
            found = (said["kind"], body)
            if not lasting:
                return Reply(200, *found, (("Cache-Control", "no-store"), ("Vary", "Accept")))
            self.cache.put(key, found)
        headers = (("ETag", f'"{key}"'), ("Cache-Control", "no-cache"), ("Vary", "Accept"))
        if request.headers.get("if-none-match", "").strip() == f'"{key}"' and request.method != "POST":
            return Reply(304, headers=headers)
        return Reply(200, *found, headers)

    async def _health(self) -> Reply:
        said = await self.pool.told()
        told = {
            "status": "ok",
            "version": __version__,
            "uptime": round(time.time() - self.began),
            "triples": said["triples"],
            "graphs": said["graphs"],
            "workers": {"idle": len(self.pool.idle), "busy": len(self.pool.busy), "most": self.pool.most},
            "updates": bool(self.settings.token),
        }
        headers = (("Cache-Control", "no-store"),)
        return Reply(200, "application/json", json.dumps(told, indent=2).encode() + b"\n", headers)

    def _check_host(self, request: Request) -> None:
        """Raise RequestError where a page of somebody else has its own name lead to this machine (DNS rebinding)."""
        host = request.headers.get("host", "localhost")
        name = (host.rsplit(":", 1)[0] if not host.endswith("]") else host).strip("[]").lower()
        if self.settings.is_local and not is_loopback(name):
            what = f"This server answers on this machine only, not as {printable(host, 80)}."
            raise RequestError("request", what, "Use http://localhost, or start it with --host.", status=421)

    def _cross_origin(self, request: Request) -> tuple[tuple[str, str], ...]:
        allowed = self.settings.allowed_origin
        if not allowed or "origin" not in request.headers:
            return (("Vary", "Origin"),) if allowed not in ("", "*") else ()
        found = [
            ("Access-Control-Allow-Origin", allowed),
            ("Access-Control-Expose-Headers", "ETag, Location, Retry-After, Content-Location"),
        ]
        if request.method == "OPTIONS":
            found += [
                ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
                ("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, If-None-Match"),
                ("Access-Control-Max-Age", "86400"),
            ]
        return tuple(found if allowed == "*" else [*found, ("Vary", "Origin")])


class _Gone(Exception):  # noqa: N818
    """Whoever asked has closed the connection."""


async def _body(receive: Receive) -> bytes:
    """The body of a request. Raises RequestError where it is too large or comes too slowly."""
    blocks, size = [], 0
    try:
        async with asyncio.timeout(_SLOW):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _Gone
                blocks.append(message.get("body", b""))
                size += len(blocks[-1])
                if size > MOST_BODY:
                    what = f"The body is larger than {MOST_BODY:,} bytes."
                    raise RequestError("request", what, "Send it in parts.", status=413)
                if not message.get("more_body"):
                    return b"".join(blocks)
    except TimeoutError:
        what = f"The body did not come within {_SLOW:g} seconds."
        raise RequestError("request", what, "Send it again.", status=408) from None


async def _send(send: Send, request: Request, reply: Reply) -> None:
    headers = [*_ALWAYS, *reply.headers]
    if reply.kind:
        charset = "; charset=utf-8" if reply.kind.startswith("text/") and ";" not in reply.kind else ""
        headers.append(("Content-Type", reply.kind + charset))
    if reply.kind.startswith("text/html"):
        headers.append(("Content-Security-Policy", _POLICY))
    if reply.status not in (204, 304):
        headers.append(("Content-Length", str(len(reply.body))))
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    empty = request.method == "HEAD" or reply.status in (204, 304)
    await send({"type": "http.response.body", "body": b"" if empty else reply.body})
