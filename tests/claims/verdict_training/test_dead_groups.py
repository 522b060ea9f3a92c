"""The numbers of the theory map, by the exact sides of the claims."""

import pytest
from flint import arb

from infoloop.claims.verdict_training.dead_groups import (
    BIASES,
    dead_groups,
    deviation_ball,
    live_bias,
    live_biases,
    root_factors,
    root_of,
    roots_of,
)
from infoloop.exact.rational_laws import fmpq


def digits(value, count):
    return arb(value).str(count, radius=False)


def test_the_numbers_of_the_theory_map():
    assert dead_groups.exact
    found = [dead_groups.exact({"size": 8, "rate": fmpq(p, 20), "part": "dead"})[0] for p in (1, 2, 6)]
    assert [side.digits(5) for side in found] == ["0.66342", "0.43047", "0.057714"]
    assert deviation_ball(fmpq(1, 10), 8).digits(5) == "0.20949"
    for divisor, squarefree, scalar in ((8, (1, 3, 7, 15), "0.20949"), (7, (2, 14, 42, 210), "0.19596")):
        case = {"size": 8, "rate": fmpq(1, 10), "divisor": divisor}
        factors = [dead_groups.exact({**case, "part": d})[0].enclosure() for d in squarefree]
        assert digits(sum(f * arb(d).sqrt() for f, d in zip(factors, squarefree, strict=True)), 5) == scalar
    rates = [fmpq(1, 10), fmpq(9, 10)]
    assert [digits(live_bias(BIASES[0], p, 8), 3) for p in rates] == ["-0.0756", "0.0756"]
    assert [digits(live_bias(BIASES[1], p, 8), 4) for p in rates] == ["-0.1125", "0.06772"]


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


def test_deviations_are_sums_of_roots():
    assert [root_of(k) for k in (1, 7, 8, 16, 45)] == [(1, 1), (1, 7), (2, 2), (4, 1), (3, 5)]
    for n in range(2, 9):
        for c in range(1, n):
            total = sum(root_factors(n, d)[c] * arb(d).sqrt() for d in roots_of(n))
            assert (total - arb(c * (n - c)).sqrt() / n).contains(0)
