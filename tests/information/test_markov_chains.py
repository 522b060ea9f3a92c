"""Informations along a chain equal those of the joint law, and of the cascade in closed form."""

import jax.numpy as jnp
import numpy as np
import pytest

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


@pytest.mark.slow
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
