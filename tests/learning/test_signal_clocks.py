"""Times to an accuracy, against the flow integrated in NumPy, and printed numbers."""

import pytest

from infoloop.learning.signal_clocks import clock_rate, label_clock, label_time, verdict_clock, verdict_time
from infoloop.probability.numerics import rounding
from tests.support.log_linear_flow import trained

NEAR = 2e-3  # relative; of Heun's method with the steps below, which halving shows


@pytest.mark.parametrize(("signal", "time"), [("label", label_time), ("verdict", verdict_time)])
@pytest.mark.parametrize(("own", "forms"), [(0.0, 1), (0.5, 2)])
def test_times_are_those_of_the_flow(signal, time, own, forms):
    found = time(0.8, 0.25, clock_rate(4, 2, 0.5, own, forms))
    wanted, _, _ = trained(signal, 0.5, own, 4, forms, 0.25, questions=2, accuracy=0.8)
    assert abs(found - wanted) <= NEAR * wanted


def test_the_printed_times():
    rate = clock_rate(classes=4, questions=6)
    assert [round(float(f(0.9, 0.25, rate)), 1) for f in (label_time, verdict_time)] == [53.8, 81.7]


@pytest.mark.parametrize(("base", "ratio"), [(0.01, 7.7), (0.05, 2.7), (0.1, 2.0), (0.25, 1.5), (0.5, 1.3)])
def test_the_printed_ratios(base, ratio):
    assert round(float(verdict_time(0.9, base, 1.0) / label_time(0.9, base, 1.0)), 1) == ratio


def test_clocks_differ_by_the_log_odds_less_the_inverse_rate():
    for p, log_odds in ((0.5, 0.0), (0.8, 1.3862943611198906)):
        assert abs(verdict_clock(p) - label_clock(p) - (log_odds - 1 / p)) <= rounding(16)


def test_a_rate_of_zero_is_refused():
    with pytest.raises(ValueError, match="rate is 0"):
        label_time(0.9, 0.25, 0.0)
