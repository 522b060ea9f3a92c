"""Zeros, near-cancellation and dtypes against 50 digits, exact fractions and finite differences."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import log, mp, mpf

from infoloop.probability.numerics import (
    binary_channel_bits,
    binary_convolution,
    binary_entropy,
    divergence_terms,
    information_terms,
    inverse_binary_entropy,
    nan_if_any,
    nan_unless,
    plog2p,
    product_parts,
    rounding,
)

EPS = float(np.finfo(np.float64).eps)
TERM = 16 * EPS  # a term is some ten correctly rounded operations, none of which cancels where p and q are near
FAR = 2**13 * EPS  # where (p-q)/(p+q) is above 1/129, its two parts are up to 2^13 times larger than the term
STEP = EPS ** (1 / 3)  # the best step of a central difference, whose error is then of the size of its square
DIFFERENCE = 32 * STEP**2
terms = jax.jit(divergence_terms)
slopes_of_terms = jax.jit(jax.grad(divergence_terms, argnums=(0, 1)))


def test_rounding_bounds_a_sum_and_knows_its_dtype():
    rng = np.random.default_rng(0)
    for cells in (2, 100, 10_000):
        masses = rng.dirichlet(np.ones(cells))
        exact = sum(Fraction(mass) for mass in masses.tolist())
        assert abs(Fraction(float(masses.sum())) - exact) <= Fraction(rounding(cells))
    assert rounding(8, np.float32) / rounding(8) == float(np.finfo(np.float32).eps) / EPS


@pytest.mark.slow
@pytest.mark.parametrize("p", [1e-300, 1e-17, 0.1, 0.5, 1 - 1e-9, 1.0])
def test_plog2p_and_its_slope(p):
    with mp.workdps(50):
        value, slope = mpf(p) * log(p, 2), (log(p) + 1) / log(2)
    assert abs(float(plog2p(p)) - value) <= TERM * abs(value)
    assert abs(float(jax.grad(plog2p)(p)) - slope) <= TERM * abs(slope)


def test_zero_times_its_logarithm_is_zero_in_value_and_both_derivatives():
    assert float(plog2p(0.0)) == float(jax.grad(plog2p)(0.0)) == float(jax.grad(jax.grad(plog2p))(0.0)) == 0.0


@pytest.mark.parametrize("p", [-1e-300, -0.5, np.nan])
def test_plog2p_of_no_probability_is_nan(p):
    assert np.isnan(plog2p(p))


@pytest.mark.parametrize("p", [0.0, 1e-300, 1e-9, 0.11, 0.5, 0.75, 1.0])
def test_binary_entropy(p):
    with mp.workdps(50):
        p_, q_ = mpf(p), 1 - mpf(p)
        value = -sum((x * log(x, 2) for x in (p_, q_) if x), mpf(0))
    assert abs(float(binary_entropy(p)) - value) <= rounding(2)


@pytest.mark.parametrize(("a", "b"), [(0.1, 0.2), (0.0, 0.3), (1.0, 0.3), (0.5, 0.9)])
def test_binary_convolution_counts_odd_numbers_of_errors(a, b):
    odd = sum(
        (Fraction(a) if x else 1 - Fraction(a)) * (Fraction(b) if y else 1 - Fraction(b))
        for x in (0, 1)
        for y in (0, 1)
        if x != y
    )
    assert abs(Fraction(float(binary_convolution(a, b))) - odd) <= Fraction(rounding(2))


@pytest.mark.slow
def test_inverse_binary_entropy_undoes_it():
    p = jnp.concatenate([jnp.logspace(-12, -1, 23), jnp.array([0.0, 0.11, 0.3])])
    found = jax.vmap(inverse_binary_entropy)(binary_entropy(p))
    # an entropy is known to `rounding(2)`, and its slope log2((1-p)/p) is above 1 below p = 1/3
    assert np.abs(found - p).max() <= rounding(2)


def test_inverse_binary_entropy_at_the_ends_and_outside():
    assert abs(float(inverse_binary_entropy(0.0))) <= 2.0**-60
    assert abs(float(inverse_binary_entropy(1.0)) - 0.5) <= STEP**1.5  # h is flat at 1/2: half the digits are lost
    assert np.isnan(jax.vmap(inverse_binary_entropy)(jnp.array([-0.1, 1.1, np.nan]))).all()


@pytest.mark.slow
def test_inverse_binary_entropy_slope():
    p = 0.11
    slope = jax.grad(inverse_binary_entropy)(binary_entropy(p))
    assert abs(float(slope) * np.log2((1 - p) / p) - 1) <= DIFFERENCE
    assert [float(jax.grad(inverse_binary_entropy)(bits)) for bits in (0.0, 1.0)] == [0.0, np.inf]


@pytest.mark.full
def test_inverse_binary_entropy_has_no_slope_outside():
    assert np.isnan(jax.vmap(jax.grad(inverse_binary_entropy))(jnp.array([-0.1, 1.1, 2.0, np.nan]))).all()


def test_binary_entropy_slope_is_infinite_at_both_ends():
    assert [float(jax.grad(binary_entropy)(p)) for p in (0.0, 0.5, 1.0)] == [np.inf, 0.0, -np.inf]


def test_product_parts_have_half_as_many_digits_again_also_when_compiled():
    rng = np.random.default_rng(1)
    a, b = rng.random(200), rng.random(200) * 10.0 ** rng.integers(-30, 0, 200)
    for run in (product_parts, jax.jit(product_parts)):
        for x, y, high, low in zip(a, b, *map(np.asarray, run(jnp.asarray(a), jnp.asarray(b))), strict=True):
            exact = Fraction(x) * Fraction(y)
            assert abs(Fraction(float(high)) + Fraction(float(low)) - exact) <= exact * Fraction(4 * EPS**1.5)


def test_product_parts_have_the_slopes_of_a_product():
    slopes = jax.grad(lambda a, b: sum(product_parts(a, b)), argnums=(0, 1))(0.3, 0.7)
    assert (float(slopes[0]), float(slopes[1])) == (0.7, 0.3)


@mp.workdps(60)
def exact_terms(p, q):
    p, q = mpf(float(p)), mpf(float(q))
    return (p * log(p / q) - (p - q)) / log(2)


RATIOS = [1 + s * e for e in (1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.007, 0.0156, 0.016, 0.1, 0.9) for s in (-1, 1)]


@pytest.mark.parametrize("scale", [1.0, 0.37, 1e-270])
def test_divergence_terms_keep_their_digits_at_every_distance(scale):
    p = scale * np.array([*RATIOS, 1e-20, 1e20])
    q = np.full_like(p, scale)
    for x, found in zip(p, np.asarray(terms(p, q)), strict=True):
        exact = exact_terms(x, scale)
        assert 0 <= found
        near = abs(x - scale) < (x + scale) / 129
        assert abs(found - exact) <= (TERM if near else FAR) * exact


def test_the_textbook_formula_of_the_terms_would_be_caught():
    p, q = 1 + 1e-9, 1.0
    textbook = p * np.log2(p / q) - (p - q) * np.log2(np.e)
    assert abs(textbook - exact_terms(p, q)) > 1e6 * TERM * exact_terms(p, q)


def test_divergence_terms_at_zeros():
    found = terms(jnp.array([0.0, 0.5, 0.0, 0.25]), jnp.array([0.0, 0.0, 0.25, 0.25]))
    assert found.tolist()[:2] == [0.0, np.inf]
    assert abs(found[2] - 0.25 * np.log2(np.e)) <= TERM
    assert found[3] == 0.0


@pytest.mark.parametrize("p", [0.2, 0.2501, 0.25, 0.4])
def test_divergence_terms_slopes(p):
    slope_p, slope_q = slopes_of_terms(p, 0.25)
    assert abs(float(slope_p) - np.log2(p / 0.25)) <= TERM
    assert abs(float(slope_q) - (1 - p / 0.25) * np.log2(np.e)) <= TERM


def test_divergence_terms_slopes_at_zeros_are_finite():
    for p, q in ((0.0, 0.0), (0.0, 0.5)):
        assert np.isfinite(slopes_of_terms(p, q)).all()


@pytest.mark.slow
def test_information_terms_slopes():
    """By each argument: the terms are p log2(p w / l r) - (p - l r / w) log2 e, whether or not these are marginals."""
    p, w, left, right = 0.2, 0.9, 0.5, 0.4
    excess = (p - left * right / w) * np.log2(np.e)
    slopes = jax.grad(information_terms, argnums=(0, 1, 2, 3))(p, w, left, right)
    expected = np.log2(p * w / (left * right)), excess / w, -excess / left, -excess / right
    assert np.abs(np.array(slopes) - expected).max() <= TERM


def test_information_terms_slopes_at_zeros_are_finite():
    for left, right in ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5)):
        assert np.isfinite(jax.grad(information_terms, argnums=(0, 1, 2, 3))(0.0, 1.0, left, right)).all()


def told(p, low, high):
    """By entropies, in as many digits as mpmath has."""

    def h(x):
        return -sum((y * log(y, 2) for y in (x, 1 - x) if y), mpf(0))

    return h((1 - p) * low + p * high) - (1 - p) * h(low) - p * h(high)


@pytest.mark.parametrize("p", [0.0, 0.25, 1.0])
@pytest.mark.parametrize(("low", "high"), [(0.25, 0.75), (0.0, 0.5), (0.5, 1.0), (0.0, 0.0)])
def test_bits_of_a_binary_channel_and_their_slopes_at_the_ends(p, low, high):
    value, slopes = jax.value_and_grad(binary_channel_bits, (0, 1, 2))(p, low, high)
    with mp.workdps(60):
        point, h = (mpf(p), mpf(low), mpf(high)), mpf(10) ** -40
        assert abs(float(value) - told(*point)) <= rounding(2)
        for i, found in enumerate(slopes):
            side = -h if point[i] == 1 else h
            moved = [x + side * (i == j) for j, x in enumerate(point)]
            expected = (told(*moved) - told(*point)) / side
            if abs(expected) < 20:  # else it is infinite
                assert abs(float(found) - expected) <= rounding(4)
            else:
                assert (i == 0) == np.isinf(found)
                assert i or (found > 0) == (expected > 0)


def test_bits_of_a_binary_channel_count_by_their_mass():
    slopes = [jax.grad(binary_channel_bits, (0, 3))(p, 0.0, high, 0.0) for p, high in ((0.0, 0.5), (0.5, 1.0))]
    assert np.abs(np.array(slopes) - [[0, 0], [0, 1]]).max() <= rounding(2)
    assert abs(binary_channel_bits(0.5, 0.0, 1.0, 0.25) - 0.25) <= rounding(2)


@pytest.mark.slow
def test_an_inverse_entropy_forgives_rounding_and_nothing_else():
    assert inverse_binary_entropy(1 + 2.0**-52) == 0.5
    assert 0 <= inverse_binary_entropy(-(2.0**-60)) < 2.0**-58
    assert np.isnan(inverse_binary_entropy(1.001))
    assert np.isnan(inverse_binary_entropy(-0.001))


def test_nan_unless_is_nan_in_value_and_slope_where_refused_and_leaves_the_rest():
    valid, values = jnp.array([True, False]), jnp.array([5e-324, 0.5])
    found, slopes = jax.jvp(lambda v: nan_unless(valid, v), (values,), (jnp.ones(2),))
    assert np.asarray(found)[0] == 5e-324
    np.testing.assert_array_equal(slopes, [1.0, np.nan])
    assert np.isnan(found[1])


def test_nan_unless_does_not_differentiate_its_condition():
    slope = jax.grad(lambda v: nan_unless(jnp.sqrt(v) >= 0, v))(0.0)  # the slope of a square root at 0 is infinite
    assert slope == 1


def test_nan_if_any_looks_at_traced_parts_only():
    known, array = jnp.array([jnp.nan]), jnp.ones(2)
    assert nan_if_any([known], array) == (array,)
    spread = jax.jit(lambda part: nan_if_any([part, jnp.ones(1)], array, 2 * array))
    np.testing.assert_array_equal(spread(known), np.full((2, 2), np.nan))
    np.testing.assert_array_equal(spread(jnp.zeros(1)), [[1, 1], [2, 2]])
