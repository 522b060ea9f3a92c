"""Drawn groups have the mean and covariance of the sums over all groups, at a false-alarm rate of one in a million."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

from infoloop.learning.policy_gradient.advantage_rules import dr_grpo, grpo, modified, reinforce, rloo
from infoloop.learning.policy_gradient.exact_updates import expected_update, update_covariance, update_variance
from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.learning.policy_gradient.sampled_updates import (
    drawn_advantages,
    mean_sampled_update,
    member_scores,
    sampled_update,
)
from infoloop.probability.numerics import rounding

Z = jnp.log(jnp.array([0.1, 0.2, 0.3, 0.25, 0.15]))
OUTPUTS = output_kinds([1.0, 1.0, 0, 0, 0], [1.0, 0, 1, 0, 0.5], length=[2.0, 5.0, 2.0, 3.0, 1.0])
RULES = {
    "reinforce": reinforce(0.25),
    "rloo": modified(rloo(), dose=0.2, lengths="own"),
    "grpo": modified(grpo(), dose=0.2),
    "sample, epsilon": modified(grpo(0.1, "sample"), dose=0.2, gate="some right"),
    "dr_grpo": modified(dr_grpo(), lengths="group total"),
    "redrawn": modified(grpo(), dose=0.2, redrawn="equal verdicts", gate="mixed"),
    "redrawn, equal": modified(grpo(), redrawn="equal rewards"),
}
ALARM = 1e-6


def deviations(rule, groups, size=4, exact=None):
    """How many standard errors the sampled means, and mean squares, are off; the largest of them."""
    drawn = sampled_update(jax.random.key(7), rule, lambda z: z, Z, OUTPUTS, size, groups)
    mean = expected_update(exact or rule, lambda z: z, Z, OUTPUTS, size)
    covariance = update_covariance(exact or rule, lambda z: z, Z, OUTPUTS, size)
    off = drawn - mean
    products = (off[:, :, None] * off[:, None, :]).reshape(groups, -1)
    errors = [off.mean(0) / jnp.sqrt(jnp.diag(covariance) / groups)]
    errors += [(products.mean(0) - covariance.ravel()) / (products.std(0) / groups**0.5)]
    return float(abs(jnp.concatenate(errors)).max())


LIMIT = norm.isf(ALARM / 2 / (5 + 25))  # of 30 normal deviations, dependent or not


@pytest.mark.full
@pytest.mark.parametrize(
    "name", ["redrawn", *(pytest.param(n, marks=pytest.mark.full) for n in RULES if n != "redrawn")]
)
def test_twenty_thousand_groups_have_the_exact_moments(name):
    assert deviations(RULES[name], 20_000) < LIMIT


@pytest.mark.full
@pytest.mark.parametrize("name", RULES)
def test_a_million_groups_have_the_exact_moments(name):
    assert deviations(RULES[name], 1_000_000) < LIMIT


@pytest.mark.full
def test_another_rule_is_noticed():
    assert deviations(RULES["grpo"], 20_000, exact=modified(grpo(), dose=0.1)) > LIMIT


@pytest.mark.full
def test_the_total_variance_is_that_of_a_policy_on_features():
    phi = jnp.array([[1.0, 0.0], [0.5, -1.0], [0.0, 2.0], [-1.0, 0.3], [2.0, 1.0]])
    logits_of = lambda theta: Z + phi @ theta  # noqa: E731
    groups = 20_000
    drawn = sampled_update(jax.random.key(3), RULES["grpo"], logits_of, jnp.zeros(2), OUTPUTS, 4, groups)
    squares = ((drawn - expected_update(RULES["grpo"], logits_of, jnp.zeros(2), OUTPUTS, 4)) ** 2).sum(axis=1)
    expected = update_variance(RULES["grpo"], logits_of, jnp.zeros(2), OUTPUTS, 4)
    assert abs(squares.mean() - expected) < norm.isf(ALARM / 2) * squares.std() / groups**0.5


@pytest.mark.full
def test_no_dead_group_is_kept():
    rare = jnp.array([0.001, 0.999])
    rule = modified(dr_grpo(), redrawn="equal verdicts")
    drawn, found, kept = drawn_advantages(jax.random.key(0), rule, rare, output_kinds([1.0, 0.0]), 4, 8)
    assert kept.all()
    assert ((drawn == 0).any(axis=1) & (drawn == 1).any(axis=1)).all()
    assert found.shape == (8, 4)


@pytest.mark.full
def test_a_group_that_is_never_live_is_not_a_number():
    """Of a question with one kind of output no group is kept, drawn or summed."""
    rule, one = modified(dr_grpo(), redrawn="equal rewards"), output_kinds([1.0, 1.0])
    assert jnp.isnan(sampled_update(jax.random.key(0), rule, lambda z: z, jnp.zeros(2), one, 2, 3)).all()
    assert jnp.isnan(expected_update(rule, lambda z: z, jnp.zeros(2), one, 2)).all()


@pytest.mark.full
@pytest.mark.parametrize("redrawn", ["never", "equal rewards"])
def test_groups_of_what_is_no_law_are_not_numbers(redrawn):
    rule, two = modified(dr_grpo(), redrawn=redrawn), output_kinds([1.0, 0.0])
    with pytest.raises(ValueError, match=r"^policy has mass 2, not 1: "):
        drawn_advantages(jax.random.key(0), rule, jnp.ones(2), two, 2, 3)
    draw = jax.jit(lambda policy: drawn_advantages(jax.random.key(0), rule, policy, two, 2, 3))
    for no_law in ([1.0, 1.0], [1.5, -0.5], [jnp.nan, 0.5]):
        _, found, kept = draw(jnp.array(no_law))
        assert jnp.isnan(found).all()
        assert not kept.any()


@pytest.mark.slow
def test_outputs_are_those_of_the_policy():
    for update in (
        lambda outputs: sampled_update(jax.random.key(0), grpo(), lambda z: z, Z, outputs, 4),
        lambda outputs: expected_update(grpo(), lambda z: z, Z, outputs, 4),
        lambda outputs: update_variance(grpo(), lambda z: z, Z, outputs, 4),
    ):
        for number in (4, 6):
            with pytest.raises(
                ValueError, match=rf"^outputs has kinds of shape \({number},\) .* has 5 outputs: [^\n]*$"
            ):
                update(output_kinds(jnp.arange(float(number))))


@pytest.mark.full
@pytest.mark.parametrize("name", ["grpo", "redrawn"])
def test_the_mean_update_is_that_of_the_groups(name):
    of = (jax.random.key(5), RULES[name], lambda z: z, Z, OUTPUTS, 4, 20)
    np.testing.assert_allclose(mean_sampled_update(*of), sampled_update(*of).mean(axis=0), rtol=0, atol=rounding(64))


@pytest.mark.full
def test_a_mean_over_a_group_that_is_never_live_is_not_a_number():
    rule = modified(dr_grpo(), redrawn="equal rewards")
    one = output_kinds([1.0, 1.0])
    assert jnp.isnan(mean_sampled_update(jax.random.key(0), rule, lambda z: z, jnp.zeros(2), one, 2, 3)).all()


@pytest.mark.full
def test_many_groups_of_many_outputs_take_little_memory():
    """A table of 100 000 groups of 4096 outputs has 3.1 GiB; what is compiled says what it takes beside its result."""
    outputs, slopes = output_kinds(jnp.arange(4096.0) % 2), jnp.linspace(-1.0, 1.0, 4096)
    mean = lambda z: mean_sampled_update(jax.random.key(0), grpo(), lambda z: z, z, outputs, 16, 100_000)  # noqa: E731
    each = lambda s: sampled_update(jax.random.key(0), grpo(), lambda s: slopes * s, s, outputs, 16, 100_000)  # noqa: E731
    for update, parameters in ((mean, slopes), (each, jnp.ones(()))):
        needs = jax.jit(update).lower(parameters).compile().memory_analysis()
        assert needs is not None
        assert needs.temp_size_in_bytes < 500e6


@pytest.mark.full
def test_groups_at_a_time_are_the_groups_at_once():
    slopes = jnp.linspace(-1.0, 1.0, 4096)
    members, weights = jax.random.randint(jax.random.key(1), (1000, 2), 0, 4096), jnp.arange(2000.0).reshape(1000, 2)
    found = member_scores(lambda s: slopes * s, jnp.zeros(()), members, weights)
    np.testing.assert_allclose(found, (weights * slopes[members]).sum(axis=1), rtol=0, atol=2000 * rounding(4096))


@pytest.mark.full
def test_seeds_are_batched():
    keys = jax.random.split(jax.random.key(0), 3)
    update = lambda key: sampled_update(key, RULES["redrawn"], lambda z: z, Z, OUTPUTS, 4, 5)  # noqa: E731
    np.testing.assert_allclose(
        jax.vmap(update)(keys), jnp.stack([update(key) for key in keys]), rtol=0, atol=rounding(4)
    )


def test_groups_are_counted():
    with pytest.raises(ValueError, match=r"^groups is 0: give a whole number, at least 1$"):
        sampled_update(jax.random.key(0), grpo(), lambda z: z, Z, OUTPUTS, 4, 0)
    with pytest.raises(ValueError, match=r"^size \(outputs in a group\) is 1: give a whole number, at least 2$"):
        sampled_update(jax.random.key(0), grpo(), lambda z: z, Z, OUTPUTS, 1)
