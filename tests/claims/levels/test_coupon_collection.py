"""The parts of the claims on collectors, by hand, and the numbers that the chapter quotes."""

import itertools
from fractions import Fraction

from infoloop.claims.levels.coupon_collection import asked, harmonic, mean_asked, recursive_time
from infoloop.exact.rational_laws import fmpq


def test_first_steps_of_a_collector_of_two_unequal_members():
    p = Fraction(1, 4)
    assert recursive_time([p, 1 - p]) == 1 / p + 1 / (1 - p) - 1


def test_harmonic_numbers_and_the_quoted_crossing():
    assert harmonic(4) == fmpq(25, 12)
    draws = 200 * sum(1 / k for k in range(1, 201))
    verdicts = 1175 - 200 / 976 - 975 / 201
    assert 0.995 < verdicts / draws < 1


def test_verdicts_end_where_the_rest_are_alike():
    assert [asked(p) for p in itertools.product((0, 1), repeat=2)] == [0, 1, 1, 0]
    assert mean_asked(4, 2) == fmpq(2 * (2 + 3 + 3), 6)
