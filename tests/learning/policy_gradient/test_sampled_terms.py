"""Drawn groups have the exact means of clipping, penalties and natural gradients, at one false alarm in a million."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

from infoloop.learning.policy_gradient.advantage_rules import dr_grpo, grpo, modified
from infoloop.learning.policy_gradient.exact_updates import expected_update
from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.learning.policy_gradient.sampled_terms import (
    sampled_clipped_update,
    sampled_kl_update,
    sampled_natural_update,
)
from infoloop.learning.policy_gradient.sampled_updates import drawn_advantages, sampled_update
from infoloop.learning.policy_gradient.score_statistics import scores
from infoloop.learning.policy_gradient.update_terms import clipped_update, kl_update, natural_update
from infoloop.probability.numerics import rounding

OLD, BASE = jnp.array([0.1, 0.2, 0.3, 0.4]), jnp.array([0.4, 0.1, 0.25, 0.25])
Z = jnp.log(jnp.array([0.2, 0.25, 0.25, 0.3]))  # ratios 2, 1.25, .83, .75: between and beyond the bounds
OUTPUTS = output_kinds([1.0, 1.0, 0.0, 0.0], [0.0, 0.25, 1.0, 0.0])
PHI = jnp.array([[1.0, 0.0], [0.5, -1.0], [0.0, 2.0], [-1.0, 0.3]])
GROUPS, KEY, LIMIT = 20_000, jax.random.key(11), norm.isf(1e-6 / 2 / 4)  # of at most four normal deviations


def table(z):
    return z


def features(theta):
    return Z + PHI @ theta


def deviations(drawn, mean):
    """How many standard errors the mean of some updates is off, the largest of them."""
    return float(abs((drawn.mean(axis=0) - mean) / (drawn.std(axis=0) / len(drawn) ** 0.5)).max())


@pytest.mark.full
@pytest.mark.parametrize(
    "rule", [grpo(), modified(dr_grpo(), dose=2.0, redrawn="equal rewards")], ids=["grpo", "redrawn"]
)
def test_clipped_groups_have_the_exact_mean(rule):
    drawn = sampled_clipped_update(KEY, rule, table, Z, OLD, OUTPUTS, 3, GROUPS, 0.2, 0.3)
    assert deviations(drawn, clipped_update(rule, table, Z, OLD, OUTPUTS, 3, 0.2, 0.3)) < LIMIT
    assert deviations(drawn, clipped_update(rule, table, Z, OLD, OUTPUTS, 3, 0.3, 0.3)) > LIMIT  # and no other


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["k1", "k2", "k3"])
def test_estimated_penalties_have_their_exact_means(estimator):
    drawn = sampled_kl_update(KEY, table, Z, BASE, 0.3, estimator, 2, GROUPS)
    assert deviations(drawn, kl_update(table, Z, BASE, 0.3, estimator)) < LIMIT
    for other in {"k1", "k2", "k3"} - {estimator}:
        assert deviations(drawn, kl_update(table, Z, BASE, 0.3, other)) > LIMIT


@pytest.mark.full
@pytest.mark.parametrize(("logits_of", "theta"), [(table, Z), (features, jnp.zeros(2))], ids=["table", "features"])
def test_natural_gradients_have_the_exact_mean(logits_of, theta):
    rule = modified(grpo(), dose=0.2)
    drawn = sampled_natural_update(KEY, rule, logits_of, theta, OUTPUTS, 3, GROUPS)
    mean = expected_update(rule, logits_of, theta, OUTPUTS, 3)
    assert deviations(drawn, natural_update(logits_of, theta, mean)) < LIMIT
    assert deviations(drawn, mean) > LIMIT


@pytest.mark.full
def test_a_group_is_clipped_member_by_member():
    """By the objective of each group, differentiated by JAX."""
    members, a, _ = drawn_advantages(KEY, grpo(), OLD, OUTPUTS, 3, 5)

    def objectives(z):
        ratio = (jax.nn.softmax(z) / OLD)[members]
        clipped = jnp.where(ratio > 1.3, 1.3, jnp.where(ratio < 0.8, 0.8, ratio))
        return jnp.minimum(ratio * a, clipped * a).mean(axis=1)

    found = sampled_clipped_update(KEY, grpo(), table, Z, OLD, OUTPUTS, 3, 5, 0.2, 0.3)
    np.testing.assert_allclose(found, jax.jacfwd(objectives)(Z), rtol=0, atol=rounding(64))


@pytest.mark.slow
def test_a_penalty_is_drawn_on_the_outputs_of_the_update():
    members, _, _ = drawn_advantages(KEY, grpo(), jax.nn.softmax(Z), OUTPUTS, 3, 5)
    loss = 1 - (BASE / jax.nn.softmax(Z))[members]
    expected = -0.3 * (loss[:, :, None] * scores(table, Z)[members]).mean(axis=1)
    np.testing.assert_allclose(sampled_kl_update(KEY, table, Z, BASE, 0.3, "k3", 3, 5), expected, atol=rounding(64))


@pytest.mark.full
def test_a_natural_gradient_is_that_of_its_group():
    of = (KEY, grpo(), features, jnp.zeros(2), OUTPUTS, 3, 4)
    expected = [natural_update(features, jnp.zeros(2), update) for update in sampled_update(*of)]
    np.testing.assert_allclose(sampled_natural_update(*of), jnp.stack(expected), rtol=0, atol=rounding(64))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"^old has mass 2, not 1: "):
        sampled_clipped_update(KEY, grpo(), table, Z, 2 * OLD, OUTPUTS, 3)
    with pytest.raises(
        ValueError, match=r"^old has shape \(3,\) and the policy \(4,\): give one probability an output$"
    ):
        sampled_clipped_update(KEY, grpo(), table, Z, jnp.ones(3) / 3, OUTPUTS, 3)
    with pytest.raises(ValueError, match=r"^low is 2\.0: "):
        sampled_clipped_update(KEY, grpo(), table, Z, OLD, OUTPUTS, 3, low=2.0)
    with pytest.raises(ValueError, match=r"^estimator is 'exact': choose one of 'k1', 'k2', 'k3'$"):
        sampled_kl_update(KEY, table, Z, BASE, 0.3, "exact", 3)
    with pytest.raises(ValueError, match=r"^base has no mass on output 0, "):
        sampled_kl_update(KEY, table, Z, [0.0, 0.5, 0.25, 0.25], 0.3, "k2", 3)
    with pytest.raises(ValueError, match=r"^size \(outputs in a group\) is 0: "):
        sampled_kl_update(KEY, table, Z, BASE, 0.3, "k2", 0)


@pytest.mark.full
def test_traced_laws_that_are_none_give_nan():
    clipped = jax.jit(lambda old: sampled_clipped_update(KEY, grpo(), table, Z, old, OUTPUTS, 3))
    penalty = jax.jit(lambda base: sampled_kl_update(KEY, table, Z, base, 0.3, "k3", 3))
    for of in (clipped, penalty):
        assert jnp.isnan(of(jnp.array([0.5, 0.5, 0.5, 0.5]))).all()
