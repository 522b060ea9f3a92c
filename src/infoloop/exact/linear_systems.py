"""Exact solutions of linear equations whose approximate solution is known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from flint import fmpz_mat

SIMPLE = 1000  # the largest denominator that rounding alone tries
CELLS = 4 * 10**6  # the largest dense system that is eliminated

Column = Mapping[int, int | Fraction]


def exact_weights(columns: Sequence[Column], target: Column, near: Sequence[float]) -> list[Fraction] | None:
    """Return fractions x with sum x_k columns[k] = target: the given floats made simple, else found by elimination.

    Args:
        columns: the columns of the system, each as `{row: entry}` without its zeros.
        target: the right side, in the same form.
        near: an approximate solution, one float a column.

    Returns:
        One fraction a column, which solve the system exactly; None if there are none.

    Raises:
        ValueError: For a system of more than `CELLS` entries, which is too large to eliminate.

    >>> exact_weights([{0: 1, 1: 1}, {1: 2}], {0: Fraction(1, 3)}, [0.3333333333, -0.1666666667])
    [Fraction(1, 3), Fraction(-1, 6)]
    """
    rounded = [Fraction(x).limit_denominator(SIMPLE) for x in near]
    if _solves(columns, target, rounded):
        return rounded
    solved = _eliminated(columns, target)
    return solved if solved is not None and _solves(columns, target, solved) else None


def _solves(columns: Sequence[Column], target: Column, weights: Sequence[Fraction]) -> bool:
    left = {row: Fraction(c) for row, c in target.items()}
    for column, weight in zip(columns, weights, strict=True):
        for row, c in column.items() if weight else ():
            left[row] = left.get(row, Fraction(0)) - weight * c
    return not any(left.values())


def _eliminated(columns: Sequence[Column], target: Column) -> list[Fraction] | None:
    rows = sorted(set(target).union(*columns))
    if len(rows) * (len(columns) + 1) > CELLS:
        raise ValueError(
            f"floats find weights for {len(columns)} measures over {len(rows)} joint entropies, too many to make exact "
            f"(at most {CELLS} cells): leave out variables, or prove it in steps"
        )
    entries: dict[int, dict[int, Fraction]] = {row: {} for row in rows}
    for k, column in enumerate([*columns, target]):
        for row, c in column.items():
            entries[row][k] = Fraction(c)
    whole = [_integer_row(row, len(columns) + 1) for row in entries.values()]
    reduced, denominator, rank = fmpz_mat(whole).rref()
    pivots = _pivots(reduced, rank)
    if len(columns) in pivots:
        return None
    solution = [Fraction(0)] * len(columns)
    for k, pivot in enumerate(pivots):
        solution[pivot] = Fraction(int(reduced[k, len(columns)]), int(denominator))
    return solution


def _integer_row(row: Mapping[int, Fraction], size: int) -> list[int]:
    scale = math.lcm(*(c.denominator for c in row.values()))
    whole = [0] * size
    for k, c in row.items():
        whole[k] = int(c * scale)
    return whole


def _pivots(reduced: fmpz_mat, rank: int) -> list[int]:
    pivots, column = [], 0
    for row in range(rank):
        while not reduced[row, column]:
            column += 1
        pivots.append(column)
    return pivots
