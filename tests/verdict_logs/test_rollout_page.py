"""The page of an audit of rollouts: tables that sort and are saved, texts that are never HTML, below 2 MB."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from infoloop.reporting.audit_page import render_audit_page
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollout_page import problem_table, rollout_audit_page
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at


@pytest.fixture(scope="module")
def trl():
    return audit(LOGS / "trl")


@pytest.mark.slow
def test_the_page_has_the_decision_trends_and_problems(trl):
    page = rollout_audit_page(trl)
    assert page.verdict == "33 % of rollouts carry no gradient"
    assert page.tables[-1].title == "problems"
    assert page.tables[-1].download == "problems.csv"
    assert len(page.figures) == 2
    html = render_audit_page(page)
    assert len(html.encode()) < 2_000_000
    assert "problems.csv" in html


@pytest.mark.slow
def test_the_name_of_a_problem_is_no_html(trl):
    choice = trl.verdicts.choice
    names = choice.problems.astype(object).copy()
    names[0] = "<img src=x onerror=alert(1)>"
    told = dataclasses.replace(trl, verdicts=dataclasses.replace(trl.verdicts, choice=choice._replace(problems=names)))
    html = render_audit_page(rollout_audit_page(told))
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html


def test_problems_to_act_on_come_first(trl):
    rows = problem_table(trl.verdicts, 0.95).rows
    order = {"never solved": 0, "rare successes": 1, "solved": 2, "rare failures": 3, "keep": 4}
    places = [order[row[1]] for row in rows]
    assert places == sorted(places)
    assert all(low <= rate <= high for *_, rate, low, high in rows)
    assert sum(row[2] for row in rows) == np.sum(trl.verdicts.choice.attempts)


def test_a_log_without_groups_has_no_table_of_problems():
    found = audit(LOGS / "lm_eval")
    with pytest.raises(ValueError, match="one attempt a problem"):
        problem_table(found.verdicts, 0.95)
