"""Policies against 50 digits, automatic differentiation, and flows stepped by a plain Runge-Kutta loop."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import exp, log, mp, mpf

from infoloop.learning.policy_optimisation import (
    ascent,
    best_objective,
    curation,
    objective,
    regularised,
    regularised_flow,
    regularised_gradient,
    replicator,
)
from infoloop.loops.loop import unroll
from infoloop.probability.numerics import rounding

BASE, REWARD = [0.5, 0.25, 0.125, 0.125], [0.0, 1.0, -2.0, 1.5]


def tilted(base, by):
    """p_y exp(b_y), divided by its sum, in fifty digits."""
    with mp.workdps(50):
        weights = [mpf(p) * exp(mpf(b)) for p, b in zip(base, by, strict=True)]
        return np.array([float(w / sum(weights)) for w in weights])


def far(found, exact) -> float:
    return float(np.max(np.abs(np.asarray(found) - exact)))


@pytest.mark.slow
@pytest.mark.parametrize("beta", [0.01, 0.5, 3.0])
def test_the_best_policy_and_its_objective(beta):
    best = regularised(BASE, REWARD, beta)
    assert far(best, tilted(BASE, [r / beta for r in REWARD])) <= rounding(4) / beta
    with mp.workdps(50):
        value = beta * log(sum(mpf(p) * exp(mpf(r) / beta) for p, r in zip(BASE, REWARD, strict=True)))
    assert abs(best_objective(BASE, REWARD, beta) - float(value)) <= rounding(8)
    assert abs(objective(best, BASE, REWARD, beta) - float(value)) <= rounding(8)


@pytest.mark.parametrize("beta", [0.1, 1.0])
def test_every_other_policy_is_worse_by_beta_times_its_divergence(beta):
    """J(p*) - J(p) = beta D(p || p*), by loops; a policy tempered twice as strongly is caught."""
    best = np.asarray(regularised(BASE, REWARD, beta))
    for other in np.random.default_rng(0).dirichlet(np.ones(4), size=20):
        lost = beta * sum(p * np.log(p / q) for p, q in zip(other, best, strict=True))
        gap = best_objective(BASE, REWARD, beta) - objective(other, BASE, REWARD, beta)
        assert abs(gap - lost) <= rounding(64)
    wrong = regularised(BASE, REWARD, 2 * beta)
    assert best_objective(BASE, REWARD, beta) - objective(wrong, BASE, REWARD, beta) > rounding(64)


@pytest.mark.full
def test_mass_outside_the_base_is_infinitely_bad_and_zero_mass_costs_nothing():
    assert objective([0.5, 0.5], [1.0, 0.0], [0.0, 9.0], 0.5) == -jnp.inf
    assert abs(objective([1.0, 0.0], [0.5, 0.5], [1.0, 9.0], 0.5) - (1 - 0.5 * np.log(2))) <= rounding(2)
    slope = jax.grad(lambda r: best_objective(jnp.array([0.5, 0.5, 0.0]), r, 0.5))(jnp.array([1.0, 2.0, 900.0]))
    assert far(slope, np.append(tilted([0.5, 0.5], [2, 4]), 0.0)) <= rounding(3)


@pytest.mark.full
def test_the_gradient_is_that_of_the_objective():
    for logits in np.random.default_rng(1).normal(size=(10, 4)):
        value = lambda z: objective(jax.nn.softmax(z), jnp.array(BASE), jnp.array(REWARD), 0.3)  # noqa: E731
        assert far(regularised_gradient(logits, BASE, REWARD, 0.3), jax.grad(value)(jnp.array(logits))) <= rounding(16)


@pytest.mark.slow
def test_the_gradient_without_its_penalty_would_be_noticed():
    value = jax.grad(lambda z: jax.nn.softmax(z) @ jnp.array(REWARD))
    logits = jnp.array([0.3, -0.1, 0.2, 0.0])
    assert far(regularised_gradient(logits, BASE, REWARD, 0.3), value(logits)) > rounding(16)


@pytest.mark.slow
def test_ascent_never_lowers_the_objective_and_ends_at_the_best_policy():
    reward = [0.0, 0.5, 0.25, 0.375]
    logits = unroll(ascent(BASE, reward, 1.0, 2.0), jnp.arange(1000))
    values = jax.vmap(lambda z: objective(jax.nn.softmax(z), jnp.array(BASE), jnp.array(reward), 1.0))(logits)
    assert jnp.diff(values).min() >= -rounding(16)
    assert far(jax.nn.softmax(logits[0]), np.array(BASE)) <= rounding(4)
    assert far(jax.nn.softmax(logits[-1]), regularised(BASE, reward, 1.0)) <= rounding(1000)


def runge_kutta(field, p, time, steps):
    h = time / steps
    for _ in range(steps):
        a = field(p)
        b = field(p + h / 2 * a)
        c = field(p + h / 2 * b)
        p = p + h / 6 * (a + 2 * b + 2 * c + field(p + h * c))
    return p


def solved(field, time, steps=100):
    """The solution by halved steps, and how far off it may be: three times what the halving changed."""
    coarse, fine = (runge_kutta(field, np.array(BASE), time, n) for n in (steps, 2 * steps))
    return fine, 3 * np.abs(coarse - fine).max() + rounding(8 * steps)


@pytest.mark.parametrize("time", [0.5, 2.0])
def test_the_closed_flows_solve_their_equations(time):
    r = np.array(REWARD)

    def natural(p):
        return p * (r - p @ r)

    def penalised(p):
        gains = r - 0.7 * np.log(p / np.array(BASE))
        return p * (gains - p @ gains)

    for field, closed in (
        (natural, replicator(BASE, REWARD, time)),
        (penalised, regularised_flow(BASE, REWARD, 0.7, time)),
    ):
        found, within = solved(field, time)
        assert far(closed, found) <= within
        assert far(replicator(BASE, REWARD, 1.01 * time), found) > within


def test_the_penalised_flow_ends_at_the_best_policy_and_starts_as_the_replicator():
    assert far(regularised_flow(BASE, REWARD, 0.5, 100.0), regularised(BASE, REWARD, 0.5)) <= rounding(8)
    assert far(regularised_flow(BASE, REWARD, 1e-9, 2.0), replicator(BASE, REWARD, 2.0)) < 1e-8  # of order beta t^2


@pytest.mark.slow
def test_curation_is_the_replicator_at_integer_times_and_its_reward_never_falls():
    laws = unroll(curation(BASE, REWARD), jnp.arange(60))
    for t in range(60):
        assert far(laws[t], tilted(BASE, [r * t for r in REWARD])) <= rounding(8 * (t + 1))
        assert far(laws[t], replicator(BASE, REWARD, float(t))) <= rounding(8 * (t + 1))
    rewards = np.asarray(laws) @ np.array(REWARD)
    assert np.diff(rewards).min() >= -rounding(8)
    assert abs(rewards[-1] - 1.5) < np.exp(-0.5 * 59) * 10  # second best: 1, twice the mass of the best


def test_curation_reaches_the_best_of_the_support_only():
    laws = unroll(curation([0.5, 0.5, 0.0], [0.0, 1.0, 5.0]), jnp.arange(100))
    assert laws[-1].round(12).tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regularised(BASE, REWARD, 0.0), "beta .a temperature. is 0"),
        (lambda: objective(BASE, BASE, REWARD, -1.0), "beta .a temperature. is -1"),
        (lambda: regularised_flow(BASE, REWARD, 0.0, 1.0), "beta .a temperature. is 0"),
        (lambda: regularised([], [], 1.0), "at least one cell"),
        (lambda: regularised(BASE, [0.0, jnp.inf, 0.0, 0.0], 1.0), r"reward is .*inf.*: give finite numbers"),
        (lambda: ascent([1.0, 0.0], [0.0, 1.0], 1.0, 1.0), "mass on every output"),
        (lambda: ascent(BASE, REWARD, 1.0, 0.0), "rate is 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
