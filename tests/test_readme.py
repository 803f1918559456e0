"""What the README and the docs show is run."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


def sessions() -> list[tuple[str, str, str]]:
    """Page, command and expected output of every `$` line in a console block."""
    found = []
    for page in PAGES:
        for block in re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
            for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
                command, _, output = part.partition("\n")
                found.append((page.name, command, output))
    return found


def run(command: str) -> str:
    words = shlex.split(command)
    assert words[0] == "aa-ld"
    done = subprocess.run(
        [sys.executable, "-m", "aa_ld", *words[1:]],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": "100"},
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize(("page", "command", "expected"), sessions(), ids=lambda value: str(value)[:40])
def test_a_shown_command_prints_what_is_shown(page, command, expected):
    """The output on the page is the output of the command."""
    assert run(command).strip() == expected.strip()


def test_the_readme_shows_the_main_job():
    """The first screen has the answer with its evidence."""
    shown = {command: output for page, command, output in sessions() if page == "README.md"}

    assert "local immunotherapy" in shown["aa-ld ask treatments-toward-th2"]
    assert "[SF30]" in shown["aa-ld ask treatments-toward-th2"]
    assert "sentence 9" in shown["aa-ld ask treatments-toward-th2"]
    assert "dupilumab" in shown["aa-ld ask treatments-toward-th2"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_shown_python_runs(page):
    """Every Python session of a page gives what it shows."""
    assert (
        doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE).failed
        == 0
    )


def test_links_between_pages_lead_somewhere():
    """No page links to a file that is not there."""
    broken = [
        (page.name, target)
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_continuous_integration_runs_the_commands_of_the_readme():
    """Both fenced sh blocks are there, one command each."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)

    assert [block.count("\n") for block in blocks] == [1, 1]
    assert "aa-ld ask treatments-toward-th2" in blocks[0]
    assert "pytest" in blocks[1]


def test_every_verb_has_its_place_in_the_docs():
    """The page of commands has a heading for each, and every page that shows a command runs it."""
    from aa_ld.cli import commands, inference

    text = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")
    verbs = [
        name
        for module in (commands, inference)
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__
    ]

    assert [v for v in verbs if not v.startswith("_") and f"\n## {v}\n" not in text] == []


def test_the_example_of_the_docs_is_valid_and_proven():
    """What curators copy passes, with its spans."""
    assert run("aa-ld validate docs/example.ttl --sources docs").startswith("Nothing found.")
    assert "Every span was proven" in run("aa-ld validate docs/example.ttl --sources docs")
