"""Drift: rounds by hand, times by quadrature, styles counted cell by cell."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import exp, mpf, quad

from infoloop.learning.noisy_verifiers import NoisyVerifier, erring_verifier
from infoloop.learning.verifier_drift import drift_time, drifting_loop, pooled_verifier, styled_policy
from infoloop.loops.loop import unroll
from infoloop.probability.numerics import rounding


def worse_with_success(p, n):
    """J = 1/2 - p, and a tenth less after round 3."""
    return NoisyVerifier(false_positive=p / 2 + jnp.where(n > 3, 0.1, 0.0), false_negative=0.5 + p / 2)


@pytest.mark.slow
def test_a_round_adds_j_of_the_moment_to_the_log_odds():
    seen, rounds = unroll(drifting_loop(0.1, worse_with_success, 0.5), jnp.arange(8))
    p = 0.1
    for n in range(8):
        assert abs(seen[n] - p) <= rounding(64)
        odds = p / (1 - p) * float(exp(0.5 * (0.5 - p - (0.1 if n > 3 else 0))))
        p = odds / (1 + odds)
    assert rounds.tolist() == list(range(8))


@pytest.mark.slow
def test_a_learner_comes_to_rest_where_j_is_0():
    still = drifting_loop(0.01, lambda p, n: NoisyVerifier(false_positive=p / 2, false_negative=0.5 + p / 2), 1.0)
    assert abs(unroll(still, jnp.arange(300))[0][-1] - 0.5) <= rounding(64)


@pytest.mark.parametrize(
    ("start", "reached", "none", "full"), [(0.1, 0.9, 0.8, 0.2), (0.3, 0.05, -0.5, -0.1), (0.2, 0.4, 1.0, -0.9)]
)
def test_times_are_the_integral_of_one_over_the_speed(start, reached, none, full):
    speed = lambda p: (none + (full - none) * p) * p * (1 - p)  # noqa: E731
    expected = float(quad(lambda p: 1 / speed(p), [mpf(start), mpf(reached)]))
    assert abs(drift_time(start, reached, none, full) - expected) <= 1e-12 * abs(expected)


def test_what_is_never_reached_takes_no_time_that_is_a_number():
    assert np.isnan(drift_time(0.2, 0.9, 1.0, -0.9))
    assert np.isnan(drift_time(0.2, 0.3, 0.0, 1.0))
    for pair, message in (((2.0, 1.0), "youden_at_none is 2"), ((1.0, np.nan), "youden_at_all is nan")):
        with pytest.raises(ValueError, match=f"{message}.*: give a finite number, at least -1, at most 1$"):
            drift_time(0.2, 0.3, *pair)


ANSWERS = [["3/10", "1/10"], ["1/5", "2/5"]]
FLOATS = [[float(Fraction(x)) for x in row] for row in ANSWERS]
FALSE_POSITIVE, FALSE_NEGATIVE = [0.125, 0.75], [0.5, 0.25]
BY_STYLE = erring_verifier(false_positive=FALSE_POSITIVE, false_negative=FALSE_NEGATIVE)


@pytest.mark.slow
def test_pooled_rates_are_means_over_the_answers_of_a_kind():
    (a, b), (c, d) = ([Fraction(x) for x in row] for row in ANSWERS)
    found = pooled_verifier(BY_STYLE, FLOATS)
    assert abs(found.false_positive - float((a * Fraction(1, 8) + b * Fraction(3, 4)) / (a + b))) <= rounding(4)
    assert abs(found.false_negative - float((c * Fraction(1, 2) + d * Fraction(1, 4)) / (c + d))) <= rounding(4)
    assert np.isnan(pooled_verifier(BY_STYLE, [[0.0, 0.0], [0.5, 0.5]]).false_positive)


@pytest.mark.slow
def test_a_style_that_fools_the_verifier_makes_accuracy_rise_and_then_fall_to_0():
    """Wrong answers in the second style pass more often than any right ones."""
    base, fooled = (
        np.array([[0.75, 0.01], [0.24, 0.0]]),
        erring_verifier(false_positive=[0.25, 0.875], false_negative=[0.25, 0.125]),
    )
    passes = [[0.25, 0.875], [0.75, 0.875]]
    for t in (0.0, 3.0, 40.0):
        weights = [[base[r, s] * float(exp(t * passes[r][s])) for s in (0, 1)] for r in (0, 1)]
        expected = np.array(weights) / np.sum(weights)
        assert np.abs(styled_policy(base, fooled, t) - expected).max() <= rounding(16)
    right = [float(styled_policy(base, fooled, t)[1].sum()) for t in (0.0, 8.0, 400.0)]
    assert right[0] < right[1] > 0.6
    assert right[2] < 1e-10


def test_the_policy_moves_rates_that_stand_still_in_each_style():
    later = jax.jit(styled_policy)(jnp.array(FLOATS), BY_STYLE, 5.0)
    assert pooled_verifier(BY_STYLE, later).false_positive > pooled_verifier(BY_STYLE, FLOATS).false_positive


def test_answers_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"answers has shape \(2,\)"):
        pooled_verifier(BY_STYLE, [0.5, 0.5])


def test_cells_without_mass_do_not_matter_after_a_long_time():
    verifier = NoisyVerifier(false_positive=jnp.array([0.0, 1.0]), false_negative=jnp.array([1.0, 1.0]))
    assert styled_policy([[0.5, 0.0], [0.5, 0.0]], verifier, 800.0).tolist() == [[0.5, 0.0], [0.5, 0.0]]
