"""What counts as right is said with the verifier's name, the numbers that it gave, and why it is this one."""

import json

import numpy as np
import pytest

from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.right_answers import pass_option, right_where
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollouts import Rollouts
from tests.support.paths import LOGS


def table(**columns):
    return collect_groups([Rollouts(np.repeat(["a", "b"], 2), np.arange(4), **columns)])


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((-1.0, 1, 1, -1), "values -1 and 1"),
        ((-1.0, 0, 1, 0), "values -1, 0 and 1"),
        ((0.0, 2, 2, 0), "values 0 and 2"),
        ((1.0, 1, 1, 1), "value 1"),
    ],
)
def test_a_component_that_judges_says_from_where_on(numbers, said):
    values = np.array(numbers)
    found = table(reward=values - 1, rewards={"size": -np.ones(4), "acc": values}, verdicts={"acc": values > 0})
    assert right_where(found) == f"acc above 0 (its name; {said})"
    assert right_where(found, Settings({"pass": "acc"})) == f"acc above 0 (--columns; {said})"


def test_a_verifier_without_a_number_is_named():
    both = {"tests": np.ones(4), "more": np.ones(4)}
    assert right_where(table(reward=-np.ones(4), verdicts=both)) == "tests (the first of 2 that judge)"
    assert right_where(table(verdicts=both), trusted="tests") == "tests (it is trusted)"
    assert right_where(table(reward=np.ones(4))) == ""
    assert right_where(table(verdicts={"x\x1b" * 100: np.ones(4)})).isprintable()


def test_the_number_is_that_of_the_first_verifier_and_so_is_the_reason():
    values = np.array([0.0, 2, 2, 0])
    both = {"tests": np.ones(4), "acc": values > 0}
    found = table(rewards={"acc": values}, verdicts=both)
    assert right_where(found) == "tests (the first of 2 that judge)"
    assert right_where(found, trusted="acc") == "tests (the first of 2 that judge)"
    swapped = table(rewards={"acc": values}, verdicts=dict(reversed(both.items())))
    assert right_where(swapped) == "acc above 0 (its name; values 0 and 2)"


def test_the_score_before_others_is_right_by_its_name_and_alone_as_no_other_judges():
    alone = {"score": np.array([0.0, 1, 1, 0])}
    assert right_where(table(verdicts=alone | {"size": np.ones(4)})) == "score (its name)"
    assert right_where(table(verdicts=alone)) == "score (no other column judges)"
    assert right_where(table(verdicts={"size": np.ones(4)} | alone)) == "size (the first of 2 that judge)"


def test_groups_without_the_number_have_no_part_in_its_values():
    values = np.array([np.nan, np.nan, 0, 2])
    judged = table(rewards={"acc": values}, verdicts={"acc": (values > 0).astype(float)})
    assert right_where(judged) == "acc above 0 (its name; values 0 and 2)"
    assert pass_option(table(reward=values)) == "--threshold 2"


def test_a_long_name_is_cut_where_a_threshold_is_said():
    name = "n" * 200
    found = table(verdicts={name: np.ones(4)})
    for settings in (Settings({"pass": name}, threshold=2), Settings({"pass": name}), Settings(threshold=2)):
        assert len(right_where(found, settings)) < 100 < len(name)


def test_of_more_than_five_values_the_range_is_said():
    """The least and the largest of each group: two groups have four values at most, and three have six."""
    ends = np.array([0.0, 1, 2, 3, 4, 6.25])
    groups = collect_groups([Rollouts(np.repeat(["a", "b", "c"], 2), np.arange(6), reward=ends)])
    assert pass_option(groups) == "--threshold T, from 0 to 6.25"
    five = collect_groups([Rollouts(np.repeat(["a", "b", "c"], 2), np.arange(6), reward=np.maximum(ends, 1))])
    assert pass_option(five) == "--threshold 6.25"


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (("format", "correctness"), "correctness"),
        (("tidy", "format", "correctness"), "correctness"),
        (("format", "tidy"), "tidy"),
        (("tidy", "words"), "tidy"),
    ],
)
def test_the_column_to_name_is_first_one_of_being_right_and_last_one_of_the_form(names, best):
    ends = np.array([0.0, 0.5, 1.0, 2.0])
    assert pass_option(table(rewards=dict.fromkeys(names, ends))) == f"--columns pass={best} --threshold 2"


def test_a_score_of_the_user_is_not_the_reward():
    found = table(reward=5 * np.ones(4), verdicts={"score": np.ones(4)})
    assert right_where(found, Settings({"pass": "score"})) == "score (--columns)"


def test_a_threshold_is_said():
    judged = table(reward=np.ones(4), verdicts={"reward >= 0.5": np.ones(4)})
    assert right_where(judged, Settings(threshold=0.5)) == "reward at least 0.5 (--threshold)"
    assert right_where(judged, Settings({"pass": "+"}, 0.5)) == "reward at least 0.5 (--threshold)"
    named = Settings({"pass": "grade"}, threshold=2)
    assert right_where(table(verdicts={"grade": np.ones(4)}), named) == "grade at least 2 (--columns and --threshold)"


def test_the_option_that_would_tell_is_one_that_works():
    ends = np.array([0.0, 0.5, 1.0, 2.0])
    assert pass_option(table(reward=ends)) == "--threshold 2"
    assert pass_option(table(rewards={"format": ends > 0, "tidy words": ends})) == (
        "--columns 'pass=tidy words' --threshold 2"
    )
    assert pass_option(table(rewards={"format": np.tile([0.0, 1.0], 2)})) == "--columns pass=format"
    assert pass_option(table(length=ends)) == "--columns pass=NAME"


@pytest.mark.parametrize("values", [(-1, 1), (-1, 0, 1)])
@pytest.mark.parametrize("form", ["verl", "plain"])
def test_rewards_of_minus_one_are_said_where_a_log_is_read(tmp_path, values, form):
    rows = [{"input": f"p{k % 3}", "output": "x", "gts": "y", "step": 1} for k in range(12)]
    if form == "plain":
        rows = [{"problem": row["input"]} for row in rows]
    key = "score" if form == "verl" else "reward"
    path = tmp_path / "1.jsonl"
    path.write_text("".join(json.dumps(row | {key: values[k % len(values)]}) + "\n" for k, row in enumerate(rows)))
    found = audit_rollouts(path)
    assert found.right.startswith(f"{key} above 0 (no other column judges; values -1")
    assert found.row()["right"] == found.right
    assert found.verdicts is not None
    assert found.verdicts.bits.rate[0] == np.mean([values[k % len(values)] > 0 for k in range(12)])


@pytest.mark.slow
def test_a_log_without_verdicts_says_which_option_names_them():
    found = audit_rollouts(LOGS / "verl_short")
    assert (found.right, found.option) == ("", "--threshold 1.25")
    judged = audit_rollouts(LOGS / "verl_short", settings=Settings(threshold=1.0))
    assert (judged.right, judged.option) == ("reward at least 1 (--threshold)", "")
