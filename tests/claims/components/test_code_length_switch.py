"""The parts of the claims on the switch between codes, by other routes."""

import pytest

from infoloop.claims.components.code_length_switch import expected_odds_exactly, joint_errors
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.code_length_switch import bits_ahead
from infoloop.probability.numerics import rounding
from tests.support.exact_values import exact_float

CELLS = 64


@pytest.mark.parametrize("together", ["0", "1/2", "1"])
def test_errors_have_their_marginals_however_they_go_together(together):
    joint = joint_errors("1/4", "3/8", together)
    assert [sum(row) for row in joint] == [fmpq(3, 4), fmpq(1, 4)]
    assert [sum(column) for column in zip(*joint, strict=True)] == [fmpq(3, 8), fmpq(5, 8)]
    assert all(p >= 0 for row in joint for p in row)


def test_exact_odds_agree_with_the_closed_form_in_floats_and_not_with_one_sample_more():
    odds = exact_float(expected_odds_exactly(joint_errors("1/8", "3/4", "1/2"), fmpq(3), 3))
    assert abs(odds - float(bits_ahead(3.0, 0.75, 0.125, 3))) < rounding(CELLS)
    assert abs(odds - float(bits_ahead(3.0, 0.75, 0.125, 4))) > 0.1
