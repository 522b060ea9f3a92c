"""The tabular policy: what is learned of one question tells nothing about another."""

import jax
import jax.numpy as jnp

from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.worlds.lookup import lookup_world


def test_a_question_moves_itself_alone():
    policy = tabular_softmax(lookup_world(jax.random.key(0), symbols=1, tasks=0))
    start = policy.start(jax.random.key(1))
    slope = jax.grad(lambda logits: policy.log_policy(logits)[0, 3])(start)
    assert jnp.abs(policy.log_policy(start) + jnp.log(36.0)).max() < 1e-14
    assert slope[0, 3] > 0
    assert (slope[1] == 0).all()
