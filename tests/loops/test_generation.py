"""The parts of a generation: weights count items, and a random truth stays the same all along."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.loops.generation import Parts, generate_and_select, initial_generation, keep_all, num_items, weighted_mean
from infoloop.loops.loop import Loop, unroll, with_random_truth
from infoloop.probability.numerics import rounding


@pytest.mark.full
def test_a_weight_counts_an_item_so_often():
    rng = np.random.default_rng(0)
    data, times = rng.normal(size=(6, 2)), np.array([1, 0, 2, 3, 1, 0])
    repeated = np.repeat(data, times, axis=0)
    found = weighted_mean(jnp.asarray(data), jnp.asarray(times, float))
    np.testing.assert_allclose(found, repeated.mean(0), rtol=0, atol=rounding(8))
    assert np.abs(found - data.mean(0)).max() > rounding(8)


def test_a_fit_to_nothing_is_none():
    assert np.isnan(weighted_mean(jnp.ones(3), jnp.zeros(3)))


def test_everything_is_kept_unless_judged():
    assert keep_all(None, None, (jnp.zeros((4, 2)), jnp.zeros(4))).tolist() == [1.0] * 4
    assert num_items({"inputs": jnp.zeros((4, 2)), "labels": jnp.zeros(4)}) == 4


def test_data_and_judgement_have_keys_of_their_own():
    parts = Parts(
        real=jax.random.uniform,
        generate=lambda key, z: jax.random.uniform(key, (3,)),
        refit=weighted_mean,
        select=lambda key, judge, data: jax.random.uniform(key, (3,)),
    )
    first = initial_generation(parts, jnp.ones(3), jnp.ones(3))
    data, weights = generate_and_select(parts, jax.random.key(0), first, frozen=False)
    assert first.number == 0
    assert not set(data.tolist()) & set(weights.tolist())


def test_the_judge_is_the_last_model_or_the_first():
    parts = Parts(
        real=lambda key: jnp.ones(2),
        generate=lambda key, z: z * jnp.ones(2),
        refit=weighted_mean,
        select=lambda key, judge, data: judge * jnp.ones(2),
    )
    state = initial_generation(parts, jnp.ones(2), jnp.ones(2))._replace(model=jnp.array(5.0))
    assert generate_and_select(parts, jax.random.key(0), state, frozen=True)[1].tolist() == [1.0, 1.0]
    assert generate_and_select(parts, jax.random.key(0), state, frozen=False)[1].tolist() == [5.0, 5.0]


@pytest.mark.slow
def test_the_truth_is_drawn_once():
    loop = with_random_truth(jax.random.uniform, lambda x: Loop(lambda key: x, lambda key, z: z + x))
    truth, state = unroll(loop, jax.random.split(jax.random.key(1), 3))
    assert len(set(truth.tolist())) == 1
    np.testing.assert_allclose(state, truth * np.arange(1, 4), rtol=0, atol=rounding(4))
