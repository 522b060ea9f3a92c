"""The audit of rollouts, on logs of a made run whose law is known: `experiments/logs/made_run.py`."""

import dataclasses
import json
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
from tests.support.interval_oracles import ROOT, exact_ends
from tests.support.made_groups import table_of
from tests.support.paths import LOGS
from tests.support.rollout_rows import PROOF, TESTS, THIRD, judged_rows, write_lines

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


@pytest.mark.full
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


@pytest.mark.full
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


@pytest.mark.slow
def test_a_log_without_verdicts_has_dead_groups_and_no_pass_rate():
    found = audit(LOGS / "verl_short")
    assert found.verdicts is None
    assert [found.numbers[name] for name in ("pass_rate", "dead_all_fail", "dead_all_pass")] == [None] * 3
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


def by_hand(tmp_path, rows, **options):
    return audit(write_lines(tmp_path / "run.jsonl", rows), **options)


def test_an_audit_as_json_has_the_numbers_of_a_log_made_by_hand(tmp_path):
    """Two groups of four at each of two problems, and one of one rollout; a rollout with a reward and no verdict."""
    verdicts = [1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0]
    rows: list[dict] = [
        {"problem": "ab"[k // 8], "step": k // 4 % 2, "pass": right, "reward": right / 2, "pred": k % 4}
        for k, right in enumerate(verdicts)
    ]
    rows += [{"problem": "c", "step": 1, "pass": None, "reward": 0.5, "pred": 1}]
    found = by_hand(tmp_path, rows, confidence=0.8)
    row = found.row()
    wanted = {
        "file": "run.jsonl", "confidence": 0.8, "right": found.right, "rollouts": 17, "verdicts": 16, "groups": 5,
        "problem_count": 3, "steps": 2, "all_failed": 0, "components": None, "verifiers": None,
    }  # fmt: skip
    assert {key: row[key] for key in wanted} == wanted
    assert row["read_as"].startswith("read as plain: ")
    assert row["numbers"]["bits"] == found.verdicts.bits.estimates[1] / 16
    assert row["numbers"]["most_bits"] == found.verdicts.bits.most_again.bits / 16
    assert [row["numbers"][name] for name in ("dead", "dead_all_fail", "pass_rate")] == [4 / 16, 4 / 16, 6 / 16]
    assert tuple(row["pass_rate"].values()) == pytest.approx((6 / 16, *exact_ends(6, 16, 0.8)), abs=ROOT)
    assert list(row["pass_rate"]) == ["estimate", "low", "high"]
    assert [one["k"] for one in row["pass_at"]] == [1, 2, 4, 8]  # rates stay: eight attempts at a problem in two steps
    assert row["pass_at"][2]["estimate"] == pytest.approx(1 - (0 + 35 / 70) / 2, rel=rounding(8))
    assert [(one["first"], one["groups"], one["distinct"]) for one in row["answers"]] == [(0, 2, 4), (1, 2, 4)]
    assert row["decisions"]["windows"][0]["verdicts"] == 8
    assert (found.option, found.verdicts.bits.file) == ("", "run.jsonl")


def test_a_share_outside_its_range_is_refused_before_a_file_is_opened():
    for live in (0, 1):
        with pytest.raises(ValueError, match=f"^live is {live}: "):
            audit("no/such.jsonl", live=live)
    with pytest.raises(ValueError, match=r"^confidence is 95: "):
        audit("no/such.jsonl", confidence=95)


def test_rewards_between_right_and_wrong_are_no_verdicts(tmp_path):
    found = by_hand(tmp_path, [{"problem": "a", "reward": reward} for reward in (0, 0.5, 1, 1, 0)])
    assert (found.verdicts, found.right, found.row()["right"], found.row()["decisions"]) == (None, "", None, None)
    assert found.option == "--threshold 1"
    assert [line.partition(" ")[0] for line in found.remarks] == ["1"]
    assert (found.row()["rollouts"], found.row()["steps"]) == (5, 0)
    assert not {"pass_at", "verdicts"} & set(found.row())


def test_what_is_left_out_and_what_is_seen_are_counted_once_each(tmp_path):
    rows = judged_rows(**{"pass": [None, *TESTS[1:]]})
    found = by_hand(tmp_path, [{"problem": "a", "pass": None}, *rows])
    assert [line.split(":")[0] for line in found.left_out] == ["2 left out"]
    assert found.row()["left_out"] == found.left_out
    assert not any(line.startswith("2 ") for line in found.remarks)
    scores = [math.inf, 1.0, 0.0, -math.inf]
    rows = [
        {"input": "ab"[k // 2], "output": "x", "gts": "y", "step": 1, "score": score} for k, score in enumerate(scores)
    ]
    endless = by_hand(tmp_path, rows)
    assert (endless.left_out, endless.rollouts) == ((), 4)
    assert endless.said.startswith("read as verl: ")
    assert by_hand(tmp_path, rows, form="plain").said.startswith("read as plain: ")
    assert [line.partition(",")[0] for line in endless.remarks] == ["2 seen: reward that is infinite"]
    assert endless.row()["remarks"] == endless.remarks


@pytest.mark.slow
def test_a_guess_which_function_judges_is_said_unless_the_user_names_one(tmp_path):
    rows = [
        {"example_id": k % 2, "prompt": "p", "completion": str(k), "reward": TESTS[k] + PROOF[k], "timing": {},
         "metrics": {"works": TESTS[k], "tidy": PROOF[k]}}
        for k in range(8)
    ]  # fmt: skip
    guessed = by_hand(tmp_path, rows)
    assert sum("--columns pass=NAME" in line for line in guessed.remarks) == 1
    named = by_hand(tmp_path, rows, settings=Settings({"pass": "tidy"}))
    assert not any("--columns" in line for line in named.remarks)
    assert named.verdicts.bits.rate[0] == 3 / 8


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_agreement_of_several_verifiers_is_that_of_the_first_two_at_the_confidence(tmp_path, confidence):
    rows = judged_rows(passed=TESTS, correct=PROOF, success=THIRD)
    found = by_hand(tmp_path, rows, confidence=confidence)
    agreement = found.verifiers.agreement
    assert agreement.verifiers == ("passed", "correct", "success")
    assert found.numbers["agreement"] == 6 / 8
    assert [one.value for one in agreement.passes] == [3 / 8, 3 / 8, 6 / 8]
    assert [one.value for one in agreement.equal] == [6 / 8, 5 / 8]
    assert agreement.equal[0][1:] == pytest.approx(exact_ends(6, 8, confidence), abs=ROOT)


@pytest.mark.slow
def test_verifiers_that_the_user_names_judge_the_same_thing_and_a_trusted_one_errs_never(tmp_path):
    rows, same = judged_rows(tests=TESTS, proof=PROOF), Settings({"pass": "tests+proof"})
    pair = by_hand(tmp_path, rows, settings=same).verifiers.pair
    assert pair.verifiers == ("tests", "proof")
    assert [one.at_most for one in (*pair.false_positive, *pair.false_negative)] == [1 / 5, 1 / 5, 1 / 3, 1 / 3]
    found = by_hand(tmp_path, rows, settings=same, trusted="proof", confidence=0.8)
    assert (found.trusted, found.verifiers.errors.verifier) == ("proof", "tests")
    names = ("false_positive_rate", "false_negative_rate", "agreement")
    assert [found.numbers[name] for name in names] == [1 / 5, pytest.approx(1 / 3, rel=rounding(2)), 6 / 8]
    beside = by_hand(tmp_path, judged_rows(passed=TESTS, gold=PROOF), trusted="gold")
    assert (beside.verifiers.errors.verifier, beside.numbers["agreement"]) == ("passed", 6 / 8)
    errors = found.verifiers.errors
    assert errors.false_positive[3:5] == pytest.approx(exact_ends(1, 5, 0.8), abs=ROOT)


@pytest.mark.slow
def test_a_part_that_the_log_does_not_tell_is_said_with_its_reason(tmp_path):
    partly = [None, *TESTS[1:4], None, *TESTS[5:]]
    rows = [row | {"reward_form": one} for row, one in zip(judged_rows(**{"pass": TESTS}), partly, strict=True)]
    found = by_hand(tmp_path, rows)
    assert found.components is None
    assert [line.split(":")[0] for line in found.remarks] == ["components"]
    apart = judged_rows(tests=[*TESTS[:4], *[None] * 4], proof=[*[None] * 4, *PROOF[4:]])
    found = by_hand(tmp_path, apart, settings=Settings({"pass": "tests+proof"}))
    assert found.verifiers is None
    assert "verifiers" in [line.split(":")[0] for line in found.remarks]
    few = by_hand(tmp_path, [{"problem": "a", "pass": k % 2} for k in range(4)] + [{"problem": "b", "pass": 1}])
    assert few.verdicts.size is None
    assert "group size" in [line.split(":")[0] for line in few.remarks]


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


def test_rows_that_are_left_out_are_counted_but_for_those_that_the_trainer_wrote_twice(tmp_path):
    rows = "".join(
        f'{{"problem": "a", "attempt": {k}, "pass": {"null" if k % 4 else k % 8 // 4}}}\n' for k in range(32)
    )
    (tmp_path / "log.jsonl").write_text(rows)
    found = audit(tmp_path / "log.jsonl")
    assert (found.rollouts, found.rows_left_out, found.row()["rows_left_out"]) == (8, 24, 24)
    ends = {"prompt": ["p"] * 4, "completion": list("abcd"), "solution": ["s"] * 4, "accuracy": [0, 1, 0, 1]}
    lines = [{**ends, "step": [str(step)] * 4} for step in (1, 2)]
    (tmp_path / "swift.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    swift = audit(tmp_path / "swift.jsonl", form="ms-swift")
    assert swift.left_out[0].startswith("4 left out: rows that the line before has too")
    assert (swift.rollouts, swift.rows_left_out) == (4, 0)
