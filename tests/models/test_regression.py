"""Regression on its own labels: the exact sum against stacked least squares, quadrature, and simulation."""

import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from infoloop.models.regression import (
    SCHEDULES,
    design_risk,
    efficiency,
    excess_risk,
    limit_risk,
    regression,
)
from infoloop.probability.numerics import rounding

RUNS = 1000
DEVIATIONS = math.sqrt(2 * math.log(2 / 1e-6))  # a normal mean is further off than this with probability below 1e-6


def weights_of_noise(designs, schedule):
    """The matrix by which all label noises enter the last fit, by NumPy's least squares on the stacked data."""
    rows, d = len(designs[0]), designs[0].shape[1]
    labels, fit = np.zeros((0, rows * len(designs))), np.zeros((d, rows * len(designs)))
    for i, x in enumerate(designs):
        fresh = x @ fit
        fresh[:, i * rows : (i + 1) * rows] += np.eye(rows)
        labels = np.vstack([labels, fresh])
        inputs = np.vstack(designs[: i + 1])
        if schedule == "replace":
            inputs, labels = x, fresh
        fit = np.linalg.lstsq(inputs, labels, rcond=None)[0]
    return fit


@pytest.mark.parametrize("seed", range(3))
def test_the_risk_of_a_design_is_that_of_stacked_least_squares(seed):
    designs = list(np.random.default_rng(seed).normal(size=(4, 9, 3)))
    grams = np.array([x.T @ x for x in designs])
    expected = 2.0 * (weights_of_noise(designs, "accumulate") ** 2).sum()
    assert abs(design_risk(grams, 2.0) - expected) <= rounding(512) * expected


@pytest.mark.full
def test_two_generations_in_one_dimension_by_quadrature():
    """E S2/(S1+S2)^2 over two chi squares of T = 6; the quadrature states its own error."""
    density = stats.chi2(6).pdf
    one, error_one = integrate.quad(lambda s: density(s) / s, 0, np.inf)
    two, error_two = integrate.dblquad(lambda s, a: density(s) * density(a) * s / (a + s) ** 2, 0, 200, 0, 200)
    beyond = 2 * stats.chi2(6).sf(200)
    found = excess_risk(regression(1, 6, schedule="accumulate"), 2)
    assert abs(found - one - two) <= error_one + error_two + beyond + rounding(8)


@pytest.mark.slow
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_expectation_is_that_of_random_designs(schedule):
    """False-alarm rate about 1e-6: the risk of each design is exact, and averaged over designs."""
    rng = np.random.default_rng(5)
    risks = np.array([(weights_of_noise(list(rng.normal(size=(3, 20, 3))), schedule) ** 2).sum() for _ in range(RUNS)])
    expected = excess_risk(regression(3, 20, schedule=schedule), 3)
    assert abs(risks.mean() - expected) <= DEVIATIONS * risks.std() / math.sqrt(RUNS)
    other = excess_risk(regression(3, 20, schedule=SCHEDULES[schedule == "replace"]), 3)
    assert abs(risks.mean() - other) > DEVIATIONS * risks.std() / math.sqrt(RUNS)


@pytest.mark.slow
@pytest.mark.parametrize(("d", "samples"), [(1, 4), (3, 20), (10, 12), (5, 10**6)])
def test_accumulate_stays_below_pi_squared_over_six(d, samples):
    m, t = regression(d, samples, 2.0, "accumulate"), 10**5
    first = excess_risk(m, 1)
    assert excess_risk(m, t) < limit_risk(m) <= np.pi**2 / 6 * first * (1 + rounding(8) * samples)
    # The terms left out are below first / i^2, which sum to less than first / t; psi(1) - psi(1 - c/T) cancels.
    assert limit_risk(m) - excess_risk(m, t) <= first / t + rounding(8) * samples * first
    assert efficiency(m, t) > 6 / np.pi**2


@pytest.mark.slow
def test_efficiency_reaches_its_lower_bound_with_many_samples():
    r"""Its inverse is, for d = 1, $\sum_{i\le t}\frac1{i^2}(1-\frac{2-2/i}{T-2/i})$: short of $\zeta(2)$ by the rest of
    the sum, below $\frac1t$, and by at most $\frac2{T-2}\sum(\frac1{i^2}-\frac1{i^3})$."""
    t = samples = 10**6
    full = special.zeta(2)
    short = 1 / t + 2 / (samples - 2) * (full - special.zeta(3))
    above = efficiency(regression(1, samples, schedule="accumulate"), t) - 6 / np.pi**2
    assert 0 < above <= short / (full * (full - short)) + rounding(t)
    assert rounding(t) < short / 100


def test_replace_grows_by_the_same_every_generation():
    np.testing.assert_array_equal(excess_risk(regression(1, 4), np.arange(4)), [0.0, 0.5, 1.0, 1.5])
    assert limit_risk(regression(1, 4)) == np.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regression(0, 5), "dimension is 0"),
        (lambda: regression(3, 4), "samples is 4"),
        (lambda: regression(3, 9, -1.0), "noise_variance is -1"),
        (lambda: regression(3, 9, schedule="x"), "schedule is 'x'"),
        (lambda: excess_risk(regression(3, 9), -1), "t is -1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
