"""Expected updates against all ordered groups of four outputs, in fractions or forty digits; what no rule can reach."""

import itertools
import math
from fractions import Fraction

import jax
import numpy as np
import pytest
from mpmath import mp, mpf, sqrt

from infoloop.learning.policy_gradient.difficulty_weights import (
    advantages_for,
    contrast_weights,
    difficulty_objective,
    difficulty_weight,
    live_difficulty_weight,
    noisy_difficulty_weight,
    weights_for,
)
from infoloop.probability.numerics import rounding

POLICY = [Fraction(1, 10), Fraction(1, 5), Fraction(3, 10), Fraction(2, 5)]
RIGHT = (1, 1, 0, 0)
RATE, SLOPE = Fraction(3, 10), Fraction(3, 10) * Fraction(7, 10)  # of p by a score that is q of right, -p of wrong ones
RULES = {
    "dr_grpo": lambda r, mean, spread: r - mean,
    "rloo": lambda r, mean, spread: (r - mean) * mpf(SIZE) / (SIZE - 1),
    "grpo": lambda r, mean, spread: (r - mean) / spread,
}
SIZE = 4


def expected_update(advantage, noise=(0, 0), redraw=False, size=SIZE):
    """The mean of the summed advantages times scores, over ordered groups and verdicts, in units of the slope of p."""
    total, live = mpf(0), Fraction(0)
    for group in itertools.product((1, 0), repeat=size):
        for seen in itertools.product((1, 0), repeat=size):
            chance = math.prod(RATE if r else 1 - RATE for r in group)
            for r, s in zip(group, seen, strict=True):
                passes = 1 - noise[1] if r else noise[0]
                chance *= passes if s else 1 - passes
            if chance and 0 < sum(seen) < size:
                live += chance
                mean = mpf(sum(seen)) / size
                spread = sqrt(mean * (1 - mean))
                moved = sum(
                    advantage(s, mean, spread) * (1 - RATE if r else -RATE) for r, s in zip(group, seen, strict=True)
                )
                total += mpf(chance.numerator) / chance.denominator * moved / size
    weight = total / (mpf(SLOPE.numerator) / SLOPE.denominator)
    return float(weight / (mpf(live.numerator) / live.denominator if redraw else 1))


@pytest.mark.parametrize("rule", RULES)
def test_the_weight_is_the_mean_over_ordered_groups(rule):
    weights = contrast_weights(SIZE, rule)
    with mp.workdps(40):
        assert abs(difficulty_weight(0.3, weights) - expected_update(RULES[rule])) <= rounding(8)
        found = live_difficulty_weight(0.3, weights)
        assert abs(found - expected_update(RULES[rule], redraw=True)) <= rounding(16)
        noise = Fraction(1, 10), Fraction(1, 5)
        found = noisy_difficulty_weight(0.3, weights, false_positive=0.1, false_negative=0.2)
        assert abs(found - expected_update(RULES[rule], noise)) <= rounding(8)


def test_epsilon_and_divisor():
    with mp.workdps(40):
        expected = expected_update(lambda r, mean, spread: (r - mean) / (spread + mpf("0.1")))
        assert abs(difficulty_weight(0.3, contrast_weights(4, epsilon=0.1)) - expected) <= rounding(8)
        expected = expected_update(lambda r, mean, spread: (r - mean) / (spread * sqrt(mpf(4) / 3)))
        assert abs(difficulty_weight(0.3, contrast_weights(4, divisor="sample")) - expected) <= rounding(8)
    assert abs(difficulty_weight(0.3, contrast_weights(2, epsilon=0.25)) - 1 / 1.5) <= rounding(2)
    assert contrast_weights(2, "contrast").tolist() == [1.0]


@pytest.mark.full
def test_closed_forms_of_small_groups():
    p = np.array([0.0, 1e-12, 0.3, 0.5, 1.0])
    expected = {2: 1 + 0 * p, 3: math.sqrt(2) + 0 * p, 4: math.sqrt(3) + (3 - 2 * math.sqrt(3)) * p * (1 - p)}
    for n, values in expected.items():
        np.testing.assert_allclose(difficulty_weight(p, contrast_weights(n)), values, rtol=rounding(4))
    ends = difficulty_weight(p[[0, -1]], contrast_weights(9))
    np.testing.assert_allclose(ends, math.sqrt(8), rtol=rounding(4))


@pytest.mark.slow
def test_redrawn_groups_of_two_and_three_climb_the_log_odds():
    p = np.array([1e-9, 0.2, 0.5, 1 - 2.0**-40])
    constants = {(2, "dr_grpo"): 1 / 4, (3, "dr_grpo"): 2 / 9, (2, "grpo"): 1 / 2}
    constants[3, "grpo"] = math.sqrt(2) / 3
    for (n, rule), c in constants.items():
        found = live_difficulty_weight(p, contrast_weights(n, rule))
        np.testing.assert_allclose(found * p * (1 - p), c, rtol=rounding(4))
    found = live_difficulty_weight(p, contrast_weights(4, "dr_grpo")) * p * (1 - p)
    assert np.ptp(found) > 0.01  # not from four on


@pytest.mark.full
def test_slopes_of_the_weight_of_live_groups():
    """Of 1/(2pq): -(1 - 2p)/(2 p^2 q^2), infinite at the ends; by the only weight it is 1/(pq)."""
    p, w = np.array([0.0, 0.25, 1.0]), contrast_weights(2)
    slopes = jax.vmap(jax.grad(lambda x: live_difficulty_weight(x, w)))(p)
    assert slopes.tolist() == [-np.inf, -0.25 / 0.1875**2, np.inf]
    assert jax.jvp(lambda x: live_difficulty_weight(x, w), (0.25,), (1.0,))[1] == slopes[1]
    assert abs(jax.grad(lambda v: live_difficulty_weight(0.25, v))(w)[0] - 1 / 0.1875) <= rounding(8)


@pytest.mark.full
def test_the_weight_is_the_slope_of_the_objective_which_tends_to_the_arcsine():
    p = np.array([0.0, 0.25, 1.0])
    w = contrast_weights(5)
    values, slopes = jax.vmap(jax.value_and_grad(lambda x: difficulty_objective(x, w)))(p)
    np.testing.assert_allclose(slopes, difficulty_weight(p, w), rtol=rounding(8))
    assert values[0] == 0
    limit = 2 * np.arcsin(np.sqrt(0.25))
    gaps = [limit - difficulty_objective([0.25], contrast_weights(n))[0] for n in (4, 64)]
    assert gaps[0] > 3 * gaps[1] > 0


def test_rules_for_a_polynomial_have_its_slope():
    slope = [1.0, -2.0, 3.0]
    p = np.array([0.0, 0.3, 1.0])
    values = np.polynomial.polynomial.polyval(p, slope)
    np.testing.assert_allclose(difficulty_weight(p, weights_for(slope, 5)), values, atol=rounding(8))
    a = advantages_for(slope, 3)
    means = [sum(math.comb(2, c) * x**c * (1 - x) ** (2 - c) * a[c] for c in range(3)) for x in p]
    np.testing.assert_allclose(means, values, atol=rounding(8))


def test_pass_at_n_needs_advantages_that_do_not_sum_to_zero():
    """Its slope is n q^(n-1)."""
    slope = [3.0, -6.0, 3.0]
    assert advantages_for(slope, 3).tolist() == [3.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="powers has degree 2, above 1: no polynomial of degree 1"):
        weights_for(slope, 3)
    with pytest.raises(ValueError, match="above 1"):
        advantages_for(slope, 2)


def test_a_verifier_worse_than_chance_turns_the_update_round():
    w = contrast_weights(3)
    found = noisy_difficulty_weight([0.2, 0.2, 0.2], w, false_positive=[0.0, 0.5, 1.0], false_negative=[0.0, 0.5, 1.0])
    np.testing.assert_allclose(found, np.array([1, 0, -1]) * math.sqrt(2), rtol=rounding(4))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((4, "grpp"), "rule is 'grpp': choose one of 'grpo'"),
        ((4, "grpo", -0.1), "epsilon is -0.1"),
        ((1, "dr_grpo"), "size"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        contrast_weights(*arguments)
