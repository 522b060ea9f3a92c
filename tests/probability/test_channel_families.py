"""Families of channels against hand values, products of binomial coefficients and scipy."""

import itertools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infoloop.probability.channel_families import (
    binomial,
    bsc,
    compositions,
    deterministic,
    erasure,
    multinomial,
    random_channel,
    symmetric,
    z_channel,
)
from infoloop.probability.numerics import rounding
from tests.support import oracles

EPS = float(np.finfo(np.float64).eps)

HAND_VALUES = {
    "bsc": (bsc, 0.25, [[0.75, 0.25], [0.25, 0.75]]),
    "bsc 0": (bsc, 0.0, [[1, 0], [0, 1]]),
    "bsc 1": (bsc, 1.0, [[0, 1], [1, 0]]),
    "erasure": (erasure, 0.25, [[0.75, 0, 0.25], [0, 0.75, 0.25]]),
    "erasure 1": (erasure, 1.0, [[0, 0, 1], [0, 0, 1]]),
    "z": (z_channel, 0.25, [[1, 0], [0.25, 0.75]]),
    "symmetric": (symmetric, 0.25, [[0.75, 0.25], [0.25, 0.75]]),
}


@pytest.mark.parametrize("case", HAND_VALUES)
def test_hand_values(case):
    family, noise, rows = HAND_VALUES[case]
    k = family(noise, "X", "Y")
    assert (k.rows.tolist(), k.source, k.target) == (rows, ("X",), ("Y",))


@pytest.mark.slow
def test_larger_alphabets():
    assert symmetric(0.75, "X", "Y", size=4).rows.tolist() == [[0.25] * 4] * 4
    assert erasure(0.5, "X", "Y", size=3).rows.tolist() == (np.eye(3, 4) / 2 + np.eye(1, 4, 3) / 2).tolist()
    lam, error = 1 - 3 / 2 * 0.3, 0.3
    assert np.abs(symmetric(error, "X", "Y", size=3).rows - (lam * np.eye(3) + (1 - lam) / 3)).max() <= rounding(3)


ONE_NUMBER = {"flip": bsc, "erased": erasure, "fall": z_channel, "error": symmetric}


@pytest.mark.parametrize("noise", [-0.1, 1.1, np.nan, np.inf], ids=str)
@pytest.mark.parametrize("what", ONE_NUMBER)
def test_what_is_no_probability_is_refused(what, noise):
    with pytest.raises(ValueError, match=rf"{what} is {noise}: it is a probability, so give a number in \[0, 1\]"):
        ONE_NUMBER[what](noise, "X", "Y")


@pytest.mark.parametrize("noise", [-0.1, 1.1, np.nan], ids=str)
@pytest.mark.parametrize("what", ONE_NUMBER)
def test_under_jit_what_is_no_probability_gives_no_law(what, noise):
    rows = jax.jit(lambda e: ONE_NUMBER[what](e, "X", "Y").rows)(noise)
    assert np.isnan(rows).all()


@pytest.mark.parametrize("what", ONE_NUMBER)
def test_several_probabilities_want_vmap(what):
    with pytest.raises(ValueError, match=rf"{what} has shape \(2,\): give one number, and use jax.vmap over several"):
        ONE_NUMBER[what](jnp.array([0.1, 0.2]), "X", "Y")


@pytest.mark.slow
@pytest.mark.parametrize("what", ONE_NUMBER)
def test_families_under_vmap_grad_and_in_float32(what):
    family, noises = ONE_NUMBER[what], jnp.array([0.0, 0.3, 1.0])
    swept = jax.jit(jax.vmap(lambda e: family(e, "X", "Y").rows))(noises)
    assert swept.tolist() == [family(float(e), "X", "Y").rows.tolist() for e in noises]
    assert np.abs(swept.sum(-1) - 1).max() <= rounding(3)
    slopes = jax.jit(jax.jacfwd(lambda e: family(e, "X", "Y").rows))(0.3)
    difference = (family(0.75, "X", "Y").rows - family(0.25, "X", "Y").rows) / 0.5  # every family is linear
    assert np.abs(slopes - difference).max() <= rounding(3)
    assert family(0.3, "X", "Y", dtype=jnp.float32).rows.dtype == jnp.float32


def test_a_family_refuses_float32_by_accident():
    with pytest.raises(ValueError, match=r"flip is float32: pass float64, or dtype=jnp\.float32"):
        bsc(jnp.float32(0.5), "X", "Y")


@pytest.mark.parametrize("what", ONE_NUMBER)
@pytest.mark.parametrize(
    ("noise", "message"),
    [("0.1", "holds text, not real numbers"), (0.1 + 0j, "holds complex128"), (np.ma.array(0.1), "is a masked array")],
)
def test_what_is_no_real_number_is_refused(what, noise, message):
    with pytest.raises(ValueError, match=f"{what} {message}"):
        ONE_NUMBER[what](noise, "X", "Y")


@pytest.mark.parametrize("what", ONE_NUMBER)
def test_what_is_no_number_is_the_wrong_kind_of_object(what):
    with pytest.raises(TypeError, match=f"{what} is a NoneType: give an array of numbers"):
        ONE_NUMBER[what](None, "X", "Y")  # ty: ignore[invalid-argument-type]


def test_a_family_needs_two_names():
    with pytest.raises(ValueError, match="channel names 'X' twice"):
        bsc(0.1, "X", "X")


@pytest.mark.parametrize("size", [0, 2.0, -1], ids=str)
def test_sizes_are_whole(size):
    with pytest.raises(ValueError, match=rf"size is {size}: give a whole number, at least 1"):
        erasure(0.1, "X", "Y", size=size)


def test_a_symmetric_channel_needs_two_symbols():
    with pytest.raises(ValueError, match="size is 1: give a whole number, at least 2"):
        symmetric(0.1, "X", "Y", size=1)


def test_a_function_as_a_channel():
    k = deterministic(lambda d, s: d * s, ("D", "S"), "Z", sizes=(2, 3))
    assert k.rows.shape == (2, 3, 3)
    for d, s in itertools.product(range(2), range(3)):
        assert k.rows[d, s].tolist() == [float(z == d * s) for z in range(3)]


def test_a_list_of_values_as_a_channel():
    assert deterministic([1, 0, 1], "X", "Y").rows.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert deterministic([0, 1, 1, 0], ("X", "S"), "Y", sizes=(2, 2)).rows[1].tolist() == [[0, 1], [1, 0]]
    assert deterministic([True, False], "X", "Y").rows.tolist() == [[0, 1], [1, 0]]


BAD_FUNCTIONS: dict[str, tuple[Any, Any, Any, str]] = {
    "no sizes": (abs, "X", None, r"needs sizes=\(\.\.\.\), the alphabet size of each source"),
    "values for other sizes": ([0, 1, 0], "X", 2, r"3 values for sources \('X',\) of sizes \(2,\)"),
    "sizes for other sources": ([0, 1], ("X", "S"), (2,), r"2 values for sources \('X', 'S'\) of sizes \(2,\)"),
    "no values": ([], "X", None, "0 values for sources"),
    "negative": ([0, -1], "X", None, r"values \[-1, 0\] must be whole numbers >= 0"),
    "fraction": ([0, 0.5], "X", None, r"values \[0.0, 0.5\] must be whole numbers >= 0"),
}


@pytest.mark.parametrize("case", BAD_FUNCTIONS)
def test_what_is_not_a_function_of_symbols_is_refused(case):
    function, source, sizes, message = BAD_FUNCTIONS[case]
    with pytest.raises(ValueError, match=message):
        deterministic(function, source, "Y", sizes)


@pytest.mark.parametrize(("total", "parts"), [(0, 1), (0, 3), (3, 1), (2, 2), (4, 3), (5, 4)])
def test_compositions_are_all_of_them_the_first_count_falling(total, parts):
    every = [c for c in itertools.product(range(total, -1, -1), repeat=parts) if sum(c) == total]
    assert compositions(total, parts).tolist() == [list(c) for c in every]
    assert len(every) == math.comb(total + parts - 1, parts - 1)


RATES = np.array([[0.2, 0.3, 0.5], [0.0, 0.25, 0.75], [1.0, 0.0, 0.0], [1e-9, 0.5, 0.5 - 1e-9]])


@pytest.mark.slow
@pytest.mark.parametrize("trials", [0, 1, 6])
def test_multinomial_against_exact_coefficients(trials):
    rows = multinomial(RATES, trials, "theta", "counts").rows
    for (x, c), found in np.ndenumerate(np.asarray(rows)):
        expected = oracles.multinomial(RATES[x], compositions(trials, 3)[c].tolist())
        assert abs(found - expected) <= 4 * (trials + 1) * EPS * expected  # a power and a product for every symbol


@pytest.mark.slow
@pytest.mark.parametrize("trials", [3, 1001])
def test_multinomial_against_scipy(trials):
    rates = np.array([[0.3, 0.7], [0.0, 1.0]])
    rows = np.asarray(multinomial(rates, trials, "theta", "counts").rows)
    counts = compositions(trials, 2)
    expected = np.stack([stats.multinomial.pmf(counts, trials, rate) for rate in rates])
    # scipy and the code add logarithms that are up to trials * log(trials) large
    assert np.abs(rows - expected).max() <= rounding(4) * max(1, trials * math.log(trials))
    assert ((rows == 0) == (expected == 0))[1].all()
    assert np.abs(rows.sum(1) - 1).max() <= rounding(4) * max(1, trials * math.log(trials))


@pytest.mark.slow
def test_coefficients_that_floats_do_not_hold():
    """C(150, 75) is 1e44, and float32 ends at 3e38."""
    rows = multinomial([[0.5, 0.5]], 150, "theta", "counts", dtype=jnp.float32).rows
    expected = stats.binom.pmf(np.arange(151), 150, 0.5)
    assert np.abs(rows - expected).max() <= rounding(4, np.float32) * 150 * math.log(150)


@pytest.mark.full
def test_coefficients_beyond_float64():
    """Among 700 draws of three symbols they reach 1e331."""
    rows = multinomial(np.full((1, 3), 1 / 3), 700, "theta", "counts").rows
    assert abs(rows.sum() - 1) <= rounding(4) * 700 * math.log(700)


@pytest.mark.slow
def test_binomial_against_scipy():
    rates = np.array([0.0, 0.1, 0.5, 1.0])
    rows = binomial(rates, 20, "theta", "count").rows
    assert np.abs(rows - stats.binom.pmf(np.arange(21), 20, rates[:, None])).max() <= rounding(21)
    assert rows[0].tolist() == np.eye(21)[0].tolist()
    assert rows[3].tolist() == np.eye(21)[20].tolist()


@pytest.mark.full
def test_binomial_slopes_are_finite_at_the_ends():
    slopes = jax.jit(jax.jacfwd(lambda r: binomial(r, 3, "theta", "count").rows))(jnp.array([0.0, 0.5, 1.0]))
    assert np.isfinite(slopes).all()
    assert np.abs(slopes[1, :, 1] - np.array([-0.75, -0.75, 0.75, 0.75])).max() <= rounding(4)


BAD_RATES = {
    "mass": (multinomial, [[0.5, 0.5], [0.5, 0.4]], 2, r"rates has mass 0.90+.* in row 1, not 1"),
    "negative": (multinomial, [[1.5, -0.5]], 2, r"rates has the entry -0.5 at \(0, 1\)"),
    "one law": (multinomial, [0.5, 0.5], 2, r"rates has shape \(2,\): give a table with one law in each row"),
    "trials": (multinomial, [[0.5, 0.5]], -1, "trials is -1: give a whole number, at least 0"),
    "rate": (binomial, [0.5, 1.5], 2, "rates is .*: it is a probability"),
    "one rate": (binomial, 0.5, 2, r"rates has shape \(\): give a list of numbers"),
}


@pytest.mark.parametrize("case", BAD_RATES)
def test_rates_that_are_not_laws_are_refused(case):
    family, rates, trials, message = BAD_RATES[case]
    with pytest.raises(ValueError, match=message):
        family(rates, trials, "theta", "counts")


@pytest.mark.slow
def test_under_jit_rates_that_are_not_laws_give_nan():
    rows = jax.jit(lambda r: multinomial(r, 2, "theta", "counts").rows)(jnp.array([[0.5, 0.5], [0.5, 0.4]]))
    assert np.isnan(rows).all()


@pytest.mark.slow
def test_random_channels_are_channels_and_uniform_on_the_simplex():
    draws = 2000
    rows = random_channel(jax.random.key(0), draws, 3, "X", "Y").rows
    assert np.abs(rows.sum(1) - 1).max() <= rounding(3)
    assert (rows >= 0).all()
    # Hoeffding for an average of numbers in [0, 1], at a false-alarm rate of one in a million for each of six
    radius = math.sqrt(math.log(2 * 6 / 1e-6) / (2 * draws))
    assert np.abs(rows.mean(0) - 1 / 3).max() <= radius
    assert np.abs((rows**2).mean(0) - 1 / 6).max() <= radius  # of Dirichlet(1, 1, 1): 2 / (3 * 4)
    assert random_channel(jax.random.key(0), 2, 2, "X", "Y", dtype=jnp.float32).rows.dtype == jnp.float32
