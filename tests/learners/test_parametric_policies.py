"""Every learner is one noun: it starts, gives a law for each question, and differs only in how."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.log_linear_policy import FeatureWeights, log_linear
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.learners.transformer_policy import transformer
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world

LEARNERS = {
    "tabular": tabular_softmax,
    "log-linear": lambda world: log_linear(world, FeatureWeights(content_class=1.0)),
    "perceptron": lambda world: perceptron(world, widths=(3,)),
    "transformer": lambda world: transformer(world, width=4, heads=2, hidden=3),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LEARNERS)
def test_rows_are_laws_for_many_seeds_at_once(name):
    world = lookup_world(jax.random.key(0), symbols=1, classes=2, forms=1, tasks=1, alphabet=2)
    policy = LEARNERS[name](world)
    assert isinstance(policy, ParametricPolicy)
    found = jax.jit(jax.vmap(lambda key: policy.log_policy(policy.start(key))))(jax.random.split(jax.random.key(1), 3))
    assert found.shape == (3, *world.classes.shape)
    assert np.abs(jnp.exp(found).sum(axis=-1) - 1).max() <= rounding(4)
