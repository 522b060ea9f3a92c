"""Learners of two components: laws that add up to 1, and the speeds at which they start, by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.component_contributions import read_contributions, written_contributions
from infoloop.learners.component_learners import (
    bit_code,
    factored_tables,
    linear_reader,
    perceptron_reader,
    perceptron_writer,
    string_table,
    token_code,
    token_tables,
)
from infoloop.learners.objectives import imitation
from infoloop.probability.numerics import rounding
from infoloop.worlds.component_pairs import component_pair, inputs_law, strings_law

FLIPS, IDLE = (0.1, 0.3), (3, 1)
PAIR = component_pair(FLIPS, IDLE)
READERS = {"tokens": lambda: linear_reader(token_code()), "bits": lambda: linear_reader(bit_code(PAIR))}
WRITERS = {
    "token tables": lambda: token_tables(PAIR),
    "factored tables": lambda: factored_tables(PAIR),
    "string table": lambda: string_table(PAIR),
}
STARTS = {  # how fast the contributions start, the first over the second
    "tokens": (0.8 / 8) / (0.4 / 2),
    "bits": 0.8 / 0.4,
    "token tables": (0.8 / 8) / (0.4 / 2),
    "factored tables": 0.8 / 0.4,
    "string table": 0.8 / 0.4,
}


def speeds(policy, target, weight, contributions):
    """The slope of both contributions along one step of gradient descent from the start."""
    start, loss = policy.start(jax.random.key(0)), imitation(target, weight)
    downhill = jax.grad(lambda theta: -loss(policy.log_policy(theta), jax.random.key(1)))(start)
    return jax.jvp(lambda theta: contributions(PAIR, policy.log_policy(theta)).logit, (start,), (downhill,))[1]


@pytest.mark.parametrize("name", STARTS)
def test_idle_bits_slow_the_start_exactly_where_they_split_the_gradient(name):
    if name in READERS:
        weight, target = inputs_law(PAIR)
        first, second = speeds(READERS[name](), target, weight, read_contributions)
    else:
        first, second = speeds(WRITERS[name](), strings_law(PAIR), jnp.full(2, 0.5), written_contributions)
    assert abs(float(first / second) - STARTS[name]) <= rounding(256) * STARTS[name]


NETWORKS = (lambda: perceptron_reader(bit_code(PAIR), 3), lambda: perceptron_writer(PAIR, 3))


@pytest.mark.parametrize("make", [*READERS.values(), *WRITERS.values(), *NETWORKS])
def test_what_is_said_is_a_law(make):
    policy = make()
    law = np.exp(np.asarray(policy.log_policy(policy.start(jax.random.key(2)))))
    assert np.abs(law.sum(axis=1) - 1).max() <= rounding(256)


def test_no_string_is_written_that_does_not_occur():
    policy = perceptron_writer(PAIR, 3)
    law = np.exp(np.asarray(policy.log_policy(policy.start(jax.random.key(2)))))
    assert (law[np.asarray(strings_law(PAIR)) == 0] == 0).all()


def test_widths_are_whole_numbers():
    with pytest.raises(ValueError, match="width"):
        perceptron_reader(token_code(), 0)
    with pytest.raises(ValueError, match="width"):
        perceptron_writer(PAIR, 0)
