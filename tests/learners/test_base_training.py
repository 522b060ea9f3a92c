"""A base knows the other tasks and the form of answers, and is the same under every rule."""

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.learners.base_training import pretrain
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world


def test_a_base_knows_the_known_and_is_even_about_the_new():
    world = lookup_world(jax.random.key(0), symbols=1, classes=3, forms=2, tasks=1)
    policy = tabular_softmax(world)
    law = np.array(jnp.exp(policy.log_policy(pretrain(jax.random.key(1), world, policy, 0.3, steps=200, rate=0.3))))
    right = np.array([right_outputs(world, rule) for rule in range(3)])
    new = np.array(world.task) == 0
    assert np.abs(np.where(right[0], law, 0).sum(axis=1)[~new] - 1).max() < 0.02
    assert np.abs(np.where(right[:, new], law[new], 0).sum(axis=2) - 0.7 / 3).max() < 0.01
