"""The one loop of training, against steps made by hand; looks, refusals, and runs that diverge."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.policy_training import train_policy
from infoloop.probability.numerics import rounding

KEY = jax.random.key(0)
POLICY = ParametricPolicy(lambda key: jnp.zeros((1, 3)), lambda logits: jax.nn.log_softmax(logits, axis=-1))


def loss(log_policy, key):
    return -log_policy[0, 1]


def trained(steps=6, every=2, objective=loss, rate=0.5):
    start, observer = jnp.zeros((1, 3)), lambda log_policy: jnp.exp(log_policy[0])
    return train_policy(KEY, POLICY, start, objective, optax.sgd(rate), steps, every, observer)


def test_looks_are_those_of_gradient_descent_by_hand():
    logits, seen = np.zeros(3), []
    for t in range(7):
        law = np.exp(logits) / np.exp(logits).sum()
        seen += [law] if t % 2 == 0 else []
        logits = logits - 0.5 * (law - np.array([0.0, 1.0, 0.0]))
    found = trained()
    assert np.abs(found.observed - np.array(seen)).max() <= rounding(64)
    assert not found.diverged


def test_an_optimiser_has_the_parameters_and_keeps_its_memory_from_look_to_look():
    optimiser = optax.chain(optax.add_decayed_weights(0.25), optax.sgd(0.5, momentum=0.9))
    logits, memory = np.array([0.5, -1.0, 0.0]), np.zeros(3)
    start, observer = jnp.asarray(logits)[None], lambda log_policy: jnp.zeros(())
    for _ in range(4):
        law = np.exp(logits) / np.exp(logits).sum()
        memory = 0.9 * memory + law - np.array([0.0, 1.0, 0.0]) + 0.25 * logits
        logits = logits - 0.5 * memory
    found = train_policy(KEY, POLICY, start, loss, optimiser, 4, 2, observer)
    assert np.abs(found.parameters[0] - logits).max() <= rounding(64)


@pytest.mark.slow
def test_every_step_has_a_key_of_its_own():
    drawn = trained(objective=lambda log_policy, key: jax.random.normal(key) * log_policy[0, 0])
    again = trained(objective=lambda log_policy, key: jax.random.normal(jax.random.fold_in(KEY, 0)) * log_policy[0, 0])
    assert jnp.abs(drawn.parameters - again.parameters).max() > 0.01


def test_a_run_that_diverges_is_marked():
    found = trained(objective=lambda log_policy, key: jnp.exp(300 * log_policy[0, 0] ** 2), rate=1e300)
    assert found.diverged
    assert found.observed.shape == (4, 3)


def test_a_loss_that_was_once_not_finite_stays_marked():
    found = trained(objective=lambda logs, key: loss(logs, key) + jnp.where(logs[0, 1] < jnp.log(0.34), jnp.inf, 0.0))
    assert found.diverged
    assert jnp.isfinite(found.parameters).all()


def test_a_look_has_to_fall_on_a_step():
    with pytest.raises(ValueError, match="every is 4, which does not divide 6 steps: give a divisor"):
        trained(every=4)
    with pytest.raises(ValueError, match="steps"):
        trained(steps=0)


def test_other_questions_can_be_looked_at_than_those_of_a_step():
    tempered = ParametricPolicy(POLICY.start, lambda logits: jax.nn.log_softmax(2 * logits, axis=-1))
    start, observer = jnp.zeros((1, 3)), lambda log_policy: jnp.exp(log_policy[0])
    found = train_policy(KEY, POLICY, start, loss, optax.sgd(0.5), 6, 2, observer, observed_policy=tempered)
    squares = trained().observed ** 2
    assert np.abs(found.observed - squares / squares.sum(axis=1, keepdims=True)).max() <= rounding(64)
