"""The parts of the claims on proxies, by other routes, and the numbers that the chapter quotes."""

from fractions import Fraction

from infoloop.claims.components.goodhart import gold_exactly, sum_law
from infoloop.exact.rational_laws import fmpq


def test_a_sum_of_values_has_the_mean_of_its_parts():
    law = sum_law([fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)], 3)
    assert sum(law) == 1
    assert sum(k * p for k, p in enumerate(law)) == 3 * (fmpq(1, 4) + 3 * fmpq(1, 4))


def test_gold_of_the_text():
    assert [round(float(Fraction(str(gold_exactly(fmpq(1, 100), n)))), 4) for n in (9, 10, 11)] == [
        0.8222,
        0.8222,
        0.8207,
    ]
