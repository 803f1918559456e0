"""The wider answers hold what the list of competency questions names, as far as it is loaded.

The list names facts by the rows of the curated table. A fact may stand in an
answer itself, as the premise of a conclusion, or as the other fact that a row
counts through. Facts of publications without an identifier are not loaded; they
are listed in docs/curation.md.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode
from test_questions import bound_to_all

from aa_ld import load
from aa_ld.question import read_questions

LIST = Path(__file__).parents[2] / "shared" / "domain" / "CQS.md"
CURATION = Path(__file__).parents[1] / "docs" / "curation.md"

#: What the list names and the answer does not hold, with the reason.
ELSEWHERE = {
    "CQ02": {"LF111": "a level in lesions, not a link; it stands under raised markers"},
    "CQ07": {"LF088": "a negative finding, told below the rows: a loaded fact says no"},
    "CQ11": {"LF040": "the severity is a fact of its own, without a number of the table"},
    "CQ18": {
        "LF137": "a later fall of type 1 markers; the balance is told for each time, and no verdict at this one",
        "LF156": "a hypothesis about an axis that names no treatment as its subject",
    },
    "CQ20": dict.fromkeys(("LF196", "LF197"), "its sign is not printed, so nobody said that it worsens"),
    "CQ38": {"LF104": "of another publication; the question is about the abstract of the review"},
}

pytestmark = pytest.mark.skipif(
    not LIST.exists(), reason="the list of competency questions is not on this machine"
)


def listed() -> dict[str, set[str]]:
    """Competency question to the rows of the table in its wider column."""
    found = {}
    for line in LIST.read_text(encoding="utf-8").splitlines() if LIST.exists() else []:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if re.fullmatch(r"CQ\d\d", cells[0]):
            spans = re.findall(r"LF(\d{3})-LF(\d{3})", cells[-1])
            found[cells[0]] = {f"LF{n:03}" for a, b in spans for n in range(int(a), int(b) + 1)}
            found[cells[0]] |= set(re.findall(r"LF\d{3}", cells[-1]))
    return found


@pytest.fixture(scope="module")
def kb():
    return load()


@pytest.fixture(scope="module")
def held(kb) -> dict[str, set[str]]:
    """Competency question to the identifiers of the facts that its answer holds."""
    ids = {fact.iri: fact.id for fact in kb.facts()}
    derived = {
        iri: kb.explain(iri).facts[0].grounds()
        for iri in kb.inferred().subjects("inferred")
        if "/derived-" in iri
    }
    found: dict[str, set[str]] = {}
    for name, question in read_questions().items():
        rows = bound_to_all(kb.inferred(), name)
        terms = {cell.value for row in rows for cell in row.values() if isinstance(cell, NamedNode)}
        facts = terms | {ground for term in terms for ground in derived.get(term, ())}
        for cq in question.cq:
            found.setdefault(cq, set()).update(ids[fact] for fact in facts if ids.get(fact))
    return found


@pytest.mark.parametrize("cq", sorted(listed()))
def test_the_wider_answer_holds_the_facts_that_the_list_names(cq, kb, held):
    """Every loaded fact of the list is in the answer, but those with a reason, which are indeed not there."""
    loaded = {fact.id for fact in kb.facts()}
    missing = (listed()[cq] & loaded) - held[cq]

    assert missing == set(ELSEWHERE.get(cq, {}))


def test_what_the_list_names_and_nobody_could_load_is_open_curation_work(kb):
    """Each fact that is not loaded stands in docs/curation.md."""
    loaded = {fact.id for fact in kb.facts()}
    text = CURATION.read_text(encoding="utf-8")
    lost = {name for names in listed().values() for name in names} - loaded

    assert {name for name in lost if name not in text} == set()
