"""What differs between two versions of facts, and what follows from that."""

from __future__ import annotations

import json
from functools import cache

import pytest
from curated import DOCS, GOOD, quads, shipped, table
from pyoxigraph import RdfFormat, parse

from aa_ld import places
from aa_ld.cli import main
from aa_ld.curation.facts import import_rows
from aa_ld.diff import diff, read_version
from aa_ld.errors import EmptyFileError, UnknownSyntaxError


@cache
def curated() -> str:
    return (DOCS / "curating.ttl").read_text(encoding="utf-8")


def changed(old: str, new: str, back_too: bool = False) -> list[str]:
    """The kinds of change that replacing words in the file of the docs comes to."""
    edited = curated().replace(old, new)
    assert edited != curated()
    sides = [[*parse(text.encode(), RdfFormat.TURTLE)] for text in (curated(), edited)]
    return [change.kind for change in diff(*(reversed(sides) if back_too else sides))]


PEOPLE = "aa:population aa:PatientWithAlopeciaAreata ;"


@pytest.mark.parametrize(
    ("old", "new", "there", "back_again"),
    [
        (PEOPLE, PEOPLE.replace(" ;", "AndAtopicDermatitis ;"), "scope-narrowed", "scope-widened"),
        (PEOPLE, "aa:population aa:NotStated ;", "scope-widened", "scope-narrowed"),
        (PEOPLE, "aa:population aa:HealthyPerson ;", "scope-changed", "scope-changed"),
        ("aa:compartment aa:Serum ;", "aa:compartment aa:NotStated ;", "scope-widened", "scope-narrowed"),
        ("aa:compartment aa:Serum ;", "aa:compartment aa:Blood ;", "scope-changed", "scope-changed"),
        ("aa:direction aa:Unchanged ;", "aa:direction aa:Raised ;", "content-changed", "content-changed"),
        ('rdfs:label "Possibly i', 'rdfs:label "It may be that i', "sentence-reworded", "sentence-reworded"),
        ("aa:sampleSize 24 ;", "aa:sampleSize 25 ;", "evidence-changed", "evidence-changed"),
        ("aa:design aa:CohortStudy ;", "aa:design aa:CaseSeries ;", "evidence-changed", "evidence-changed"),
        ('dcterms:identifier "NF01" ;', 'dcterms:identifier "NF09" ;', "identifier-changed", "identifier-changed"),
        ('aa:hedge "may" ;', 'aa:hedge "might" ;', "hedge-reworded", "hedge-reworded"),
        ('aa:hedge "may" ;', 'aa:hedge "likely" ;', "hedge-raised", "hedge-lowered"),
        ('  aa:hedge "may" ;\n', "", "hedge-dropped", "hedge-added"),
        ("aa:hedgeSpan span:curating-36-39 ;", "aa:hedgeSpan span:curating-0-26 ;", "evidence-changed", "evidence-changed"),
        ("Invented Journal", "Another Journal", "other", "other"),
        ("  aa:mentions aa:Serum ;\n", "", "other", "other"),
    ],
)  # fmt: skip
def test_a_change_is_told_by_its_kind(old, new, there, back_again):
    """One change comes to one kind, and to its opposite the other way round."""
    assert changed(old, new) == [there]
    assert changed(old, new, back_too=True) == [back_again]


def test_a_certainty_raised_in_fact_and_line_is_told_once():
    """The line follows its fact."""
    assert changed("aa:certainty aa:Possible ;", "aa:certainty aa:Reported ;") == ["certainty-raised"]
    assert changed("aa:certainty aa:Possible ;", "aa:certainty aa:Reported ;", True) == ["certainty-lowered"]


def test_a_flipped_polarity_takes_its_conclusions_with_it():
    """What rested on the fact alone no longer follows."""
    lone = curated().replace("aa:LocalImmunotherapy", "aa:Omalizumab")
    sides = [parse(text.encode(), RdfFormat.TURTLE) for text in (lone, lone.replace("Positive", "Negative"))]
    kinds = [change.kind for change in diff(*sides)]

    assert kinds.count("polarity-flipped") == 2
    assert "conclusion-fallen" in kinds


def test_facts_added_and_removed_are_told_with_what_follows():
    """An added fact brings its conclusions, or new grounds for them."""
    new = [*parse(curated().encode(), RdfFormat.TURTLE)]
    kinds = {change.kind for change in diff([], new)}

    assert kinds == {"added", "conclusion-regrounded", "other"}
    assert {change.kind for change in diff(new, [])} == {"removed", "conclusion-regrounded", "other"}


def test_an_evidence_line_that_goes_is_told():
    """A fact may keep standing on the line that is left."""
    more = {"id": "NF01", "publication": "the review", "kind": "review statement", "stance": "supporting"}
    one, two = (import_rows(shipped(), table(*rows), "x.tsv").triples for rows in ((GOOD,), (GOOD, more)))
    sides = [quads(found) for found in (one, two)]

    assert [c.kind for c in diff(*sides)] == ["evidence-added"]
    assert [c.kind for c in diff(*reversed(sides))] == ["evidence-removed"]


def test_two_versions_of_the_whole_knowledge_are_compared(tmp_path):
    """A folder that brings the ontology stands alone."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        for layer in ("ontology", "review"):
            for path in places.layer_files(layer):
                (tmp_path / name / path.name).write_bytes(path.read_bytes())
    review = tmp_path / "new" / "review.ttl"
    review.write_text(review.read_text(encoding="utf-8").replace("aa:predicate aa:induces ;\n  aa:object aa:Type2Inflammation", "aa:predicate aa:induces ;\n  aa:object aa:Type1Inflammation"), encoding="utf-8")  # fmt: skip
    found = diff(read_version(tmp_path / "old"), read_version(tmp_path / "new"))
    kinds = [change.kind for change in found]

    assert kinds[0] == "content-changed"
    assert "conclusion-fallen" in kinds
    assert (
        diff(read_version(tmp_path / "old"), read_version(tmp_path / "old")).to_text() == "Both say the same."
    )


def test_a_folder_without_turtle_is_told(tmp_path):
    """There is nothing to compare."""
    with pytest.raises(EmptyFileError):
        read_version(tmp_path)


def test_a_table_is_to_be_turtle_first(tmp_path):
    """The command that makes it so is named."""
    (tmp_path / "x.tsv").write_text("id\n", encoding="utf-8")

    with pytest.raises(UnknownSyntaxError, match="aa-ld import"):
        read_version(tmp_path / "x.tsv")


def test_diff_tells_programs_and_its_exit_status(capsys):
    """0 where both say the same, 1 where not; JSON holds every change."""
    example, other = str(DOCS / "example.ttl"), str(DOCS / "curating.ttl")

    assert main(["diff", example, example, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"same": True, "changes": []}
    assert main(["diff", example, other, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {"added", "removed"} <= {change["kind"] for change in told["changes"]}
