"""What asking a server through aa-ld adds to the server's own answer time.

Every question as its one SPARQL query, in turn as a bare HTTP request and through the client, in one run, medians.
Run it where aa-ld[test] is installed: python bench/ask_endpoint.py
"""

from __future__ import annotations

import statistics
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers import oxigraph

from aa_ld.endpoint.layers import layer_quads
from aa_ld.endpoint.push import push_quads
from aa_ld.endpoint.remote import open_remote
from aa_ld.question import read_questions

RUNS = 7


def main() -> None:
    """Measure, print the two sums of medians and their ratio."""
    running = oxigraph()
    server = running.connect()
    push_quads(server, layer_quads())
    layers = open_remote(server)
    bare, ours = 0.0, 0.0
    for question in read_questions().values():
        query = question.bound({})
        fields = [("query", query), *(("default-graph-uri", graph) for graph in layers.graphs.values())]
        body = urllib.parse.urlencode(fields).encode()
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(RUNS):
            began = time.perf_counter()
            request = urllib.request.Request(running.url, body, {"Accept": "application/sparql-results+json"})
            with urllib.request.urlopen(request) as answer:
                answer.read()
            middle = time.perf_counter()
            layers.select(query)
            times[0].append(middle - began)
            times[1].append(time.perf_counter() - middle)
        bare += statistics.median(times[0])
        ours += statistics.median(times[1])
    print(f"bare {bare * 1000:.0f} ms, through aa-ld {ours * 1000:.0f} ms, ratio {ours / bare:.3f}")


if __name__ == "__main__":
    main()
