"""Policies that ascend a reward: where they end in closed form, and scales of rewards by loops."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infoloop.learners.reward_ascent import ascend_reward, greatest_gain, standardised_reward
from infoloop.probability.numerics import rounding

BASE = np.array([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]])
REWARD = np.array([[1.0, -2.0, 4.0], [0.5, 3.0, 1.0]])


def test_a_standardised_reward_has_mean_zero_and_deviation_one():
    found = np.asarray(standardised_reward(jnp.asarray(BASE), jnp.asarray(REWARD)))
    terms = [(BASE[q, y] / 2, found[q, y]) for q in range(2) for y in range(3)]
    assert abs(math.fsum(p * r for p, r in terms)) <= rounding(6)
    assert abs(math.fsum(p * r**2 for p, r in terms) - 1) <= rounding(12)
    slope = (found[0, 2] - found[0, 1]) / (REWARD[0, 2] - REWARD[0, 1])
    assert np.abs(np.diff(found.ravel()) / np.diff(REWARD.ravel()) - slope).max() <= rounding(12)


def test_the_greatest_gain_is_that_of_the_best_output_of_each_question():
    gain = 0.0
    for q in range(2):
        gain += (max(REWARD[q]) - sum(p * r for p, r in zip(BASE[q], REWARD[q], strict=True))) / 2
    assert abs(float(greatest_gain(jnp.asarray(BASE), jnp.asarray(REWARD))) - gain) <= rounding(6)


@pytest.mark.slow
def test_with_a_penalty_it_ends_at_the_tilted_base():
    beta = 2.0
    found = ascend_reward(
        jax.random.key(0), jnp.asarray(BASE), jnp.asarray(REWARD), beta, optax.sgd(4.0), 2000, 2000, jnp.exp
    )
    for q in range(2):
        tilted = [p * math.exp(r / beta) for p, r in zip(BASE[q], REWARD[q], strict=True)]
        for y in range(3):
            assert abs(float(found.observed[-1, q, y]) - tilted[y] / math.fsum(tilted)) < 1e-9  # 2000 steps
    assert np.abs(np.asarray(found.observed[0]) - BASE).max() <= rounding(3)


def test_without_a_penalty_the_first_step_is_the_policy_gradient():
    rate = 0.5
    found = ascend_reward(
        jax.random.key(0), jnp.asarray(BASE), jnp.asarray(REWARD), 0.0, optax.sgd(rate), 1, 1, jnp.exp
    )
    for q in range(2):
        mean = sum(p * r for p, r in zip(BASE[q], REWARD[q], strict=True))
        raised = [p * math.exp(rate / 2 * p * (r - mean)) for p, r in zip(BASE[q], REWARD[q], strict=True)]
        for y in range(3):
            assert abs(float(found.observed[1, q, y]) - raised[y] / sum(raised)) <= rounding(9)


def test_a_penalty_below_0_is_refused():
    with pytest.raises(ValueError, match="penalty"):
        ascend_reward(jax.random.key(0), jnp.asarray(BASE), jnp.asarray(REWARD), -1.0, optax.sgd(1.0), 1, 1, jnp.exp)
