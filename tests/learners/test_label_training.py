"""Training on labels: by hand for a table of logits, and what a network's base knows before and after."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infoloop.learners.label_training import label_learner, trained_on_labels
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world

SIZES: dict[str, Any] = {"symbols": 1, "classes": 2, "alphabet": 2, "forms": 1, "length": 1, "entangled": False}


@pytest.mark.slow
def test_a_table_of_logits_makes_the_steps_that_are_made_by_hand():
    world = lookup_world(jax.random.key(0), tasks=1, **SIZES)
    who = label_learner(jax.random.key(1), world, 2, tabular_softmax, optax.sgd(0.5), 1, 1, pooled=False)
    found = trained_on_labels(who, jnp.zeros(2, int), jnp.array([[[0.0, 1.0]], [[0.0, 0.0]]]), 2)
    logits = np.zeros(2)
    for _ in range(2):
        law = np.exp(logits) / np.exp(logits).sum()
        logits -= 0.5 * 0.5 * (law - np.array([0, 1]))  # half of the weight lies on each of two questions
    assert np.abs(found[0, 0] - (logits - np.log(np.exp(logits).sum()))).max() < rounding(8)
    assert np.abs(found[0, 1] - np.log(0.5)).max() < rounding(8)
    assert (found[1] == found[0, 1]).all()
    both = trained_on_labels(who, jnp.zeros(1, int), jnp.array([[[0.0, 1.0], [1.0, 0.0]]]), 2)[0]
    assert (both[0] == found[0, 0]).all()
    assert (both[1] == found[0, 0, ::-1]).all()


@pytest.mark.full
def test_a_base_knows_known_tasks_and_labels_move_its_answers():
    world = lookup_world(jax.random.key(0), tasks=2, **SIZES)
    who = label_learner(jax.random.key(1), world, 2, lambda w: perceptron(w, 4, (8,)), optax.adam(0.02), 2, 80)
    whole = perceptron(world, 4, (8,))
    law = jnp.exp(whole.log_policy(jax.tree.map(lambda leaf: leaf[1], who.bases)))
    right = law[jnp.arange(6), world.right_class[0]][2:]
    assert (right > 0.8).all()
    assert jnp.abs(law[:2] - 0.5).max() < 0.2
    labels = jnp.array([[[1.0, 0.0]], [[0.0, 1.0]], [[0.0, 0.0]], [[0.0, 0.0]]])
    found = jnp.exp(trained_on_labels(who, jnp.array([1, 1, 0, 1]), labels, 20))
    assert found[0, 0, 0] > law[0, 0] + 0.1
    assert found[1, 0, 0] < law[0, 0] - 0.1
    other = jnp.exp(whole.log_policy(jax.tree.map(lambda leaf: leaf[0], who.bases)))
    assert jnp.abs(found[2] - other[:2]).max() < rounding(64)  # without labels a base stays as it is
    assert jnp.abs(found[3] - law[:2]).max() < rounding(64)
    assert jnp.abs(other[:2] - law[:2]).max() > rounding(2**20)
