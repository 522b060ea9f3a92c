"""Masses of counts against mpmath: far tails, coefficients beyond floats, slopes at the ends."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from numpyro import distributions as dist

from infoloop.interop.numpyro_laws import distribution_of
from infoloop.probability.channel_families import binomial, multinomial
from infoloop.probability.counts_of_draws import count_masses
from infoloop.probability.numerics import rounding

DIGITS = rounding(1)  # eight units in the last place: a power and a quotient for every symbol
QUARTER = 0.25, 0.75
THIRDS = 0.2, 0.3, 0.5


def mass(rates, counts):
    """The probability of the counts, to 50 digits."""
    with mpmath.workdps(50):
        found = mpmath.factorial(sum(counts))
        for rate, count in zip(rates, counts, strict=True):
            found *= mpmath.mpf(float(rate)) ** count / mpmath.factorial(count)
        return found


def worst_error(rates, counts, found, least=1e-305):
    """The greatest relative error of the masses above `least`; below it, none may be above."""
    wanted = [mass(rates, row) for row in np.asarray(counts).tolist()]
    assert all(p < 1.01 * least for p, q in zip(found.tolist(), wanted, strict=True) if q < least)
    return max(float(abs(p / q - 1)) for p, q in zip(found.tolist(), wanted, strict=True) if q >= least)


@pytest.mark.parametrize(
    ("rates", "draws"), [(QUARTER, 1000), ((1e-3, 1 - 1e-3), 1000), ((1e-200, 1.0), 2), ((0.5, 0.5), 20_000)]
)
def test_far_tails_have_all_digits(rates, draws):
    """.25^500 .75^500 is 0 in floats, the mass of these counts 2e-64."""
    counts = [[k, draws - k] for k in range(0, draws + 1, max(draws // 20, 1))]
    found = count_masses(jnp.array(rates), np.array(counts))
    assert worst_error(rates, counts, found) < DIGITS


@pytest.mark.slow
def test_three_symbols_of_a_batch_have_all_digits():
    counts = np.array([[900, 50, 50], [0, 700, 300], [1000, 0, 0], [333, 333, 334]])
    for rates, row in zip([THIRDS, THIRDS[::-1]], count_masses(jnp.array([THIRDS, THIRDS[::-1]]), counts), strict=True):
        assert worst_error(rates, counts, row) < DIGITS


@pytest.mark.full
def test_every_reader_and_family_keeps_them():
    """All of them use the one function: channels, and numpyro's laws by probabilities and by logits."""
    counts = np.array([[k, 1000 - k] for k in range(1001)])
    middle, p = counts[500:501], jnp.array(QUARTER[::-1])
    for row, rates in [
        (binomial([0.25], 1000, "r", "k").rows[0][500:501], QUARTER),
        (multinomial([QUARTER], 1000, "r", "k").rows[0][500:501], QUARTER),
        (distribution_of("X", dist.Binomial(1000, probs=0.75)).law.probs[500:501], QUARTER),
        (distribution_of("X", dist.Multinomial(1000, probs=p)).law.probs[500:501], QUARTER),
    ]:
        assert worst_error(rates, middle, row) < DIGITS
    law = distribution_of("X", dist.Binomial(1000, logits=-400.0)).law
    assert abs(float(law.probs[1] / jnp.exp(-400.0)) / 1000 - 1) < 1e-13


@pytest.mark.full
def test_slopes_are_those_of_the_polynomial_at_both_ends():
    """Of the mass 6 p^2 (1 - p)^2 in p: at 0 and 1 the second slope is 12, the first 0."""
    law = lambda p: count_masses(jnp.stack([p, 1 - p]), np.array([[2, 2], [1, 3], [4, 0]]))  # noqa: E731
    for p, firsts, seconds in [(0.0, [0, 4, 0], [12, -24, 0]), (1.0, [0, 0, 4], [12, 0, 12])]:
        assert np.abs(np.asarray(jax.jacfwd(law)(p)) - firsts).max() < 1e-14
        assert np.abs(np.asarray(jax.jacrev(law)(p)) - firsts).max() < 1e-14
        assert np.abs(np.asarray(jax.hessian(law)(p)) - seconds).max() < 1e-13


@pytest.mark.slow
def test_slopes_of_far_tails_and_of_batches():
    counts = np.array([[500, 500]])
    slope = jax.jit(jax.vmap(jax.grad(lambda p: count_masses(jnp.stack([p, 1 - p]), counts)[0])))(
        jnp.array([0.25, 0.1])
    )
    for p, found in zip([Fraction(1, 4), Fraction(0.1)], slope.tolist(), strict=True):
        wanted = mass([p, 1 - p], (500, 500)) * float(500 / p - 500 / (1 - p))
        assert abs(float(found / wanted) - 1) < 1e-13


@pytest.mark.full
def test_no_draws_and_elements_with_draws_of_their_own():
    assert count_masses(jnp.array(QUARTER), np.zeros((1, 2), int)).tolist() == [1.0]
    law = distribution_of("X", dist.Binomial(jnp.array([1, 3]), probs=jnp.array([0.5, 0.25]))).law
    assert np.abs(np.asarray(law.probs) - [[0.5, 0.5, 0, 0], np.array([27, 27, 9, 1]) / 64]).max() < 1e-15


@pytest.mark.slow
def test_float32_stays_and_has_its_digits():
    found = count_masses(jnp.array(QUARTER, jnp.float32), np.array([[100, 200], [75, 225]]))
    assert found.dtype == jnp.float32
    assert worst_error(QUARTER, [[100, 200], [75, 225]], found, 1e-37) < rounding(1, np.float32)
