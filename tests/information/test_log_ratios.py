"""Logarithms by products against mpmath: at all exponents, at the seams between powers of two, near 1, and slopes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import atanh, log, mp, mpf

from infoloop.information.log_ratios import artanh, artanh_rest, doublings, log_of_ratio, natural_log

EPS = float(np.finfo(np.float64).eps)
ROUNDINGS = 4 * EPS  # a difference and a quotient, twice the series, and the sum with the power of two
SEAM = np.sqrt(0.5)
NUMBERS = np.concatenate(
    [
        10.0 ** np.linspace(-307, 307, 200),
        [s * (1 + k * EPS) * 2.0**n for s in (SEAM, 1.0) for k in (-2, -1, 0, 1, 2) for n in (-1000, -1, 0, 1, 1000)],
        1 + np.linspace(-0.5, 1.0, 101),
        [1 + e for k in range(2, 16) for e in (10.0**-k, -(10.0**-k))],
    ]
)


def test_logarithms_of_numbers_of_all_sizes():
    found = np.asarray(jax.jit(natural_log)(NUMBERS))
    with mp.workdps(40):
        for x, y in zip(NUMBERS, found, strict=True):
            assert abs(mpf(float(y)) - log(mpf(float(x)))) <= ROUNDINGS * abs(log(mpf(float(x))))


@pytest.mark.parametrize("e", [10.0**-k for k in range(1, 30, 4)])
def test_logarithms_of_ratios_near_1_have_all_digits(e):
    p, high = 0.3 * 2.0 ** np.array([-900, 0, 3]), 0.3 * 2.0 ** np.array([-900, 0, 3])
    low = e * high
    found = np.asarray(log_of_ratio(*map(jnp.asarray, (p, high, low, p / (high + low)))))
    with mp.workdps(60):
        for place, y in enumerate(found):
            expected = log(mpf(float(p[place])) / (mpf(float(high[place])) + mpf(float(low[place]))))
            assert abs(mpf(float(y)) - expected) <= ROUNDINGS * abs(expected)


@pytest.mark.full
def test_slopes_are_the_inverses():
    numbers = jnp.asarray(NUMBERS[np.abs(np.log10(NUMBERS)) < 150])
    found = jax.vmap(jax.grad(natural_log))(numbers)
    assert np.abs(found * numbers - 1).max() <= 16 * ROUNDINGS  # the slope of the series has its terms twice
    by_high = jax.vmap(jax.grad(log_of_ratio, argnums=1))(numbers, numbers, 0 * numbers, numbers / numbers)
    assert np.abs(by_high * numbers + 1).max() <= 16 * ROUNDINGS


def test_whole_numbers_of_doublings_cut_at_the_root():
    below, above = np.nextafter(SEAM, 0), np.nextafter(2 * SEAM, 4)
    k, power = doublings(jnp.array([below, SEAM, 1.0, above, 2.0**-1000, 2.0**1000]))
    assert k.tolist() == [-1, 0, 0, 1, -1000, 1000]
    assert power.tolist() == [0.5, 1, 1, 2, 2.0**-1000, 2.0**1000]


@pytest.mark.slow
def test_single_precision():
    numbers = np.geomspace(1e-30, 1e30, 50, dtype=np.float32)
    found = natural_log(jnp.asarray(numbers))
    assert found.dtype == jnp.float32
    assert np.abs(found / np.log(numbers.astype(float)) - 1).max() <= 4 * float(np.finfo(np.float32).eps)


def test_series_of_artanh():
    s = np.linspace(0, 3 - 2 * np.sqrt(2), 20)
    with mp.workdps(40):
        for x, y, rest in zip(s, artanh(jnp.asarray(s)), artanh_rest(jnp.asarray(s * s)), strict=True):
            assert abs(mpf(float(y)) - atanh(mpf(float(x)))) <= ROUNDINGS * float(x)
            assert abs(float(x) * (1 + float(x) ** 2 * float(rest)) - float(y)) <= ROUNDINGS * float(x)
