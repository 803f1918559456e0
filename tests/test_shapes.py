"""The shapes: each constraint fails on a file made to break it, and on nothing else.

tests/shapes/example.ttl is a small invented paper with its record, and passes.
A file bad-<what>.ttl restates a few of its nodes with one defect; its twin
good-<what>.ttl restates them without. expected.tsv says what the bad file
breaks, to the letter.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from aa_ld import places
from aa_ld.errors import ParameterValueError
from aa_ld.report import Finding, Report
from aa_ld.shapes import constraints
from aa_ld.store import Layers, open_layers, rows
from aa_ld.turtle import format_turtle
from aa_ld.validate import Hit, Reference, sparql_hits, validate
from aa_ld.vocab import BASE, RDF_TYPE

HERE = Path(__file__).parent / "shapes"
BAD = sorted(HERE.glob("*/bad-*.ttl"))
GOOD = sorted(HERE.glob("*/good-*.ttl"))
KNOWN = constraints()


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def triples(path: Path) -> list[Triple]:
    return [quad.triple for quad in parse(path.read_bytes(), RdfFormat.TURTLE)]


class Example:
    """The shipped words and the invented paper, in which nodes can be restated."""

    def __init__(self) -> None:
        self.layers = Layers()
        for layer in ("ontology", "mappings"):
            for path in places.layer_files(layer):
                self.layers.add_file(str(path), "example")
        self.graph = self.layers.graph("example")
        self.paper = triples(HERE / "example.ttl")
        self.layers.add_quads(map(self.quad, self.paper), "example")
        self.reports: dict[Path, Report] = {}

    def quad(self, triple: Triple) -> Quad:
        return Quad(triple.subject, triple.predicate, triple.object, self.graph)

    def with_file(self, path: Path) -> Report:
        """What validation finds once the nodes of the file are restated; found once for all tests that ask."""
        if path not in self.reports:
            self.restate(new := triples(path))
            try:
                self.reports[path] = validate(self.layers)
            finally:
                self.take_back(new)
        return self.reports[path]

    def restate(self, new: list[Triple]) -> None:
        subjects = {triple.subject for triple in new}
        for triple in self.paper:
            if triple.subject in subjects:
                self.layers.store.remove(self.quad(triple))
        self.layers.add_quads(map(self.quad, new), "example")

    def take_back(self, new: list[Triple]) -> None:
        for triple in new:
            self.layers.store.remove(self.quad(triple))
        self.layers.add_quads(map(self.quad, self.paper), "example")


@pytest.fixture(scope="module")
def example() -> Example:
    return Example()


def expected_rows(folder: Path) -> list[tuple[str, str, str]]:
    """File, check and message of each line of an expected.tsv."""
    lines = (folder / "expected.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [tuple(line.split("\t")) for line in lines]


EXPECTED: dict[str, list[tuple[str, str]]] = {}
for _folder in sorted({path.parent for path in BAD}):
    for _file, _check, _message in expected_rows(_folder):
        EXPECTED.setdefault(f"{_folder.name}/{_file.removesuffix('.ttl')}", []).append((_check, _message))


def test_the_shipped_knowledge_breaks_no_constraint():
    """Words, table of MeSH records and facts of the review pass every shape without any remark."""
    assert validate(open_layers()).to_text() == "Nothing found.\n"


def test_the_invented_paper_breaks_no_constraint(example):
    """The example that the bad files are cut from passes every shape."""
    assert validate(example.layers).to_text() == "Nothing found.\n"


@pytest.mark.parametrize("path", BAD, ids=name)
def test_a_bad_file_breaks_exactly_the_expected_constraints(example, path):
    """A file with one defect gives the findings of expected.tsv, with their messages, and no other."""
    found = sorted({(f.check, f.message) for f in example.with_file(path)})

    assert found == sorted(EXPECTED[name(path)])


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_a_good_twin_breaks_nothing(example, path):
    """The twin without the defect passes; where it adds nothing to the example, the example has passed."""
    if set(triples(path)) <= set(example.paper):
        subjects = {triple.subject for triple in triples(path)}
        assert set(triples(path)) == {t for t in example.paper if t.subject in subjects}
    else:
        assert example.with_file(path).to_text() == "Nothing found.\n"


def test_every_bad_file_has_a_twin_that_differs():
    """bad-<what>.ttl and good-<what>.ttl stand side by side and are not the same."""
    twins = {path: path.with_name(path.name.replace("bad-", "good-")) for path in BAD}

    assert sorted(twins.values()) == GOOD
    assert [name(b) for b, good in twins.items() if b.read_text() == good.read_text()] == []


def test_every_constraint_has_a_file_that_breaks_it():
    """No constraint is decoration: each is the finding of a bad file in the folder of its class."""
    broken = {
        check
        for path, found in EXPECTED.items()
        for check, _ in found
        if check.startswith(path.split("/")[0] + "-")
    }

    assert sorted(set(KNOWN) - broken) == []


def test_every_message_has_two_halves():
    """A message names the node and says what is wrong in one sentence, then what to do."""
    for constraint in KNOWN.values():
        assert constraint.message.endswith(".") and constraint.remedy.endswith("."), constraint.check
        assert "{$this}" in constraint.message and "{" not in constraint.remedy, constraint.check
        selects_value = "?value" in constraint.select.partition("{")[0]
        assert not ("{?value}" in constraint.message and not selects_value), constraint.check


def test_no_constraint_holds_what_a_set_based_query_would_misread():
    """GRAPH, MINUS, SERVICE, VALUES, nested SELECT and ?path stand in no constraint."""
    banned = re.compile(r"\b(GRAPH|MINUS|SERVICE|VALUES|FROM|UNION)\b|\?path\b|\{\s*SELECT")
    found = [c.check for c in KNOWN.values() if banned.search(c.select)]

    assert found == []


def test_shapes_and_fixtures_keep_the_layout_of_the_house():
    """Every Turtle file under shapes/ and tests/shapes/ is what the formatter writes."""
    files = [*places.shape_files(), *BAD, *GOOD, HERE / "example.ttl"]
    moved = [
        path.name
        for path in files
        if format_turtle(path.read_text(encoding="utf-8")) != path.read_text(encoding="utf-8")
    ]

    assert moved == []


def hits(found: Iterable[Hit]) -> set[tuple[str, str, str]]:
    """What an engine gave, so that two can be compared."""
    return {
        (check, focus, "" if value is None else str(getattr(value, "value", value)))
        for check, focus, value in found
    }


@pytest.mark.reference
def test_both_engines_agree_on_every_bad_file(example):
    """pySHACL and the set-based queries find the same checks, nodes and values in each bad file."""
    reference = Reference(example.layers)
    differing = []
    for path in BAD:
        ours = {(f.check, f.focus, f.value) for f in example.with_file(path)}
        new = triples(path)
        subjects = {triple.subject for triple in new}
        old = [triple for triple in example.paper if triple.subject in subjects]
        focus = {node for _, node, _ in ours} | {s.value for s in subjects if isinstance(s, NamedNode)}
        change(reference.graph, gone=old, come=new)
        theirs = hits(reference.hits(KNOWN, sorted(focus)))
        change(reference.graph, gone=new, come=old)
        if ours != theirs:
            differing.append((name(path), sorted(ours ^ theirs)))

    assert differing == []


def change(graph, gone: list[Triple], come: list[Triple]) -> None:
    """Take triples out of an rdflib graph and put others in; blank nodes keep their names."""
    from rdflib import BNode, Graph, URIRef

    def read(part: list[Triple]) -> Graph:
        lines = (f"{t} .\n" for t in part if "_:" not in str(t))
        return Graph().parse(data="".join(lines), format="nt")

    for triple in read(gone):
        graph.remove(triple)
    for subject in {t.subject.value for t in gone if "_:" in str(t)}:
        for triple in [t for t in graph.triples((URIRef(subject), None, None)) if isinstance(t[2], BNode)]:
            graph.remove(triple)
    for triple in read(come):
        graph.add(triple)
    for triple in (t for t in come if "_:" in str(t)):
        graph.parse(data=f"{triple} .\n", format="nt")


#: As many nodes of each class are looked at in what is shipped.
MOST = 5


def sample(layers: Layers) -> list[str]:
    """Of what is shipped up to MOST nodes of each class, drawn by a fixed seed, and what these lead to in two steps.

    Words are drawn as classes and properties; what facts lead to is of their own kind, not words.
    """
    of_class: dict[str, set[str]] = {}
    leads: dict[str, set[str]] = {}
    for quad in layers.store:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode):
            continue
        if quad.predicate.value == RDF_TYPE:
            of_class.setdefault(value.value, set()).add(subject.value)
        elif value.value.removeprefix(BASE).count("/") == 1:  # fact/…, evidence/…, span/…
            leads.setdefault(subject.value, set()).add(value.value)
    chance = random.Random(1)
    drawn = {
        node
        for _, nodes in sorted(of_class.items())
        for node in chance.sample(sorted(nodes), min(MOST, len(nodes)))
    }
    for _ in range(2):
        drawn |= {other for node in drawn for other in leads.get(node, ())}
    return sorted(drawn)


@pytest.mark.reference
def test_both_engines_agree_on_a_sample_of_what_is_shipped():
    """pySHACL too finds nothing in nodes of every class, over the whole graph."""
    layers = open_layers()

    assert list(Reference(layers).hits(KNOWN, sample(layers))) == []


def test_every_constraint_has_a_node_in_the_sample():
    """What no constraint looks at in the sample is not there to be looked at."""
    layers = open_layers()
    drawn = set(sample(layers))
    unseen = []
    for constraint in KNOWN.values():
        bodies = [query.partition("{")[2].partition(" .")[0] for query in constraint.queries()]
        heads = [query.partition("SELECT")[0] for query in constraint.queries()]
        targets = {
            row["this"].value
            for head, body in zip(heads, bodies, strict=True)
            for row in rows(layers, f"{head}SELECT DISTINCT ?this {{ {body} . FILTER(isIRI(?this)) }}")
        }
        if targets and not targets & drawn:
            unseen.append(constraint.check)

    assert unseen == []


@pytest.mark.reference
def test_both_engines_agree_on_a_review_with_several_defects():
    """On the review without its hedges, both engines give the same findings, node by node."""
    layers = open_layers()
    hedges = list(layers.store.quads_for_pattern(None, NamedNode("https://w3id.org/aa-ld/hedge"), None))
    for quad in hedges:
        layers.store.remove(quad)
    ours = hits(sparql_hits(layers, KNOWN.values()))
    focus = sorted({q.subject.value for q in hedges} | {node for _, node, _ in ours})

    assert {check for check, _, _ in ours} == {"EvidenceLine-hedge-words", "EvidenceLine-unhedged"}
    assert ours == hits(Reference(layers).hits(KNOWN, focus))


def test_validation_needs_nothing_but_a_select(example):
    """Anything that answers a SELECT can be validated, so a SPARQL server can be too."""

    class Server:
        def select(self, query: str) -> bytes:
            return example.layers.select(query)

    assert validate(Server()).conforms
    with pytest.raises(ParameterValueError):
        validate(Server(), engine="pyshacl")


def test_an_unknown_engine_is_refused(example):
    """An engine that does not exist is a fault of the call."""
    with pytest.raises(ParameterValueError, match="no such engine"):
        validate(example.layers, engine="magic")


def test_a_misspelt_name_gets_the_nearest_one(example):
    """The finding for a term that no file declares names the one that was meant."""
    report = example.with_file(HERE / "Record" / "bad-value-undeclared.ttl")
    (finding,) = [f for f in report if f.check == "Record-value-undeclared"]

    assert finding.message.endswith("Nearest: aa:Interleukin4.")


def test_a_remark_does_not_stop_a_release(example):
    """A report with warnings only conforms."""
    report = example.with_file(HERE / "Fact" / "bad-certainty-below.ttl")

    assert {f.severity for f in report} == {"warning"}
    assert report.conforms


def test_a_finding_says_file_and_line(example):
    """Given the text of the files, a finding names the line where the block of its node begins."""
    text = (HERE / "example.ttl").read_text(encoding="utf-8")
    path = HERE / "Fact" / "bad-no-polarity.ttl"
    new = triples(path)
    example.restate(new)
    (finding,) = validate(example.layers, files={"facts/example.ttl": text})
    example.take_back(new)

    assert finding.file == "facts/example.ttl"
    assert text.splitlines()[finding.line - 1] == "fact:example-interleukin-raised"


def test_checks_can_be_chosen(example):
    """Only the constraints that are named are run."""
    path = HERE / "Fact" / "bad-no-evidence.ttl"
    new = triples(path)
    example.restate(new)
    report = validate(example.layers, checks=["Fact-evidence"])
    example.take_back(new)

    assert [f.check for f in report] == ["Fact-evidence"]


SAMPLE = Report(
    [
        Finding(
            "Fact-label",
            "violation",
            "https://w3id.org/aa-ld/fact/b",
            "",
            "Fact fact:b has no label.",
            "Add it.",
        ),
        Finding(
            "Fact-x", "warning", "https://w3id.org/aa-ld/fact/a", "“y”", "It is odd.", "Look.", "a.ttl", 7
        ),
    ]
)


def test_a_report_reads_as_text():
    """Violations stand first; the last line counts."""
    expected = "violation: Fact fact:b has no label.\n  Add it.   (Fact-label)\n"
    expected += "a.ttl:7: warning: It is odd.\n  Look.   (Fact-x)\n1 violation, 1 warning.\n"

    assert SAMPLE.to_text() == expected


def test_a_report_reads_as_json():
    """JSON holds every field of every finding."""
    content = json.loads(SAMPLE.to_json())

    assert content["conforms"] is False
    assert content["findings"] == [finding._asdict() for finding in SAMPLE]


def test_a_report_reads_as_sarif():
    """SARIF 2.1.0 has one run, a rule a check, and for each result its level, text and place."""
    (run,) = json.loads(SAMPLE.to_sarif())["runs"]
    first, second = run["results"]

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["Fact-label", "Fact-x"]
    assert (first["level"], second["level"]) == ("error", "warning")
    place = second["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("a.ttl", 7)


def test_a_report_reads_as_a_shacl_validation_report():
    """The Turtle is an sh:ValidationReport in the layout of the house, the same bytes every time."""
    text = SAMPLE.to_turtle()
    layers = Layers()
    layers.add_quads(parse(text, RdfFormat.TURTLE), "report")
    sh = "PREFIX sh: <http://www.w3.org/ns/shacl#> "
    query = (
        sh + "SELECT ?r { ?n a sh:ValidationReport ; sh:conforms false ; sh:result ?r . ?r sh:focusNode ?f }"
    )

    assert format_turtle(text) == text == SAMPLE.to_turtle()
    assert len(rows(layers, query)) == 2
