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


def gaussian_loops(n: int, schedule: str, short: bool, runs: int = 10_000, generations: int = 100) -> str:
    """A row of the table: 10 000 loops here, and there a tenth of them, times ten; both the best of several runs."""
    key = jax.random.key(0)
    ours = seconds(lambda: jax.block_until_ready(simulate(key, n, generations, runs, schedule, short=short)))
    peer = 10 * seconds(lambda: numpy_loops(n, generations, runs // 10, schedule), repeats=2)
    storage = "mean and sum of squares drawn" if short else "every sample drawn"
    what = f"{runs} Gaussian loops, {generations} generations of {n}, {schedule}, {storage}"
    return f"| {what} | {ours:.3f} s | {peer:.1f} s, NumPy loop over runs ({peer / ours:.0f} times) |"


def table() -> str:
    rows = [gaussian_loops(n, s, short) for n in (10, 100) for s in SCHEDULES for short in (True, False)]
    return "\n".join(["| what | infoloop | peer |", "|---|---|---|", *rows])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
