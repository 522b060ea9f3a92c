"""The audit of rollouts, on logs of a made run whose law is known: `experiments/logs/made_run.py`."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.groups.dead_groups import find_dead_groups
from infoloop.verdict_logs.groups.error_drift import drift_of_errors
from infoloop.verdict_logs.groups.group_sizes import group_size_for
from infoloop.verdict_logs.groups.pass_at_tails import extrapolate_pass
from infoloop.verdict_logs.groups.rate_drift import find_drift
from infoloop.verdict_logs.groups.reward_components import component_shares
from infoloop.verdict_logs.groups.untrusted_verifiers import bounds_from_two, rates_from_three
from infoloop.verdict_logs.groups.verifier_agreement import agreement_of
from infoloop.verdict_logs.groups.verifier_errors import errors_against
from infoloop.verdict_logs.groups.window_bits import bits_by_window
from infoloop.verdict_logs.rollout_audit import audit_rollouts, audit_verdicts, audit_verifiers, plain_data
from tests.support import made_logs as made
from tests.support.hand_made_groups import table_of as judged_table
from tests.support.made_groups import table_of
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at
verifiers_of: Any = audit_verifiers


@pytest.fixture(scope="module")
def run():
    return made.made_run()


@pytest.fixture(scope="module")
def trl():
    return audit(LOGS / "trl")


def dead_by_hand(run):
    """Rollouts of groups with equal rewards, all fail and all pass, counted one group at a time."""
    failed = passed = 0
    for first in range(0, len(run.step), made.SIZE):
        answers = run.answer[first : first + made.SIZE]
        if len({made.REWARD[answer] for answer in answers}) == 1:
            passed += made.SIZE * (made.RIGHT[answers[0]] == 1)
            failed += made.SIZE * (made.RIGHT[answers[0]] == 0)
    return failed, passed


@pytest.mark.slow
@pytest.mark.parametrize("log", ["trl", "trl_renamed", "verl"])
def test_dead_groups_and_tally_are_those_of_the_made_run(log, run):
    found = audit(LOGS / log)
    failed, passed = dead_by_hand(run)
    whole = found.dead.whole
    assert (whole.all_fail, whole.all_pass, whole.equal) == (failed, passed, 0)
    assert whole.share == (failed + passed) / len(run.step)
    tally = found.verdicts.bits.tally
    right = sorted(made.RIGHT[run.answer[run.problem == q]].sum() for q in range(made.PROBLEMS))
    assert sorted(tally.passes.tolist()) == right
    assert tally.attempts.sum() == len(run.step)


@pytest.mark.slow
def test_intervals_hold_the_law_that_the_run_was_drawn_from(run, trl):
    rates = run.pass_rates
    asked = [(step, q) for step in range(made.STEPS) for q in range(step % 2, made.PROBLEMS, 2)]
    mean = np.mean([rates[at] for at in asked])
    _, low, high = trl.verdicts.bits.rate
    assert low <= mean <= high
    laws = [run.policies[at] for at in asked]
    kinds = np.unique(made.REWARD)
    dead = np.mean([sum(law[made.REWARD == kind].sum() ** made.SIZE for kind in kinds) for law in laws])
    assert trl.dead.whole.low <= dead <= trl.dead.whole.high
    assert trl.verdicts.drift.found
    assert trl.verdicts.since == 6


@pytest.mark.slow
def test_a_phantom_share_is_counted_as_the_run_has_it(run, trl):
    groups = run.advantage.reshape(-1, made.SIZE)
    failed = ~made.RIGHT[run.answer].reshape(-1, made.SIZE).any(axis=1)
    assert trl.components.phantom.value == pytest.approx((groups[failed] ** 2).sum() / (groups**2).sum(), rel=1e-12)
    assert trl.components.phantom.value > 0.05
    assert [one.name for one in trl.components.components] == ["accuracy_reward", "format_reward"]


@pytest.mark.slow
def test_larger_tests_are_trusted_and_tell_the_rates_of_the_smaller(run):
    found = audit(LOGS / "evalplus")
    answers = made.made_evaluation(run, 16).ravel()
    right = made.RIGHT[answers] == 1
    errors = found.verifiers.errors
    assert (errors.verifier, errors.trusted, found.trusted) == ("base", "plus", "plus")
    assert found.verdicts.bits.rate[0] == right.mean()
    assert errors.false_positive.value == made.WEAK[answers[~right]].mean()
    assert errors.false_negative.value == 1 - made.WEAK[answers[right]].mean()
    assert found.numbers["false_positive_rate"] == errors.false_positive.value
    assert audit(LOGS / "evalplus", trusted="plus").verifiers.errors == errors


@pytest.mark.slow
def test_the_user_may_trust_another_and_base_tests_alone_are_trusted_by_none():
    errors = audit(LOGS / "evalplus", trusted="base").verifiers.errors
    assert (errors.verifier, errors.trusted) == ("plus", "base")
    alone = audit(LOGS / "evalplus_base_only")
    assert alone.verifiers is None
    assert alone.trusted == ""
    with pytest.raises(ValueError, match="the log has no verdict 'plus'"):
        audit(LOGS / "evalplus_base_only", trusted="plus")


@pytest.mark.slow
def test_two_verifiers_of_which_none_is_trusted_are_said_to_agree_or_not(run):
    found = audit(LOGS / "inspect").verifiers
    answers = made.made_evaluation(run, 16).ravel()
    assert (found.errors, found.pair, found.panel) == (None, None, None)
    assert found.agreement.verifiers == ("match", "judge")
    assert found.agreement.equal[0].value == (made.WEAK[answers] == made.RIGHT[answers]).mean()


def test_a_log_without_verdicts_has_dead_groups_and_no_pass_rate():
    found = audit(LOGS / "verl_short")
    assert found.verdicts is None
    assert found.numbers["pass_rate"] is None
    assert found.dead.whole.equal > 0
    judged = audit(LOGS / "verl_short", settings=Settings(threshold=1.0))
    assert judged.verdicts.bits.rate[0] == audit(LOGS / "verl").verdicts.bits.rate[0]


def test_files_of_a_folder_that_are_no_log_are_counted_and_shown(tmp_path):
    (tmp_path / "1.jsonl").write_text("".join(f'{{"problem": "a", "pass": {k % 2}}}\n' for k in range(4)))
    (tmp_path / "config.json").write_text('{"model": "m"}')
    (tmp_path / "README.md").write_text("# run")
    said = {line.partition(", first at ")[0] for line in audit(tmp_path).left_out}
    assert {"1 left out: files that are no log", "1 left out: files whose names end like no log's"} <= said


def test_one_attempt_a_problem_has_no_groups():
    found = audit(LOGS / "lm_eval")
    assert math.isnan(found.dead.whole.share)
    assert found.verdicts.choice is None
    assert found.verdicts.size is None


@pytest.mark.slow
def test_each_part_has_the_confidence_and_the_share_that_were_asked_for():
    found = audit(LOGS / "trl", confidence=0.8, live=0.6)
    wanted = {
        "dead": find_dead_groups(found.table, 0.8),
        "verdicts": audit_verdicts(found.table, "trl", 0.8, 0.6, []),
        "components": component_shares(found.table, None, 0.8),
    }
    for part, one in wanted.items():
        assert repr(getattr(found, part).row()) == repr(one.row())
    assert found.verdicts.bits.rate == wanted["verdicts"].bits.rate
    judged = audit(LOGS / "evalplus", confidence=0.8, trusted="plus")
    assert judged.verifiers.errors == errors_against(judged.table, "plus", "base", 0.8)


def test_where_rates_drift_what_to_do_now_is_told_by_the_later_half_of_the_windows():
    """30 steps make 12 windows, of which the seventh begins at step 15."""
    problem, step, size = np.tile(np.arange(20), 30), np.repeat(np.arange(30), 20), np.full(600, 4)
    passes = np.random.default_rng(1).binomial(4, 0.2 + 0.02 * step)
    table = table_of(problem, step, size, passes)
    found = audit_verdicts(table, "made", 0.9, 0.7, [])
    assert [one.k for one in found.passes] == [1, 2, 4]  # not beyond a group, of the later half
    assert found.drift == find_drift(table, 0.9)
    assert (found.drift.found, found.since) == (True, 15)
    assert found.windows == bits_by_window(table, found.drift, 0.9)
    assert (found.bits.verdicts, found.bits.rate[0]) == (2400, passes.sum() / 2400)
    late = step >= 15
    tally = Tally(table.problems, *(np.bincount(problem[late], x[late]).astype(int) for x in (size, passes)))
    assert found.choice is not None
    assert (found.choice.attempts.tolist(), found.choice.passes.tolist()) == (
        tally.attempts.tolist(),
        tally.passes.tolist(),
    )
    assert found.choice.confidence == 0.9
    assert repr(found.size) == repr(group_size_for(tally, 0.7, 0.9))
    assert repr(found.tail) == repr(extrapolate_pass(tally, (8, 16, 32, 64), 0.9))


def test_where_most_problems_have_one_attempt_nothing_is_said_of_group_sizes():
    found = audit_verdicts(
        table_of([0, 1, 2], [0, 0, 0], np.array([1, 1, 4]), np.array([1, 0, 2])), "made", 0.95, 0.8, []
    )
    assert (found.since, found.size, found.tail) == (None, None, None)
    assert found.choice is not None
    assert (found.choice.size, found.choice.choice.tolist()) == (4, ["solved", "never solved", "keep"])


def test_where_the_later_half_of_a_run_that_drifts_has_no_groups_there_is_no_choice_of_problems():
    problem, step = np.concatenate([np.arange(40), np.arange(40)]), np.repeat([0, 1], 40)
    table = table_of(problem, step, np.repeat([8, 1], 40), np.repeat([0, 1], 40))
    found = audit_verdicts(table, "made", 0.95, 0.8, [])
    assert (found.drift.found, found.since, found.choice) == (True, 1, None)


def judged_by(*names):
    """Two steps of two groups."""
    rows = [[[1, 1, 1], [0, 0, 0], [1, 0, 1]], [[1, 1, 0], [0, 1, 0], [0, 0, 0]]] * 2
    groups = [[rollout[: len(names)] for rollout in group] for group in rows]
    return judged_table(groups, [("verdict", name) for name in names], steps=[0, 0, 1, 1])


def test_verifiers_are_looked_at_by_how_many_there_are():
    assert verifiers_of(judged_by("tests"), None, 0.8) is None
    two, three = judged_by("tests", "proof"), judged_by("tests", "proof", "judge")
    same = ("tests", "proof", "judge")
    assert verifiers_of(two, None, 0.8, same[:2]).pair == bounds_from_two(two, "tests", "proof", 0.8)
    assert repr(verifiers_of(three, None, 0.8, same).panel) == repr(rates_from_three(three, same, 0.8))
    for table in (two, three):  # nobody says that they judge the same thing
        found = verifiers_of(table, None, 0.8)
        assert (found.errors, found.pair, found.panel) == (None, None, None)
        assert found.agreement == agreement_of(table, 0.8)


def test_a_verifier_that_is_trusted_and_alone_has_none_to_judge():
    with pytest.raises(ValueError, match=r"^--trusted tests: it counts as right already"):
        verifiers_of(judged_by("tests"), "tests", 0.8)


def test_by_a_trusted_verifier_rates_and_their_drift_are_told():
    table = judged_by("tests", "proof")
    found = verifiers_of(table, "proof", 0.8)
    assert repr(found.errors) == repr(errors_against(table, "proof", confidence=0.8))
    assert repr(found.drift) == repr(drift_of_errors(table, "proof", confidence=0.8))
    assert (found.pair, found.panel) == (None, None)


@pytest.mark.slow
def test_the_numbers_of_a_condition_are_those_of_the_run(run, trl):
    """Counted by hand, or else as the part of the audit has them."""
    failed, passed = dead_by_hand(run)
    dead = [len({made.REWARD[a] for a in answers}) == 1 for answers in run.answer.reshape(-1, made.SIZE)]
    slope = np.polyfit(run.step.reshape(-1, made.SIZE)[:, 0], np.array(dead, float), 1)[0]
    bits = trl.verdicts.bits
    wanted = {
        "dead": (failed + passed) / 480, "dead_all_fail": failed / 480, "dead_all_pass": passed / 480,
        "dead_slope": slope, "pass_rate": made.RIGHT[run.answer].mean(), "bits": bits.estimates[1] / 480,
        "most_bits": bits.most_again.bits / 480, "droppable": trl.verdicts.choice.saved_share,
        "phantom": trl.components.phantom.value,
    }  # fmt: skip
    assert {name: trl.numbers[name] for name in wanted} == pytest.approx(wanted, rel=1e-9)
    assert [trl.numbers[name] for name in ("false_positive_rate", "false_negative_rate", "agreement")] == [None] * 3
    assert (
        len({*bits.estimates, bits.most_again.bits, bits.most_told.bits}) == 4
    )  # so that it is told which one is named
    row = trl.row()
    assert (row["groups"], row["problem_count"], row["steps"]) == (60, made.PROBLEMS, 10)
    evaluation = audit(LOGS / "evalplus", trusted="plus")
    assert evaluation.row()["steps"] == 0
    answers = made.made_evaluation(run, 16).ravel()
    right, weak = made.RIGHT[answers] == 1, made.WEAK[answers] == 1
    shares = (weak[~right].mean(), 1 - weak[right].mean(), (right == weak).mean())
    names = ("false_positive_rate", "false_negative_rate", "agreement")
    assert tuple(evaluation.numbers[name] for name in names) == pytest.approx(shares, rel=1e-9)


def test_shares_of_dead_rollouts_are_of_those_in_groups(trl):
    dead = find_dead_groups(table_of([0, 1, 2, 3], [0] * 4, np.array([4, 8, 4, 9]), np.array([4, 0, 2, 1])))
    alone = dead.whole._replace(groups=3, rollouts=16, alone=9, share=12 / 16)
    choice = trl.verdicts.choice._replace(saved=96, saved_share=0.2)
    verdicts = dataclasses.replace(trl.verdicts, choice=choice)
    numbers = dataclasses.replace(trl, dead=dataclasses.replace(dead, whole=alone), verdicts=verdicts).numbers
    assert numbers["droppable"] == 0.2
    assert (numbers["dead"], numbers["dead_all_fail"], numbers["dead_all_pass"]) == (12 / 16, 8 / 16, 4 / 16)


def test_an_audit_as_json_says_the_same(trl):
    row = trl.row()
    assert row["rollouts"] == trl.rollouts == 480
    assert row["numbers"]["dead"] == row["dead"]["share"] == trl.dead.whole.share
    assert row["decisions"]["choice"]["problems"] == trl.verdicts.choice.problems.tolist()
    assert plain_data(np.float64(0.5)) == 0.5
