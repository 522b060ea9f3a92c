"""Effect sizes: the closed form against normal equations, NUTS against the closed form, intervals by their coverage."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infoloop.learning.effect_sizes import effect_size, exact_effect, standard_deviations
from infoloop.probability.numerics import rounding

SETTING, TREATED = np.repeat(np.arange(6), 6), np.tile([0, 1, 1], 12)
KNOWN = standard_deviations(1.0, 0.5, 0.8)
LEVEL, ALARM = 0.9, 1e-6


def simulated(seed, effect=1.5, baseline=1.0, spread=0.5, noise=0.8):
    """Outcomes drawn from the model itself, by plain loops."""
    rng, y = np.random.default_rng(seed), np.empty(len(SETTING))
    alpha, beta = 3 + baseline * rng.normal(size=6), effect + spread * rng.normal(size=6)
    for i, (g, t) in enumerate(zip(SETTING, TREATED, strict=True)):
        y[i] = alpha[g] + beta[g] * t + noise * rng.normal()
    return y


def by_normal_equations(y):
    """The whole Gaussian posterior of (alpha, beta, alpha_g, beta_g) from its precision: mean and variance of beta."""
    wide, prior = (10 * y.std()) ** 2, np.zeros((14, 14))
    prior[0, 0] = prior[1, 1] = 1 / wide
    weights, rhs = np.zeros((14, 14)), np.zeros(14)
    for first, own, spread in ((0, 2, float(KNOWN.baseline)), (1, 8, float(KNOWN.effect))):
        for g in range(6):
            row = np.zeros(14)
            row[own + g], row[first] = 1, -1
            prior += np.outer(row, row) / spread**2
    for value, g, t in zip(y - y.mean(), SETTING, TREATED, strict=True):
        row = np.zeros(14)
        row[2 + g], row[8 + g] = 1, t
        weights += np.outer(row, row) / float(KNOWN.noise) ** 2
        rhs += row * value / float(KNOWN.noise) ** 2
    covariance = np.linalg.inv(prior + weights)
    return (covariance @ rhs)[1], covariance[1, 1]


def least_covered(runs):
    """The number of intervals that hold the truth which a right coverage undercuts once in a million."""
    return int(stats.binom.ppf(ALARM, runs, LEVEL))


def covered(found, effect=1.5):
    return int(((np.asarray(found.lower) < effect) & (effect < np.asarray(found.upper))).sum())


@pytest.mark.full
@pytest.mark.parametrize("seed", [0, 1])
def test_the_closed_form_is_that_of_the_normal_equations(seed):
    y = simulated(seed)
    found, (mean, variance) = exact_effect(y, TREATED, SETTING, KNOWN, LEVEL), by_normal_equations(y)
    assert abs(found.mean - mean) <= rounding(1000)
    assert abs(found.deviation - math.sqrt(variance)) <= rounding(1000)
    assert abs(found.upper - stats.norm.ppf(0.95, mean, math.sqrt(variance))) <= rounding(1000)
    unpooled = exact_effect(y, TREATED, SETTING, standard_deviations(1.0, 1e-3, 0.8), LEVEL)
    assert abs(unpooled.deviation - math.sqrt(variance)) > rounding(1000)


@pytest.mark.full
def test_nuts_is_the_closed_form_where_the_spreads_are_known():
    """z-values of the mean; the chains have at least 400 of 8 000 draws' worth (checked), so 6 standard errors suffice.

    A normal mean of 400 draws is beyond 6 standard errors with a probability below 2e-9, and Hoeffding needs bounded
    draws.
    """
    y = simulated(0)
    exact = exact_effect(y, TREATED, SETTING, KNOWN, LEVEL)
    found = effect_size(jax.random.key(0), y, TREATED, SETTING, LEVEL, KNOWN, draws=2000)
    error = exact.deviation / math.sqrt(400)
    assert found.r_hat < 1.05
    assert found.diverging == 0
    assert abs(found.mean - exact.mean) <= 6 * error
    assert abs(found.deviation / exact.deviation - 1) <= 6 / math.sqrt(2 * 400)
    other = exact_effect(y, TREATED, SETTING, standard_deviations(1.0, 2.0, 0.8), LEVEL)
    assert abs(found.deviation / other.deviation - 1) > 6 / math.sqrt(2 * 400)


@pytest.mark.full
def test_exact_intervals_cover_as_often_as_they_say():
    runs = 1000
    outcomes = jnp.array([simulated(seed) for seed in range(runs)])
    found = jax.vmap(lambda y: exact_effect(y, TREATED, SETTING, KNOWN, LEVEL))(outcomes)
    assert covered(found) >= least_covered(runs)
    naive = jax.vmap(lambda y: exact_effect(y, TREATED, SETTING, standard_deviations(1.0, 1e-3, 0.8), LEVEL))(outcomes)
    assert covered(naive) < least_covered(runs)  # effects taken to be equal in all settings: too sure


@pytest.mark.full
def test_intervals_with_unknown_spreads_cover_and_say_whether_to_trust_them():
    """Sixty tables of outcomes, one chain each; a third as wide, the intervals would be caught."""
    runs = 60
    outcomes = jnp.array([simulated(seed) for seed in range(runs)])
    found = jax.vmap(lambda key, y: effect_size(key, y, TREATED, SETTING, LEVEL, warmup=100, draws=100, chains=1))(
        jax.random.split(jax.random.key(0), runs), outcomes
    )
    assert covered(found) >= least_covered(runs)
    middle, reach = (found.lower + found.upper) / 2, (found.upper - found.lower) / 6
    assert covered(found._replace(lower=middle - reach, upper=middle + reach)) < least_covered(runs)
    assert jnp.median(found.r_hat) < 1.05
    assert abs(jnp.median(found.standardised) - 1.5 / 0.8) < 0.5 * 1.5 / 0.8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], [0, 1, 1], [0, 0, 0]), "one entry a run"),
        (([1.0, 2.0], [1, 1], [0, 0]), "give both 0 and 1"),
        (([1.0, 2.0], [0, 2], [0, 0]), "give both 0 and 1"),
        (([1.0, 2.0], [0, 1], [0, 2]), "all whole numbers from 0"),
        (([1.0, 1.0], [0, 1], [0, 0]), "does not vary"),
        (([1.0, np.nan], [0, 1], [0, 0]), "finite"),
    ],
)
def test_bad_runs_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        exact_effect(*arguments, known=KNOWN)


def test_a_bad_level_and_a_bad_spread_are_named():
    with pytest.raises(ValueError, match="level is 1"):
        exact_effect([1.0, 2.0], [0, 1], [0, 0], KNOWN, 1.0)
    with pytest.raises(ValueError, match="spread of noise is 0"):
        standard_deviations(1.0, 1.0, 0.0)
