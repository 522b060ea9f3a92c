"""Code lengths of two rules, against posteriors over every sequence of labels in fractions and mpmath."""

import itertools
import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from infoloop.learning.code_length_switch import bits_ahead, decorrelated, switch_time
from infoloop.probability.numerics import rounding

CELLS = 64


def odds_by_sequences(extra, accuracy, error, n):
    """E log2 posterior odds over all 4^n sequences, the two rules erring independently."""
    total = mpmath.mpf(0)
    for sequence in itertools.product(itertools.product((0, 1), repeat=2), repeat=n):
        mass, odds = mpmath.mpf(1), mpmath.mpf(extra)
        for intended, spurious in sequence:
            p_i = mpmath.mpf(error) if intended else 1 - mpmath.mpf(error)
            p_s = 1 - mpmath.mpf(accuracy) if spurious else mpmath.mpf(accuracy)
            mass *= p_i * p_s
            odds += mpmath.log(p_s, 2) - mpmath.log(p_i, 2) if p_i * p_s else 0
        total += mass * odds
    return float(total)


@pytest.mark.parametrize(("accuracy", "error"), [(0.75, 0.125), (0.5, 0.25), (1.0, 0.25), (0.9, 0.25)])
@pytest.mark.parametrize("n", [0, 1, 4])
def test_it_is_the_expected_log_posterior_odds(accuracy, error, n):
    assert abs(float(bits_ahead(2.0, accuracy, error, n)) - odds_by_sequences(2.0, accuracy, error, n)) < rounding(
        CELLS
    )


def test_swapped_rules_are_caught():
    assert abs(float(bits_ahead(2.0, 0.875, 0.25, 4)) - odds_by_sequences(2.0, 0.75, 0.125, 4)) > 1


def test_the_order_is_reversed_at_the_switch():
    time = float(switch_time(10.0, 0.75, 0.125))
    before, after = bits_ahead(10.0, 0.75, 0.125, np.array([math.floor(time), math.ceil(time)]))
    assert before > 0 > after


@pytest.mark.parametrize(("accuracy", "error"), [(1.0, 0.0), (1.0, 0.1), (0.9, 0.1), (0.95, 0.1), (0.5, 0.5)])
def test_a_rule_that_is_at_least_as_predictable_is_never_given_up(accuracy, error):
    assert switch_time(1.0, accuracy, error) == math.inf


@pytest.mark.slow
def test_a_perfect_correlation_needs_decorrelated_samples():
    times = switch_time(8.0, decorrelated(jnp.array([0.0, 0.1, 0.2, 0.4])), 0.1)
    assert (times[:3] == jnp.inf).all()
    assert 0 < times[3] < math.inf


@pytest.mark.slow
def test_the_slope_where_nothing_switches_is_a_number():
    assert float(jax.grad(lambda extra: switch_time(extra, 1.0, 0.1))(1.0)) == 0


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((0.0, 0.9, 0.1, 1), "extra_bits"),
        ((1.0, 1.1, 0.1, 1), "accuracy"),
        ((1.0, 0.9, -1, 1), "error"),
        ((1.0, 0.9, 0.1, 1.5), "n is"),
    ],
)
def test_bad_parameters_are_named(arguments, name):
    with pytest.raises(ValueError, match=name):
        bits_ahead(*arguments)


def test_what_is_no_rate_gives_no_number_where_it_is_traced():
    assert np.isnan(jax.jit(switch_time)(1.0, 1.5, 0.1))
    with pytest.raises(ValueError, match="share"):
        decorrelated(1.5)
