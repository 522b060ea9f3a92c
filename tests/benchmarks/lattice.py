"""All 4140 partitions of 8 outputs as signals against all as tasks. Run: python tests/benchmarks/lattice.py"""

import resource
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.information.all_partition_pairs import every_efficiency
from infoloop.information.partition_lattice import partitions
from infoloop.information.signal_efficiency import Efficiency

jax.config.update("jax_enable_x64", True)


def summary(found: Efficiency) -> dict:
    """One number of each kind for each task, so that every pair of every kind is computed."""
    eta, recall = (jnp.where(jnp.isnan(v), 0.0, v).sum() for v in (found.eta, found.recall))
    return {"gain": found.gain.sum(), "waste": found.waste.sum(), "miss": found.miss.sum(), "eta": eta, "r": recall}


def numpy_pairs(law: np.ndarray, rows: np.ndarray, tasks: np.ndarray) -> float:
    """The same by entropies of contingency tables in NumPy, one task at a time; every pair's own table."""
    total, n = 0.0, len(law)
    for task in tasks:
        cells = np.zeros((len(rows), n, n))
        for y in range(n):
            cells[np.arange(len(rows)), rows[:, y], task[y]] += law[y]
        parts = [cells, cells.sum(2), cells.sum(1)]
        h_st, h_s, h_t = (-(p * np.log2(np.where(p > 0, p, 1))).reshape(len(rows), -1).sum(1) for p in parts)
        total += (h_s + h_t - h_st).sum()
    return total


def row(name: str, law: np.ndarray, peers: int = 100) -> str:
    """A row of the table; the peer does `peers` tasks, scaled up."""
    rows = partitions(8)
    times = []
    for _ in range(4):
        start = time.perf_counter()
        jax.block_until_ready(every_efficiency(law, summary))
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    numpy_pairs(law, rows, rows[:peers])
    peer = (time.perf_counter() - start) * len(rows) / peers
    return f"| {name} | {len(rows) ** 2} | {times[0]:.2f} s | {min(times[1:]):.2f} s | {peer:.0f} s |"


def table() -> str:
    laws = {"uniform": np.ones(8) / 8, "random": np.random.default_rng(0).dirichlet(np.ones(8))}
    head = ["| law of 8 outputs | pairs | with compilation | again | NumPy, a table a pair |", "|---|---|---|---|---|"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    rows = [row(name, law) for name, law in laws.items()]
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return "\n".join([*head, *rows, f"\npeak memory {after:.2f} GB, {peak:.2f} GB of it before the first pair"])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
