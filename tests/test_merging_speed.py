"""What makes merging fast changes nothing: lines that no parser sees, and a second process."""

import json
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse, serialize

from aa_ld import errors
from aa_ld.merging import aside, near, runs
from aa_ld.merging.meetings import Meetings
from aa_ld.merging.merged import Options, merge
from aa_ld.merging.plain import sift
from aa_ld.merging.reading import Input, Read, Run
from aa_ld.merging.report import as_json
from aa_ld.merging.runs import Merger
from aa_ld.merging.spellings import respell

ALONE = Options(with_ours=False, fail_on=("none",))


def written(line: bytes) -> bytes | None:
    """What the engine makes of a line; nothing where it is refused."""
    try:
        return serialize(parse(line, RdfFormat.N_TRIPLES), format=RdfFormat.N_QUADS)
    except SyntaxError:
        return None


#: Lines, and whether they need no parser.
LINES = {
    b'<http://e.org/a> <http://e.org/b> "c" .': True,
    b"_:a1 <http://e.org/b#c> <https://e.org/x?y=1&z> .": True,
    b'<http://e.org/a> <http://e.org/b> "\xc3\xa9 \\n \\"x\\" \\\\"@en-gb .': True,
    b'<http://e.org/a> <http://e.org/b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .': True,
    b'<http://e.org/a> <http://e.org/b> "c"^^<http://www.w3.org/2001/XMLSchema#string> .': False,
    b'<http://e.org/a> <http://e.org/b> "c"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> .': False,
    b'<http://e.org/a> <http://e.org/b> "c"@en-GB .': False,
    b'<http://e.org/a> <http://e.org/b> "\\u0041" .': False,
    b'<http://e.org/a> <http://e.org/b> "\xef\xbf\xbf" .': False,
    b'<http://e.org/a> <http://e.org/b> "\x7f" .': False,
    b'<http://e.org/a> <http://e.org/b> "\xff" .': False,
    b"<http://e.org/a> <http://e.org/b> <http://e.org/c d> .": False,
    b"<http://e.org/a>  <http://e.org/b> <http://e.org/c> .": False,
    b"<http://e.org/a> <http://e.org/b> <http://e.org/c> . # why": False,
    b"<http://e.org/a> <http://e.org/b> <http://e.org/c> .\r": False,
    b"<http://e.org/a> _:b <http://e.org/c> .": False,
    b'"a" <http://e.org/b> <http://e.org/c> .': False,
    b"<http://e.org/a> <http://e.org/b> <https://id.nlm.nih.gov/mesh/D000506> .": False,
    b"<http://e.org/a> <http://e.org/b> <http://id.nlm.nih.gov/mesh/D000506> .": True,
    b"<http://e.org/a> <http://schema.org/name> <http://schema.orga.org/name> .": False,
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_needs_no_parser_only_where_it_stands_as_it_would_be_written(line):
    """Each is taken or left as the table says; of a text of both the odd one is left, and all of what is not UTF-8."""
    text = line + b"\n"
    plain = b"<http://e.org/a> <http://e.org/b> <http://e.org/c> ."
    both = plain + b"\n" + text + plain + b"\n"
    left = ([], both) if b"\xff" in line else ([plain, plain], text)

    assert sift(text) == (([line], b"") if LINES[line] else ([], text))
    assert written(text) == text or not LINES[line]
    assert sift(both) == (([plain, line, plain], b"") if LINES[line] else left)


PARTS = st.text(st.sampled_from("ab/:.#?%&é\\\"'<>{}^`| \t_-~@1\u0085\u2028"), max_size=6)
IRIS = st.builds(
    "<{}{}>".format, st.sampled_from(["http://", "https://e.org/", "http://e.org", "urn:", ""]), PARTS
)
ENDS = st.sampled_from(["", "@en", "@EN", "@e", "@en-us", "@en-x", "^^<http://e.org/t>", "^^<t>"])
OBJECTS = st.one_of(IRIS, st.builds('"{}"{}'.format, PARTS, ENDS), st.builds("_:{}".format, PARTS))


@given(st.builds("{} {} {} .\n".format, IRIS, IRIS, OBJECTS))
@settings(max_examples=600, deadline=None, derandomize=True)
def test_whatever_needs_no_parser_the_parser_would_leave_as_it_is(line):
    """Lines of all sorts of signs: what is taken as it stands is read and written as the same bytes, in one spelling."""
    text = line.encode()
    lines, _ = sift(text)
    for each in lines:
        assert written(each + b"\n") == each + b"\n"

        assert respell([each], each) == ([each], {})


def test_a_fault_in_n_triples_is_told_with_its_line(tmp_path):
    """However many lines before it needed no parser, and in whatever piece of the file it stands."""
    good = "".join(f"<http://e.org/{n}> <http://e.org/p> <http://e.org/o> .\n" for n in range(60_000))
    path = tmp_path / "a.nt"
    path.write_text(good + "<http://e.org/a> .\n" + good)
    with pytest.raises(errors.RdfSyntaxError, match=r"a\.nt:60001"):
        merge([str(path)], None, ALONE)


def test_n_triples_are_merged_as_the_same_in_turtle(tmp_path):
    """Odd lines, lines of MeSH under another name, blank nodes, lines longer than a piece, other ends of lines."""
    lines = [
        "_:x <http://e.org/p> _:y .",
        '_:y <http://e.org/p> "\\u00e9"@EN .',
        "<http://e.org/a> <http://e.org/p> <https://identifiers.org/mesh:D000506> .",
        f'<http://e.org/a> <http://e.org/p> "{"x" * 5_000_000}" .',
        '<http://e.org/a> <http://e.org/q> "see <http://e.org/q> there" .',
    ]
    texts = {
        "a.nt": "\n".join(lines),
        "b.ttl": "\n".join(lines),
        "c.nt": "\r\n".join(lines),
        "d.nq": "\n".join(lines),
    }
    outputs = set()
    for name, text in texts.items():
        (tmp_path / name).write_text(text, newline="")
        done = merge([str(tmp_path / name)], str(tmp_path / f"{name}.out.nt"), ALONE)
        outputs.add((tmp_path / f"{name}.out.nt").read_bytes())

        assert done.sources[0].respelt == {"MeSH": 1}
    assert len(outputs) == 1


@pytest.fixture
def files(tmp_path) -> list[str]:
    """Two files with something to find, to fold and to replace."""
    head = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    texts = [
        '<http://e.org/o> a owl:Ontology . <http://e.org/A> a owl:Class ; rdfs:label "a"@en, "b"@en .',
        '<http://e.org/p> a owl:Ontology . <http://e.org/A> a owl:Class ; rdfs:label "c"@en ; rdfs:subClassOf [ a owl:Restriction ] .',
    ]
    for name, text in zip("ab", texts, strict=True):
        (tmp_path / f"{name}.ttl").write_text(head + text)
    return [str(tmp_path / "a.ttl"), str(tmp_path / "b.ttl")]


def result(files: list[str], out: Path) -> tuple[dict[str, object], bytes]:
    """The report and the output of a merge with ours."""
    done = merge(files, str(out), Options(fail_on=("none",)))
    return {**json.loads(as_json(done)), "output": ""}, out.read_bytes()


def test_a_second_process_does_what_the_first_would(files, tmp_path, monkeypatch):
    """The same report and the same bytes, where it works and where it falls over."""
    alone = result(files, tmp_path / "alone.nt")
    monkeypatch.setattr(aside, "MUCH", 0)
    stages: list[str] = []
    merge(files, None, Options(), lambda stage, *_: stages.append(stage))
    by_two = result(files, tmp_path / "two.nt")
    order = aside._order
    monkeypatch.setattr(aside, "_order", lambda task: {**order(task), "path": "/nowhere/at/all"})
    fallen = result(files, tmp_path / "fallen.nt")

    assert by_two == alone
    assert fallen == alone
    assert {"merging", "asking"} <= set(stages)


OURS = [
    b"<x:cell> <x:first> <x:r> .",
    b"<x:r> <x:on> <x:has> .",
    b"<x:r> <x:some> <x:type> .",
    b"<x:list> <x:of> <x:cell> .",
]
QUERY = "SELECT ?t { ?r <x:on> <x:has> ; <x:some> ?t . ?cell <x:first> ?r . ?list <x:of> ?cell }"


@pytest.mark.parametrize(
    ("query", "line", "met"),
    [
        (QUERY, b"<x:new> <x:first> <x:r> .", False),  # nothing has it as a cell
        (QUERY, b"<x:list> <x:of> <x:elsewhere> .", False),
        (QUERY, b"<x:another> <x:of> <x:cell> .", True),
        (QUERY, b"<x:r2> <x:some> <x:type> .", False),  # it is not on x:has
        (QUERY, b"<x:r> <x:some> <x:type2> .", True),
        ("PREFIX x: <x:> SELECT ?a { ?a x:of/x:first ?r . ?r x:on x:has }", b"<x:z> <x:of> <x:cell> .", True),
        ("PREFIX x: <x:> SELECT ?a { ?a x:of/x:first ?r . ?r x:on x:has }", b"<x:z> <x:of> <x:r> .", False),
        ("SELECT ?a { ?a <x:major> true }", b'<x:z> <x:major> "true" .', True),
    ],
)
def test_a_query_is_met_where_all_that_hangs_together_can_be(query, line, met):
    """Terms are followed over the patterns around them, steps of a path too; true is a literal and no IRI."""
    assert Meetings(OURS, [line]).may_meet(query) is met


TERMS = st.lists(st.integers(0, 400), max_size=12).map(lambda some: {b"<x:%03d> ." % n for n in some})
NODES = st.lists(st.integers(0, 9), max_size=3).map(lambda some: {b"_:%d ." % n for n in some})


@given(st.sets(st.integers(0, 400), min_size=100), st.lists(TERMS, max_size=4), TERMS, NODES, st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_what_is_copied_is_what_would_be_written(numbers, others, without, nodes, twice):
    """A run with nearly everything, and others with few lines: bytes and counts are those of sets of lines."""
    most = {b"<x:%03d> ." % n for n in numbers} | nodes
    parts = [(0, most), *((1 + n // (1 + twice), some) for n, some in enumerate(others))]
    sources = [Read(Input(str(n), ()), BytesIO()) for n in range(6)]
    texts = [(n, b"".join(line + b"\n" for line in sorted(some))) for n, some in parts if some]
    out = BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_STRETCH", 40)
        patch.setattr(runs, "_MOST", 3)
        merger = Merger(sources, without, {b"_:1"}, out)
        counts = merger.merge([Run(text, 0, len(text), n) for n, text in texts], lambda *_: None)
    by_source = [set().union(*(some for m, some in parts if m == n)) for n in range(6)]
    whole = set().union(*by_source)
    gone = whole & (without | {b"_:1 ."})
    alone = [sum(sum(line in each for each in by_source) == 1 for line in some) for some in by_source]

    assert out.getvalue() == b"".join(line + b"\n" for line in sorted(whole - gone))
    assert (counts.written, counts.replaced) == (len(whole - gone), len(gone))
    assert counts.new[:6] == alone
    assert counts.shared[:6] == [len(some) - n for some, n in zip(by_source, alone, strict=True)]
    assert counts.union_of_shared == len(whole) - sum(alone)


def test_most_of_a_large_run_is_copied():
    """Of 20,000 lines with three of others among them only what lies between two that are near each other is taken apart."""
    text = b"".join(b"<http://e.org/%05d> <http://e.org/p> <http://e.org/o> .\n" % n for n in range(20_000))
    few = b"".join(b"<http://e.org/%05d> <http://e.org/p> <http://e.org/x> .\n" % n for n in (7, 8, 9_000))
    some = list(runs._stretches([Run(text, 0, len(text), 0), Run(few, 0, len(few), 1)]))

    assert [len(piece) for piece in some] == [1, 2, 1, 1, 1]
    assert sum(run.size for run in some[1]) == 3 * len(text) // 20_000


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 200)), min_size=1), st.integers(1, 60))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_lines_of_a_subject_are_found_wherever_they_lie(pairs, apart):
    """All of them and no other, however many there are, and one subject that is not there."""
    lines = sorted({b"<x:%d> <x:p> <x:%d> ." % pair for pair in pairs})
    with TemporaryFile() as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr(near, "_APART", apart)
        patch.setattr(near, "_BLOCK", 4 * apart)
        file.write(b"".join(line + b"\n" for line in lines))
        file.flush()
        subjects = near._Subjects(file.fileno(), file.tell())
        for n in range(32):
            begin = b"<x:%d> " % n

            assert subjects.lines(begin[:-1]) == [line for line in lines if line.startswith(begin)]


def test_a_run_that_ends_too_early_is_not_taken():
    """A child that falls over in the midst of a run or a table leaves nothing that counts as read."""
    for kind in (b"R", b"T"):
        read = Read(Input("a", ()), BytesIO())

        assert not read.take(kind, 100, BytesIO(b"<x:a>\n<x:b>\n"), bytearray(5))
        assert (read.runs, read.tables) == ([], {})
