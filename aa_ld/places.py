"""Where the files of the knowledge lie, in a checkout and when installed.

A wheel carries `ontology/`, `shapes/` and `queries/` inside the package; a
checkout has them beside it. No other module needs to know.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "data"

#: The folder that holds ontology/, shapes/ and queries/.
ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent


def layer_files(layer: str) -> list[Path]:
    """The Turtle files of a layer, in a fixed order.

    >>> [path.name for path in layer_files("ontology")]
    ['aa.ttl']
    """
    ontology = ROOT / "ontology"
    return {
        "ontology": [ontology / "aa.ttl"],
        "mappings": [ontology / "mesh.ttl"],
        "review": [ontology / "facts" / "review.ttl"],
        "literature": sorted((ontology / "facts" / "literature").glob("*.ttl")),
    }[layer]


def inferred_file() -> Path:
    """What follows from all shipped facts, generated, so that nobody has to wait for it."""
    return ROOT / "ontology" / "inferred.ttl"


def context_file() -> Path:
    """The JSON-LD context of facts."""
    return ROOT / "ontology" / "context.jsonld"


def shape_files() -> list[Path]:
    """The SHACL files, one a class."""
    return sorted((ROOT / "shapes").glob("*.ttl"))


def site_files() -> dict[str, Path]:
    """Templates, style and scripts of our web pages, by name of the file."""
    return {path.name: path for path in sorted((ROOT / "site").iterdir()) if path.is_file()}


def question_files() -> dict[str, Path]:
    """The question files by name of the question."""
    return {path.stem: path for path in sorted((ROOT / "queries").glob("*.rq"))}


def rule_files() -> dict[str, Path]:
    """The files of the inference rules by name of the rule."""
    return {path.stem: path for path in sorted((ROOT / "queries" / "rules").glob("*.rq"))}


def why_not_files() -> dict[str, Path]:
    """The files that say why a treatment is not in an answer, by name of the reason."""
    return {path.stem: path for path in sorted((ROOT / "queries" / "why-not").glob("*.rq"))}


def obo_check_files() -> dict[str, Path]:
    """The files of the checks of the profile obo, by name of the check."""
    return {path.stem: path for path in sorted((ROOT / "queries" / "obo").glob("*.rq"))}
