"""Bits by window against sums over units in plain Python, and never above their own ceilings."""

import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.rate_drift import RateDrift
from infoloop.verdict_logs.groups.window_bits import bits_by_window
from tests.support.interval_oracles import ROOT, exact_ends
from tests.support.made_groups import table_of

STILL, DRIFT = RateDrift(0, 1.0, False, 0.0, 0.0), RateDrift(0, 0.0, True, 0.0, 0.0)


def h(p):
    return -sum(q * math.log2(q) for q in (p, 1 - p) if q)


def test_estimates_are_sums_over_problems_or_over_groups_where_problems_drift():
    problem, step = [0, 0, 1, 0, 1], [0, 1, 1, 2, 3]
    size, passes = np.array([8, 8, 4, 8, 4]), np.array([0, 4, 1, 8, 3])
    table = table_of(problem, step, size, passes)
    first, last = bits_by_window(table, STILL, most=2)
    assert (first.first, first.last, first.verdicts, first.unit) == (0, 1, 20, "problem")
    assert (last.first, last.last, last.verdicts) == (2, 3, 12)
    assert first.plug_in == pytest.approx(16 * h(1 / 4) + 4 * h(1 / 4), rel=rounding(20))
    first, _ = bits_by_window(table, DRIFT, most=2)
    assert first.unit == "group"
    assert first.plug_in == pytest.approx(8 + 4 * h(1 / 4), rel=rounding(20))
    assert first.rate == 5 / 20


@pytest.mark.parametrize("drift", [STILL, DRIFT])
@pytest.mark.parametrize("rate", [0.5, 0.1])
def test_no_estimate_is_above_its_ceiling_nor_the_ceiling_above_one_bit_a_verdict(drift, rate):
    draw = np.random.default_rng(0)
    table = table_of(np.arange(400) % 50, np.arange(400) // 50, np.full(400, 4), draw.binomial(4, rate, 400))
    for window in bits_by_window(table, drift):
        assert window.plug_in <= window.miller_madow <= window.again <= window.verdicts


def test_an_estimate_that_would_be_above_one_bit_a_verdict_is_the_ceiling():
    (window,) = bits_by_window(table_of([0, 1], [0, 0], np.array([4, 4]), np.array([2, 2])), DRIFT)
    assert window.plug_in == window.miller_madow == window.again == 8 < 8 + 2 / math.log(4)


@pytest.mark.parametrize("without", [0, 1, 3])
def test_windows_without_verdicts_are_left_out_and_others_have_their_own_groups(without):
    passes = np.array([2, 1, 3, 0])
    table = table_of([0, 1, 1, 2], [0, 1, 2, 3], np.full(4, 4), passes)
    table.count[without, 1] = 0
    found = bits_by_window(table, STILL)
    there = [k for k in range(4) if k != without]
    assert [(w.first, w.last) for w in found] == [(k, k) for k in there]
    assert [w.plug_in for w in found] == pytest.approx([4 * h(passes[k] / 4) for k in there], rel=rounding(4))


def test_groups_without_verdicts_do_not_count_in_a_window():
    table = table_of([0, 0, 1, 1], [0, 0, 0, 0], np.full(4, 4), np.array([0, 2, 0, 3]))
    table.count[0, 1] = 0
    (found,) = bits_by_window(table, STILL)
    assert found.verdicts == 12
    assert found.plug_in == pytest.approx(4 * h(2 / 4) + 8 * h(3 / 8), rel=rounding(8))


@pytest.mark.parametrize("confidence", [0.5, 0.99])
def test_the_rate_of_a_window_has_the_exact_interval_of_its_confidence(confidence):
    """Clopper and Pearson's, one pass wide at least."""
    table = table_of([0, 1, 2], [0, 0, 0], np.full(3, 8), np.array([1, 4, 2]))
    (found,) = bits_by_window(table, STILL, confidence)
    assert (found.rate, found.low, found.high) == pytest.approx((7 / 24, *exact_ends(7, 24, confidence)), abs=ROOT)
