"""Blackwell's order of channels: is one what remains of the other after more noise?"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.channels import Channel
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import rounding

_SOLVER_TOLERANCE = 1e-6  # HiGHS lets a constraint be violated by 1e-7, and a row has several
_TOO_ALIKE = "the rows of the finer channel may be too alike, so give rows that differ by more than 1e-8"
_SCALES = (2.0**8, 2.0**16, 2.0**24)  # with more, entries of size 1 lose the digits that the solver checks


@dataclass(frozen=True)
class Garbling:
    """The answer of `is_garbling`: true or false as it `holds`.

    Attributes:
        holds: Whether `fine >> garbling` equals `coarse`, up to rounding.
        garbling: The channel from the targets of `fine` to those of `coarse`, which get a prime for every name that
            `fine` has as a target already; None unless it holds.
        distance: What the best garbling leaves: the largest total variation of two rows, from 0 to 1, no unit.
    """

    holds: bool
    garbling: Channel | None
    distance: float

    def __bool__(self) -> bool:
        return self.holds


@host_only
@kinds_checked
def is_garbling(coarse: Channel, fine: Channel) -> Garbling:
    r"""Return whether one channel is another with noise added: `coarse` = `fine >> garbling` for some channel.

    If it is, `fine` serves every decision at least as well. The distance is Le Cam's deficiency,
    $\delta=\min_G\max_x\frac12\sum_y|(FG)_{xy}-C_{xy}|$, found by linear programming; every decision with losses in
    [0, 1] loses at most $\delta$ with `fine` instead of `coarse` (Blackwell 1951; Le Cam 1964). Not for `jit`.

    Args:
        coarse: The channel that may be the noisier one.
        fine: The channel that may be the better one, with the same sources in the same order.

    Returns:
        A `Garbling`, true or false in an `if`, with the garbling channel and the distance.

    Raises:
        ValueError: Unless both have the same sources, in the same order and of the same sizes; and where rows of `fine`
            are so alike, to about 1e-9, that the solver cannot tell: a no has a decision that loses with `fine`.

    >>> from infoloop.probability.channel_families import bsc
    >>> noisy, noisier = bsc(0.1, "X", "Y"), bsc(0.2, "X", "Z")
    >>> bool(is_garbling(noisier, noisy)), bool(is_garbling(noisy, noisier))
    (True, False)
    >>> round(is_garbling(noisy, noisier).distance, 9)
    0.1
    """
    sources = [{name: k.sizes[name] for name in k.source} for k in (coarse, fine)]
    if coarse.source != fine.source or sources[0] != sources[1]:
        raise ValueError(
            f"cannot order a channel from {sources[0]} and one from {sources[1]}: "
            "give both the same sources, in the same order and of the same sizes"
        )
    c_xz, f_xy = (np.asarray(k.matrix, np.float64) for k in (coarse, fine))
    g_yz, distance, least = _best_garbling(c_xz, f_xy)
    # every entry of the product and of a row of `coarse` may be off by the rounding of a sum over the outputs of `fine`
    if not distance <= rounding(f_xy.shape[1] + c_xz.shape[1], coarse.rows.dtype):
        if not least > rounding(c_xz.size + f_xy.size):
            raise ValueError(
                f"cannot tell: a garbling leaves {distance:.3g}, and no decision was found that loses; {_TOO_ALIKE}"
            )
        return Garbling(False, None, distance)
    shape = fine.rows.shape[len(fine.source) :] + coarse.rows.shape[len(coarse.source) :]
    target = tuple(_primed(name, fine.target) for name in coarse.target)
    return Garbling(True, Channel(jnp.asarray(g_yz.reshape(shape), fine.rows.dtype), fine.target, target), distance)


def _primed(name: str, taken: tuple[str, ...]) -> str:
    return _primed(name + "'", taken) if name in taken else name


def _best_garbling(c_xz: np.ndarray, f_xy: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Return the garbling that leaves the smallest distance, that distance, and what every garbling leaves at least.

    The solver is content with 1e-7, so that what is left of the equations is enlarged and solved again
    (Gleixner, Steffy & Wolter 2016, "Iterative refinement for linear programming").
    """
    zeros, ones = np.zeros((f_xy.shape[1], c_xz.shape[1])), np.ones(f_xy.shape[1])
    first, prices = _correction(f_xy, c_xz, zeros, ones, 1.0)
    g_yz, least = _as_rows(first), _least_deviation(c_xz, f_xy, prices)
    distance = _deviation(c_xz, f_xy, g_yz)
    for scale in _SCALES:
        if not rounding(f_xy.shape[1]) < distance < _SOLVER_TOLERANCE:
            break
        left = (c_xz - f_xy @ g_yz) * scale
        change, prices = _correction(f_xy, left, -g_yz * scale, (1 - g_yz.sum(1)) * scale, scale)
        refined, least = _as_rows(g_yz + change / scale), max(least, _least_deviation(c_xz, f_xy, prices))
        g_yz, distance = min((g_yz, distance), (refined, _deviation(c_xz, f_xy, refined)), key=lambda pair: pair[1])
    return g_yz, distance, least


def _as_rows(g_yz: np.ndarray) -> np.ndarray:
    """Return the channel nearest to a solution whose signs and sums are off by the solver's tolerance.

    The distance that it leaves is measured afterwards, so that nothing is hidden here.
    """
    positive = np.where(g_yz > 0, g_yz, 0.0)
    return positive / positive.sum(1, keepdims=True)


def _deviation(c_xz: np.ndarray, f_xy: np.ndarray, g_yz: np.ndarray) -> float:
    return float(np.abs(f_xy @ g_yz - c_xz).sum(1).max() / 2)


def _least_deviation(c_xz: np.ndarray, f_xy: np.ndarray, prices_xz: np.ndarray) -> float:
    r"""Return what every garbling leaves at least, by a decision that loses so much: true whatever the prices are.

    $\delta\ge\sum_{xz}w_{xz}C_{xz}-\sum_y\max_z\sum_xF_{xy}w_{xz}$ where $\sum_x2\max_z|w_{xz}|\le1$: weak duality, for
    a prior and a gain for each guess z, both in $w$.
    """
    centred = prices_xz - (prices_xz.max(1, keepdims=True) + prices_xz.min(1, keepdims=True)) / 2
    size = 2 * np.abs(centred).max(1).sum()
    if not size > 0:
        return 0.0
    w_xz = centred / size
    return float((w_xz * c_xz).sum() - (f_xy.T @ w_xz).max(1).sum())


def _correction(
    f_xy: np.ndarray, left_xz: np.ndarray, least_yz: np.ndarray, mass_y: np.ndarray, price: float
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the table $\Delta\ge$ `least_yz` with row sums `mass_y` that makes $F\Delta$ nearest to `left_xz`.

    With it comes the price of each entry of `left_xz`: by how much it raises the distance.

    Unknowns are the entries of $\Delta$, a bound $e_{xz}$ for each deviation, and their largest half row sum, which is
    minimised at `price`, high enough that the solver's tolerance for prices is small beside it.
    """
    from scipy import sparse
    from scipy.optimize import linprog

    (x, y), z = f_xy.shape, left_xz.shape[1]
    products, bounds, sums = sparse.kron(sparse.coo_array(f_xy), np.eye(z)), np.eye(x * z), np.ones((1, z))
    above = sparse.block_array(
        [
            [products, -bounds, None],
            [-products, -bounds, None],
            [None, sparse.kron(np.eye(x), sums / 2), -np.ones((x, 1))],
        ]
    )
    mass = sparse.hstack([sparse.kron(np.eye(y), sums), sparse.csr_array((y, x * z + 1))])
    cost = np.append(np.zeros(y * z + x * z), price)
    limits = np.concatenate([left_xz.ravel(), -left_xz.ravel(), np.zeros(x)])
    lowest = np.concatenate([least_yz.ravel(), np.zeros(x * z + 1)])
    found = linprog(cost, above, limits, mass, mass_y, np.stack([lowest, np.full_like(lowest, np.inf)], 1), "highs-ds")
    if found.x is None:
        raise ValueError(
            f"cannot tell: the linear program over {y} x {z} garblings failed ({found.message}); {_TOO_ALIKE}"
        )
    above_price, below_price = found.ineqlin.marginals[: 2 * x * z].reshape(2, x, z)
    return found.x[: y * z].reshape(y, z), above_price - below_price
