"""Fixed points of a regularised reward, by mpmath and by hand."""

import math

import numpy as np
from flint import arb, fmpq
from mpmath import findroot, mp

from infoloop.claims.signals.whitened_rewards import (
    advantage,
    grpo_settles,
    grpo_threshold,
    turning_point,
    whitened_logit,
)
from infoloop.probability.numerics import rounding
from infoloop.statements.certification import certify

EXACT = rounding(256)


def test_the_highest_logit_with_a_fixed_point_is_a_maximum():
    """For beta = 3/4 it is at 4/5; at beta = 1.5089 a base that is right half of the time just has one."""
    logits = [math.log(p / (1 - p)) - 4 / (3 * math.sqrt(p * (1 - p))) for p in np.linspace(0.01, 0.99, 99)]
    assert abs(turning_point(0.75) - max(logits)) <= EXACT
    assert f"{float(findroot(lambda b: mp.asinh(b) - mp.sqrt(1 + b * b) / b, 1.5)):.4f}" == "1.5089"
    assert turning_point(1.5088) < 0 < turning_point(1.5089)


def test_a_round_from_one_half():
    assert abs(float(whitened_logit(arb(1) / 4, arb(1) / 2, arb(2))) - (1 - math.log(3))) <= EXACT


def test_some_fixed_points_attract_and_some_do_not():
    assert certify(grpo_settles).cases > 1


def test_advantages_by_a_policy_on_three_outputs():
    """Rewards 1, 1/2, 0 with masses p, (1-p)/2, (1-p)/2: half a reward, over the spread."""
    p = np.array([0.25, 0.375, 0.375])
    rewards = np.array([1, 0.5, 0])
    spread = np.sqrt(p @ rewards**2 - (p @ rewards) ** 2)
    found = float(advantage({"current": fmpq(1, 4), "rewards": "1, 1/2 or 0"}).digits(17))
    assert abs(found - 0.5 / spread) <= EXACT
    assert float(advantage({"current": fmpq(1, 4), "whitened by": "the mean alone"}).digits(17)) == 1


def test_rounds_rise_from_a_base_above_the_threshold_alone():
    rising = {"part": "rises", "current": fmpq(15, 16), "beta": fmpq(1), "rate": fmpq(2, 5)}
    assert certify(grpo_threshold, [rising]).counterexample is None
    assert certify(grpo_threshold, [{**rising, "rate": fmpq(1, 20)}]).counterexample
