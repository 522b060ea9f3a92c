"""Laws that two numbers move: the same integers as arrays of JAX, and as lists and laws of 50 digits."""

import itertools
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from mpmath import mpf

import infoloop as il

POINT = (0.25, -0.375)
_P = np.array([[[3, 1], [2, 4], [1, 2]], [[2, 5], [4, 1], [3, 4]]])
_Q = np.array([[[2, 4], [3, 1], [2, 2]], [[5, 1], [2, 3], [4, 3]]])
_ALONG = np.array(
    [
        [[[1, -1], [2, 1], [0, -2]], [[-1, 1], [1, -1], [2, -3]]],
        [[[0, 1], [-1, 2], [1, 1]], [[-2, 1], [1, 0], [-3, -1]]],
    ]
)
_ROWS = np.array([[12, 3, 1], [2, 11, 3], [1, 4, 11]])
_ROWS_ALONG = np.array([[[1, -1, 0], [0, 2, -2], [-1, 0, 1]], [[-1, 2, -1], [1, -2, 1], [0, 1, -1]]])
_COVARIANCE = np.array([[16, 4, 3], [4, 12, 2], [3, 2, 10]])
_COVARIANCE_ALONG = np.array([[[1, 2, 0], [2, 0, 1], [0, 1, 1]], [[0, -1, 1], [-1, 2, 0], [1, 0, -1]]])
_EMPTY = ((0, 1, 1), (1, 0, 0), (1, 2, 1))  # cells of p, all with mass in q


class Setting(NamedTuple):
    """What the exports are called with; `zeros` empties three cells of p and one of the rows."""

    t: Any  # the two numbers
    p: Any  # a law of X, Y, Z with 2, 3, 2 values
    q: Any  # another
    k: Any  # a channel from Y to W, 3 values each
    g: Any  # a Gaussian law of A, B, C


def _tables(zeros):
    p, along, rows, rows_along = _P.copy(), _ALONG.copy(), _ROWS.copy(), _ROWS_ALONG.copy()
    if zeros:
        for cell in _EMPTY:
            along[(slice(None), 0, 0, 0)] += along[(slice(None), *cell)]
            p[(0, 0, 0)] += p[cell]
            p[cell] = along[(slice(None), *cell)] = 0
        rows[2] = [0, 5, 11]
        rows_along[:, 2] = [[0, -1, 1], [0, 1, -1]]
    return p, along, rows, rows_along


def with_jax(t: Any, zeros: bool = False) -> Setting:
    """The setting at two numbers, which may be traced."""
    p, along, rows, rows_along = _tables(zeros)

    def moved(table, by, total):
        return (jnp.asarray(table) + t[0] * by[0] + t[1] * by[1]) / total

    names = ("X", "Y", "Z")
    q = il.Joint(moved(_Q, _ALONG[::-1], 32), names)
    k = il.Channel(moved(rows, rows_along, 16), ("Y",), ("W",))
    covariance = moved(_COVARIANCE, _COVARIANCE_ALONG, 8)
    g = il.Gaussian(jnp.stack([t[0], t[1], t[0] * t[1]]), covariance, ("A", "B", "C"), (1, 1, 1))
    return Setting(t, il.Joint(moved(p, along, 32), names), q, k, g)


def with_digits(t: Any, zeros: bool = False) -> Setting:
    """The same in 50 digits: laws are `{(x, y, z): mass}`, rows and covariances lists, the Gaussian a pair."""
    p, along, rows, rows_along = _tables(zeros)

    def cell(table, by, total, at):
        return (mpf(int(table[at])) + t[0] * int(by[0][at]) + t[1] * int(by[1][at])) / total

    def law(table, by):
        return {at: cell(table, by, 32, at) for at in itertools.product(range(2), range(3), range(2))}

    def square(table, by, total):
        return [[cell(table, by, total, (i, j)) for j in range(3)] for i in range(3)]

    covariance = square(_COVARIANCE, _COVARIANCE_ALONG, 8)
    return Setting(
        t, law(p, along), law(_Q, _ALONG[::-1]), square(rows, rows_along, 16), ([t[0], t[1], t[0] * t[1]], covariance)
    )
