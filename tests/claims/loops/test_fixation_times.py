"""The time to collapse: its bound needs a count to start from, and the exact time is that of the kernel."""

from fractions import Fraction

from infoloop.claims.loops.fixation_times import drift, least_drift
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.certification import certify


def fails(*cases):
    return certify(drift, cases).counterexample is not None


def test_the_time_is_bounded_from_counts_and_not_from_every_rate():
    assert not fails((10, fmpq(1, 10), "time"), (10, fmpq(1, 2), "time"))
    assert fails((10, "1/1000", "time"))


def test_the_bound_on_the_drift_holds_at_every_rate_but_1_does_not():
    assert not fails(*((10, f"{k}/1000", "below") for k in (1, 37, 500, 999)))
    assert least_drift(10, Fraction(1, 1000)) < 0 < least_drift(10, Fraction(1, 10)) < 1
