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
from infoloop.worlds.component_pairs import FORMS, TOKENS, component_pair, inputs_law, strings_law

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


@pytest.mark.full
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


def softmax(logits, there=None):
    weights = np.exp(logits) * (1 if there is None else there)
    return weights / weights.sum(axis=-1, keepdims=True)


def any_weights(policy):
    """Weights that are nowhere equal, of the shapes of the policy's own."""
    start, rng = policy.start(jax.random.key(0)), np.random.default_rng(11)
    return jax.tree.map(lambda w: jnp.asarray(rng.normal(size=w.shape)), start)


def said(policy, weights):
    return np.exp(np.asarray(policy.log_policy(weights)))


def test_bits_that_a_component_does_not_have_are_no_features():
    code = np.asarray(bit_code(PAIR))
    for j, b in enumerate(IDLE):
        for token in range(TOKENS):
            digits = [int(x) for x in f"{token:04b}"]  # the class, then the form from its highest bit
            wanted = [2 * digits[0] - 1, *(2 * digits[3 - k] - 1 if k < b else 0 for k in range(3))]
            assert code[j, token].tolist() == wanted


@pytest.mark.parametrize("code", [token_code(), bit_code(PAIR)])
def test_readers_say_what_their_weights_do(code):
    linear, network, features = linear_reader(code), perceptron_reader(code, 3), np.asarray(code)
    w, v = any_weights(linear), jax.tree.map(np.asarray, any_weights(network))
    for policy, weights, logit in (
        (linear, w, lambda x: sum(x[j] @ np.asarray(w)[j] for j in range(2))),
        (
            network,
            any_weights(network),
            lambda x: np.tanh(x[0] @ v["inside"][0] + x[1] @ v["inside"][1] + v["shift"]) @ v["outside"],
        ),
    ):
        law = said(policy, weights)
        for first, second in ((0, 0), (3, 12), (12, 3), (15, 9)):
            one = 1 / (1 + np.exp(-logit((features[0, first], features[1, second]))))
            assert np.abs(law[TOKENS * first + second] - (1 - one, one)).max() <= rounding(64)


def test_writers_say_what_their_weights_do():
    used = [np.arange(TOKENS) % FORMS < 2**b for b in IDLE]
    tables, factors, strings, network = (
        token_tables(PAIR),
        factored_tables(PAIR),
        string_table(PAIR),
        perceptron_writer(PAIR, 3),
    )
    w, (classes, forms), whole, v = (
        jax.tree.map(np.asarray, any_weights(p)) for p in (tables, factors, strings, network)
    )
    both = (used[0][:, None] & used[1][None, :]).ravel()
    for q in range(2):
        tokens = {
            tables: [softmax(w[j, q], used[j]) for j in range(2)],
            factors: [np.kron(softmax(classes[j, q]), softmax(forms[j, q], used[j][:FORMS])) for j in range(2)],
            network: [softmax(np.tanh(v["inside"][q]) @ v["outside"][j], used[j]) for j in range(2)],
        }
        for policy, (first, second) in tokens.items():
            wanted = np.outer(first, second).ravel()
            assert np.abs(said(policy, any_weights(policy))[q] - wanted).max() <= rounding(256)
        assert np.abs(said(strings, any_weights(strings))[q] - softmax(whole[q], both)).max() <= rounding(256)


@pytest.mark.parametrize("code", [token_code(), bit_code(component_pair(FLIPS, (3, 3)))])
def test_hidden_units_start_with_deviation_one(code):
    inside = np.asarray(perceptron_reader(code, 400).start(jax.random.key(5))["inside"])
    features = (np.asarray(code)[:, 0] != 0).sum()  # of one input
    # twice the mean of the squares of 6 400 normal weights has the deviation .018: six of them
    assert abs(features * (inside**2).mean() - 1) < 6 * np.sqrt(2 / inside.size)


def test_widths_are_whole_numbers():
    with pytest.raises(ValueError, match="width"):
        perceptron_reader(token_code(), 0)
    with pytest.raises(ValueError, match="width"):
        perceptron_writer(PAIR, 0)
