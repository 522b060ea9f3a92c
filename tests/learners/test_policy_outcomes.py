"""What a policy can do, against loops over questions and outputs; the moment at which a level is reached."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.policy_outcomes import first_at, outcomes
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world


@pytest.fixture(scope="module")
def world():
    return lookup_world(jax.random.key(1), symbols=2, classes=3, forms=2, tasks=1, alphabet=4, accepted="other forms")


@pytest.mark.full
def test_outcomes_are_sums_over_questions_and_outputs(world):
    rng, rule = np.random.default_rng(0), 5
    law, base = (x / x.sum(axis=1, keepdims=True) for x in rng.random((2, *world.classes.shape)))
    found = outcomes(world, rule, jnp.log(base), jnp.log(law))
    task, domain, classes = np.array(world.task), np.array(world.domain), np.array(world.classes)
    right = classes == np.array(world.right_class)[rule][:, None]
    passed = [sum(p for p, r in zip(law[q], right[q], strict=True) if r) for q in range(len(task))]
    parts = {"trained": (task == 0) & (domain == 0), "held_out": (task == 0) & (domain == 1), "known": task == 1}
    for name, members in parts.items():
        assert abs(getattr(found, name) - np.mean([p for p, m in zip(passed, members, strict=True) if m])) <= rounding(
            64
        )
    form = np.mean([sum(law[q, y] for y in range(16) if 2 <= y // 4 < 4) for q in np.flatnonzero(parts["held_out"])])
    assert abs(found.held_out_form - form) <= rounding(64)
    assert abs(found.held_out_given_form - found.held_out / form) <= rounding(64)
    known = np.flatnonzero(parts["known"])
    lost = np.mean([sum(b * math.log2(b / p) for b, p in zip(base[q], law[q], strict=True)) for q in known])
    assert abs(found.forgetting - lost) <= rounding(64)
    trained = np.flatnonzero(parts["trained"])
    moved = np.mean([sum(p * math.log2(p / b) for b, p in zip(base[q], law[q], strict=True)) for q in trained])
    assert abs(found.moved - moved) <= rounding(64)
    spread = [-sum(p * math.log2(p) for p in law[q, right[q]] / law[q, right[q]].sum()) for q in trained]
    assert abs(found.diversity - 2 ** np.mean(spread)) <= rounding(64)
    assert abs(found.unevenness - np.std([passed[q] for q in trained])) <= rounding(64)


@pytest.mark.slow
def test_nothing_learned_is_nothing_moved(world):
    uniform = jnp.full(world.classes.shape, -math.log(16))
    found = outcomes(world, 0, uniform, uniform)
    assert found.moved == found.forgetting == found.unevenness == 0
    assert abs(found.trained - 2 / 16) <= rounding(16)


@pytest.mark.slow
@pytest.mark.parametrize(("level", "expected"), [(0.5, 10.0), (0.6, 12.5), (0.2, 3.0), (0.95, math.nan), (0.9, 40.0)])
def test_a_level_is_reached_on_the_line_between_two_looks(level, expected):
    accuracy, value = jnp.array([0.2, 0.5, 0.7, 0.4, 0.9]), jnp.array([3.0, 10.0, 15.0, 20.0, 40.0])
    assert np.isclose(first_at(level, accuracy, value), expected, rtol=0, atol=40 * rounding(4), equal_nan=True)
