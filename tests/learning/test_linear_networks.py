"""Closed forms of linear flows against networks of matrices stepped numerically, and against enumerated features."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.linear_networks import deep_mode, deep_time, noisy_feature_moments, shallow_time, weights
from infoloop.learning.ode import flow
from infoloop.probability.numerics import binary_entropy, rounding

AMPLITUDES, CROSSOVERS = np.array([2.0, 1.0, 0.5]), np.array([0.3, 0.1, 0.0])


def within(end, steps):
    """Three times the estimated error, and rounding."""
    return 3 * end.error + rounding(64 * steps)


def by_enumeration(amplitudes, crossovers):
    """Moments as sums over y and all patterns of errors."""
    covariance, correlation = np.zeros((len(crossovers),) * 2), np.zeros(len(crossovers))
    for y in (-1, 1):
        for noise in itertools.product((1, -1), repeat=len(crossovers)):
            probability = np.prod([e if n < 0 else 1 - e for n, e in zip(noise, crossovers, strict=True)]) / 2
            x = amplitudes * y * np.array(noise)
            covariance, correlation = covariance + probability * np.outer(x, x), correlation + probability * x * y
    return covariance, correlation


@pytest.mark.slow
def test_the_moments_are_those_of_the_enumerated_features():
    for found, exact in zip(
        noisy_feature_moments(AMPLITUDES, CROSSOVERS), by_enumeration(AMPLITUDES, CROSSOVERS), strict=True
    ):
        assert np.abs(found - exact).max() <= rounding(64)
    wrong, _ = noisy_feature_moments(AMPLITUDES, CROSSOVERS[::-1].copy())
    assert np.abs(wrong - by_enumeration(AMPLITUDES, CROSSOVERS)[0]).max() > rounding(64)


@pytest.mark.parametrize("t", [0.0, 0.7, 5.0])
def test_the_linear_learner_is_the_stepped_flow(t):
    covariance, correlation = noisy_feature_moments(AMPLITUDES, CROSSOVERS)
    start = jnp.array([0.5, -1.0, 0.25])
    end = flow(lambda w: (correlation - covariance @ w) / 2.0, start, t, 400)
    assert jnp.abs(weights(covariance, correlation, t, start, tau=2.0) - end.state).max() <= within(end, 800)
    assert t == 0 or jnp.abs(weights(covariance, correlation, t, start) - end.state).max() > within(end, 800)


@pytest.mark.full
def test_a_direction_without_variance_and_its_gradient():
    """Two copies of one feature: their difference has eigenvalue 0 and never moves."""
    covariance, correlation = jnp.ones((2, 2)), jnp.ones(2)
    found = weights(covariance, correlation, 3.0, jnp.array([1.0, 0.0]))
    assert abs(found[0] - found[1] - 1) <= rounding(16)
    assert abs(found.sum() - 1) <= rounding(16)
    slope = jax.grad(lambda t: weights(jnp.zeros((1, 1)), jnp.array([2.0]), t)[0])(0.0)
    assert abs(slope - 2) <= rounding(2)


def test_converged_the_linear_learner_keeps_only_the_clean_feature():
    """S33: the noisy feature of amplitude 2 is ahead at first, and 0 in the end."""
    covariance, correlation = noisy_feature_moments(AMPLITUDES, CROSSOVERS)
    early, late = (weights(covariance, correlation, t) * AMPLITUDES for t in (0.05, 1e5))
    assert early.argmax() == 0
    assert jnp.abs(late - jnp.array([0.0, 0.0, 1.0])).max() <= rounding(1000)


def test_speed_and_information_order_alike_iff_amplitudes_agree():
    """S33: speeds a (1 - 2e), informations 1 - h(e), for crossover probabilities below 1/2."""
    crossovers = jnp.array([0.3, 0.1, 0.0])
    bits = 1 - binary_entropy(crossovers)
    for amplitudes, agree in (([1.0, 1.0, 1.0], True), ([4.0, 1.0, 0.5], False)):
        _, speed = noisy_feature_moments(amplitudes, crossovers)
        assert (jnp.argsort(speed).tolist() == jnp.argsort(bits).tolist()) is agree


@pytest.mark.parametrize(
    ("c", "variance", "start"), [(1.0, 1.0, 1e-3), (2.5, 1.0, 0.1), (0.8, 2.0, 1e-2), (1.0, 4.0, 0.5)]
)
@pytest.mark.parametrize("t", [0.5, 3.0])
def test_a_balanced_mode_is_two_weights_in_a_row(c, variance, start, t):
    def field(state):
        u, v = state
        return v * (c - variance * u * v) / 1.5, u * (c - variance * u * v) / 1.5

    root = jnp.sqrt(start)
    end = flow(field, (root, root), t, 400)
    u, v = end.state
    assert abs(deep_mode(t, c, variance, start, tau=1.5) - u * v) <= (u + v) * within(end, 800)
    assert abs(deep_mode(t, c, variance, start, tau=3.0) - u * v) > (u + v) * within(end, 800)


@pytest.mark.slow
def test_a_two_layer_network_learns_its_modes_one_by_one():
    """Matrices 3 x 3 x 4, white inputs, started balanced along the singular vectors: each mode is its closed form."""
    rng = np.random.default_rng(0)
    left, right = (np.linalg.qr(rng.normal(size=(n, n)))[0][:, :3] for n in (4, 3))
    singular, start = np.array([2.0, 1.0, 0.4]), 1e-2
    target = left * singular @ right.T
    mixing = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    first, second = np.sqrt(start) * mixing @ right.T, np.sqrt(start) * left @ mixing.T

    def field(state):
        one, two = state
        error = target - two @ one
        return two.T @ error, error @ one.T

    for t in (1.0, 3.0):
        end = flow(field, (jnp.array(first), jnp.array(second)), t, 400)
        modes = left.T @ np.asarray(end.state[1] @ end.state[0]) @ right
        exact = np.diag(np.asarray(deep_mode(t, singular, start=start)))
        assert np.abs(modes - exact).max() <= 20 * within(end, 800)  # products of 3 terms twice over, of size below 2


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.99])
def test_the_time_is_when_the_mode_is_there(fraction):
    for c, variance, start in ((2.0, 1.0, 1e-4), (0.7, 3.0, 1e-2)):
        t = deep_time(fraction, c, variance, start, tau=2.0)
        assert abs(deep_mode(t, c, variance, start, tau=2.0) / (c / variance) - fraction) <= rounding(100)
    t = shallow_time(fraction, 2.0, tau=0.5)
    found = weights([[2.0]], [3.0], t, tau=0.5)[0]
    assert abs(found / 1.5 - fraction) <= rounding(16)


def test_the_time_halves_where_the_correlation_doubles():
    """With equal start relative to the goal; a time that forgot the mode's strength is caught."""
    one, two = deep_time(0.5, 1.0, start=1e-3), deep_time(0.5, 2.0, start=2e-3)
    assert abs(one / two - 2) <= rounding(16)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: deep_mode(1.0, 0.0), "correlation of a mode is 0"),
        (lambda: deep_mode(1.0, 1.0, start=0.0), "start is 0"),
        (lambda: deep_mode(1.0, 1.0, variance=-1.0), "variance is -1"),
        (lambda: deep_time(1.5, 1.0), "fraction is 1.5"),
        (lambda: shallow_time(0.5, 0.0), "variance is 0"),
        (lambda: weights([[1.0]], [1.0, 2.0], 1.0), "give d x d and d"),
        (lambda: weights([[1.0]], [1.0], 1.0, tau=0.0), "tau is 0"),
        (lambda: noisy_feature_moments([1.0, 1.0], [0.5, 1.5]), "crossover is"),
        (lambda: noisy_feature_moments([0.0], [0.5]), "amplitude is"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
