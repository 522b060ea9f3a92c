"""Sums over groups, of one part of a log or of several: what is added up, or is the least or the largest, by name.

A quantity is named by a tuple: `("size",)`, `("count", a)`, `("total", a)`, `("product", a, b)` with a <= b,
`("least", a)`, `("largest", a)`, for numbers a and b that were measured. One that some part has not is 0 there, or NaN
for the least and the largest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

Quantity = tuple
_EXTREMES = {"least": np.fmin, "largest": np.fmax}


class Measured(NamedTuple):
    """A number that rollouts have: of the kind "reward", "component", "verdict", "advantage" or "length", by name."""

    kind: str
    name: str


@dataclass(eq=False)
class GroupSums:
    """Groups in the order in which they first come, each once, and what was summed over their rollouts.

    Attributes:
        problem: Numbers of the problems.
        step: Steps.
        label: 64-bit hashes of what tells groups of a problem and step apart.
        sums: One entry a group for each quantity.
        answered: Of pairs of a group and an answer: places of the groups.
        answer: Their 64-bit hashes.
        times: How often the group has the answer.
    """

    problem: np.ndarray
    step: np.ndarray
    label: np.ndarray
    sums: dict[Quantity, np.ndarray]
    answered: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    answer: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))
    times: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))


def sum_groups(group: np.ndarray, numbers: dict[Measured, np.ndarray]) -> dict[Quantity, np.ndarray]:
    """Return the sums of numbers over groups.

    Args:
        group: The group of each rollout, from 0 on; every group has one.
        numbers: What was measured, one entry a rollout; NaN for none.

    >>> found = sum_groups(np.array([0, 1, 0]), {Measured("reward", ""): np.array([1.0, np.nan, 3.0])})
    >>> found["total", Measured("reward", "")].tolist(), found["largest", Measured("reward", "")].tolist()
    ([4.0, 0.0], [3.0, nan])
    """
    order = _order(group)
    size = np.bincount(group).astype(np.int32)
    starts = np.append(0, np.cumsum(size, dtype=np.int64)[:-1])
    sums: dict[Quantity, np.ndarray] = {("size",): size}
    filled: dict[Measured, np.ndarray] = {}
    for a, values in sorted(numbers.items()):
        x = np.asarray(values, np.float64)
        x = x if order is None else x[order]
        absent = np.isnan(x)
        sums["count", a] = size - np.add.reduceat(absent, starts, dtype=np.int32) if absent.any() else size
        sums["least", a], sums["largest", a] = np.fmin.reduceat(x, starts), np.fmax.reduceat(x, starts)
        filled[a] = np.where(absent, 0.0, x) if absent.any() else x
        sums["total", a] = np.add.reduceat(filled[a], starts)
        for b in filled:
            sums["product", b, a] = np.add.reduceat(filled[a] * filled[b], starts)
    return sums


def join_groups(parts: list[GroupSums]) -> GroupSums:
    """Return the groups of all parts, each once; the parts are emptied on the way, to save memory.

    >>> once = lambda: GroupSums(np.array([0]), np.array([7]), np.array([1], np.uint64), {("size",): np.array([2])})
    >>> join_groups([once(), once()]).sums["size",].tolist()
    [4]
    """
    if len(parts) == 1:
        return parts[0]
    keys = [np.concatenate([getattr(part, name) for part in parts]) for name in ("problem", "step", "label")]
    group, first = number_groups(*keys)
    alone = first.size == group.size  # no group is in two parts
    order = _order(group)
    starts = np.append(0, np.cumsum(np.bincount(group))[:-1])
    lengths = [part.problem.size for part in parts]
    sums: dict[Quantity, np.ndarray] = {}
    for key in dict.fromkeys(key for part in parts for key in part.sums):
        absent = np.nan if key[0] in _EXTREMES else 0
        pieces = [part.sums.pop(key, None) for part in parts]
        values = np.concatenate(
            [np.full(n, absent) if x is None else x for x, n in zip(pieces, lengths, strict=True)], dtype=_kind(key)
        )
        if not alone:
            values = values if order is None else values[order]
            values = _EXTREMES.get(key[0], np.add).reduceat(values, starts, dtype=values.dtype)
        sums[key] = values
    ahead = np.append(0, np.cumsum(lengths)[:-1])
    answered = np.concatenate([group[part.answered + n] for part, n in zip(parts, ahead, strict=True)])
    answer, times = (np.concatenate([getattr(part, name) for part in parts]) for name in ("answer", "times"))
    pairs = (answered, answer, times) if alone and order is None else count_answers(answered, answer, times)
    return GroupSums(*(key[first] for key in keys), sums, *pairs)


def number_groups(problem: np.ndarray, step: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each row's group, in the order in which they first come, and the first row of each.

    Args:
        problem: Numbers from 0 on, one a row.
        step: Numbers.
        label: Numbers.

    >>> group, first = number_groups(np.array([5, 5, 6]), np.array([0, 0, 0]), np.array([1, 1, 1]))
    >>> group.tolist(), first.tolist()
    ([0, 0, 1], [0, 2])
    """
    import pandas as pd

    keys = problem, step, label
    heads = np.flatnonzero(np.append(True, np.any([key[1:] != key[:-1] for key in keys], axis=0)))
    group = pd.factorize(problem[heads])[0].astype(np.int64)
    for key in (step[heads], label[heads]):
        if (key != key[0]).any():
            codes, kinds = pd.factorize(key)
            group = pd.factorize(group * kinds.size + codes)[0].astype(np.int64)
    new = np.append(True, group[1:] > np.maximum.accumulate(group)[:-1])
    return np.repeat(group, np.diff(heads, append=len(problem))), heads[new]


def count_answers(
    group: np.ndarray, answer: np.ndarray, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each pair of a group and an answer once, in the order of groups, and how often there is such a pair.

    Args:
        group: Numbers of the groups.
        answer: 64-bit hashes.
        times: How often each pair counts.

    >>> [x.tolist() for x in count_answers(np.array([1, 0, 1]), np.array([9, 9, 9], np.uint64), np.array([1, 1, 2]))]
    [[0, 1], [9, 9], [1, 3]]
    """
    if not group.size:
        return group, answer, times
    order = np.argsort(answer)
    by_group = group[order]
    order = order[np.argsort(by_group.astype(np.uint16) if group.max() < 2**16 else by_group, kind="stable")]
    group, answer, times = group[order], answer[order], times[order]
    new = np.append(True, (group[1:] != group[:-1]) | (answer[1:] != answer[:-1]))
    starts = np.flatnonzero(new)
    return group[starts], answer[starts], np.add.reduceat(times, starts)


def put_answers_away(groups: GroupSums) -> None:
    r"""Replace the pairs of groups and answers by what an entropy takes, so that they need no memory any more.

    Of a group's answers, with $c_a$ of each: `("answered",)` $\sum c_a$, `("distinct",)` their number, `("surprise",)`
    $\sum c_a\log_2c_a$, and `("closed",)`, how often this was done: the numbers are right where it was done once.

    >>> g = GroupSums(*np.zeros((3, 1), int), {}, np.zeros(2, int), np.array([5, 6], np.uint64), np.array([2, 4]))
    >>> put_answers_away(g); g.sums["surprise",].tolist(), g.sums["answered",].tolist(), g.answer.tolist()
    ([10.0], [6], [])
    """
    of, times, n = groups.answered, groups.times, groups.problem.size
    found = {
        "answered": np.bincount(of, times, n).astype(np.int32),
        "distinct": np.bincount(of, minlength=n).astype(np.int32),
        "surprise": np.bincount(of, times * np.log2(times), n),
        "closed": np.bincount(of[np.append(True, of[1:] != of[:-1])] if of.size else of, minlength=n).astype(np.int32),
    }
    for name, values in found.items():
        groups.sums[name,] = groups.sums.get((name,), 0) + values
    groups.answered, groups.answer, groups.times = of[:0], groups.answer[:0], times[:0]


def _order(group: np.ndarray) -> np.ndarray | None:
    """Return what sorts the rows by group, those of a group as they were; None where they are."""
    return None if (group[1:] >= group[:-1]).all() else np.argsort(group, kind="stable")


def _kind(key: Quantity) -> type:
    return np.int32 if key[0] in ("size", "count", "answered", "distinct", "closed") else np.float64
