"""Loops of two tokens: what is drawn, and what a table tells; the laws are compared in `test_models`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.loops.banded_kernels import banded_kernel
from infoloop.loops.loop import Loop, unroll
from infoloop.loops.two_token_loops import (
    exact_count_loop,
    hypothesis_information,
    hypothesis_information_by_generation,
    sampled_loop,
    tokens,
)
from infoloop.probability.numerics import rounding
from tests.support.oracles import information, law_of


def band(n):
    return banded_kernel(n, np.arange(n + 1), n - np.arange(n + 1))


def test_what_a_table_tells_is_that_of_the_oracle():
    table = np.array([[0.125, 0.25, 0.125], [0.0, 0.25, 0.25]])
    assert abs(hypothesis_information(jnp.asarray(table)) - float(information(law_of(table), (0,), (1,)))) <= rounding(
        6
    )


@pytest.mark.slow
def test_information_by_generation_is_that_of_each_state():
    rates, prior = jnp.array([0.25, 0.75]), jnp.array([0.5, 0.5])
    tables = unroll(exact_count_loop(5, rates, prior, band(5)), jnp.arange(4))
    each = [hypothesis_information(table) for table in tables]
    np.testing.assert_allclose(
        hypothesis_information_by_generation(5, rates, prior, band(5), 4), each, rtol=0, atol=rounding(12)
    )


@pytest.mark.slow
def test_tokens_come_from_the_truth_and_then_from_the_model():
    parts = tokens(4, 1.0)
    assert parts.real(jax.random.key(0)).tolist() == [1.0] * 4
    assert parts.generate(jax.random.key(0), 0.0).tolist() == [0.0] * 4
    assert parts.refit(jnp.array([1.0, 0.0, 1.0, 1.0]), jnp.ones(4)) == 0.75


@pytest.mark.slow
def test_hypotheses_are_drawn_from_the_prior_and_kept():
    rates = jnp.array([0.1, 0.2, 0.3])
    loop = sampled_loop(rates, jnp.array([0.5, 0.0, 0.5]), 200, lambda rate: Loop(lambda key: rate, lambda key, z: z))
    hypothesis, rate = unroll(loop, jax.random.split(jax.random.key(0), 2))
    assert set(hypothesis.ravel().tolist()) == {0, 2}
    np.testing.assert_array_equal(rate, rates[hypothesis])
    np.testing.assert_array_equal(hypothesis[0], hypothesis[1])


def test_no_runs_are_refused():
    with pytest.raises(ValueError, match="runs is 0"):
        sampled_loop(jnp.ones(1), jnp.ones(1), 0, lambda rate: Loop(lambda key: rate, lambda key, z: z))
