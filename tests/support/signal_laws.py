"""Signals of worlds by loops in plain Python: their laws, and how their bits split. Nothing here is of the package."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np


def members(world, q: int, c: int) -> list[int]:
    """The outputs of class c at question q."""
    return [y for y, found in enumerate(np.array(world.classes)[q].tolist()) if found == c]


def trained_questions(world) -> list[int]:
    """The questions of task 0 in domain 0."""
    return [q for q, (t, d) in enumerate(zip(world.task, world.domain, strict=True)) if t == 0 and d == 0]


def asked(world, q: int) -> dict[int, float]:
    """How likely each class is to be asked for."""
    law: dict[int, float] = defaultdict(float)
    for p, row in zip(np.array(world.prior).tolist(), np.array(world.right_class).tolist(), strict=True):
        law[row[q]] += p
    return law


def split(world, said: Callable[[int, int], dict]) -> tuple[float, float, float]:
    """Gain, waste and miss, as differences of entropies, of a signal whose law `said(q, y)` gives."""
    parts = []
    for q in trained_questions(world):
        laws: list[dict] = [defaultdict(float) for _ in range(5)]
        for t, p_t in asked(world, q).items():
            right = members(world, q, t)
            for y in right:
                for s, p in said(q, y).items():
                    for law, event in zip(laws, (t, s, (t, s), (t, y), (t, y, s)), strict=True):
                        law[event] += p_t / len(right) * p
        h_t, h_s, h_ts, h_ty, h_tys = (-math.fsum(p * math.log2(p) for p in law.values() if p) for law in laws)
        parts.append((h_t + h_s - h_ts, h_ty - h_t + h_ts - h_t - (h_tys - h_t), h_ts - h_s))
    return tuple(math.fsum(column) / len(parts) for column in zip(*parts, strict=True))


def rows_of(channel, q: int, y: int) -> dict[int, float]:
    """A row of a channel as a law of its values."""
    return {s: p for s, p in enumerate(np.array(channel)[q, y].tolist()) if p}


def references(world) -> Iterator[tuple[int, int]]:
    """Every question with every output that has a class there."""
    for q, row in enumerate(np.array(world.classes).tolist()):
        yield from ((q, y) for y, c in enumerate(row) if c >= 0)
