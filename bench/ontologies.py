"""How long a slice and the checks of the profile obo take, beside ROBOT where that is at hand; whole processes, in turn.

python bench/ontologies.py ONTOLOGY TERM [ROBOT…], as in
python bench/ontologies.py cl.owl http://purl.obolibrary.org/obo/CL_0000084 java -jar robot.jar
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
RUNS = 5


def run(command: list[str]) -> tuple[float, float]:
    """Seconds, and peak memory in MiB."""
    began = time.perf_counter()
    child = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main() -> None:
    """Measure in turn, print medians."""
    ontology, term, *robot = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        ours = [sys.executable, "-m", "aa_ld"]
        tried = {
            "aa-ld extract --method module": [
                *ours,
                "extract",
                term,
                "--from",
                ontology,
                "--method",
                "module",
                "-o",
                f"{folder}/a.ttl",
            ],
            "aa-ld validate --profile obo": [*ours, "validate", "--profile", "obo", ontology],
        }
        if robot:
            tried["robot extract --method BOT"] = [
                *robot,
                "extract",
                "-i",
                ontology,
                "--method",
                "BOT",
                "--term",
                term,
                "-o",
                f"{folder}/b.owl",
            ]
            tried["robot report"] = [
                *robot,
                "report",
                "-i",
                ontology,
                "--fail-on",
                "none",
                "-o",
                f"{folder}/r.tsv",
            ]
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in tried}
        for _ in range(RUNS):
            for name, command in tried.items():
                figures[name].append(run(command))
    for name, found in figures.items():
        seconds, peak = (statistics.median(each) for each in zip(*found, strict=True))
        print(f"{name:32} {seconds:7.2f} s {peak:7.0f} MiB")


if __name__ == "__main__":
    main()
