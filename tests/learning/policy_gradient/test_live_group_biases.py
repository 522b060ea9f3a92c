"""The three biases against all ordered groups, in fractions; limits where no group is live."""

import itertools
from fractions import Fraction

import jax
import numpy as np
import pytest

from infoloop.learning.policy_gradient.live_group_biases import live_mean_bias, live_right_bias, live_wrong_bias
from infoloop.probability.numerics import rounding

BIASES = (live_mean_bias, live_right_bias, live_wrong_bias)


def biases(p, n):
    """By all ordered groups: of the group mean, and of the advantage of the first answer by its verdict."""
    p = Fraction(p)
    live = {r: Fraction(0) for r in (0, 1)}
    centred = {r: Fraction(0) for r in (0, 1)}
    total = Fraction(0)
    for group in itertools.product((0, 1), repeat=n):
        c = sum(group)
        if 0 < c < n:
            mass = p**c * (1 - p) ** (n - c)
            live[group[0]] += mass
            centred[group[0]] += mass * (group[0] - Fraction(c, n))
            total += mass * Fraction(c, n)
    return p - total / sum(live.values()), *(centred[r] / live[r] - (r - p) for r in (1, 0))


@pytest.mark.parametrize("n", [2, 3, 4, 8])
def test_biases_are_means_over_all_ordered_groups(n):
    rates = [2.0**-60, 0.1, 0.375, 0.5, 0.9, 1 - 2.0**-45]
    expected = np.array([[float(b) for b in biases(p, n)] for p in rates]).T
    found = [f(rates, n) for f in BIASES]
    np.testing.assert_allclose(found, expected, atol=rounding(n), rtol=rounding(n))


@pytest.mark.slow
def test_the_numbers_of_the_theory_map():
    zero = 8 ** (-1 / 7)
    assert [round(x, 4) for x in live_mean_bias([0.1, 0.9], 8).tolist()] == [-0.0756, 0.0756]
    assert [round(x, 4) for x in live_right_bias([0.1, 0.9], 8).tolist()] == [-0.1125, 0.0677]
    assert round(float(live_mean_bias(0.1, 4)), 4) == -0.1906
    assert abs(live_right_bias([zero], 8)) <= rounding(8)
    assert round(8 ** (-1 / 7), 3) == 0.743
    assert biases(Fraction(1, 2), 3) == (0, Fraction(-1, 18), Fraction(1, 18))


@pytest.mark.full
@pytest.mark.parametrize("which", range(3))
def test_limits_and_slopes_at_the_ends(which):
    """The slope is a secant over 2^-60, in fractions."""
    values, slopes = jax.vmap(jax.value_and_grad(lambda p: BIASES[which](p, 4)))(np.array([0.0, 1.0]))
    assert values.tolist() == [-0.25, 0.25]
    step = Fraction(1, 2**60)
    low = (biases(step, 4)[which] + Fraction(1, 4)) / step
    high = (Fraction(1, 4) - biases(1 - step, 4)[which]) / step
    np.testing.assert_allclose(slopes, [float(low), float(high)], rtol=rounding(8))


def test_large_groups_take_no_table():
    q, n = 0.9, 2000
    assert abs(live_right_bias(0.1, n) - q * ((n - 1) / n - 1)) <= rounding(8)


def test_what_is_traced_and_no_rate_gives_nan_and_a_size_of_one_is_refused():
    assert np.isnan(jax.jit(lambda p: live_right_bias(p, 3))(1.5))
    with pytest.raises(ValueError, match="size"):
        live_mean_bias(0.5, 1)
