"""Loops of updates: their steps, natural ascent in closed form, and batches of questions, settings and seeds."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.advantage_rules import grpo, modified, rloo
from infoloop.learning.policy_gradient.exact_updates import expected_update
from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.learning.policy_gradient.update_loops import expected_ascent, sampled_ascent, update_loop
from infoloop.learning.policy_gradient.update_terms import natural_logits
from infoloop.loops.loop import unroll
from infoloop.probability.numerics import rounding

OUTCOME = jnp.array([1.0, 1.0, 0.0, 0.0])
OUTPUTS = output_kinds(OUTCOME)
Z = jnp.log(jnp.array([0.1, 0.2, 0.3, 0.4]))


def identity(z):
    return z


@pytest.mark.slow
def test_natural_ascent_adds_the_rate_to_the_log_odds():
    """And keeps every ratio among right answers (S46); for any length of step."""
    loop = update_loop(
        lambda key, z: natural_logits(jax.nn.softmax(z), expected_update(rloo(), identity, z, OUTPUTS, 4)), Z, 0.75
    )
    policy = jax.nn.softmax(unroll(loop, jnp.arange(5)))
    right = policy[:, :2].sum(axis=1)
    np.testing.assert_allclose(
        jnp.log(right / (1 - right)), np.log(0.3 / 0.7) + 0.75 * np.arange(5), rtol=0, atol=rounding(64)
    )
    np.testing.assert_allclose(policy[:, 1] / policy[:, 0], 2.0, rtol=rounding(64))


@pytest.mark.full
def test_exact_ascent_is_its_steps():
    seen = unroll(expected_ascent(grpo(), identity, Z, OUTPUTS, 4, 0.5), jnp.arange(3))
    z = Z
    for t in range(3):
        np.testing.assert_allclose(seen[t], z, rtol=0, atol=rounding(64))
        z = z + 0.5 * expected_update(grpo(), identity, z, OUTPUTS, 4)


@pytest.mark.full
def test_a_parameter_tree_is_trained():
    logits_of = lambda theta: Z + theta["bias"] + OUTCOME * theta["slope"]  # noqa: E731
    start = {"bias": jnp.zeros(4), "slope": jnp.zeros(())}
    seen = unroll(expected_ascent(grpo(), logits_of, start, OUTPUTS, 4, 0.5), jnp.arange(4))
    right = jax.vmap(lambda theta: jax.nn.softmax(logits_of(theta)) @ OUTCOME)(seen)
    assert (jnp.diff(right) > 0).all()


@pytest.mark.full
def test_questions_settings_and_seeds_are_batched():
    starts, doses = jnp.stack([Z, jnp.zeros(4)]), jnp.array([0.0, 0.1])
    outputs = output_kinds([[1.0, 1, 0, 0], [0, 0, 0, 1]], [0.0, 1.0, 0.0, 1.0])
    keys = jax.random.split(jax.random.key(0), 3)

    def exact(dose, z, outputs):
        return unroll(expected_ascent(modified(grpo(), dose=dose), identity, z, outputs, 3, 0.5), keys)[-1]

    def drawn(key, dose, z, outputs):
        rule = modified(grpo(), dose=dose)
        return unroll(sampled_ascent(rule, identity, z, outputs, 3, 0.5, groups=2), jax.random.split(key, 3))[-1]

    def over(f):
        return jax.vmap(jax.vmap(f, in_axes=(None, 0, 0)), in_axes=(0, None, None))

    found = over(exact)(doses, starts, outputs)
    seeds = jax.vmap(lambda key: over(lambda *of: drawn(key, *of))(doses, starts, outputs))(keys)
    assert (found.shape, seeds.shape) == ((2, 2, 4), (3, 2, 2, 4))
    for s, q in np.ndindex(2, 2):
        alone = (doses[s], starts[q], jax.tree.map(lambda x, q=q: x[q], outputs))
        np.testing.assert_allclose(found[s, q], exact(*alone), rtol=0, atol=rounding(64))
        np.testing.assert_allclose(seeds[1, s, q], drawn(keys[1], *alone), rtol=0, atol=rounding(64))


def test_a_rate_is_positive():
    with pytest.raises(ValueError, match=r"^rate is 0\.0: give a finite number above 0$"):
        update_loop(lambda key, z: z, Z, 0.0)
