"""Exact sides are compared, whatever they are given by; equality is said apart."""

from infoloop.exact.comparison import compare_exactly
from infoloop.exact.log_sums import exact_binary_entropy, from_rational
from infoloop.exact.real_balls import exp


def test_a_claim_compares_enclosures_and_logarithms():
    assert compare_exactly("<=", exact_binary_entropy("1/3"), exp("-1/12")) == (True, False)
    assert compare_exactly("<", exp("-1/12"), exact_binary_entropy("1/3")) == (False, False)
    assert compare_exactly("=", from_rational(1), exp(0)) == (True, True)
