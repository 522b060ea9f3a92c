"""Shaping against all ordered groups in thirty digits, at doses next to 0; drift of the policy by its softmax."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import exp, log, mp, mpf, sqrt

from infoloop.learning.policy_gradient.reward_shaping import (
    dose_factor,
    kernel_advantage,
    lost_advantage,
    random_reward_drift,
    shaping_jump,
)
from infoloop.probability.numerics import rounding

POLICY = [Fraction(1, 10), Fraction(1, 5), Fraction(3, 10), Fraction(2, 5)]
RIGHT, BONUS = (1, 1, 0, 0), (1, 0, 1, 0)
SCORES = [[(1 if y == k else 0) - POLICY[k] for k in range(4)] for y in range(4)]


def update(dose, size, epsilon=0, groups=lambda rewards: True):
    """The expected normalised update with this dose, over ordered groups whose verdicts are among the `groups`."""
    total = [mpf(0)] * 4
    for group in itertools.product(range(4), repeat=size):
        verdicts = [RIGHT[y] for y in group]
        rewards = [RIGHT[y] + dose * BONUS[y] for y in group]
        mean = sum(rewards) / mpf(size)
        spread = sqrt(sum((r - mean) ** 2 for r in rewards) / size)
        if spread == 0 or not groups(verdicts):
            continue
        chance = math.prod(POLICY[y] for y in group)
        for y, r in zip(group, rewards, strict=True):
            a = mpf(chance.numerator) / chance.denominator * (r - mean) / (spread + epsilon) / size
            total = [t + a * (mpf(g.numerator) / g.denominator) for t, g in zip(total, SCORES[y], strict=True)]
    return np.array([float(t) for t in total])


def arguments():
    return [float(p) for p in POLICY], RIGHT, BONUS, [[float(x) for x in g] for g in SCORES]


@pytest.mark.slow
@pytest.mark.parametrize("size", [2, 3, 4])
def test_the_update_jumps_at_dose_zero_by_what_dead_groups_give_at_any_dose(size):
    fail, passed = shaping_jump(*arguments(), size)
    with mp.workdps(30):
        for dose in (mpf(10) ** -12, mpf(1)):
            np.testing.assert_allclose(update(dose, size, groups=lambda v: not any(v)), fail, atol=rounding(16))
            np.testing.assert_allclose(update(dose, size, groups=all), passed, atol=rounding(16))
        jump = update(mpf(10) ** -20, size) - update(mpf(0), size)
    np.testing.assert_allclose(jump, fail + passed, atol=rounding(32))
    assert np.abs(fail).max() > 0.01


def test_epsilon_gives_the_dose_a_scale():
    with mp.workdps(30):
        full = update(mpf(1), 2, groups=lambda v: not any(v))
        small = update(mpf(10) ** -3, 2, mpf(10) ** -3, groups=lambda v: not any(v))
    np.testing.assert_allclose(small, full * float(dose_factor(1e-3, 0.5, 1e-3)), atol=rounding(16))
    assert float(dose_factor(1e-6 / 0.5, 0.5, 1e-6)) == 0.5


def test_the_sign_of_what_dead_groups_do_to_the_pass_rate_is_that_of_the_kernel():
    law, right, bonus, scores = arguments()
    g = np.array(scores)
    fail, _ = shaping_jump(law, right, bonus, scores, 3)
    slope = (np.array(law) * right) @ g
    sigma, q = 3 / 7, 0.7
    expected = 0.3 * q**3 * math.sqrt(2) * sigma * (1 - sigma) * kernel_advantage(law, right, bonus, g @ g.T)
    assert abs(slope @ fail - expected) <= rounding(16)


def test_a_class_without_mass_or_without_a_bonus_gives_no_jump():
    for law, bonus in (([1.0, 0.0], [1, 0]), ([0.5, 0.5], [0, 0])):
        for part in shaping_jump(law, [1, 0], bonus, np.eye(2), 2):
            assert part.tolist() == [0.0, 0.0]


@pytest.mark.full
def test_the_jump_under_jax():
    law, right, bonus, scores = (np.array(a, float) for a in arguments())

    def found(law):
        return shaping_jump(law, right, bonus, scores, 3)[0]

    np.testing.assert_allclose(jax.jit(found)(law), found(law), atol=rounding(8))
    assert np.isfinite(jax.jacobian(found)(law)).all()


def test_verdicts_at_random_lose_all_of_the_advantage_of_right_answers():
    """The mean of the centred verdicts of two right answers among five, over all verdicts."""
    for theta, J in ((Fraction(1, 2), 0), (Fraction(1, 4), 0)):
        kept = sum(
            math.prod(theta if r else 1 - theta for r in v) * (sum(v[:2]) - 2 * Fraction(sum(v), 5))
            for v in itertools.product((0, 1), repeat=5)
        )
        assert float(Fraction(6, 5) - kept) == float(lost_advantage(2, 5, J))
    np.testing.assert_allclose(lost_advantage(2, 5, 0.7), 0.3 * 6 / 5, rtol=rounding(2))


@pytest.mark.parametrize(
    ("of", "message"),
    [
        ((9, 8), r"right is 9 of size 8: give at most as many right answers as there are"),
        ((1.5, 8), r"right is 1\.5: give whole numbers from 0 on"),
        ((1, 8, 1.5), r"informedness is 1\.5: give a finite number, at least -1, at most 1"),
        ((1, 8, math.nan), r"informedness is nan: give a finite number, at least -1, at most 1"),
    ],
)
def test_a_loss_that_cannot_be_is_refused(of, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        lost_advantage(*of)
    traced = jax.jit(lost_advantage)(*map(float, of))
    assert jnp.isnan(traced)


def drifted(policy, size, theta, eta):
    """The mean softmax policy after one step, minus the policy, over ordered groups and verdicts, in fifty digits."""
    total = [mpf(0)] * len(policy)
    for group in itertools.product(range(len(policy)), repeat=size):
        for v in itertools.product((0, 1), repeat=size):
            chance = math.prod(policy[y] for y in group) * math.prod(theta if r else 1 - theta for r in v)
            step = [mpf(0)] * len(policy)
            for y, r in zip(group, v, strict=True):
                step[y] += eta * (r - mpf(sum(v)) / size) / size
            weights = [p * exp(s) for p, s in zip(policy, step, strict=True)]
            total = [t + chance * w / sum(weights) for t, w in zip(total, weights, strict=True)]
    return [t - p for t, p in zip(total, policy, strict=True)]


@pytest.mark.parametrize("theta", [0.5, 0.25])
def test_the_policy_drifts_at_second_order(theta):
    with mp.workdps(50):
        eta = mpf(10) ** -12
        law = [mpf(1) / 8, mpf(3) / 8, mpf(1) / 2]
        expected = [float(d / eta**2) for d in drifted(law, 3, mpf(theta), eta)]
    np.testing.assert_allclose(random_reward_drift([0.125, 0.375, 0.5], theta, 3), expected, atol=rounding(1000))


def test_the_number_of_the_theory_map():
    """e^(eta/4) = 2 takes (1/4, 3/4) to 1537/5824 on average."""
    with mp.workdps(30):
        moved = drifted([mpf(1) / 4, mpf(3) / 4], 2, mpf(1) / 2, 4 * log(mpf(2)))[0] + mpf(1) / 4
        assert abs(moved - mpf(1537) / 5824) < mpf(10) ** -25


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shaping_jump([0.5, 0.5], [1, 0], [1], np.eye(2), 2), r"^bonus has shape \(1,\): give one number for"),
        (lambda: shaping_jump([0.5, 0.5], [1, 0], [1, 0.3], np.eye(2), 2), r"^bonus are \[1.  0.3\]: give 0 or 1 for"),
        (lambda: kernel_advantage([0.5, 0.5], [1, 2], [1, 0], np.eye(2)), r"^verdicts are \[1. 2.\]: give 0 or 1 for"),
        (
            lambda: kernel_advantage([0.5, 0.5], [1, 0], [1, 0], np.eye(2)[:, :1]),
            r"^kernel has shape \(2, 1\): give one row of 2 numbers for each of the 2 outputs$",
        ),
    ],
)
def test_bad_input_of_shaping_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
