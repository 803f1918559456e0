"""How long a push takes beside the server's own bulk loader, and what memory it takes.

One run: a file of invented triples goes into a new Oxigraph server on disk, once by a single request to its bulk
loader, once by aa-ld push each way of putting the graph in place. With `virtuoso` before the numbers, the same in
Virtuoso 7 as shipped, whose loader over HTTP is a PUT to its graph store. Run it where aa-ld[test] is installed:
python bench/push.py 100000 1000000
python bench/push.py virtuoso 100000 1000000
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers import start_oxigraph, virtuoso

from aa_ld.endpoint.credentials import PASSWORD, USER, Credentials

PACKAGE = Path(__file__).parents[1]
WHO = Credentials("dba", "dba")  # of a Virtuoso as shipped


def triples(path: Path, count: int) -> None:
    """IRIs, labels in a language, numbers and notes, eight triples a thing."""
    dice = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for n in range(count):
            kind = n % 8
            if kind < 4:
                value = f"<http://example.org/thing/{dice.randrange(count // 8)}>"
            elif kind < 6:
                value = f'"label of thing {n} and {dice.randrange(10**6)}"@en'
            elif kind < 7:
                value = f'"{dice.randrange(10_000)}"^^<http://www.w3.org/2001/XMLSchema#integer>'
            else:
                value = f'"note {n}"'
            file.write(f"<http://example.org/thing/{n // 8}> <http://example.org/p{kind}> {value} .\n")


def bulk(url: str, path: Path) -> float:
    """Seconds of one request to the bulk loader."""
    address = url.replace("/query", "/store?no_transaction&graph=urn:bulk")
    with path.open("rb") as body:
        request = urllib.request.Request(
            address, body, {"Content-Type": "application/n-triples"}, method="POST"
        )
        request.add_header("Content-Length", str(path.stat().st_size))
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=3600):
            return time.perf_counter() - began


def put(url: str, path: Path) -> float:
    """Seconds of one PUT to the graph store of Virtuoso, by curl, which waits for leave before it sends."""
    address = url.replace("/sparql", "/sparql-graph-crud-auth?graph=urn:bulk")
    command = [
        "curl",
        "--silent",
        "--fail",
        "--digest",
        "--user",
        f"{WHO.user}:{WHO.password}",
        "--upload-file",
        str(path),
    ]
    began = time.perf_counter()
    subprocess.run(
        [*command, "--header", "Content-Type: application/n-triples", address],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def push(url: str, path: Path, *words: str) -> tuple[float, float]:
    """Seconds, and peak memory in MiB, of one push."""
    command = [sys.executable, "-m", "aa_ld", "push", url, str(path), *words]
    began = time.perf_counter()
    who = {USER: WHO.user, PASSWORD: WHO.password} if "virtuoso" in sys.argv else {}
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(PACKAGE), **who}
    )
    _, status, usage = os.wait4(child.pid, 0)
    took = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"push failed with {child.returncode}")
    return took, usage.ru_maxrss / 1024


def in_virtuoso(counts: list[int]) -> None:
    """The same in Virtuoso, with one way of putting the graph in place."""
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data.nt"
            triples(path, count)
            took = []
            for how in (put, push):
                virtuoso.cache_clear()
                running = virtuoso()
                took.append(how(running.url, path))
                running.stop()
        loader, (version, peak) = took
        print(
            f"{count:>10,} {loader:>10.1f} s {version:>12.1f} s {loader / version:>6.0%} {peak:>32.0f} MiB",
            flush=True,
        )


def main() -> None:
    """Measure, print a table."""
    print(
        f"{'triples':>10} {'bulk loader':>12} {'push, version':>14} {'share':>6} {'push, move':>11} {'again':>8} {'peak':>9}"
    )
    given = [word for word in sys.argv[1:] if word.isdecimal()] or ["100000"]
    if "virtuoso" in sys.argv:
        return in_virtuoso(list(map(int, given)))
    for count in map(int, given):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data.nt"
            triples(path, count)
            took = []
            for how in (bulk, lambda u, p: push(u, p, "--swap", "version"), push):
                running = start_oxigraph(on_disk=True)
                took.append(how(running.url, path))
                if how is push:
                    took.append(push(running.url, path))
                running.stop()
        loader, (version, peak), (move, _), (again, _) = took
        share = loader / version
        print(
            f"{count:>10,} {loader:>10.1f} s {version:>12.1f} s {share:>6.0%} {move:>9.1f} s {again:>6.1f} s {peak:>5.0f} MiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
