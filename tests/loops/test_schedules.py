"""Schedules on data that can be told apart: what each fit is made of, in plain lists."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.loops.generation import Parts, weighted_mean
from infoloop.loops.loop import many, unroll
from infoloop.loops.schedules import accumulate, per_item_mixture, replace_data, replay, subsample, weighted_mix
from infoloop.models import gaussian_refit
from infoloop.probability.numerics import rounding
from tests.support.finite_sample_bounds import counts_against, worst

KEYS = jax.random.split(jax.random.key(0), 4)


def counted(data, weights):
    """A fit that remembers what it was made of."""
    return {"data": data, "weights": weights}


def marked(size=2, fresh=2, select=None):
    """Real data are 0, 1, ...; what model z makes has 10 more than the largest it was fit to."""
    parts = Parts(
        real=lambda key: jnp.arange(1.0 * size),
        generate=lambda key, z: jnp.floor(z["data"].max() / 10) * 10 + 10 + jnp.arange(1.0 * fresh),
        refit=counted,
    )
    return parts if select is None else parts._replace(select=select)


def fits(loop, generations=4):
    """What each generation was fit to: its items with their weights, those of weight 0 left out."""
    seen = jax.jit(lambda keys: unroll(loop, keys, lambda state: state.model))(KEYS[:generations])
    pairs = zip(seen["data"].tolist(), seen["weights"].tolist(), strict=True)
    return [[(x, w) for x, w in zip(*pair, strict=True) if w] for pair in pairs]


def test_replace_forgets():
    assert fits(replace_data(marked())) == [[(10.0 * t, 1.0), (10.0 * t + 1, 1.0)] for t in range(4)]


def test_accumulate_keeps_everything():
    pool = [(x, 1.0) for x in (0.0, 1.0, 10.0, 11.0, 20.0, 21.0, 30.0, 31.0)]
    assert fits(accumulate(marked(), 4)) == [pool[: 2 * t] for t in range(1, 5)]


def test_a_pool_that_is_full_gives_no_fit():
    last = unroll(accumulate(marked(), 3), KEYS, lambda state: state.model["weights"])[-1]
    assert np.isnan(last).all()


def test_replay_keeps_the_first():
    found = fits(replay(marked(), 0.25))
    assert found[0] == [(0.0, 1.0), (1.0, 1.0)]
    assert found[3] == [(0.0, 0.5), (1.0, 0.5), (30.0, 1.5), (31.0, 1.5)]
    assert fits(replay(marked()))[2] == [(0.0, 1.0), (1.0, 1.0), (20.0, 1.0), (21.0, 1.0)]


def test_mix_weighs_real_data_against_generated_ones_of_another_number():
    found = fits(weighted_mix(marked(1, 3), 0.25))
    assert found[:2] == [[(0.0, 1.0)], [(0.0, 1.0), (10.0, 1.0), (11.0, 1.0), (12.0, 1.0)]]
    assert fits(weighted_mix(marked(1, 3), 0.5))[1] == [(0.0, 2.0), *((x, 2 / 3) for x in (10.0, 11.0, 12.0))]
    assert fits(weighted_mix(marked(2, 3), 1.0))[2] == [(0.0, 2.5), (1.0, 2.5)]


def test_mixture_has_real_items_at_its_probability():
    items = 20_000
    loop = per_item_mixture(marked(items, items, lambda key, judge, data: jnp.full(len(data), 0.5)), 0.3)
    model = unroll(loop, KEYS[:2], lambda state: state.model)
    real = model["data"][1] == np.arange(items)
    assert worst([counts_against(real.astype(int), [0.7, 0.3])]) <= 1
    assert worst([counts_against(real.astype(int), [0.65, 0.35])]) > 1
    np.testing.assert_array_equal(model["weights"][1], np.where(real, 1.0, 0.5))


@pytest.mark.slow
def test_a_subsample_is_drawn_without_replacement_from_all_data_alike():
    """2 of 4 items: each of the 6 sets is as likely as any other."""
    chosen = unroll(many(subsample(marked(), 4), 30_000), KEYS[:2], lambda state: state.model["data"])[1]
    sets = [(a, b) for a in (0.0, 1.0, 10.0, 11.0) for b in (0.0, 1.0, 10.0, 11.0) if a < b]
    places = np.array([sets.index(tuple(pair)) for pair in np.sort(chosen, -1).tolist()])
    assert worst([counts_against(places, np.full(6, 1 / 6))]) <= 1
    assert worst([counts_against(places, [0.2, 0.16, 0.16, 0.16, 0.16, 0.16])]) > 1


@pytest.mark.slow
def test_a_subsample_is_of_what_is_present():
    parts = marked()._replace(generate=lambda key, z: 10 + jax.random.uniform(key, (2,)))
    state = unroll(many(subsample(parts, 4), 1000), KEYS[:3])
    chosen, pool = (np.asarray(x[2]) for x in (state.model["data"], state.data))
    assert (state.weights.sum(-1) == np.array([2, 4, 6])[:, None]).all()
    assert (chosen[:, 0] != chosen[:, 1]).all()
    assert (chosen[:, :, None] == pool[:, None, :6]).any(-1).all()


def test_a_frozen_judge_is_the_first_model():
    def select(key, judge, data):
        return jnp.full(len(data), 1 + judge["data"][0])

    seen = {
        frozen: [fit[0][1] for fit in fits(replace_data(marked(select=select), frozen))] for frozen in (True, False)
    }
    assert seen == {True: [1.0, 1.0, 1.0, 1.0], False: [1.0, 1.0, 11.0, 21.0]}


@pytest.mark.parametrize("schedule", [accumulate, subsample])
def test_a_judged_pool_keeps_its_weights(schedule):
    loop = schedule(marked(select=lambda key, judge, data: jnp.array([0.25, 0.75])), 4)
    weights = unroll(loop, KEYS, lambda state: state.weights)[-1]
    assert weights.tolist() == [1.0, 1.0, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75]


@pytest.mark.full
def test_data_may_be_pairs_of_arrays():
    def fit(data, weights):
        return weights @ data[0], weights.sum()

    parts = Parts(
        lambda key: (jnp.ones((2, 3)), jnp.ones(2)), lambda key, z: (jnp.ones((2, 3)) * z[0], jnp.zeros(2)), fit
    )
    loops = (
        replace_data(parts),
        accumulate(parts, 3),
        subsample(parts, 3),
        weighted_mix(parts, 0.5),
        per_item_mixture(parts, 0.5),
        replay(parts),
    )
    for loop in loops:
        assert unroll(loop, KEYS[:3], lambda state: state.model[0]).shape == (3, 3)


@pytest.mark.parametrize("schedule", gaussian_refit.SCHEDULES)
@pytest.mark.parametrize("unbiased", [False, True])
def test_a_pool_is_as_good_as_its_sums_of_squares(schedule, unbiased):
    """`gaussian_refit.step` keeps sums alone; from the same keys, a pool of all samples has the same fits."""
    m, runs = gaussian_refit.refit(5, 1.0, 2.0, schedule, unbiased), []
    state = gaussian_refit.first(m)
    for key in KEYS:
        state = gaussian_refit.step(m, key, state)
        runs.append((state.mean.item(), state.variance.item()))

    def fit(data, weights):
        mean = weighted_mean(data, weights)
        return mean, weights @ (data - mean) ** 2 / (weights.sum() - unbiased)

    def samples(t, z):
        return z[0] + jnp.sqrt(z[1]) * jax.random.normal(KEYS[t], (5,))

    pool, kept = jnp.zeros(0), []
    for t in range(4):
        fresh = samples(t, kept[-1] if kept else (1.0, 2.0))
        pool = jnp.concatenate([pool, fresh]) if schedule == "accumulate" else fresh
        kept.append(fit(pool, jnp.ones(len(pool))))
    np.testing.assert_allclose(runs, kept, rtol=0, atol=rounding(64))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: weighted_mix(marked(), 1.5), "weight is 1.5"),
        (lambda: replay(marked(), -0.5), "weight is -0.5"),
        (lambda: per_item_mixture(marked(), 2.0), "probability is 2"),
        (lambda: accumulate(marked(), 0), "generations is 0"),
        (lambda: subsample(marked(), 0), "generations is 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
