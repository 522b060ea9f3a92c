"""The best of several draws, by hand."""

from fractions import Fraction

from infoloop.claims.signals.best_of_n_selection import best_law


def test_the_best_of_two_dice():
    sixths = [Fraction(1, 6)] * 6
    assert best_law(sixths, 2) == [Fraction(2 * k - 1, 36) for k in range(1, 7)]
    assert best_law(sixths, 1) == sixths
