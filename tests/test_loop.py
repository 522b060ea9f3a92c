"""Unrolling a loop gives its states in order; exact and sampled loops agree at a stated false-alarm rate."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.loop import Loop, unroll
from infoloop.models import wright_fisher
from infoloop.numerics import rounding

COUNTING = Loop(start=lambda key: jnp.array([1, 10]), step=lambda key, state: state * 2)
FALSE_ALARMS = 1e-6


def test_every_key_is_a_generation_and_the_first_is_the_start():
    assert unroll(COUNTING, jnp.arange(3)).tolist() == [[1, 10], [2, 20], [4, 40]]


def test_one_key_is_the_start_alone():
    assert unroll(COUNTING, jnp.arange(1)).tolist() == [[1, 10]]


def test_no_keys_are_refused():
    with pytest.raises(ValueError, match="unroll has no keys"):
        unroll(COUNTING, jnp.arange(0))


def test_only_what_is_watched_is_kept():
    seen = unroll(COUNTING, jnp.arange(3), lambda state: {"sum": state.sum()})
    assert seen["sum"].tolist() == [11, 22, 44]


def test_each_generation_has_its_own_key():
    loop = Loop(start=jax.random.uniform, step=lambda key, state: jax.random.uniform(key))
    keys = jax.random.split(jax.random.key(0), 3)
    assert unroll(loop, keys).tolist() == [float(jax.random.uniform(key)) for key in keys]


def apart(model, simulated, generations, runs):
    """The largest difference of an exact and a simulated P(K_t <= k | theta), over theta, t and k."""
    exact = unroll(wright_fisher.loop(model), jnp.arange(generations)) / model.prior[:, None]
    keys = jax.random.split(jax.random.key(1), generations)
    counts = unroll(wright_fisher.sampled(simulated, runs), keys)
    frequency = (counts[..., None] <= np.arange(model.size + 1)).mean(axis=2)
    return np.abs(np.cumsum(exact, axis=-1) - frequency).max()


def radius(comparisons, runs):
    """Dvoretzky-Kiefer-Wolfowitz-Massart, corrected for all laws compared: a true loop fails once in a million."""
    return math.sqrt(math.log(2 * comparisons / FALSE_ALARMS) / (2 * runs))


def test_the_exact_and_the_sampled_loop_have_one_law():
    model = wright_fisher.wright_fisher(12, [0.1, 0.5])
    assert apart(model, model, 6, 20_000) < radius(12, 20_000)


def test_a_sampled_loop_with_another_start_would_be_noticed():
    model, other = (wright_fisher.wright_fisher(12, [0.1, rate]) for rate in (0.5, 0.53))
    assert apart(model, other, 6, 20_000) > radius(12, 20_000)


def test_the_exact_loop_ignores_its_keys():
    model = wright_fisher.wright_fisher(5, [0.25])
    one, two = (unroll(wright_fisher.loop(model), jnp.arange(3) + k) for k in (0, 7))
    np.testing.assert_allclose(one, two, atol=rounding(1))
