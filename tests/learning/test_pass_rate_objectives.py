"""Slopes of objectives: against derivatives of the objectives in 30 digits, and GRPO's by its groups in fractions."""

from math import comb

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import asin, diff, log, mp, mpf, sqrt

from infoloop.learning.pass_rate_objectives import (
    arcsine_slope,
    attempts_slope,
    group_slope,
    late_error,
    log_odds_slope,
    log_rate_slope,
    rate_slope,
)
from infoloop.probability.numerics import rounding

OBJECTIVES = [
    (rate_slope, lambda p: p),
    (log_rate_slope, log),
    (log_odds_slope, lambda p: log(p / (1 - p))),
    (arcsine_slope, lambda p: 2 * asin(sqrt(p))),
    (attempts_slope(5), lambda p: 1 - (1 - p) ** 5),
]


@pytest.mark.parametrize(("slope", "objective"), OBJECTIVES)
@pytest.mark.parametrize("p", [0.125, 0.5, 0.875])
def test_a_slope_is_the_derivative(slope, objective, p):
    with mp.workdps(30):
        wanted = float(diff(objective, mpf(p)))
    assert abs(slope(jnp.array(p), jnp.array(1 - p)) - wanted) <= rounding(4) * abs(wanted)


@pytest.mark.parametrize("size", [2, 3, 8])
@pytest.mark.parametrize("p", [0.0, 0.125, 0.75, 1.0])
def test_grpos_slope_is_the_mean_deviation_over_the_variance(size, p):
    q = 1 - p
    terms = [
        comb(size, c) * p ** (c - 1) * q ** (size - c - 1) * (c * (size - c)) ** 0.5 / size for c in range(1, size)
    ]
    assert abs(group_slope(size)(jnp.array(p), jnp.array(q)) - sum(terms)) <= rounding(64)


@pytest.mark.slow
def test_small_groups_have_constant_slopes_and_large_ones_the_arcsine():
    p, q = jnp.array([0.1, 0.5]), jnp.array([0.9, 0.5])
    assert abs(group_slope(3)(p, q) - 2**0.5).max() <= rounding(8)
    assert abs(group_slope(4096)(p, q) / arcsine_slope(p, q) - 1).max() < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("size", [4, 5])
def test_grpos_slope_has_slopes_at_the_ends(size):
    """Twice the difference of the first two of n - 1 coefficients, times n - 2: by the sum over groups."""

    def kappa(p):
        return sum(
            comb(size, c) * p ** (c - 1) * (1 - p) ** (size - c - 1) * sqrt(c * (size - c)) / size
            for c in range(1, size)
        )

    slope = jax.grad(lambda p: group_slope(size)(p, 1 - p))
    with mp.workdps(40):
        for p in (0.0, 0.25, 1.0):
            assert abs(slope(p) - float(diff(kappa, mpf(p)))) <= rounding(16)


@pytest.mark.parametrize(
    ("k", "by_q", "by_k"),
    [(0.5, -np.inf, -np.inf), (1.0, 0.0, -np.inf), (1.5, np.inf, 0.0), (2.0, 2.0, 0.0), (3.0, 0.0, 0.0)],
)
def test_slopes_of_the_slope_of_attempts_hold_where_none_fails(k, by_q, by_k):
    def value(q, k):
        return attempts_slope(k)(1 - q, q)

    assert [float(x) for x in jax.grad(value, (0, 1))(0.0, k)] == [by_q, by_k]
    inner = [float(x) for x in jax.grad(value, (0, 1))(0.25, k)]
    assert abs(inner[0] - k * (k - 1) * 0.25 ** (k - 2)) <= rounding(8) * 16
    assert abs(inner[1] - 0.25 ** (k - 1) * (1 + k * np.log(0.25))) <= rounding(8)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"size .of a group, .* is 1"):
        group_slope(1)
    with pytest.raises(ValueError, match=r"k .attempts. is 0"):
        attempts_slope(0)
    with pytest.raises(ValueError, match="power is -1"):
        late_error(1.0, 1.0, 1.0, -1.0)
