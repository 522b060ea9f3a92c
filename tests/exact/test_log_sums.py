"""Signs of sums of logarithms are decided, and their digits are certain."""

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import log, mp, mpf

from infoloop.exact.log_sums import LogSum, entropy_of_masses, exact_binary_entropy, from_rational, log2, rational
from tests.support import oracles

steady = settings(derandomize=True, deadline=None, max_examples=60, database=None)

SIGNS = {
    "empty sum": (LogSum(), 0),
    "log2 6 - log2 2 - log2 3": (log2(6) - log2(2) - log2(3), 0),
    "log2 8 - 3": (log2(8) - from_rational(3), 0),
    "log2(4/9) - 2 log2(2/3)": (log2("4/9") - log2("2/3") * 2, 0),
    "log2 1": (log2(1), 0),
    "a shared factor that is no prime": (log2(35) + log2(143) - log2(55) - log2(91), 0),
    "rational multiples": (log2(4) * Fraction(1, 3) - log2(16) * Fraction(1, 6), 0),
    "log2 3": (log2(3), 1),
    "log2(2/3)": (log2("2/3"), -1),
    "log2 3 - 1.585": (log2(3) - from_rational("1.585"), -1),
    "log2(2^200 + 1) - 200": (log2(2**200 + 1) - from_rational(200), 1),
    "log2(2^200 - 1) - 200": (log2(2**200 - 1) - from_rational(200), -1),
    "log2(2^3000 + 1) - 3000": (log2(2**3000 + 1) - from_rational(3000), 1),
    "a float next to a half": (exact_binary_entropy(0.5) - exact_binary_entropy(float(np.nextafter(0.5, 1))), 1),
    "a third as a float": (log2(Fraction(1, 3)) - log2(1 / 3), 1),
}


@pytest.mark.parametrize("case", SIGNS)
def test_signs_are_decided(case):
    value, sign = SIGNS[case]
    assert value.sign() == sign
    assert (value * -1).sign() == -sign


rationals = st.fractions(min_value=Fraction(1, 50), max_value=50, max_denominator=50)


@pytest.mark.slow
@steady
@given(st.lists(st.tuples(rationals, st.integers(-4, 4)), min_size=1, max_size=5))
def test_signs_agree_with_products_of_powers(parts):
    total, product = LogSum(), Fraction(1)
    for r, c in parts:
        total, product = total + log2(r) * c, product * r**c
    assert total.sign() == (product > 1) - (product < 1)
    assert (total - log2(product)).sign() == 0


@pytest.mark.slow
@steady
@given(st.lists(st.tuples(rationals, st.fractions(-4, 4, max_denominator=9)), min_size=1, max_size=5))
def test_enclosures_contain_the_number(parts):
    total = LogSum()
    for r, c in parts:
        total = total + log2(r) * c
    with mp.workdps(oracles.DIGITS):
        value = sum(mpf(c.numerator) / c.denominator * log(mpf(r.numerator) / r.denominator, 2) for r, c in parts)
        for bits in (53, 128):
            ball = total.enclosure(bits)
            middle, radius = mpf(str(ball.mid().str(60, radius=False))), mpf(ball.rad().str(20, radius=False))
            # 50 digits and the printing of the ball add a little
            assert abs(middle - value) <= radius * (1 + mpf(10) ** -10) + mpf(10) ** -45
            assert radius <= mpf(2) ** (16 - bits)


def test_an_enclosure_that_is_off_would_be_caught():
    assert not log2(3).enclosure(128).contains(log2(Fraction(3, 1) + Fraction(1, 10**30)).enclosure(256))


@pytest.mark.parametrize(
    ("value", "digits"),
    [(log2(3), "1.5849625007211561815"), (log2(6) - log2(2) - log2(3), "0"), (from_rational("-1/4"), "-0.25")],
)
def test_digits_are_certain(value, digits):
    assert str(value).rstrip("0") == digits.rstrip("0")


@pytest.mark.parametrize("r", [0, -1, "-1/2"])
def test_what_has_no_logarithm(r):
    with pytest.raises(ValueError, match=f"log2 of {r}: give a rational number above 0"):
        log2(r)


@pytest.mark.parametrize("p", ["-1/2", "3/2"])
def test_what_is_no_probability_has_no_entropy(p):
    with pytest.raises(ValueError, match="the mass -1/2 is negative: probabilities are numbers >= 0"):
        exact_binary_entropy(p)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "half"])
def test_what_is_no_rational_number(value):
    with pytest.raises((ValueError, OverflowError)):
        rational(value)


def test_floats_are_the_rationals_that_they_are():
    assert rational(0.1) == fmpq(3602879701896397, 2**55)
    assert rational("0.1") == rational(Fraction(1, 10)) == rational(fmpq(1, 10)) != rational(0.1)


def test_masses_without_mass_do_not_count():
    assert (entropy_of_masses([fmpq(1, 2), fmpq(0), fmpq(1, 2)]) - from_rational(1)).sign() == 0


def test_terms_of_a_sum_are_joined_and_those_of_factor_zero_left_out():
    total = log2(3) * 2 + log2("1/3") - log2(3) * 2 + fmpq(1, 2) + log2(2)
    assert dict(total.logs) == {fmpq(1, 3): 1, fmpq(2): fmpq(3, 2)}
    assert total == LogSum([(fmpq(2), fmpq(3, 2)), (fmpq(1, 3), fmpq(1))])
    assert len({total, total + log2(5) - log2(5)}) == 1
    assert total != log2(5)
