"""Decide exactly whether a target is a non-negative combination of columns, from a guess where the answer lies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from flint import fmpz_mat, nmod_mat

Column = Mapping[int, int | Fraction]

PRIME = 2**61 - 1  # columns that are independent modulo a prime are so in fractions


class Combination(NamedTuple):
    """Weights of columns whose weighted sum is the target, by number of the column; none is 0."""

    weights: dict[int, Fraction]


class Separation(NamedTuple):
    """A number for each row: the product with the target is below 0, with a column at least 0, with a free one 0."""

    values: dict[int, int]


def decide_combination(
    columns: Sequence[Column], free: int, target: Column, order: Sequence[int], most_steps: int
) -> Combination | Separation | None:
    """Decide whether the target is a combination of columns with weights of at least 0, in exact arithmetic.

    By Farkas' lemma there are either such weights, or a separation, which shows that there are none. The search is the
    dual simplex method without costs, under Bland's rule: from basis to basis, each step solves two systems exactly.

    Args:
        columns: the columns, each as `{row: entry}` without its zeros; they span all rows.
        free: how many columns, the last ones, may have weights of any sign.
        target: what is to be combined, in the same form.
        order: columns, the likeliest of a combination first: the first basis is the first of them that are independent
            of the free ones and of each other. A bad order costs time, never the truth.
        most_steps: after how many steps to give up.

    Returns:
        The weights, or the separation; None where the search was given up, or the ordered columns do not span all rows.

    >>> columns = [{0: 1}, {1: 1}, {0: 1, 1: -1}]
    >>> decide_combination(columns, 0, {0: 1, 1: Fraction(-1, 3)}, [0, 1, 2], 9)
    Combination(weights={0: Fraction(2, 3), 2: Fraction(1, 3)})
    >>> decide_combination(columns, 0, {0: 1, 1: -2}, [0, 1, 2], 9)
    Separation(values={0: 1, 1: 1})
    """
    rows, bounded = sorted(set(target).union(*columns)), len(columns) - free
    place = {row: k for k, row in enumerate(rows)}
    scaled, scales = zip(*map(_integers, (*columns, target)), strict=True)
    candidates = list(dict.fromkeys([*range(bounded, len(columns)), *order]))
    rank = {k: number for number, k in enumerate(dict.fromkeys([*candidates, *range(bounded)]))}
    basis = _first_independent(scaled, candidates, place)
    if len(basis) < len(rows):
        return None
    for _ in range(most_steps + 1):
        matrix = _dense([scaled[k] for k in basis], place)
        solved = matrix.solve(_dense([scaled[-1]], place)).tolist()
        weights = {k: Fraction(int(w.p), int(w.q)) for k, (w,) in zip(basis, solved, strict=True)}
        negative = [k for k in basis if k < bounded and weights[k] < 0]
        if not negative:
            return Combination({k: w * scales[k] / scales[-1] for k, w in weights.items() if w})
        leaving = min(negative, key=rank.__getitem__)
        place_of_1 = _dense([{rows[basis.index(leaving)]: 1}], place)
        inverse = [Fraction(int(x.p), int(x.q)) for (x,) in matrix.transpose().solve(place_of_1).tolist()]
        values, _ = _integers(dict(zip(rows, inverse, strict=True)), keep_zeros=True)
        entering = [k for k in range(bounded) if sum(c * values[row] for row, c in scaled[k].items()) < 0]
        if not entering:
            return Separation({row: value for row, value in values.items() if value})
        basis[basis.index(leaving)] = min(entering, key=rank.__getitem__)
    return None


def _dense(columns: Sequence[Mapping[int, int]], place: Mapping[int, int]) -> fmpz_mat:
    entries = [[0] * len(columns) for _ in place]
    for k, column in enumerate(columns):
        for row, entry in column.items():
            entries[place[row]][k] = entry
    return fmpz_mat(entries)


def _first_independent(
    columns: Sequence[Mapping[int, int]], candidates: Sequence[int], place: Mapping[int, int]
) -> list[int]:
    """Return the candidates that are no combination of earlier ones; modulo a prime, by which some may be missed."""
    matrix = nmod_mat(len(place), len(candidates), PRIME)
    for k, candidate in enumerate(candidates):
        for row, entry in columns[candidate].items():
            matrix[place[row], k] = entry % PRIME
    reduced, rank = matrix.rref()
    found, k = [], 0
    for row in range(rank):
        while not int(reduced[row, k]):
            k += 1
        found.append(candidates[k])
    return found


def _integers(column: Column, keep_zeros: bool = False) -> tuple[dict[int, int], int]:
    """Return a positive multiple of the column in integers, and what it was multiplied by."""
    scale = math.lcm(*(Fraction(c).denominator for c in column.values()))
    return {row: int(c * scale) for row, c in column.items() if c or keep_zeros}, scale
