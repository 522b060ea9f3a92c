"""Modular arithmetic against sums by hand, and what it takes to know a rule."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.worlds.bayes_learner import bayes_accuracy
from infoloop.worlds.modular_arithmetic import modular_world
from infoloop.worlds.reference_channels import class_channel
from tests.support.even_draws import uneven_pairs

KEY = jax.random.key(4)


@pytest.fixture(scope="module")
def world():
    return modular_world(KEY, modulus=3, tasks=2)


def numbers(world, q, modulus, own):
    """The two numbers that a prompt shows."""
    first = int(max(world.task)) + 1 + world.domains
    shift = int(world.domain[q]) * modulus if own else 0
    return [int(t) - first - shift for t in world.prompts[q, 2:]]


@pytest.mark.full
def test_every_rule_is_a_sum_and_every_sum_is_a_rule(world):
    rules = list(itertools.product(range(3), repeat=3))
    right = np.array(world.right_class)
    assert len(right) == len(rules)
    for q in np.flatnonzero(np.array(world.task) == 0):
        a, b = numbers(world, q, 3, own=True)
        assert right[:, q].tolist() == [(u * a + v * b + w) % 3 for u, v, w in rules]


def test_known_tasks_are_sums_too_and_the_same_in_all_notations(world):
    right, task, domain = np.array(world.right_class), np.array(world.task), np.array(world.domain)
    sums = [
        tuple((u * a + v * b + w) % 3 for a in range(3) for b in range(3))
        for u, v, w in itertools.product(range(3), repeat=3)
    ]
    for k in (1, 2):
        answers = {tuple(right[x, (task == k) & (domain == d)]) for x in (0, 5) for d in (0, 1)}
        assert len(answers) == 1
        assert answers <= set(sums)


@pytest.mark.slow
def test_known_coefficients_and_what_forms_mean_are_drawn_evenly_and_apart():
    """At (0, 0), (0, 1) and (1, 0) a task answers w, v + w and u + w: independent as the coefficients are."""

    def drawn(key):
        world = modular_world(key, modulus=3, forms=3, tasks=2, domains=1, alphabet=3)
        known = world.right_class[0, 9:].reshape(2, 9)[:, jnp.array([0, 1, 3])]
        return jnp.concatenate([known.ravel(), world.classes[0, ::3]])

    assert uneven_pairs(np.array(jax.jit(jax.vmap(drawn))(jax.random.split(KEY, 900))), 3) == []


@pytest.mark.full
def test_without_entanglement_the_last_token_is_the_result():
    world = modular_world(KEY, modulus=2, forms=2, tasks=0, alphabet=3, entangled=False)
    for (form, last), c in zip(np.array(world.outputs).tolist(), np.array(world.classes)[0].tolist(), strict=True):
        assert c == (last if form < 2 and last < 2 else -1)


def test_grades_and_items_are_of_the_results(world):
    assert world.grades.tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    assert world.items.astype(int).tolist() == [[0, 0], [1, 0], [0, 1]]


@pytest.mark.slow
def test_notations_write_in_tokens_of_their_own_or_not():
    for surface, many in (("same symbols", 3), ("other symbols", 6)):
        world = modular_world(KEY, modulus=3, tasks=0, surface=surface)
        assert len(set(np.array(world.prompts)[:, 2:].reshape(-1).tolist())) == many
        assert world.prompt_tokens == 1 + 2 + many
        assert len({tuple(p) for p in np.array(world.prompts).tolist()}) == 18


def test_results_have_their_forms(world):
    classes = np.array(world.classes)
    assert all((row == c).sum() == 3 for row in classes for c in range(3))


@pytest.mark.slow
def test_the_best_learner_knows_the_rule_from_the_trained_notation_and_nothing_in_the_null_world(world):
    assert bayes_accuracy(world, class_channel(world)) == pytest.approx((1, 1 / 3))
    null = modular_world(KEY, modulus=2, tasks=0, shared=False)
    assert len(null.prior) == 64
    assert bayes_accuracy(null, class_channel(null)) == pytest.approx((1 / 2, 1 / 2))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"modulus": 7}, "modulus is 7 for 6 output tokens: give at most 6"),
        ({"modulus": 41, "alphabet": 41}, "the world has 68921 rules, more than 65536: lower modulus, or domains if"),
        ({"modulus": 40, "alphabet": 40}, "the world has 16000 questions, 1600 outputs and 64000 rules, .* or modulus"),
        ({"modulus": 0}, "modulus"),
        ({"surface": "other"}, "surface"),
    ],
)
def test_what_is_no_world_is_refused_in_one_line(wrong, message):
    with pytest.raises(ValueError, match=message) as caught:
        modular_world(KEY, **wrong)
    assert "\n" not in str(caught.value)
