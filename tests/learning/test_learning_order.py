"""Races are run exactly; their starts and limits are those of closed forms and of plain steps of descent."""

import math

import numpy as np
import pytest

from infoloop.learning.learning_order import deep_linear_order, linear_order, mdl_order, order_predictors
from infoloop.learning.linear_networks import deep_time, noisy_feature_moments
from infoloop.probability.numerics import rounding


def enumerated(a, e, common):
    """Covariance and correlation by the eight cases of label and errors, in plain Python."""
    both = (1 - common) * e[0] * e[1] + common * min(e)
    probabilities = {(1, 1): both, (1, 0): e[0] - both, (0, 1): e[1] - both, (0, 0): 1 - e[0] - e[1] + both}
    covariance, correlation = np.zeros((2, 2)), np.zeros(2)
    for y in (-1, 1):
        for wrong, probability in probabilities.items():
            x = np.array([a[j] * y * (-1) ** wrong[j] for j in range(2)])
            covariance += probability / 2 * np.outer(x, x)
            correlation += probability / 2 * x * y
    return covariance, correlation


@pytest.mark.parametrize("common", [0.0, 0.5, 1.0])
def test_the_moments_are_those_of_all_cases(common):
    a, e = [2.0, 0.5], [0.1, 0.3]
    for found, expected in zip(noisy_feature_moments(a, e, common), enumerated(a, e, common), strict=True):
        np.testing.assert_allclose(found, expected, atol=rounding(16))


def descended(a, e, common, rate=1e-4, steps=200_000):
    """Plain gradient descent on the squared error; parts when half of its fall is done, and at the end."""
    covariance, correlation = enumerated(a, e, common)
    goal = -correlation @ np.linalg.solve(covariance, correlation)
    w, first = np.zeros(2), None
    for _ in range(steps):
        w = w + rate * (correlation - covariance @ w)
        if first is None and w @ covariance @ w - 2 * correlation @ w <= goal / 2:
            first = w.copy()
    return first, w


@pytest.mark.full
def test_a_linear_race_is_that_of_plain_descent():
    a, e = [1.5, 1.0], [0.3, 0.1]
    race = linear_order(a, e, 0.2)
    first, last = descended(a, e, 0.2)
    step = 1.04  # of the times at which the race is looked at: 1e7 in 511 steps
    np.testing.assert_allclose(race.first, a * first, rtol=step - 1)
    np.testing.assert_allclose(race.last, a * last, atol=1 / 200_000)


@pytest.mark.slow
@pytest.mark.parametrize("amplitude", [0.5, 1.0, 4.0])
def test_the_limit_of_the_linear_learner_knows_no_amplitude(amplitude):
    r = 1 - 2 * np.array([0.2, 0.05])
    expected = r * (1 - r[::-1] ** 2) / (1 - (r[0] * r[1]) ** 2)
    np.testing.assert_allclose(linear_order([amplitude, 1.0], [0.2, 0.05]).last, expected, atol=rounding(64))


def test_amplitude_decides_first_and_cleanness_last():
    race = linear_order([3.0, 1.0], [0.2, 0.0])
    assert race.first[0] > race.first[1]
    assert race.last[0] < race.last[1]


def test_equal_amplitudes_leave_the_order_to_information():
    race = linear_order([1.0, 1.0], [0.2, 0.1])
    assert race.first[0] < race.first[1]


@pytest.mark.slow
def test_a_deep_race_of_one_component_takes_the_time_of_its_mode():
    """The other component is pure noise, so that the first is alone; half of its error is gone at 1 - 1/sqrt(2)."""
    race = deep_linear_order([1.0, 1.0], [0.1, 0.5])
    share = 1 - math.sqrt(1 / 2)
    assert abs(race.first[0] / race.last[0] - share) < 0.02 * 2 * share  # one step of the flow, relative
    assert deep_time(share, 0.8) < deep_time(share, 0.4)


@pytest.mark.slow
def test_a_deep_learner_prefers_as_a_power_less_than_a_shallow_one():
    """With a^2 r equal the shallow learner starts both alike, and the deep one prefers the larger a r."""
    a, e = [1.0, 2.0], [0.0, 0.375]
    shallow, deep = linear_order(a, e), deep_linear_order(a, e)
    named = order_predictors(a, e, [0.0, 0.0])
    assert named["shallow"][0] == named["shallow"][1]
    assert named["deep"][0] > named["deep"][1]
    assert deep.first[0] / deep.first[1] > shallow.first[0] / shallow.first[1]


def test_a_code_prefers_the_short_rule_until_data_speak():
    race = mdl_order([2.0, 3.0], [0.1, 0.2])
    assert race.first.argmax() == 0
    assert race.last.argmax() == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linear_order([0.0, 1.0], [0.1, 0.1]), "amplitudes"),
        (lambda: linear_order([1.0, 1.0], [0.1, 1.5]), "crossovers"),
        (lambda: deep_linear_order([1.0, 1.0], [0.1, 0.1], 2.0), "common"),
        (lambda: order_predictors([1.0, 1.0], [0.1, 0.1], [0.0, -1.0]), "surfaces"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
