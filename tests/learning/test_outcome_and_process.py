"""Credits against the law of all episodes in fractions, times against quadrature and integrated logits."""

import itertools
from fractions import Fraction

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from infoloop.learning.outcome_and_process import graded_learning_time, step_credits
from infoloop.probability.numerics import binary_entropy, rounding


def entropy_of(masses):
    exact = [mpmath.mpf(p.numerator) / p.denominator for p in masses if p]
    return sum(-p * mpmath.log(p, 2) for p in exact)


def credits_by_episodes(rates):
    """Each I(A_t;R|A_1..A_(t-1)), as four entropies of the law of all episodes."""
    episodes = {}
    for steps in itertools.product((0, 1), repeat=len(rates)):
        mass = Fraction(1)
        for right, rate in zip(steps, rates, strict=True):
            mass *= rate if right else 1 - rate
        episodes[steps] = mass

    def merged(of):
        masses = {}
        for steps, mass in episodes.items():
            masses[of(steps)] = masses.get(of(steps), 0) + mass
        return entropy_of(masses.values())

    def credit(t):
        step, outcome = merged(lambda s: s[: t + 1]), merged(lambda s: (s[:t], all(s)))
        return step + outcome - merged(lambda s: s[:t]) - merged(lambda s: (s[: t + 1], all(s)))

    return [float(credit(t)) for t in range(len(rates))]


@pytest.mark.slow
@pytest.mark.parametrize("rates", [("1/2", "3/4", "9/10"), ("1", "1/3", "1/2"), ("0", "1/2"), ("1/7",) * 4])
def test_credits_are_those_of_the_law_of_episodes(rates):
    exact = [Fraction(r) for r in rates]
    found = step_credits([float(r) for r in exact])
    assert np.abs(found - np.array(credits_by_episodes(exact))).max() < rounding(64)


@pytest.mark.full
def test_slopes_of_credits_hold_at_a_certain_and_at_an_impossible_step():
    """By rates r, then q to come: log2(1 - q) at r = 1, infinite at 0; nothing after an impossible step moves."""
    slopes = jax.jacrev(step_credits)(jnp.array([0.5, 1.0, 0.5]))
    assert np.abs(np.diag(slopes) - [0.5 * np.log2(3) - 1, -0.5, 0]).max() <= rounding(8)
    slopes = jax.jacrev(step_credits)(jnp.array([0.0, 0.0, 0.5]))
    assert slopes[1].tolist() == [0, 0, 0]
    assert abs(slopes[2, 2]) == 0
    assert jax.grad(lambda r: step_credits(jnp.stack([r, jnp.array(0.5)]))[0])(0.0) == np.inf


@pytest.mark.full
def test_credits_add_up_to_the_entropy_of_the_outcome_when_it_is_rare():
    rates = jnp.full(40, 0.5)
    assert abs(float(step_credits(rates).sum() / binary_entropy(0.5**40)) - 1) < rounding(4096)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_the_time_is_the_integral(steps):
    def slowness(p):
        return 1 / (p ** (steps + 1) * (1 - p) ** 2)

    expected = mpmath.quad(slowness, [mpmath.mpf("0.2"), mpmath.mpf("0.5"), mpmath.mpf("0.9")])
    assert abs(float(graded_learning_time(0.2, 0.9, steps)) / float(expected) - 1) < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize(("start", "end", "steps"), [(0.001, 0.002, 90), (0.9, 0.99, 1000), (0.3, 0.3003, 3)])
def test_the_time_is_a_sum_of_powers(start, end, steps):
    with mpmath.workdps(40):
        w, v = (1 / mpmath.mpf(rate) - 1 for rate in (start, end))
        powers = (mpmath.binomial(steps + 1, k) * (w ** (k - 1) - v ** (k - 1)) / (k - 1) for k in range(2, steps + 2))
        expected = 1 / v - 1 / w + (steps + 1) * mpmath.log(w / v) + sum(powers)
    found = graded_learning_time(start, end, steps)
    assert abs(found / float(expected) - 1) <= rounding(steps)


@pytest.mark.full
def test_a_time_beyond_all_floats_is_infinite_with_the_slopes_that_it_has():
    assert graded_learning_time(1e-3, 2e-3, 120) == np.inf  # about 1e358
    assert graded_learning_time(1e-3, 1e-3, 120) == 0.0
    slope = jax.grad(lambda end: graded_learning_time(1e-3, end, 120))(0.5)
    assert abs(slope / 2.0**123 - 1) <= rounding(4)
    assert np.isnan(jax.grad(lambda end: graded_learning_time(0.6, end, 2))(0.5))


@pytest.mark.slow
def test_the_logits_arrive_at_that_time():
    steps, end = 3, graded_learning_time(0.3, 0.8, 3)

    def reward(logits):
        return jax.nn.sigmoid(logits).prod()

    def move(z, _):
        slope = jax.grad(reward)
        middle = z + end / 4000 / 2 * slope(z)
        return z + end / 4000 * slope(middle), None

    logits, _ = jax.lax.scan(move, jnp.full(steps, jnp.log(0.3 / 0.7)), None, length=4000)
    assert np.abs(jax.nn.sigmoid(logits) - 0.8).max() < 1e-6


@pytest.mark.full
def test_ends():
    found = graded_learning_time(jnp.array([0.0, 0.5, 0.5, 0.6]), jnp.array([0.5, 1.0, 0.5, 0.5]), 2)
    assert found[:3].tolist() == [np.inf, np.inf, 0.0]
    assert np.isnan(found[3])


def test_slopes_are_the_speeds():
    slope = jax.grad(lambda end: graded_learning_time(0.2, end, 2))(0.5)
    assert abs(float(slope) - 1 / (0.5**3 * 0.5**2)) < 1e-9


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="steps"):
        graded_learning_time(0.2, 0.5, 0)
    with pytest.raises(ValueError, match="at most 1000"):
        graded_learning_time(0.2, 0.5, 1001)
    with pytest.raises(ValueError, match="rates"):
        step_credits([0.5, 1.5])
