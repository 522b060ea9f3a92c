"""The text of an audit of rollouts: the decision first, in 100 columns, and nothing that moves a cursor."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from infoloop.reporting.text import WIDTH
from infoloop.verdict_logs.decision import decision_lines
from infoloop.verdict_logs.groups.run_comparison import compare_runs
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollout_text import (
    LONGEST_NAME,
    audit_lines,
    audit_tables,
    comparison_table,
    rollout_audit_text,
)
from infoloop.verdict_logs.verdict_audit import audit_verdicts
from infoloop.verdict_logs.verifier_audit import audit_verifiers
from tests.support.hand_made_groups import table_of
from tests.support.made_groups import table_of as counts_of
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at
MIXED = "of groups with both right and wrong answers"  # of which the size tells, where the reward says more


@pytest.fixture(scope="module")
def trl():
    return audit(LOGS / "trl")


def test_the_text_begins_with_the_decision_and_then_the_facts(trl):
    lines = rollout_audit_text(trl).splitlines()
    assert lines[:4] == [*decision_lines(trl), ""]
    facts = dict(audit_lines(trl))
    assert facts["log"] == "trl: 480 rollouts in 60 groups, 12 problems"
    assert facts["dead groups"].startswith("160 of 480 rollouts are in groups of advantage 0: 48 all fail, 112 all")
    assert facts["problems"] == (
        "none dropped, that takes 14 dead groups and no live one; never solved 1 (make easier or drop); solved 3 "
        "(drop or sample less); rare failures 2 (sample less); live by the log's groups, as the verdict does not "
        "decide alone; from step 6 on"
    )
    assert facts["group size"] == f"32 for 80 % {MIXED} (13 or more), extrapolated"


def test_what_is_taken_for_the_baseline_is_said_where_no_advantage_is_logged(trl):
    assert "baseline" not in dict(audit_lines(trl))
    facts = dict(audit_lines(audit(LOGS / "verifiers")))
    assert "if the baseline is the group's mean (GRPO, RLOO, Dr. GRPO, DAPO; not REINFORCE++" in facts["baseline"]
    assert "Dr. GRPO does not divide" in facts["advantage"]


def test_an_evaluation_says_that_groups_of_eight_are_assumed():
    facts = dict(audit_lines(audit(LOGS / "human_eval")))
    assert facts["problems"].endswith("groups of 8, assumed: the log has one group a problem")
    assert "% live groups" in facts["group size"]


@pytest.mark.parametrize(
    ("low", "high", "refused", "said"),
    [
        (5, 40, False, f"32 for 80 % {MIXED} (5 to 40), extrapolated"),
        (None, None, True, f"32 for 80 % {MIXED} (no interval: counts refuse one rate a problem), extrapolated"),
    ],
)
def test_a_size_of_groups_stands_with_its_interval(trl, low, high, refused, said):
    size = trl.verdicts.size._replace(low=low, high=high, refused=refused)
    told = dataclasses.replace(trl, verdicts=dataclasses.replace(trl.verdicts, size=size))
    assert dict(audit_lines(told))["group size"] == said


def test_a_size_that_no_interval_reaches_is_said(trl):
    size = trl.verdicts.size
    last = size.shares[-1]._replace(high=0.7)
    size = size._replace(size=None, low=None, high=None, shares=(*size.shares[:-1], last))
    told = dataclasses.replace(trl, verdicts=dataclasses.replace(trl.verdicts, size=size))
    said = f"more than 256 for 80 % {MIXED} (70 % at 256 at most), extrapolated"
    assert dict(audit_lines(told))["group size"] == said


@pytest.mark.parametrize("name", ["accuracy_reward", "reward_of_a_function_whose_name_is_much_too_long", "x" * 500])
def test_no_name_of_a_component_is_broken_in_the_middle(trl, name):
    named = [one._replace(name=f"{k} {name}") for k, one in enumerate(trl.components.components)]
    told = dataclasses.replace(trl, components=trl.components._replace(components=tuple(named)))
    lines = rollout_audit_text(told).splitlines()
    shown = [row[0] for title, _, rows in audit_tables(told) for row in rows if title.startswith("components")]
    assert max(map(len, lines)) <= WIDTH
    assert {len(one) <= LONGEST_NAME for one in shown} == {True}
    assert len(set(shown)) == 2
    for one in shown:
        assert sum(line.startswith(f"  {one}  ") for line in lines) == 2
    full = {row[0] for title, _, rows in audit_tables(told, 600) for row in rows if title.startswith("components")}
    assert full == {one.name for one in named}


def test_lines_fit_the_terminal(trl):
    for name in ("trl", "evalplus", "verl_short", "lm_eval", "inspect"):
        assert max(map(len, rollout_audit_text(audit(LOGS / name)).splitlines())) <= 100


def test_no_number_is_minus_zero(trl):
    near = trl.components.phantom._replace(value=-0.004, low=-0.006, high=0.004)
    told = dataclasses.replace(trl, components=trl.components._replace(phantom=near))
    assert dict(audit_lines(told))["phantom"].startswith("0.00 [-0.01, 0.00] of the squared advantage")


def test_tables_have_a_row_for_each_window_and_component(trl):
    tables = {title.split(";")[0]: rows for title, _, rows in audit_tables(trl)}
    assert [row[0] for row in tables["by window of steps"]] == [str(step) for step in range(1, 11)]
    assert [row[0] for row in tables["components of the reward: their shares"]] == ["accuracy_reward", "format_reward"]


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
    assert {row[-1] for row in rows} == {"no"}


def test_windows_components_and_what_changed_stand_in_the_columns_of_their_names(trl):
    tables = {title.split(":")[0].split(";")[0]: rows for title, _, rows in audit_tables(trl)}
    for row, window in zip(tables["by window of steps"], trl.dead.windows, strict=True):
        parts = window.all_fail / window.rollouts, window.all_pass / window.rollouts
        assert row[3:5] == tuple(f"{100 * part:.0f} %" for part in parts)
    compared = compare_runs(trl.table, trl.table)
    one = compared.quantities[0]._replace(name="x\x1b", first=0.125, second=0.5, up=3, down=1)
    _, _, rows = comparison_table(compared._replace(quantities=(one, one._replace(not_compared="why"))))
    assert (rows[0][1:3], rows[0][4], rows[1][-1]) == (("0.125", "0.500"), "3 / 1", "not compared: why")
    assert "\x1b" not in rows[0][0]


def test_no_size_of_groups_is_advised_where_the_baseline_is_not_their_mean(trl):
    batch = dataclasses.replace(trl, dead=dataclasses.replace(trl.dead, equal_but_live=len(trl.table.size)))
    assert decision_lines(batch)[2] == "num_generations / rollout.n: no advice, the baseline is not the group's mean"
    facts = dict(audit_lines(batch))
    assert "group size" not in facts
    assert "the baseline is not the group's mean" in facts["baseline"]


def test_each_verifier_that_is_not_trusted_has_its_errors_and_drift_says_whose_it_is():
    rows = [[[1, 1, 1], [0, 0, 0], [1, 0, 1]], [[1, 1, 0], [0, 1, 0], [0, 0, 0]]] * 2
    table = table_of(rows, [("verdict", name) for name in ("tests", "proof", "judge")], steps=[0, 0, 1, 1])
    judged: Any = audit_verifiers(table, "proof", 0.8)
    told = dataclasses.replace(audit(LOGS / "human_eval"), verifiers=judged)
    said = [line for name, line in audit_lines(told) if name == "verifier"]
    assert [line.split(":")[0] for line in said] == ["tests by proof", "judge by proof"]
    assert said[1].startswith(f"judge by proof: false positives {judged.others[0].false_positive.value:.2f} [")
    more = dataclasses.replace(judged, names=(*judged.names, "x", "y"))
    lines = audit_lines(dataclasses.replace(told, verifiers=more))
    assert ("verifier", "2 further verifiers: errors not told") in lines
    titles = [title for title, _, _ in audit_tables(told)]
    assert "errors of tests by window of steps; exact intervals" in titles


@pytest.mark.parametrize(("common", "few"), [(9, True), (10, False)])
def test_a_comparison_of_few_problems_says_what_that_means(trl, common, few):
    title, _, _ = comparison_table(compare_runs(trl.table, trl.table)._replace(common=common))
    assert title.endswith('they are few: "no" does not mean no change, and intervals are rough') == few


def test_pass_at_k_beyond_a_group_is_exact_if_rates_stay(trl):
    problem, step = np.tile(np.arange(20), 8), np.repeat(np.arange(8), 20)
    table = counts_of(problem, step, np.full(160, 4), np.random.default_rng(1).binomial(4, 0.1 + 0.03 * problem))
    steady: Any = audit_verdicts(table, "made", 0.95, 0.8, [])
    tables = audit_tables(dataclasses.replace(trl, verdicts=steady))
    _, _, rows = next(one for one in tables if one[0].startswith("pass@k"))
    said = {row[0]: row[3] for row in rows}
    assert (said["4"], said["8"]) == ("exact, these problems", "exact, these problems, if their rates stay")
    evaluated = audit_tables(audit(LOGS / "human_eval"))
    _, _, rows = next(one for one in evaluated if one[0].startswith("pass@k"))
    assert ("16", "exact, these problems") in [(row[0], row[3]) for row in rows]
