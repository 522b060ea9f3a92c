"""Which number decides whether a group is dead, against advantages as trainers compute them in float32."""

import math

import numpy as np
import pytest

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
