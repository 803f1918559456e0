"""How long a publication takes: against one validation of the same data, and as terms and facts grow.

    python bench/publishing.py [LARGEST]

First the shipped knowledge, five times, validation and publication by turns.
Then LARGEST/100, LARGEST/10 and LARGEST invented facts beside it (10⁵ unless
given), with a tenth as many terms: files, time on the clock and of processors, memory of the loaded data, the
peak beyond that of the process that publishes, and of it and its copy together
(what they share is counted once, looked at every 50 ms), and the exponent
fitted to processor time against files. Every size runs in a process of its own. Memory is
told by /proc, so this is for Linux.
"""

from __future__ import annotations

import math
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from aa_ld import load
from aa_ld.publish import publish
from aa_ld.vocab import PREFIXES, RDF_TYPE, graph_iri

AA, RDFS = PREFIXES["aa"], PREFIXES["rdfs"]
DATA = NamedNode(graph_iri("data"))


def aa(name: str) -> NamedNode:
    return NamedNode(AA + name)


def said(about: NamedNode, **values: NamedNode | Literal) -> Iterator[Quad]:
    for name, value in values.items():
        yield Quad(about, aa(name), value, DATA)


def invented(facts: int, publication: NamedNode, seed: int = 1) -> Iterator[Quad]:
    """A tenth as many treatments, and facts on them with an evidence line each: what was seen in animals."""
    chance = random.Random(seed)
    mediators = [aa(name) for name in ("InterferonGamma", "Interleukin4", "Interleukin13", "Interleukin17A")]
    for number in range(facts // 10):
        term = aa(f"InventedTreatment{number}")
        yield Quad(term, NamedNode(RDF_TYPE), NamedNode(PREFIXES["owl"] + "Class"), DATA)
        yield Quad(term, NamedNode(RDFS + "subClassOf"), aa("Treatment"), DATA)
        yield Quad(
            term, NamedNode(RDFS + "label"), Literal(f"invented treatment {number}", language="en"), DATA
        )
    for number in range(facts):
        fact, line = aa(f"fact/invented-{number}"), aa(f"evidence/invented-{number}")
        sentence = f"Invented treatment {number // 10} was given with a mediator, case {number}."
        yield Quad(fact, NamedNode(RDF_TYPE), aa("Association"), DATA)
        yield Quad(fact, NamedNode(RDFS + "label"), Literal(sentence, language="en"), DATA)
        yield from said(
            fact, subject=aa(f"InventedTreatment{number // 10}"), predicate=aa("isAssociatedWith"),
            object=chance.choice(mediators), polarity=aa("Positive"), certainty=aa("Reported"),
            species=aa("Mouse"), population=aa("NotApplicable"), evidence=line,
        )  # fmt: skip
        yield Quad(line, NamedNode(RDF_TYPE), aa("EvidenceLine"), DATA)
        yield from said(
            line,
            publication=publication,
            stance=aa("Supports"),
            certainty=aa("Reported"),
            wording=aa("NotQuoted"),
            kind=aa("StudyFinding"),
        )


def turns(count: int) -> None:
    """The shipped knowledge, validated and published by turns."""
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(count):
            before = time.perf_counter()
            load().validate()
            validated = time.perf_counter()
            files = publish(load(), Path(folder) / str(turn), site="https://example.org/aa-ld/").files
            published = time.perf_counter()
            ratios.append((published - validated) / (validated - before))
            print(
                f"validate {validated - before:.2f} s, publish {published - validated:.2f} s, {files} files"
            )
    print(f"publish / validate: median {statistics.median(ratios):.1f} of {count}")


def one(facts: int) -> None:
    """Publish beside invented facts; prints MB loaded when that starts, then files, seconds, and MB beyond at the peak."""
    kb = load()
    publication = next(f.evidence[0].publication for f in kb.facts() if f.evidence)
    kb.layers.extend(invented(facts, NamedNode(publication)), "data")
    kb.inferred()
    folder = tempfile.mkdtemp()
    try:
        loaded = megabytes("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak is that of what follows
        print(f"{loaded:.0f}", flush=True)
        start, worked = time.perf_counter(), processor_time()
        files = publish(kb, Path(folder) / "site").files
        took, worked = time.perf_counter() - start, processor_time() - worked
        print(files, f"{took:.2f} {worked:.2f} {megabytes('VmHWM') - loaded:.0f}")
    finally:
        shutil.rmtree(folder)


def megabytes(name: str) -> float:
    """A number of /proc/self/status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


def processor_time() -> float:
    """Seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def watched(facts: int) -> tuple[int, float, float, int, int, float]:
    """`one` in a process of its own: files, seconds on the clock and of processors, and MB loaded, beyond that, and beyond with the copy."""
    from merging import resident

    run = [sys.executable, __file__, "one", str(facts)]
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        loaded = int(child.stdout.readline())
        first = peak = resident(child.pid)
        while child.poll() is None:
            peak = max(peak, resident(child.pid))
            time.sleep(0.05)
        files, seconds, worked, beyond = child.stdout.read().split()
    return int(files), float(seconds), float(worked), loaded, int(beyond), (peak - first) / (1 << 20)


def main() -> None:
    if sys.argv[1:2] == ["one"]:
        return one(int(sys.argv[2]))
    turns(5)
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    measured = []
    for facts in (largest // 100, largest // 10, largest):
        files, seconds, worked, loaded, beyond, together = watched(facts)
        measured.append((files, worked))
        print(
            f"{facts} facts: {files} files in {seconds:.1f} s, {worked:.1f} s of processors, "
            f"{loaded} MB loaded, {beyond} MB beyond, {together:.0f} MB with the copy",
            flush=True,
        )
    (least, short), (most_files, long) = measured[0], measured[-1]
    print(f"processor time grows as files to the {math.log(long / short) / math.log(most_files / least):.2f}")


if __name__ == "__main__":
    main()
