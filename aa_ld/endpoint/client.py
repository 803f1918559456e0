"""A SPARQL server: queries, updates and graphs, by SPARQL 1.1 Protocol and Graph Store HTTP Protocol.

Which server it is, and where its services lie, is found out by asking it: see
`connect`. SPARQLWrapper writes the requests for queries and updates; `wire`
sends everything.

Specifications: https://www.w3.org/TR/sparql11-protocol/,
https://www.w3.org/TR/sparql11-http-rdf-update/.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlsplit

from aa_ld import errors
from aa_ld.endpoint.credentials import find_credentials
from aa_ld.endpoint.dialects import DIALECTS, STANDARD, Dialect, by_banner
from aa_ld.endpoint.wire import Answer, Wire
from aa_ld.vocab import printable

_JSON, _TRIPLES = "application/sparql-results+json", "application/n-triples"
_HELLO = "SELECT (1 AS ?x) {}"


class Server:
    """A SPARQL server, once it was found out where its services are.

    dialect  what is known of it
    query    the address of its query service
    update   of its update service
    store    of its graph store; empty where it has none
    """

    def __init__(self, wire: Wire, query: str, dialect: Dialect, update: str = "", store: str = "") -> None:
        self.wire = wire
        self.dialect = dialect
        self.query, self.update, self.store = query, update, store

    def __repr__(self) -> str:
        return f"<{self.dialect.name} at {self.query}>"

    def select(self, query: str, graphs: Iterable[str] = (), patience: float = 0.0) -> bytes:
        """Run a SELECT over the default graph, or over these graphs as one: SPARQL 1.1 Query Results JSON.

        patience  seconds that the server may be silent, if more than usual

        Raises RemoteError; RemoteAnswerError where the answer is cut off, not
        JSON, or as long as the server lets any answer be.
        """
        answer = self._ask(query, graphs, _JSON, patience)
        return self._checked(answer, _results(answer, self.wire.host))

    def rows(self, query: str, graphs: Iterable[str] = (), patience: float = 0.0) -> list[dict[str, str]]:
        """The rows of a SELECT, each a dict from variable to the text of its value."""
        found = json.loads(self.select(query, graphs, patience))
        return [{name: value["value"] for name, value in row.items()} for row in found["results"]["bindings"]]

    def ask(self, query: str, graphs: Iterable[str] = ()) -> bool:
        """Run an ASK."""
        answer = self._ask(query, graphs, _JSON)
        found = _results(answer, self.wire.host)
        if "boolean" in found:
            return bool(found["boolean"])
        return any(value["value"] in ("1", "true") for row in _bindings(found) for value in row.values())

    def construct(self, query: str, graphs: Iterable[str] = ()) -> bytes:
        """Run a CONSTRUCT or DESCRIBE: N-Triples. Raises RemoteError."""
        from pyoxigraph import RdfFormat, parse, serialize

        answer = self._ask(query, graphs, f"{_TRIPLES}, text/turtle;q=0.5")
        form = {_TRIPLES: RdfFormat.N_TRIPLES, "text/plain": RdfFormat.N_TRIPLES}.get(answer.kind)
        if form is None and answer.kind not in ("text/turtle", "application/x-turtle", "text/rdf+n3"):
            raise _no_answer(answer, self.wire.host, "RDF")
        try:
            triples = [quad.triple for quad in parse(answer.body, form or RdfFormat.TURTLE)]
        except SyntaxError as error:
            what = f"The answer breaks off, or is no RDF: {printable(str(error.msg), 200)}."
            raise errors.RemoteAnswerError(self.wire.host, what, "Try again; ask for less.") from None
        self._checked(answer, {"results": {"bindings": triples}})
        return serialize(triples, format=RdfFormat.N_TRIPLES) or b""

    def change(self, update: str, *, again: bool, patience: float = 0.0) -> None:
        """Run an update; `again` says whether running it twice does no more than once. Raises RemoteError."""
        request = self._request(self.update or self.query, update, (), "*/*", changes=True)
        self.wire.send(request, again=again, patience=patience)

    def add(self, graph: str, triples: bytes) -> None:
        """Add N-Triples without blank nodes to a graph that nobody reads yet; twice is as good as once.

        Raises RemoteError; RemoteRefusedError with status 413 where this is too much at a time.
        """
        if not self.store:
            self.change(f"INSERT DATA {{ GRAPH <{graph}> {{\n{triples.decode()}}} }}", again=True)
            return
        request = urllib.request.Request(_at(self.store, graph) + self.dialect.bulk, triples, method="POST")
        request.add_header("Content-Type", _TRIPLES)
        self.wire.send(request, again=True)

    def read(self, graph: str) -> bytes:
        """All triples of a graph, from the graph store: N-Triples. Raises RemoteError."""
        # Virtuoso has the same service twice, and only one of them asks everybody who they are.
        request = urllib.request.Request(_at(self.store.removesuffix("-auth"), graph))
        request.add_header("Accept", _TRIPLES)
        answer = self.wire.send(request, again=True)
        if answer.kind not in (_TRIPLES, "text/plain"):
            raise _no_answer(answer, self.wire.host, "N-Triples")
        return answer.body

    def _ask(self, query: str, graphs: Iterable[str], accept: str, patience: float = 0.0) -> Answer:
        request = self._request(self.query, query, graphs, accept)
        return self.wire.send(request, again=True, patience=patience)

    def _request(
        self, url: str, text: str, graphs: Iterable[str], accept: str, *, changes: bool = False
    ) -> urllib.request.Request:
        from SPARQLWrapper import INSERT, POST, SELECT, SPARQLWrapper

        wrapper = SPARQLWrapper(url, url, agent="aa-ld")
        wrapper.setMethod(POST)  # a GET would put long queries into logs, and cut them
        wrapper.setOnlyConneg(True)
        wrapper.setQuery(text)
        wrapper.queryType = INSERT if changes else SELECT  # it would guess by the words of comments
        for graph in graphs:
            wrapper.addParameter("default-graph-uri", graph)
        request: urllib.request.Request = wrapper._createRequest()
        request.remove_header("Accept")
        request.add_header("Accept", accept)
        return request

    def _checked(self, answer: Answer, found: dict[str, Any]) -> bytes:
        """The body, unless it may have been cut at the most rows that the server gives."""
        most = int(answer.headers.get("x-sparql-maxrows", 0) or 0) or self.dialect.most_rows
        if most and len(_bindings(found)) >= most:
            what = f"The answer has {most:,} rows, where this server cuts off."
            remedy = "Add LIMIT and OFFSET with ORDER BY, or raise its limit."
            raise errors.RemoteAnswerError(self.wire.host, what, remedy)
        return answer.body


def connect(url: str, wire: Wire | None = None) -> Server:
    """Find out what answers at a URL, without changing anything there.

    The URL may be that of the query service or of the server or data set that
    has it. `wire` is made from the environment if not given.

    Raises UsageError for what is no URL, or one with a password in it, and
    RemoteError: UnreachableError, NotAnEndpointError, AccessDeniedError.
    """
    _check_url(url)
    wire = wire or Wire(url, find_credentials(url))
    url = url.rstrip("/")
    failed: errors.RemoteError | None = None
    for place in dict.fromkeys([url, url + "/query", url + "/sparql"]):
        server = Server(wire, place, STANDARD)
        try:
            answer = wire.send(server._request(place, _HELLO, (), _JSON), again=True, tries=2)
            _results(answer, wire.host)
        except (errors.RemoteRefusedError, errors.NotAnEndpointError, errors.RemoteAnswerError) as error:
            failed = failed or error
            continue
        return _with_services(server, answer)
    assert failed is not None
    what = f"Something answers there, but no SPARQL endpoint. {failed.what}"
    remedy = "Give the URL of the query service, as in http://localhost:7878/query; see docs/endpoints.md."
    raise errors.NotAnEndpointError(printable(url, 300), what, remedy)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        parts, good = urlsplit(""), False
    if parts.password or parts.username:
        what = "The URL holds a name or a password, which would end up in logs."
        remedy = "Take it out, and set AA_LD_ENDPOINT_USER and AA_LD_ENDPOINT_PASSWORD, or use netrc."
        raise errors.UsageError(f"{parts.scheme}://{parts.hostname}", what, remedy)
    if not good or not url.isascii() or any(each in url for each in ' "<>\\^`{|}?#'):
        what = "This is no URL of a SPARQL endpoint."
        raise errors.UsageError(printable(url, 300), what, "Give one as in http://localhost:7878.")


def _with_services(server: Server, hello: Answer) -> Server:
    """Find the dialect, and where update and graph store are."""
    banner = " ".join([hello.headers.get("server", ""), *hello.headers])
    dialect = by_banner(banner)
    candidates = [dialect] if dialect.banner else [each for each in DIALECTS if each.probe]
    server.dialect = next((each for each in candidates if _is(server, each)), STANDARD)
    path = next((each for each in server.dialect.paths if each[0] and server.query.endswith(each[0])), None)
    path = path or next((each for each in server.dialect.paths if not each[0]), ("", "", ""))
    stem = server.query.removesuffix(path[0])
    server.update = stem + path[1]
    server.store = stem + path[2] if path[2] else ""
    return server


def _is(server: Server, dialect: Dialect) -> bool:
    """Whether the server answers as this dialect does."""
    if dialect.probe is None:
        return True
    query, expected = dialect.probe
    try:
        return [row.get("x") for row in server.rows(query)] == [expected]
    except (errors.RemoteRefusedError, errors.RemoteAnswerError, errors.NotAnEndpointError):
        return False


def _results(answer: Answer, host: str) -> dict[str, Any]:
    """SPARQL 1.1 Query Results JSON, as far as it has to be understood here."""
    if answer.kind in ("text/html", "application/xhtml+xml") or answer.body[:100].lstrip()[:1] == b"<":
        raise _no_answer(answer, host, "SPARQL results in JSON")
    try:
        found = json.loads(answer.body)
    except ValueError:
        end = printable(answer.body[-80:].decode("utf-8", "replace"))
        what = f"The answer is status {answer.status}, but breaks off or is no JSON; it ends in: {end}"
        remedy = "Try again; the server may have stopped the query."
        raise errors.RemoteAnswerError(host, what, remedy) from None
    if not isinstance(found, dict) or not ("boolean" in found or isinstance(found.get("results"), dict)):
        raise _no_answer(answer, host, "SPARQL results in JSON")
    return found


def _bindings(found: dict[str, Any]) -> list[Any]:
    return list(found.get("results", {}).get("bindings", ()))


def _no_answer(answer: Answer, host: str, wanted: str) -> errors.NotAnEndpointError:
    start = printable(" ".join(answer.body[:400].decode("utf-8", "replace").split()), 120)
    what = (
        f"It answers {answer.status} with {answer.kind or 'something'} where {wanted} were asked for: {start}"
    )
    return errors.NotAnEndpointError(host, what, "Is this the URL of a SPARQL endpoint?")


def _at(store: str, graph: str) -> str:
    return f"{store}?graph={quote(graph, safe='')}"
