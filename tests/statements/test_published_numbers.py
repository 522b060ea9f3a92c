"""A published number agrees with what rounds to its digits, and with nothing else."""

from fractions import Fraction

import pytest
from flint import arb

from infoloop.exact.log_sums import log2
from infoloop.exact.real_balls import real_ball
from infoloop.statements.published_numbers import PublishedNumber


def agrees(printed, value):
    return PublishedNumber("a number", printed, value).agrees()


@pytest.mark.parametrize("printed", [".6634", "0.6634", "+.6634", " .6634 "])
def test_the_digits_decide(printed):
    assert agrees(printed, Fraction(66344, 10**5))
    assert agrees(printed, Fraction(66335, 10**5))  # halfway: either neighbour may be printed
    assert not agrees(printed, Fraction(663351, 10**6) - Fraction(2, 10**6))
    assert not agrees(printed, Fraction(663451, 10**6))


def test_a_sign_counts():
    assert agrees("-.0756", Fraction(-756, 10**4))
    assert not agrees("-.0756", Fraction(756, 10**4))


def test_a_bound_counts_on_its_side_only():
    assert agrees(">= 17.15", 18)
    assert agrees(">= 17.15", Fraction(1715, 100))
    assert not agrees(">= 17.15", 17)
    assert agrees("<= 17.15", 17)
    assert not agrees("<= 17.15", 18)


def test_whole_numbers_are_printed_to_the_unit():
    assert agrees("320000", 320000)
    assert agrees("3", Fraction(34, 10))
    assert not agrees("3", Fraction(36, 10))


def test_logarithms_and_balls_are_compared_exactly():
    assert agrees("1.58496", log2(3))
    assert agrees("1.4142", real_ball(lambda: arb(2).sqrt()))
    assert not agrees("1.4143", real_ball(lambda: arb(2).sqrt()))


def test_a_value_may_be_a_function():
    assert agrees(".333", lambda: Fraction(1, 3))
    assert agrees("1.58496", lambda: log2(3))
    assert not agrees(".334", lambda: Fraction(1, 3))


def test_the_row_shows_what_came_out():
    assert PublishedNumber("a third", ".334", Fraction(1, 3)).row() == {
        "what": "a third",
        "published": ".334",
        "recomputed": "0.33333333",
        "agrees": False,
    }


@pytest.mark.parametrize("printed", ["", "about 3", "38 %", "> 3", "1e3", "nan"])
def test_what_is_no_number_is_refused(printed):
    with pytest.raises(ValueError, match=r"a number: .* is no number: give digits"):
        agrees(printed, 3)
