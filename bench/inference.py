"""How long the rules take as the facts grow, and how rdflib fares on the same rules.

    python bench/inference.py [LARGEST]

Carries out the rules over the shipped facts alone, here and with rdflib; then
over 10³, 10⁴, … up to LARGEST (10⁵) invented facts beside them, and prints
time, peak memory, and the exponent fitted to time against facts.
"""

from __future__ import annotations

import math
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Quad

from aa_ld.infer import infer
from aa_ld.rule import in_order, read_rules
from aa_ld.store import Layers, open_layers, rows
from aa_ld.vocab import PREFIXES, RDF_TYPE, graph_iri

AA = PREFIXES["aa"]
DATA = NamedNode(graph_iri("data"))


def aa(name: str) -> NamedNode:
    return NamedNode(AA + name)


def invented(count: int, mediators: list[NamedNode], seed: int = 1) -> Iterator[Quad]:
    """`count` facts about count/20 treatments: one action in four, the rest measured changes."""
    chance = random.Random(seed)
    groups = [aa("PatientWithAlopeciaAreata"), aa("NotStated"), aa("HealthyVolunteer")]
    for number in range(count):
        agent = NamedNode(f"http://example.org/treatment-{number // 20}")
        fact = NamedNode(f"http://example.org/fact-{number}")
        said = {"subject": agent, "object": chance.choice(mediators), "polarity": aa("Positive")}
        said |= {"certainty": aa("Asserted"), "population": chance.choice(groups), "species": aa("Human")}
        said |= {
            "compartment": chance.choice([aa("Serum"), aa("Skin")]),
            "time": Literal(f"week {chance.randrange(3)}"),
        }
        if number % 4 == 0:
            kind, more = "PharmacologicalAction", {"predicate": aa("inhibits")}
        else:
            kind = "BiomarkerChange"
            more = {
                "predicate": aa("changesLevelOf"),
                "direction": aa(chance.choice(["Raised", "Lowered", "Unchanged"])),
            }
            more |= {"responseGroup": aa("NotApplicable"), "cohort": NamedNode("http://example.org/cohort")}
        yield Quad(fact, NamedNode(RDF_TYPE), aa(kind), DATA)
        for name, value in (said | more).items():
            yield Quad(fact, aa(name), value, DATA)
        if number % 20 == 0:
            yield Quad(
                agent,
                NamedNode(PREFIXES["rdfs"] + "label"),
                Literal(f"treatment {number}", language="en"),
                DATA,
            )


def filled(count: int) -> Layers:
    """The shipped layers with invented facts beside them."""
    layers = open_layers()
    found = rows(
        layers, f"SELECT DISTINCT ?m WHERE {{ ?f a <{AA}AxisMembership> ; <{AA}subject> ?m }} ORDER BY ?m"
    )
    if count:
        layers.extend(invented(count, [row["m"] for row in found]), "data")
    return layers


def ours(count: int) -> tuple[float, int]:
    """Seconds that the rules take, and the number of conclusions."""
    layers = filled(count)
    started = time.perf_counter()
    given = infer(layers).given
    return time.perf_counter() - started, sum(given.values())


def with_rdflib(count: int) -> float:
    """Seconds that rdflib takes for the CONSTRUCTs alone, each over what those before gave, unfinished."""
    import rdflib

    layers = filled(count)
    graph = rdflib.Graph()
    text = "".join(
        f"{q.triple} .\n" for g in layers.graphs for q in layers.store.quads_for_pattern(None, None, None, g)
    )
    graph.parse(data=text, format="nt")
    started = time.perf_counter()
    for rule in in_order(read_rules().values()):
        for triple in graph.query(rule.text):
            graph.add(triple)
    return time.perf_counter() - started


def measured(what: str, count: int) -> tuple[float, int, int]:
    """One run in a process of its own: seconds, conclusions, peak memory in MB."""
    done = subprocess.run(
        [sys.executable, __file__, "--run", what, str(count)], capture_output=True, text=True, check=True
    )
    seconds, conclusions, peak = done.stdout.split()
    return float(seconds), int(conclusions), int(peak)


def exponent(points: list[tuple[int, float]]) -> float:
    """The slope of log time over log facts, by least squares."""
    xs, ys = [math.log(n) for n, _ in points], [math.log(t) for _, t in points]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sum((x - mx) ** 2 for x in xs)


def main() -> None:
    largest = int(float(sys.argv[1])) if len(sys.argv) > 1 else 100_000
    counts = [10**power for power in range(3, 10) if 10**power <= largest]
    alone = sorted(measured("ours", 0)[0] for _ in range(5))[2]
    other = measured("rdflib", 0)[0]
    print(f"shipped facts alone: {alone:.2f} s, with rdflib {other:.1f} s, {other / alone:.0f} times as long")
    points = []
    print("facts     conclusions  seconds  µs a fact  peak MB")
    for count in counts:
        runs = sorted(measured("ours", count) for _ in range(3 if count <= 10_000 else 1))
        seconds, conclusions, peak = runs[len(runs) // 2]
        points.append((count, seconds))
        print(
            f"{count:<9} {conclusions:<12} {seconds:<8.2f} {seconds / count * 1e6:<10.0f} {peak}", flush=True
        )
    if len(points) > 1:
        print(
            f"exponent fitted over all: {exponent(points):.2f}; over the largest two: {exponent(points[-2:]):.2f}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        taken, made = ours(int(sys.argv[3])) if sys.argv[2] == "ours" else (with_rdflib(int(sys.argv[3])), 0)
        print(taken, made, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    else:
        main()
