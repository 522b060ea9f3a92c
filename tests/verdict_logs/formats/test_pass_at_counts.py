"""Counts from values of pass@k, against the product that human-eval computes and against exact fractions."""

from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.formats.pass_at_counts import count_of_passes, pass_at_values


def estimator(n: int, c: int, k: int) -> float:
    """As human_eval/evaluation.py computes it."""
    return 1.0 if n - c < k else float(1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))


@pytest.mark.parametrize(("n", "k"), [(1, 1), (5, 2), (7, 7), (64, 8), (200, 100)])
def test_the_values_are_those_of_exact_fractions(n, k):
    exact = [1 - Fraction(comb(n - c, k), comb(n, k)) for c in range(n + 1)]
    assert np.abs(pass_at_values(n, k) - np.array([float(value) for value in exact])).max() <= rounding(n)


def test_a_value_is_the_share_of_choices_with_a_pass():
    n, c, k = 6, 2, 3
    choices = list(combinations([1] * c + [0] * (n - c), k))
    assert pass_at_values(n, k)[c] == pytest.approx(sum(any(choice) for choice in choices) / len(choices))


@pytest.mark.parametrize(("n", "ks"), [(8, (1,)), (20, (1, 10)), (64, (2, 8, 16, 32, 64)), (5, (5,)), (3, (1, 10))])
def test_a_count_is_found_where_it_is_the_only_one_and_nowhere_else(n, ks):
    for c in range(n + 1):
        values = {k: estimator(n, c, k) for k in ks}
        same = [other for other in range(n + 1) if {k: estimator(n, other, k) for k in ks} == values]
        assert count_of_passes(n, values) == (c if same == [c] else None)


@pytest.mark.parametrize("values", [{1: 0.3}, {1: 0.5, 2: 0.0}, {1: float("nan")}, {10: 0.5}, {1: 0.5, 10: 0.5}, {}])
def test_values_that_no_count_or_every_count_gives_are_none(values):
    assert count_of_passes(4, values) is None


def test_what_would_take_long_is_left_open():
    assert count_of_passes(100_000, {100_000: 1.0}) is None
