"""The parts of the claims on the switch between codes, by other routes."""

import pytest

from infoloop.claims.components.code_length_switch import (
    expected_odds_exactly,
    joint_errors,
    never,
    not_before,
    switched,
)
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.code_length_switch import bits_ahead
from infoloop.probability.numerics import rounding
from infoloop.statements.certification import certify
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


def test_the_switch_comes_at_its_time_and_not_a_sample_before():
    case = {"error": "0", "accuracy": "1/2", "extra": 3}
    assert certify(switched, [{**case, "n": 3}]).counterexample is None
    assert certify(switched, [{**case, "n": 2}]).counterexample is not None
    assert certify(not_before, [{**case, "n": 2}]).counterexample is None
    assert certify(not_before, [{**case, "n": 3}]).counterexample is not None


def test_coins_in_twice_the_share_of_the_errors_change_nothing_and_more_do():
    case = {"error": "1/8", "extra": fmpq(3), "n": 2}
    assert certify(never, [{**case, "coins": fmpq(1, 4)}]).counterexample is None
    assert certify(never, [{**case, "coins": fmpq(1, 3)}]).counterexample is not None
