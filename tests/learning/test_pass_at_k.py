"""pass@k against enumerated attempts in fractions, Gamma functions of 60 digits, and integrals by mpmath."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest

from infoloop.learning.pass_at_k import (
    cover,
    fail_bounds,
    log_fail,
    pass_at,
    pass_at_estimate,
    pass_at_estimate_moments,
    pass_at_slope,
)
from infoloop.learning.question_populations import beta_rates, fixed_rates, verdict_counts
from infoloop.probability.numerics import rounding

RATES, WEIGHTS = [0.0, 0.25, 0.5, 1.0], [0.125, 0.5, 0.25, 0.125]
BETAS = [(0.5, 2.0), (1e-6, 3.0), (2.5, 0.001), (40.0, 1e5), (1.0, 1.0)]


def some_pass(p, k):
    """By enumerating k attempts."""
    return 1 - math.prod([1 - p] * k, start=Fraction(1))


@pytest.mark.parametrize("k", [1, 2, 7])
def test_of_known_rates_it_is_the_share_with_a_pass_among_k(k):
    expected = sum(Fraction(w) * some_pass(Fraction(p), k) for p, w in zip(RATES, WEIGHTS, strict=True))
    assert abs(pass_at(fixed_rates(RATES, WEIGHTS), k) - float(expected)) <= rounding(1)


def test_a_small_rate_keeps_its_digits():
    assert abs(float(pass_at(fixed_rates([1e-18]), 3)) / 3e-18 - 1) <= rounding(1)


def fail(a, b, k):
    """E(1-p)^k by Gamma functions of 60 digits."""
    with mp.workdps(60):
        a, b, k = map(mp.mpf, (a, b, k))
        return mp.exp(mp.loggamma(b + k) + mp.loggamma(a + b) - mp.loggamma(b) - mp.loggamma(a + b + k))


def test_of_beta_rates_it_is_the_ratio_of_gammas_to_all_digits():
    k = np.array([1.0, 3.0, 100.0, 1e7, 0.5])
    with mp.workdps(60):
        for a, b in BETAS:
            found = np.asarray(log_fail(beta_rates(a, b), k))
            exact = [mp.log(fail(a, b, each)) for each in k]
            assert max(abs(mp.mpf(f) / e - 1) for f, e in zip(found.tolist(), exact, strict=True)) <= rounding(2)
            passed = np.asarray(pass_at(beta_rates(a, b), k)).tolist()
            off = max(abs(mp.mpf(f) / (1 - mp.exp(e)) - 1) for f, e in zip(passed, exact, strict=True))
            assert off <= rounding(2)


def choices(n, c, k):
    """The share of k-subsets of n attempts, c of which pass, that hold a pass: one by one."""
    subsets = list(itertools.combinations([1] * c + [0] * (n - c), k))
    return Fraction(sum(map(any, subsets)), len(subsets))


@pytest.mark.slow
def test_the_estimate_is_the_share_of_subsets_with_a_pass():
    grid = [(n, c, k) for n in range(1, 8) for c in range(n + 1) for k in range(1, n + 1)]
    found = pass_at_estimate(*np.array(grid, float).T)
    expected = [float(choices(*each)) for each in grid]
    np.testing.assert_allclose(found, expected, rtol=rounding(4), atol=0)


@pytest.mark.slow
def test_large_counts_keep_their_digits():
    n, c, k = 100_000, 3, 40_000
    exact = 1 - Fraction(math.comb(n - c, k), math.comb(n, k))
    assert abs(float(pass_at_estimate(n, c, k)) / float(exact) - 1) <= rounding(4)


@pytest.mark.parametrize("k", [1, 3, 6])
def test_its_mean_is_pass_at_k_and_its_variance_that_of_all_outcomes(k):
    n, p = 6, Fraction(1, 4)
    law = [math.comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)]
    values = [choices(n, c, k) for c in range(n + 1)]
    mean = sum(w * v for w, v in zip(law, values, strict=True))
    variance = sum(w * (v - mean) ** 2 for w, v in zip(law, values, strict=True))
    assert mean == some_pass(p, k)
    found = pass_at_estimate_moments(0.25, n, k)
    np.testing.assert_allclose(found, [float(mean), float(variance)], rtol=rounding(16), atol=0)


@pytest.mark.slow
def test_beyond_the_attempts_there_is_no_estimate():
    with pytest.raises(ValueError, match=r"k is 9 and a question has n = 8 attempts: no unbiased estimator of pass@k"):
        pass_at_estimate(8, 2, 9)
    with pytest.raises(ValueError, match=r"k is 5 and a question has n = 4 attempts"):
        pass_at(verdict_counts([8, 4], [2, 1]), 5)
    with pytest.raises(ValueError, match=r"k \(attempts\) is 1.5: give whole numbers from 1 on"):
        pass_at_estimate(8, 2, 1.5)
    assert jnp.isnan(jax.jit(pass_at_estimate)(jnp.array([8.0, 10.0]), 2.0, 9.0)).tolist() == [True, False]


@pytest.mark.slow
def test_of_a_log_it_is_the_mean_estimate():
    found = pass_at(verdict_counts([8, 4, 4], [2, 0, 4]), [1, 4])
    expected = [sum(choices(n, c, k) for n, c in ((8, 2), (4, 0), (4, 4))) / 3 for k in (1, 4)]
    np.testing.assert_allclose(found, list(map(float, expected)), rtol=rounding(4))


@pytest.mark.parametrize("k", [1, 2, 5])
def test_it_is_the_mean_of_cover_under_beta_1_k(k):
    def integrand(population):
        return lambda t: float(cover(population, float(t)) * pass_at_slope(float(t), k))

    steps = mp.quad(integrand(fixed_rates(RATES, WEIGHTS)), [0, 0.25, 0.5, 1])
    assert abs(float(pass_at(fixed_rates(RATES, WEIGHTS), k)) - steps) < rounding(32)


def test_cover_of_beta_rates_is_the_tail_of_the_density():
    t = np.array([0.0, 0.1, 0.9, 1.0])
    expected = [float(1 - mp.betainc(2, 3, 0, x, regularized=True)) for x in t]
    np.testing.assert_allclose(cover(beta_rates(2.0, 3.0), t), expected, rtol=rounding(32))
    with pytest.raises(TypeError, match="population is a VerdictCounts: make one by fixed_rates or beta_rates"):
        cover(verdict_counts([2], [1]), 0.5)  # ty: ignore[invalid-argument-type]


@pytest.mark.parametrize(("a", "b"), BETAS)
def test_the_bounds_hold_and_close_in(a, b):
    k = np.array([0.5, 1.0, 10.0, 1e4])
    low, high = map(np.asarray, fail_bounds(beta_rates(a, b), k))
    exact = np.array([float(fail(a, b, each)) for each in k])
    slack = rounding(32 * int(a + 2)) * exact
    assert (low <= exact + slack).all()
    assert (exact <= high + slack).all()
    assert high[-1] / low[-1] - 1 <= a * abs(a - 1) / 1e4


@pytest.mark.full
def test_slopes_are_those_of_differences_at_the_ends_too():
    for p in (0.0, 0.3, 1.0):
        slope = jax.grad(lambda rate: pass_at(fixed_rates([rate]), 3.0))(p)
        assert abs(slope - 3 * (1 - p) ** 2) <= rounding(4)
        assert abs(pass_at_slope(p, 3) - slope) <= rounding(4)
    assert float(jax.grad(pass_at_slope)(1.0, 1.0)) == 0
    by_k = jax.grad(lambda k: pass_at(fixed_rates([0.25, 1.0]), k))(2.0)
    assert abs(by_k + 0.75**2 * np.log(0.75) / 2) <= rounding(4)


def test_another_object_is_no_population():
    with pytest.raises(TypeError, match="population is a list: make one by"):
        pass_at([0.5], 2)  # ty: ignore[invalid-argument-type]


@pytest.mark.full
def test_moments_of_many_attempts_are_finite_and_their_slope_at_the_ends_is_that_of_pass_at_k():
    mean, variance = pass_at_estimate_moments(0.001, 2000, 3)
    assert abs(float(mean) / (1 - 0.999**3) - 1) < 1e-9
    assert 0 < float(variance) < float(mean)
    slopes = [float(jax.grad(lambda p: pass_at_estimate_moments(p, 5, 2)[0])(end)) for end in (0.0, 1.0)]
    assert np.abs(np.array(slopes) - [2.0, 0.0]).max() < 1e-12
