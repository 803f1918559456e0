"""One fact, asked for on the terminal."""

from __future__ import annotations

import io
import sys

import pytest
from curated import GOOD, triples

from aa_ld.cli import main

ANSWERS = [
    "publication:invented", "y", "Invented Journal 2026", "the invented paper", "2026", "", "",
    "biomarker change", "dupilumab", "interleukin-5", "", "asserted", "high confidence",
    "patient with alopecia areata", "human", "serum", "not stated", "12 weeks", "lowered", "not applicable",
    "invented-cohort", "y", "the invented cohort", "", "", "finding of a study", "", "cohort study", "20", "", "",
]  # fmt: skip

#: Where the answers on the fact begin.
FACT = ANSWERS.index("biomarker change")


def dialogue(monkeypatch, answers: list[str], *arguments: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{answer}\n" for answer in answers)))
    return main(["add", *arguments])


def test_add_writes_a_fact_that_is_valid(monkeypatch, tmp_path, capsys):
    """The answers come to a file that validate finds nothing in."""
    target = tmp_path / "x.ttl"

    assert dialogue(monkeypatch, [*ANSWERS, "y"], "-o", str(target)) == 0
    assert main(["validate", str(target)]) == 0
    said = capsys.readouterr()
    assert "Dupilumab lowers the level of interleukin-5 in serum" in said.err
    assert target.read_text(encoding="utf-8").partition("\n\n")[2] in said.err


def test_add_adds_to_a_file_that_is_there(monkeypatch, tmp_path):
    """The facts of before stay, and the next identifier is offered."""
    target = tmp_path / "x.ttl"
    dialogue(monkeypatch, [*ANSWERS, "y"], "-o", str(target))
    before = triples(target)
    answers = ["publication:invented", *ANSWERS[FACT:]]
    answers[answers.index("interleukin-5")] = "interleukin-4"
    place = answers.index("invented-cohort")
    answers[place : place + 4] = ["cohort:invented-cohort"]  # known now, so nothing of it is asked

    assert dialogue(monkeypatch, [*answers, "y"], "-o", str(target)) == 0
    assert before < triples(target)
    assert '"NF02"' in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("given", range(0, len(ANSWERS) + 1, 4))
def test_add_that_ends_early_writes_nothing(monkeypatch, tmp_path, given, capsys):
    """Ctrl-D at any question leaves no file."""
    assert dialogue(monkeypatch, ANSWERS[:given], "-o", str(tmp_path / "x.ttl")) == 1
    assert list(tmp_path.iterdir()) == []
    assert "Nothing was written." in capsys.readouterr().err


def test_add_writes_nothing_without_a_yes(monkeypatch, tmp_path, capsys):
    """The Turtle was shown, and a no is a no."""
    assert dialogue(monkeypatch, [*ANSWERS, "n"], "-o", str(tmp_path / "x.ttl")) == 1
    assert list(tmp_path.iterdir()) == []
    assert "a aa:BiomarkerChange ;" in capsys.readouterr().err


def test_add_asks_again_with_the_nearest_term(monkeypatch, tmp_path, capsys):
    """A wrong answer is told at once, and the next one counts."""
    answers = [*ANSWERS]
    answers.insert(answers.index("serum"), "serun")
    answers.insert(answers.index("biomarker change"), "biomarker chnge")
    answers.insert(answers.index("dupilumab"), "dupil\u200fumab")
    answers.insert(answers.index("dupil\u200fumab"), "?")

    assert dialogue(monkeypatch, [*answers, "y"], "-o", str(tmp_path / "x.ttl")) == 0
    said = capsys.readouterr().err
    assert "Nearest: serum" in said
    assert "Nearest: biomarker change" in said
    assert ", dupilumab, " in said.replace("\n", " ").replace("      ", "")
    assert "U+200F, right-to-left mark" in said


def test_add_asks_for_the_column_that_the_shapes_find_fault_with(monkeypatch, tmp_path, capsys):
    """A sentence that does not fit is answered anew, and then the fact is good."""
    answers = [*ANSWERS[:-1], "Dupilumab does something.", "sentence", GOOD["sentence"].replace(" in p", " in humans, in p"), "y"]  # fmt: skip

    assert dialogue(monkeypatch, answers, "-o", str(tmp_path / "x.ttl")) == 0
    assert "Fact-label-object" in capsys.readouterr().err


def test_add_points_into_a_text(monkeypatch, tmp_path):
    """With a folder of texts a line can have its span, hedge and cue."""
    (tmp_path / "mine.txt").write_text("Dupilumab may lower the level of interleukin-5 in serum in patients with alopecia areata.", encoding="utf-8")  # fmt: skip
    answers = [*ANSWERS[:-2]]
    answers[answers.index("asserted")] = "possible"
    span = "Dupilumab may lower the level of interleukin-5 in serum in patients with alopecia areata"
    answers += [
        "y",
        "mine",
        span,
        "",
        "may",
        "",
        "",
        "dupilumab; interleukin-5; serum; patient with alopecia areata; alopecia areata",
    ]
    answers += ["implied", "species", "", ""]
    target = tmp_path / "x.ttl"

    assert dialogue(monkeypatch, [*answers, "y"], "--sources", str(tmp_path), "-o", str(target)) == 0
    assert main(["validate", str(target), "--sources", str(tmp_path)]) == 0


def test_add_names_a_publication_after_what_it_is_called(monkeypatch, tmp_path, capsys):
    """A publication that is known by no short name gets one, and one that is named wrongly is asked for again."""
    target = tmp_path / "x.ttl"
    answers = ["the review!", "n", "the invented paper", *ANSWERS[1:]]

    assert dialogue(monkeypatch, [*answers, "y"], "-o", str(target)) == 0
    assert "publication:the-invented-paper\n  a aa:Publication ;" in target.read_text(encoding="utf-8")
    assert (
        "No publication “the review!” is loaded or declared. Nearest: the review" in capsys.readouterr().err
    )


def test_add_knows_a_publication_by_its_number(monkeypatch, tmp_path, capsys):
    """A loaded one is shown by its citation, and nothing more of it is asked."""
    answers = ["PMID 15629407", *ANSWERS[FACT:]]

    assert dialogue(monkeypatch, [*answers, "y"], "-o", str(tmp_path / "x.ttl")) == 0
    said = capsys.readouterr().err
    assert "citation: " not in said
    assert "publication:pmid-15629407 ;" in said


def test_add_gives_up_when_asked_to(monkeypatch, tmp_path, capsys):
    """A finding that nobody wants to mend leaves nothing written."""
    answers = [*ANSWERS[:-1], "Dupilumab does something.", "no such column", ""]

    assert dialogue(monkeypatch, answers, "-o", str(tmp_path / "x.ttl")) == 1
    assert list(tmp_path.iterdir()) == []
    assert "There is no such column." in capsys.readouterr().err
