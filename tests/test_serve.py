"""`aa-ld serve`: what a person, a browser and a program find there."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from http.client import HTTPException
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from served import TOKEN, ask, reading, send, writing

from aa_ld import __version__, cli, errors, places
from aa_ld.knowledge import load
from aa_ld.question import read_questions
from aa_ld.serve import Settings, serve
from aa_ld.serve.cache import Cache
from aa_ld.serve.change import with_using
from aa_ld.serve.negotiation import best, wants_page
from aa_ld.serve.queries import words
from aa_ld.vocab import BASE, PREFIXES

REPOSITORY = Path(__file__).parents[1]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FACT = "/fact/local-immunotherapy-may-worsen-extrinsic"
FORMS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
}


def get(path, accept="*/*", served=None, **headers):
    return send(served or reading(), "GET", path, Accept=accept, **headers)


# Questions


def test_every_shipped_question_has_the_rows_that_ask_gives():
    """The query of each, sent as it stands, finds what `aa-ld ask` finds."""
    kb = load()
    kb.inferred()
    needs = {"fact-evidence"}  # asks for a fact, and as it stands is about all
    different = []
    for name, question in read_questions().items():
        if name not in needs:
            expected = json.loads(kb.layers.select(question.text))["results"]["bindings"]
            found = json.loads(ask(reading(), question.text).body)["results"]["bindings"]
            if sorted(map(str, expected)) != sorted(map(str, found)):
                different.append(name)

    assert different == []


def test_questions_are_listed_for_people_and_programs():
    """HTML, JSON and Turtle name the same questions; each leads to its own page and query."""
    names = set(read_questions())
    page = get("/questions", BROWSER)
    records = json.loads(get("/questions.json").body)
    quads = list(parse(get("/questions", "text/turtle").body, RdfFormat.TURTLE))
    executable = {
        q.subject.value for q in quads if q.object == NamedNode(PREFIXES["sh"] + "SPARQLExecutable")
    }

    assert {record["name"] for record in records} == names
    assert executable == {PREFIXES["question"] + name for name in names}
    assert all(f'href="/question/{name}"' in page.text for name in names)
    for name in names:
        assert get(f"/question/{name}.rq").text == read_questions()[name].text
    assert get("/question/treatments-toward-th2", BROWSER).kind == "text/html"
    assert get("/question/CQ17.json").status == 200
    assert get("/question/none").status == 404


# IRIs of ours


@pytest.mark.parametrize("path", [
    "/AlopeciaAreata", FACT, "/evidence/review-local-immunotherapy-may-worsen-extrinsic", "/graph/mappings", "/rule/verdict",
    "/subject", "/shape/Fact", "/question/treatments-toward-th2", "/publication",
])  # fmt: skip
def test_an_iri_of_ours_is_a_page_and_data(path):
    """By the header Accept and by the ending, in each form; the data say something of it."""
    if path == "/publication":  # of one, whichever it is
        rows = ask(reading(), "SELECT ?p { ?p a aa:Publication } LIMIT 1").rows()
        path = "/" + rows[0]["p"].removeprefix(BASE)
    page = get(path, BROWSER)
    assert (page.status, page.kind) == (200, "text/html")
    for kind, form in FORMS.items():
        answer = get(path, kind)
        assert (answer.status, answer.kind, answer.headers["vary"]) == (200, kind, "Accept")
        quads = list(parse(answer.body, form))
        assert quads
        if not path.startswith("/graph"):
            assert BASE + path[1:] in {quad.subject.value for quad in quads}
    for ending, kind in [(".ttl", "text/turtle"), (".jsonld", "application/ld+json"), (".html", "text/html"), (".nt", "application/n-triples")]:  # fmt: skip
        assert get(path + ending, "image/png").kind == kind
    assert get(path, "image/png").status == 406


def test_every_iri_of_ours_that_data_name_is_found():
    """Whatever of ours stands as a subject has a page, shapes, rules and questions too."""
    rows = ask(reading(), f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{BASE}")) }}').rows()
    subjects = sorted(row["s"] for row in rows)
    some = subjects[:: max(len(subjects) // 150, 1)]
    some += [PREFIXES["rule"] + name for name in places.rule_files()]
    some += [PREFIXES["shape"] + places.shape_files()[0].stem]
    statuses = {iri: get("/" + iri.removeprefix(BASE), "text/turtle").status for iri in some}

    assert len(subjects) > 1000
    assert {iri for iri, status in statuses.items() if status != 200} == set()


def test_the_page_of_a_fact_shows_certainty_evidence_and_the_disclaimer():
    """Who reads the page sees how firmly it is said, of whom, on what evidence, and that it is no advice."""
    text = get(FACT, BROWSER).text

    assert re.search(r"has certainty: <b><a [^>]*>possible</a></b>", text)
    assert "extrinsic atopic dermatitis" in text
    assert "Evidence: " in text
    assert "For research, not medical advice." in text


def test_an_unknown_iri_names_the_nearest():
    """A page that is not there says what may have been meant."""
    answer = get("/AlopeciaAreatta")

    assert answer.status == 404
    assert "AlopeciaAreata" in answer.text


def test_what_is_said_is_escaped(tmp_path):
    """Text of a file cannot become part of a page, nor an IRI a script."""
    evil = tmp_path / "evil.ttl"
    evil.write_text(
        "@prefix aa: <https://w3id.org/aa-ld/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        'aa:Evil a aa:Thing ; rdfs:label "<script>alert(1)</script>" ; rdfs:comment "</td><img src=x onerror=alert(1)>"@en ;\n'
        "  rdfs:seeAlso <javascript:alert(1)>, <http://e/%22onmouseover=%22alert(1)> .\n"
    )
    with serve(Settings(source="review", port=0, data=(str(evil),))) as served:
        text = get("/Evil", BROWSER, served).text
        origin = get("/health", served=served, Origin="http://elsewhere.example").headers

    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text and "<img src=x" not in text
    assert 'href="javascript' not in text
    assert "access-control-allow-origin" not in origin


# The page


class Links(HTMLParser):
    """What a page loads or leads to, and whether anything in it is a script or style of its own."""

    def __init__(self):
        super().__init__()
        self.loaded, self.inline = [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "video", "object", "embed") or (tag == "link"):
            self.loaded.append(found.get("src") or found.get("href") or "")
        if tag == "style" or "style" in found or any(name.startswith("on") for name in found):
            self.inline.append((tag, attrs))
        if tag == "script" and "src" not in found:
            self.inline.append((tag, attrs))


@pytest.mark.parametrize(
    "path", ["/", "/sparql", "/questions", FACT, "/question/treatments-toward-th2", "/graph/review"]
)
def test_a_page_loads_nothing_from_another_host(path):
    """Everything it loads is a file of ours on this server, nothing in it is a script, and the policy says so."""
    answer = get(path, BROWSER)
    links = Links()
    links.feed(answer.text)
    policy = answer.headers["content-security-policy"]

    assert links.inline == []
    assert all(get(each).status == 200 and each.startswith("/site/") for each in links.loaded)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy
    assert 'lang="en"' in answer.text and "viewport" in answer.text


def test_scripts_and_styles_name_no_other_host():
    """Neither the page's script, nor its editor, nor its style reaches out."""
    for name in ("query.js", "editor.js", "style.css"):
        text = get(f"/site/{name}").text
        assert not re.search(r"""(import|fetch|url)\s*\(\s*["']?(https?:)?//""", text), name
        assert not re.search(r"""from\s*["']https?:""", text), name
    assert len(places.site_files()["editor.js"].read_bytes()) < 345_000
    assert "MIT" in get("/site/editor.LICENSE.txt").text


def test_the_page_has_every_question_as_a_button():
    """One click each, in words."""
    text = get("/", BROWSER).text

    assert all(f'data-question="{name}"' in text for name in read_questions())
    assert "For research, not medical advice." in text


def test_templates_and_other_files_are_not_given():
    """Only what pages load is, and no path leads out of the site."""
    for path in (
        "/site/page.html",
        "/site/query.html",
        "/site/../pyproject.toml",
        "/site/%2e%2e/pyproject.toml",
        "/site/none.js",
        "/site/",
    ):
        assert get(path).status in (404, 406), path


# Descriptions


def test_the_service_describes_itself():
    """Endpoint, languages, forms, graphs with their sizes; updates only where they are."""
    for kind, form in FORMS.items():
        quads = list(parse(get("/sparql", kind).body, form))
        assert NamedNode("http://www.w3.org/ns/sparql-service-description#Service") in {
            q.object for q in quads
        }
    plain, changing = get("/sparql").text, get("/sparql", served=writing()).text

    assert "SPARQL11Query" in plain and "SPARQL11Update" not in plain
    assert "SPARQL11Update" in changing
    assert all(
        f"graph:{name}" in plain for name in ("review", "literature", "ontology", "mappings", "inferred")
    )


def test_void_and_openapi_tell_what_is_there():
    """VoID tells licence, endpoint and size; OpenAPI names paths that exist."""
    void = get("/.well-known/void", "text/turtle").text
    openapi = json.loads(get("/openapi.json").body)

    assert "creativecommons.org/publicdomain/zero/1.0" in void
    assert f"{reading().triples}" in void
    assert reading().url + "/sparql" in void
    assert openapi["info"]["version"] == __version__
    for path in openapi["paths"]:
        known = path.replace("{name}", "treatments-toward-th2").replace("{term}", "AlopeciaAreata")
        assert get(known).status in (200, 400), path


def test_health_tells_version_and_size():
    """A monitor learns that it works, without a query."""
    told = json.loads(get("/health").body)

    assert (told["status"], told["version"]) == ("ok", __version__)
    assert told["triples"] == int(ask(reading(), "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows()[0]["n"])
    assert set(told["workers"]) == {"idle", "busy", "most"}


# HTTP


def test_methods_head_and_options():
    """HEAD is GET without the body; OPTIONS tells the methods; others are told which there are."""
    for path in ("/sparql?query=ASK%20%7B%7D", "/", "/health", FACT, "/questions.ttl"):
        head, whole = send(reading(), "HEAD", path), get(path)
        assert (head.status, head.body, head.kind) == (200, b"", whole.kind)
        assert head.headers["content-length"] == whole.headers["content-length"] or path == "/health"
    for path in ("/sparql", "/store", "/", FACT):
        assert "GET" in send(reading(), "OPTIONS", path).headers["allow"]
    assert send(reading(), "OPTIONS", "*").status == 204
    for method, path in [("DELETE", "/sparql"), ("PATCH", "/store?default"), ("POST", "/"), ("PUT", FACT)]:
        refused = send(reading(), method, path)
        assert (refused.status, "GET" in refused.headers["allow"]) == (405, True)


def test_other_origins_may_read_what_is_public():
    """Pages of others may ask; where a token is there they may not, and --cors names one."""
    preflight = {"Origin": "http://a.example", "Access_Control_Request_Method": "POST"}
    allowed = send(reading(), "OPTIONS", "/sparql", **preflight)
    with serve(Settings(source="review", port=0, cors="http://a.example")) as served:
        named = send(served, "GET", "/sparql?query=ASK%7B%7D", Origin="http://a.example").headers

    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "Content-Type" in allowed.headers["access-control-allow-headers"]
    assert get("/health", Origin="http://a.example").headers["access-control-allow-origin"] == "*"
    assert (
        "access-control-allow-origin"
        not in get("/health", served=writing(), Origin="http://a.example").headers
    )
    assert (named["access-control-allow-origin"], "Origin" in named["vary"]) == ("http://a.example", True)


def test_a_name_of_somebody_else_does_not_lead_here():
    """A web page cannot point a name of its own at a server that listens on loopback only."""
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example:7180"):
        assert get("/health", Host=host).status == 421
    for host in ("localhost", "LOCALHOST:99", "127.0.0.1", "[::1]:80"):
        assert get("/health", Host=host).status == 200


def test_an_answer_is_kept_and_known_by_its_tag():
    """The same query gives the same bytes and ETag; whoever has them is told so; random answers are not kept."""
    query = "SELECT ?s { ?s a aa:RiskStatement }"
    first, second = ask(reading(), query), ask(reading(), query)
    tag = first.headers["etag"]
    other = ask(reading(), query, "text/csv")
    again = send(reading(), "GET", f"/sparql?query={query.replace(' ', '+')}", If_None_Match=tag, Accept="")
    random = [ask(reading(), "SELECT (RAND() AS ?x) (STRUUID() AS ?y) {}") for _ in range(2)]

    assert (first.body, tag) == (second.body, second.headers["etag"])
    assert other.headers["etag"] != tag
    assert (again.status, again.body) == (304, b"")
    assert random[0].body != random[1].body
    assert "etag" not in random[0].headers


def test_many_clients_at_once_get_their_own_answers():
    """Answers of clients who ask at the same time are not mixed up."""

    def one(number):
        return [row["x"] for row in ask(reading(), f"SELECT ({number} AS ?x) {{}}").rows()] == [str(number)]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(one, range(200)))


def test_a_body_that_is_too_large_is_refused():
    """More than a server reads is told, not kept in memory."""
    answer = send(reading(), "POST", "/sparql", b"x" * (33 << 20), Content_Type="application/sparql-query")
    long = send(
        reading(), "POST", "/sparql", "ASK {} #" + "x" * (1 << 20), Content_Type="application/sparql-query"
    )

    assert answer.status == 413
    assert (long.status, "longer than" in long.text) == (400, True)


def test_what_is_no_http_is_refused():
    """Noise, a smuggled second request, and headers without end are answered 400 or cut off, and nothing falls over."""
    for noise in (b"\x16\x03\x01\x02\x00" * 40, b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
                  b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET"):  # fmt: skip
        with socket.create_connection(
            ("127.0.0.1", int(reading().url.rsplit(":", 1)[1])), timeout=5
        ) as client:
            said = b""
            with contextlib.suppress(OSError):  # it may be closed before all is sent
                client.sendall(noise)
                client.shutdown(socket.SHUT_WR)
                while block := client.recv(4096):
                    said += block
        assert said == b"" or said.startswith(b"HTTP/1.1 4"), said[:60]
    assert get("/health").status == 200


# Graphs


def test_a_query_chooses_its_graphs():
    """Without a word all graphs count; default-graph-uri and FROM leave out what they do not name."""
    count = "SELECT (COUNT(*) AS ?n) {}{{ ?s a aa:RiskInference }}"
    everything = ask(reading(), count.format(" ")).rows()
    said = ask(
        reading(),
        count.format(" "),
        default_graph_uri=[PREFIXES["graph"] + n for n in ("review", "literature")],
    ).rows()
    by_from = ask(reading(), count.format(" FROM graph:review FROM graph:literature ")).rows()
    unknown = ask(reading(), "ASK {}", default_graph_uri=[PREFIXES["graph"] + "reviev"])

    assert int(everything[0]["n"]) > 0
    assert said == by_from == [{"n": "0"}]
    assert (unknown.status, "graph/review" in unknown.text) == (403, True)


def test_a_triple_in_two_graphs_is_found_once():
    """The merge of graphs is a set."""
    for graph in ("one", "two"):
        send(writing(), "PUT", f"/store?graph=http://e/{graph}", "<http://e/twice> <http://e/p> 1 .", TOKEN, Content_Type="text/turtle")  # fmt: skip
    both = ["http://e/one", "http://e/two"]
    query = "SELECT (COUNT(*) AS ?n) { <http://e/twice> <http://e/p> ?o }"

    assert (
        ask(writing(), query).rows() == ask(writing(), query, default_graph_uri=both).rows() == [{"n": "1"}]
    )


# Without a server


def test_a_header_accept_is_weighed():
    """Quality, then how closely it is named, then our own order; nonsense takes nothing."""
    offered = ["text/turtle", "text/html", "application/ld+json"]

    assert best("", offered) == "text/turtle"
    assert best("text/*;q=0.2, application/*;q=0.3", offered) == "application/ld+json"
    assert best("text/turtle;q=0, */*", offered) == "text/html"
    assert best("text/turtle;q=nonsense", offered) is None
    assert best(";;,,=", offered) == "text/turtle"
    assert wants_page(BROWSER)
    assert not wants_page("text/turtle, text/html;q=0.9")


def test_no_clause_hides_from_the_gate():
    """SERVICE and FROM are seen beside strings, comments, escapes and IRIs that hold quotes."""
    for text in ("ASK { ?s ?p 'a\\'' . SERVICE <http://e/> { } }", "ASK { ex:a\\#b ?p ?o . SERVICE <http://e/>{} }",
                 'ASK { """ " """ ?p ?o SERVICE <http://e/> { } }', "ASK { FILTER(1<2) SERVICE<http://e/>{} FILTER(3>2) }",
                 "ASK # '\nFROM <http://e/> {}", "ASK { ?s ?p '''it's''' SERVICE ?x {} }", "ASK{?s<http://e/#'>?o.SERVICE<http://e/'>{}}"):  # fmt: skip
        assert words(text) & {"SERVICE", "FROM"}, text
    assert not words("ASK { ?from :service 'FROM' } # SERVICE") & {"FROM"}


def test_using_is_written_where_it_belongs():
    """Before each WHERE of an operation, not in groups, strings, names or variables."""
    text = "INSERT { ?where <http://e/WHERE> 'WHERE' } WHERE { { SELECT * WHERE { ?s ?p ?o } } } ; DELETE WHERE { GRAPH ?g { ?s ?p ?o } }"
    found = with_using(text, ["http://e/a"], ["http://e/b"])

    assert found.count("USING <http://e/a> USING NAMED <http://e/b> WHERE") == found.count("USING <") == 2
    assert "DELETE { GRAPH ?g { ?s ?p ?o } } USING" in found
    with pytest.raises(errors.RequestError):
        with_using("WITH <http://e/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", ["http://e/a"], [])


def test_a_cache_keeps_what_was_used_last():
    """It holds no more bytes than it may, and what is too large for it is not kept."""
    cache = Cache(100)
    for number in range(10):
        cache.put(str(number), ("text/plain", bytes(20)))
        cache.get("0")
    cache.put("large", ("text/plain", bytes(60)))

    assert cache.size <= 100
    assert cache.get("0") and cache.get("9")
    assert cache.get("1") is None and cache.get("large") is None


# The command


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.delenv("AA_LD_SERVE_TOKEN", raising=False)


@pytest.mark.parametrize(("call", "said"), [
    (["--update"], "TokenError"),
    (["--update", "--token-file", "/no/such/file"], "No such file"),
    (["--store", "x"], "--update"),
    (["--host", "203.0.113.1"], "AddressError"),
    (["--data", "no-such.ttl", "--port", "0"], "MissingFileError"),
])  # fmt: skip
def test_a_wrong_call_is_told_before_anything_is_served(call, said, quiet, capsys):
    """What is missing is named, with what to do."""
    status = cli.main(["serve", *call])
    told = capsys.readouterr()

    assert status in (2, 3)
    assert said in told.err and told.out == ""


def test_a_short_token_is_refused(monkeypatch, capsys):
    """A secret that can be guessed is none."""
    monkeypatch.setenv("AA_LD_SERVE_TOKEN", "short")

    assert cli.main(["serve", "--update"]) == 2
    assert "secrets.token_urlsafe" in capsys.readouterr().err


def test_a_port_in_use_names_the_next_free_one(quiet, capsys):
    """Nobody has to look for one."""
    port = reading().url.rsplit(":", 1)[1]

    assert cli.main(["serve", "--port", port]) == 2
    assert re.search(r"Use --port \d+", capsys.readouterr().err)


def test_the_command_greets_and_ends_quietly(tmp_path):
    """The address comes first; Ctrl-C ends it with status 0, also while a query runs, and nothing stays behind."""
    command = [sys.executable, "-m", "aa_ld", "serve", "--port", "0", "--source", "review", "--update",
               "--token-file", str(tmp_path / "token"), "--store", str(tmp_path / "store")]  # fmt: skip
    (tmp_path / "token").write_text(TOKEN + "\n")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}

    def start():
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment)  # fmt: skip
        greeting = "".join(
            iter(process.stdout.readline, "For research, not medical advice. Ctrl-C ends it.\n")
        )
        return process, type("Served", (), {"url": re.search(r"http://\S+", greeting)[0]})

    def endless():
        with contextlib.suppress(OSError, HTTPException):
            answers.append(ask(served, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }").status)

    process, served = start()
    written = send(served, "POST", "/sparql", "INSERT DATA { <http://e/a> <http://e/b> 'kept' }", TOKEN, Content_Type="application/sparql-update")  # fmt: skip
    answers = []
    slow = threading.Thread(target=endless)
    slow.start()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    slow.join()

    assert (written.status, process.returncode) == (204, 0)
    assert 200 not in answers
    assert "Traceback" not in err and "POST /sparql 204" in err
    assert "kept" not in err and TOKEN not in err

    process, served = start()
    kept = ask(served, "ASK { <http://e/a> <http://e/b> 'kept' . ?s a aa:RiskStatement }").boolean()
    second = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False, timeout=30
    )
    family = [
        int(each) for each in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ]
    process.kill()
    process.communicate()
    until = time.monotonic() + 5
    while any(Path(f"/proc/{each}").exists() for each in family) and time.monotonic() < until:
        time.sleep(0.05)

    assert kept
    assert (second.returncode, "Another server uses this folder" in second.stderr) == (2, True)
    assert family and not any(Path(f"/proc/{each}").exists() for each in family)


def test_without_uvicorn_the_command_says_what_to_install(monkeypatch, capsys):
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    assert cli.main(["serve"]) == 2
    assert "aa-ld[serve]" in capsys.readouterr().err


def test_a_folder_that_is_none_is_told(monkeypatch, tmp_path, capsys):
    """A file cannot be a folder for changes, nor can one of the package."""
    monkeypatch.setenv("AA_LD_SERVE_TOKEN", TOKEN)
    (tmp_path / "file").write_text("")

    assert cli.main(["serve", "--update", "--store", str(tmp_path / "file" / "x")]) == 2
    assert "StoreFolderError" in capsys.readouterr().err
    assert cli.main(["serve", "--update", "--store", str(REPOSITORY / "ontology" / "x")]) == 3 or "ProtectedFileError" in capsys.readouterr().err  # fmt: skip
