"""Channels of judgements against the law of the whole pair, own output and what is said of it, by loops."""

import itertools
import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reward_channels import (
    graded_channel,
    preference_channel,
    rubric_channel,
    step_channel,
    verdict_channel,
)
from infoloop.worlds.signal_information import signal_gains
from tests.support.signal_laws import members, rows_of, split


@pytest.fixture(scope="module")
def world():
    return lookup_world(jax.random.key(1), symbols=2, classes=4, forms=2, tasks=0, alphabet=5, accepted="other forms")


@pytest.fixture(scope="module")
def base(world):
    law = np.random.default_rng(0).dirichlet(np.ones(25), size=len(world.task))
    law[1, :20] = 0  # one question whose base has few outputs
    return law / law.sum(axis=1, keepdims=True)


def grade(a, t):
    return 0.0 if a < 0 else 1 - min((a - t) % 4, (t - a) % 4) / 2


def digits(a, t, k):
    return tuple(a >= 0 and (a >> j) % 2 == (t >> j) % 2 for j in range(k))


def whole_pairs(world, base, says):
    """The law of the pair of A and what is said of it, `says(q, A, class of A, right class)` -> law."""

    def law(q, y):
        classes, found = np.array(world.classes)[q].tolist(), {}
        for a, p in enumerate(base[q]):
            for s, share in says(q, a, classes[a], classes[y]).items():
                found[a, s] = found.get((a, s), 0) + p * share
        return found

    return law


def preferences(world, base, reward, wins):
    """The law of (preferred, other), or of an output that was drawn twice."""

    def law(q, y):
        classes, found = np.array(world.classes)[q].tolist(), {}
        for a, b in itertools.product(range(25), repeat=2):
            p, gap = base[q, a] * base[q, b], reward(classes[a], classes[y]) - reward(classes[b], classes[y])
            for event, share in ((((a, b)), wins(gap)), (((b, a)), 1 - wins(gap))):
                event = event if a != b else a
                found[event] = found.get(event, 0) + p * share
        return found

    return law


def check(world, channel, law):
    assert np.abs(np.array(channel).sum(axis=2) - 1).max() <= rounding(32)
    found, expected = np.array(signal_gains(world, channel)[:3]), np.array(split(world, law))
    assert np.abs(found - expected).max() <= rounding(1024)


@pytest.mark.full
def test_a_verdict_is_of_the_class_of_an_own_output(world, base):
    def says(q, a, c, t):
        rate = 0.9 if c == t else 0.2
        return {1: rate, 0: 1 - rate}

    rows = verdict_channel(world, base, true_positive=0.9, false_positive=0.2)
    check(world, rows, whole_pairs(world, base, says))
    for q, t in itertools.product(range(len(base)), range(4)):
        found = rows_of(rows, q, members(world, q, t)[0])
        for c in range(5):
            mass = sum(base[q, members(world, q, c if c < 4 else -1)])
            rate = 0.9 if c == t else 0.2
            assert abs(found.get(2 * c, 0) - mass * (1 - rate)) <= rounding(32)
            assert abs(found.get(2 * c + 1, 0) - mass * rate) <= rounding(32)


def test_an_exact_verdict_says_the_entropy_that_it_has(world):
    """From a uniform base a verdict on an output of class a has the entropy h(1/4); junk and waste have none."""
    even = jnp.where(world.classes >= 0, 1 / 8, 0.0)
    found = signal_gains(world, verdict_channel(world, even))
    h = -0.25 * math.log2(0.25) - 0.75 * math.log2(0.75)
    assert np.abs(np.array(found) - [h, 0, 2 - h, 1, h / 2]).max() <= rounding(64)


@pytest.mark.full
def test_a_grade_and_a_rubric_are_of_the_class_of_an_own_output(world, base):
    check(world, graded_channel(world, base), whole_pairs(world, base, lambda q, a, c, t: {grade(c, t): 1.0}))
    for k in (1, 2, None):
        says = whole_pairs(world, base, lambda q, a, c, t, k=k: {digits(c, t, k or 2): 1.0})
        check(world, rubric_channel(world, base, k), says)


@pytest.mark.full
def test_step_verdicts_are_of_the_own_string(world, base):
    outputs = np.array(world.outputs).tolist()

    def says(q, a, c, t):
        right = [outputs[y] for y in members(world, q, t)]
        return {tuple(any(outputs[a][:j] == good[:j] for good in right) for j in (1, 2)): 1.0}

    check(world, step_channel(world, base), whole_pairs(world, base, says))


@pytest.mark.full
def test_preferences_are_of_the_classes_of_two_own_outputs(world, base):
    def hard(gap):
        return 0.5 if gap == 0 else float(gap > 0)

    def soft(gap):
        return 1 / (1 + math.exp(-2 * gap))

    check(world, preference_channel(world, base), preferences(world, base, lambda a, t: float(a == t), hard))
    graded = preference_channel(world, base, world.grades, 2.0)
    check(world, graded, preferences(world, base, grade, soft))


@pytest.fixture(scope="module")
def uneven(world):
    """The world with grades, some of them equal, that hang on which of two classes is the right one."""
    return replace(world, grades=jnp.array([[1.0, 0.5, 0.5, 0], [0, 1, 0.5, 0], [0.5, 0, 1, 0], [0.5, 0.5, 0, 1]]))


def law_by_value(world, base, q, value):
    """The law of `value(A, class of A)`, A being drawn from the base."""
    found = np.zeros(2**10)
    for a, c in enumerate(np.array(world.classes)[q].tolist()):
        found[value(a, c if c >= 0 else 4)] += base[q, a]
    return found


@pytest.mark.full
def test_a_value_is_numbered_as_said(uneven, base):
    grades, outputs = np.array(uneven.grades), np.array(uneven.outputs).tolist()
    channels = [graded_channel(uneven, base), rubric_channel(uneven, base), step_channel(uneven, base)]
    for q, t in itertools.product(range(len(base)), range(4)):
        right = [outputs[y] for y in members(uneven, q, t)]

        def graded(a, c, t=t):
            return 4 * c + (0 if c == 4 else int(np.flatnonzero(grades[c] == grades[c, t])[0]))

        def met(a, c, t=t):
            return 4 * c + sum(2**j for j, same in enumerate(digits(c if c < 4 else -1, t, 2)) if same)

        def steps(a, c, right=right):
            return 3 * a + sum(any(outputs[a][:j] == good[:j] for good in right) for j in (1, 2))

        for channel, value in zip(channels, (graded, met, steps), strict=True):
            row = np.array(channel[q, members(uneven, q, t)[0]])
            assert np.abs(row - law_by_value(uneven, base, q, value)[: len(row)]).max() <= rounding(32)


def test_a_pair_is_numbered_by_the_preferred_and_judged_by_row_and_column(uneven, base):
    judge, classes = np.array(uneven.grades), np.array(uneven.classes)
    channel = np.array(preference_channel(uneven, base, uneven.grades, 1.5))
    for q, t in itertools.product((0, 1), range(4)):
        reward = [judge[c, t] if c >= 0 else 0.0 for c in classes[q]]
        expected = np.zeros(26)
        for a, b in itertools.product(range(25), repeat=2):
            wins = 1 / (1 + math.exp(-1.5 * (reward[a] - reward[b])))
            value = 25 if a == b else 5 * (classes[q, a] % 5) + classes[q, b] % 5
            expected[value] += base[q, a] * base[q, b] * (1 if a == b else 2 * wins)
        assert np.abs(channel[q, members(uneven, q, t)[0]] - expected).max() <= rounding(64)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w, b: verdict_channel(w, b, true_positive=1.5), "true_positive"),
        (lambda w, b: verdict_channel(w, b, false_positive=-0.5), "false_positive"),
        (lambda w, b: rubric_channel(w, b, 3), "items are 3 and the world has 2"),
        (
            lambda w, b: rubric_channel(replace(w, items=jnp.zeros((4, 30), bool)), b),
            "and 5368709120 values has more than",
        ),
        (lambda w, b: preference_channel(w, b, sharpness=0.0), "sharpness"),
    ],
)
def test_what_is_out_of_range_is_refused(world, base, call, message):
    with pytest.raises(ValueError, match=message):
        call(world, base)
