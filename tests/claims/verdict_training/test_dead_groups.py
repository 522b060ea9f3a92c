"""The numbers of the theory map, by the exact sides of the claims."""

from flint import arb

from infoloop.claims.verdict_training.dead_groups import (
    dead_groups,
    deviation_ball,
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


def test_deviations_are_sums_of_roots():
    assert [root_of(k) for k in (1, 7, 8, 16, 45)] == [(1, 1), (1, 7), (2, 2), (4, 1), (3, 5)]
    for n in range(2, 9):
        for c in range(1, n):
            total = sum(root_factors(n, d)[c] * arb(d).sqrt() for d in roots_of(n))
            assert (total - arb(c * (n - c)).sqrt() / n).contains(0)
