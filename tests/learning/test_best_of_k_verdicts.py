"""The best of k by verdicts and by scores, against every outcome in fractions."""

import itertools
import math
from fractions import Fraction

import jax
import numpy as np
import pytest

from infoloop.learning.best_of_k_verdicts import accepted_best, best_at_estimate
from infoloop.learning.pass_at_k import pass_at, pass_at_estimate
from infoloop.learning.question_populations import fixed_rates
from infoloop.probability.numerics import rounding


def chosen_right(p, passes, slips, k):
    """Go through all k-tuples of outputs, right or wrong, accepted or not."""
    kinds = {(1, 1): p * passes, (1, 0): p * (1 - passes), (0, 1): (1 - p) * slips, (0, 0): (1 - p) * (1 - slips)}
    total = Fraction(0)
    for tried in itertools.product(kinds, repeat=k):
        kept = [right for right, accepted in tried if accepted] or [right for right, _ in tried]
        total += math.prod(kinds[kind] for kind in tried) * Fraction(sum(kept), len(kept))
    return total


def best(p, passes, slips, k):
    return accepted_best(p, k, true_positive=passes, false_positive=slips)


ENDS = [(p, passes, slips) for p in (0, 1) for passes in (0, 1) for slips in (0, 1)]


@pytest.mark.parametrize("rates", [("1/4", "3/4", "1/8"), ("1/4", 1, 0), ("1/4", 0, 1), ("1/4", 1, 1), (1, "1/2", 1)])
def test_one_that_is_accepted_is_right_as_often_as_by_enumeration(rates):
    exact = [chosen_right(*(Fraction(rate) for rate in rates), k) for k in (1, 2, 4)]
    found = best(*(float(Fraction(rate)) for rate in rates), np.array([1, 2, 4]))
    np.testing.assert_allclose(found, list(map(float, exact)), rtol=rounding(4))


@pytest.mark.full
def test_a_perfect_verifier_makes_it_pass_at_k_and_a_false_positive_caps_it():
    assert abs(best(0.1, 1.0, 0.0, 7) - pass_at(fixed_rates([0.1]), 7)) <= rounding(2)
    assert abs(best(0.1, 1.0, 0.1, 1e9) - 0.1 / 0.19) <= rounding(2)


@pytest.mark.parametrize("rates", [*ENDS, (Fraction(1, 4), Fraction(3, 4), Fraction(1, 8)), (Fraction(1, 2), 0, 0)])
def test_its_slopes_are_those_of_the_enumeration_at_the_ends_too(rates):
    """The enumeration is a polynomial of degree k in each rate: four points of it tell its slope exactly."""
    slopes = jax.jit(jax.grad(best, (0, 1, 2)))
    for k in (1, 2, 3):
        for place, found in enumerate(slopes(*map(float, rates), float(k))):
            a, b, c, d = (
                chosen_right(*(Fraction(rate) + step * (j == place) for j, rate in enumerate(rates)), k)
                for step in (-2, -1, 1, 2)
            )
            assert abs(found - float((a - 8 * b + 8 * c - d) / 12)) <= rounding(16)


@pytest.mark.full
def test_second_slopes_at_no_pass_rate_are_those_of_pass_at_k():
    assert jax.grad(jax.grad(best))(0.0, 1.0, 0.0, 5.0) == -20.0


@pytest.mark.slow
def test_the_mean_of_the_largest_is_that_of_all_subsets():
    scores = [2.0, -1.0, 4.0, 4.0, 0.5]
    for k in range(1, 6):
        subsets = list(itertools.combinations(scores, k))
        assert abs(best_at_estimate(scores, k) - sum(map(max, subsets)) / len(subsets)) <= rounding(16)


def test_of_verdicts_it_is_the_estimate_of_pass_at_k():
    assert abs(best_at_estimate([0.0, 1.0, 0.0, 1.0, 0.0], 2) - pass_at_estimate(5, 2, 2)) <= rounding(4)


def test_more_than_there_are_is_refused():
    with pytest.raises(ValueError, match=r"k is 3 and there are n = 2 scores: no unbiased estimator"):
        best_at_estimate([1.0, 2.0], 3)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"scores has shape \(2, 2\): give a list"):
        best_at_estimate([[1.0, 2.0], [3.0, 4.0]], 1)
    with pytest.raises(ValueError, match=r"k \(outputs\) is 0\.5: give finite numbers from 1 on"):
        best(0.5, 0.5, 0.5, 0.5)
    assert np.isnan(jax.jit(best)(0.5, 0.5, 0.5, 0.5))
