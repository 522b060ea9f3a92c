"""Which number decides whether a group is dead, against advantages as trainers compute them in float32."""

import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.deciding_numbers import (
    advantage_rounding,
    deciding_number,
    kinds_of_groups,
    verdict_decides,
)
from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.rollouts import Rollouts


def table_of_groups(size, **columns):
    """Groups of so many rollouts each, with these columns."""
    many = len(next(x for given in columns.values() for x in (given.values() if isinstance(given, dict) else [given])))
    problem = np.array([f"p{k // size:05d}" for k in range(many)], object)
    return collect_groups([Rollouts(problem, np.arange(many), **columns)])


def test_the_number_that_decides_is_the_advantage_or_what_stands_for_it():
    ones = np.ones(1)

    def name(**given):
        table = collect_groups([Rollouts(np.array(["a"]), ones, **given)])
        return " ".join(table.measured[deciding_number(table)])

    assert name(rewards={"form": ones}, reward=ones, advantage=ones) == "advantage "
    assert name(rewards={"form": ones}, reward=ones, verdicts={"tests": ones}) == "reward "
    assert name(rewards={"form": ones}, verdicts={"tests": ones}) == "component form"
    assert name(rewards={"form": ones, "right": ones}, verdicts={"tests": ones}) == "verdict tests"
    assert name(rewards={"form": ones, "right": ones}) == "component form"
    with pytest.raises(ValueError, match="no reward, advantage or verdict: name the column"):
        name(length=ones)


def advantages(rewards, divisor):
    """As a trainer computes them, in float32, a running sum for the mean: its rounding is the largest."""
    rewards = rewards.astype(np.float32)
    total = np.zeros(len(rewards), np.float32)
    for column in rewards.T:
        total += column
    centred = rewards - (total / np.float32(rewards.shape[1]))[:, None]
    spread = np.sqrt((centred**2).sum(axis=1) / np.float32(rewards.shape[1] - 1))
    return centred / (spread[:, None] + np.float32(1e-4) if divisor else np.float32(1))


@pytest.mark.parametrize("size", [6, 8, 24, 64])
@pytest.mark.parametrize("divisor", [True, False])
def test_the_rounding_of_a_trainer_is_no_advantage_and_the_least_difference_of_rewards_is(size, divisor):
    draw = np.random.default_rng(size)
    reward = np.repeat(draw.choice([0.1, 0.3, 1.1, -0.7, 3.3], (200, 1)), size, axis=1)
    advantage = advantages(reward, divisor)
    assert (advantage != 0).any()
    found = kinds_of_groups(table_of_groups(size, reward=reward.ravel(), advantage=advantage.ravel()))
    assert set(found.kind.tolist()) == {3}
    assert not found.equal_but_live.any()
    reward[:, 0] *= 1 + 1e-5
    table = table_of_groups(size, reward=reward.ravel(), advantage=advantages(reward, divisor).ravel())
    assert set(kinds_of_groups(table).kind.tolist()) == {0}
    assert not advantage_rounding(table).any()


def test_only_the_same_advantage_can_be_rounding_where_no_reward_is_logged():
    advantage = np.array([1e-3, 1e-3, 1e-3, -1e-3, 0.5, 0.5])
    assert kinds_of_groups(table_of_groups(2, advantage=advantage)).kind.tolist() == [3, 0, 0]


def test_rewards_of_several_functions_are_equal_where_each_is():
    form, right = np.array([1.0, 1, 0, 1, 1, 1, 1, 1]), np.array([1.0, 1, 1, 0, 0, math.nan, 1, math.nan])
    table = table_of_groups(2, rewards={"form": form, "right": right}, advantage=np.full(8, 0.9))
    assert kinds_of_groups(table).equal_but_live.tolist() == [True, False, True, False]
    assert (advantage_rounding(table) > 0).tolist() == [True, False, True, False]


def test_a_group_without_all_of_its_advantages_is_judged_by_its_rewards():
    reward, advantage = np.array([1.0, 1, 1, 1, 0, 1]), np.array([0.9, math.nan, 0.9, 0.9, 0, 0])
    found = kinds_of_groups(table_of_groups(2, reward=reward, advantage=advantage))
    assert found.kind.tolist() == [3, 0, 3]
    assert found.by_advantage.tolist() == [False, True, True]


def test_one_rollout_is_told_by_its_advantage_alone():
    reward, nan = np.ones(3), math.nan
    found = kinds_of_groups(table_of_groups(1, reward=reward, advantage=np.array([0.9, 0.0, nan])))
    assert found.kind.tolist() == [0, 3, 4]
    assert not found.equal_but_live.any()


def decides(size=2, **columns):
    table = table_of_groups(size, **columns)
    return verdict_decides(table, kinds_of_groups(table).kind)


def test_the_verdict_decides_where_the_reward_follows_from_it_and_groups_agree():
    right = np.array([0.0, 1, 1, 1, 0, 0])
    verdicts = {"tests": right}
    assert decides(verdicts=verdicts, reward=0.1 + right)
    assert decides(verdicts=verdicts, rewards={"right": right, "form": np.ones(6)})
    assert decides(verdicts={"tests": np.zeros(6)}, reward=np.zeros(6))
    assert decides(verdicts=verdicts, advantage=np.array([-1, 1, 0, 0, 0, 0]))
    assert not decides(verdicts=verdicts, advantage=np.array([-1, 1, 0.5, 0.5, 0, 0]))
    assert not decides(verdicts=verdicts, reward=right, advantage=np.array([-1, 1, 0.5, 0.5, -1, -1]))
    assert not decides(verdicts=verdicts, reward=np.array([0.2, 1, 0.5, 0.5, 0, 0]))
    assert not decides(verdicts=verdicts, reward=np.array([0.0, 1, 1, 1, 0, 0.1]))
    assert not decides(verdicts={"tests": np.array([1.0, 1, 0, 0])}, reward=np.ones(4))
    told = np.array([-1.0, 1, 0, 0, 0, 0])
    assert decides(verdicts=verdicts, advantage=told, rewards={"right": right, "form": np.ones(6)})
    assert not decides(verdicts=verdicts, advantage=told, rewards={"right": right, "form": 1.0 * (np.arange(6) > 0)})
    assert not decides(reward=right)


def test_dead_groups_are_of_one_verdict_where_each_rollout_that_is_compared_has_it():
    nan = math.nan
    right = np.array([0.0, 0, 1, 1, 0, nan, 1, nan, 0, 1])
    reward = np.array([5.0, 5, 5, 5, 5, 5, 5, 5, 5, 5])
    assert kinds_of_groups(table_of_groups(2, reward=reward, verdicts={"t": right})).kind.tolist() == [1, 2, 3, 3, 3]
    reward = np.array([5.0, 5, nan] * 2)  # of three rollouts two are compared, and judged
    right = np.array([0.0, 0, nan, 1, 1, nan])
    assert kinds_of_groups(table_of_groups(3, reward=reward, verdicts={"t": right})).kind.tolist() == [1, 2]


@pytest.mark.parametrize("scale", [1.0, 100.0, -100.0, 0.01])
def test_the_bound_of_rounding_is_that_of_the_rewards_and_of_the_size(scale):
    """(n + 8) units of 2^-24 times |r|, through 1e-4; rewards are equal up to 8 units of their size."""
    bound, u = 12 * 2**-24 * abs(scale) * 1e4, 2**-24
    reward = scale * np.array([1, 1, 1, 1 - 7 * u, 1, 1, 1, 1, 1, 1, 1, 1 - 9 * u])
    advantage = bound * np.array([0, 0.99, -0.99, 0, 0, 1.01, 0, 0, 0, 0.99, 0, 0])
    table = table_of_groups(4, reward=reward, advantage=advantage)
    assert advantage_rounding(table) == pytest.approx([bound, bound, 0], rel=rounding(4))
    found = kinds_of_groups(table)
    assert found.kind.tolist() == [3, 0, 0]
    assert found.equal_but_live.tolist() == [False, True, False]
    parts = {"a": reward, "b": 2 * reward}
    assert advantage_rounding(table_of_groups(4, rewards=parts, advantage=advantage))[0] == pytest.approx(3 * bound)


def test_negative_advantages_are_no_zeros():
    assert kinds_of_groups(table_of_groups(2, advantage=np.array([-0.5, -0.5, -0.5, 0]))).kind.tolist() == [0, 0]


def test_only_groups_that_are_compared_and_judged_whole_tell_whether_the_verdict_decides():
    nan = math.nan
    right, reward = np.array([0.0, 1, 1, 1, 0, nan]), np.array([0.0, 1, 1, 1, 0, 0.5])
    assert decides(verdicts={"t": right}, reward=reward)  # the third is judged in part: live by a third reward
    lone = collect_groups(
        [
            Rollouts(
                np.array(["a", "a", "b"]),
                np.arange(3),
                reward=np.array([0.0, 1, 0.3]),
                verdicts={"t": np.array([0, 1, 1])},
            )
        ]
    )
    assert verdict_decides(lone, kinds_of_groups(lone).kind)  # a group of one is neither
    assert not decides(verdicts={"t": np.array([nan, 1])}, reward=np.array([0.0, 1]))
    told = np.array([0.0, 1, 0, 1])
    assert not decides(verdicts={"t": told}, reward=np.array([0.0, 1, 0, 0.5]))  # right answers of two rewards
    for part, expected in ((np.array([-1, 1, nan, 1]), True), (np.array([nan, 1, nan, 1]), False)):
        assert decides(verdicts={"t": told}, advantage=2 * told - 1, rewards={"a": told, "b": part}) is expected
