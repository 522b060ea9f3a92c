"""Smoothed resampling: exact rationals, the contraction of its information, and what it loses."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.information.markov_chains import information_along
from infoloop.models import smoothed, wright_fisher
from infoloop.probability.channel_families import compositions
from infoloop.probability.distributions import joint
from infoloop.probability.numerics import rounding

pytestmark = pytest.mark.slow


def exact_law(n, alpha, rate, generation):
    """P(K_t = 0..n) by rationals: draws of the symbol counted, each round with rate (c + alpha) / (n + 2 alpha)."""

    def row(p):
        return [math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(n + 1)]

    law = row(Fraction(rate))
    for _ in range(generation - 1):
        rows = [row((c + Fraction(alpha)) / (n + 2 * Fraction(alpha))) for c in range(n + 1)]
        law = [sum(law[c] * rows[c][j] for c in range(n + 1)) for j in range(n + 1)]
    return law


@pytest.mark.parametrize("generation", [1, 2, 5])
def test_the_law_is_that_of_exact_rationals(generation):
    found = smoothed.law(smoothed.smoothed(12, 0.5, [0.125, 0.75]), generation).table
    exact = [exact_law(12, 0.5, rate, generation) for rate in (0.125, 0.75)]
    np.testing.assert_allclose(found, np.array(exact, float) / 2, atol=rounding(13 * generation))


@pytest.mark.full
def test_information_is_that_of_the_dense_kernel():
    n, alpha, rates = 60, 0.75, [0.1, 0.6]
    m = smoothed.smoothed(n, alpha, rates)
    start = smoothed.law(m, 1)
    link = smoothed.kernel(n, alpha)
    mirrored = joint(np.asarray(start.table)[:, ::-1], "theta", "count")
    dense = information_along(mirrored, "theta", link, steps=29)
    np.testing.assert_allclose(smoothed.information(m, 30), dense, atol=rounding(30 * 61))


def test_information_falls_to_nothing_by_the_stated_ratio():
    """Theory S11. Information is quadratic in a small deviation but for higher powers: off by lambda_1^(2t)."""
    m = smoothed.smoothed(4, 0.5, [0.25, 0.75])
    bits = smoothed.information(m, 60)
    ratio = bits[1:] / bits[:-1]
    limit = smoothed.contraction_limit(4, 0.5)
    assert abs(float(ratio[30]) - limit) < limit**30
    assert float(bits[-1]) < limit**55


def test_the_ratio_is_not_that_of_a_single_eigenvalue():
    m = smoothed.smoothed(4, 0.5, [0.25, 0.75])
    bits = smoothed.information(m, 40)
    assert abs(float(bits[31] / bits[30]) - math.sqrt(smoothed.contraction_limit(4, 0.5))) > 0.1


@pytest.mark.full
def test_smoothing_loses_what_plain_resampling_keeps():
    kept = wright_fisher.information(wright_fisher.wright_fisher(10, [0.25, 0.75]), 400)[-1]
    lost = smoothed.information(smoothed.smoothed(10, 0.5, [0.25, 0.75]), 400)[-1]
    assert float(lost) < rounding(1) < float(kept)


@pytest.mark.parametrize(("n", "alpha", "num_symbols"), [(6, 0.5, 2), (4, 1.0, 3), (3, 0.25, 4)])
def test_the_second_eigenvalue_of_the_kernel_is_the_root_of_the_limit(n, alpha, num_symbols):
    """The mean of each count is an eigenfunction: K (c - n/k) = (c - n/k) n / (n + k alpha)."""
    counts = compositions(n, num_symbols) - n / num_symbols
    moved = np.asarray(smoothed.kernel(n, alpha, num_symbols).rows) @ counts
    limit = math.sqrt(smoothed.contraction_limit(n, alpha, num_symbols))
    np.testing.assert_allclose(moved, counts * limit, atol=rounding(n * len(counts)))


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan"), float("inf")])
def test_smoothing_that_is_none_is_refused(alpha):
    with pytest.raises(ValueError, match="alpha is"):
        smoothed.smoothed(4, alpha, [0.5])


@pytest.mark.full
def test_strong_smoothing_of_many_draws_stays_banded():
    """All rows look alike then, and most counts are out of reach of every row."""
    bits = smoothed.information(smoothed.smoothed(2000, 1e6, [0.25, 0.75]), 3)
    assert bits[0] > bits[1] > bits[2] >= 0
