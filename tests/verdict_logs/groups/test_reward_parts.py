"""The parts of each group's reward against loops over its rollouts, and weights fitted to the reward of the log."""

import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.reward_parts import take_reward_apart
from tests.support.hand_made_groups import table_of, table_of_array

MEASURED = [("component", "a"), ("component", "b"), ("component", "same"), ("reward", ""), ("advantage", "")]
SUMS = rounding(20 * 5 * 5)  # over all numbers of `drawn`, which the weights are fitted to


def drawn(seed, groups=20, n=5):
    random = np.random.default_rng(seed)
    a, b, advantage = random.normal(size=(3, groups, n))
    same = np.broadcast_to(random.normal(size=(groups, 1)), (groups, n))
    return np.stack([a, b, same, 2 * a - 0.5 * b + 3 * same, advantage], axis=2)


def deviations(x):
    return [value - sum(x) / len(x) for value in x]


def dot(x, y):
    return sum(u * v for u, v in zip(x, y, strict=True))


def test_sums_are_those_of_loops_over_rollouts():
    values = drawn(1)
    found = take_reward_apart(table_of_array(values, MEASURED))
    assert found.weights[:2] == pytest.approx([2, -0.5], rel=SUMS)
    assert math.isnan(found.weights[2])  # it has no say within groups
    for g, rollouts in enumerate(values):
        a, b, _, r, advantage = (deviations(column) for column in rollouts.T.tolist())
        assert found.reward_squares[g] == pytest.approx(dot(r, r), rel=SUMS)
        assert found.with_reward[g, :2] == pytest.approx([2 * dot(a, r), -0.5 * dot(b, r)], rel=SUMS)
        assert found.with_advantage[g, :2] == pytest.approx([dot(a, advantage), dot(b, advantage)], rel=SUMS)
        slope = dot(advantage, r) / dot(r, r)
        assert found.followed[g, 1] == pytest.approx(slope * -0.5 * dot(b, advantage), rel=SUMS)
        raw = rollouts[:, 4].tolist()
        assert found.squares[g] == pytest.approx(dot(raw, raw), rel=SUMS)
        assert found.centred_squares[g] == pytest.approx(dot(advantage, advantage), rel=SUMS)
        assert (found.total[g], found.greatest[g]) == pytest.approx((sum(raw), max(map(abs, raw))), rel=SUMS)
    assert not found.followed[:, 2].any()


def test_without_the_advantage_it_has_mean_square_one_in_live_groups_and_is_zero_in_dead_ones():
    values = drawn(2)[:, :, :4].copy()
    values[3] = values[3][:1]  # a dead group
    found = take_reward_apart(table_of_array(values, MEASURED[:4]))
    for g, rollouts in enumerate(values):
        r = deviations(rollouts[:, 3].tolist())
        deviation = math.sqrt(dot(r, r) / 5)
        assert found.squares[g] == (0 if g == 3 else 5)
        if g != 3:
            assert found.greatest[g] == pytest.approx(max(map(abs, r)) / deviation, rel=SUMS)
            assert found.with_advantage[g, 0] == pytest.approx(dot(deviations(rollouts[:, 0].tolist()), r) / deviation)
    assert (found.greatest[3], found.followed[3].any()) == (0, False)


def test_a_large_offset_does_not_revive_a_dead_group():
    rows = [[[1e6 + 0.1, 0.0, 0.0, 1e6 + 0.1]] * 3, [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]
    found = take_reward_apart(table_of(rows * 2, MEASURED[:4]))
    assert found.squares.tolist() == [0, 3, 0, 3]


@pytest.mark.parametrize("offset", [0.0, 1.0, 100.0, 1e4])
def test_components_that_cancel_leave_a_group_dead_whatever_their_mean_is(offset):
    a = np.random.default_rng(4).random((100, 8)).round(3) + offset
    live = np.arange(100) % 2 == 0
    b = 2 * offset - a + np.where(live[:, None] & (np.arange(8) == 0), 0.5, 0.0)
    found = take_reward_apart(table_of_array(np.stack([a, b], 2), MEASURED[:2]))
    assert found.squares.tolist() == np.where(live, 8.0, 0.0).tolist()


def test_components_alone_are_added_with_the_weights_that_are_given():
    values = drawn(5)[:, :, :2]
    found = take_reward_apart(table_of_array(values, MEASURED[:2]), {"a": 2.0, "b": -0.5})
    for g, rollouts in enumerate(values):
        a, b = (deviations(column) for column in rollouts.T.tolist())
        r = [2 * x - 0.5 * y for x, y in zip(a, b, strict=True)]
        assert found.reward_squares[g] == pytest.approx(dot(r, r), rel=SUMS)
        assert found.with_reward[g] == pytest.approx([2 * dot(a, r), -0.5 * dot(b, r)], rel=SUMS)
    assert take_reward_apart(table_of_array(values, MEASURED[:2])).weights.tolist() == [1, 1]


def test_a_component_and_its_copy_are_undetermined_and_no_other():
    values = drawn(6)
    values = np.stack([values[:, :, 0], -3 * values[:, :, 0], values[:, :, 1], values[:, :, 0] + values[:, :, 1]], 2)
    measured = [("component", "a"), ("component", "copy"), *MEASURED[1:2], ("reward", "")]
    found = take_reward_apart(table_of_array(values, measured))
    assert found.undetermined.tolist() == [True, True, False]
    assert found.weights[2] == pytest.approx(1, rel=SUMS)


def test_the_bound_of_an_advantage_is_attained_by_one_right_answer_alone():
    rows = [[[1.0, 0.0]] + [[0.0, 0.0]] * 7]
    found = take_reward_apart(table_of(rows, MEASURED[:2]))
    assert found.greatest[0] == pytest.approx(math.sqrt(7))
    assert found.weights_from == "equal"
    with_reward = table_of([[[a, b, a] for a, b in rows[0]]], [*MEASURED[:2], ("reward", "")])
    assert take_reward_apart(with_reward).greatest[0] == pytest.approx(math.sqrt(7))


def test_a_component_that_does_not_judge_a_group_adds_nothing_there():
    nan = math.nan
    rows = [[[1.0, nan, 1.0], [0.0, nan, 0.0]], [[nan, 0.5, 0.5], [nan, 0.0, 0.0]], [[1.0, nan, 1.0], [0.0, 0.5, 0.5]]]
    found = take_reward_apart(table_of([*rows, [[nan, nan, 1.0], [nan, nan, 0.0]]], [*MEASURED[:2], ("reward", "")]))
    assert found.groups.tolist() == [True, True, False, False]  # one has a gap, one is judged by nothing
    assert found.weights == pytest.approx([1, 1])
    assert found.with_reward.tolist() == [[0.5, 0], [0, 0.125]]


def test_given_weights_are_used_as_they_are():
    found = take_reward_apart(table_of_array(drawn(3), MEASURED), {"a": 1, "b": 1, "same": 5})
    assert (found.weights_from, found.weights[:2].tolist()) == ("given", [1, 1])
    with pytest.raises(ValueError, match="give a finite number for each"):
        take_reward_apart(table_of_array(drawn(3), MEASURED), {"a": 1, "b": math.inf, "same": 5})
