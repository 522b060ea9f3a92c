"""Verifiers that err, by hand, and the numbers that the chapter quotes."""

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq

from infoloop.claims.signals.verifier_errors import KINDS, coupled, flipped, opened, three_verifiers
from infoloop.probability.numerics import binary_entropy, rounding
from infoloop.statements.certification import certify


@pytest.mark.parametrize("kind", KINDS)
def test_verifiers_err_as_often_as_they_are_said_to(kind):
    e, d = Fraction(1, 8), Fraction(1, 4)
    alone, together = coupled(kind, e, d)
    assert (1 - e) * alone + e * together == d


def test_errors_are_added_to_the_answer():
    table = flipped(np.array([[0.5, 0.2], [0.2, 0.1]]))
    assert table[0][0] == [0.25, 0.1]
    assert table[1][1] == [0.1, 0.25]


def test_the_three_verifiers_of_the_text():
    found = [float(opened(kind, 0.125, 0.25, binary_entropy)) for kind in KINDS]
    assert [f"{bits:.4f}" for bits in found] == ["0.0848", "0.0259", "0.0000"]


def test_three_verifiers_exist_up_to_the_rate_of_being_right():
    """d = 1 - e is the last rate of a noisy copy; there it repeats the opposite of every answer."""
    assert coupled("copied", Fraction(1, 8), Fraction(7, 8)) == (1, 0)
    case = {"kind": "independent", "e": fmpq(1, 8), "d": fmpq(3, 4)}
    assert certify(three_verifiers, [case]).counterexample is None
    assert certify(three_verifiers, [{**case, "one": fmpq(1, 4)}]).counterexample


def test_flips_of_a_bit_that_is_not_fair():
    table = np.array(flipped(np.array([[0.5, 0.2], [0.2, 0.1]]), one=0.25))
    assert np.allclose(table.sum((1, 2)), [0.75, 0.25], rtol=0, atol=rounding(8))
    assert abs(table[1, 1, 1] - 0.25 * 0.5) <= rounding(8)
