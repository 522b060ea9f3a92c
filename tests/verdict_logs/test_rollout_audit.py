"""The audit of rollouts, on logs of a made run whose law is known: `experiments/logs/made_run.py`."""

import math
from typing import Any

import numpy as np
import pytest

from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.rollout_audit import audit_rollouts, plain_data
from tests.support import made_logs as made
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at


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
    said = {line.partition(", first at ")[0] for line in audit(tmp_path).remarks}
    assert {"1 left out: files that are no log", "1 left out: files whose names end like no log's"} <= said


def test_one_attempt_a_problem_has_no_groups():
    found = audit(LOGS / "lm_eval")
    assert math.isnan(found.dead.whole.share)
    assert found.verdicts.choice is None
    assert found.verdicts.size is None


def test_an_audit_as_json_says_the_same(trl):
    row = trl.row()
    assert row["rollouts"] == trl.rollouts == 480
    assert row["numbers"]["dead"] == row["dead"]["share"] == trl.dead.whole.share
    assert row["decisions"]["choice"]["problems"] == trl.verdicts.choice.problems.tolist()
    assert plain_data(np.float64(0.5)) == 0.5
