"""Weights are those that flax's own keys make, bit for bit."""

import jax
import numpy as np
import pytest
from flax import nnx

from infoloop.learners import perceptron_policy, transformer_policy
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.transformer_policy import transformer
from infoloop.learners.weight_keys import initial_keys
from infoloop.worlds.lookup import lookup_world

KEY = jax.random.key(3)


def test_no_key_is_given_twice_and_no_more_than_were_asked_for():
    keys = initial_keys(KEY, 3)
    words = {tuple(jax.random.key_data(keys.params()).tolist()) for _ in range(3)}
    assert len(words) == 3
    with pytest.raises(StopIteration):
        keys.params()


@pytest.mark.full
@pytest.mark.parametrize(
    ("module", "learner"),
    [
        (perceptron_policy, lambda world: perceptron(world, 3, (4, 5))),
        (transformer_policy, lambda world: transformer(world, width=4, layers=2, heads=2, hidden=3)),
    ],
)
def test_weights_are_those_of_flax(module, learner, monkeypatch):
    world = lookup_world(jax.random.key(0), symbols=2)
    ours = jax.tree.leaves(learner(world).start(KEY))
    monkeypatch.setattr(module, "initial_keys", lambda key, count: nnx.Rngs(key))
    theirs = jax.tree.leaves(learner(world).start(KEY))
    assert all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))
