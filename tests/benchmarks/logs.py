"""An audit of a log of ten million rollouts, read and judged. Run: python tests/benchmarks/logs.py [ROWS [GROUP]]"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROW = 200  # bytes of a line
PROBLEMS_A_STEP = 1_250
PART = 500_000  # rows that are written at once


def columns(first: int, rows: int, group: int) -> dict[str, np.ndarray]:
    """Rollouts from the row `first` on: groups of one problem in a step, rates that differ from problem to problem."""
    row = np.arange(first, first + rows)
    problem = row // group * 7_919 % 20_011
    rate = problem % 101 / 100
    right = np.random.default_rng(first).random(rows) < rate
    return {"step": row // (PROBLEMS_A_STEP * group), "problem": problem, "right": right}


def write_lines(path: Path, rows: int, group: int) -> None:
    """Write what verl writes of its rollouts, 200 bytes a line."""
    with path.open("w") as file:
        for first in range(0, rows, PART):
            made = columns(first, min(PART, rows - first), group)
            for step, problem, right in zip(*(values.tolist() for values in made.values()), strict=True):
                head = f'{{"input": "problem {problem:05d}: what is it?", "output": "'
                tail = f'", "gts": "{problem % 10}", "score": {float(right)}, "step": {step}}}\n'
                file.write(head + "x" * (ROW - len(head + tail)) + tail)


def write_table(path: Path, rows: int, group: int) -> None:
    """Write what TRL writes of its completions."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def table(first: int) -> pa.Table:
        made = columns(first, min(PART, rows - first), group)
        problem, right = made["problem"], made["right"].astype(float)
        return pa.table({
            "step": made["step"],
            "prompt": [f"problem {p:05d}: what is it?" for p in problem.tolist()],
            "completion": [f"so {p} and so on {k}" for k, p in enumerate(problem.tolist())],
            "accuracy_reward": right,
            "format_reward": np.full(len(right), 0.25),
            "advantage": right - 0.5,
        })  # fmt: skip

    with pq.ParquetWriter(path, table(0).schema) as writer:
        for first in range(0, rows, PART):
            writer.write_table(table(first))


def write_plain(path: Path, rows: int, group: int) -> None:
    """Write rows of an evaluation: names, verdicts and lengths, no texts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def table(first: int) -> pa.Table:
        made = columns(first, min(PART, rows - first), group)
        names = [f"task/{p:05d}" for p in made["problem"].tolist()]
        return pa.table({"task_id": names, "step": made["step"], "passed": made["right"], "tokens": made["problem"]})

    with pq.ParquetWriter(path, table(0).schema) as writer:
        for first in range(0, rows, PART):
            writer.write_table(table(first))


def audited(path: Path) -> str:
    """Seconds and memory of `infoloop audit PATH`, a process of its own."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "infoloop", "audit", str(path), "--json"]
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        out.seek(0)
        said = json.loads(out.read()) if status == 0 else {}
    return (
        f"{path.name}: {path.stat().st_size / 1e9:.2f} GB, {said.get('rollouts', 0):,} rollouts, "
        f"{said.get('groups', 0):,} groups: {wall:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of CPU, "
        f"{used.ru_maxrss / 2**20:.2f} GiB"
    )


def main() -> None:
    rows, group = (int(given) for given in (*sys.argv[1:], *("10000000", "16")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("verl.jsonl", write_lines), ("plain.parquet", write_plain), ("trl.parquet", write_table)):
            path = Path(folder) / name
            write(path, rows, group)
            sys.stdout.write(f"{audited(path)}\n")
            path.unlink()


if __name__ == "__main__":
    main()
