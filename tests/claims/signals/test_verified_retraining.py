"""Gaussian integrals of verified retraining, by mpmath."""

from fractions import Fraction

import pytest
from flint import fmpq
from mpmath import erf, exp, mp, mpf, quad

from infoloop.claims.signals.verified_retraining import (
    centre_slope,
    kept_mean,
    kept_moments,
    kept_variance,
    mean_slope,
    verified_contraction,
    verified_slope,
)
from infoloop.probability.numerics import rounding
from infoloop.statements.certification import certify

EXACT = rounding(256)
WINDOWS = [(0.5, 0.25), (1.0, 1.0), (3.0, 2.0), (-1.0, 0.5)]


def moments(offset: float, width: float) -> tuple[float, float]:
    """Mean and variance, from the centre, of what is kept of N(offset, 1) within `width`, by mpmath's quadrature."""
    with mp.workdps(30):
        mass, first, second = (
            quad(lambda y, k=k: y**k * exp(-((y - mpf(offset)) ** 2) / 2), [-mpf(width), mpf(width)]) for k in range(3)
        )
        return float(first / mass), float(second / mass - (first / mass) ** 2)


@pytest.mark.parametrize("window", WINDOWS)
def test_two_routes_to_what_is_kept_of_a_gaussian(window):
    mean, variance = moments(*window)
    found = kept_moments(*window)
    assert abs(found[0] - mean) <= EXACT
    assert abs(found[1] - variance) <= EXACT
    exact = float(
        kept_mean(*map(fmpq, *zip(*(Fraction(x).as_integer_ratio() for x in window), strict=True))).digits(17)
    )
    assert abs(exact - mean) <= EXACT


@pytest.mark.parametrize("width", [0.25, 1.0, 3.0])
def test_the_slope_at_the_centre_is_a_variance(width):
    assert abs(centre_slope(width) - moments(0.0, width)[1]) <= EXACT
    assert abs(centre_slope(width) - moments(0.5, width)[1]) > EXACT


def test_the_error_function_is_that_of_mpmath():
    with mp.workdps(30):
        slope = 1 - mpf(1) * exp(mpf(-1) / 2) * mp.sqrt(2 / mp.pi) / erf(1 / mp.sqrt(2))
    assert abs(centre_slope(1.0) - float(slope)) <= EXACT


def test_variances_inside_and_outside_of_a_window_by_mpmath():
    with mp.workdps(30):
        outside = (
            2
            * quad(lambda y: y**2 * exp(-(y**2) / 2), [1, mp.inf])
            / (2 * quad(lambda y: exp(-(y**2) / 2), [1, mp.inf]))
        )
        assert abs(float(kept_variance(fmpq(0), fmpq(1), "outside").digits(17)) - float(outside)) <= EXACT
    assert abs(float(kept_variance(fmpq(1), fmpq(1)).digits(17)) - moments(1.0, 1.0)[1]) <= EXACT


def test_the_slope_is_the_variance_to_forty_bits_and_no_other_variance():
    gap = mean_slope(fmpq(1), fmpq(1)) - kept_variance(fmpq(1), fmpq(1))
    assert (gap + fmpq(1, 2**40)).sign() == 1
    assert (gap - fmpq(1, 2**40)).sign() == -1
    assert (mean_slope(fmpq(1), fmpq(1)) - kept_variance(fmpq(0), fmpq(1)) + fmpq(1, 2**40)).sign() == -1


def test_a_slope_of_what_is_refused_is_not_below_one():
    case = {"offset": fmpq(0), "width": fmpq(1), "part": "is below 1"}
    assert certify(verified_slope, [case]).counterexample is None
    assert certify(verified_slope, [{**case, "kept": "outside"}]).counterexample


def test_kappa_is_a_variance_and_a_state_that_is_not_refitted_does_not_contract():
    case = {"offset": fmpq(0), "width": fmpq(2), "part": "kappa is a variance"}
    assert certify(verified_contraction, [case]).strict == 1
    away = {"offset": fmpq(1), "width": fmpq(2)}
    assert certify(verified_contraction, [away]).counterexample is None
    assert certify(verified_contraction, [{**away, "refitted": "all"}]).counterexample
