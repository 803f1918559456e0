"""How long the command line takes to start, as ratios to `import rdflib`.

Whole processes, in turn, in one run, medians: the machine's speed cancels out.
Run it in an environment where aa-ld is installed: python bench/cold_start.py
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15
AA_LD = shutil.which("aa-ld", path=str(Path(sys.executable).parent)) or "aa-ld"
COMMANDS = {
    "import rdflib": [sys.executable, "-P", "-c", "import rdflib"],  # -P: no module of the folder it runs in
    "aa-ld --help": [AA_LD, "--help"],
    "aa-ld ask treatments-toward-th2": [AA_LD, "ask", "treatments-toward-th2"],
    "aa-ld validate": [AA_LD, "validate"],
}
#: The bars: at most this share of `import rdflib`.
BARS = {"aa-ld --help": 0.5, "aa-ld ask treatments-toward-th2": 1.0}


def once(command: list[str]) -> tuple[float, int]:
    """Wall seconds and peak memory in KiB of one run of a command."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    took = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command} failed with {child.returncode}")
    return took, usage.ru_maxrss


def main() -> None:
    """Measure, print a table, say whether the bars are met."""
    for command in COMMANDS.values():
        once(command)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    peaks: dict[str, int] = dict.fromkeys(COMMANDS, 0)
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            took, peak = once(command)
            times[name].append(took)
            peaks[name] = max(peaks[name], peak)
    base = statistics.median(times["import rdflib"])
    print(f"{'command':<34} {'median':>9} {'ratio':>6} {'bar':>5} {'peak':>9}")
    for name, values in times.items():
        median = statistics.median(values)
        bar = f"{BARS[name]:.2f}" if name in BARS else ""
        print(
            f"{name:<34} {median * 1000:6.0f} ms {median / base:6.2f} {bar:>5} {peaks[name] / 1024:5.0f} MiB"
        )
    missed = [name for name, bar in BARS.items() if statistics.median(times[name]) / base >= bar]
    print("bars met" if not missed else f"bars missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
