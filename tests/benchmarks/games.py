"""Verdicts of the word game against NumPy and Python, and Knuth's strategy. Run: python tests/benchmarks/games.py"""

import itertools
import resource
import sys
import time

import jax
import numpy as np

from infoloop.games.mastermind import knuth_queries
from infoloop.games.wordle import patterns, signal_entropies

jax.config.update("jax_enable_x64", True)
GUESSES, SECRETS = 12_972, 2_315  # as large as the lists of the published game


def seconds(work, repeats: int = 5) -> float:
    """The shortest of several runs after a warm-up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def words(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(26, size=(count, 5))


def numpy_patterns(guesses: np.ndarray, secrets: np.ndarray) -> np.ndarray:
    """Whole matrices, one letter of the guess after the other."""
    right = guesses[:, None, :] == secrets[None, :, :]
    left, codes = np.where(right, 255, secrets[None, :, :]), np.zeros(right.shape[:2], int)
    for i in range(guesses.shape[1]):
        hit = (left == guesses[:, None, None, i]) & ~right[:, :, i, None]
        first = hit.argmax(2)[:, :, None]
        found = np.take_along_axis(hit, first, 2)
        np.put_along_axis(left, first, np.where(found, 255, np.take_along_axis(left, first, 2)), 2)
        codes = 3 * codes + np.where(right[:, :, i], 2, found[:, :, 0])
    return codes


def python_pattern(guess: tuple, secret: tuple) -> int:
    marks = [2 * (g == s) for g, s in zip(guess, secret, strict=True)]
    left, code = [s for s, mark in zip(secret, marks, strict=True) if not mark], 0
    for g, mark in zip(guess, marks, strict=True):
        if not mark and g in left:
            left.remove(g)
            mark = 1
        code = 3 * code + mark
    return code


def rates() -> str:
    guesses, secrets = words(GUESSES).astype(np.uint8), words(SECRETS).astype(np.uint8)
    few, prior = guesses[:512], np.random.default_rng(1).dirichlet(np.ones(SECRETS))
    pairs = list(itertools.product(map(tuple, few[:16].tolist()), map(tuple, secrets.tolist())))
    assert (np.asarray(patterns(few[:64], secrets)) == numpy_patterns(few[:64], secrets)).all()
    works = {
        "patterns, 512 guesses": (lambda: patterns(few, secrets).block_until_ready(), 512 * SECRETS),
        "entropies and sizes, streamed": (lambda: signal_entropies(guesses, secrets).bits.block_until_ready(), None),
        "the same, weighted secrets": (
            lambda: signal_entropies(guesses, secrets, prior).bits.block_until_ready(),
            None,
        ),
        "patterns, NumPy": (lambda: numpy_patterns(few[:64], secrets), 64 * SECRETS),
        "patterns, Python": (lambda: [python_pattern(g, s) for g, s in pairs], len(pairs)),
    }
    rows = [f"| {name} | {(n or GUESSES * SECRETS) / seconds(work) / 1e6:.4g} |" for name, (work, n) in works.items()]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return "\n".join(["| what | million pairs a second |", "|---|---|", *rows, f"\npeak memory {peak:.2f} GB"])


def table() -> str:
    start = time.perf_counter()
    total = knuth_queries().sum()
    took = time.perf_counter() - start
    return f"{rates()}\n\nKnuth's strategy on all 1296 codes: {total} guesses, {took:.2f} s with compilation"


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
