"""The tabular policy: what is learned of one question tells nothing about another."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world


@pytest.mark.full
def test_a_question_moves_itself_alone():
    policy = tabular_softmax(lookup_world(jax.random.key(0), symbols=1, tasks=0))
    start = policy.start(jax.random.key(1))
    slope = jax.grad(lambda logits: policy.log_policy(logits)[0, 3])(start)
    assert jnp.abs(policy.log_policy(start) + jnp.log(36.0)).max() < 1e-14
    assert slope[0, 3] > 0
    assert (slope[1] == 0).all()


@pytest.mark.slow
def test_a_law_is_the_softmax_of_its_own_row():
    policy = tabular_softmax(lookup_world(jax.random.key(0), symbols=1, tasks=0, alphabet=2, classes=2, forms=1))
    logits = np.random.default_rng(0).normal(size=(2, 4))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.abs(np.exp(policy.log_policy(jnp.asarray(logits))) - expected).max() <= rounding(8)
