"""Rewards and preferences against loops over questions, strings, items, prefixes and pairs."""

import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reward_signals import (
    graded_reward,
    items_met,
    preference_counts,
    right_prefixes,
    rubric_reward,
    step_reward,
    verdict_reward,
)

RULE = 37


@pytest.fixture(scope="module")
def world():
    return lookup_world(jax.random.key(1), symbols=3, classes=5, forms=3, tasks=1, alphabet=6, accepted="other forms")


def asked_and_given(world):
    """Every question and string, with the class asked for and that of the string."""
    right, classes = np.array(world.right_class)[RULE], np.array(world.classes)
    return [(q, y, int(right[q]), int(c)) for q in range(len(classes)) for y, c in enumerate(classes[q])]


@pytest.mark.full
def test_a_verifier_accepts_at_its_two_rates(world):
    found = np.array(verdict_reward(world, RULE, true_positive=0.9, false_positive=0.2))
    assert all(found[q, y] == (0.9 if c == t else 0.2) for q, y, t, c in asked_and_given(world))
    exact = np.array(verdict_reward(world, RULE))
    assert all(exact[q, y] == (c == t) for q, y, t, c in asked_and_given(world))


def test_grades_fall_with_the_way_round_the_ring_and_junk_has_none(world):
    found = np.array(graded_reward(world, RULE))
    for q, y, t, c in asked_and_given(world):
        way = min((c - t) % 5, (t - c) % 5)
        assert found[q, y] == (0 if c < 0 else 1 - way / 2)


def test_a_grade_is_that_of_the_given_class_where_another_is_right(world):
    grades = np.random.default_rng(0).random((5, 5))
    found = np.array(graded_reward(replace(world, grades=jnp.asarray(grades)), RULE))
    assert all(found[q, y] == (grades[c, t] if c >= 0 else 0) for q, y, t, c in asked_and_given(world))


@pytest.mark.slow
@pytest.mark.parametrize("items", [1, 2, 3, None])
def test_a_rubric_asks_whether_binary_digits_agree(world, items):
    met, found = np.array(items_met(world, RULE, items)), np.array(rubric_reward(world, RULE, items))
    k = 3 if items is None else items
    for q, y, t, c in asked_and_given(world):
        agrees = [c >= 0 and (c >> j) % 2 == (t >> j) % 2 for j in range(k)]
        assert met[q, y].tolist() == agrees
        assert abs(found[q, y] - sum(agrees) / k) <= rounding(k)


def test_steps_are_right_as_long_as_a_right_output_begins_so(world):
    met, found = np.array(right_prefixes(world, RULE)), np.array(step_reward(world, RULE))
    outputs = np.array(world.outputs).tolist()
    right = {}
    for q, y, t, c in asked_and_given(world):
        right.setdefault(q, []).extend([outputs[y]] if c == t else [])
    for q, y, _, _ in asked_and_given(world):
        steps = [any(outputs[y][:j] == good[:j] for good in right[q]) for j in (1, 2)]
        assert met[q, y].tolist() == steps
        assert found[q, y] == sum(steps) / 2
    assert {0.0, 0.5, 1.0} == set(found.ravel().tolist())


@pytest.mark.full
def test_preferences_are_those_of_pairs_drawn_and_judged():
    base = jnp.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    reward = jnp.array([[1.0, 0.0, 0.0], [0.0, 0.5, 1.0]])
    for sharpness in (None, 0.7, 3.0):
        found, expected = (
            np.array(preference_counts(jnp.asarray(base), jnp.asarray(reward), sharpness)),
            np.zeros((2, 3, 3)),
        )
        for q in range(2):
            for a in range(3):
                for b in [y for y in range(3) if y != a]:
                    gap = reward[q, a] - reward[q, b]
                    hard = 0.5 if gap == 0 else float(gap > 0)
                    wins = hard if sharpness is None else 1 / (1 + math.exp(-sharpness * gap))
                    expected[q, a, b] += base[q, a] * base[q, b] * wins  # a is shown first
                    expected[q, a, b] += base[q, b] * base[q, a] * wins  # b is
        assert np.abs(found - expected).max() <= rounding(9)
        assert np.abs(found.sum(axis=(1, 2)) - (1 - (base**2).sum(axis=1))).max() <= rounding(9)


@pytest.mark.full
def test_sharp_preferences_become_those_of_the_greater_reward():
    base, reward = jnp.array([[0.5, 0.25, 0.25]]), jnp.array([[1.0, 0.5, 0.5]])
    assert np.abs(preference_counts(base, reward, 1e4) - preference_counts(base, reward)).max() == 0
    slope = jax.grad(lambda r: preference_counts(base, r, 2.0)[0, 1, 2])(reward)
    assert np.abs(slope - np.array([[0.0, 1 / 16, -1 / 16]])).max() <= rounding(3)  # 2/16 of s/4, and s = 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda world: verdict_reward(world, RULE, true_positive=1.5), "true_positive"),
        (lambda world: verdict_reward(world, RULE, false_positive=-0.5), "false_positive"),
        (lambda world: rubric_reward(world, RULE, 4), "items are 4 and the world has 3: give at most 3"),
        (lambda world: rubric_reward(world, RULE, 0), "items is 0"),
        (lambda world: preference_counts(jnp.ones((1, 1)), jnp.ones((1, 1)), 0.0), "sharpness"),
    ],
)
def test_what_is_out_of_range_is_refused(world, call, message):
    with pytest.raises(ValueError, match=message):
        call(world)
