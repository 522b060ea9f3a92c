"""The parts of the claims on smoothing, in cases by hand."""

from fractions import Fraction

import jax

from infoloop.claims.loops.additive_smoothing import diverse_for_good, diversity_left, shrinkage
from infoloop.claims.loops.forgetting_rate import smoothed_chi_square


def test_without_smoothing_diversity_is_that_of_resampling():
    assert diverse_for_good(4, Fraction(0)) == 0
    assert diversity_left(4, Fraction(0), Fraction(1, 4), 3) == 2 * Fraction(3, 16) * Fraction(3, 4) ** 3


def test_one_draw_has_no_diversity():
    assert diverse_for_good(1, Fraction(1, 2)) == 0
    assert shrinkage(1, Fraction(1, 2)) == Fraction(1, 2)


def test_chi_square_of_a_copied_fair_bit_is_one():
    assert smoothed_chi_square(jax.numpy.eye(2) / 2) == 1
