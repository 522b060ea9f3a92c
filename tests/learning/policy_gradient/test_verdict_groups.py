"""Multisets are counted and weighed as ordered groups are; sums in chunks are the sums; what does not fit is named."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.advantage_rules import dr_grpo, grpo, modified, rloo
from infoloop.learning.policy_gradient.reward_kinds import kinds
from infoloop.learning.policy_gradient.verdict_groups import PARTS, group_moments
from infoloop.probability.numerics import rounding


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"^groups of 64 of 12 kinds are 4,898,229,264,825 multisets, .*draw groups"):
        group_moments(grpo(), [1 / 12] * 12, kinds(np.arange(12.0)), 64)
    with pytest.raises(ValueError, match=r"^groups of 3 of 3 kinds are 10 multisets, more than fit \(9\): "):
        group_moments(grpo(), [0.5, 0.25, 0.25], kinds([1.0, 0.0, 0.5]), 3, most=9)


@pytest.mark.full
def test_sums_in_chunks_are_the_sums():
    """Groups of 9 of 5 kinds are 715 multisets, in three chunks; each is summed here in floats of the host."""
    masses, features = (
        np.array([0.1, 0.3, 0.2, 0.15, 0.25]),
        kinds([1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0, 0.5]),
    )
    found = group_moments(modified(grpo(), dose=0.5), masses, features, 9)
    reward = np.asarray(features.outcome + 0.5 * features.shaping)
    weight, square, product, positive = np.zeros(5), np.zeros(5), np.zeros((5, 5)), np.zeros(5)
    for counts in itertools.product(range(10), repeat=5):
        if sum(counts) != 9:
            continue
        c = np.array(counts)
        chance = math.factorial(9) * math.prod(m**k / math.factorial(k) for m, k in zip(masses, counts, strict=True))
        mean = (c * reward).sum() / 9
        spread = (c * (reward - mean) ** 2).sum() / 9
        a = (reward - mean) / math.sqrt(spread) if max(counts) < 9 else np.zeros(5)
        weight, square = weight + chance * c * a / 9, square + chance * c * a**2 / 81
        positive = positive + chance * c * np.where(a > 0, a, 0) / 9
        product = product + chance * np.outer(c * a, c * a) / 81
    for value, expected in zip(found, (weight, positive, square, product, 1.0), strict=True):
        np.testing.assert_allclose(value, expected, rtol=0, atol=rounding(715))


@pytest.mark.slow
def test_advantages_of_a_group_about_its_mean_add_up_to_nothing():
    for rule in (grpo(0.1), dr_grpo(), rloo()):
        found = group_moments(rule, [0.2, 0.3, 0.5], kinds([1.0, 0.0, 0.25]), 4)
        assert abs(found.weight.sum()) <= rounding(16)
        assert abs(found.product.sum(axis=1)).max() <= rounding(16)


@pytest.mark.slow
def test_what_is_kept_is_what_is_alive():
    """Dead: p^G + q^G = .66342, .43047, .05771 at p = .05, .1, .3 and G = 8 (S48)."""
    rule = modified(dr_grpo(), redrawn="equal rewards")
    kept = jax.vmap(lambda p: group_moments(rule, jnp.stack([p, 1 - p]), kinds([1.0, 0.0]), 8).kept)
    assert [round(float(x), 5) for x in 1 - kept(jnp.array([0.05, 0.1, 0.3]))] == [0.66342, 0.43047, 0.05771]


def test_without_any_live_group_there_is_no_expectation():
    rule = modified(dr_grpo(), redrawn="equal rewards")
    assert jnp.isnan(group_moments(rule, [0.5, 0.5], kinds([1.0, 1.0]), 4).weight).all()


@pytest.mark.slow
def test_slopes_at_a_kind_without_mass():
    """W of a kind of mass m is m times its advantage given that the group has one, so its slope at m = 0 is that."""

    def weight(m):
        return group_moments(dr_grpo(), jnp.stack([0.5 - m, 0.5, m]), kinds([0.0, 1.0, 2.0]), 2).weight[2]

    assert abs(jax.grad(weight)(0.0) - (2 - (2 + 0.5) / 2)) <= rounding(8)


@pytest.mark.slow
def test_parts_are_disjoint():
    masses, features = [0.25, 0.75], kinds([1.0, 0.0], [1.0, 1.0])
    found = [group_moments(dr_grpo(), masses, features, 3, part).square for part in PARTS]
    np.testing.assert_allclose(found[0], found[2], rtol=0, atol=0)
    assert not found[1].any()
    assert not found[3].any()


def test_rewards_that_are_traced_and_not_finite_are_seen():
    found = jax.jit(lambda r: group_moments(grpo(), jnp.array([0.5, 0.5]), kinds(r), 2))(jnp.array([1.0, jnp.nan]))
    assert jnp.isnan(found.weight).any()
