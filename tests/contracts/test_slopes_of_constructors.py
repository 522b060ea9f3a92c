"""Slopes through the constructors of laws and channels, against differences in 50 digits and closed forms."""

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest

from infoloop.information.measures import divergence, entropy, jensen_shannon, mutual_information
from infoloop.probability.channel_families import binomial, bsc, erasure, symmetric, z_channel
from infoloop.probability.channels import channel, extend
from infoloop.probability.distributions import joint
from infoloop.probability.gaussians import gaussian
from infoloop.probability.numerics import rounding
from tests.support import oracles


def table_of_three(e):
    """A law of X, Y and Z, its cells written once for floats that are traced and for numbers of 50 digits."""
    return [[[e / 2, 0 * e], [(1 - e) / 4, e / 4]], [[0 * e, (1 - e) / 4], [e / 4, (1 - e) / 2]]]


SLOPES = {
    "I(X;Y)": (lambda p: mutual_information(p, "X", "Y"), lambda law: oracles.information(law, {0}, {1})),
    "I(X;Y|Z)": (lambda p: mutual_information(p, "X", "Y", "Z"), lambda law: oracles.information(law, {0}, {1}, {2})),
    "I(X,Z;Y,Z)": (
        lambda p: mutual_information(p, ("X", "Z"), ("Y", "Z")), lambda law: oracles.information(law, {0, 2}, {1, 2})
    ),
    "H(X|Y)": (lambda p: entropy(p, "X", given="Y"), lambda law: oracles.entropy(law, {0}, {1})),
    "H(X,Y,Z)": (lambda p: entropy(p), lambda law: oracles.entropy(law, {0, 1, 2})),
    "D": (lambda p: divergence(p, UNIFORM), lambda law: oracles.divergence(law, oracles.law_of(UNIFORM.table))),
    "JS": (
        lambda p: jensen_shannon(p, UNIFORM), lambda law: oracles.jensen_shannon(law, oracles.law_of(UNIFORM.table))
    ),
}  # fmt: skip
UNIFORM = joint(np.full((2, 2, 2), 0.125), "X", "Y", "Z")


def slope_with_50_digits(value, e):
    with mp.workdps(50):
        step = mp.mpf(10) ** -15
        return float((value(mp.mpf(e) + step) - value(mp.mpf(e) - step)) / (2 * step))


def law_of_cells(table):
    return {(i, j, k): p for i, rows in enumerate(table) for j, row in enumerate(rows) for k, p in enumerate(row)}


@pytest.mark.slow
@pytest.mark.parametrize("quantity", SLOPES)
def test_slopes_through_joint_are_those_of_50_digit_differences(quantity):
    """Two cells are 0 for every parameter: they add nothing, and no NaN, to the slope."""
    measure, oracle = SLOPES[quantity]
    rates = np.array([0.1, 0.37, 0.8])
    found = jax.jit(jax.vmap(jax.grad(lambda e: measure(joint(table_of_three(e), "X", "Y", "Z")))))(rates)
    expected = [slope_with_50_digits(lambda e: oracle(law_of_cells(table_of_three(e))), rate) for rate in rates]
    assert np.abs(found - np.array(expected)).max() <= rounding(64)


FAMILIES = {
    "bsc": (lambda e: bsc(e, "X", "Y"), lambda e: [[1 - e, e], [e, 1 - e]]),
    "erasure": (lambda e: erasure(e, "X", "Y"), lambda e: [[1 - e, 0, e], [0, 1 - e, e]]),
    "z_channel": (lambda e: z_channel(e, "X", "Y"), lambda e: [[1, 0], [e, 1 - e]]),
    "symmetric": (lambda e: symmetric(e, "X", "Y"), lambda e: [[1 - e, e], [e, 1 - e]]),
    "channel": (lambda e: channel([[1 - e, e], [1.0, 0.0]], "X", "Y"), lambda e: [[1 - e, e], [1, 0]]),
    "binomial": (
        lambda e: binomial(jnp.stack([e, e * e]), 2, "X", "Y"),
        lambda e: [[(1 - r) ** 2, 2 * r * (1 - r), r**2] for r in (e, e * e)],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_slopes_through_channels_are_those_of_50_digit_differences(family):
    """I(X;Y) of an input of 1/4 and 3/4, by the parameter of the channel."""
    build, cells = FAMILIES[family]
    rates = np.array([0.1, 0.37, 0.8])
    inputs = joint([0.25, 0.75], "X")
    found = jax.jit(jax.vmap(jax.grad(lambda e: mutual_information(extend(inputs, build(e)), "X", "Y"))))(rates)

    def exact(e):
        rows = zip((mp.mpf(1) / 4, mp.mpf(3) / 4), cells(e), strict=True)
        law = {(x, y): p * k for x, (p, row) in enumerate(rows) for y, k in enumerate(row)}
        return oracles.information(law, {0}, {1})

    expected = np.array([slope_with_50_digits(exact, rate) for rate in rates])
    assert np.abs(found - expected).max() <= rounding(64)


@pytest.mark.full
@pytest.mark.parametrize("trials", [3, 1001])
def test_slopes_of_counts_at_rates_of_0_and_1(trials):
    r"""$\frac{d}{dr}\binom tk r^k(1-r)^{t-k}$ at 0 is -t, t for the first two counts, at 1 for the last two."""
    slope = jax.jacfwd(lambda r: binomial(r[None], trials, "X", "Y").rows[0])
    slopes = jax.jit(jax.vmap(slope))(jnp.array([0.0, 1.0]))
    ends = np.zeros((2, trials + 1))
    ends[0, :2], ends[1, -2:] = (-trials, trials), (-trials, trials)
    # By logarithms of up to trials * log(trials), each rounded, of numbers as large as trials.
    assert np.abs(slopes - ends).max() <= rounding(4) * trials * max(1, trials * np.log(trials))


@pytest.mark.slow
def test_the_slope_of_a_gaussian_information():
    r"""$\frac{d}{d\rho}\bigl(-\frac12\log_2(1-\rho^2)\bigr)=\frac{\rho}{(1-\rho^2)\ln2}$."""
    rho = jnp.array([-0.5, 0.0, 0.9])
    information = lambda r: mutual_information(gaussian([[1.0, r], [r, 1.0]], "X", "Y"), "X", "Y")  # noqa: E731
    slopes = jax.jit(jax.vmap(jax.grad(information)))(rho)
    assert np.abs(slopes - rho / (1 - rho**2) / np.log(2)).max() <= rounding(64)
