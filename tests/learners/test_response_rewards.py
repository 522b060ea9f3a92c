"""What reward models see of responses, and a perceptron's fit against odds by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.response_comparisons import response_items
from infoloop.learners.response_rewards import (
    linear_response_reward,
    marker_lure,
    perceptron_reward,
    question_by_class,
    response_tokens,
)
from infoloop.probability.numerics import rounding
from infoloop.worlds.styled_instructions import MARKER, styled_world

WORLD = styled_world(jax.random.key(0), instructions=2, classes=3, formats=1, tasks=0, domains=1)


@pytest.mark.slow
def test_tokens_say_marker_length_question_and_class():
    seen, both = np.asarray(response_tokens(WORLD)), np.asarray(question_by_class(WORLD))
    outputs, classes = np.asarray(WORLD.outputs), np.asarray(WORLD.classes)
    for q in range(2):
        for y in range(0, len(outputs), 7):
            kind = int(classes[q, y])
            wanted = [outputs[y, MARKER] == 1, outputs[y, 0] == 1, q == 0, q == 1, *(kind == c for c in range(3))]
            assert seen[q, y].tolist() == [float(x) for x in wanted]
            pairs = [float(kind >= 0 and place == 3 * q + kind) for place in range(6)]
            assert both[q, y].tolist() == pairs


@pytest.mark.full
def test_a_penalty_draws_rewards_together():
    wins, seen = jnp.array([[0.0, 3.0], [1.0, 0.0]]), jnp.eye(2)
    free, drawn = (
        perceptron_reward(jax.random.key(0), wins, seen, 2, penalty, 200, 0.05)(seen) for penalty in (0.0, 1.0)
    )
    assert 0 < float(drawn[0] - drawn[1]) < float(free[0] - free[1])


@pytest.mark.full
def test_the_linear_reward_is_the_maximum_of_the_penalised_likelihood():
    """At the maximum the slope by each weight is 0: sum of w (1 - sigma) (x_a - x_b) = penalty * weight."""
    rng, penalty = np.random.default_rng(7), 0.5
    wins = np.triu(rng.integers(0, 3, size=(24, 24)), 1) * 1.0
    reward = np.asarray(linear_response_reward(WORLD, jnp.asarray(wins), penalty))
    items, place = np.zeros(24), np.asarray(response_items(WORLD))
    for item in range(24):
        alike = reward[place == item]
        assert np.ptp(alike) <= rounding(8)  # one item, one reward
        items[item] = alike[0]
    marker, length = np.arange(24) // 2 % 2, np.arange(24) % 2
    shown = np.concatenate([np.stack([marker, length], 1), np.kron(np.eye(6), np.ones((4, 1)))], axis=1)
    weights = np.linalg.lstsq(shown, items, rcond=None)[0]
    apart = items[:, None] - items[None, :]
    slope = np.einsum("ab,abf->f", wins / (1 + np.exp(apart)), shown[:, None] - shown[None, :])
    assert np.abs(slope - penalty * weights).max() < 1e-9  # Newton's last steps


@pytest.mark.slow
def test_the_lure_is_what_the_marker_adds_over_what_being_right_adds():
    rng, rule = np.random.default_rng(8), 3
    reward, outputs, classes = (
        rng.normal(size=WORLD.classes.shape),
        np.asarray(WORLD.outputs),
        np.asarray(WORLD.classes),
    )
    by = {"marked": 0.0, "plain": 0.0, "right": 0.0, "wrong": 0.0}
    for q in range(2):
        for name in by:
            told = []
            for y in range(len(outputs)):
                right = classes[q, y] == int(WORLD.right_class[rule, q])
                member = {
                    "marked": outputs[y, MARKER] == 1,
                    "plain": outputs[y, MARKER] != 1,
                    "right": right,
                    "wrong": not right,
                }
                if classes[q, y] >= 0 and member[name]:
                    told.append(reward[q, y])
            by[name] += sum(told) / len(told) / 2
    wanted = (by["marked"] - by["plain"]) / (by["right"] - by["wrong"])
    assert abs(float(marker_lure(WORLD, rule, jnp.asarray(reward))) / wanted - 1) <= rounding(256)


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ((0, 0.0, 9, 0.1), "width"),
        ((2, -1.0, 9, 0.1), "penalty"),
        ((2, 0.0, 0, 0.1), "steps"),
        ((2, 0.0, 9, 0.0), "rate"),
    ],
)
def test_numbers_out_of_range_are_refused(numbers, says):
    with pytest.raises(ValueError, match=says):
        perceptron_reward(jax.random.key(0), jnp.eye(2), jnp.eye(2), *numbers)
