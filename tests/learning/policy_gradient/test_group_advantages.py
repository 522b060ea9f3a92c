"""Advantages of single groups against fractions, and where floats would go wrong: equal rewards, tiny and huge ones."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.advantage_rules import dr_grpo, grpo, modified, reinforce, rloo
from infoloop.learning.policy_gradient.group_advantages import advantages
from infoloop.learning.policy_gradient.reward_kinds import kinds
from infoloop.probability.numerics import rounding
from tests.support.ordered_groups import Options, Output, group_weights

CLOSE = rounding(8)


def of_members(rule, outcome, shaping=0.0, length=1.0):
    features = kinds(outcome, shaping, length=length)
    return advantages(rule, features, jnp.ones(len(outcome)), len(outcome))[0]


@pytest.mark.parametrize("rewards", [[0.1] * 3, [0.3] * 7, [1e9 + 0.1] * 5])
@pytest.mark.parametrize("rule", [grpo(), grpo(1e-6), dr_grpo(), rloo()], ids=["grpo", "epsilon", "dr_grpo", "rloo"])
def test_equal_rewards_have_the_advantage_0_exactly(rule, rewards):
    """The mean of three times 0.1 is not 0.1 in floats, and divided by the deviation the difference would be large."""
    assert (of_members(rule, rewards) == 0).all()


@pytest.mark.slow
def test_equal_rewards_have_finite_slopes():
    assert (jax.jacobian(lambda r: of_members(grpo(), r))(jnp.full(3, 0.1)) == 0).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1.0, 1e300])
def test_the_unit_of_the_reward_falls_out_of_grpo(scale):
    found = of_members(grpo(), scale * np.array([1.0, 0.0, 0.0, 0.5]))
    np.testing.assert_allclose(found, of_members(grpo(), [1.0, 0.0, 0.0, 0.5]), rtol=CLOSE)
    assert abs((found**2).mean() - 1) <= CLOSE


@pytest.mark.parametrize("outcome", [0.0, 1.0])
@pytest.mark.parametrize("dose", [1.0, 1e-3, 1e-12, 1e-300])
def test_a_dead_group_is_shaped_the_same_at_every_dose(outcome, dose):
    found = of_members(modified(grpo(), dose=dose), [outcome] * 4, [1.0, 0.0, 0.25, 0.0])
    np.testing.assert_allclose(found, of_members(grpo(), [1.0, 0.0, 0.25, 0.0]), rtol=0, atol=CLOSE)


def test_dose_does_not_cancel_where_outcomes_differ():
    """Third advantage squared: 1/2 as the dose vanishes, 2 at dose 1."""
    third = lambda dose: of_members(modified(grpo(), dose=dose), [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])[2] ** 2  # noqa: E731
    assert abs(third(1e-12) - 1 / 2) <= 1e-11  # of the order of the dose
    assert abs(third(1.0) - 2) <= CLOSE


def test_members_and_counts_of_kinds_are_one():
    rule = modified(grpo(0.1), dose=0.2, lengths="group total")
    by_kind = kinds([1.0, 0.0, 0.0], [0.0, 1.0, 0.5], length=[2.0, 3.0, 5.0])
    found, kept = advantages(rule, by_kind, jnp.array([2.0, 0.0, 3.0]), 5)
    listed = of_members(rule, [1.0, 1.0, 0.0, 0.0, 0.0], [0, 0, 0.5, 0.5, 0.5], [2.0, 2.0, 5.0, 5.0, 5.0])
    np.testing.assert_allclose(listed, found[jnp.array([0, 0, 2, 2, 2])], rtol=0, atol=CLOSE)
    assert kept


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        (reinforce(0.25), Options(Fraction(1, 4))),
        (modified(rloo(), dose=0.5, lengths="own"), Options("others", dose=Fraction(1, 2), lengths="own")),
        (grpo(0.25, "sample"), Options(divide="sample", epsilon=Fraction(1, 4))),
    ],
)
def test_advantages_are_those_of_fractions(rule, options):
    group = [
        Output(Fraction(a), Fraction(b), a, Fraction(c)) for a, b, c in ((1, 0, 1), (0, 1, 2), (0, 3, 4), (1, 1, 8))
    ]
    found = of_members(rule, *(np.array([y[k] for y in group], float) for k in (0, 1, 3)))
    expected = np.array(group_weights(options, group), float)
    np.testing.assert_allclose(found, expected, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("redrawn", ["never", "equal rewards", "equal verdicts"])
def test_which_groups_are_kept(redrawn):
    rule = modified(grpo(), dose=0.1, redrawn=redrawn)

    def kept(outcome, shaping):
        return bool(advantages(rule, kinds(outcome, shaping), jnp.ones(2), 2)[1])

    groups = [([1.0, 0.0], [0.0, 0.0]), ([0.0, 0.0], [0.0, 1.0]), ([1.0, 1.0], [1.0, 1.0])]
    expected = {"never": [True] * 3, "equal rewards": [True, True, False], "equal verdicts": [True, False, False]}
    assert [kept(*group) for group in groups] == expected[redrawn]
