"""Merging: one graph in one spelling, nothing lost, the same bytes whatever the order; and what is refused."""

import errno
import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from aa_ld import errors
from aa_ld.cli import main
from aa_ld.merging.merged import Merged, Options, merge

HEAD = """@prefix : <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
ALONE = Options(with_ours=False, fail_on=("none",))
SSSOM_HEAD = (
    "#curie_map:\n#  MESH: http://id.nlm.nih.gov/mesh/\n#  ex: http://example.org/\n"
    "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\n"
)


def file(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    if isinstance(text, bytes):
        path.write_bytes(text)
    else:
        path.write_text(HEAD + text if name.endswith(".ttl") else text, encoding="utf-8")
    return str(path)


def merged(
    folder: Path, *texts: str, options: Options = ALONE, out: str = "out.nt"
) -> tuple[Merged, list[str]]:
    """Merge Turtle texts; gives what was said and the lines of the output."""
    files = [file(folder, f"{n}.ttl", text) for n, text in enumerate(texts)]
    done = merge(files, str(folder / out), options)
    written = Path(folder / out)
    read = done.written and not out.endswith("gz")
    return done, written.read_text(encoding="utf-8").splitlines() if read else []


def test_the_five_spellings_of_a_mesh_heading_become_one(tmp_path):
    """http, https, versioned, identifiers.org and bioregistry.io are NLM's one IRI in the output."""
    spellings = [
        "http://id.nlm.nih.gov/mesh/D000506", "https://id.nlm.nih.gov/mesh/D000506", "http://id.nlm.nih.gov/mesh/2019/D000506",
        "https://identifiers.org/mesh:D000506", "https://bioregistry.io/mesh:D000506",
    ]  # fmt: skip
    done, lines = merged(tmp_path, *(f":a skos:exactMatch <{iri}> ." for iri in spellings))

    assert lines == [
        "<http://example.org/a> <http://www.w3.org/2004/02/skos/core#exactMatch> <http://id.nlm.nih.gov/mesh/D000506> ."
    ]
    assert sum(source.respelt.get("MeSH", 0) for source in done.sources) == 4


def test_an_iri_inside_a_text_is_left_as_it_is(tmp_path):
    """Literals are data."""
    _, lines = merged(tmp_path, ':a rdfs:comment "see <https://id.nlm.nih.gov/mesh/D000506> ." .')

    assert "<https://id.nlm.nih.gov/mesh/D000506>" in lines[0]


def test_one_header_is_chosen_and_the_others_stay_as_provenance(tmp_path):
    """No triple of the other header goes but its type, and the order of inputs does not matter."""
    a = '<http://example.org/a> a owl:Ontology ; dcterms:title "A" .'
    b = '<http://example.org/b> a owl:Ontology ; dcterms:title "B" .'
    one, first = merged(tmp_path, a, b)
    two, second = merged(tmp_path, b, a)

    assert first == second
    assert one.plan.chosen == two.plan.chosen == "http://example.org/a"
    assert [line for line in first if "#Ontology>" in line and "example.org/a>" in line]
    assert [line for line in first if line.startswith("<http://example.org/b>") and '"B"' in line]
    assert (
        "<http://example.org/a> <http://www.w3.org/ns/prov#wasDerivedFrom> <http://example.org/b> ." in first
    )


def test_imports_are_kept_dropped_or_followed_and_never_fetched(tmp_path):
    """Kept ones move to the chosen header, one that is an input is satisfied, and without a catalog none is followed."""
    importing = "<http://example.org/a> a owl:Ontology ; owl:imports <http://example.org/b>, <http://example.org/elsewhere> ."
    b = "<http://example.org/b> a owl:Ontology . :B a owl:Class ."
    kept, lines = merged(tmp_path, importing, b)
    _, dropped = merged(tmp_path, importing, b, options=ALONE._replace(imports="drop"))

    assert kept.plan.imports == {
        "kept": ("http://example.org/elsewhere",),
        "satisfied": ("http://example.org/b",),
    }
    assert sum("#imports>" in line for line in lines) == 1
    assert not any("#imports>" in line for line in dropped)
    with pytest.raises(errors.UnresolvedImportError, match=r"example\.org/elsewhere"):
        merged(tmp_path, importing, b, options=ALONE._replace(imports="follow"))


def test_a_catalog_says_where_imports_lie(tmp_path):
    """What is imported is read as an input, and so is what that imports."""
    file(
        tmp_path,
        "b.ttl",
        "<http://example.org/b> a owl:Ontology ; owl:imports <http://example.org/c> . :B a owl:Class .",
    )
    file(tmp_path, "c.ttl", "<http://example.org/c> a owl:Ontology . :C a owl:Class .")
    catalog = '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><uri name="http://example.org/b" uri="b.ttl"/><uri name="http://example.org/c" uri="c.ttl"/></catalog>'
    options = ALONE._replace(imports="follow", catalog=file(tmp_path, "catalog-v001.xml", catalog))
    done, lines = merged(
        tmp_path,
        "<http://example.org/a> a owl:Ontology ; owl:imports <http://example.org/b> .",
        options=options,
    )

    assert [source.role for source in done.sources] == ["input", "import", "import"]
    assert any(line.startswith("<http://example.org/C>") for line in lines)


# Blank nodes and duplicate axioms

RESTRICTION = (
    ":A a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] ."
)
ANNOTATED = (
    ":A rdfs:subClassOf :B . [] a owl:Axiom ; owl:annotatedSource :A ; owl:annotatedProperty rdfs:subClassOf ;"
    ' owl:annotatedTarget :B ; rdfs:comment "why" .'
)


def test_an_axiom_said_in_two_files_is_one_axiom(tmp_path):
    """Duplicate axioms fold, blank nodes in them too, annotated or not."""
    _, once = merged(tmp_path, RESTRICTION + ANNOTATED)
    _, twice = merged(tmp_path, RESTRICTION, ANNOTATED, RESTRICTION + ANNOTATED)

    assert once == twice
    assert sum("#Restriction>" in line for line in twice) == 1
    assert sum("#Axiom>" in line for line in twice) == 1


def test_annotations_that_say_less_fold_into_those_that_say_more(tmp_path):
    """The same axiom, annotated less fully in one file, is there once; a different annotation stays apart."""
    fuller = ANNOTATED[:-2] + "; rdfs:seeAlso :C ."
    other = ANNOTATED.replace('"why"', '"because"')
    _, lines = merged(tmp_path, ANNOTATED, fuller, other)

    assert sum("#Axiom>" in line for line in lines) == 2
    assert sum('"why"' in line for line in lines) == 1


def test_the_target_of_an_annotated_axiom_folds_however_it_was_written(tmp_path):
    """A writer may share the blank node between axiom and annotation, or repeat it."""
    shared = (
        ":A rdfs:subClassOf _:r . _:r a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B . [] a owl:Axiom ;"
        ' owl:annotatedSource :A ; owl:annotatedProperty rdfs:subClassOf ; owl:annotatedTarget _:r ; rdfs:comment "why" .'
    )
    repeated = shared.replace(
        "owl:annotatedTarget _:r",
        "owl:annotatedTarget [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ]",
    )
    _, lines = merged(tmp_path, shared, repeated)

    assert sum("#Restriction>" in line for line in lines) == 1
    assert sum("#Axiom>" in line for line in lines) == 1


def test_blank_nodes_with_one_label_in_two_files_stay_apart(tmp_path):
    """A label is of its file."""
    _, lines = merged(tmp_path, "_:x :p 1 ; :q :A .", "_:x :p 2 ; :q :B .")

    assert len({line.split()[0] for line in lines}) == 2
    assert len(lines) == 4


def test_blank_nodes_in_a_circle_do_not_double(tmp_path):
    """Nodes that no digest of what they say can tell get canonical names."""
    circle = "_:a :p _:b ; :n 1 . _:b :p _:c ; :n 2 . _:c :p _:a . :z :q _:a ."
    _, once = merged(tmp_path, circle)
    _, twice = merged(tmp_path, circle, circle.replace("_:a", "_:q").replace("_:b", "_:r"), "\n".join(once))

    assert once == twice
    assert len(once) == 6


# Order, repetition, syntaxes

NAMES = st.sampled_from(
    [":A", ":B", ":C", "<https://identifiers.org/mesh:D000506>", "<http://id.nlm.nih.gov/mesh/D000506>"]
)
NODES = NAMES | st.sampled_from(["_:x", "_:y", "_:z"])
VALUES = NODES | st.sampled_from(['"a"', '"a"@en', "1.0", '"<x>"', '"a\\nb"'])
TRIPLES = st.tuples(
    NODES, st.sampled_from(["rdfs:subClassOf", "skos:exactMatch", ":p", "owl:disjointWith"]), VALUES
)
GRAPHS = st.lists(TRIPLES, min_size=1, max_size=8).map(
    lambda rows: "\n".join(" ".join(row) + " ." for row in rows)
)


@given(st.lists(GRAPHS, min_size=2, max_size=3))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_order_and_repetition_of_inputs_do_not_matter(tmp_path, texts):
    """Merged the other way round, with itself, and merged again: the same bytes."""
    _, lines = merged(tmp_path, *texts)
    _, backwards = merged(tmp_path, *reversed(texts))
    again, twice = merged(tmp_path, "\n".join(lines), *texts)

    assert lines == backwards
    assert lines == twice
    assert again.counts["lost"] == 0


@pytest.mark.parametrize("ending", ["ttl", "nq", "trig", "owl", "jsonld", "nt.gz", "ttl.gz"])
def test_every_output_syntax_holds_the_same_graph_and_the_same_bytes(tmp_path, ending):
    """What is written can be merged again, and gives the lines that N-Triples give."""
    text = RESTRICTION + ANNOTATED + ' :A rdfs:label "é \\"x\\""@en ; :p 1.0 .'
    _, lines = merged(tmp_path, text)
    merged(tmp_path, text, out=f"x.{ending}")
    bytes_once = (tmp_path / f"x.{ending}").read_bytes()
    merged(tmp_path, text, out=f"x.{ending}")
    merge([str(tmp_path / f"x.{ending}")], str(tmp_path / "again.nt"), ALONE)

    assert (tmp_path / "again.nt").read_text(encoding="utf-8").splitlines() == lines
    assert (tmp_path / f"x.{ending}").read_bytes() == bytes_once


def test_graphs_of_a_dataset_become_one_graph(tmp_path):
    """The names of graphs go, their triples stay; so does a text that looks like one."""
    path = file(
        tmp_path, "a.nq", '<e:a> <e:p> "x <e:g>" <e:g> .\n<e:a> <e:p> <e:b> <e:h> .\n<e:a> <e:p> <e:b> .\n'
    )
    merge([path], str(tmp_path / "out.nt"), ALONE)

    assert (tmp_path / "out.nt").read_text().splitlines() == [
        '<e:a> <e:p> "x <e:g>" .',
        "<e:a> <e:p> <e:b> .",
    ]


OFN = """Prefix(:=<http://example.org/>)
Ontology(<http://example.org/a>
Declaration(Class(:A))
SubClassOf(Annotation(<http://www.w3.org/2000/01/rdf-schema#comment> "why") :A ObjectSomeValuesFrom(:p :B))
)"""
OMN = """Prefix: : <http://example.org/>
Ontology: <http://example.org/a>
ObjectProperty: p
Class: B
Class: A
  SubClassOf: p some B
"""


@pytest.mark.parametrize(("name", "text"), [("a.ofn", OFN), ("a.owl", OFN), ("a.omn", OMN), ("a.owl", OMN)])
def test_functional_and_manchester_syntax_are_read(tmp_path, name, text):
    """By the ending or by how the file begins; the axiom is the one that Turtle states."""
    pytest.importorskip("pyhornedowl")
    _, lines = merged(tmp_path, RESTRICTION)
    merge([file(tmp_path, name, text)], str(tmp_path / "owl.nt"), ALONE)
    subclass = [line for line in lines if "subClassOf" in line]

    assert subclass[0] in (tmp_path / "owl.nt").read_text().splitlines()


def test_a_mapping_set_gives_its_triples_and_what_it_says_of_them(tmp_path):
    """A row is a triple and a node; a row that says Not is a node only."""
    text = (
        SSSOM_HEAD
        + "ex:A\tskos:exactMatch\t\tMESH:D000506\tsemapv:ManualMappingCuration\nex:B\tskos:exactMatch\tNot\tMESH:D000506\tsemapv:ManualMappingCuration\n"
    )
    merge([file(tmp_path, "a.sssom.tsv", text)], str(tmp_path / "out.nt"), ALONE)
    lines = (tmp_path / "out.nt").read_text().splitlines()

    assert sum("core#exactMatch> <http://id" in line for line in lines) == 1
    assert sum("sssom/Mapping>" in line for line in lines) == 2
    assert sum("sssom/predicate_modifier>" in line for line in lines) == 1


def test_the_same_file_twice_is_one_input(tmp_path):
    """It is read once, and the report says both names."""
    done, _ = merged(tmp_path, RESTRICTION, RESTRICTION)

    assert [(source.name, source.also) for source in done.sources] == [("0.ttl", ("1.ttl",))]


def test_a_hundred_files_are_merged(tmp_path):
    """Each is one input of the report."""
    done, lines = merged(tmp_path, *(f":A{n} a owl:Class ." for n in range(100)))

    assert (len(done.sources), len(lines)) == (100, 100)


def test_an_earlier_merge_can_be_compared_with(tmp_path):
    """What is new and what is gone is counted and shown."""
    old = file(tmp_path, "old.ttl", ":A a owl:Class . :B a owl:Class .")
    done, _ = merged(tmp_path, ":A a owl:Class . :C a owl:Class .", options=ALONE._replace(against=old))

    assert done.counts["against"]["gained"] == done.counts["against"]["lost"] == 1
    assert "example.org/B" in done.counts["against"]["examples"]["lost"][0]
    assert [source.name for source in done.sources] == ["0.ttl"]


# What is refused

BROKEN = {
    "missing": (None, "MissingFileError", "no such file"),
    "folder": ("/", "NotAFileError", "directory"),
    "empty": (b"", "EmptyFileError", "nothing"),
    "blank": (b" \n", "EmptyFileError", "nothing"),
    "wrong syntax": (HEAD.encode() + b":A a owl:Class .\n:B a", "RdfSyntaxError", "x.ttl:7"),
    "wrong ending": (b'{"@id": "http://example.org/a"}', "RdfSyntaxError", "JSON-LD"),
    "binary": (bytes(range(256)) * 9, "Error", "x.ttl"),
    "zip": (b"PK\x03\x04" + b"x" * 99, "Error", "zip"),
    "not text": (HEAD.encode() + b':A :p "\xff\xfe" .', "Error", "x.ttl"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_read_stops_the_merge_and_leaves_the_old_output(tmp_path, capsys, case):
    """What is wrong, where, and what to do; no half file, no new file."""
    data, error, words = BROKEN[case]
    path = tmp_path / "x.ttl"
    if data == "/":
        path.mkdir()
    elif data is not None:
        path.write_bytes(data)
    out = tmp_path / "out.ttl"
    out.write_text("old")
    status = main(["merge", str(path), "-o", str(out), "--without-ours"])
    said = capsys.readouterr()

    assert status == 3
    assert error in said.err
    assert words in said.err
    assert "Traceback" not in said.err
    assert out.read_text() == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
        {"out.ttl", *(["x.ttl"] if data is not None else [])}
    )


def test_bombs_are_refused(tmp_path, capsys):
    """XML with a DOCTYPE, JSON that nests too deep, and what is packed twice are not parsed."""
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&a;</rdf:RDF>'
    status = main(["merge", file(tmp_path, "a.owl", bomb), "-o", str(tmp_path / "out.nt"), "--without-ours"])
    deep = '{"@id":"http://example.org/a","http://example.org/p":' * 900 + '""' + "}" * 900
    nested = main(
        ["merge", file(tmp_path, "c.jsonld", deep), "-o", str(tmp_path / "out.nt"), "--without-ours"]
    )
    packed = gzip.compress(gzip.compress(b"\0" * (1 << 20)))
    again = main(
        ["merge", file(tmp_path, "b.owl.gz", packed), "-o", str(tmp_path / "out.nt"), "--without-ours"]
    )

    assert (status, nested, again) == (3, 3, 3)
    assert "DOCTYPE" in capsys.readouterr().err


def test_a_huge_literal_is_merged(tmp_path):
    """Length is no fault."""
    _, lines = merged(tmp_path, f':A rdfs:comment "{"x" * 3_000_000}" .', ":B a owl:Class .")

    assert len(lines) == 2


BAD_SETS = {
    "no column": ("subject_id\tobject_id\tmapping_justification\nex:A\tex:B\tx\n", "predicate_id"),
    "unknown prefix": (SSSOM_HEAD + "zz:A\tskos:exactMatch\t\tex:B\tsemapv:X\n", ":5"),
    "empty cell": (SSSOM_HEAD + "ex:A\tskos:exactMatch\t\t\tsemapv:X\n", "object_id is empty"),
    "no identifier": (SSSOM_HEAD + "ex:A\tskos:exactMatch\t\tex:a b\tsemapv:X\n", "gives no IRI"),
}


@pytest.mark.parametrize("case", BAD_SETS)
def test_a_mapping_set_with_a_fault_is_refused_by_line(tmp_path, case):
    """A missing column, an undeclared prefix, an empty cell, a cell that gives no IRI."""
    text, words = BAD_SETS[case]
    with pytest.raises(errors.MappingSetError, match=words):
        merge([file(tmp_path, "a.sssom.tsv", text)], str(tmp_path / "out.nt"), ALONE)


def test_wrong_options_are_refused(tmp_path, capsys):
    """An unknown ending, an unknown kind of conflict, nothing to merge, an unknown form of report."""
    path = file(tmp_path, "a.ttl", RESTRICTION)
    calls = [
        ["merge", path, "-o", str(tmp_path / "out.docx")],
        ["merge", path, "-o", str(tmp_path / "out.ttl"), "--fail-on", "eror"],
        ["merge", "--without-ours", "-o", str(tmp_path / "out.ttl")],
        ["merge", path, "-o", str(tmp_path / "out.ttl"), "--report", str(tmp_path / "r.pdf")],
        ["merge", path, "-o", str(tmp_path)],
    ]

    assert [main(call) for call in calls] == [2, 2, 2, 2, 2]
    assert "Nearest: error" in capsys.readouterr().err
    assert not (tmp_path / "out.ttl").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_a_full_disk_leaves_the_old_output(tmp_path, monkeypatch, capsys):
    """What cannot be written to its end does not take the place of what is there."""
    from aa_ld.merging import output

    out = tmp_path / "out.ttl"
    out.write_text("old")

    def full(handle: int, *words: object, **more: object) -> object:
        os.close(handle)
        return open("/dev/full", "wb", buffering=0)

    monkeypatch.setattr(output.os, "fdopen", full)
    status = main(["merge", file(tmp_path, "a.ttl", RESTRICTION), "-o", str(out), "--without-ours"])

    assert status == 3
    assert "No space left" in capsys.readouterr().err
    assert out.read_text() == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.ttl", "out.ttl"]


def test_an_output_on_another_disk_is_copied_there(tmp_path, monkeypatch):
    """Where the file cannot just be given its name, it is written beside it; what comes out is the same."""
    from aa_ld.merging import output

    _, lines = merged(tmp_path, RESTRICTION)
    replace, asked = os.replace, []

    def other_disk(source: str | Path, target: Path) -> None:
        asked.append(source)
        if len(asked) == 1:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        replace(source, target)

    monkeypatch.setattr(output.os, "replace", other_disk)
    _, copied = merged(tmp_path, RESTRICTION, out="copied.nt")

    assert (lines, len(asked)) == (copied, 2)


def test_the_report_is_there_as_text_json_and_page(tmp_path, capsys):
    """All hold the same conflicts, and a page holds no script, no other host, and nothing unescaped."""
    label = ':A a owl:Class ; rdfs:label "<script>alert(1)</script>"@en .'
    paths = [
        file(tmp_path, "a.ttl", label),
        file(tmp_path, "b.ttl", ':A a owl:Class ; rdfs:label "B & C"@en .'),
    ]
    for ending in ("txt", "json", "html"):
        main(
            [
                "merge",
                *paths,
                "-o",
                str(tmp_path / "out.ttl"),
                "--without-ours",
                "--report",
                str(tmp_path / f"r.{ending}"),
            ]
        )
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))

    assert "Terms with different labels" in capsys.readouterr().out
    assert "Terms with different labels" in (tmp_path / "r.txt").read_text(encoding="utf-8")
    assert "label-clash" in {conflict["kind"] for conflict in told["conflicts"]}
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "src=" not in page


def test_nothing_is_lost_by_an_independent_count(tmp_path):
    """Every triple of every input, counted by another library, has its image in the output."""
    import rdflib
    from rdflib.compare import to_isomorphic

    texts = [
        RESTRICTION + ANNOTATED + ':A rdfs:label "a"@en .',
        RESTRICTION + ":B rdfs:subClassOf :C ; owl:disjointWith :D .",
    ]
    _, lines = merged(tmp_path, *texts)
    together = rdflib.Graph().parse(data="\n".join(lines), format="nt")
    for text in texts:
        for triple in rdflib.Graph().parse(data=HEAD + text, format="turtle"):
            if not any(isinstance(term, rdflib.BNode) for term in triple):
                assert triple in together
    alone = rdflib.Graph().parse(data=HEAD + texts[0], format="turtle")
    _, again = merged(tmp_path, texts[0])

    assert to_isomorphic(alone) == to_isomorphic(rdflib.Graph().parse(data="\n".join(again), format="nt"))
    assert len(list(parse("\n".join(lines), RdfFormat.N_TRIPLES))) == len(lines)
