"""What verdicts say, part by part, against the functions that make the parts."""

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.groups.group_sizes import group_size_for
from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.groups.pass_at_tails import extrapolate_pass
from infoloop.verdict_logs.groups.rate_drift import find_drift
from infoloop.verdict_logs.groups.window_bits import bits_by_window
from infoloop.verdict_logs.pass_at_intervals import pass_estimates
from infoloop.verdict_logs.rollouts import Rollouts
from infoloop.verdict_logs.verdict_audit import audit_verdicts
from tests.support.interval_oracles import ROOT, exact_ends
from tests.support.made_groups import table_of

ROUNDED = rounding(8)  # the ends of an interval and sums of few terms


def audit(table, confidence=0.95):
    """The audit, of which nothing is untold."""
    untold = []
    found = audit_verdicts(table, "made", confidence, 0.8, untold)
    assert untold == []
    return found


@pytest.mark.slow
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
    found = audit(table_of([0, 1, 2], [0, 0, 0], np.array([1, 1, 4]), np.array([1, 0, 2])))
    assert (found.since, found.size, found.tail) == (None, None, None)
    assert found.choice is not None
    assert (found.choice.size, found.choice.choice.tolist()) == (4, ["solved", "never solved", "keep"])


def test_where_the_later_half_of_a_run_that_drifts_has_no_groups_there_is_no_choice_of_problems():
    problem, step = np.concatenate([np.arange(40), np.arange(40)]), np.repeat([0, 1], 40)
    table = table_of(problem, step, np.repeat([8, 1], 40), np.repeat([0, 1], 40))
    found = audit(table)
    assert (found.drift.found, found.since, found.choice) == (True, 1, None)
    assert (found.size, found.tail) == (None, None)  # by the attempts of the later half too
    assert [(one.k, one.estimate) for one in found.passes] == [(1, 1.0)]


def test_where_no_problem_has_two_attempts_there_is_nothing_to_choose_and_no_reason_is_needed():
    found = audit(table_of([0, 1, 2], [0, 0, 0], np.ones(3, int), np.array([1, 0, 1])))
    assert (found.choice, found.size, found.tail) == (None, None, None)
    assert [(one.k, one.estimate) for one in found.passes] == [(1, pytest.approx(2 / 3, rel=ROUNDED))]


@pytest.mark.parametrize(("confidence", "drifts"), [(0.6, True), (0.95, False)])
def test_drift_and_intervals_have_the_confidence_that_was_asked_for(confidence, drifts):
    """2 of 8 and then 6 of 8: as far apart with the probability 0.132, of two tests twice that."""
    found = audit(table_of([0, 0], [1, 2], np.array([8, 8]), np.array([2, 6])), confidence)
    right, of = (6, 8) if drifts else (8, 16)
    assert (found.drift.found, found.since) == (drifts, 2 if drifts else None)
    misses = [1.0]
    for k in range(8):  # none of so many attempts, drawn one by one, is right
        misses.append(misses[-1] * max(of - right - k, 0) / (of - k))
    ks = [1, 2, 4, 8] if drifts else [1, 2, 4, 8, 16]  # where rates stay, the attempts of both steps tell
    misses += [0.0] * 8  # more attempts than there are wrong ones
    assert [one.k for one in found.passes] == ks
    assert [one.estimate for one in found.passes] == pytest.approx([1 - misses[k] for k in ks], rel=ROUNDED)
    assert found.passes[0][2:] == pytest.approx(exact_ends(right, of, confidence), abs=ROOT)
    assert found.bits.rate[0] == 0.5  # of the whole run
    assert found.tail is None  # one problem tells no law of rates


def test_where_rates_drift_passes_end_at_the_median_size_of_a_group():
    problem, step = np.tile([0, 1], 6), np.repeat(np.arange(6), 2)
    found = audit(table_of(problem, step, np.repeat([2, 2, 2, 2, 8, 9], 2), np.repeat([0, 0, 0, 1, 7, 8], 2)))
    assert (found.since, [one.k for one in found.passes]) == (3, [1, 2])
    assert found.tail is not None
    assert [one.k for one in found.tail.values] == [4, 8, 16, 32]
    assert found.choice is not None
    assert (found.choice.size, found.choice.attempts.tolist()) == (8, [19, 19])


@pytest.mark.parametrize(("trained", "ks"), [(True, [1, 2, 4]), (False, [1, 2, 4, 8])])
def test_without_steps_only_an_advantage_says_that_groups_have_several_policies(trained, ks):
    names, group = np.repeat(["a", "b"], 8), np.tile(np.repeat([0, 1], 4), 2)
    verdicts = {"tests": np.tile([1.0, 0.0], 8)}
    advantage = np.tile([1.0, -1.0], 8) if trained else None
    found = audit(collect_groups([Rollouts(names, np.arange(16), group=group, verdicts=verdicts, advantage=advantage)]))
    assert [one.k for one in found.passes] == ks


def test_as_plain_data_it_says_from_which_step_on_and_how_far_pass_at_k_is_extrapolated():
    drifting = table_of(np.tile([0, 1], 2), np.repeat([3, 7], 2), np.full(4, 16), np.array([1, 0, 15, 12]))
    row = audit(drifting).row()
    assert row["since"] == 7
    assert [one["k"] for one in row["tail"]["values"]] == [32, 64, 128, 256]
    assert row["tail"]["held_out"]["k"] == 16
    assert row["size"]["attempts"] == 16
    assert (row["choice"]["attempts"], row["choice"]["passes"]) == ([16, 16], [15, 12])
    assert [(one["first"], one["verdicts"], one["rate"]) for one in row["windows"]] == [
        (3, 32, 1 / 32),
        (7, 32, 27 / 32),
    ]
    steady = audit(table_of([0, 1], [0, 0], np.array([4, 4]), np.array([1, 2]))).row()
    assert steady["since"] is None


def test_where_rates_do_not_drift_attempts_of_all_steps_tell_pass_at_k_beyond_a_group():
    problem, step = np.tile(np.arange(20), 8), np.repeat(np.arange(8), 20)
    passes = np.random.default_rng(1).binomial(4, 0.1 + 0.03 * problem)
    found = audit_verdicts(table_of(problem, step, np.full(160, 4), passes), "made", 0.95, 0.8, [])
    assert (found.drift.found, found.since) == (False, None)
    assert found.passes == pass_estimates(found.bits.tally.passes, found.bits.tally.attempts, 0.95)
    assert [one.k for one in found.passes] == [1, 2, 4, 8, 16, 32]
    assert found.tail is not None
    assert [one.k for one in found.tail.values] == [64, 128, 256, 512]
