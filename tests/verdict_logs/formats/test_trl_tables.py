"""Which columns of a table are rewards."""

import pandas as pd
import pytest

from infoloop.verdict_logs.formats.trl_tables import table_rollouts


def table(**columns) -> pd.DataFrame:
    always = {"step": [1] * 4, "prompt": ["p", "p", "q", "q"], "completion": ["a", "bb", "a", "c"]}
    return pd.DataFrame(always | columns, index=range(1, 5))


def test_columns_behind_the_first_that_is_no_number_are_no_rewards():
    found = table_rollouts(table(mine=[0.5, 0.25, 1.0, 0.0], note=["x"] * 4, other=[0.5] * 4, right=[True, False] * 2))
    assert list(found.rewards) == ["mine"]
    assert list(found.verdicts) == ["right"]
    assert found.reward is not None
    assert found.reward.tolist() == [0.5, 0.25, 1.0, 0.0]


def test_a_reader_that_took_rewards_for_whole_numbers_changes_nothing():
    assert table_rollouts(table(mine=[0, 1, 1, 0])).verdicts["mine"].tolist() == [0, 1, 1, 0]
    assert list(table_rollouts(table(mine=[0.0, 1.0, 1.0, 0.5], turns=[1, 2, 1, 2])).rewards) == ["mine"]


def test_a_function_that_scored_no_row_leaves_the_reward_to_the_other():
    found = table_rollouts(table(mine=[0.5, 0.25, 1.0, 0.0], idle=[None] * 4))
    assert list(found.rewards) == ["mine", "idle"]
    assert found.reward is not None


def test_a_constant_function_is_a_reward_and_an_extra_of_which_advantages_do_not_speak_is_none():
    columns = {"mine": [0.0, 1.0, 1.0, 0.0], "style": [1.0] * 4, "entropy": [0.5, 0.1, 0.7, 0.3]}
    columns |= {"advantage": [-0.5, 0.5, 0.5, -0.5]}
    rows: dict[str, list] = {"step": [1] * 8, "prompt": list("ppppqqqq"), "completion": list("abcdefgh")}
    frame = pd.DataFrame(rows | {name: values * 2 for name, values in columns.items()})
    assert list(table_rollouts(frame).rewards) == ["mine", "style"]


def test_rows_without_a_prompt_or_a_step_are_counted():
    frame = table(mine=[0.5, 0.25, 1.0, 0.0])
    frame.loc[2, "prompt"] = None
    assert table_rollouts(frame).left_out == {
        "rows without prompt": 1,
        "rows of a group that the log does not have whole": 1,
    }
    assert table_rollouts(frame.iloc[1:2]).problem.size == 0


@pytest.mark.parametrize("columns", [{"advantage": [0.5, -0.5, 0.0, 0.0]}, {"image": ["i"] * 4, "mine": [0.0] * 4}])
def test_what_is_missing_is_none(columns):
    found = table_rollouts(table(**columns))
    assert (found.reward is None) == ("mine" not in columns)
    assert (found.advantage is None) == ("advantage" not in columns)


def test_what_is_right_is_the_function_whose_name_says_so_whatever_its_values():
    both = table_rollouts(table(format=[1.0, 1.0, 0.0, 0.0], correctness_reward_func=[0.0, 2.0, 2.0, 0.0]))
    assert list(both.verdicts) == ["correctness_reward_func"]
    assert both.verdicts["correctness_reward_func"].tolist() == [0, 1, 1, 0]
    assert table_rollouts(table(soft_format=[1.0, 1.0, 0.0, 0.0], brevity=[0.5, 0.25, 1.0, 0.0])).verdicts == {}
