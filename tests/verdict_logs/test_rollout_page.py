"""The page of an audit of rollouts: tables that sort and are saved, texts that are never HTML, below 2 MB."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from infoloop.reporting.audit_page import render_audit_page
from infoloop.verdict_logs import estimators
from infoloop.verdict_logs.groups.run_comparison import compare_runs
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollout_page import problem_table, rollout_audit_page
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at


@pytest.fixture(scope="module")
def trl():
    return audit(LOGS / "trl")


@pytest.mark.full
def test_the_page_has_the_decision_trends_and_problems(trl):
    page = rollout_audit_page(trl)
    assert page.verdict == "33 % of rollouts carry no gradient"
    assert page.tables[-1].title == "problems"
    assert page.tables[-1].download == "problems.csv"
    assert len(page.figures) == 2
    html = render_audit_page(page)
    assert len(html.encode()) < 2_000_000
    assert "problems.csv" in html


@pytest.mark.full
def test_names_stand_as_long_among_the_facts_as_in_the_tables(trl):
    long = "a_function_of_" + "many_" * 8 + "words"
    components = trl.components._replace(
        components=tuple(one._replace(name=long + one.name) for one in trl.components.components)
    )
    page = rollout_audit_page(dataclasses.replace(trl, components=components))
    facts = [name.removeprefix("follows ") for name, _ in page.lines if name.startswith("follows ")]
    assert facts == [one.name for one in components.components[:3]]


@pytest.mark.full
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


@pytest.mark.full
def test_intervals_have_the_confidence_of_the_audit_and_the_note_says_it():
    found = audit(LOGS / "trl", confidence=0.6)
    table, choice = rollout_audit_page(found).tables[-1], found.verdicts.choice
    names = choice.problems.tolist()
    for name, _, attempts, passes, rate, *ends in table.rows:
        assert (attempts, passes) == (choice.attempts[names.index(name)], choice.passes[names.index(name)])
        ends_of_one = estimators.pass_interval(np.array([passes]), np.array([attempts]), 0.6)
        assert (rate, ends) == (passes / attempts, [float(end[0]) for end in ends_of_one])
    assert table.note.startswith("Exact intervals (60 %). Attempts from step 6 on. Of use: ")
    assert table.note.count(": ") == 1 + len({row[1] for row in table.rows} - {"keep"})


def test_the_rollouts_of_a_problem_decide_its_place_among_those_of_its_kind(trl):
    choice = trl.verdicts.choice
    many = choice._replace(rollouts=np.arange(len(choice.problems)))
    rows = problem_table(dataclasses.replace(trl.verdicts, choice=many, since=None), 0.95).rows
    place = {name: k for k, name in enumerate(choice.problems.tolist())}
    for kind in {row[1] for row in rows}:
        places = [place[row[0]] for row in rows if row[1] == kind]
        assert places == sorted(places, reverse=True)
    kinds = choice.choice.astype(object).copy()
    kinds[-1] = "drop, always failed"
    dropped = dataclasses.replace(trl.verdicts, choice=choice._replace(choice=kinds))
    assert problem_table(dropped, 0.95).rows[0][0] == choice.problems[-1]


@pytest.mark.full
def test_a_comparison_and_the_reason_are_on_the_page_and_a_log_without_verdicts_says_nothing_of_bits(trl):
    page = rollout_audit_page(trl, compare_runs(trl.table, trl.table))
    assert [table.title.startswith("since the earlier run") for table in page.tables][-2:] == [True, False]
    assert page.reason.startswith("trend +56 points; phantom gradient 12 %; drop none")
    assert page.about
    assert rollout_audit_page(audit(LOGS / "verl_short")).about == ""


@pytest.mark.full
def test_the_reason_has_what_the_first_line_says_beside_the_share(trl):
    plain = dataclasses.replace(trl, components=None)
    evaluated = audit_rollouts(LOGS / "human_eval")
    for found, said in (
        (plain, "zero advantage, trend +56 points; drop none"),
        (evaluated, "in groups of 16 (of 8: 76 %); "),
    ):
        page = rollout_audit_page(found)
        assert page.reason.startswith(said)
        assert page.verdict.endswith("carry no gradient")
