"""The text of an audit of rollouts: the decision first, in 100 columns, and nothing that moves a cursor."""

import dataclasses
from typing import Any

import pytest

from infoloop.verdict_logs.groups.run_comparison import compare_runs
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollout_text import audit_tables, comparison_table, decision, rollout_audit_text
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at


@pytest.fixture(scope="module")
def trl():
    return audit(LOGS / "trl")


def test_the_first_lines_are_the_decision(trl):
    first, dead, choice = decision(trl)
    assert first == "33 % OF ROLLOUTS CARRY NO GRADIENT   trl: 480 rollouts in 60 groups, 12 problems"
    assert dead.startswith("160 of 480 rollouts are in groups whose rewards are all equal (48 all fail, 112 all pass)")
    assert choice.startswith("drop no problem: that takes 35 attempts of one verdict, at most 24 are there from step 6")
    assert rollout_audit_text(trl).startswith(first)


def test_an_evaluation_would_carry_no_gradient():
    assert decision(audit(LOGS / "human_eval"))[0].startswith("67 % OF ROLLOUTS WOULD CARRY NO GRADIENT")


def test_lines_fit_the_terminal(trl):
    for name in ("trl", "evalplus", "verl_short", "lm_eval", "inspect"):
        assert max(map(len, rollout_audit_text(audit(LOGS / name)).splitlines())) <= 100


def test_problems_to_drop_are_counted_with_what_that_saves(trl):
    choice = trl.verdicts.choice
    kinds = choice.choice.copy()
    kinds[:3] = ["drop, always failed", "drop, always passed", "drop, always passed"]
    told = dataclasses.replace(
        trl, verdicts=dataclasses.replace(trl.verdicts, choice=choice._replace(choice=kinds, saved=96, saved_share=0.2))
    )
    said = decision(told)[2]
    assert said.startswith("drop 3 problems (1 never pass, 2 always), saves 96 rollouts (20 %) from step 6 on; keep ")


def test_one_rollout_a_group_is_said():
    first, _, choice = decision(audit(LOGS / "lm_eval"))
    assert first.startswith("ONE ROLLOUT A GROUP")
    assert "one attempt each tells no pass rate" in choice


def test_a_log_without_verdicts_says_what_to_give():
    assert "give --threshold" in decision(audit(LOGS / "verl_short"))[2]


def test_tables_have_a_row_for_each_window_and_component(trl):
    tables = {title.split(";")[0]: rows for title, _, rows in audit_tables(trl)}
    assert [row[0] for row in tables["by window of steps"]] == [str(step) for step in range(1, 11)]
    assert [row[0] for row in tables["components of the reward"]] == ["accuracy_reward", "format_reward"]


def test_ceilings_that_take_one_rate_a_problem_are_left_out_where_rates_drift(trl):
    titles = [title for title, _, _ in audit_tables(trl)]
    assert any(title.startswith("told by this very log") for title in titles)
    assert not any(title.startswith("told by as many verdicts again") for title in titles)
    steady = [title for title, _, _ in audit_tables(audit(LOGS / "evalplus"))]
    assert any(title.startswith("told by as many verdicts again") for title in steady)


def test_what_was_left_out_cannot_move_a_cursor(trl):
    told = dataclasses.replace(trl, left_out=("1 left out: \x1b[2Jgone, first at a.jsonl:1",) * 10)
    text = rollout_audit_text(told)
    assert "\x1b" not in text
    assert "and 2 more reasons: see --json" in text


def test_a_comparison_has_a_row_for_each_quantity(trl):
    title, heads, rows = comparison_table(compare_runs(trl.table, trl.table))
    assert title.startswith("since the earlier run, on 12 common problems")
    assert len(heads) == len(rows[0])
    assert {row[-1] for row in rows} == {"within noise"}
