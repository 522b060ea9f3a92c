"""Mixing in real data: the closed forms against the recursion, the exact law, and a numerical minimum."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from infoloop.information.measures import mutual_information
from infoloop.models.mixing import error_variance, law, mixing, optimal_weight, stationary_variance
from infoloop.probability.distributions import marginal
from infoloop.probability.numerics import rounding

RATIOS = [0.01, 0.5, 1.0, 3.0, 100.0]


@pytest.mark.full
@pytest.mark.parametrize("weight", [0.0, 0.01, 0.5, 1.0])
def test_the_error_is_that_of_the_law(weight):
    """theta has variance 1 and Z = theta + error, the error independent of theta."""
    m = mixing(weight, 4, 3, 2.0)
    for t in range(6):
        p = law(m, t)
        assert abs(marginal(p, f"Z{t}").covariance[0, 0] - 1 - error_variance(m, t)) <= rounding(64) * (t + 1)


@pytest.mark.parametrize("weight", [0.05, 0.3, 1.0])
def test_iterating_the_recursion_reaches_the_stationary_variance(weight):
    m, v = mixing(weight, 6, 2), 1 / 6
    for _ in range(1000):
        v = weight**2 / 6 + (1 - weight) ** 2 * (v + 1 / 2)
    assert abs(6 * v - stationary_variance(weight, 3.0)) <= rounding(1000)
    assert abs(error_variance(m, 1000) - v) <= rounding(1000)


@pytest.mark.slow
@pytest.mark.parametrize("ratio", RATIOS)
def test_the_optimum_is_the_numerical_one_and_its_own_variance(ratio):
    best = optimal_weight(ratio)
    found = minimize_scalar(lambda w: float(stationary_variance(w, ratio)), bounds=(1e-3, 1), method="bounded")
    assert abs(stationary_variance(best, ratio) - best) <= rounding(8) * (1 + ratio)
    assert stationary_variance(best, ratio) <= found.fun + rounding(8) * (1 + ratio)
    slope, half = jax.grad(stationary_variance), rounding(1) ** 0.5  # half of the digits: the slope is sure beyond them
    assert slope(best * (1 - half), ratio) < 0
    assert slope(best + min(best * half, (1 - best) / 2), ratio) > 0


def test_the_golden_ratio():
    assert abs(optimal_weight(1.0) - (np.sqrt(5) - 1) / 2) <= rounding(1)
    assert stationary_variance(optimal_weight(1.0), 1.0) < stationary_variance(0.5, 1.0) < stationary_variance(1.0, 1.0)


@pytest.mark.full
def test_open_every_round_and_still_no_limit():
    """B2: with w = 0.01 each fresh real mean tells something new of theta, and the information still falls."""
    p = law(mixing(0.01, 10, 10), 10)
    fresh = [mutual_information(p, "theta", f"R{t}", given=f"Z{t - 1}") for t in (1, 5, 10)]
    assert min(fresh) > 0.1
    kept = jnp.array([mutual_information(p, "theta", f"Z{t}") for t in (0, 5, 10)])
    assert (jnp.diff(kept) < 0).all()
    weights = np.array([1e-2, 1e-4, 1e-6])
    # w (2 - w) V = w^2 + r (1 - w)^2: off r by less than 3 w at r = 1.
    assert (abs(weights * (2 - weights) * stationary_variance(weights, 1.0) - 1) < 3 * weights).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mixing(1.5, 1, 1), "weight is 1.5"),
        (lambda: mixing(0.5, 0, 1), "real is 0"),
        (lambda: mixing(0.5, 1, 0), "synthetic is 0"),
        (lambda: mixing(0.5, 1, 1, -1.0), "noise_variance is -1"),
        (lambda: optimal_weight(0.0), "ratio is 0"),
        (lambda: stationary_variance(-0.1, 1.0), "weight is -0.1"),
        (lambda: law(mixing(0.5, 1, 1), 1, 0.0), "must be random"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
