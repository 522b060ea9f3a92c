"""Groups and weights that are not in TRL's table, from tables of which they are known."""

from dataclasses import replace

import numpy as np
import pytest

from infoloop.verdict_logs.formats.trl_groups import (
    common_end,
    differs_within,
    group_blocks,
    implied_weights,
    row_signatures,
)
from infoloop.verdict_logs.rollouts import Rollouts


def centred(values: np.ndarray, size: int) -> np.ndarray:
    table = values.reshape(-1, size)
    return (table - table.mean(1, keepdims=True)).ravel()


def test_a_prompt_twice_side_by_side_is_two_groups():
    prompts = np.repeat(np.array(list("abbc"), object), 4)
    found = group_blocks(prompts, np.ones(16), None)
    assert found.block.tolist() == np.repeat(range(4), 4).tolist()
    assert found.group.tolist() == [0] * 8 + [1] * 4 + [0] * 4


def test_where_every_prompt_stands_several_times_the_size_is_the_greatest_common_divisor():
    prompts = np.repeat(np.array(["a", "b"], object), [8, 12])
    assert group_blocks(prompts, np.ones(20), None).group.tolist() == [0] * 4 + [1] * 4 + [0] * 4 + [1] * 4 + [2] * 4


def test_a_prompt_on_both_sides_of_a_step_is_two_groups():
    found = group_blocks(np.array(list("aaaa"), object), np.array([1, 1, 2, 2]), None)
    assert (found.block.tolist(), found.group.tolist()) == ([0, 0, 1, 1], [0] * 4)


def test_a_prompt_that_comes_back_in_the_step_is_another_group_and_in_the_next_step_the_first():
    prompts, steps = np.array(list("aabbaaaa"), object), np.array([1, 1, 1, 1, 1, 1, 2, 2])
    assert group_blocks(prompts, steps, None).group.tolist() == [0, 0, 0, 0, 1, 1, 0, 0]


def test_rows_of_a_prompt_that_never_lie_side_by_side_are_one_group():
    found = group_blocks(np.array(list("ababab"), object), np.ones(6), None)
    assert found.block.tolist() == [0, 1] * 3
    assert found.group.tolist() == [0] * 6


def test_advantages_tell_groups_of_eight_from_pairs_of_an_evaluation():
    """The greatest common divisor of the runs is 2, but over two rows of eight the advantages do not sum to zero."""
    rewards = np.array([1.0, 2, 4, 8, 16, 32, 64, 128, 1, 0, 0, 1])
    advantage = np.concatenate([centred(rewards[:8], 8), centred(rewards[8:], 2)])
    prompts = np.array(list("aaaaaaaabbcc"), object)
    found = group_blocks(prompts, np.ones(12), advantage)
    (reason,) = found.left_out
    assert "another size than 8" in reason
    assert np.flatnonzero(found.left_out[reason]).tolist() == [8, 9, 10, 11]
    assert group_blocks(prompts, np.ones(12), None).left_out == {}


def test_the_first_group_may_be_cut():
    prompts = np.array(list("aaabbbbcccc"), object)
    advantage = np.concatenate([[1.0, 2.0, -1.0], centred(np.arange(8.0), 4)])
    (reason,) = group_blocks(prompts, np.ones(11), advantage).left_out
    assert reason == "rows of a group that the log does not have whole"


def test_advantages_about_no_baseline_of_the_group_tell_nothing():
    prompts = np.repeat(np.array(list("abb"), object), 3)
    assert group_blocks(prompts, np.ones(9), np.ones(9)).group.tolist() == [0] * 6 + [1] * 3


def test_a_table_in_another_order_has_a_group_for_each_prompt_and_step():
    """Two neighbours of the same prompt by chance tell nothing."""
    prompts, steps = np.array(list("abcaabcbcabc"), object), np.repeat([1, 2], 6)
    found = group_blocks(prompts, steps, None)
    assert found.left_out == {}
    assert len(set(zip(found.block, prompts, steps, strict=True))) == len(set(found.block)) == 6
    assert differs_within(np.array([1.0, 2, 3, 2]), np.array([0, 1, 0, 1]))
    assert not differs_within(found.block.astype(float), found.block)


def test_runs_of_no_common_size_are_groups_as_they_are():
    prompts = np.array(list("aabbbccccc"), object)
    found = group_blocks(prompts, np.ones(10), np.zeros(10))
    assert found.left_out == {}
    assert found.block.tolist() == [0, 0, 1, 1, 1, 2, 2, 2, 2, 2]


def test_no_rows_have_no_groups():
    assert group_blocks(np.zeros(0, object), np.zeros(0), None).block.size == 0


@pytest.mark.parametrize("scale", ["group", "batch"])
def test_weights_follow_from_advantages(scale):
    """Missing rewards count 0, and a function with the weight 0 and one that never differs in a group get 0."""
    rng, size = np.random.default_rng(0), 6
    rewards = rng.normal(size=(4, 5 * size))
    rewards[1, ::7], rewards[3] = np.nan, np.repeat(range(5), size)
    total = np.nansum(rewards * np.array([0.25, 2.0, 0.0, 1.0])[:, None], 0)
    advantage = centred(total, size).reshape(-1, size)
    if scale == "group":
        advantage = advantage / (advantage.std(1, ddof=1, keepdims=True) + 1e-4)
    block = np.repeat(range(5), size)
    found = implied_weights(rewards, advantage.ravel().astype(np.float32).astype(float), block)
    # The 1e-4 beside a deviation is a scale of the group's own, which weights do not see. A float32 is off by eps / 2
    # of itself; so is what three unit columns tell, by sqrt(3) times as much, over a second eigenvalue that is above
    # 1/2, times at most 2 for the norms of the columns: below 4 eps in all.
    assert found == pytest.approx([0.125, 1.0, 0.0, 0.0], rel=0, abs=4 * 2.0**-23)


def test_weights_do_not_follow_where_rewards_are_normalised_before_they_are_summed():
    rng, size = np.random.default_rng(0), 6
    rewards = rng.normal(size=(2, 5 * size))
    parts = [centred(values, size).reshape(-1, size) for values in rewards]
    advantage = sum(part / part.std(1, keepdims=True) for part in parts).ravel()
    assert implied_weights(rewards, advantage, np.repeat(range(5), size)) is None


def test_weights_do_not_follow_from_dead_groups_nor_where_several_would_do():
    rewards, block = np.array([[0.0, 1, 0, 1], [0, 2, 0, 2], [0, 0, 0, 1]]), np.zeros(4, int)
    assert implied_weights(rewards, np.zeros(4), block) is None
    twice = np.tile(rewards[:2], 2)
    assert implied_weights(twice, centred(twice[0], 8), np.zeros(8, int)) is None
    assert implied_weights(rewards[:2], centred(rewards[0], 4), block) is None
    assert implied_weights(rewards, centred(rewards.sum(0), 4), block) is None
    assert implied_weights(np.zeros((0, 4)), np.ones(4), block) is None
    assert implied_weights(np.zeros((2, 0)), np.ones(0), block[:0]) is None


def test_rows_that_were_written_before_are_found():
    def part(rows: range) -> np.ndarray:
        names = np.array([f"p{k // 2}" for k in rows], object)
        return row_signatures(Rollouts(names, np.arange(len(rows)), answer=np.array([k % 2 for k in rows])))

    assert common_end(part(range(6)), part(range(2, 8))) == 4
    assert common_end(part(range(6)), part(range(6))) == 6
    assert common_end(part(range(6)), part(range(6, 12))) == 0
    assert common_end(np.array([1, 2, 1, 3]), np.array([1, 9])) == 0
    assert common_end(np.array([2, 1, 1, 1]), np.array([1, 1, 1, 1, 4])) == 3
    assert common_end(np.array([1, 1, 2]), np.array([1, 1, 1])) == 0


def test_signatures_hold_advantages_and_rewards_and_no_step():
    names, answer = np.array(["p", "q"], object), np.array([0, 1])
    plain = Rollouts(names, np.arange(2), answer=answer)
    assert (row_signatures(plain) == row_signatures(replace(plain, step=np.array([3, 4])))).all()
    for other in (replace(plain, advantage=np.ones(2)), replace(plain, rewards={"exact": np.ones(2)})):
        assert not (row_signatures(plain) == row_signatures(other)).any()
