"""The best of several draws, by hand."""

from fractions import Fraction

from infoloop.claims.signals.best_of_n_selection import best_law, best_of_n, best_of_n_divergence
from infoloop.statements.certification import certify


def test_the_best_of_two_dice():
    sixths = [Fraction(1, 6)] * 6
    assert best_law(sixths, 2) == [Fraction(2 * k - 1, 36) for k in range(1, 7)]
    assert best_law(sixths, 1) == sixths


def test_a_tie_changes_the_law_of_the_best_but_not_the_bound():
    tied = {"law": 0, "n": 2, "y": 1, "ranks": (0, 1, 1)}
    assert certify(best_of_n, [{**tied, "ranks": (0, 1, 2)}]).counterexample is None
    assert certify(best_of_n, [tied]).counterexample
    masses = {"masses": ["1/2", "1/4", "1/4"], "n": 2}
    assert certify(best_of_n_divergence, [{**masses, "ranks": (0, 1, 1)}]).counterexample is None
    assert certify(best_of_n_divergence, [{"masses": ["1/8"] * 8, "n": 2, "outputs": "y and K + 1 - y"}]).counterexample
