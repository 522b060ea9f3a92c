"""Loops of labels beside sums over every answer and verdict, in plain loops."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.label_loops import accepted_labels, own_labels, replay_link, replayed_labels, verdict_laws
from infoloop.probability.numerics import rounding

SETS = np.array(list(itertools.product(range(3), repeat=2)))
DRAWN = np.array(list(itertools.product(range(2), repeat=2)))
RIGHT = np.array([[0, 0], [0, 1], [1, 1]])
ANSWERS = np.random.default_rng(1).dirichlet(np.ones(2), (9, 2))
MISJUDGED = 0.1


def place(labels):
    return 3 * labels[0] + labels[1]


@pytest.mark.slow
def test_an_accepted_answer_is_the_next_label_and_else_the_last_one_stays():
    expected = np.zeros((3, 9, 9))
    for x, d, y, s in itertools.product(range(3), range(9), DRAWN, itertools.product(range(2), repeat=2)):
        share, labels = 1.0, []
        for q in range(2):
            accepted = 1 - MISJUDGED if y[q] == RIGHT[x, q] else MISJUDGED
            share *= ANSWERS[d, q, y[q]] * (accepted if s[q] else 1 - accepted)
            labels.append(y[q] if s[q] else SETS[d, q])
        expected[x, d, place(labels)] += share
    found = accepted_labels(jnp.asarray(ANSWERS), jnp.asarray(SETS), jnp.asarray(RIGHT), MISJUDGED)
    assert np.abs(found - expected).max() < rounding(16)


def test_verdicts_are_independent_given_answers_and_rule():
    found = verdict_laws(jnp.asarray(DRAWN), jnp.asarray(RIGHT), MISJUDGED)
    for x, y in itertools.product(range(3), range(4)):
        no = [MISJUDGED if DRAWN[y, q] == RIGHT[x, q] else 1 - MISJUDGED for q in range(2)]
        expected = [a * b for a in (no[0], 1 - no[0]) for b in (no[1], 1 - no[1])]
        assert np.abs(found[x, y] - np.array(expected)).max() < rounding(4)


def test_own_labels_are_the_answers_and_never_missing():
    found = own_labels(jnp.asarray(ANSWERS))[0]
    for d, y in itertools.product(range(9), DRAWN):
        assert abs(found[d, place(y)] - ANSWERS[d, 0, y[0]] * ANSWERS[d, 1, y[1]]) < rounding(2)
    assert np.abs(found.sum(axis=1) - 1).max() < rounding(9)


@pytest.mark.slow
def test_replay_keeps_the_first_labels_and_imitates_both():
    targets = replayed_labels(jnp.asarray(SETS), 2, 0.25)
    answers = jnp.asarray(np.random.default_rng(2).dirichlet(np.ones(2), (81, 2)))
    link = replay_link(answers)[0]
    for first, last in itertools.product(range(9), repeat=2):
        pair = 9 * first + last
        for q in range(2):
            a, b = SETS[first, q], SETS[last, q]
            weights = {(True, True): (0.25, 0.75), (True, False): (1, 0), (False, True): (0, 1)}.get(
                (a < 2, b < 2), (0, 0)
            )
            expected = [weights[0] * (a == c) + weights[1] * (b == c) for c in range(2)]
            assert targets[pair, q].tolist() == expected
        assert (link[pair].reshape(9, 9)[first] == own_labels(answers)[0, pair]).all()
        assert abs(link[pair].sum() - 1) < rounding(81)


def test_what_is_no_rate_is_refused():
    with pytest.raises(ValueError, match=r"misjudged"):
        accepted_labels(jnp.asarray(ANSWERS), jnp.asarray(SETS), jnp.asarray(RIGHT), 1.5)
    with pytest.raises(ValueError, match=r"misjudged"):
        verdict_laws(jnp.asarray(DRAWN), jnp.asarray(RIGHT), -0.5)
    with pytest.raises(ValueError, match=r"kept"):
        replayed_labels(jnp.asarray(SETS), 2, 1.5)
