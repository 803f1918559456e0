"""Foreign files are read or refused, and whatever they hold, the caller stays up and nothing is fetched."""

import gzip
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from aa_ld import errors, intake
from aa_ld.intake import check_turtle, read_rdf, read_text

TURTLE = b'@prefix ex: <http://example.org/> .\nex:a ex:b "c" .\n'
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/"'
needs_posix = pytest.mark.skipif(os.name != "posix", reason="limits, pipes and signals of POSIX")


@pytest.fixture
def write(tmp_path):
    def _write(name, content):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def server():
    """A server on loopback and the list of paths that it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"@context": {"a": "http://example.org/a"}}')

        def log_message(self, *_):
            pass

    running = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    running.server_close()


SAME_TRIPLE = {
    "a.ttl": TURTLE,
    "a.nt": b'<http://example.org/a> <http://example.org/b> "c" .\n',
    "a.nq": b'<http://example.org/a> <http://example.org/b> "c" .\n',
    "a.trig": TURTLE,
    "a.rdf": f'<rdf:RDF {RDF}><rdf:Description rdf:about="http://example.org/a"><e:b>c</e:b></rdf:Description></rdf:RDF>',
    "a.jsonld": b'{"@id": "http://example.org/a", "http://example.org/b": "c"}',
}


@pytest.mark.parametrize("name", SAME_TRIPLE)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("named", [True, False])
def test_every_syntax_is_read_by_name_and_by_content_packed_or_not(write, name, packed, named):
    """Six syntaxes give the same triple, also as .gz, also under a name that says nothing."""
    content = SAME_TRIPLE[name]
    content = content.encode() if isinstance(content, str) else content
    path = write(
        (name if named else "file") + ".gz" * packed, gzip.compress(content, mtime=0) if packed else content
    )

    triples = [quad.triple for quad in read_rdf(path)]

    assert [str(triple) for triple in triples] == ['<http://example.org/a> <http://example.org/b> "c"']


@pytest.mark.parametrize(
    "content", ["[ <http://example.org/b> 1 ] .", "# hello\n\nPREFIX e: <http://example.org/>\ne:a e:b 1 ."]
)
def test_turtle_is_known_by_its_content(write, content):
    """Comments, SPARQL-like directives and blank nodes at the start are understood."""
    assert len(read_rdf(write("file.owl", content))) == 1


def test_named_graphs_are_kept(write):
    """A quad stays in the graph that the file puts it in."""
    path = write("a.trig", "<http://e/s> <http://e/p> 1 . <http://e/g> { <http://e/s> <http://e/p> 2 }")

    graphs = {quad.object: quad.graph_name for quad in read_rdf(path)}

    integer = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    assert graphs == {
        Literal("1", datatype=integer): DefaultGraph(),
        Literal("2", datatype=integer): NamedNode("http://e/g"),
    }


def test_literals_keep_their_spelling(write):
    """1.0 does not become 1 on the way."""
    (quad,) = read_rdf(write("a.ttl", "<http://e/s> <http://e/p> 1.0 ."))

    assert quad.object.value == "1.0"


def test_blank_nodes_of_two_files_stay_apart_and_within_a_file_together(write):
    """The label x is one node within a file and another one in the next file."""
    text = "_:x <http://e/p> _:x .\n_:x <http://e/q> <http://e/g> <http://e/g> .\n"
    nodes = [{quad.subject for quad in read_rdf(write(name, text))} for name in ("a.nq", "b.nq")]

    assert [len(found) for found in nodes] == [1, 1]
    assert all(isinstance(node, BlankNode) for found in nodes for node in found)
    assert nodes[0] != nodes[1]


def test_byte_order_mark_and_carriage_returns_are_fine(write):
    """What Windows editors write is read; the mark is no part of the text."""
    path = write("a.ttl", b"\xef\xbb\xbf" + TURTLE.replace(b"\n", b"\r\n"))

    assert len(read_rdf(path)) == 1
    assert read_text(path).startswith("@prefix")


def test_a_missing_file_names_its_nearest_sibling(write):
    """A misspelt path is told what is there."""
    path = write("review.ttl", TURTLE)

    with pytest.raises(errors.MissingFileError) as caught:
        read_rdf(path.with_name("reveiw.ttl"))

    assert caught.value.nearest == [str(path)]


@pytest.mark.parametrize("name", ["no/such/folder/a.ttl", "a\0b.ttl"])
def test_an_impossible_path_is_a_missing_file(tmp_path, name):
    """A path that no file can have is a missing file, not a traceback."""
    with pytest.raises(errors.MissingFileError):
        read_rdf(os.path.join(tmp_path, name))


def test_a_directory_is_not_a_file(tmp_path):
    """A folder is refused by what it is."""
    with pytest.raises(errors.NotAFileError, match="a directory"):
        read_rdf(tmp_path)


@needs_posix
def test_pipes_devices_and_sockets_are_refused_at_once(tmp_path, monkeypatch):
    """Nothing waits for a pipe that nobody writes to."""
    pipe, plug = tmp_path / "a.ttl", tmp_path / "plug.ttl"
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as bound:
        monkeypatch.chdir(tmp_path)  # the address of a socket has to be short
        bound.bind("plug.ttl")
        start = time.monotonic()
        for path, kind in [(pipe, "a pipe"), ("/dev/zero", "a device"), (plug, "a socket")]:
            with pytest.raises(errors.NotAFileError, match=kind):
                read_rdf(path)

    assert time.monotonic() - start < 5


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \n\r\n\t", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_said_to_be_empty(write, content):
    """Nothing, a mark alone and white space alone are all nothing."""
    with pytest.raises(errors.EmptyFileError):
        read_rdf(write("a.ttl", content))


BROKEN = {
    "dot.ttl": ("@prefix ex: <http://e/> .\nex:a ex:b \n  ex:c ex:d .\n", ":3:8", "A dot is expected"),
    "prefix.ttl": ("\nex:a ex:b ex:c .", ":2:1", "The prefix ex: has not been declared"),
    "relative.ttl": ("<http://e/a> <b> 1 .", ":1:14", "An IRI is relative"),
    "end.ttl": ("<http://e/a> <http://e/b> [", ":1:28", "ends in the middle"),
    "line.nt": ('<http://e/a> <http://e/b> "1" .\n<http://e/a> .', ":2:14", "."),
    "graph.nt": ("<http://e/a> <http://e/b> <http://e/c> <http://e/d> .", ":1:", "."),
    "tag.rdf": (f"<rdf:RDF {RDF}>\n<a>\n</b></rdf:RDF>", ":3:3", "mismatched tag"),
    "iri.rdf": (
        f"<rdf:RDF {RDF}>\n\n<rdf:Description rdf:about='x'/>\n\n</rdf:RDF>",
        ":3",
        "An IRI is relative",
    ),
    "comma.jsonld": ('{\n "@id": "http://e/a"\n "b": 1}', ":3:2", "This is no JSON"),
    "value.jsonld": ('{"http://e/p":\n {"@value": {}}}', ":", "@value value must be"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_syntax_error_says_line_column_and_reason(write, name):
    """Whoever gets the error can go to the place."""
    content, place, reason = BROKEN[name]
    path = write(name, content)

    with pytest.raises(errors.RdfSyntaxError) as caught:
        read_rdf(path)

    assert caught.value.where.startswith(f"{path}{place}")
    assert reason in caught.value.what


def test_a_file_under_the_wrong_name_is_told_so(write):
    """RDF/XML named .ttl is a syntax error that says how to mend it."""
    with pytest.raises(errors.RdfSyntaxError, match="looks like RDF/XML"):
        read_rdf(write("a.ttl", SAME_TRIPLE["a.rdf"]))


def test_bytes_that_are_not_utf8_are_placed(write):
    """The error says line and offset of the first wrong byte, also beyond the first block."""
    filler = b"# " + b"x" * (1 << 20) + b"\n"
    with pytest.raises(errors.EncodingError) as caught:
        read_rdf(write("a.ttl", b"\xef\xbb\xbf" + filler + b'<http://e/a> <http://e/b> "caf\xe9" .'))

    assert caught.value.where.endswith("a.ttl:2")
    assert f"offset {3 + len(filler) + 30} " in caught.value.what


def test_a_character_across_two_blocks_is_read(write):
    """A letter of two bytes that stands where two blocks meet is no error."""
    head = b'<http://e/a> <http://e/b> "'
    path = write("a.nt", head + b"x" * ((1 << 20) - len(head) - 1) + "é".encode() + b'" .\n')

    assert read_rdf(path)[0].object.value.endswith("xé")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_of_unicode_are_named(write, encoding):
    """UTF-16 from Windows is refused with what it is."""
    with pytest.raises(errors.EncodingError, match="UTF-16"):
        read_rdf(write("a.ttl", TURTLE.decode().encode(encoding)))


def test_xml_that_declares_another_encoding_is_refused(write):
    """Bytes that happen to be UTF-8 are not read as something else than their author wrote."""
    xml = f'<?xml version="1.0" encoding="ISO-8859-1"?><rdf:RDF {RDF}><!-- \u00e9 --></rdf:RDF>'
    with pytest.raises(errors.EncodingError, match="ISO-8859-1"):
        read_rdf(write("a.rdf", xml))


@pytest.mark.parametrize(
    "content", [b"name,age\nx,1\n", b"Subject: hello\n", b"%PDF-1.7", b"[1, 2]", b"<!DOCTYPE html><p>"]
)
def test_what_is_no_rdf_is_of_unknown_syntax(write, content):
    """The error names the endings that are known."""
    with pytest.raises(errors.UnknownSyntaxError, match=r"\.ttl, \.nt, \.nq, \.trig, \.rdf"):
        read_rdf(write("file", content))


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04....", b"BZh9....", gzip.compress(gzip.compress(TURTLE, mtime=0), mtime=0)]
)
def test_other_archives_are_named(write, content):
    """A zip named .ttl is a zip."""
    with pytest.raises(errors.UnknownSyntaxError, match=r"only \.gz is read"):
        read_rdf(write("a.ttl", content))


@pytest.mark.parametrize("content", [TURTLE, gzip.compress(TURTLE, mtime=0)[:-9], b"\x1f\x8b" + b"x" * 40])
def test_a_broken_gz_is_said_to_be_broken(write, content):
    """Not packed, cut off, and garbage."""
    with pytest.raises(errors.EncodingError, match="cannot be unpacked"):
        read_rdf(write("a.ttl.gz", content))


def test_a_gz_of_several_members_is_read_whole(write):
    """Concatenated .gz files are one file, as gunzip has it."""
    path = write(
        "a.ttl.gz", gzip.compress(TURTLE, mtime=0) + gzip.compress(b"<http://e/a> <http://e/b> 1 .", mtime=0)
    )

    assert len(read_rdf(path)) == 2


DEEP = 10_000
TOO_DEEP = {
    "list.ttl": "<http://e/a> <http://e/b>\n" + "(" * DEEP + ")" * DEEP + " .",
    "node.ttl": "<http://e/a> <http://e/b>\n" + "[ <http://e/b> " * DEEP + "1" + "]" * DEEP + " .",
    "term.nt": "\n" + "<<( <http://e/a> <http://e/b> " * DEEP + "<http://e/c>" + " )>>" * DEEP + " .",
    "reified.ttl": "\n" + "<< <http://e/a> <http://e/b> " * DEEP + "1" + " >>" * DEEP + " .",
    "open.trig": "\n" + "{" * DEEP,
    "object.jsonld": "\n" + '{"http://e/a":' * DEEP + "1" + "}" * DEEP,
    "array.jsonld": '{"http://e/a":\n' + "[" * DEEP + "]" * DEEP + "}",
    "element.rdf": f"<rdf:RDF {RDF}>\n" + "<e:a>" * DEEP + "</e:a>" * DEEP + "</rdf:RDF>",
}


@pytest.mark.parametrize("name", TOO_DEEP)
def test_nesting_beyond_honest_depth_is_refused(write, name):
    """Ten thousand levels crash or stall parsers; none of them gets to see it."""
    with pytest.raises(errors.NestingError) as caught:
        read_rdf(write(name, TOO_DEEP[name]))

    assert caught.value.where.endswith(f"{name}:2")


NOT_DEEP = {
    "string.ttl": '<http://e/a> <http://e/b> "' + "[" * DEEP + "\", '''" + "((\n" * DEEP + "''' .",
    "escape.ttl": '<http://e/a> <http://e/b> "\\"' + "[" * DEEP + '\\\\", """""' + "{" * DEEP + '""" .',
    "comment.ttl": "# it's " + "[" * DEEP + "\n<http://e/a> <http://e/b> 1, 2 .",
    "iri.ttl": f"<http://e/{'(' * DEEP}> <http://e/'#b> 1, 2 .",
    "local.ttl": "@prefix e: <http://e/> . e:" + "\\(" * DEEP + " e:b 1, 2 .",
    "flat.ttl": "<http://e/a> <http://e/b> " + ", ".join(["[]"] * DEEP) + " .",
    "string.jsonld": '{"@id": "http://e/a", "http://e/b": ["' + "[{" * DEEP + '", "\\"' + "[" * DEEP + '"]}',
    "text.rdf": f"<rdf:RDF {RDF}><rdf:Description rdf:about='http://e/a'><e:b>{'[{(' * DEEP}</e:b><e:b/></rdf:Description></rdf:RDF>",
}


@pytest.mark.parametrize("name", NOT_DEEP)
def test_brackets_in_strings_comments_and_iris_do_not_count(write, name):
    """An honest file with many brackets is read."""
    assert len(read_rdf(write(name, NOT_DEEP[name]))) >= 2


def test_an_external_entity_is_never_read(write):
    """RDF/XML that asks for a file of this machine gets nothing of it."""
    secret = write("secret.txt", "the-secret-of-this-machine")
    xml = (
        f'<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "file://{secret}">]>\n<rdf:RDF {RDF}>'
        "<rdf:Description rdf:about='http://e/a'><e:b>&x;</e:b></rdf:Description></rdf:RDF>"
    )
    with pytest.raises(errors.EntityError) as caught:
        read_rdf(write("a.rdf", xml))

    assert caught.value.where.endswith("a.rdf:2")
    assert "the-secret" not in str(caught.value)
    with pytest.raises(errors.EntityError):
        read_rdf(write("b.rdf", xml.replace(str(secret), "/etc/hostname")))


def test_exploding_entities_never_explode(write):
    """A billion laughs end at once."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<!DOCTYPE r [<!ENTITY l0 "lol">{laughs}]><rdf:RDF {RDF}><e:a>&l11;</e:a></rdf:RDF>'
    start = time.monotonic()
    with pytest.raises(errors.EntityError):
        read_rdf(write("a.rdf", xml))

    assert time.monotonic() - start < 5


REMOTE = {
    "string": '{"@context": "%s/c", "a": 1}',
    "array": '{"@context": [{"b": "http://e/b"}, "%s/c"], "a": 1}',
    "deep": '{"http://e/p": [{"http://e/q": {"@context": "%s/c", "a": 1}}]}',
    "scoped": '{"@context": {"a": {"@id": "http://e/a", "@context": "%s/c"}}, "a": {"b": 1}}',
    "import": '{"@context": {"@version": 1.1, "@import": "%s/c"}, "a": 1}',
    "escaped": '{"\\u0040context": "%s/c", "a": 1}',
    "doubled": '{"@context": "%s/c", "@context": {"a": "http://e/a"}, "a": 1}',
}


@pytest.mark.parametrize("place", REMOTE)
def test_a_remote_context_is_refused_and_never_fetched(write, server, place):
    """Wherever the context is named, the server is not asked once."""
    address, asked = server
    with pytest.raises(errors.RemoteContextError, match=address):
        read_rdf(write("a.jsonld", REMOTE[place] % address))

    assert asked == []


def test_an_inline_context_is_fine(write):
    """A context that stands in the file is used, and a value that looks like an address is a value."""
    path = write("a.jsonld", '{"@context": {"a": "http://e/a", "b": null}, "a": "http://example.org/c"}')

    assert [quad.object.value for quad in read_rdf(path)] == ["http://example.org/c"]


def test_a_gz_bomb_is_stopped_at_the_cap(write):
    """A small file that unpacks to a large one is refused while it unpacks."""
    bomb = gzip.compress(b"# " + b"0" * (64 << 20), mtime=0)
    assert len(bomb) < 100_000
    with pytest.raises(errors.FileTooLargeError):
        read_rdf(write("a.ttl.gz", bomb), most_bytes=1 << 20)


def test_a_file_over_the_cap_is_refused(write):
    """The cap holds for plain files too, and a file of just that size passes."""
    path = write("a.ttl", TURTLE)

    assert len(read_rdf(path, most_bytes=len(TURTLE))) == 1
    with pytest.raises(errors.FileTooLargeError):
        read_rdf(path, most_bytes=len(TURTLE) - 1)


def test_a_prefix_bomb_is_stopped(write):
    """A prefix of 100 kB that is used ten thousand times unfolds to gigabytes; it is not let."""
    names = " , ".join(f"p:{n}" for n in range(10_000))
    with pytest.raises(errors.FileTooLargeError, match="unfolds"):
        read_rdf(write("a.ttl", f"@prefix p: <http://e/{'x' * 100_000}> . p:a p:b {names} ."))


@needs_posix
def test_a_parser_out_of_memory_is_stopped(write):
    """The memory limit ends the child, and the caller gets an error of ours."""
    path = write("a.ttl", "<http://e/a> <http://e/b> '" + "x" * (40 << 20) + "' .")
    with pytest.raises(errors.ParserStoppedError, match="memory"):
        read_rdf(path, memory=32 << 20)


def test_a_parser_out_of_time_is_stopped(write):
    """The time limit ends the child in time."""
    path = write("a.nt", b"".join(b'<http://e/%d> <http://e/p> "x" .\n' % n for n in range(400_000)))
    start = time.monotonic()
    with pytest.raises(errors.ParserStoppedError, match="longer than"):
        read_rdf(path, timeout=0.05)

    assert time.monotonic() - start < 2


@needs_posix
def test_a_parser_that_crashes_is_an_error_of_ours(write, monkeypatch):
    """A segmentation fault of the child leaves the caller up, with the name of the signal."""
    boot = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    monkeypatch.setattr(intake, "_BOOT", boot)
    with pytest.raises(errors.ParserStoppedError, match="SIGSEGV"):
        read_rdf(write("a.ttl", TURTLE))


def test_ten_megabytes_of_honest_triples_pass(write):
    """Size alone is no reason to refuse."""
    line = b'<http://example.org/subject/%d> <http://example.org/p> "value (number [%d]) with some text" .\n'
    content = b"".join(line % (n, n) for n in range(110_000))
    assert len(content) > 10_000_000

    assert len(read_rdf(write("a.nt", content))) == 110_000


@pytest.mark.parametrize("how", [["-m", "started"], ["started.py"], ["-c", "import started"]])
def test_modules_beside_the_caller_are_not_imported(write, tmp_path, how):
    """A gzip.py in the working folder, beside the script or on PYTHONPATH runs nothing in the child."""
    write("gzip.py", f"open({str(tmp_path / 'sprung')!r}, 'w')")
    write("a.ttl", TURTLE)
    write("started.py", "from aa_ld.intake import read_rdf; print(len(read_rdf('a.ttl')))")
    roots = [str(tmp_path), str(Path(intake.__file__).parents[1])]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(roots)}
    done = subprocess.run(
        [sys.executable, *how], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )

    assert done.stdout == "1\n"
    assert not (tmp_path / "sprung").exists()


@needs_posix
def test_a_file_that_turns_into_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    """Between the look at a path and its opening, another process may have put a pipe there."""
    pipe = tmp_path / "a.ttl"
    os.mkfifo(pipe)
    honest = os.stat(__file__)
    monkeypatch.setattr(intake.os, "stat", lambda *_, **__: honest)
    caught = []

    def read():
        try:
            read_rdf(pipe)
        except errors.NotAFileError as error:
            caught.append(error.what)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(5)

    assert caught == ["This is a pipe, not a file."]


def children() -> set[str]:
    """The processes that this one has started and that have not ended; servers of other tests may be among them."""
    return {pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()}


@needs_posix
def test_reading_leaves_nothing_behind(write, tmp_path, monkeypatch):
    """No temporary file, no open file and no process stays, whether reading works or fails."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    good, bad = write("a.ttl", TURTLE), write("b.ttl", "nonsense")
    before, started = sorted(os.listdir("/dev/fd")), children()
    for path in (good, bad):
        try:
            read_rdf(path)
        except errors.RdfSyntaxError:
            continue

    assert sorted(os.listdir("/dev/fd")) == before
    assert list(scratch.iterdir()) == []
    assert children() == started


@needs_posix
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_the_child_ends_with_its_caller(tmp_path, ending):
    """Killed or interrupted, the caller leaves no child that goes on working."""
    code = (
        "from aa_ld import intake, sparql\n"
        "start = intake._start\n"
        "def told(task):\n"
        "    process = start(task)\n"
        "    print(process.pid, flush=True)\n"
        "    return process\n"
        "intake._start = told\n"
        "sparql.run_query('SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }', timeout=60)\n"
    )
    root = str(Path(intake.__file__).parents[1])
    caller = subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    child = int(caller.stdout.readline())
    time.sleep(1)  # by now it counts
    os.kill(child, 0)
    caller.send_signal(ending)
    caller.wait()
    caller.stdout.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _lives(child):
        time.sleep(0.05)

    assert not _lives(child)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    # An orphan that has ended waits for its new parent to take note of it.
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def test_messages_cannot_steer_a_terminal(write):
    """Control characters of a file and of its name are shown, not sent."""
    with pytest.raises(errors.RdfSyntaxError) as caught:
        read_rdf(write("a\x1b[2J.ttl", "<http://e/a> <http://e/b\x1b[2J> 1 ."))

    assert "\x1b" not in str(caught.value)
    assert "a\\x1b[2J.ttl:1:" in caught.value.where


def test_a_text_is_checked_as_turtle_without_being_kept():
    """check_turtle is silent on Turtle, and raises what read_rdf would, naming the path."""
    check_turtle("x.ttl", TURTLE.decode())
    with pytest.raises(errors.RdfSyntaxError, match=r"x\.ttl:1:1"):
        check_turtle("x.ttl", "nonsense")
    with pytest.raises(errors.NestingError):
        check_turtle("x.ttl", TOO_DEEP["list.ttl"])


def test_a_text_is_read_with_the_checks_of_a_file(write):
    """read_text takes any UTF-8 file and refuses what is none."""
    assert read_text(write("query.rq", "SELECT * {\r\n}")) == "SELECT * {\r\n}"
    with pytest.raises(errors.EncodingError):
        read_text(write("query.rq", b"\xff"))
