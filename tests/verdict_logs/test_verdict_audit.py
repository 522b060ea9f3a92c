"""What verdicts say, part by part, against the functions that make the parts."""

import numpy as np

from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.groups.group_sizes import group_size_for
from infoloop.verdict_logs.groups.pass_at_tails import extrapolate_pass
from infoloop.verdict_logs.groups.rate_drift import find_drift
from infoloop.verdict_logs.groups.window_bits import bits_by_window
from infoloop.verdict_logs.pass_at_intervals import pass_estimates
from infoloop.verdict_logs.verdict_audit import audit_verdicts
from tests.support.made_groups import table_of


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


def test_where_rates_do_not_drift_attempts_of_all_steps_tell_pass_at_k_beyond_a_group():
    problem, step = np.tile(np.arange(20), 8), np.repeat(np.arange(8), 20)
    passes = np.random.default_rng(1).binomial(4, 0.1 + 0.03 * problem)
    found = audit_verdicts(table_of(problem, step, np.full(160, 4), passes), "made", 0.95, 0.8, [])
    assert (found.drift.found, found.since) == (False, None)
    assert found.passes == pass_estimates(found.bits.tally.passes, found.bits.tally.attempts, 0.95)
    assert [one.k for one in found.passes] == [1, 2, 4, 8, 16, 32]
    assert found.tail is not None
    assert [one.k for one in found.tail.values] == [64, 128, 256, 512]
