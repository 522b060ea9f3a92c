"""Verdicts: closed forms against enumerated outputs, draws counted one by one, and bisection in fifty digits."""

import itertools
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import asinh, findroot, log, mp, mpf, sqrt

from infoloop.learning.policy_optimisation import regularised, replicator
from infoloop.learning.verifier_feedback import (
    best_of,
    best_of_bound,
    group_relative,
    group_relative_limit,
    group_relative_slope,
    rewarded_mass,
    verified_mass,
)
from infoloop.loops.loop import unroll
from infoloop.probability.numerics import rounding

BASE, GOOD = np.array([0.125, 0.25, 0.5, 0.125]), np.array([1.0, 0.0, 0.0, 1.0])
RATES = [(0.9, 0.2), (0.2, 0.9), (0.5, 0.5), (1.0, 0.0)]


@pytest.mark.parametrize(("caught", "fooled"), RATES)
def test_a_noisy_verifier_is_the_replicator_with_its_mean_verdict(caught, fooled):
    verdict = GOOD * caught + (1 - GOOD) * fooled
    for t in (0.0, 1.0, 7.0):
        good = replicator(BASE, verdict, t) @ GOOD
        assert abs(verified_mass(0.25, true_positive=caught, false_positive=fooled, t=t) - good) <= rounding(8)


def test_the_sign_of_j_decides_and_information_does_not_see_it():
    """B1: a verdict and its opposite carry the same bits, by entropies; one learns, the other anti-learns."""

    def bits(p, caught, fooled):
        table = [[p * caught, p * (1 - caught)], [(1 - p) * fooled, (1 - p) * (1 - fooled)]]
        h = lambda xs: -sum(x * np.log2(x) for x in xs if x)  # noqa: E731
        return h(map(sum, table)) + h(map(sum, zip(*table, strict=True))) - h(itertools.chain(*table))

    assert abs(bits(0.25, 0.9, 0.2) - bits(0.25, 0.1, 0.8)) <= rounding(8)
    up, down = (
        verified_mass(0.25, true_positive=0.9, false_positive=0.2, t=3.0),
        verified_mass(0.25, true_positive=0.1, false_positive=0.8, t=3.0),
    )
    assert down < 0.25 < up
    assert abs(np.log(up / (1 - up)) + np.log(down / (1 - down)) - 2 * np.log(0.25 / 0.75)) <= rounding(64)
    assert verified_mass(0.25, true_positive=0.9, false_positive=0.2, t=1e6) == 1
    assert verified_mass(0.25, true_positive=0.2, false_positive=0.9, t=1e6) == 0


@pytest.mark.slow
def test_edges_in_value_and_gradient():
    """At p = 0 the slope in p is e^{Jt}."""
    slope = jax.grad(lambda p: verified_mass(p, true_positive=1.0, false_positive=0.5, t=2.0))
    assert abs(slope(0.0) - np.e) <= rounding(4)
    assert abs(slope(1.0) - 1 / np.e) <= rounding(4)
    assert abs(jax.grad(lambda t: verified_mass(0.5, true_positive=0.5, false_positive=0.5, t=t))(1.0)) <= rounding(1)


@pytest.mark.parametrize("beta", [0.05, 0.5, 4.0])
def test_binary_reward_is_the_regularised_policy_summed(beta):
    assert abs(rewarded_mass(0.25, beta) - regularised(BASE, GOOD, beta) @ GOOD) <= rounding(8) / beta


@pytest.mark.parametrize("smoothing", [0.0, 0.01])
def test_a_round_of_grpo_is_the_best_policy_for_the_standardised_reward(smoothing):
    """Enumerated: advantages under the last policy, then the best policy relative to the base, then its good mass."""
    seen, p, policy = unroll(group_relative(0.25, 1.5, smoothing), jnp.arange(6)), BASE @ GOOD, BASE
    for n in range(6):
        assert abs(seen[n] - p) <= rounding(64)
        advantages = (GOOD - policy @ GOOD) / np.sqrt(policy @ GOOD**2 - (policy @ GOOD) ** 2 + smoothing)
        policy = np.asarray(regularised(BASE, advantages, 1.5))
        p = policy @ GOOD


def test_rewards_that_are_not_standardised_would_be_noticed():
    assert abs(unroll(group_relative(0.25, 1.5), jnp.arange(2))[1] - rewarded_mass(0.25, 1.5)) > rounding(64)


@pytest.mark.parametrize(("start", "beta"), [(0.25, 3.0), (0.5, 5.0), (0.9, 20.0), (0.01, 4.0), (0.6, 1e3)])
def test_the_fixed_point_exceeds_the_start_and_solves_its_equation(start, beta):
    found = float(group_relative_limit(start, beta))
    with mp.workdps(50):
        solve = lambda p: log(p / (1 - p)) - log(mpf(start) / (1 - mpf(start))) - 1 / (beta * sqrt(p * (1 - p)))  # noqa: E731
        assert solve(found - mpf(rounding(100))) < 0 < solve(found + mpf(rounding(100)))
        grid = [start + (found - start) * mpf(k) / 200 for k in range(200)]
        assert all(solve(p) < 0 for p in grid)  # so that none lies lower
    assert found > start
    assert abs(group_relative(start, beta).step(None, found) - found) <= rounding(100)


@pytest.mark.parametrize("start", [0.2, 0.5, 0.8])
def test_whether_there_is_one_below_one_is_decided_by_the_closed_form(start):
    """The least beta with a fixed point, from the closed form, and a scan just above and just below it."""
    logit = np.log(start / (1 - start))
    with mp.workdps(30):
        edge = float(findroot(lambda b: 2 * asinh(b) - 2 * sqrt(1 + 1 / b**2) - logit, 1.0))
    grid = np.linspace(start, 1, 200_001)[1:-1]

    def crossings(beta):
        return int(
            (np.diff(np.sign(np.log(grid / (1 - grid)) - logit - 1 / (beta * np.sqrt(grid * (1 - grid))))) != 0).sum()
        )

    assert crossings(edge * 1.01) == 2
    assert crossings(edge * 0.99) == 0
    assert group_relative_limit(start, edge * 1.01) < 1
    assert group_relative_limit(start, edge * 0.99) == 1


@pytest.mark.parametrize(("start", "beta"), [(0.25, 3.0), (0.5, 5.0), (0.5, 0.5), (0.3, 1.0)])
def test_the_recursion_goes_to_the_limit(start, beta):
    end = unroll(group_relative(start, beta), jnp.arange(2000))[-1]
    assert abs(end - group_relative_limit(start, beta)) <= rounding(100)


@pytest.mark.parametrize("smoothing", [0.0, 1e-4, 0.1])
@pytest.mark.parametrize("beta", [0.3, 1.0, 10.0])
def test_every_round_ends_above_the_base(beta, smoothing):
    """So that every fixed point exceeds p0."""
    loop, grid = group_relative(0.2, beta, smoothing), jnp.linspace(0.01, 1.0, 100)
    after = jax.vmap(lambda p: loop.step(None, p))(grid)
    assert (after > 0.2).all()


@pytest.mark.parametrize("beta", [0.3, 1.0, 10.0])
def test_a_mass_of_one_stays_unless_the_deviation_is_smoothed(beta):
    assert group_relative(0.2, beta).step(None, 1.0) == 1
    assert group_relative(0.2, beta, 0.1).step(None, 1.0) < 1


def test_a_fixed_point_that_the_recursion_leaves():
    """p0 = 0.004, beta = 1: the fixed point near 0.1 has a slope below -1, and the good mass goes to 1."""
    fixed = group_relative_limit(0.004, 1.0)
    assert 0.004 < fixed < 0.15
    assert group_relative_slope(fixed, 1.0) < -1
    assert unroll(group_relative(0.004, 1.0), jnp.arange(200))[-1] == 1


def test_the_slope_is_the_derivative_at_the_fixed_point():
    for start, beta in ((0.25, 3.0), (0.5, 5.0), (0.004, 1.0)):
        fixed = group_relative_limit(start, beta)
        slope = jax.grad(lambda p, s=start, b=beta: group_relative(s, b).step(None, p))(fixed)
        assert abs(slope - group_relative_slope(fixed, beta)) <= rounding(1000)


def by_draws(masses, reward, n):
    """All sequences of n draws, ties shared: the law of the winner in fractions."""
    law = [Fraction(0)] * len(masses)
    for draws in itertools.product(range(len(masses)), repeat=n):
        best = max(reward[y] for y in draws)
        winners = [y for y in draws if reward[y] == best]
        for y in winners:
            law[y] += Fraction(np.prod([masses[d] for d in draws])) / len(winners)
    return law


@pytest.mark.parametrize("reward", [[0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 0.0, 2.0], [0.0, 0.0, 0.0, 0.0]])
@pytest.mark.parametrize("n", [1, 2, 4])
def test_best_of_n_is_the_law_of_the_winner(reward, n):
    masses = [Fraction(k, 8) for k in (1, 2, 4, 1)]
    found, exact = best_of(BASE, reward, n), by_draws(masses, reward, n)
    assert np.abs(np.asarray(found) - np.array([float(p) for p in exact])).max() <= rounding(16)
    lower = [p * (n + 1) / n for p in exact]
    assert np.abs(np.asarray(found) - np.array([float(p) for p in lower])).max() > rounding(16)


@pytest.mark.slow
def test_zero_masses_and_rare_winners_keep_their_digits():
    assert best_of([0.0, 0.5, 0.5, 0.0], [-1.0, 0.0, 1.0, 2.0], 2).tolist() == [0.0, 0.25, 0.75, 0.0]
    rare = best_of([1 - 2.0**-60, 2.0**-60, 0.0], [0.0, 1.0, 2.0], 3)[1]
    assert abs(rare / (3 * 2.0**-60) - 1) <= rounding(4)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 4, 16, 64])
def test_best_of_n_costs_at_most_the_bound_and_nearly_all_of_it_with_small_atoms(n):
    def bits(masses, reward):
        law = np.asarray(best_of(masses, reward, n))
        return sum(q * np.log2(q / p) for q, p in zip(law, masses, strict=True) if q > 0)

    bound = best_of_bound(n)
    assert bits(BASE, [0.0, 1.0, 2.0, 3.0]) <= bound + rounding(8)
    assert n == 1 or bits(BASE, [0.0, 1.0, 2.0, 3.0]) < 0.95 * bound
    fine = bits(np.full(4096, 1 / 4096), np.arange(4096.0))
    assert fine <= bound + rounding(4096)
    assert n == 1 or fine > 0.99 * bound


def test_published_values_of_the_bound():
    """WebGPT, 16 and 64 draws, in nats, as reported by Beirami et al. (arXiv 2401.01879)."""
    assert [round(float(best_of_bound(n) * np.log(2)), 4) for n in (16, 64)] == [1.8351, 3.1745]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: verified_mass(0.5, true_positive=1.2, false_positive=0.1, t=1.0), "true_positive is 1.2"),
        (lambda: verified_mass(0.5, true_positive=0.9, false_positive=-0.1, t=1.0), "false_positive is -0.1"),
        (lambda: verified_mass(float("nan"), true_positive=0.9, false_positive=0.1, t=1.0), "start is nan"),
        (lambda: rewarded_mass(0.5, 0.0), "beta .a temperature. is 0"),
        (lambda: group_relative(0.5, 0.0), "beta .a temperature. is 0"),
        (lambda: group_relative(0.5, 1.0, -0.1), "smoothing .* is -0.1"),
        (lambda: group_relative_limit(1.5, 1.0), "start is 1.5"),
        (lambda: best_of([], [], 2), "at least one cell"),
        (lambda: best_of([0.5, 0.5], [0.0, 1.0], 0), "n is 0"),
        (lambda: best_of_bound(0), "n is 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
