"""Bits by window against sums over units in plain Python, and never above their own ceilings."""

import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.rate_drift import RateDrift
from infoloop.verdict_logs.groups.window_bits import bits_by_window
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


def test_windows_without_verdicts_are_left_out():
    table = table_of([0, 1], [0, 1], np.array([4, 4]), np.array([2, 1]))
    table.count[1, 1] = 0
    assert [(w.first, w.last) for w in bits_by_window(table, STILL)] == [(0, 0)]
