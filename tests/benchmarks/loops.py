"""Sampled loops against a NumPy loop over runs, in the same process. Run: python tests/benchmarks/loops.py"""

import sys
import time

import jax
import numpy as np

from infoloop.models.gaussian_refit import SCHEDULES, simulate

jax.config.update("jax_enable_x64", True)


def seconds(work, repeats: int = 5) -> float:
    """The shortest of several runs after a warm-up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def numpy_loops(n: int, generations: int, runs: int, schedule: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(runs):
        mean, deviation, pool = 0.0, 1.0, np.empty(0)
        for _ in range(generations):
            fresh = rng.normal(mean, deviation, n)
            pool = np.concatenate([pool, fresh]) if schedule == "accumulate" else fresh
            mean, deviation = pool.mean(), pool.std()


def gaussian_loops(n: int, schedule: str, runs: int = 10_000, generations: int = 100) -> tuple[str, str, str]:
    """A row of the table: 10 000 loops here, and there a tenth of them once, times ten."""
    key = jax.random.key(0)
    ours = seconds(lambda: jax.block_until_ready(simulate(key, n, generations, runs, schedule)))
    start = time.perf_counter()
    numpy_loops(n, generations, runs // 10, schedule)
    peer = 10 * (time.perf_counter() - start)
    what = f"{runs} Gaussian loops, {generations} generations of {n}, {schedule}"
    return what, f"{ours:.2f} s", f"{peer:.1f} s, NumPy loop over runs ({peer / ours:.0f} times)"


def table() -> str:
    rows = [gaussian_loops(n, schedule) for n in (10, 100) for schedule in SCHEDULES]
    return "\n".join(["| what | infoloop | peer |", "|---|---|---|", *("| " + " | ".join(row) + " |" for row in rows)])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
