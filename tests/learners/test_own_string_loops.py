"""Loops of own strings beside sums over every draw, and what each schedule keeps."""

import itertools
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infoloop.learners.own_string_loops import (
    SCHEDULES,
    StringGeneration,
    frequencies_kept,
    real_strings,
    string_fit,
    string_loop,
)
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.loops.loop import unroll
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world

WORLD = lookup_world(jax.random.key(0), symbols=2, classes=3, alphabet=3, length=1, forms=1, tasks=0, domains=1)
RULE = 5  # answers 1 and 2
RIGHT = np.asarray(WORLD.classes == WORLD.right_class[RULE][:, None])
DRAWS = 4000


def step_of(schedule, law, wrong=0.3, misjudged=0.2, strings=1, counts=None):
    """The counts after one step from a model, in many runs."""
    loop = string_loop(WORLD, RULE, frequencies_kept, SCHEDULES.index(schedule), strings, 2, wrong, misjudged)
    counts = jnp.zeros((2, 3)) if counts is None else counts
    state = StringGeneration(counts, jnp.log(jnp.asarray(law)), jnp.array(False), jnp.array(False))
    return np.asarray(jax.vmap(lambda key: loop.step(key, state).counts)(jax.random.split(jax.random.key(2), DRAWS)))


LAW = np.array([[0.2, 0.3, 0.5], [0.5, 0.1, 0.4]])


def expected(schedule, misjudged=0.2):
    """The mean count of each string of a single draw, summed over draws and verdicts in fractions."""
    table = [[Fraction(0)] * 3 for _ in range(2)]
    law = [[Fraction(str(p)) for p in row] for row in LAW]
    error = Fraction(str(misjudged))
    grades = np.asarray(WORLD.grades)
    classes, right = np.asarray(WORLD.classes), np.asarray(WORLD.right_class[RULE])
    for q, a, b in itertools.product(range(2), range(3), range(3)):
        share, kept = law[q][a] * law[q][b], a
        if schedule == "self-play" and grades[classes[q, b], right[q]] > grades[classes[q, a], right[q]]:
            kept = b
        if schedule == "verifier":
            share *= 1 - error if RIGHT[q, a] else error
        table[q][kept] += share
    return np.array([[float(x) for x in row] for row in table])


@pytest.mark.slow
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_step_keeps_what_the_schedule_says(schedule):
    """A mean of draws is off by more than this once in a million (Hoeffding, six counts)."""
    radius = np.sqrt(np.log(2 * 6 / 1e-6) / (2 * DRAWS))
    assert np.abs(step_of(schedule, LAW).mean(axis=0) - expected(schedule)).max() < radius


def test_old_strings_stay_under_accumulate_alone():
    old = jnp.array([[2.0, 0.0, 1.0], [0.0, 5.0, 0.0]])
    for schedule in SCHEDULES:
        sums = step_of(schedule, LAW, counts=old, misjudged=0.0).sum(axis=2)
        if schedule == "accumulate":
            assert (sums == [4, 6]).all()
        else:
            assert sums.max() == 1


def test_a_perfect_verifier_keeps_right_strings_alone():
    assert step_of("verifier", LAW, misjudged=0.0).mean(axis=0)[~RIGHT].max() == 0


def test_only_as_many_strings_count_as_are_asked_for():
    assert (step_of("replace", LAW, strings=1).sum(axis=2) == 1).all()
    assert (step_of("replace", LAW, strings=2).sum(axis=2) == 2).all()


@pytest.mark.slow
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_first_model_sees_all_real_strings_and_the_same_under_every_schedule(schedule):
    loops = (
        string_loop(WORLD, RULE, frequencies_kept, number, 2, 2, 0.3, 1.0)
        for number in (SCHEDULES.index(schedule), SCHEDULES.index("replace"))
    )
    found, plain = (unroll(loop, jax.random.split(jax.random.key(3), 3)) for loop in loops)
    assert (found.counts[1].sum(axis=1) == 2).all()
    assert (found.counts[1] == plain.counts[1]).all()
    assert found.real.tolist() == [True, False, False]
    assert jnp.abs(jnp.exp(found.log_policy[0]) - real_strings(WORLD, RULE, 0.3)).max() < rounding(3)


def test_real_strings_are_right_or_any():
    law = np.asarray(real_strings(WORLD, RULE, 0.3))
    assert np.abs(law - np.where(RIGHT, 0.8, 0.1)).max() < rounding(3)


def test_frequencies_are_kept_and_nothing_is_uniform():
    found = frequencies_kept(jnp.array([[3.0, 1.0, 0.0], [0.0, 0.0, 0.0]]))
    assert np.abs(np.exp(found.log_policy) - np.array([[0.75, 0.25, 0.0], [1 / 3] * 3])).max() < rounding(3)
    assert not found.diverged


@pytest.mark.slow
def test_a_fit_descends_on_frequencies_and_starts_anew_each_time():
    """A table of logits: half of the weight lies on each question; one without strings is not moved."""
    fit = string_fit(jax.random.key(1), tabular_softmax(WORLD), optax.sgd(0.5), 3)
    logits = np.zeros(3)
    for _ in range(3):
        law = np.exp(logits) / np.exp(logits).sum()
        logits -= 0.5 * 0.5 * (law - np.array([0.75, 0.25, 0.0]))
    for _ in range(2):
        found = fit(jnp.array([[3.0, 1.0, 0.0], [0.0, 0.0, 0.0]]))
        assert np.abs(found.log_policy[0] - (logits - np.log(np.exp(logits).sum()))).max() < rounding(8)
        assert np.abs(found.log_policy[1] + np.log(3)).max() < rounding(8)


def test_a_training_that_diverges_says_so():
    fit = string_fit(jax.random.key(1), tabular_softmax(WORLD), optax.sgd(float("inf")), 3)
    assert fit(jnp.array([[3.0, 1.0, 0.0], [0.0, 1.0, 0.0]])).diverged


def test_what_is_no_rate_is_refused():
    with pytest.raises(ValueError, match="misjudged"):
        string_loop(WORLD, RULE, frequencies_kept, 0, 1, 1, 0.1, 1.5)
    with pytest.raises(ValueError, match="wrong"):
        real_strings(WORLD, RULE, -0.5)
