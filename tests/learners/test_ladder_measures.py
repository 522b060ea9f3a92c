"""Outcomes of the ladder against one training at a time, and budgets against a loop over looks."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import xarray

from infoloop.learners.fine_tuning import first_questions
from infoloop.learners.ladder_measures import (
    AT_LEVEL,
    AT_LOOKS,
    BUDGETS,
    TOLD,
    at_level,
    held_out_within,
    ladder_outcomes,
    spent,
)
from infoloop.learners.objectives import class_likelihood
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.policy_training import train_policy
from infoloop.probability.numerics import rounding
from infoloop.worlds.finite_worlds import right_outputs, under_rule
from infoloop.worlds.lookup import lookup_world

KEY = jax.random.key(0)


@pytest.mark.full
def test_a_rung_is_the_training_on_its_objective_alone():
    world = under_rule(lookup_world(KEY, symbols=2, classes=2, forms=2, tasks=1, alphabet=2), 1)
    few, policy = first_questions(world, 2), perceptron(world, 4, (6,))
    of_few, start, levels = perceptron(few, 4, (6,)), policy.start(jax.random.key(1)), (0.55, 0.9, 1.0)
    found = ladder_outcomes(
        KEY, world, policy, few, of_few, start, optax.adam(0.02), 8, 5, levels, (2, 3, 5), ("own", "class")
    )
    assert list(found) == [*AT_LEVEL, *AT_LOOKS, *TOLD]
    right = right_outputs(world, 0)

    def observer(log_policy):
        return jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1)

    loss = class_likelihood(right_outputs(few, 0), jnp.full(2, 0.5))
    alone = np.array(train_policy(KEY, of_few, start, loss, optax.adam(0.02), 40, 5, observer, policy).observed)
    trained, held_out = (alone[:, np.array(part)].mean(axis=1) for part in (world.trained, world.held_out))
    assert np.abs(found["trained_curve"][1] - trained).max() <= rounding(500)
    assert np.abs(found["held_out_curve"][1] - held_out).max() <= rounding(500)
    for j, level in enumerate(levels):
        there = trained.max() >= level
        expected = np.interp(level, trained, 5.0 * np.arange(9)) if there else 40.0
        assert abs(found["steps"][1, j] - expected) <= 1e-9
        assert found["reached"][1, j] == there
    assert (np.diff(trained) > 0).all()
    assert found["reached"][1].tolist() == [1.0, 1.0, 0.0]
    assert found["price"].tolist() == [4.0, 6.0]
    assert found["diverged"].tolist() == [0.0, 0.0]


@pytest.mark.full
def test_a_run_that_diverges_is_marked():
    world = under_rule(lookup_world(KEY, symbols=1, classes=2, forms=1, tasks=0, alphabet=2, length=1), 1)
    policy = perceptron(world, 2, (2,))
    start = jax.tree.map(lambda x: x * jnp.inf, policy.start(KEY))
    found = ladder_outcomes(
        KEY, world, policy, world, policy, start, optax.sgd(1.0), 1, 1, (0.5,), (1, 1, 1), ("class",)
    )
    assert found["diverged"].tolist() == [1.0]
    assert found["held_out"].tolist() == [[np.inf]]


TABLE = xarray.Dataset(
    {
        "held_out_curve": (("seed", "signal", "step"), np.random.default_rng(1).random((3, 2, 5))),
        "bits": (("seed", "signal", "step"), np.cumsum(np.random.default_rng(2).random((3, 2, 5)), axis=2)),
        **{
            name: (("seed", "signal"), np.full((3, 2), value)) for name, value in (("examples", 4.0), ("verdicts", 8.0))
        },
        "price": (("seed", "signal"), np.full((3, 2), 2.5)),
    },
    {"signal": ["own", "samples"], "step": [0, 10, 20, 30, 40]},
)


@pytest.mark.parametrize("unit", BUDGETS)
@pytest.mark.parametrize("signal", ["own", "samples"])
def test_accuracy_within_a_budget_is_that_of_the_last_look_which_it_pays(unit, signal):
    for amount in (0.0, 1.0, 2.4, 8.0, 9.0, 25.0, 1000.0):
        found = held_out_within(TABLE, amount, unit, signal).values
        for seed in range(3):
            row = TABLE.isel(seed=seed).sel(signal=signal)
            chosen = None
            for look in range(5):
                told = 10.0 * look if unit == "steps" else float(row.bits[look]) if unit == "bits" else None
                if told is None:
                    told = float(row[unit]) * (look if signal == "samples" else min(look, 1))
                if told <= amount:
                    chosen = float(row.held_out_curve[look])
            if chosen is not None:
                assert found[seed] == chosen


def test_what_is_never_reached_is_missing_and_what_diverged_is_infinite():
    axes = ("seed", "signal", "level")
    numbers, reached = [[[0.5]], [[0.7]], [[np.inf]]], [[[1.0]], [[0.0]], [[0.0]]]
    table = xarray.Dataset({"known": (axes, numbers), "reached": (axes, reached)}, {"signal": ["own"], "level": [0.8]})
    found = at_level(table, "known", 0.8, "own").values
    assert found[0] == 0.5
    assert np.isnan(found[1])
    assert found[2] == np.inf
    with pytest.raises(ValueError, match=r"level is 0\.7"):
        at_level(table, "known", 0.7, "own")


def test_bad_budgets_are_named():
    with pytest.raises(ValueError, match="bit"):
        spent(TABLE, "bit", "own")
    with pytest.raises(ValueError, match="the budget is -1 bits"):
        held_out_within(TABLE, -1, "bits", "own")
