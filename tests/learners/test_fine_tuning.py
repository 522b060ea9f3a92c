"""Fine-tuning from one base: fewer questions with the same answers, either optimiser."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infoloop.learners.fine_tuning import adam_or_descent, first_questions
from infoloop.learners.perceptron_policy import perceptron
from infoloop.probability.numerics import rounding
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world


@pytest.mark.full
def test_a_learner_answers_the_first_questions_as_in_the_whole_world():
    world = lookup_world(jax.random.key(0), symbols=2, tasks=1)
    few, whole = (perceptron(w, 4, (8,)) for w in (first_questions(world, 2), world))
    start = whole.start(jax.random.key(1))
    assert jnp.abs(few.log_policy(start) - whole.log_policy(start)[:2]).max() <= rounding(64)
    assert np.array_equal(right_outputs(first_questions(world, 2), 9), right_outputs(world, 9)[:2])
    with pytest.raises(ValueError, match="count"):
        first_questions(world, 0)


def test_all_that_is_by_question_is_cut_alike():
    world = lookup_world(jax.random.key(0), symbols=2, tasks=1)
    few = first_questions(world, 3)
    for name in ("prompts", "task", "domain", "content", "classes", "accepted"):
        assert np.array_equal(getattr(few, name), np.array(getattr(world, name))[:3])
    assert np.array_equal(few.right_class, np.array(world.right_class)[:, :3])


@pytest.mark.parametrize("adam", [True, False])
def test_either_optimiser_is_that_of_optax(adam):
    slopes = [jnp.array([0.5, -2.0]), jnp.array([1.0, 3.0])]
    ours, theirs = adam_or_descent(adam, 0.1, 0.3), optax.adam(0.1) if adam else optax.sgd(0.3)
    memory, memories = ours.init(slopes[0]), theirs.init(slopes[0])
    for slope in slopes:
        moves, memory = ours.update(slope, memory)
        expected, memories = theirs.update(slope, memories)
        assert jnp.abs(jnp.asarray(moves) - jnp.asarray(expected)).max() <= rounding(8)
