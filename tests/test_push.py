"""Pushing graphs into real servers, as they are and through harm: all arrives, or all stays as it was."""

from __future__ import annotations

import gzip
import json
import random
import re
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse, serialize
from servers import (
    SERVERS,
    every_server,
    on_small_disk,
    oxigraph,
    proxy_before,
    reading_only,
    start_oxigraph,
    virtuoso,
)

from aa_ld import cli, errors
from aa_ld.endpoint import batches as making_batches
from aa_ld.endpoint import push as pushing
from aa_ld.endpoint.batches import batches
from aa_ld.endpoint.client import Server
from aa_ld.endpoint.digest import Digest
from aa_ld.endpoint.forms import Forms
from aa_ld.endpoint.layers import PUSHED, layer_quads
from aa_ld.endpoint.push import push_files, push_quads
from aa_ld.endpoint.reading import read_blocks
from aa_ld.endpoint.spool import Spool
from aa_ld.endpoint.versions import VERSION, read_pointers
from aa_ld.vocab import GENID

pytestmark = pytest.mark.server

_XSD = "http://www.w3.org/2001/XMLSchema#"


def graph_of(test: str) -> str:
    """A graph that no other test uses."""
    return f"http://example.org/{test}/{random.getrandbits(48):x}"


def triples(count: int, word: str = "a") -> bytes:
    """Different triples as N-Triples: IRIs, text in a language, numbers, letters beyond ASCII."""
    kinds = [
        "<http://example.org/thing/{n}>",
        '"{w} {n} γé"@en',
        f'"{{n}}"^^<{_XSD}integer>',
        '"{w} \\"{n}\\"\\n"',
    ]
    lines = (
        f"<http://example.org/{word}/{n // 4}> <http://example.org/p{n % 4}> "
        f"{kinds[n % 4].replace('{n}', str(n)).replace('{w}', word)} .\n"
        for n in range(count)
    )
    return "".join(lines).encode()


def held(server: Server, graph: str) -> int:
    """How many triples a reader finds in a graph."""
    there = read_pointers(server).current(graph)
    return int(server.rows(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{there}> {{ ?s ?p ?o }} }}")[0]["n"])


def versions(server: Server) -> set[str]:
    """Versions that lie about, finished or not."""
    query = f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{VERSION}")) }}'
    return {row["g"] for row in server.rows(query)}


def quads_of(graph: str, count: int, word: str = "a") -> list[Quad]:
    """Different quads in one graph."""
    found = parse(triples(count, word), RdfFormat.N_TRIPLES)
    return [Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph)) for quad in found]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.nt"
    path.write_bytes(triples(400))
    return path


# What arrives


@every_server
def test_pushing_our_layers_makes_the_server_hold_them(name):
    """Number of triples and digest agree for every layer; a second push finds nothing to do."""
    server = SERVERS[name]().connect()
    wanted = Counter(quad.graph_name.value.rsplit("/", 1)[-1] for quad in layer_quads())
    push_quads(server, layer_quads())
    again = push_quads(server, layer_quads())

    assert {each.graph.rsplit("/", 1)[-1]: each.digest.triples for each in again} == dict(wanted)
    assert not any(each.loaded for each in again)
    assert set(wanted) == set(PUSHED)
    assert all(held(server, each.graph) == each.digest.triples for each in again)


@every_server
def test_every_syntax_arrives(name, tmp_path):
    """Turtle, N-Triples, N-Quads, TriG, RDF/XML and JSON-LD, packed and not, give the same graph."""
    server = SERVERS[name]().connect()
    a, p = "http://example.org/a", "http://example.org/p"
    texts = {
        "x.ttl": f'<{a}> <{p}> "x"@en , 5 .',
        "x.nt": f'<{a}> <{p}> "x"@en .\n<{a}> <{p}> "5"^^<{_XSD}integer> .\n',
        "x.nq": f'<{a}> <{p}> "x"@en .\n<{a}> <{p}> "5"^^<{_XSD}integer> .\n',
        "x.trig": f'{{ <{a}> <{p}> "x"@en , 5 }}',
        "x.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
        f'<rdf:Description rdf:about="{a}"><e:p xml:lang="en">x</e:p><e:p rdf:datatype="{_XSD}integer">5</e:p>'
        "</rdf:Description></rdf:RDF>",
        "x.jsonld": json.dumps({"@id": a, p: [{"@value": "x", "@language": "en"}, 5]}),
    }
    digests = set()
    for file_name, text in texts.items():
        (tmp_path / file_name).write_text(text)
        (tmp_path / (file_name + ".gz")).write_bytes(gzip.compress(text.encode()))
    graph = graph_of("syntax")
    for number, path in enumerate(sorted(tmp_path.iterdir())):
        (pushed,) = push_files(server, [path], graph)
        digests.add(pushed.digest)
        assert pushed.loaded == (number == 0)

    assert {digest.triples for digest in digests} == {2}
    assert len(digests) == 1


@every_server
def test_named_graphs_keep_their_names(name, tmp_path):
    """Triples in a graph of the file stay in it; those without go where they are told."""
    server = SERVERS[name]().connect()
    own, other = graph_of("own"), graph_of("other")
    path = tmp_path / "x.trig"
    path.write_text(f"<urn:a> <urn:p> 1 . <{own}> {{ <urn:a> <urn:p> 2 , 3 }}")
    pushed = push_files(server, [path], other)

    assert {each.graph: each.digest.triples for each in pushed} == {own: 2, other: 1}
    assert (held(server, own), held(server, other)) == (2, 1)


@every_server
def test_literals_that_a_server_rewrites_do_not_hinder(name, tmp_path):
    """Numbers and dates in unusual form arrive, are verified, and are found again by a second push."""
    server = SERVERS[name]().connect()
    forms = {
        "integer": ["007", "+1"], "decimal": ["01.50"], "double": ["1e3", "0.1"], "boolean": ["1", "false"],
        "dateTime": ["2020-01-01T00:00:00.10Z"], "date": ["2020-01-01"], "gYear": ["2020"], "float": ["1.1"],
    }  # fmt: skip
    lines = [
        f'<urn:{n}{i}> <urn:p> "{v}"^^<{_XSD}{n}> .\n' for n, vs in forms.items() for i, v in enumerate(vs)
    ]
    path = tmp_path / "x.nt"
    path.write_text("".join(lines))
    graph = graph_of("forms")
    first, second = (push_files(server, [path], graph)[0] for _ in range(2))

    assert (first.loaded, second.loaded) == (True, False)
    assert held(server, graph) == len(lines)


def test_a_value_that_a_server_would_change_stops_the_push(tmp_path):
    """Virtuoso makes 0 of an ill-typed integer; so nothing is put in place, and the value is named."""
    server = virtuoso().connect()
    path, graph = tmp_path / "x.nt", graph_of("changed")
    path.write_text(f'<urn:a> <urn:p> "fine" .\n<urn:a> <urn:p> "abc"^^<{_XSD}integer> .\n')

    with pytest.raises(errors.ChangedValueError, match=r'"abc".* as "0"'):
        push_files(server, [path], graph)
    assert held(server, graph) == 0


@every_server
def test_blank_nodes_keep_their_identity_across_batches(name, tmp_path, monkeypatch):
    """A node that is spoken of in many batches, on disk by then, is one node, and the same one the next time."""
    monkeypatch.setattr(making_batches, "_MANY", 10)
    monkeypatch.setattr(making_batches, "_MOST_OPEN", 1)
    running = SERVERS[name]()
    server = running.connect()
    server.dialect = server.dialect._replace(batch=200)
    path, graph = tmp_path / "x.ttl", graph_of("blank")
    inner = " ".join(
        f"<urn:p> [ <urn:q> {n} ] ." if n == 49 else f"<urn:p> [ <urn:q> {n} ] ;" for n in range(50)
    )
    path.write_text(f"_:a <urn:self> _:a . [] {inner} _:a <urn:end> _:a .")
    push_files(server, [path], graph)
    (again,) = push_files(server, [path], graph)
    there = again.holds
    rows = server.rows(f"SELECT ?a WHERE {{ GRAPH <{there}> {{ ?a <urn:self> ?a ; <urn:end> ?a }} }}")
    outer = server.rows(f"SELECT DISTINCT ?o WHERE {{ GRAPH <{there}> {{ ?o <urn:p> ?x . ?x <urn:q> ?n }} }}")

    assert not again.loaded
    assert again.digest.triples == 102
    assert [row["a"].startswith(GENID) for row in rows] == [True]
    assert len(outer) == 1


def test_a_triple_said_twice_far_apart_counts_once(tmp_path, monkeypatch):
    """The source may repeat itself over batches and files; the digest is that of the set."""
    server = oxigraph().connect()
    server.dialect = server.dialect._replace(batch=2_000)
    one, two = tmp_path / "1.nt", tmp_path / "2.nt"
    one.write_bytes(triples(300) + triples(100))
    two.write_bytes(triples(200) + triples(50, "b"))
    graph = graph_of("repeats")
    first, second = (push_files(server, [one, two], graph)[0] for _ in range(2))

    assert first.digest.triples == held(server, graph) == 350
    assert (first.loaded, second.loaded) == (True, False)


def test_what_only_the_server_knows_is_counted_once_too():
    """Repeats among literals of which the server was asked are found as well."""
    with Spool() as spool:
        forms = Forms(frozenset({_XSD + "integer"}))
        line = f'<urn:a> <urn:p> "01"^^<{_XSD}integer> .\n<urn:a> <urn:p> "x" .\n'.encode()
        for _ in range(2):
            found = batches([line], "x", "urn:g", forms, spool.take)
            spool.add(found.digests)
        spool.close_open(forms, lambda wanted: {form: ("1", form[1]) for form in wanted})

        assert spool.digests["urn:g"].triples == 4
        assert spool.without_repeats("urn:g", forms, at_once=1).triples == 2


def test_the_digest_tells_every_kind_of_damage():
    """A triple less, another word, another language, another type, a letter: each changes it."""
    base = '<urn:a> <urn:p> "1" , "1"@en , 1 , <urn:x> .'

    def digest(text: str) -> Digest:
        lines = serialize(parse(text, RdfFormat.TURTLE), format=RdfFormat.N_QUADS)
        found = batches([lines], "x", "urn:g", Forms(), lambda *_: None)
        return found.digests["urn:g"]

    damaged = [
        base.replace(' , "1"@en', ""), base.replace("@en", "@de"), base.replace(", 1 ,", ", 2 ,"),
        base.replace("urn:x", "urn:y"), base.replace("<urn:x>", '"urn:x"'), base.replace("urn:p", "urn:q"),
    ]  # fmt: skip
    assert len({digest(text) for text in [base, *damaged]}) == len(damaged) + 1


@every_server
def test_the_server_works_out_the_same_digest(name):
    """What a server would be told is what it says: a triple slipped in is seen by the next push."""
    server = SERVERS[name]().connect()
    graph = graph_of("slipped")
    quads = [
        Quad(q.subject, q.predicate, q.object, NamedNode(graph))
        for q in parse(triples(40), RdfFormat.N_TRIPLES)
    ]
    (pushed,) = push_quads(server, quads)
    there = pushed.holds
    server.change(
        f"DELETE DATA {{ GRAPH <{there}> {{ <http://example.org/a/0> <http://example.org/p0> <http://example.org/thing/0> }} }}",
        again=False,
    )
    server.change(f"INSERT DATA {{ GRAPH <{there}> {{ <urn:a> <urn:p> <urn:b> }} }}", again=False)

    assert held(server, graph) == 40
    assert push_quads(server, quads)[0].loaded
    assert not push_quads(server, quads)[0].loaded


_TERMS = st.sampled_from(
    [NamedNode("urn:a"), NamedNode("http://example.org/é?q=1"), BlankNode("x"), BlankNode("y")]
)
_VALUES = st.one_of(
    _TERMS,
    st.builds(Literal, st.text()),
    st.builds(lambda text: Literal(text, language="de-CH"), st.text()),
    st.builds(lambda n: Literal(str(n), datatype=NamedNode(_XSD + "integer")), st.integers()),
)
_GRAPHS = st.one_of(st.just(DefaultGraph()), _TERMS)


@given(st.lists(st.builds(Quad, _TERMS, st.just(NamedNode("urn:p")), _VALUES, _GRAPHS), max_size=30))
def test_a_line_that_is_read_as_it_stands_counts_as_one_that_is_parsed(quads):
    """Batches and digests are the same whether lines are taken apart by pattern or by the parser."""
    lines = serialize(quads, format=RdfFormat.N_QUADS)

    def taken(pattern: re.Pattern[str]) -> tuple[object, object]:
        got: list[object] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(making_batches, "_PLAIN", pattern)
            found = batches([lines], "x", "urn:g", Forms(), lambda *batch: got.append(batch))
        return found, got

    assert taken(making_batches._PLAIN) == taken(re.compile("never"))


@pytest.mark.parametrize("name", ["Oxigraph", "Jena Fuseki"])
def test_a_digest_in_parts_is_the_digest(name, monkeypatch):
    """A large graph is digested by several queries, each for some of its predicates."""
    server = SERVERS[name]().connect()
    graph = graph_of("parts")
    server.add(graph, triples(400))
    whole = pushing.digest_of(server, graph)
    asked: list[str] = []
    rows = server.rows
    monkeypatch.setattr(server, "rows", lambda query, **kept: asked.append(query) or rows(query, **kept))
    monkeypatch.setattr(pushing, "_LARGE", 100)

    assert pushing.digest_of(server, graph) == whole
    assert sum("MD5" in query for query in asked) == 4


# Where something is wrong with what is to be pushed


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("x.nt", triples(2000) + b"<urn:a> <urn:p> broken\n", errors.RdfSyntaxError),
        ("x.ttl", b"@prefix : <urn:x> . :a :p :b . :a :p", errors.RdfSyntaxError),
        ("x.nt.gz", gzip.compress(triples(2000))[:-200], errors.EncodingError),
        ("x.rdf", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', errors.EntityError),
        ("x.jsonld", b'{"@context": "http://example.org/context"}', errors.RemoteContextError),
        ("x.what", b"something else", errors.UnknownSyntaxError),
        ("x.ttl", b"<urn:a> <urn:p> <<( <urn:a> <urn:p> <urn:b> )>> .", errors.RdfSyntaxError),
    ],
)
def test_a_file_that_is_wrong_somewhere_changes_nothing(name, text, error, tmp_path):
    """Not even what stood before the broken line is loaded, and nothing was sent but the probe."""
    server, graph = oxigraph().connect(), graph_of("broken")
    path = tmp_path / name
    path.write_bytes(text)
    before = versions(server)

    with pytest.raises(error):
        push_files(server, [path], graph)
    assert held(server, graph) == 0
    assert versions(server) == before


def test_a_file_is_read_as_it_comes(tmp_path):
    """Lines arrive while most of the file is still unread."""
    path = tmp_path / "x.nt"
    path.write_bytes(triples(200_000))
    seen: list[int] = []
    blocks = read_blocks(path, seen.append)
    next(blocks)
    early = seen[-1]
    blocks.close()

    assert early < path.stat().st_size / 2


# Readers


@pytest.mark.parametrize("name", ["Oxigraph", "Jena Fuseki", "Virtuoso"])
def test_a_reader_sees_the_old_graph_or_the_new_one(name):
    """While pushes go back and forth, no reader finds anything else."""
    running = SERVERS[name]()
    server, reader = running.connect(), running.connect()
    graph = graph_of("readers")
    small, large = (
        [
            Quad(q.subject, q.predicate, q.object, NamedNode(graph))
            for q in parse(triples(n, str(n)), RdfFormat.N_TRIPLES)
        ]
        for n in (500, 900)
    )
    push_quads(server, small)
    seen: Counter[int] = Counter()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            seen[held(reader, graph)] += 1

    thread = threading.Thread(target=look)
    thread.start()
    for quads in (large, small, large):
        push_quads(server, quads)
    stop.set()
    thread.join()

    assert set(seen) <= {500, 900}
    assert sum(seen.values()) > 10


@pytest.mark.parametrize("name", ["Oxigraph", "Virtuoso"])
def test_versions_do_not_pile_up(name):
    """The version before stays for readers who are at it, older ones go; back to an old content is a push like any."""
    server, graph = SERVERS[name]().connect(), graph_of("pile")
    before = versions(server)
    for count in (10, 20, 30, 20, 10, 10):
        quads = (
            Quad(q.subject, q.predicate, q.object, NamedNode(graph))
            for q in parse(triples(count), RdfFormat.N_TRIPLES)
        )
        push_quads(server, quads, swap="version")
        assert held(server, graph) == count

    assert len(versions(server) - before) == 2
    push_quads(oxigraph().connect(), []) if name == "Oxigraph" else None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Oxigraph", "The server is read-only"),
        ("Virtuoso", "it wants to know who you are"),
        ("Jena Fuseki", "takes no updates"),
    ],
)
def test_who_may_read_and_not_write_is_told_so(name, said, capsys):
    """Of a server that only reads, or of one that wants to know who writes; before anything was sent."""
    with reading_only(name) as url:
        status = cli.main(["push", url])
    out, err = capsys.readouterr()

    assert (status, out) == (4, "")
    assert said in err
    assert "AccessDeniedError" in err


def test_a_full_disk_leaves_the_old_graph():
    """A server whose disk is full says so, and holds what it held; with room again the push goes through."""
    with on_small_disk(8 << 20) as running:
        server, graph = running.connect(tries=2, pause=0.01), graph_of("full")
        push_quads(server, quads_of(graph, 60, "old"))
        with pytest.raises(errors.RemoteError, match="No space left on device"):
            push_quads(server, quads_of(graph, 60_000))

        assert held(running.connect(), graph) == 60
        push_quads(running.connect(), quads_of(graph, 90))
        assert held(running.connect(), graph) == 90


def test_from_versions_back_to_the_graph_itself():
    """A server that was pushed to with versions can be pushed to without; no pointer and no version stays."""
    server, graph = oxigraph().connect(), graph_of("back")
    before = versions(server)
    for count, swap in ((10, "version"), (20, "version"), (30, "move")):
        quads = (
            Quad(q.subject, q.predicate, q.object, NamedNode(graph))
            for q in parse(triples(count), RdfFormat.N_TRIPLES)
        )
        (pushed,) = push_quads(server, quads, swap=swap)

    assert pushed.holds == graph
    assert held(server, graph) == 30
    assert versions(server) == before


# Harm

_QUICK = ("lost", "cut", "short", "503", "429", "413")
_PASSING = (*_QUICK, "stall")
_FATAL = ("500", "507", "liar", "html")
_SCHEDULES = 200


def test_whatever_happens_all_arrives_or_all_stays():
    """Two hundred random schedules of harm: the new graph verified, or the old one whole, and a way on from there."""
    running = oxigraph()
    direct = running.connect()
    outcomes: Counter[str] = Counter()
    for seed in range(_SCHEDULES):
        dice = random.Random(seed)
        graph = graph_of(f"harm-{seed}")
        old, new = quads_of(graph, 60, "old"), quads_of(graph, 150)
        push_quads(direct, old)
        with proxy_before(running, stall=0.12) as proxy:
            server = running.connect(proxy.url, tries=4, pause=0.001)
            server.wire.idle = 0.1
            server.dialect = server.dialect._replace(batch=dice.choice([1_000, 5_000, 1 << 20]))
            worse = dice.choice([0.05, 0.15, 0.3, 0.6])
            swap = dice.choice(["move", "version"])
            harm = dice.choice([_QUICK, _PASSING, (*_PASSING, *_FATAL)])
            proxy.harm = [dice.choice(harm) if dice.random() < worse else "pass" for _ in range(300)]
            try:
                (pushed,) = push_quads(server, new, swap=swap)
                outcomes["arrived"] += 1
                assert (held(direct, graph), pushed.digest.triples) == (150, 150), seed
            except errors.RemoteError as error:
                outcomes[type(error).__name__] += 1
                assert held(direct, graph) in (60, 150), seed
                push_quads(direct, new, swap=swap)  # the way on
                assert held(direct, graph) == 150, seed
        (again,) = push_quads(direct, new)
        assert not again.loaded, seed

    assert outcomes["arrived"] > _SCHEDULES / 4, outcomes
    assert sum(outcomes.values()) - outcomes["arrived"] > _SCHEDULES / 10, outcomes


def test_a_server_killed_in_the_middle_keeps_the_old_graph():
    """Killed while data come in and started again, it has what it had; another push goes on from there."""
    running = start_oxigraph(on_disk=True)
    graph = graph_of("killed")
    push_quads(running.connect(), quads_of(graph, 150, "old"))
    with proxy_before(running) as proxy:
        push_quads(running.connect(proxy.url), quads_of(graph_of("other"), 400))
        requests = len(proxy.seen)
    for place in (requests // 3, requests // 2, requests - 8, requests - 6):
        with proxy_before(running, crash=running.kill) as proxy:
            server = running.connect(proxy.url, tries=2, pause=0.01)
            proxy.harm = ["pass"] * (place - 2) + ["crash"]
            with pytest.raises(errors.RemoteError):
                push_quads(server, quads_of(graph, 400))
        running.start()
        assert held(running.connect(), graph) == 150
    push_quads(running.connect(), quads_of(graph, 400))

    assert held(running.connect(), graph) == 400
    running.stop()


def test_an_interrupted_push_goes_on_where_it_stopped(file):
    """Batches that have arrived are not sent again."""
    running, graph = oxigraph(), graph_of("resumed")
    with proxy_before(running) as proxy:
        url = proxy.url
        server = running.connect(url, tries=1)
        server.dialect = server.dialect._replace(batch=3_000)
        proxy.harm = ["pass"] * 20 + ["500"] * 1000
        with pytest.raises(errors.RemoteRefusedError):
            push_files(server, [file], graph)
        proxy.harm, proxy.seen = [], []
        push_files(server, [file], graph)
        resumed = sum("/store" in path for _, path in proxy.seen)
        push_files(server, [file], graph_of("whole"))
        whole = sum("/store" in path for _, path in proxy.seen) - resumed

    assert held(running.connect(), graph) == 400
    assert 2 < resumed < whole - 2


def test_batches_shrink_until_the_server_takes_them(file):
    """A limit on the way, answered with 413, is found and kept to."""
    running, graph = oxigraph(), graph_of("shrink")
    with proxy_before(running) as proxy:
        proxy.most_body = 9_000
        server = running.connect(proxy.url)
        push_files(server, [file], graph)

    assert held(running.connect(), graph) == 400


def test_an_exchange_whose_answer_is_lost_is_not_repeated_blindly(file):
    """It is looked at what the server holds; one MOVE was enough."""
    running, graph = oxigraph(), graph_of("moved")
    with proxy_before(running) as proxy:
        server = running.connect(proxy.url, pause=0.01)
        moves: list[str] = []
        plain = server.change

        def change(update: str, **how: object) -> None:
            if "MOVE" in update:
                moves.append(update)
                proxy.harm = ["lost"]
            plain(update, **how)  # type: ignore[arg-type]

        server.change = change  # type: ignore[method-assign]
        (pushed,) = push_files(server, [file], graph)

    assert pushed.loaded
    assert len(moves) == 1
    assert held(running.connect(), graph) == 400


@pytest.mark.parametrize("name", ["Oxigraph", "Jena Fuseki"])
def test_without_a_graph_store_updates_do(name, file):
    """A server that has no Graph Store Protocol is asked, and pushed to by SPARQL Update."""
    running, graph = SERVERS[name](), graph_of("update")
    server = running.connect()
    server.store = server.store.replace("/store", "/nowhere").replace("/data", "/nowhere")
    push_files(server, [file], graph)

    assert server.store == ""
    assert held(server, graph) == 400


# On the command line


def run(capsys, *words: str) -> tuple[int, str, str]:
    status = cli.main(list(words))
    out, err = capsys.readouterr()
    return status, out, err


def test_the_command_tells_what_it_did(file, capsys, monkeypatch):
    """A line a graph, as a table or JSON; a second call finds everything unchanged."""
    monkeypatch.setenv("COLUMNS", "100")
    graph = graph_of("command")
    url = oxigraph().url
    status, out, _ = run(capsys, "push", url, str(file), "--graph", graph)
    _, again, _ = run(capsys, "push", url, str(file), "--graph", graph, "--format", "json")

    assert status == 0
    assert "400      pushed" in out
    assert "number of triples and digest of every graph agree" in out
    assert json.loads(again)["graphs"][0]["loaded"] is False


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["URL", "FILE", "--graph", "no iri"], 2, "is no IRI"),
        (["URL", "FILE", "--graph", "urn:a", "urn:b"], 2, "Files go to one graph"),
        (["URL", "--graph", "revew"], 2, "Nearest: review"),
        (["URL", "no-such-file.ttl"], 3, "There is no such file"),
        (["http://127.0.0.1:1/query"], 4, "No connection"),
        (["http://no-such-host.invalid/query"], 4, "No connection"),
        (["ftp://example.org"], 2, "no URL of a SPARQL endpoint"),
        (["http://curator:secret@127.0.0.1/query"], 2, "a name or a password"),
    ],
)
def test_a_wrong_call_says_what_to_do(words, status, said, file, capsys):
    """Clear words, the right status, no traceback, and no secret."""
    words = [{"URL": oxigraph().url, "FILE": str(file)}.get(word, word) for word in words]
    found, out, err = run(capsys, "push", *words)

    assert (found, out) == (status, "")
    assert said in err
    assert "Traceback" not in err
    assert "secret" not in err


def test_progress_says_rate_and_time_left():
    """On a terminal, one line that is written anew."""
    from io import StringIO

    from aa_ld.endpoint.progress import Progress

    progress = Progress(StringIO(), 100, terminal=True)
    progress("sending", 0, 1000)
    time.sleep(0.25)
    progress("sending", 500, 1000)
    shown = progress.stream.getvalue()

    assert "500 of 1,000 triples" in shown
    assert "s left" in shown
    assert "\n" not in shown
