"""How many shipped questions a second `aa-ld serve` answers, beside the bare Oxigraph server, under 8 clients.

Both hold the same triples, merged into the default graph, and are asked the
same queries in turn: "cold" each with a number in a comment, so that no answer
can have been kept; "warm" as they are. Every client is a process of its own.
Run it where aa-ld[test] is installed: python bench/serve.py [SECONDS] [ROUNDS]
"""

from __future__ import annotations

import http.client
import itertools
import multiprocessing
import os
import random
import statistics
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers import oxigraph

from aa_ld.knowledge import load
from aa_ld.question import read_questions
from aa_ld.serve import Settings, serve

CLIENTS = 8


def client(url: str, queries: list[str], seconds: float, cold: bool, number: int, told: object) -> None:  # noqa: PLR0913, PLR0917
    """Ask as fast as answers come; tell how many came, and the slowest."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    headers = {"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json"}
    order = queries[:]
    random.Random(number).shuffle(order)
    count, slowest, until = 0, 0.0, time.monotonic() + seconds
    for turn, query in enumerate(itertools.cycle(order)):
        text = f"{query}\n# {number}-{turn}-{until}" if cold else query
        began = time.monotonic()
        connection.request("POST", parts.path, text.encode(), headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        slowest = max(slowest, time.monotonic() - began)
        if time.monotonic() > until:
            break
        count += 1
    told.put((count, slowest))  # type: ignore[attr-defined]


def rate(url: str, queries: list[str], seconds: float, cold: bool) -> tuple[float, float]:
    """Answers a second of all clients together, and the slowest answer."""
    told = multiprocessing.Queue()  # type: ignore[var-annotated]
    clients = [
        multiprocessing.Process(target=client, args=(url, queries, seconds, cold, number, told))
        for number in range(CLIENTS)
    ]
    for each in clients:
        each.start()
    found = [told.get() for _ in clients]
    for each in clients:
        each.join()
    return sum(count for count, _ in found) / seconds, max(slowest for _, slowest in found)


def spent(process: int) -> float:
    """Seconds of processor time of a process, and of those that it made, ended or not."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    made = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return own + sum(spent(int(each)) for each in made)


def main() -> None:
    """Measure in turn, print medians, their ratio, and processor time by answer."""
    seconds, rounds = (float(sys.argv[1]) if sys.argv[1:] else 4.0), int(sys.argv[2]) if sys.argv[2:] else 10
    queries = [question.text for question in read_questions().values()]
    kb = load()
    kb.inferred()
    bare = oxigraph()
    triples = "".join(f"{triple} .\n" for triple in {str(quad.triple) for quad in kb.layers.store})
    place = bare.url.removesuffix("/query") + "/store?default"
    headers = {"Content-Type": "application/n-triples"}
    urllib.request.urlopen(urllib.request.Request(place, triples.encode(), headers, method="POST")).close()
    with serve(Settings(port=0)) as served:
        keeper = served._keeper.pid

        def ours() -> float:
            return time.process_time() + spent(keeper)

        places = {
            "oxigraph": (bare.url, lambda: spent(bare.process.pid)),
            "aa-ld serve": (served.url + "/sparql", ours),
        }
        for cold in (True, False):
            found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in places}
            for _ in range(rounds):
                for name, (url, processor) in places.items():
                    before = processor()
                    answers, slowest = rate(url, queries, seconds, cold)
                    found[name].append((answers, slowest, (processor() - before) / answers / seconds * 1000))
            rates = {name: statistics.median(each for each, _, _ in some) for name, some in found.items()}
            shown = ", ".join(
                f"{name} {rates[name]:.1f}/s (slowest {max(slow for _, slow, _ in some):.2f} s, "
                f"{statistics.median(cost for _, _, cost in some):.1f} ms of processor)"
                for name, some in found.items()
            )
            ratio = rates["aa-ld serve"] / rates["oxigraph"]
            print(f"{'cold' if cold else 'warm'}: {shown}, ratio {ratio:.2f}", flush=True)


if __name__ == "__main__":
    main()
