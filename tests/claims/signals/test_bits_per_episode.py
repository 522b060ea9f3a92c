"""Chances until a success, by hand."""

from fractions import Fraction

from infoloop.claims.signals.bits_per_episode import until_success


def test_probabilities_until_a_success_add_up():
    assert sum(until_success(Fraction(1, 3), 7)) == 1
    assert until_success(Fraction(1, 3), 2) == [Fraction(1, 3), Fraction(2, 9), Fraction(4, 9)]
