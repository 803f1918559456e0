"""Asking real servers: the same answers as here, and clear words where a server is none, or fails."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from servers import SERVERS, every_server, oxigraph, proxy_before, start_oxigraph, virtuoso

from aa_ld import cli, errors
from aa_ld.ask import ask
from aa_ld.endpoint.client import connect
from aa_ld.endpoint.credentials import Credentials, find_credentials
from aa_ld.endpoint.dialects import DIALECTS, STANDARD, by_banner
from aa_ld.endpoint.layers import layer_quads
from aa_ld.endpoint.opened import RemoteKnowledge
from aa_ld.endpoint.push import push_quads
from aa_ld.endpoint.wire import Wire
from aa_ld.knowledge import Knowledge, load
from aa_ld.names import Names
from aa_ld.question import read_questions
from aa_ld.store import rows
from aa_ld.validate import validate
from aa_ld.vocab import BASE, INFERRED, graph_iri

pytestmark = pytest.mark.server

_WITH = {"fact-evidence": {"fact": "SF32"}}
_OK = b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "1"}}]}}'
_JSON = "application/sparql-results+json"


@cache
def here() -> Knowledge:
    """All layers with what follows from them, in the embedded store."""
    kb = load()
    kb.inferred()
    return kb


@cache
def there(name: str) -> RemoteKnowledge:
    """The same in a server."""
    server = SERVERS[name]().connect()
    push_quads(server, layer_quads())
    return RemoteKnowledge(server)


# The same answers


@cache
def asked() -> dict[str, tuple[str, list[str]]]:
    """Each question as SPARQL, and its rows here, whatever their order."""
    names = Names(here().layers)
    found = {}
    for question in read_questions().values():
        bound = {key: f"<{names.find(value)}>" for key, value in _WITH.get(question.name, {}).items()}
        query = question.bound(bound)
        found[question.name] = (query, told(rows(here().layers, query)))
    return found


def told(found: list[dict[str, object]]) -> list[str]:
    """Rows in an order of their own."""
    return sorted(str(sorted((name, str(term)) for name, term in row.items())) for row in found)


@every_server
def test_all_questions_have_the_same_rows(name):
    """All forty, over all data, as the embedded store gives them."""
    kb = there(name)
    different = [
        question
        for question, (query, wanted) in asked().items()
        if told(rows(kb.inferred(), query)) != wanted
    ]

    assert len(asked()) == 40
    assert sum(bool(wanted) for _, wanted in asked().values()) > 35
    assert different == []


@every_server
@pytest.mark.parametrize("question", ["treatments-toward-th2", "outcomes-under-treatment", "fact-evidence"])
def test_whole_answers_are_the_same(name, question):
    """The facts behind the rows, what the sources are silent on, and what is denied, too."""
    params = _WITH.get(question, {})
    a, b = (ask(each, question, **params) for each in (here().layers, there(name).inferred()))

    assert told(list(a)) == told(list(b))
    assert set(a.facts) == set(b.facts)
    assert (a.silent, [f.iri for f in a.denied]) == (b.silent, [f.iri for f in b.denied])


@every_server
def test_the_rules_derive_the_same_inside_the_server(name):
    """The graph `inferred` of the server is, triple by triple, what the rules give here."""
    kb = there(name)
    wanted = {str(quad.triple) for quad in layer_quads([INFERRED])}
    kb.server.change(f"DROP SILENT GRAPH <{kb.held.graphs[INFERRED]}>", again=True)
    found = kb.infer()
    again = kb.infer()

    assert {str(quad.triple) for quad in kb.concluded()} == wanted
    assert sum(found.given.values()) == len(found.risen) > 30
    assert (again.risen, again.fallen) == (frozenset(), frozenset())


@every_server
def test_other_verbs_say_the_same(name, capsys, monkeypatch):
    """explain, facts, show, advise and --why-not print, with --endpoint, what they print without."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("AA_LD_ENDPOINT_USER", "dba")
    monkeypatch.setenv("AA_LD_ENDPOINT_PASSWORD", "dba")
    url = there(name).server.query
    calls = [
        ["explain", "SF32"],
        ["facts", "--certainty", "possible"],
        ["show", "aa:PatientWithAlopeciaAreata"],
        ["advise", "--has", "alopecia areata", "--has", "extrinsic atopic dermatitis"],
        ["explain", "dupilumab", "--why-not", "treatments-toward-th2"],
        ["sparql", "SELECT (COUNT(*) AS ?n) WHERE { ?risk a aa:RiskStatement # a comment with FROM\n }"],
        ["sparql", "ASK { ?risk a aa:RiskStatement }"],
        ["sparql", "CONSTRUCT { ?r a aa:RiskStatement } WHERE { ?r a aa:RiskStatement }", "--format", "nt"],
    ]
    for words in calls:
        status = cli.main(words)
        local = capsys.readouterr().out
        assert (cli.main([*words, "--endpoint", url]), capsys.readouterr().out) == (status, local)


def test_what_is_wrong_in_a_server_is_found_there():
    """A fact whose evidence somebody took away in the server breaks its shape, found by the server."""
    running = start_oxigraph()
    server = running.connect()
    push_quads(server, layer_quads())
    checks = ["Fact-evidence", "Fact-label-patients", "EvidenceLine-hedge-span-value", "Class-label"]
    kb = RemoteKnowledge(server)
    before = {f.check for f in validate(kb.layers, checks=checks) if ".well-known" not in f.focus}
    fact = BASE + "fact/local-immunotherapy-may-worsen-extrinsic"
    server.change(
        f"DELETE WHERE {{ GRAPH <{graph_iri('review')}> {{ <{fact}> <{BASE}evidence> ?line }} }}", again=False
    )
    found = [f for f in validate(kb.layers, checks=checks) if ".well-known" not in f.focus]
    running.stop()

    assert before == set()
    assert [(f.check, f.focus) for f in found] == [("Fact-evidence", fact)]


def test_a_verb_says_what_a_server_lacks(capsys):
    """A server to which nothing was pushed, or from which a layer is missing."""
    running = start_oxigraph()
    cli.main(["ask", "treatments-toward-th2", "--endpoint", running.url])
    nothing = capsys.readouterr().err
    push_quads(running.connect(), layer_quads(["ontology", "mappings", "review", "literature"]))
    cli.main(["ask", "treatments-toward-th2", "--endpoint", running.url])
    not_inferred = capsys.readouterr().err
    status = cli.main(["infer", "--endpoint", running.url])
    inferred = capsys.readouterr().out
    asked = cli.main(["ask", "treatments-toward-th2", "--endpoint", running.url])
    running.stop()

    assert "does not hold graph:ontology" in nothing
    assert "aa-ld push" in nothing
    assert "aa-ld infer --endpoint URL" in not_inferred
    assert (status, asked) == (0, 0)
    assert "is predicted" in inferred


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["ask", "treatments-toward-th2", "--data", "docs/example.ttl"], 2, "Push the files first"),
        (["ask", "treatments-toward-th2", "--source", "review"], 2, "Ask without --source review"),
        (["infer", "--without", "SF30"], 2, "Leave out --endpoint"),
        (["validate", "docs/example.ttl"], 2, "Give one or the other"),
        (["sparql", "DELETE WHERE { ?s ?p ?o }"], 2, "DELETE changes data"),
        (["sparql", "SELECT ?s { ?s ?p"], 4, "The server answers 400"),
    ],
)
def test_what_does_not_go_with_a_server_is_said(words, status, said, capsys):
    """A clear sentence and the right exit status."""
    found = cli.main([*words, "--endpoint", there("Oxigraph").server.query])

    assert found == status
    assert said in capsys.readouterr().err


# Which server it is


@every_server
def test_a_server_is_known_by_what_it_answers(name):
    """Dialect and services are found from the URL that a user would give."""
    server = SERVERS[name]().connect()

    assert server.dialect.name == name
    assert server.dialect.seen[0].isdigit()
    assert server.update
    assert server.store


def test_a_name_alone_makes_no_dialect():
    """A server that calls itself Virtuoso but does not answer as Virtuoso is taken for nothing special."""
    with answering(lambda request: (200, {"Content-Type": _JSON, "Server": "Virtuoso/07.20"}, _OK)) as url:
        assert connect(url).dialect == STANDARD


def test_every_dialect_says_where_its_row_was_seen():
    """A version, or that it is from the documentation only."""
    assert all(each.seen for each in DIALECTS)
    assert by_banner("nginx") == STANDARD
    docs = (Path(__file__).parents[1] / "docs/endpoints.md").read_text(encoding="utf-8")
    assert [each.name for each in DIALECTS if f"## {each.name}" not in docs] == []


# HTTP with care

Said = tuple[int, dict[str, str], bytes]


class Seen(BaseHTTPRequestHandler):
    """A request that came in; `headers` and `path` are what tests look at."""


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], Said], wrap: object = None) -> Iterator[str]:
    """A little server that says what a test wants; gives its URL."""

    class Handler(Seen):
        def do_GET(self) -> None:
            self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answer(self)
            self.send_response_only(status)
            headers = {"Content-Length": str(len(body)), **headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    scheme = "http"
    if wrap is not None:
        server.socket = wrap.wrap_socket(server.socket, server_side=True)  # type: ignore[attr-defined]
        scheme = "https"
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}/query"
    finally:
        server.shutdown()
        server.server_close()


def wire_to(url: str, who: Credentials = Credentials(), **limits: float) -> Wire:  # noqa: B008
    return Wire(url, who, **{"pause": 0.001, "tries": 3, **limits})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "challenge", "sent"),
    [
        (Credentials(token="secret-token"), "Bearer", "Bearer secret-token"),
        (
            Credentials("curator", "secret"),
            "Basic realm=x",
            "Basic " + base64.b64encode(b"curator:secret").decode(),
        ),
    ],
)
def test_credentials_are_given_where_they_are_asked_for(who, challenge, sent):
    """Bearer at once, Basic after a challenge and from then on unasked."""
    seen: list[str | None] = []

    def answer(request: BaseHTTPRequestHandler) -> Said:
        seen.append(request.headers.get("Authorization"))
        if seen[-1] is None:
            return 401, {"WWW-Authenticate": challenge}, b""
        return 200, {"Content-Type": _JSON}, _OK

    with answering(answer) as url:
        connect(url, wire_to(url, who)).rows("SELECT (1 AS ?x) {}")

    assert set(seen[1:]) == {sent}
    assert len([each for each in seen if each is None]) <= 1


def test_digest_is_negotiated_once():
    """Virtuoso wants Digest for updates; the body of each goes out once, after the first."""
    running = virtuoso()
    with proxy_before(running) as proxy:
        url = proxy.url.replace("/query", "/sparql")
        server = running.connect(url)
        for _ in range(3):
            server.change("DROP SILENT GRAPH <urn:nothing>", again=True)

    assert [path for _, path in proxy.seen].count("/sparql-auth") == 4


@pytest.mark.parametrize(
    ("who", "secret"),
    [(Credentials(token="secret-token"), "token"), (Credentials("curator", "x"), "password")],
)
def test_no_secret_travels_unencrypted_to_another_machine(who, secret, monkeypatch):
    """Not a token, not a password by Basic; to this machine, by https and where one says so, they do."""
    monkeypatch.delenv("AA_LD_ENDPOINT_PLAIN", raising=False)
    seen: list[str | None] = []

    def answer(request: BaseHTTPRequestHandler) -> Said:
        seen.append(request.headers.get("Authorization"))
        if seen[-1] is None:
            return 401, {"WWW-Authenticate": "Basic realm=x"}, b""
        return 200, {"Content-Type": _JSON}, _OK

    def ask() -> None:
        with answering(answer) as url:
            # another machine, as far as names go, behind which this one answers
            other = url.replace("127.0.0.1", "data.example.org")
            monkeypatch.setattr(
                "socket.getaddrinfo", lambda _, port, *__: [(2, 1, 6, "", ("127.0.0.1", port))]
            )
            connect(other, wire_to(other, who))

    with pytest.raises(errors.InTheClearError, match=secret):
        ask()
    assert not any(seen)

    monkeypatch.setenv("AA_LD_ENDPOINT_PLAIN", "1")
    ask()
    assert any(seen)


def test_wrong_credentials_are_said_and_never_shown(capsys, monkeypatch):
    """Not in the message of the server, not in ours, not in what Python shows of the objects."""
    monkeypatch.setenv("AA_LD_ENDPOINT_USER", "curator")
    monkeypatch.setenv("AA_LD_ENDPOINT_PASSWORD", "sesame-open")

    def answer(request: BaseHTTPRequestHandler) -> Said:
        said = f"no entry for {request.headers.get('Authorization')} sesame-open"
        return 401, {"WWW-Authenticate": "Basic realm=x"}, said.encode()

    with answering(answer) as url:
        status = cli.main(["push", url])
    err = capsys.readouterr().err

    assert status == 4
    assert "AccessDeniedError" in err
    assert "no entry for Basic •••" in err
    assert "sesame" not in err + repr(find_credentials(url)) + str(find_credentials(url))


def test_netrc_is_read_for_the_host(tmp_path, monkeypatch):
    """By host, from the file that NETRC names; nothing for another host."""
    path = tmp_path / "netrc"
    path.write_text("machine data.example.org login curator password secret\n")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))

    assert find_credentials("https://data.example.org/sparql") == ("curator", "secret", "")
    assert find_credentials("https://example.org/sparql") == ("", "", "")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_refused(code):
    """Neither the request nor who we are goes there."""
    elsewhere: list[object] = []

    def other(request: BaseHTTPRequestHandler) -> Said:
        elsewhere.append(request.headers)
        return 200, {"Content-Type": _JSON}, _OK

    with (
        answering(other) as target,
        answering(lambda _: (code, {"Location": target}, b"")) as url,
        pytest.raises(errors.RemoteError) as caught,
    ):
        connect(url, wire_to(url, Credentials("curator", "secret"))).rows("SELECT (1 AS ?x) {}")

    assert elsewhere == []
    assert isinstance(caught.value, errors.RedirectRefusedError | errors.NotAnEndpointError)
    assert str(code) in str(caught.value)


def test_a_redirect_on_the_same_host_is_followed_for_reading_a_graph():
    """A GET may move within its host."""

    def answer(request: BaseHTTPRequestHandler) -> Said:
        if request.path.startswith("/there"):
            return 200, {"Content-Type": "application/n-triples"}, b"<urn:a> <urn:p> <urn:b> .\n"
        return 302, {"Location": "/there"}, b""

    with answering(answer) as url:
        request = urllib.request.Request(url)
        assert wire_to(url).send(request, again=True).body.startswith(b"<urn:a>")


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"), errors.NotAnEndpointError, "Welcome"),
        ((404, {}, b"nobody"), errors.NotAnEndpointError, "404"),
        ((200, {"Content-Type": _JSON}, _OK[:-20]), errors.NotAnEndpointError, "breaks off"),
        ((200, {"Content-Type": _JSON}, b'{"a": 1}'), errors.NotAnEndpointError, "no SPARQL endpoint"),
        ((200, {"Content-Type": _JSON, "Content-Length": "5000"}, _OK), errors.NotAnEndpointError, "cut off"),
        ((403, {}, b"not you"), errors.AccessDeniedError, "not you"),
    ],
)
def test_what_is_no_endpoint_is_told_as_such(said, error, words):
    """A web page, a wrong path, half a document with status 200: each is a failure with what was seen."""
    with answering(lambda _: said) as url, pytest.raises(error) as caught:
        connect(url, wire_to(url))

    assert words in str(caught.value)


def test_a_query_that_the_server_cut_off_is_no_answer():
    """As Oxigraph does when its time is up: status 200, and a body that ends in an apology."""

    def answer(request: BaseHTTPRequestHandler) -> Said:
        cut = _OK[:-3] + b"The SPARQL operation has been cancelled"
        return 200, {"Content-Type": _JSON}, cut if b"slow" in request.body else _OK  # type: ignore[attr-defined]

    with answering(answer) as url:
        server = connect(url, wire_to(url))
        with pytest.raises(errors.RemoteAnswerError, match="has been cancelled"):
            server.rows("SELECT (1 AS ?slow) {}")


def test_an_answer_of_as_many_rows_as_the_server_gives_is_no_answer():
    """Virtuoso stops at 10,000 rows without a word in the body."""
    server = virtuoso().connect()
    with pytest.raises(errors.RemoteAnswerError, match="10,000 rows"):
        server.rows("SELECT ?a ?b WHERE { ?a ?p ?x . ?b ?q ?y }")


def test_what_may_be_sent_again_is_and_nothing_else():
    """A query is tried again after 503 as Retry-After says, an update is not."""
    queries: list[float] = []
    updates: list[float] = []

    def answer(request: BaseHTTPRequestHandler) -> Said:
        body: bytes = request.body  # type: ignore[attr-defined]
        kept = updates if body.startswith(b"update") else queries
        if kept is updates or b"busy" in body:
            kept.append(time.monotonic())
            if kept is updates or len(kept) == 1:
                return 503, {"Retry-After": "1"}, b""
        return 200, {"Content-Type": _JSON}, _OK

    with answering(answer) as url:
        server = connect(url, wire_to(url))
        server.rows("SELECT (1 AS ?busy) {}")
        with pytest.raises(errors.RemoteRefusedError, match="503"):
            server.change("INSERT DATA { <urn:a> <urn:p> <urn:b> }", again=False)

    assert (len(queries), len(updates)) == (2, 1)
    assert queries[1] - queries[0] >= 1


def test_silence_ends():
    """No request waits for ever, of its own accord."""
    with proxy_before(oxigraph(), stall=5.0) as proxy:
        proxy.harm = ["stall"] * 10
        began = time.monotonic()
        with pytest.raises(errors.RemoteTimeoutError, match=r"silent for 0\.2 seconds"):
            connect(proxy.url, wire_to(proxy.url, idle=0.2, tries=2))

    assert time.monotonic() - began < 3


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    """Before anything is sent."""
    import ssl

    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl is not installed")
    pem, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    seen: list[object] = []

    def answer(request: BaseHTTPRequestHandler) -> Said:
        seen.append(request)
        return 200, {"Content-Type": _JSON}, _OK

    with answering(answer, context) as url, pytest.raises(errors.UnreachableError, match="not trusted"):
        connect(url, wire_to(url, Credentials("curator", "secret")))

    assert seen == []


def test_json_of_the_command_names_the_server(capsys):
    """For scripts: the server and the graphs it holds."""
    url = there("Oxigraph").server.query
    cli.main(["push", url, "--graph", "mappings", "--format", "json"])
    said = json.loads(capsys.readouterr().out)

    assert said["server"] == "Oxigraph"
    assert [each["graph"] for each in said["graphs"]] == [graph_iri("mappings")]
