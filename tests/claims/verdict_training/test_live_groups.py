"""The biases of the theory map in digits, one for each kind of answer, and their signs and limits."""

import pytest
from flint import arb

from infoloop.claims.verdict_training.live_groups import BIASES, live_bias, live_biases
from infoloop.exact.rational_laws import fmpq


def digits(value, count):
    return arb(value).str(count, radius=False)


def test_the_biases_of_the_theory_map():
    rates = [fmpq(1, 10), fmpq(9, 10)]
    assert [digits(live_bias(BIASES[0], p, 8), 3) for p in rates] == ["-0.0756", "0.0756"]
    assert [digits(live_bias(BIASES[1], p, 8), 4) for p in rates] == ["-0.1125", "0.06772"]


def test_a_right_answers_bias_changes_its_sign_above_a_half():
    zero = arb(8) ** (arb(-1) / 7)
    assert (1 - zero**7 - arb(7) / 8).contains(0)
    below, above = fmpq(74, 100), fmpq(75, 100)
    assert below < zero < above
    assert live_bias(BIASES[1], below, 8) < 0 < live_bias(BIASES[1], above, 8)


@pytest.mark.parametrize("part", BIASES)
def test_a_bias_of_another_kind_of_answer_would_be_noticed(part):
    assert live_biases.exact
    lesser, greater = live_biases.exact({"size": 3, "rate": fmpq(1, 3), "part": part})
    assert (lesser - greater).sign() == 0
    others = [live_bias(other, fmpq(1, 3), 3) for other in BIASES if other != part]
    assert all((lesser - other).sign() != 0 for other in others)


def test_in_groups_of_two_the_biases_are_one():
    rates = [fmpq(1, 3), fmpq(1, 2), fmpq(9, 10)]
    assert all(live_bias(part, p, 2) == p - fmpq(1, 2) for part in BIASES for p in rates)
    assert live_bias(BIASES[0], rates[0], 3) != live_bias(BIASES[1], rates[0], 3)
