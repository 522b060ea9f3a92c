"""Starts and ends of components, against gradients over all outcomes in fractions, and training in NumPy."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from infoloop.learning.component_order_rates import (
    component_efficiency,
    kept_log_odds,
    relative_lead,
    separable_start,
    split_start,
)
from infoloop.probability.numerics import rounding


def start(flip, idle, split):
    """The slope of the logit's change on flipping the bit, in units of that of a clean bit with a weight of its own."""
    moved = Fraction(0)
    for label, bit, value in product((0, 1), (0, 1), range(2**idle)):
        mass = Fraction(1, 2 ** (idle + 1)) * (1 - flip if label == bit else flip)
        seen = (2 * bit - 1) * (value == 0 if split else 1)
        moved += mass * (2 * label - 1) * seen
    return moved


@pytest.mark.parametrize("idle", [0, 1, 3])
def test_starts_are_those_of_the_gradient(idle):
    flip = Fraction(1, 8)
    assert abs(split_start(0.125, idle) - float(start(flip, idle, True))) <= rounding(4)
    assert abs(separable_start(0.125) - float(start(flip, idle, False))) <= rounding(4)


@pytest.mark.slow
@pytest.mark.parametrize("idle", [0, 2])
def test_in_the_end_idle_bits_change_nothing(idle):
    flip, weights = 0.2, np.zeros((2, 2**idle))
    for _ in range(400 * 2**idle):
        said = 1 / (1 + np.exp(-weights))
        weights += 2 * (np.array([[flip], [1 - flip]]) - said) / 2**idle
    assert abs((weights[1] - weights[0]) / 2 - kept_log_odds(flip)).max() < 1e-6


@pytest.mark.slow
def test_efficiency_and_start_disagree():
    flips, idle = np.array([0.02, 0.2]), np.array([1, 0])
    assert component_efficiency(flips, idle).round(3).tolist() == [0.429, 0.278]
    assert component_efficiency(0.1, 3).round(3).item() == 0.133  # .531 of 1 + 3 bits
    assert split_start(flips, idle).round(12).tolist() == [0.48, 0.6]


def test_a_flip_above_one_is_refused():
    with pytest.raises(ValueError, match="flip"):
        kept_log_odds(1.5)


@pytest.mark.parametrize(
    ("first", "second", "lead"),
    [
        ("3/10", "1/10", "1/2"),
        ("-1/8", "3/8", "-1"),
        ("11/20", "9/20", "1/10"),
        ("2", "0", "1"),
        ("-1/4", "-3/4", "1/2"),
    ],
)
def test_a_lead_is_a_share_of_what_was_taken_up_of_both(first, second, lead):
    a, b = Fraction(first), Fraction(second)
    assert (a - b) / (abs(a) + abs(b)) == Fraction(lead)
    assert abs(relative_lead(float(a), float(b)) - float(Fraction(lead))) <= rounding(4)


def test_where_nothing_was_taken_up_nobody_leads():
    assert np.isnan(relative_lead(np.array([0.0]), 0.0)).all()
