"""numpyro's posteriors against exact Bayes: Beta laws for NUTS, `bayesian.posterior` and fractions for enumeration."""

import math
import subprocess
import sys
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import pytest
from numpyro import distributions as dist
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from scipy import stats

from infoloop.learning.bayesian import posterior
from infoloop.learning.mcmc import beta_bernoulli_model, categorical_model, enumerate_posterior, nuts, split_r_hat
from infoloop.probability.numerics import rounding

pytestmark = pytest.mark.slow

ROWS, PRIOR, DATA = [[0.5, 0.25, 0.25], [0.0, 0.5, 0.5], [0.75, 0.25, 0.0]], [0.5, 0.25, 0.25], [0, 1, 1, 0]
QUANTILES = (0.1, 0.5, 0.9)


def misses(rates, a, b):
    """How far, in allowed radii, the cumulative probabilities of Beta(a, b) are from uniform: beyond 1 is an alarm.

    Four means of numbers in [0, 1], each within Hoeffding's radius at the effective sample size: together a false alarm
    once in a million, as far as the effective size says how many independent draws the chains are worth.
    """
    u = stats.beta.cdf(np.asarray(rates), a, b)
    checks = [(u, 0.5), *((u <= q, q) for q in QUANTILES)]
    worst = 0.0
    for values, expected in checks:
        constant = (values == values.flat[0]).all()
        size = values.size if constant else min(effective_sample_size(values.astype(float)), values.size)
        radius = math.sqrt(math.log(2 * len(checks) / 1e-6) / (2 * size))
        worst = max(worst, abs(values.mean() - expected) / radius)
    return worst


@pytest.fixture(scope="module")
def sample():
    return nuts(jax.random.key(0), beta_bernoulli_model, 7.0, 10.0, 2.0, 1.0, draws=4000)


@pytest.mark.full
def test_nuts_draws_from_the_beta_posterior(sample):
    assert misses(sample.sites["rate"], 2 + 7, 1 + 3) <= 1
    assert sample.diverging.sum() == 0


@pytest.mark.parametrize(("a", "b"), [(2 + 7, 1 + 4), (1 + 7, 1 + 3), (2 * 9, 2 * 4)])
def test_a_posterior_that_is_a_little_off_is_caught(sample, a, b):
    """One failure too many, another prior, a posterior twice as sure."""
    assert misses(sample.sites["rate"], a, b) > 1


@pytest.mark.full
def test_many_data_sets_at_once():
    heads = jnp.array([1.0, 9.0])
    many = jax.vmap(lambda k: nuts(jax.random.key(1), beta_bernoulli_model, k, 10.0, 2.0, 1.0).sites["rate"])(heads)
    assert misses(many[0], 3, 10) <= 1
    assert misses(many[1], 11, 2) <= 1
    assert misses(many[1], 3, 10) > 1


def test_r_hat_is_that_of_numpyro(sample):
    rates = sample.sites["rate"]
    apart = rates + jnp.arange(4.0)[:, None]
    for chains in (rates, apart):
        assert abs(split_r_hat(chains) - split_gelman_rubin(np.asarray(chains))) <= rounding(chains.size)
    assert split_r_hat(rates) < 1.05
    assert split_r_hat(apart) > 2


@pytest.mark.full
def test_enumeration_is_exact_bayes():
    found = enumerate_posterior(categorical_model, "hypothesis", jnp.array(PRIOR), jnp.array(ROWS), DATA)
    masses = [Fraction(p) * math.prod(Fraction(row[z]) for z in DATA) for p, row in zip(PRIOR, ROWS, strict=True)]
    exact, ours = [float(m / sum(masses)) for m in masses], posterior(PRIOR, ROWS, DATA)
    assert np.abs(np.asarray(found.law) - exact).max() <= rounding(16)
    assert jnp.abs(found.law - ours.law).max() <= rounding(16)
    assert abs(found.log_evidence - math.log2(sum(masses))) <= rounding(16)
    assert np.abs(np.asarray(posterior(PRIOR, ROWS, DATA[:3]).law) - exact).max() > rounding(16)


def two_sites():
    numpyro.sample("a", dist.Bernoulli(0.5))
    numpyro.sample("b", dist.Bernoulli(0.5))


def continuous():
    numpyro.sample("a", dist.Normal(0.0, 1.0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: enumerate_posterior(two_sites, "a"), "'a' has to be the only one"),
        (lambda: enumerate_posterior(continuous, "b"), "'b' has to be the only one"),
        (lambda: enumerate_posterior(continuous, "a"), "no single site with a finite support"),
        (
            lambda: enumerate_posterior(
                categorical_model, "hypothesis", jnp.array([0.0, 1.0, 0.0]), jnp.array(ROWS), [0]
            ),
            "probability 0",
        ),
        (lambda: nuts(jax.random.key(0), beta_bernoulli_model, 7.0, 10.0, 2.0, 1.0, draws=0), "draws is 0"),
        (lambda: split_r_hat(jnp.zeros(8)), "at least 4 draws"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.full
def test_numpyro_waits_until_a_program_runs():
    code = "import sys, infoloop.learning.mcmc, infoloop.learning.effect_sizes; sys.exit('numpyro' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
