"""Curated laws, by hand."""

from fractions import Fraction

from infoloop.claims.signals.curation import covariance_gain, curated_rounds
from infoloop.claims.signals.kl_regularised_rewards import tilted


def test_a_tilt_by_hand():
    assert tilted([Fraction(1, 3), Fraction(2, 3)], [2, 1]) == [Fraction(1, 2)] * 2
    assert curated_rounds([Fraction(1, 3), Fraction(2, 3)], [2, 1], 2) == [Fraction(2, 3), Fraction(1, 3)]
    assert covariance_gain([Fraction(1, 3), Fraction(2, 3)], [1, 0], [2, 1]) == Fraction(1, 2) - Fraction(1, 3)
