"""The series of a mode, by another route."""

import math

from infoloop.claims.components.deep_linear_modes import closed_series, taylor
from infoloop.exact.rational_laws import fmpq


def test_the_series_of_a_mode_sums_to_the_logistic_curve():
    c, variance, start, t = fmpq(1), fmpq(1), fmpq(1, 2), 1 / 64
    value = sum(int(x.p) / int(x.q) * t**k for k, x in enumerate(taylor(c, variance, start)))
    assert abs(value - 1 / (1 + math.exp(-2 * t))) < 2 * t**7
    assert taylor(c, variance, start) == closed_series(c, variance, start)
    assert taylor(c, variance, start) != closed_series(c, variance, fmpq(1, 3))
