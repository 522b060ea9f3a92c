"""A base knows the other tasks and the form of answers, and is the same under every rule."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.base_training import pretrain
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.probability.numerics import rounding
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world


@pytest.mark.full
def test_a_base_knows_the_known_and_is_even_about_the_new():
    world = lookup_world(jax.random.key(0), symbols=1, classes=3, forms=2, tasks=1)
    policy = tabular_softmax(world)
    law = np.array(jnp.exp(policy.log_policy(pretrain(jax.random.key(1), world, policy, 0.3, steps=200, rate=0.3))))
    right = np.array([right_outputs(world, rule) for rule in range(3)])
    new = np.array(world.task) == 0
    assert np.abs(np.where(right[0], law, 0).sum(axis=1)[~new] - 1).max() < 0.02
    assert np.abs(np.where(right[:, new], law[new], 0).sum(axis=2) - 0.7 / 3).max() < 0.01


@pytest.mark.slow
def test_its_steps_are_those_of_adam_whose_rate_falls_along_a_cosine():
    """Two questions over four strings: one right output of the known, and two that may be right of the new."""
    world = lookup_world(jax.random.key(0), symbols=1, classes=2, forms=1, tasks=1, domains=1, alphabet=2)
    classes, right = np.array(world.classes), int(world.right_class[0, 1])
    target = np.array([np.where(classes[0] >= 0, 0.7 / 2, 0.3 / 2), 1.0 * (classes[1] == right)])
    logits, mean, square = np.zeros((2, 4)), 0.0, 0.0
    for t in range(5):
        law = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        slope = (law - target) / 2
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        move = mean / (1 - 0.9 ** (t + 1)) / (np.sqrt(square / (1 - 0.999 ** (t + 1))) + 1e-8)
        logits = logits - 0.2 * (1 + math.cos(math.pi * t / 5)) / 2 * move
    found = pretrain(jax.random.key(1), world, tabular_softmax(world), 0.3, steps=5, rate=0.2)
    assert np.abs(found - logits).max() <= rounding(2**12)


@pytest.mark.full
def test_another_key_is_another_start():
    world = lookup_world(jax.random.key(0), symbols=1, classes=2, forms=1, tasks=0, domains=1, alphabet=2)
    even = tabular_softmax(world)
    policy = ParametricPolicy(lambda key: jax.random.normal(key, (1, 4)), even.log_policy)
    first, second = (pretrain(jax.random.key(seed), world, policy, 0.0, steps=1, rate=1e-9) for seed in (0, 1))
    assert jnp.abs(first - second).max() > 0.01
