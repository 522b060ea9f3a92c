"""Drift of rates of errors: Fisher's test by summing the hypergeometric law, planted drift, planted rest."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.error_drift import drift_of_errors
from tests.support.hand_made_groups import table_of, table_of_array
from tests.support.interval_oracles import ROOT, exact_ends, left_out

MEASURED = [("verdict", "tests"), ("verdict", "proof")]


def drawn(seed, rates, shared=False):
    """Groups of 20 steps in which wrong answers pass at these rates; with `shared` all of a group or none."""
    random = np.random.default_rng(seed)
    steps = np.repeat(np.arange(20), 10)
    right = random.random((200, 8)) < 0.4
    chance = random.random((200, 1 if shared else 8)) < np.asarray(rates)[steps][:, None]
    return table_of_array(np.stack([right | chance, right], 2).astype(float), MEASURED, steps)


def fisher(a, b):
    """The probability of all splits that are no more probable than this one, in fractions."""
    (k1, l1), (k2, l2) = a, b
    n1, n2, k = k1 + l1, k2 + l2, k1 + k2
    masses = [Fraction(math.comb(n1, j) * math.comb(n2, k - j), math.comb(n1 + n2, k)) for j in range(k + 1)]
    return float(sum(mass for mass in masses if mass <= masses[k1]))


def test_the_test_is_exact_and_windows_have_their_rates():
    groups = [[[1, 0], [0, 0], [0, 0], [1, 1]], [[0, 0], [0, 0], [1, 0], [0, 1]], [[1, 0]] * 3, [[1, 0], [1, 0]]]
    found = drift_of_errors(table_of(groups, MEASURED, steps=[1, 2, 5, 9]), "proof", windows=2)
    assert [(one.first, one.last, one.judged) for one in found.windows] == [(1, 2, 8), (5, 9, 5)]
    assert [one.false_positive.value for one in found.windows] == [2 / 6, 1]
    assert found.false_positive.difference.value == pytest.approx(2 / 3)
    assert found.false_positive.p_value == pytest.approx(fisher((2, 4), (5, 0)), rel=rounding(8))
    assert (found.false_negative.p_value, found.false_negative.moved) == (1, False)
    assert found.row()["windows"][0]["false_positive"]["value"] == 2 / 6
    assert found.row()["false_negative"]["moved"] is False


@pytest.mark.parametrize("confidence", [0.5, 0.9])
def test_a_change_is_from_the_first_of_four_windows_to_the_last(confidence):
    """Rates are counted by loops, intervals leave out one group at a time; the verifier is not the log's first."""
    random = np.random.default_rng(12)  # at .9 one interval excludes 0 and its test does not reject, the other reverse
    right = random.random((24, 5)) < 0.5
    wrong = random.random((24, 5)) < np.repeat([0.1, 0.5, 0.2, 0.4], 6)[:, None]
    values = np.stack([right, right ^ wrong], 2).astype(float)
    table = table_of_array(values, [("verdict", "proof"), ("verdict", "tests")], np.repeat([2, 3, 5, 8], 6))
    found = drift_of_errors(table, "proof", "tests", confidence=confidence)
    assert [(one.first, one.last) for one in found.windows] == [(2, 2), (3, 3), (5, 5), (8, 8)]
    for truth, name in ((0, "false_positive"), (1, "false_negative")):
        change = getattr(found, name)
        groups = [[v != r for r, v in group if r == truth] for group in values.tolist()]
        windows = [getattr(one, name) for one in found.windows]
        for one, first in zip(windows, (0, 6, 12, 18), strict=True):
            k, n = counted(groups[first : first + 6])
            assert one == pytest.approx((k / n, *exact_ends(k, n, confidence)), abs=ROOT)

        split = counted(groups[:6]), counted(groups[18:])
        assert change.p_value == pytest.approx(fisher(*((k, n - k) for k, n in split)), rel=rounding(30))
        windows = [(g // 6, group) for g, group in enumerate(groups)]
        assert change.difference == left_out(gap, windows, confidence)
        beyond = not change.difference.low <= 0 <= change.difference.high
        assert change.moved == (beyond and change.p_value <= 1 - confidence)


def counted(groups):
    return sum(map(sum, groups)), sum(map(len, groups))


def gap(groups):
    """Of (window, wrong or not of each answer): the rate in the last window minus that in the first."""
    (k1, n1), (k2, n2) = (counted([wrong for at, wrong in groups if at == window]) for window in (0, 3))
    return k2 / n2 - k1 / n1


def test_a_rate_that_falls_has_moved_too_and_rollouts_that_were_not_judged_are_not_counted():
    falls = drift_of_errors(drawn(1, np.linspace(0.5, 0.05, 20)), "proof").false_positive
    assert falls.moved
    assert falls.difference.high < 0
    nan = math.nan
    groups = [[[1, 0], [0, 0], [0, nan], [nan, 0]], [[1, 0], [0, 0]], [[0, 0], [nan, 1]], [[1, 0], [1, 0], [0, 0]]]
    found = drift_of_errors(table_of(groups, MEASURED, steps=[1, 1, 2, 2]), "proof")
    assert [one.judged for one in found.windows] == [4, 4]
    assert [one.false_positive.value for one in found.windows] == [0.5, 0.5]
    assert found.false_positive.difference.value == pytest.approx(2 / 3 - 1 / 2)  # of the groups that are whole


def test_planted_drift_is_found_and_no_other():
    found = drift_of_errors(drawn(1, np.linspace(0.05, 0.5, 20)), "proof")
    assert len(found.windows) == 4
    assert found.false_positive.moved
    assert found.false_positive.difference.low < 0.45 * 0.75 < found.false_positive.difference.high
    assert not found.false_negative.moved
    rates = [one.false_positive.value for one in found.windows]
    assert rates == sorted(rates)


def test_where_nothing_moves_it_is_said_rarely():
    found = [drift_of_errors(drawn(seed, [0.2] * 20), "proof").false_positive for seed in range(30)]
    assert sum(one.moved for one in found) <= 5  # of 30 at 5 %: more with probability .003
    assert np.mean([one.p_value for one in found]) > 0.4


def test_groups_that_err_together_make_the_test_too_eager_but_not_what_is_said():
    found = [drift_of_errors(drawn(seed, [0.2] * 20, shared=True), "proof").false_positive for seed in range(30)]
    assert sum(one.p_value <= 0.05 for one in found) > 6
    assert sum(one.moved for one in found) <= 5


def test_a_log_of_one_step_has_one_window_and_no_change():
    one = drift_of_errors(table_of([[[1, 0], [0, 1]]], MEASURED), "proof")
    assert (len(one.windows), one.false_positive.moved, one.false_positive.p_value) == (1, False, 1)


def test_bad_input_is_named():
    table = drawn(1, [0.2] * 20)
    with pytest.raises(ValueError, match="windows is 1: give a whole number from 2 on"):
        drift_of_errors(table, "proof", windows=1)
    with pytest.raises(ValueError, match="no verdict 'prove': did you mean proof"):
        drift_of_errors(table, "prove")
