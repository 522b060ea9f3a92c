"""Informations along a chain equal those of the joint law, and of the cascade in closed form."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information import memory_limits
from infoloop.information.banded_channels import BandedChannel, banded_channel
from infoloop.information.markov_chains import information_along
from infoloop.information.measures import mutual_information
from infoloop.probability.channel_families import bsc
from infoloop.probability.channels import Channel, extend
from infoloop.probability.distributions import Joint, joint
from infoloop.probability.numerics import binary_entropy, rounding
from tests.support.oracles import information as oracle

COPY = joint([[0.5, 0], [0, 0.5]], "X", "Z")


def rows(seed: int, *shape: int):
    return jnp.asarray(np.random.default_rng(seed).dirichlet(np.ones(shape[-1]), shape[:-1]))


@pytest.mark.slow
def test_it_is_the_cascade_in_closed_form():
    found = information_along(COPY, "X", bsc(0.1, "Z", "next"), steps=30)
    closed = 1 - binary_entropy((1 - 0.8 ** jnp.arange(31)) / 2)
    np.testing.assert_allclose(found, closed, atol=rounding(4))


@pytest.mark.full
def test_different_links_are_taken_in_order():
    links = rows(0, 2, 3, 3)
    start = Joint(rows(1, 1, 6).reshape(2, 3), ("X", "Z"))
    found = information_along(start, "X", Channel(links, ("Z",), ("next",)))
    law = extend(start, Channel(links[0], ("Z",), ("A",)), Channel(links[1], ("A",), ("B",)))
    expected = [mutual_information(law, "X", name) for name in ("Z", "A", "B")]
    np.testing.assert_allclose(found, jnp.stack(expected), atol=rounding(18))


@pytest.mark.slow
def test_it_agrees_with_an_oracle():
    start, link = rows(2, 1, 9).reshape(3, 3), rows(3, 3, 3)
    found = information_along(Joint(start, ("X", "Z")), "X", Channel(link, ("Z",), ("next",)), steps=1)
    after = np.asarray(start) @ np.asarray(link)
    outcomes = {(x, z): after[x, z] for x in range(3) for z in range(3)}
    assert abs(float(found[1]) - float(oracle(outcomes, (0,), (1,)))) <= rounding(9)


@pytest.mark.slow
def test_other_variables_are_left_out():
    more = extend(COPY, bsc(0.3, "Z", "W"))
    np.testing.assert_array_equal(
        information_along(more, "X", bsc(0.1, "Z", "next"), 3), information_along(COPY, "X", bsc(0.1, "Z", "next"), 3)
    )


def test_a_link_between_different_alphabets_is_refused():
    with pytest.raises(ValueError, match="cannot be repeated"):
        information_along(COPY, "X", Channel(jnp.ones((2, 3)) / 3, ("Z",), ("next",)), 2)


def test_a_link_of_another_size_than_the_law_is_refused():
    with pytest.raises(ValueError, match="Z takes 2 values"):
        information_along(COPY, "X", Channel(jnp.ones((3, 3)) / 3, ("Z",), ("next",)), 2)


def test_steps_are_given_once():
    with pytest.raises(ValueError, match="steps="):
        information_along(COPY, "X", bsc(0.1, "Z", "next"))


def test_what_is_no_channel_is_refused():
    with pytest.raises(TypeError, match=r"^link is a list: give a Channel or a BandedChannel$"):
        information_along(COPY, "X", [[1.0, 0.0], [0.0, 1.0]], 2)  # ty: ignore[invalid-argument-type]


WALK = banded_channel([[0.0, 0.5, 0.5]] + 5 * [[0.25, 0.5, 0.25]] + [[0.5, 0.5, 0.0]], -1, "Z", "next")
START = Joint(rows(4, 1, 21).reshape(3, 7), ("X", "Z"))


@pytest.mark.full
def test_a_band_gives_what_its_dense_channel_gives():
    found = information_along(START, "X", WALK, 40)
    np.testing.assert_allclose(found, information_along(START, "X", WALK.dense(), 40), atol=rounding(21 * 40))


@pytest.mark.full
def test_different_bands_are_taken_in_order():
    bands = jnp.stack([WALK.band, jnp.zeros((7, 3)).at[:, 1].set(1.0), WALK.band])
    found = information_along(START, "X", BandedChannel(bands, -1, ("Z",), ("next",)))
    once, twice = information_along(START, "X", WALK, 2)[1:]
    np.testing.assert_allclose(found[1:], jnp.stack([once, once, twice]), atol=rounding(21 * 3))


@pytest.mark.full
def test_slopes_by_a_band_are_those_of_its_dense_channel():
    """Of the moves that stay inside: a dense channel has no others."""

    def bits(table, band, dense):
        walk = BandedChannel(band, -1, ("Z",), ("next",))
        link = walk.dense() if dense else walk
        return information_along(Joint(table, ("X", "Z")), "X", link, 5).sum()

    slopes = [jax.jit(jax.grad(lambda t, b, d=d: bits(t, b, d), (0, 1)))(START.table, WALK.band) for d in (False, True)]
    for found, expected in zip(*slopes, strict=True):
        np.testing.assert_allclose(found, expected, atol=rounding(21 * 5))


@pytest.mark.slow
def test_many_starts_and_links_at_once():
    tables, flips = rows(5, 2, 4).reshape(2, 2, 2), jnp.array([0.1, 0.3])

    def bits(table, flip):
        return information_along(Joint(table, ("X", "Z")), "X", bsc(flip, "Z", "next"), 3)

    alone = jnp.stack([bits(table, flip) for table, flip in zip(tables, flips, strict=True)])
    np.testing.assert_allclose(jax.jit(jax.vmap(bits))(tables, flips), alone, atol=rounding(4 * 3))


@pytest.mark.slow
def test_a_start_may_be_the_state_itself():
    law = joint([0.2, 0.3, 0.5], "Z")
    link = Channel(rows(6, 3, 3), ("Z",), ("next",))
    copied = Joint(jnp.diag(law.table), ("X", "Z"))
    np.testing.assert_array_equal(information_along(law, "Z", link, 3), information_along(copied, "X", link, 3))
    with pytest.raises(ValueError):
        information_along(copied, ("X", "Z"), link, 3)


@pytest.mark.parametrize(("x", "size"), [("X", "0.592"), ("Z", "224")])
def test_a_chain_that_does_not_fit_is_refused_before_it_is_made(monkeypatch, x, size):
    """Three tables of 250 by 1e5 cells and four of 2^20, and with X the state itself three of 75 GiB."""
    monkeypatch.setattr(memory_limits, "device_memory", lambda: 2**29)
    states, values = 100_000, 250
    band = jax.ShapeDtypeStruct((states, 3), jnp.float64)

    def bits(table, band):
        return information_along(Joint(table, ("X", "Z")), x, BandedChannel(band, -1, ("Z",), ("next",)), 10)

    with pytest.raises(ValueError) as caught:
        jax.eval_shape(bits, jax.ShapeDtypeStruct((values, states), jnp.float64), band)
    message = rf"a chain of [\d,]+ by 100,000 cells takes {size} GiB, and the \w+ has 0.5 GiB: .*"
    assert re.fullmatch(message, str(caught.value))


@pytest.mark.slow
def test_a_traced_law_that_is_none_gives_nan():
    def bits(table):
        return information_along(joint(table, "X", "Z"), "X", bsc(0.1, "Z", "next"), 3)

    assert np.isnan(jax.jit(bits)(jnp.array([[0.5, 0.5], [0.5, -0.5]]))).all()
    assert not np.isnan(jax.jit(bits)(COPY.table)).any()
