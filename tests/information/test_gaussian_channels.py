"""Closed forms against the laws they are about, by routes that share no formula with them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.gaussian_channels import (
    awgn_capacity,
    bottleneck_channel,
    bottleneck_thresholds,
    gaussian_bottleneck,
    gaussian_chain_information,
)
from infoloop.information.measures import mutual_information
from infoloop.probability.channels import extend
from infoloop.probability.gaussians import LinearGaussian, gaussian, linear_gaussian
from infoloop.probability.numerics import rounding


def random_law(seed, n_x=3, n_y=2):
    a = np.random.default_rng(seed).normal(size=(n_x + n_y, n_x + n_y))
    return gaussian(a @ a.T / (n_x + n_y) + np.eye(n_x + n_y) / 8, "X", "Y", sizes=(n_x, n_y))


def chechik_eigenvalues(p, n_x):
    """Of Sigma_{x|y} Sigma_x^-1, by NumPy's general eigenvalue routine, rising."""
    c = np.asarray(p.covariance)
    given_y = c[:n_x, :n_x] - c[:n_x, n_x:] @ np.linalg.solve(c[n_x:, n_x:], c[n_x:, :n_x])
    return np.sort(np.linalg.eigvals(given_y @ np.linalg.inv(c[:n_x, :n_x])).real)


@pytest.mark.slow
@pytest.mark.parametrize("snr", [0.0, 1e-12, 1.0, 15.0, 1e6])
def test_capacity_is_the_information_at_the_gaussian_input(snr):
    p = extend(gaussian([[1.0]], "X"), linear_gaussian(np.sqrt(snr), 1.0, "X", "Y"))
    # The covariance keeps 1 - rho^2 = 1/(1 + snr) only to a rounding of 1: a relative error of eps (1 + snr).
    assert abs(awgn_capacity(snr) - mutual_information(p, "X", "Y")) <= rounding(4) * (1 + snr)


def test_capacity_of_powers_of_two_and_of_almost_nothing():
    assert [float(awgn_capacity(snr)) for snr in (0.0, 3.0, 15.0)] == [0.0, 1.0, 2.0]
    assert abs(awgn_capacity(1e-20) * 2e20 * np.log(2) - 1) <= rounding(4)


@pytest.mark.slow
def test_chain_information_is_that_of_the_chain():
    rhos = [0.9, -0.8, 0.7]
    steps = [linear_gaussian(rho, 1 - rho**2, f"X{i}", f"X{i + 1}") for i, rho in enumerate(rhos)]
    p = extend(gaussian([[1.0]], "X0"), *steps)
    for n in range(1, 4):
        assert abs(gaussian_chain_information(rhos[:n]) - mutual_information(p, "X0", f"X{n}")) <= rounding(8)
    assert gaussian_chain_information([1.0, -1.0]) == jnp.inf


def test_chain_information_keeps_the_digits_of_a_long_chain():
    """rho^2 = 2^-100, so that I = 2^-101 / ln 2 to 30 digits."""
    assert abs(gaussian_chain_information(np.full(100, 0.5**0.5)) * 2.0**101 * np.log(2) - 1) <= rounding(64)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_thresholds_are_those_of_chechik(seed):
    p = random_law(seed)
    thresholds, eigenvalues = bottleneck_thresholds(p, "X", "Y"), chechik_eigenvalues(p, 3)
    assert thresholds.shape == (3,)
    assert jnp.abs(thresholds[:2] * (1 - eigenvalues[:2]) - 1).max() <= rounding(64) * thresholds[1]
    assert thresholds[2] == jnp.inf
    assert bottleneck_thresholds(p, "Y", "X").shape == (2,)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("place", [0.5, 1.5, 50.0])
def test_the_curve_is_reached_by_the_channel(seed, place):
    """The exact law of the optimal channel, before, between (nearly) and far beyond the thresholds."""
    p = random_law(seed)
    beta = place * float(bottleneck_thresholds(p, "X", "Y")[0])
    curve = gaussian_bottleneck(p, "X", "Y", beta)
    q = extend(p, bottleneck_channel(p, "X", "Y", beta, "T"))
    assert abs(curve.complexity - mutual_information(q, "T", "X")) <= rounding(256)
    assert abs(curve.relevance - mutual_information(q, "T", "Y")) <= rounding(256)
    assert (curve.complexity > 0) == (place > 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_no_other_channel_does_better(seed):
    """The Lagrangian I(T;X) - beta I(T;Y) of random channels and of small changes of the optimal one is no lower."""
    p, rng = random_law(seed), np.random.default_rng(seed)
    beta = 2 * float(bottleneck_thresholds(p, "X", "Y")[1])

    def lagrangian(matrix):
        k = LinearGaussian(matrix, jnp.eye(2), ("X",), ("T",), jnp.zeros(2))
        q = extend(p, k)
        return mutual_information(q, "T", "X") - beta * mutual_information(q, "T", "Y")

    best = bottleneck_channel(p, "X", "Y", beta, "T").matrix
    others = jnp.concatenate([rng.normal(size=(200, 2, 3)), best + rng.normal(size=(200, 2, 3)) / 100])
    curve = gaussian_bottleneck(p, "X", "Y", beta)
    least = curve.complexity - beta * curve.relevance
    assert abs(lagrangian(best) - least) <= rounding(256) * beta
    assert jax.vmap(lagrangian)(others).min() > least


@pytest.mark.full
def test_the_slope_of_the_curve_is_one_over_beta():
    p = random_law(0)
    betas = jnp.linspace(1.1, 3.0, 20) * bottleneck_thresholds(p, "X", "Y")[1]
    slope = jax.vmap(jax.jacfwd(lambda beta: gaussian_bottleneck(p, "X", "Y", beta)))(betas)
    assert jnp.abs(slope.relevance / slope.complexity * betas - 1).max() <= rounding(64)


@pytest.mark.slow
def test_a_large_beta_keeps_everything_and_a_small_one_nothing():
    p = random_law(1)
    far = gaussian_bottleneck(p, "X", "Y", 1e12)
    # The relevance falls short by log2(beta / (beta - 1)) / 2 a dimension: less than 1/beta each.
    assert 0 <= mutual_information(p, "X", "Y") - far.relevance <= 2 / 1e12
    first = bottleneck_thresholds(p, "X", "Y")[0]
    assert gaussian_bottleneck(p, "X", "Y", first * (1 - rounding(4))) == (0, 0)
    assert gaussian_bottleneck(p, "X", "Y", first * 1.01).complexity > 0


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: awgn_capacity(-1.0), "snr is -1.0"),
        (lambda: awgn_capacity(np.nan), "snr is nan"),
        (lambda: gaussian_chain_information([0.5, 1.5]), "from -1 to 1"),
        (lambda: gaussian_bottleneck(random_law(0), "X", "Y", -2.0), "beta is -2.0"),
        (lambda: bottleneck_thresholds(random_law(0), "X", "Q"), "unknown variable 'Q'"),
        (lambda: bottleneck_thresholds(random_law(0), "X", ("Y", "X")), "share a variable"),
    ],
)
def test_bad_input(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()


def test_what_is_out_of_range_gives_nan_under_jit():
    assert jnp.isnan(jax.jit(awgn_capacity)(-0.5))
    assert jnp.isnan(jax.jit(gaussian_chain_information)(jnp.array([0.5, 1.5])))


@pytest.mark.slow
def test_what_is_out_of_range_has_no_slope():
    """A slope of 0 would let a descent stop there without a word."""
    p = gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y")
    assert jnp.isnan(jax.grad(awgn_capacity)(-0.5))
    assert jnp.isnan(jax.grad(gaussian_chain_information)(jnp.array([2.0])))
    assert jnp.isnan(jax.grad(lambda beta: gaussian_bottleneck(p, "X", "Y", beta).complexity)(-1.0))
