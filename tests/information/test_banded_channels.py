"""A band is the dense channel without its zeros: in its rows, its steps, its slopes, and in what it refuses."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information import memory_limits
from infoloop.information.banded_channels import BandedChannel, banded_channel, diagonals, shifted
from infoloop.probability.channels import Channel
from infoloop.probability.numerics import rounding

WALK = [[0.0, 0.5, 0.5], [0.25, 0.5, 0.25], [0.5, 0.5, 0.0]]


def random_band(seed: int, states: int, width: int, lowest: int) -> np.ndarray:
    band = np.random.default_rng(seed).uniform(0.1, 1, (states, width))
    reached = np.arange(states)[:, None] + lowest + np.arange(width)
    band[(reached < 0) | (reached >= states)] = 0
    return band / band.sum(1, keepdims=True)


def by_hand(band: np.ndarray, lowest: int) -> np.ndarray:
    """Cell by cell."""
    rows = np.zeros((len(band), len(band)))
    for z, row in enumerate(band):
        for k, p in enumerate(row):
            if p:
                rows[z, z + lowest + k] = p
    return rows


@pytest.mark.full
@pytest.mark.parametrize(("states", "width", "lowest"), [(7, 3, -1), (7, 4, 0), (9, 5, -4), (30, 19, -9), (4, 7, -3)])
def test_it_is_the_dense_channel_without_its_zeros(states, width, lowest):
    band = random_band(0, states, width, lowest)
    found = banded_channel(band, lowest, "Z", "next").dense()
    assert isinstance(found, Channel)
    assert (found.source, found.target) == (("Z",), ("next",))
    np.testing.assert_array_equal(found.rows, by_hand(band, lowest))


@pytest.mark.slow
@pytest.mark.parametrize(("width", "lowest"), [(3, -1), (12, -4), (2, 0)])
def test_a_step_is_a_product_with_the_dense_rows(width, lowest):
    band, table = random_band(1, 15, width, lowest), np.random.default_rng(2).dirichlet(np.ones(15), (2, 3))
    found = shifted(jnp.asarray(table), diagonals(jnp.asarray(band), lowest), lowest)
    np.testing.assert_allclose(found, table @ by_hand(band, lowest), rtol=rounding(width))


@pytest.mark.slow
def test_bands_with_a_leading_axis_are_many():
    bands = np.stack([random_band(seed, 6, 3, -1) for seed in range(2)])
    found = BandedChannel(jnp.asarray(bands), -1, ("Z",), ("next",)).dense().rows
    np.testing.assert_array_equal(found, np.stack([by_hand(band, -1) for band in bands]))


def test_a_step_has_the_slopes_of_the_product():
    band, table = random_band(3, 8, 3, -1), np.random.default_rng(4).dirichlet(np.ones(8), 2)
    weights = np.random.default_rng(5).normal(size=(2, 8))

    def narrow(band, table):
        return (weights * shifted(table, diagonals(band, -1), -1)).sum()

    found = jax.jit(jax.grad(narrow, argnums=(0, 1)))(jnp.asarray(band), jnp.asarray(table))
    dense = (weights[:, None, :] * table[:, :, None]).sum(0)
    expected = [[dense[z, z + k - 1] if 0 <= z + k - 1 < 8 else 0 for k in range(3)] for z in range(8)]
    np.testing.assert_allclose(found[0], expected, atol=rounding(16))
    np.testing.assert_allclose(found[1], weights @ by_hand(band, -1).T, atol=rounding(8))


@pytest.mark.parametrize(
    ("band", "lowest", "source", "message"),
    [
        ([[0.5, 0.5], [0.5, 0.5]], 0, "Z", "band leads from state 1 to 2, and there are 2 states: let the rows .*"),
        ([[0.5, 0.5], [0.5, 0.5]], -1, "Z", "band leads from state 0 to -1, and there are 2 states: let the rows .*"),
        ([[0.5, 0.4], [1.0, 0.0]], 0, "Z", "band has mass 0.9.* in row 0, not 1: .*"),
        ([[1.5, -0.5], [1.0, 0.0]], 0, "Z", r"band has the entry -0.5 at \(0, 1\): .*"),
        ([0.5, 0.5], 0, "Z", r"band has shape \(2,\), from .*: give one row a state, and two names"),
        (WALK, -1, ("Y", "Z"), r"band has shape \(3, 3\), from \('Y', 'Z'\) .*"),
        (WALK, -4, "Z", "lowest is -4: give a whole number, at least -3"),
        (WALK, -1, "next", ".*next.*"),
    ],
)
def test_what_is_no_banded_channel_is_refused_in_one_line(band, lowest, source, message):
    with pytest.raises(ValueError) as caught:
        banded_channel(band, lowest, source, "next")
    assert re.fullmatch(message, str(caught.value))


@pytest.mark.parametrize("band", [[[0.5, 0.5], [0.5, 0.5]], [[0.5, 0.4], [1.0, 0.0]], [[1.5, -0.5], [1.0, 0.0]]])
def test_a_traced_band_that_is_none_is_nan(band):
    made = jax.jit(lambda band: banded_channel(band, 0, "Z", "next").band)
    assert np.isnan(made(jnp.asarray(band))).all()
    assert not np.isnan(made(jnp.array([[0.5, 0.5], [1.0, 0.0]]))).any()


@pytest.mark.slow
def test_it_crosses_the_boundary_of_a_compiled_function():
    walk = banded_channel(WALK, -1, "Z", "next")
    np.testing.assert_array_equal(jax.jit(lambda k: k.dense().rows)(walk), walk.dense().rows)


def test_dense_rows_that_do_not_fit_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr(memory_limits, "device_memory", lambda: 2**33)
    walk = BandedChannel(jnp.ones((100_000, 1)), 0, ("Z",), ("next",))
    with pytest.raises(ValueError, match=r"^a dense channel of 100,000 states takes 74.5 GiB, and the \w+ has 8 GiB: "):
        walk.dense()
