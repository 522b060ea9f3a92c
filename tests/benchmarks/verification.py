"""What `infoloop verify` takes, a statement: with no program kept, and in a second run, by part of the work.

Run: python tests/benchmarks/verification.py [LABEL...]. The kept programs are in a folder that is deleted afterwards.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter

from machine import machine_line

GOALS = {"cold": 0.4, "second": 0.2}  # seconds of CPU a statement
HEAD = "| run | statements | CPU a statement | goal | of it, by the clock |\n|---|---|---|---|---|\n"
_LEAST_SHARE = 0.02  # of the time; smaller parts are not named


def spent(labels: list[str], folder: str) -> list[dict]:
    """Return what each statement took, in a process of its own that keeps its programs in this folder."""
    command = [sys.executable, "-m", "infoloop", "verify", "--profile", "--json", *labels]
    found = subprocess.run(
        command, env=os.environ | {"XDG_CACHE_HOME": folder}, capture_output=True, text=True, check=False
    )
    return [row["spent"] for row in json.loads(found.stdout) if row.get("spent")]


def line(run: str, found: list[dict]) -> str:
    """Return the row of a run."""
    cpu = sum(row["cpu"] for row in found) / len(found)
    parts = Counter[str]()
    for row in found:
        parts.update(row["seconds"])
    whole = sum(parts.values())
    shares = [f"{name} {part / whole:.0%}" for name, part in parts.most_common() if part >= _LEAST_SHARE * whole]
    missed = "" if cpu <= GOALS[run] else " (missed)"
    return f"| {run} | {len(found)} | {cpu:.2f} s | ≤ {GOALS[run]:.3g} s{missed} | {', '.join(shares)} |"


def main() -> None:
    sys.stdout.write(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        for run in GOALS:
            sys.stdout.write(line(run, spent(sys.argv[1:], folder)) + "\n")
            sys.stdout.flush()
    sys.stdout.write(f"({machine_line()})\n")


if __name__ == "__main__":
    main()
