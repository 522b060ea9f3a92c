"""The audit of rollouts, on logs of a made run whose law is known: `experiments/logs/made_run.py`."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.groups.dead_groups import find_dead_groups
from infoloop.verdict_logs.groups.reward_components import component_shares
from infoloop.verdict_logs.groups.verifier_errors import errors_against
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.verdict_audit import audit_verdicts, plain_data
from tests.support import made_logs as made
from tests.support.made_groups import table_of
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
    assert trl.components.phantom.value == pytest.approx(
        (groups[failed] ** 2).sum() / (groups**2).sum(), rel=rounding(480)
    )
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
    assert {name: trl.numbers[name] for name in wanted} == pytest.approx(wanted, rel=rounding(480))
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
    assert tuple(evaluation.numbers[name] for name in names) == pytest.approx(shares, rel=rounding(2))


def test_without_a_trusted_verifier_agreement_is_that_of_the_first_two():
    found = audit(LOGS / "lm_eval")
    assert found.numbers["agreement"] == found.verifiers.agreement.equal[0].value == 1


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
