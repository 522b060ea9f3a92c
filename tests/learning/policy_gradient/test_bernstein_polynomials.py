"""Bernstein polynomials against sums in fractions, next to 0 and 1 too."""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.bernstein_polynomials import (
    bernstein,
    bernstein_coefficients,
    bernstein_integral,
    geometric_sum,
)
from infoloop.probability.numerics import rounding

RATES = [0.0, 1e-300, 1e-9, 0.3, 0.5, 1 - 2.0**-40, 1.0]
COEFFICIENTS = [0.0, 3.0, 0.5, 2.0, 0.0]


def term_by_term(coefficients, p):
    n, p = len(coefficients) - 1, Fraction(p)
    return sum(Fraction(b) * math.comb(n, c) * p**c * (1 - p) ** (n - c) for c, b in enumerate(coefficients))


def test_digits_are_kept_everywhere():
    expected = [float(term_by_term(COEFFICIENTS, p)) for p in RATES]
    np.testing.assert_allclose(bernstein(COEFFICIENTS, RATES), expected, rtol=rounding(8), atol=0)


@pytest.mark.full
def test_slopes_at_the_ends_are_n_times_the_first_differences():
    slope = jax.grad(lambda p: bernstein(COEFFICIENTS, p))
    assert [float(slope(0.0)), float(slope(1.0))] == [12.0, -8.0]
    weights = jax.grad(lambda b: bernstein(b, 0.5))(jnp.array(COEFFICIENTS))
    np.testing.assert_allclose(weights, np.array([1, 4, 6, 4, 1]) / 16, rtol=rounding(4))


def test_it_serves_batches_and_refuses_what_is_traced_and_no_rate():
    assert bernstein(COEFFICIENTS, np.full((2, 3), 0.5)).shape == (2, 3)
    found = jax.jit(jax.vmap(lambda p: bernstein(COEFFICIENTS, p)))(jnp.array([0.5, 1.5]))
    assert found[0] == bernstein(COEFFICIENTS, 0.5)
    assert np.isnan(found[1])


@pytest.mark.slow
def test_a_geometric_sum_keeps_its_digits_and_takes_thousands_of_terms():
    for terms in (1, 2, 7):
        expected = [float(sum(Fraction(p) ** k for k in range(terms))) for p in RATES]
        np.testing.assert_allclose(geometric_sum(RATES, terms), expected, rtol=rounding(8), atol=0)
    assert abs(geometric_sum(0.75, 5000) - 4) <= rounding(8)
    slopes = jax.vmap(jax.grad(lambda p: geometric_sum(p, 4)))(jnp.array([0.0, 1.0]))
    assert slopes.tolist() == [1.0, 6.0]


@pytest.mark.slow
def test_coefficients_of_powers():
    found = bernstein_coefficients([1.0, -2.0, 3.0], 5)
    assert np.abs(bernstein(found, [0.0, 0.25, 1.0]) - np.array([1.0, 0.6875, 2.0])).max() <= rounding(8)
    with pytest.raises(ValueError, match="powers has degree 2, above 1"):
        bernstein_coefficients([1.0, -2.0, 3.0], 1)


@pytest.mark.full
def test_the_integral_has_the_polynomial_as_its_slope():
    integral = bernstein_integral(COEFFICIENTS)
    p = np.array([0.0, 0.3, 1.0])
    values, slopes = jax.vmap(jax.value_and_grad(lambda x: bernstein(integral, x)))(p)
    np.testing.assert_allclose(slopes, bernstein(COEFFICIENTS, p), atol=rounding(8))
    assert values[0] == 0
