"""How the house is built: floors, public names, sizes, words that must not be there."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import aa_ld
from aa_ld import errors, places
from aa_ld.vocab import PREFIXES

PACKAGE = Path(aa_ld.__file__).parent
REPOSITORY = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))

#: Module to floor. A module may import from lower floors only, at the top or in a function.
FLOORS = {
    "vocab": 0, "errors": 0, "places": 0, "collecting": 0,
    "turtle": 1, "in_order": 1, "pubmed": 1, "header": 1, "svg": 1, "intake": 1, "store": 1,
    "owltext": 2, "question": 2, "rule": 2, "names": 2, "fact": 2, "report": 2, "groups": 2, "standing": 2, "changes": 2,
    "silence": 2.5,
    "ask": 3, "facts": 3, "show": 3, "spans": 3, "reason": 3, "shapes": 3, "fragment": 3, "infer": 3, "proof": 3,
    "profile": 3, "argument": 3, "balance": 3, "matrix": 3,
    "explain": 4, "validate": 4, "inferred": 4, "sparql": 4, "why_not": 4, "advise": 4, "draw": 4, "fallen": 4, "diff": 4,
    "pages": 4, "axioms": 4, "executables": 3,
    "axiom_diff": 5, "extract": 5, "align": 6, "release": 7, "publish": 8, "mcp": 8, "fair": 8,
    "knowledge": 5, "exchange": 5, "curation": 5,
    "terminal": 6,
    "merging": 7,
    "cli": 9, "__main__": 10,
    "child": 5,
    "endpoint": 6, "serve": 6,
    "__init__": 11,
}  # fmt: skip


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("aa_ld"):
            tail = node.module.split(".")[1:2]
            found |= set(tail) or {a.name for a in node.names if (PACKAGE / f"{a.name}.py").exists()}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("aa_ld.")}
    return found


def floor_of(path: Path) -> str:
    return path.stem if path.parent == PACKAGE else path.relative_to(PACKAGE).parts[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_from_below(path):
    """You may call downstairs, never upstairs or across the landing."""
    own = floor_of(path)
    wrong = {name for name in imports(path) if name != own and FLOORS[name] >= FLOORS[own]}

    assert wrong == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_is_short(path):
    """A module that needs a table of contents is two modules."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_public_names_are_there_and_documented():
    """Every public name resolves and says what it is."""
    for name in aa_ld.__all__:
        assert getattr(aa_ld, name).__doc__, name


def test_an_unknown_public_name_is_an_attribute_error():
    """The lazy import does not hide a misspelling."""
    with pytest.raises(AttributeError, match="Knowlege"):
        _ = aa_ld.Knowlege


def family(root: type) -> list[type]:
    return [root, *(c for child in root.__subclasses__() for c in family(child))]


def test_every_error_has_a_heading_in_the_docs():
    """The code of an error is a heading of docs/errors.md."""
    headings = set(
        re.findall(r"^## (\S+)$", (REPOSITORY / "docs/errors.md").read_text(encoding="utf-8"), re.M)
    )
    codes = {c.code for c in family(errors.AaLdError) if not c.__subclasses__()}

    assert codes <= headings


def test_every_error_stands_in_the_drawing_of_the_family():
    """The module of errors opens with all of them."""
    missing = [c.__name__ for c in family(errors.AaLdError) if c.__name__ not in (errors.__doc__ or "")]

    assert missing == []


@pytest.mark.parametrize(
    ("code", "late"),
    [
        ("from aa_ld import load; load().ask('treatments-toward-th2')", "rdflib pyshacl owlready2 pandas dataclasses"),
        ("from aa_ld.cli.parser import _parser; _parser()", "pyoxigraph tempfile aa_ld.knowledge"),
    ],
    ids=["asking", "help"],
)  # fmt: skip
def test_nothing_heavy_is_imported_before_it_is_needed(code, late):
    """Heavy libraries are imported by the verb that needs them, and whoever asks for help does not wait for the engine."""
    told = f"import sys; {code}; print([name for name in {late.split()} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )

    assert done.stdout.strip() == "[]"


def tracked() -> list[Path]:
    if not (REPOSITORY / ".git").exists():
        return []
    done = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return [REPOSITORY / name for name in done.stdout.splitlines()]


@pytest.mark.skipif(not tracked(), reason="not a git checkout")
def test_no_sentence_of_the_abstract_is_copied():
    """No eight words in a row of the abstract stand in a file of ours; the title is a bibliographic fact."""
    source = REPOSITORY.parent / "shared" / "sources" / "review-abstract.txt"
    if not source.exists():
        pytest.skip("the abstract is not beside this checkout")
    text = source.read_text(encoding="utf-8")
    body = re.findall(r"\w+", text[180:1671].casefold())
    runs = {tuple(body[i : i + 8]) for i in range(len(body) - 7)}
    copied = []
    for path in tracked():
        if path.is_file() and path.suffix in {".py", ".ttl", ".rq", ".md", ".tsv", ".toml", ".cff", ".svg"}:
            words = re.findall(r"\w+", path.read_text(encoding="utf-8").casefold())
            copied += [
                (path.name, " ".join(words[i : i + 8]))
                for i in range(len(words) - 7)
                if tuple(words[i : i + 8]) in runs
            ]

    assert copied == []


def test_prefixes_are_told_once():
    """No two prefixes of ours name one namespace."""
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_the_files_of_the_knowledge_are_found():
    """One module knows where they lie."""
    for layer in ("ontology", "mappings", "review"):
        assert all(path.is_file() for path in places.layer_files(layer))
    assert places.shape_files()
    assert places.question_files()
