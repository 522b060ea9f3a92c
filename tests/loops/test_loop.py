"""Unrolling a loop gives its states in order; many runs at once are independent runs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.loops.loop import Loop, many, unroll

COUNTING = Loop(start=lambda key: jnp.array([1, 10]), step=lambda key, state: state * 2)


def test_every_key_is_a_generation_and_the_first_is_the_start():
    assert unroll(COUNTING, jnp.arange(3)).tolist() == [[1, 10], [2, 20], [4, 40]]


def test_one_key_is_the_start_alone():
    assert unroll(COUNTING, jnp.arange(1)).tolist() == [[1, 10]]


def test_no_keys_are_refused():
    with pytest.raises(ValueError, match="unroll has no keys"):
        unroll(COUNTING, jnp.arange(0))


def test_only_what_is_watched_is_kept():
    seen = unroll(COUNTING, jnp.arange(3), lambda state: {"sum": state.sum()})
    assert seen["sum"].tolist() == [11, 22, 44]


@pytest.mark.slow
def test_each_generation_has_its_own_key():
    loop = Loop(start=jax.random.uniform, step=lambda key, state: jax.random.uniform(key))
    keys = jax.random.split(jax.random.key(0), 3)
    assert unroll(loop, keys).tolist() == [float(jax.random.uniform(key)) for key in keys]


@pytest.mark.slow
def test_many_runs_are_those_of_their_own_keys():
    loop = Loop(start=jax.random.normal, step=lambda key, state: state + jax.random.normal(key))
    keys = jax.random.split(jax.random.key(0), 2)
    found = unroll(many(loop, 3), keys)
    one, two = (jax.random.split(key, 3) for key in keys)
    for run in range(3):
        start = jax.random.normal(one[run])
        np.testing.assert_array_equal(found[:, run], [start, start + jax.random.normal(two[run])])


def test_no_runs_are_refused():
    with pytest.raises(ValueError, match="runs is 0"):
        many(COUNTING, 0)
