"""Weights of small groups in digits, and the rule that no group of its size has."""

import itertools

from flint import arb

from infoloop.claims.verdict_training.dead_groups import deviation_ball, roots_of
from infoloop.claims.verdict_training.enumerated_groups import contrast_factors, difficulty_factor
from infoloop.claims.verdict_training.group_objectives import objective_ball, small_group_weight
from infoloop.claims.verdict_training.reachable_slopes import interpolated, reaching_weights
from infoloop.exact.rational_laws import fmpq


def test_weights_are_mean_deviations_over_pq():
    p = fmpq(1, 3)
    for n in (2, 3, 4):
        weight = sum(small_group_weight(n, p, d) * arb(d).sqrt() for d in roots_of(n))
        assert (weight * arb(p * (1 - p)) - deviation_ball(p, n).enclosure()).contains(0)


def test_objectives_of_small_groups():
    assert [objective_ball(fmpq(1), n).digits(6) for n in (2, 3)] == ["1.00000", "1.41421"]
    rises = [objective_ball(fmpq(1, 2), n).enclosure() for n in range(2, 12)]
    assert all(a < b for a, b in itertools.pairwise(rises))
    assert rises[-1] < arb.pi() / 2


def test_weights_that_reach_a_slope():
    """1/2 and 1/4 of three verdicts: 3q/2 + 3p/4."""
    w = contrast_factors({"rule": "weights", "weights": ("1/2", "1/4"), "size": 3})
    assert [difficulty_factor(w, fmpq(p)) for p in (0, 1)] == [fmpq(3, 2), fmpq(3, 4)]
    assert reaching_weights([fmpq(3, 2), fmpq(-3, 4)], 3) == [fmpq(1, 2), fmpq(1, 4)]


def test_an_interpolation_of_the_right_degree_is_exact_and_of_a_lower_one_is_not():
    nodes = [fmpq(1, 4), fmpq(1, 2), fmpq(3, 4)]
    assert interpolated(lambda p: p**2, nodes, fmpq(1, 5)) == fmpq(1, 25)
    assert interpolated(lambda p: p**2, nodes[:2], fmpq(1, 5)) != fmpq(1, 25)
