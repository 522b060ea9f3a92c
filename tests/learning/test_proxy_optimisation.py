"""Gold and proxy along a curve: against enumerated draws in rationals, mpmath, and slopes by differentiation."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from infoloop.learning.proxy_optimisation import (
    best_of_values,
    gaussian_gold,
    gold_slope,
    policy_values,
    regularised_values,
)
from infoloop.probability.numerics import rounding

BASE = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 8)]
PROXY, GOLD = [0.0, 1.0, 1.0, 3.0], [0.0, 2.0, 5.0, 1.0]
FLOATS = np.array([float(p) for p in BASE])


def values(policy):
    with mpmath.workdps(30):
        exact = [mpmath.mpf(p.numerator) / p.denominator if isinstance(p, Fraction) else p for p in policy]
        logs = [q and q * mpmath.log(q * p.denominator / p.numerator) for q, p in zip(exact, BASE, strict=True)]
        means = (mpmath.fsum(q * x for q, x in zip(exact, of, strict=True)) for of in (PROXY, GOLD))
        return [float(x) for x in (mpmath.fsum(logs), *means)]


@pytest.mark.parametrize("beta", [0.1, 1.0, 30.0])
def test_the_regularised_values(beta):
    with mpmath.workdps(30):
        masses = [
            mpmath.mpf(p.numerator) / p.denominator * mpmath.exp(r / mpmath.mpf(beta))
            for p, r in zip(BASE, PROXY, strict=True)
        ]
        expected = values([m / mpmath.fsum(masses) for m in masses])
    found = regularised_values(FLOATS, PROXY, GOLD, beta)
    assert np.abs(np.array(found) - expected).max() <= rounding(64)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_the_values_of_the_best_of_n_by_all_draws(n):
    policy = [Fraction(0)] * 4
    for drawn in itertools.product(range(4), repeat=n):
        best = [y for y in drawn if PROXY[y] == max(PROXY[z] for z in drawn)]
        for y in best:
            policy[y] += math.prod((BASE[z] for z in drawn), start=Fraction(1)) / len(best)
    assert np.abs(np.array(best_of_values(FLOATS, PROXY, GOLD, n)) - values(policy)).max() <= rounding(64)


@pytest.mark.full
def test_the_gold_slope_is_the_derivative_and_changes_sign_at_the_peak():
    strengths = jnp.linspace(0.01, 4.0, 400)
    curve = jax.jit(jax.vmap(lambda s: regularised_values(FLOATS, PROXY, GOLD, 1 / s)))(strengths)
    by_slope = jax.jit(jax.vmap(lambda s: gold_slope(FLOATS, PROXY, GOLD, 1 / s)))(strengths)
    gold = jax.grad(lambda s: regularised_values(FLOATS, PROXY, GOLD, 1 / s).gold)
    by_gradient = jax.jit(jax.vmap(gold))(strengths)
    assert np.abs(by_slope - by_gradient).max() <= rounding(64) * 8
    peak = int(np.argmax(curve.gold))
    assert by_slope[peak - 1] > 0 > by_slope[peak + 1]
    assert (np.diff(curve.proxy) > 0).all()
    assert (np.diff(curve.divergence) > 0).all()


def test_a_policy_with_mass_that_the_base_lacks_is_infinitely_far():
    assert policy_values([0.5, 0.5], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]).divergence == np.inf
    assert policy_values([1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [0.0, 1.0]).divergence == pytest.approx(
        math.log(2), abs=rounding(4)
    )


@pytest.mark.full
@pytest.mark.parametrize(("slope", "curvature"), [(1.5, 0.0), (1.5, 0.4), (-0.5, -0.25)])
def test_a_parabola_of_a_normal_proxy_on_a_fine_grid(slope, curvature):
    """The grid is far finer than any policy; sums over it converge exponentially."""
    r = np.arange(-14, 14, 0.05)
    base = np.exp(-(r**2) / 2)
    base /= base.sum()
    gold = slope * r - curvature * r**2
    for strength in (0.3, 1.0, 3.0):
        found = regularised_values(base, r, gold, 1 / strength)
        gain = found.gold - base @ gold
        assert abs(np.sqrt(found.divergence) - strength / math.sqrt(2)) <= rounding(64) * 8
        assert abs(gaussian_gold(strength / math.sqrt(2), slope, curvature) - gain) <= rounding(64) * 64


@pytest.mark.slow
def test_the_peak_of_the_parabola():
    a, c = 3.0, 0.5
    top = a / (math.sqrt(8) * c)
    assert abs(jax.grad(gaussian_gold)(top, a, c)) <= rounding(16)
    assert abs(gaussian_gold(top, a, c) - a**2 / (4 * c)) <= rounding(16) * 8


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: regularised_values(FLOATS, PROXY, [1.0, np.nan, 0.0, 0.0], 1.0), "gold is"),
        (lambda: regularised_values(FLOATS, PROXY, GOLD, 0.0), "beta"),
        (lambda: regularised_values(FLOATS, PROXY, GOLD, 1e-310), r"^beta .a temperature. is 1e-310: give a .* above"),
        (lambda: best_of_values(FLOATS, PROXY, GOLD, 0.0), "n is 0.0"),
        (lambda: policy_values([0.5, 0.6], [0.5, 0.5], [0, 1], [0, 1]), "policy has mass"),
        (lambda: gaussian_gold(-1.0, 1.0), "distance is -1.0"),
        (lambda: gaussian_gold(1.0, np.inf), "slope is inf"),
        (lambda: regularised_values(FLOATS, PROXY, GOLD[:3], 1.0), "one number for each of the 4 outputs"),
        (lambda: regularised_values(FLOATS, PROXY[:3], GOLD, 1.0), "one number for each of the 4 outputs"),
    ],
)
def test_bad_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_a_tiny_beta_leaves_the_best_by_the_proxy():
    found = regularised_values([0.5, 0.25, 0.25, 0.0], [1.0, 3.0, 3.0, 9.0], [1.0, 2.0, 0.0, 5.0], 1e-307)
    assert np.abs(np.array(found) - [np.log(2), 3, 1]).max() <= rounding(4)
