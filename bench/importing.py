"""How long `aa-ld import` takes as the rows grow.

    python bench/importing.py [LARGEST [tsv|xlsx]]

Writes tables of 10³, 10⁴, … up to LARGEST (10⁵) invented facts, twenty to a
publication, imports each in a process of its own, from the file to the Turtle,
and prints time, peak memory, and the exponent fitted to time against rows.
"""

from __future__ import annotations

import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TREATMENTS = ["Dupilumab", "Tofacitinib", "Baricitinib", "Ritlecitinib", "Tralokinumab"]
MEDIATORS = ["interleukin-4", "interleukin-5", "interleukin-13", "interleukin-6", "interferon gamma"]
VERBS = {
    "raised": "raises the level of",
    "lowered": "lowers the level of",
    "unchanged": "leaves the level of",
}


def invented(count: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Rows that no shape finds fault with, a fact each, twenty to a publication."""
    chance = random.Random(seed)
    for number in range(count):
        treatment, mediator = chance.choice(TREATMENTS), chance.choice(MEDIATORS)
        way, week = chance.choice([*VERBS]), chance.randrange(1, 200)
        paper = number // 20
        left = " unchanged" if way == "unchanged" else ""
        yield {
            "id": f"NF{number + 1:02d}", "class": "biomarker change", "subject": treatment,
            "predicate": "changes the level of", "object": mediator, "polarity": "positive",
            "certainty": "asserted", "confidence": "high confidence", "population": "patient with alopecia areata",
            "species": "human", "compartment": "serum", "comparator": "not stated", "time": f"{week} weeks",
            "direction": way, "responseGroup": "not applicable", "cohort": f"cohort-{paper}",
            "cohortName": f"the people of paper {paper}", "implied": "species",
            "sentence": f"{treatment} {VERBS[way]} {mediator}{left} in serum, at {week} weeks, "
            f"in patients with alopecia areata, as finding {number} says.",
            "publication": f"publication:paper-{paper}",
            "citation": f"Invented Journal {paper}" if number % 20 == 0 else "",
            "publicationName": f"the invented paper {paper}" if number % 20 == 0 else "",
            "kind": "finding of a study", "stance": "supporting", "design": "cohort study",
            "sampleSize": str(chance.randrange(5, 500)),
        }  # fmt: skip


def write(path: Path, count: int) -> None:
    """A table of invented facts, in the form that the name says."""
    from aa_ld.curation.columns import COLUMNS
    from aa_ld.curation.table import laid_out, write_rows
    from aa_ld.curation.workbook import write_book

    if path.suffix == ".xlsx":
        path.write_bytes(write_book(laid_out(invented(count), list(COLUMNS)), {}))
    else:
        path.write_text(write_rows(invented(count), list(COLUMNS)), encoding="utf-8")


def run(path: str) -> float:
    """Seconds from the file to the Turtle."""
    from aa_ld.curation.importing import import_table
    from aa_ld.store import open_layers

    started = time.perf_counter()
    done = import_table(open_layers(), path)
    assert not done.places, done.places[0]
    done.to_turtle()
    return time.perf_counter() - started


def measured(path: Path) -> tuple[float, int]:
    """One run in a process of its own: seconds and peak memory in MB."""
    done = subprocess.run(
        [sys.executable, __file__, "--run", str(path)], capture_output=True, text=True, check=True
    )
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)


def exponent(points: list[tuple[int, float]]) -> float:
    """The slope of log time over log rows, by least squares."""
    xs, ys = [math.log(n) for n, _ in points], [math.log(t) for _, t in points]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sum((x - mx) ** 2 for x in xs)


def main() -> None:
    largest = int(float(sys.argv[1])) if len(sys.argv) > 1 else 100_000
    form = sys.argv[2] if len(sys.argv) > 2 else "tsv"
    points = []
    print("rows      seconds  µs a row  peak MB")
    with tempfile.TemporaryDirectory() as folder:
        for count in (10**power for power in range(3, 10) if 10**power <= largest):
            path = Path(folder) / f"{count}.{form}"
            write(path, count)
            runs = sorted(measured(path) for _ in range(3 if count <= 10_000 else 1))
            seconds, peak = runs[len(runs) // 2]
            points.append((count, seconds))
            print(f"{count:<9} {seconds:<8.2f} {seconds / count * 1e6:<9.0f} {peak}", flush=True)
    if len(points) > 1:
        print(
            f"exponent fitted over all: {exponent(points):.2f}; over the largest two: {exponent(points[-2:]):.2f}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        print(run(sys.argv[2]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    else:
        main()
