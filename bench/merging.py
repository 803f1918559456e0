"""How long a merge with its full report takes, beside parsing and adding the same files with rdflib, and what memory.

One run: all RDF files below a folder go through rdflib into one graph, and through aa-ld merge with the shipped
knowledge, SSSOM tables beside them if asked, in turn; then files of invented triples of growing size through aa-ld
merge alone. Times are medians. Memory is that of all processes of a side together, looked at every 20 ms in a run of
its own, as looking takes a processor. The package is compiled first, as an installed one is. Run it where aa-ld[test]
is installed: python bench/merging.py FOLDER [--sssom] [--rounds 5] [--grow 100000 1000000]
"""

from __future__ import annotations

import argparse
import compileall
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
ENDINGS = (".nt", ".ttl", ".owl", ".nt.gz")

RDFLIB = """
import gzip, logging, sys, rdflib
logging.disable(50)
graph = rdflib.Graph()
for name in sys.argv[1:]:
    opened = gzip.open(name) if name.endswith(".gz") else open(name, "rb")
    form = {"nt": "nt", "gz": "nt", "ttl": "turtle", "owl": "xml"}[name.rsplit(".", 1)[1]]
    graph.parse(opened, format=form)
print(len(graph))
"""


def resident(root: int) -> int:
    """Bytes that a process and all below it hold alone, or share with each other, by /proc."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            below.setdefault(parent, []).append(int(entry.name))
    waiting, total = [root], 0
    for process in waiting:
        waiting += below.get(process, [])
        try:
            text = (Path("/proc") / str(process) / "smaps_rollup").read_text()
        except OSError:
            continue
        total += next(
            (int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("Pss:")), 0
        )
    return total


def run(command: list[str], *, watch: bool = False) -> tuple[float, float, float]:
    """Seconds, seconds of all processors, and, if watched, peak memory in MiB of a command."""
    began, before = time.perf_counter(), os.times()
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(PACKAGE)}
    )
    peak = 0
    while watch and child.poll() is None:
        peak = max(peak, resident(child.pid))
        time.sleep(0.02)
    child.wait()
    took, after = time.perf_counter() - began, os.times()
    if child.returncode:
        raise SystemExit(f"{command[:4]} failed with {child.returncode}")
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return took, busy, peak / (1 << 20)


def measured(commands: dict[str, list[str]], rounds: int) -> dict[str, tuple[float, float, float]]:
    """The same of each command, run in turn: medians, and the memory of one more run."""
    times: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(run(command))
            print(f"  {name:24} {times[name][-1][0]:>7.2f} s {times[name][-1][1]:>9.2f} s", flush=True)
    return {
        name: (
            statistics.median(took for took, _, _ in times[name]),
            statistics.median(busy for _, busy, _ in times[name]),
            run(command, watch=True)[2],
        )
        for name, command in commands.items()
    }


def invented(path: Path, count: int) -> None:
    """Classes with labels, parents, a restriction each, matches and notes; ten triples a class."""
    dice = random.Random(1)
    owl, rdfs = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#"
    rdf, skos = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2004/02/skos/core#"
    with path.open("w", encoding="utf-8") as file:
        for n in range(count // 10):
            one = f"<http://example.org/term/{n}>"
            parent = f"<http://example.org/term/{dice.randrange(n) if n else 'root'}>"
            file.write(
                f'{one} <{rdf}type> <{owl}Class> .\n{one} <{rdfs}label> "term number {n}"@en .\n{one} <{rdfs}subClassOf> {parent} .\n'
                f"{one} <{rdfs}subClassOf> _:r{n} .\n_:r{n} <{rdf}type> <{owl}Restriction> .\n"
                f"_:r{n} <{owl}onProperty> <http://example.org/part> .\n_:r{n} <{owl}someValuesFrom> {parent} .\n"
                f"{one} <{skos}exactMatch> <http://example.org/other/{n}> .\n"
                f'{one} <{skos}definition> "what term {n} means, at some length, {dice.random()}"@en .\n'
                f'{one} <{skos}notation> "{n}" .\n'
            )


def merge(files: list[str], folder: str, *words: str) -> list[str]:
    """The command that merges files with a full report."""
    return [
        sys.executable, "-m", "aa_ld", "merge", *files, "-o", f"{folder}/merged.nt", "--report", f"{folder}/report.html",
        "--fail-on", "none", *words,
    ]  # fmt: skip


def main() -> None:
    """Measure, print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sssom", action="store_true", help="merge the mapping sets too")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--grow", type=int, nargs="*", default=[])
    arguments = parser.parse_args()
    files = sorted(str(path) for path in arguments.folder.rglob("*") if path.name.endswith(ENDINGS))
    sets = sorted(str(path) for path in arguments.folder.rglob("*.sssom.tsv")) if arguments.sssom else []
    compileall.compile_dir(PACKAGE / "aa_ld", quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        both = {
            "rdflib, parse and add": [sys.executable, "-c", RDFLIB, *files],
            "merge, full report": merge([*files, *sets], folder),
        }
        results = measured(both, arguments.rounds)
        print(f"{'':24} {'wall':>9} {'processors':>11} {'peak':>10}", flush=True)
        for name, (took, busy, peak) in results.items():
            print(f"{name:24} {took:>7.2f} s {busy:>9.2f} s {peak:>6.0f} MiB", flush=True)
        (slow, slow_busy, much), (fast, fast_busy, little) = results.values()
        print(f"{'ratio':24} {slow / fast:>9.1f} {slow_busy / fast_busy:>11.1f} {little / much:>10.2f}")
        head = f"\n{'triples':>10} {'wall':>9} {'processors':>11} {'µs a triple':>12} {'peak':>10}"
        print(head if arguments.grow else "", flush=True)
        for count in arguments.grow:
            path = Path(folder) / "invented.nt"
            invented(path, count)
            alone = {"": merge([str(path)], folder, "--without-ours")}
            took, busy, peak = measured(alone, max(1, min(arguments.rounds, 3_000_000 // count)))[""]
            print(
                f"{count:>10,} {took:>7.1f} s {busy:>9.1f} s {took / count * 1e6:>12.1f} {peak:>6.0f} MiB",
                flush=True,
            )


if __name__ == "__main__":
    main()
