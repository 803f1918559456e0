"""Merging with real ontologies: known conflicts, hand-checked ones, nothing lost, every answer the same."""

import csv
import gzip
import re
from collections import defaultdict
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from aa_ld.infer import infer
from aa_ld.merging import drift
from aa_ld.merging.conflict import Conflict
from aa_ld.merging.merged import Merged, Options, merge
from aa_ld.question import read_questions
from aa_ld.store import Merged as OneGraph
from aa_ld.store import open_layers

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the ontologies to merge with are not beside this checkout"
)
OBO, MESH = "http://purl.obolibrary.org/obo/", "http://id.nlm.nih.gov/mesh/"
XREF = "http://www.geneontology.org/formats/oboInOwl#hasDbXref"
DOID, MONDO = DATA / "doid/doid.2016-09-01.nt.gz", DATA / "mondo/mondo-backbone.nt.gz"
MAPPED = [
    MONDO,
    DOID,
    DATA / "mondo/mondo_exactmatch_mesh.sssom.tsv",
    DATA / "mappings/biomappings_positive.sssom.tsv",
]
ONTOLOGIES = [
    MONDO, DOID, DATA / "cl/cl-edit.2026-08-19.nt.gz", DATA / "mesh/mesh2019-backbone.nt.gz", DATA / "ro/ro.owl",
    DATA / "eco/eco-basic.2024-03-25.owl",
]  # fmt: skip


def obo(curie: str) -> str:
    return OBO + curie.replace(":", "_")


def known() -> list[dict[str, str]]:
    with (DATA / "mappings" / "known_conflicts.tsv").open(encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t"))


def absent() -> list[dict[str, str]]:
    """The known conflicts that rest on a cross-reference which no input here has: a text search, nothing of ours."""
    doid = gzip.decompress(DOID.read_bytes()).decode()
    there = {(d, m) for d, m in re.findall(r"/DOID_(\d+)> <[^>]*hasDbXref> \"MESH:(\w+)\"", doid)}
    pairs = MAPPED[3].read_text(encoding="utf-8").lower()
    there |= {
        (d, m.upper()) for m, d in re.findall(r"^mesh:(\w+)\t[^\t]*\t[^\t]*\tdoid:(\d+)\t", pairs, re.M)
    }
    there |= {
        (d, m.upper()) for d, m in re.findall(r"^doid:(\d+)\t[^\t]*\t[^\t]*\tmesh:(\w+)\t", pairs, re.M)
    }
    return [
        row for row in known()
        if row["kind"] == "doid-vs-mondo" and not any((row["left_id"][5:], mesh) in there for mesh in row["mesh"].split("|"))
    ]  # fmt: skip


@pytest.fixture(scope="module")
def mapped(tmp_path_factory) -> Merged:
    """The raw inputs, and the cross-references of a later DOID, as the known conflicts tell them, as a file of their own."""
    lines = [
        f'<{obo(row["left_id"])}> <{XREF}> "MESH:{mesh}" .'
        for row in absent()
        for mesh in row["mesh"].split("|")
    ]
    later = tmp_path_factory.mktemp("mapped") / "later-doid.nt"
    later.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return merge([*map(str, MAPPED), str(later)], None, Options(with_ours=False, fail_on=("none",)))


def by_term(done: Merged, *kinds: str) -> dict[str, list[Conflict]]:
    found = defaultdict(list)
    for conflict in done.conflicts:
        if conflict.kind in kinds:
            for term in conflict.terms:
                found[term].append(conflict)
    return found


def telling(row: dict[str, str], told: dict[str, list[Conflict]]) -> list[Conflict]:
    """The conflicts that name both classes and a heading of a known one."""
    headings = {MESH + mesh for mesh in row["mesh"].split("|")}
    return [
        c for c in told[obo(row["left_id"])] if obo(row["right_id"]) in c.terms and headings & set(c.terms)
    ]


def test_all_known_mapping_conflicts_are_found(mapped):
    """94 of the 130 stand in the inputs that are here; 36 rest on cross-references of a later DOID, given beside them."""
    told = by_term(mapped, "sources-disagree", "one-to-many", "many-to-one", "detour")
    gone = [row["left_id"] for row in absent()]
    raw = [row for row in known() if row["left_id"] not in gone]

    assert [row for row in known() if not telling(row, told)] == []
    assert (len(known()), len(gone), len(raw)) == (130, 36, 94)
    assert [row for row in raw if all("later-doid.nt" in c.files for c in telling(row, told))] == []
    assert [row for row in absent() if not any("later-doid.nt" in c.files for c in telling(row, told))] == []


#: Read by hand in the files: kind, and terms that one conflict of this kind names.
REAL = [
    ("sources-disagree", f"{MESH}C537055", obo("MONDO:0008757"), obo("MONDO:0800198")),
    ("sources-disagree", f"{MESH}D005667", obo("MONDO:0025419"), obo("MONDO:0100595")),
    ("sources-disagree", f"{MESH}D019572", obo("MONDO:0003072"), obo("MONDO:0021231")),
    ("detour", obo("DOID:3827"), obo("MONDO:0005711"), f"{MESH}D006548", f"{MESH}D065630"),
    ("detour", f"{MESH}D000848", obo("DOID:0050591"), obo("MONDO:0008797"), obo("MONDO:0005486")),
    ("one-to-many", obo("MONDO:0006451"), obo("DOID:3284"), obo("DOID:4554")),
    ("one-to-many", obo("MONDO:0004473"), obo("NCIT:C35697"), obo("NCIT:C4836")),
    ("many-to-one", f"{MESH}D007252", obo("VO:0000642"), obo("VO:0003495")),
    ("obsolete-referenced", obo("MONDO:0000651"), f"{MESH}D013896"),
    ("obsolete-referenced", obo("DOID:10993"), obo("MONDO:0020068")),
]
#: Read by hand too: terms that match as they should, or not at odds with anything.
NONE = [obo("MONDO:0005340"), obo("DOID:986"), f"{MESH}D000506", obo("MONDO:0004907"), obo("DOID:987")]


@pytest.mark.parametrize("case", REAL, ids=lambda case: f"{case[0]} {case[1].rsplit('/', 1)[-1]}")
def test_a_hand_checked_conflict_is_found_as_what_it_is(mapped, case):
    """Kind and terms, as read in the files."""
    kind, *terms = case

    assert [c for c in by_term(mapped, kind)[terms[0]] if set(terms) <= set(c.terms)] != []


@pytest.mark.parametrize("term", NONE)
def test_what_was_checked_by_hand_and_is_no_conflict_is_not_reported(mapped, term):
    """Alopecia areata and its neighbours match each other and nothing else."""
    kinds = (
        "sources-disagree",
        "one-to-many",
        "many-to-one",
        "detour",
        "category-clash",
        "obsolete-referenced",
    )

    assert by_term(mapped, *kinds)[term] == []


@pytest.fixture(scope="module")
def together(tmp_path_factory) -> tuple[Merged, Path]:
    """Ours with MONDO, DOID, CL, MeSH, RO and ECO."""
    out = tmp_path_factory.mktemp("together") / "together.nt"
    return merge(map(str, ONTOLOGIES), str(out)), out


def test_merging_with_real_ontologies_passes_the_gate(together):
    """No answer and no conclusion changes, no class becomes impossible, nothing is lost."""
    done, _ = together

    assert done.written
    assert done.counts["lost"] == 0
    assert [check.found for check in done.checks] == ["nothing impossible", "all the same"]
    assert {c.kind for c in done.conflicts if c.grave == "error"} <= {"two-kinds"}


def structures(lines: list[bytes]) -> tuple[set[bytes], set[str]]:
    """Triples without blank nodes as they stand; of those with blank nodes, each from where it hangs down, as one text."""
    plain, below, hanging = set(), defaultdict(list), []
    for line in lines:
        s, p, o = line[:-2].split(b" ", 2)
        if s[:2] == b"_:":
            below[s].append((p, o))
        elif o[:2] == b"_:":
            hanging.append((s, p, o))
        else:
            plain.add(line)
    used = {o for parts in below.values() for _, o in parts}

    def text(node: bytes) -> str:
        if node[:2] != b"_:":
            return node.decode()
        return "[" + " ; ".join(sorted({f"{p.decode()} {text(o)}" for p, o in below[node]})) + "]"

    told = {f"{s.decode()} {p.decode()} {text(o)}" for s, p, o in hanging}
    named = {o for _, _, o in hanging}
    return plain, told | {text(node) for node in below if node not in used and node not in named}


def test_no_triple_of_real_ontologies_is_lost(together):
    """Counted by other means: each triple, and each structure of blank nodes, of each input is in the output.

    What is not there is the type and the imports of other headers, and annotations that say less than another of the
    same axiom.
    """
    _, out = together
    plain, told = structures(out.read_bytes().splitlines())
    missing, untold = set(), set()
    for path in ONTOLOGIES:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        form = RdfFormat.RDF_XML if path.suffix == ".owl" else RdfFormat.N_TRIPLES
        lines = (serialize(parse(data, form), format=RdfFormat.N_QUADS) or b"").splitlines()
        mine, said = structures(lines)
        missing |= mine - plain
        untold |= said - told

    assert [line for line in missing if b"owl#Ontology>" not in line and b"owl#imports>" not in line] == []
    assert all("owl#annotatedSource>" in each for each in untold)
    assert len(untold) < 10


@pytest.mark.reference
def test_answers_over_what_ours_lead_to_are_those_over_the_whole(together):
    """All rules and all questions over every triple of the merged graph: the same rows as over ours alone."""
    _, out = together
    layers = open_layers()
    own = {f"{quad.triple} .".encode() for quad in layers.store.quads_for_pattern(None, None, None)}
    foreign = b"\n".join(line for line in out.read_bytes().splitlines() if line not in own)
    layers.store.bulk_load(foreign, RdfFormat.N_TRIPLES, to_graph=layers.graph("data"))
    infer(layers)
    concluded = layers.store.quads_for_pattern(None, None, None, layers.graph("inferred"))
    whole = drift.State(
        OneGraph(layers.store.quads_for_pattern(None, None, None)),
        frozenset(str(q.triple) for q in concluded),
    )
    ours = drift.state()

    assert whole.concluded == ours.concluded
    assert {
        name for name, q in read_questions().items() if drift.answer(whole, q) != drift.answer(ours, q)
    } == set()
