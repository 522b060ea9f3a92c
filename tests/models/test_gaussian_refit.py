"""Refitting a Gaussian: the closed forms against exact quadratic forms of the samples, and against simulation."""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.models.gaussian_refit import (
    SCHEDULES,
    expected_drift,
    expected_variance,
    first,
    limit_ratio,
    log_drift,
    refit,
    simulate,
    step,
)
from infoloop.probability.numerics import rounding

RUNS = 20_000
DEVIATIONS = math.sqrt(2 * math.log(2 / 1e-6))  # a normal mean is further off than this with probability below 1e-6


def second_moments(n, generations, schedule, short):
    """E s_t^2 and E mu_t^2 from the whole matrix E x_j x_k of all samples drawn, in exact fractions."""
    pool, found = [], [(Fraction(1), Fraction(0))]
    for t in range(generations):
        used = range(len(pool)) if schedule == "accumulate" else range(max(len(pool) - n, 0), len(pool))
        size = len(used)
        cross = [sum((row[k] for k in used), Fraction(0)) / size if size else Fraction(0) for row in pool]
        center, variance = found[-1][1], found[-1][0]
        old = len(pool)
        pool = [[*row, *[cross[j]] * n] for j, row in enumerate(pool)]
        for a in range(n):
            pool.append([*cross, *(center + variance * (a == b) for b in range(n))])
        used = range(len(pool)) if schedule == "accumulate" else range(old, len(pool))
        size = len(used)
        mean = sum(pool[j][k] for j in used for k in used) / size**2
        found.append(((sum(pool[j][j] for j in used) - size * mean) / (size - short), mean))
        assert t + 1 == len(found) - 1
    return found


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("unbiased", [False, True])
@pytest.mark.parametrize("n", [2, 3])
def test_moments_are_those_of_the_quadratic_forms(n, unbiased, schedule):
    exact = second_moments(n, 5, schedule, int(unbiased))
    t = np.arange(6)
    found = expected_variance(n, t, schedule, unbiased), expected_drift(n, t, schedule, unbiased)
    for values, expected in zip(found, zip(*exact, strict=True), strict=True):
        np.testing.assert_allclose(values, [float(x) for x in expected], rtol=0, atol=rounding(64))


@pytest.mark.full
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("unbiased", [False, True])
def test_moments_are_those_of_the_simulation(schedule, unbiased):
    """At a false-alarm rate of about 1e-6 for each mean; ten generations, so that the mean is nearly normal."""
    runs = simulate(jax.random.key(1), 30, 10, RUNS, schedule, unbiased)
    for seen, expected in (
        (runs.variance[:, -1], expected_variance(30, 10, schedule, unbiased)),
        (runs.mean[:, -1] ** 2, expected_drift(30, 10, schedule, unbiased)),
    ):
        assert abs(seen.mean() - expected) <= DEVIATIONS * seen.std() / math.sqrt(RUNS)


@pytest.mark.slow
def test_the_simulation_would_notice_a_pool_that_is_not_kept():
    runs = simulate(jax.random.key(1), 30, 10, RUNS, "replace").variance[:, -1]
    assert abs(runs.mean() - expected_variance(30, 10, "accumulate")) > DEVIATIONS * runs.std() / math.sqrt(RUNS)


@pytest.mark.full
def test_the_typical_run_vanishes_where_the_expectation_stays():
    runs = simulate(jax.random.key(2), 10, 100, RUNS, "replace", unbiased=True)
    logs = jnp.log(runs.variance[:, -1])
    assert abs(logs.mean() - 100 * log_drift(10)) <= DEVIATIONS * logs.std() / math.sqrt(RUNS)
    assert expected_variance(10, 100, unbiased=True) == 1.0
    assert jnp.median(runs.variance[:, -1]) < np.exp(-10)


def test_published_value():
    """`gauss_mle_var_t100` of the reference values: (9/10)^100, n = 10, with the tolerance stated there."""
    published, tolerance = 2.6561398887587476e-05, 1e-12
    assert abs(expected_variance(10, 100) - published) <= tolerance


@pytest.mark.parametrize("unbiased", [False, True])
def test_limits(unbiased):
    """The factors left after t generations of n = 10 are 1 - x with x about 1/(10 i^2): together below 1/(5 t)."""
    t = 100_000
    ratio = expected_variance(10, t, "accumulate", unbiased) / limit_ratio(10, unbiased=unbiased)
    assert 1 < ratio < 1 + 1 / (5 * t)
    assert limit_ratio(10, "replace", unbiased) == float(unbiased)


def test_one_step_at_a_time_is_the_loop():
    m = refit(4, variance=2.0, schedule="accumulate")
    state = step(m, jax.random.key(0), first(m))
    assert float(state.generation) == 1.0
    assert float(state.variance) > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: expected_variance(0, 1), "n is 0"),
        (lambda: expected_variance(1, 1, unbiased=True), "n is 1"),
        (lambda: log_drift(1), "n is 1"),
        (lambda: expected_variance(5, -1), "t is -1"),
        (lambda: expected_drift(5, 1, "keep"), "schedule is 'keep'"),
        (lambda: refit(5, variance=-1.0), "variance is -1"),
        (lambda: simulate(jax.random.key(0), 5, 1, 0), "runs is 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
