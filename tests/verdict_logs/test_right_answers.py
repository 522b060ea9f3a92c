"""What counts as right is said by the verifier's name and the numbers that it gave."""

import json

import numpy as np
import pytest

from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.right_answers import right_where
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollouts import Rollouts
from tests.support.paths import LOGS


def table(**columns):
    return collect_groups([Rollouts(np.repeat(["a", "b"], 2), np.arange(4), **columns)])


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((-1.0, 1, 1, -1), "right where acc is above 0 (-1 to 1)"),
        ((-1.0, 0, 1, 0), "right where acc is above 0 (-1 to 1)"),
        ((0.0, 1, 1, 0), "right where acc is 1"),
    ],
)
def test_a_component_that_judges_says_from_where_on(numbers, said):
    values = np.array(numbers)
    other = -np.ones(4)
    found = table(reward=values + other, rewards={"size": other, "acc": values}, verdicts={"acc": values > 0})
    assert right_where(found) == said


def test_a_verifier_without_a_number_is_named():
    assert (
        right_where(table(reward=-np.ones(4), verdicts={"tests": np.ones(4), "more": np.ones(4)})) == "right by tests"
    )
    assert right_where(table(reward=np.ones(4))) == ""
    assert right_where(table(reward=-np.ones(4), verdicts={"reward": np.ones(4)}), 0.5) == "right by reward"
    assert right_where(table(verdicts={"x\x1b" * 100: np.ones(4)})).isprintable()


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
    assert found.said.endswith(f"; right where {key} is above 0 (-1 to 1)")
    assert found.row()["read_as"] == found.said
    assert found.verdicts is not None
    assert found.verdicts.bits.rate[0] == np.mean([values[k % len(values)] > 0 for k in range(12)])


def test_a_log_without_verdicts_or_with_graded_rewards_says_nothing_of_right():
    assert "right" not in audit_rollouts(LOGS / "verl_short").said
    assert audit_rollouts(LOGS / "verl_short", settings=Settings(threshold=1.0)).said.endswith("; right by reward >= 1")
