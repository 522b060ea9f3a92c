"""Drift and clipping by hand."""

import itertools

import pytest

from infoloop.claims.verdict_training.enumerated_groups import rule_advantages
from infoloop.claims.verdict_training.random_verdicts import (
    clipped_objective,
    drift_coefficient,
    moved_policy,
    random_drift,
    random_steps,
)
from infoloop.exact.rational_laws import fmpq

CASE = {"policy": ("1/4", "3/4"), "size": 2, "theta": fmpq(1, 2)}


def test_two_outputs_drift_toward_one_half():
    p = fmpq(1, 4)
    assert drift_coefficient({**CASE, "order": 2}) == 2 * p**2 * (1 - p) ** 2 * (1 - 2 * p) / 16
    assert drift_coefficient({**CASE, "policy": ("3/4", "1/4"), "order": 2}) < 0
    assert [drift_coefficient({**CASE, "order": j}) for j in (0, 1, 3)] == [p, 0, 0]
    assert moved_policy({**CASE, "base": fmpq(2)}) == fmpq(1537, 5824)


def test_steps_are_means_of_advantages():
    steps = list(random_steps(CASE))
    assert sum(mass for mass, _ in steps) == 1
    assert {tuple(step) for _, step in steps} == {(0, 0), (fmpq(1, 4), fmpq(-1, 4)), (fmpq(-1, 4), fmpq(1, 4))}


def test_a_drift_without_the_cubes_would_be_noticed():
    changes = {n.change: n for n in random_drift.neighbours}
    sides = changes["without the cubes"].exact
    assert sides
    lesser, greater = sides({**CASE, "order": 2})
    assert (lesser - greater).sign() != 0


@pytest.mark.parametrize(("ratio", "advantage", "slope"), [(3, 1, 0), (3, -1, -1), (0, 1, 1), (0, -1, 0), (1, 1, 1)])
def test_the_slope_of_the_clipped_objective(ratio, advantage, slope):
    step, epsilon = fmpq(1, 100), fmpq(1, 5)
    found = clipped_objective(ratio + step, fmpq(advantage), epsilon)
    assert found - clipped_objective(fmpq(ratio), fmpq(advantage), epsilon) == slope * step


RULES = [{"rule": "grpo", "root": 2}, {"rule": "rloo"}, {"rule": "dr_grpo"}]


@pytest.mark.parametrize("rule", [*RULES, {"rule": "weights", "weights": ("1/3", "-1/2")}], ids=lambda r: r["rule"])
def test_advantages_on_coins_have_mean_zero_answer_by_answer(rule):
    """So that weights by length change nothing; without the sum 0 they would have a mean."""
    theta = fmpq(1, 4)

    def means(advantages):
        total = [fmpq(0)] * 3
        for seen in itertools.product((1, 0), repeat=3):
            chance = theta ** sum(seen) * (1 - theta) ** (3 - sum(seen))
            total = [t + chance * a for t, a in zip(total, advantages(list(seen)), strict=True)]
        return total

    assert means(lambda seen: rule_advantages(rule, seen)) == [0, 0, 0]
    assert means(lambda seen: seen) == [theta] * 3
