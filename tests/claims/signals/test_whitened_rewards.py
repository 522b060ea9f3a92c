"""Fixed points of a regularised reward, by mpmath and by hand."""

import math

import numpy as np
from flint import arb
from mpmath import findroot, mp

from infoloop.claims.signals.whitened_rewards import grpo_settles, turning_point, whitened_logit
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
