"""The figures of an audit of rollouts: what they draw is what the audit counted."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.figures import log_figure
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollout_figures import rollout_audit_figures, step_figure
from tests.support import made_logs as made
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at
drawn: Any = step_figure


@pytest.fixture(scope="module")
def trl():
    return audit(LOGS / "trl")


def test_lines_over_steps_are_the_counted_shares(trl):
    dead = drawn(trl).panels[0].marks
    shares = {mark.label: np.asarray(mark.y) for mark in dead if mark.label}
    assert shares["dead groups"].tolist() == [window.share for window in trl.dead.windows]
    assert np.allclose(shares["all fail"] + shares["all pass"], shares["dead groups"], rtol=0, atol=rounding(2))


def series(panel):
    return {mark.label: np.asarray(mark.y).tolist() for mark in panel.marks if mark.label}


def bands(panel):
    return [(np.asarray(mark.low).tolist(), np.asarray(mark.high).tolist()) for mark in panel.marks if not mark.label]


@pytest.mark.full
def test_each_panel_draws_what_the_run_has_in_each_step(trl):
    """Rewards and right answers are counted from the made run, whose windows are its ten steps."""
    run = made.made_run()
    dead, rates, bits, answers = drawn(trl).panels
    fail, whole, passed = [], [], []
    for step in np.unique(run.step):
        groups = run.answer[run.step == step].reshape(-1, made.SIZE)
        equal = [group for group in groups if len(set(made.REWARD[group])) == 1]
        fail.append(sum(not made.RIGHT[group].any() for group in equal) / len(groups))
        whole.append(sum(made.RIGHT[group].all() for group in equal) / len(groups))
        passed.append(made.RIGHT[groups].mean())
    assert (series(dead)["all fail"], series(dead)["all pass"]) == (pytest.approx(fail), pytest.approx(whole))
    assert list(series(rates).values()) == [pytest.approx(passed)]
    assert list(series(rates)) == ["accuracy_reward"]
    n = len(run.step) / 10
    windows, told = trl.verdicts.windows, trl.answers
    assert series(bits) == {
        "at most": [one.again / n for one in windows], "estimated": [one.miller_madow / n for one in windows],
    }  # fmt: skip
    assert series(answers) == {
        "if all differ": [math.log2(made.SIZE)] * 10, "answers of a group": [one.miller_madow for one in told],
    }  # fmt: skip
    for panel, of in ((dead, trl.dead.windows), (rates, windows)):
        assert bands(panel) == [([one.low for one in of], [one.high for one in of])]
    assert "(95 %)" in drawn(trl).caption
    assert [figure.caption for figure in rollout_audit_figures(trl)] == [
        drawn(trl).caption, log_figure(trl.verdicts.bits).caption,
    ]  # fmt: skip


def test_a_window_is_drawn_at_its_last_step(trl):
    def longer(windows):
        return tuple(one._replace(first=one.first - 5) for one in windows)

    told = dataclasses.replace(
        trl, dead=dataclasses.replace(trl.dead, windows=longer(trl.dead.windows)), answers=longer(trl.answers),
        verdicts=dataclasses.replace(trl.verdicts, windows=longer(trl.verdicts.windows)),
    )  # fmt: skip
    for panel in drawn(told).panels:
        assert {tuple(mark.x) for mark in panel.marks} == {tuple(range(1, 11))}


def test_the_pass_rate_has_the_name_of_the_verifier_not_of_what_stands_first(trl):
    named = [one._replace(name="tests") if one.kind == "verdict" else one for one in trl.table.measured]
    told = dataclasses.replace(trl, table=dataclasses.replace(trl.table, measured=tuple(named)))
    assert list(series(drawn(told).panels[1])) == ["tests"]


def test_a_log_of_one_step_has_no_trend():
    found = audit(LOGS / "evalplus")
    assert drawn(found) is None
    assert len(rollout_audit_figures(found)) == 1


def test_a_log_without_verdicts_has_no_pass_rates():
    titles = [panel.title for panel in drawn(audit(LOGS / "verl_short")).panels]
    assert titles == ["Rollouts that carry no gradient", "Entropy among answers"]
