"""The Beta law that fits counts, against a search on a grid with mpmath's likelihood, and the border around it."""

import math
from collections import Counter

import mpmath
import numpy as np
import pytest
from scipy.special import betaln

from infoloop.verdict_logs.groups.beta_fits import fit_beta

STUDENT_50 = 1.675905  # of Student's law with 50 degrees of freedom, 5 % above, by tables
DROP = 51 / 2 * math.log1p(STUDENT_50**2 / 50)  # 51 problems, 90 %
DIGITS = 51 * STUDENT_50 / (50 + STUDENT_50**2) * 0.5e-6  # of DROP, by the six places of the table
PASSES, ATTEMPTS = np.array([0] * 30 + [1] * 9 + [2] * 5 + [6] * 4 + [3] * 3), np.array([8] * 48 + [3] * 3)


def likelihood(a, b) -> float:
    kinds = Counter(zip(PASSES.tolist(), ATTEMPTS.tolist(), strict=True))
    return float(sum(c * mpmath.log(mpmath.beta(a + k, b + n - k) / mpmath.beta(a, b)) for (k, n), c in kinds.items()))


def test_no_law_nearby_is_likelier_and_those_on_the_border_are_less_likely_by_the_quantile():
    fit = fit_beta(PASSES, ATTEMPTS, 0.9)
    best = likelihood(fit.a, fit.b)
    for x, y in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98), (1.02, 1.02), (0.98, 0.98)):
        assert likelihood(fit.a * x, fit.b * y) < best
    for a, b in fit.around.T[::8]:
        assert likelihood(a, b) == pytest.approx(best - DROP, abs=DIGITS)
    assert not fit.bounds


def test_values_have_the_ends_that_they_have_on_the_border():
    fit = fit_beta(PASSES, ATTEMPTS)
    around = [a / (a + b) for a, b in fit.around.T.tolist()]
    mean, low, high = fit.of(lambda a, b: a / (a + b))
    assert (mean, low, high) == (fit.a / (fit.a + fit.b), min(around), max(around))
    assert low < mean < high


@pytest.mark.slow
def test_the_ends_of_the_mean_are_those_of_a_search_on_a_grid():
    """Of rays of 64 directions the nearest to an end misses 1 - cos(pi / 64) of half an ellipse; twice that here."""
    mean, size = np.meshgrid(np.linspace(0.02, 0.6, 1001), np.exp(np.linspace(-4, 6, 501)), indexing="ij")
    a, b = mean * size, (1 - mean) * size
    kinds = Counter(zip(PASSES.tolist(), ATTEMPTS.tolist(), strict=True))
    log = sum(c * (betaln(a + k, b + n - k) - betaln(a, b)) for (k, n), c in kinds.items())
    inside = mean[log >= log.max() - DROP]
    _, low, high = fit_beta(PASSES, ATTEMPTS, 0.9).of(lambda a, b: a / (a + b))
    slack = (1 - math.cos(math.pi / 64)) * (inside.max() - inside.min()) + 0.58 / 1000
    assert (low, high) == pytest.approx((inside.min(), inside.max()), abs=slack)


@pytest.mark.parametrize("passes", [0, 8, 3])
def test_counts_that_are_all_alike_have_a_law_too(passes):
    fit = fit_beta(np.full(20, passes), np.full(20, 8))
    mean, low, high = fit.of(lambda a, b: a / (a + b))
    assert 0 <= low <= mean <= high <= 1
    assert abs(mean - passes / 8) < 0.01
    assert all(map(math.isfinite, (mean, low, high)))


def test_of_problems_that_all_failed_the_rates_may_be_0_and_1_alone():
    """Then 20 problems failed with probability (1 - m)^20, and no law of the mean m makes that likelier.

    The end is where that has the probability 0.05.
    """
    fit = fit_beta(np.zeros(20), np.full(20, 8), 0.9)
    _, low, high = fit.of(lambda a, b: a / (a + b))
    most = 1 - 0.05 ** (1 / 20)
    assert fit.bounds
    assert low < math.exp(-2 * 11)
    assert 0.99 * most < high <= most


def test_the_law_is_the_same_where_equal_counts_are_listed_in_another_order():
    order = np.random.default_rng(0).permutation(PASSES.size)
    one, other = fit_beta(PASSES, ATTEMPTS), fit_beta(PASSES[order], ATTEMPTS[order])
    assert (one.a, one.b, one.bounds) == (other.a, other.b, other.bounds)


@pytest.mark.parametrize(
    ("rates", "bounds"),
    [([0.1], True), ([0.0, 1.0], True), ([0.002], True), ([0.02, 0.3, 0.5, 0.9], False)],
    ids=["one rate", "only rates 0 and 1", "hardly a pass", "several rates"],
)
def test_intervals_are_called_bounds_where_laws_at_the_end_of_the_family_are_likely(rates, bounds):
    passes = np.random.default_rng(1).binomial(8, np.resize(rates, 100))
    assert fit_beta(passes, np.full(100, 8)).bounds is bounds
