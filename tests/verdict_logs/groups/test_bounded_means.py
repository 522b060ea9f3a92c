"""The bound for a mean against digits of mpmath, and against all that can be seen of a few numbers."""

import itertools
import math

import mpmath
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.bounded_means import largest_mean


def exact_divergence(x, mu):
    """In nats, in the digits of mpmath."""
    terms = [mpmath.mpf(p) * mpmath.log(mpmath.mpf(p) / q) for p, q in ((x, mu), (1 - mpmath.mpf(x), 1 - mu)) if p]
    return sum(terms), sum(abs(term) for term in terms)


@pytest.mark.parametrize("seen", [0.0, 0.001, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("most", [0.01, 0.1, 1.0, 3.0])
def test_the_divergence_from_what_was_seen_is_the_most_allowed(seen, most):
    found = largest_mean(seen, most)
    assert seen < found < 1
    with mpmath.workdps(40):
        mu = mpmath.mpf(found)
        gap, terms = exact_divergence(seen, mu)
        slope = (mu - seen) / (mu * (1 - mu))
        assert abs(gap - most) <= rounding(2) * terms + rounding(1) * slope  # of both terms, and of the end itself


@pytest.mark.parametrize("most", [0.05, 0.7])
def test_the_ends_have_closed_forms(most):
    assert largest_mean(0.0, most) == pytest.approx(-math.expm1(-most), rel=rounding(2) / most)
    assert largest_mean(1.0, most) == 1
    assert largest_mean(0.999, most) == 1  # which it is nearer than to any float below
    assert largest_mean(0.3, 0.0) == pytest.approx(0.3, abs=math.sqrt(rounding(2)))  # flat, as a square, at its least


@pytest.mark.parametrize("rates", [(0.3,) * 8, (0.02, 0.9, 0.5, 0.5, 0.1, 0.7), (0.99,) * 5])
@pytest.mark.parametrize("delta", [0.05, 0.5])
def test_the_expected_mean_is_above_it_no_more_often_than_it_says(rates, delta):
    n, missed = len(rates), 0.0
    for seen in itertools.product((0, 1), repeat=n):
        mass = math.prod(p if one else 1 - p for p, one in zip(rates, seen, strict=True))
        missed += mass * (largest_mean(sum(seen) / n, math.log(1 / delta) / n) < sum(rates) / n)
    assert missed <= delta
