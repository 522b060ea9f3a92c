"""Verifiers that err, by hand, and the numbers that the chapter quotes."""

from fractions import Fraction

import numpy as np
import pytest

from infoloop.claims.signals.verifier_errors import KINDS, coupled, flipped, opened
from infoloop.probability.numerics import binary_entropy


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
