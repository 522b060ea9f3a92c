"""Information in loops beside sums over every label, answer and verdict of one question, in plain loops."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infoloop.learners.label_training import LabelLearner, trained_on_labels
from infoloop.learners.loop_information import LOOPS, first_cases, information_in_loops, verdicts_by_round
from infoloop.learners.readout_information import INEQUALITIES
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world
from tests.support.oracles import information, law_of

pytestmark = pytest.mark.slow

WORLD = lookup_world(
    jax.random.key(0), symbols=1, classes=2, alphabet=2, forms=1, tasks=0, domains=2, length=1, entangled=False
)
BASE = jnp.array([[[0.3, -0.2], [0.1, 0.4]]])
WHO = LabelLearner(WORLD, tabular_softmax(WORLD), BASE, optax.sgd(1.5))
WRONG, MISSING, MISJUDGED, KEPT, ROUNDS = 0.1, 0.25, 0.05, 0.75, 2


def bits(table):
    return float(information(law_of(np.asarray(table)), (0,), (1,)))


def start():
    one = [[(1 - MISSING) * (1 - WRONG if y == x else WRONG) for y in range(2)] + [MISSING] for x in range(2)]
    return np.array(one) / 2


@pytest.fixture(scope="module")
def found():
    cases = first_cases(WORLD, 1, WRONG, MISSING)
    assert np.abs(cases - start()).max() < rounding(6)
    return information_in_loops(WHO, cases, 1, 2, ROUNDS, MISJUDGED, KEPT, 0.5)


@pytest.fixture(scope="module")
def answers():
    """The law of the answer after training on each label, and on each pair of labels."""
    rows = [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    pairs = [
        [KEPT * a + (1 - KEPT) * b if i < 2 and j < 2 else a + b for a, b in zip(rows[i], rows[j], strict=True)]
        for i in range(3)
        for j in range(3)
    ]
    laws = np.exp(trained_on_labels(WHO, jnp.zeros(12, int), jnp.array([[row] for row in rows + pairs]), 2))[:, 0]
    return laws[:3], laws[3:].reshape(3, 3, 2)


def rounds_of(loop, answers):
    """P(x, d) of each round, the labels alone; with replay P(x, first, last)."""
    one, both = answers
    table = start() if loop != "replay" else np.concatenate([np.zeros((2, 3, 2)), start()[:, :, None]], axis=2)
    rounds = [table]
    for _ in range(ROUNDS):
        later = np.zeros_like(table)
        for place in np.ndindex(*table.shape):
            x, label = place[0], place[-1]
            law = both[place[1], label] if loop == "replay" else one[label]
            if loop == "greedy":
                law = np.eye(2)[law.argmax()]
            for y in range(2):
                yes = 1.0 if loop != "verified" else (1 - MISJUDGED if y == x else MISJUDGED)
                later[(*place[:-1], y)] += rounds[-1][place] * law[y] * yes
                later[place] += rounds[-1][place] * law[y] * (1 - yes)
        rounds.append(later)
    return [table.reshape(2, -1) for table in rounds]


@pytest.mark.full
@pytest.mark.parametrize("loop", LOOPS)
def test_data_and_answers_are_those_of_sums(loop, found, answers):
    laws = (answers[1] if loop == "replay" else answers[0]).reshape(-1, 2)
    for t, table in enumerate(rounds_of(loop, answers)):
        assert abs(float(found.data[LOOPS.index(loop), t]) - bits(table)) < rounding(64)
        assert abs(float(found.answers[LOOPS.index(loop), t]) - bits(table @ laws)) < rounding(64)
        merged = [
            [sum(p for p, law in zip(row, laws, strict=True) if law.argmax() == z) for z in (0, 1)] for row in table
        ]
        assert abs(float(found.greedy[LOOPS.index(loop), t]) - bits(merged)) < rounding(64)
    assert found.slack.shape == (4, ROUNDS + 1, len(INEQUALITIES))
    assert found.slack.min() > -rounding(64)


def test_only_the_verified_loop_has_a_ceiling_that_rises(found, answers):
    one, told = answers[0], []
    for table in rounds_of("verified", answers)[:-1]:
        total = 0.0
        for d in range(3):
            for y in range(2):
                yes = np.array([1 - MISJUDGED if y == x else MISJUDGED for x in range(2)])
                joint = table[:, d, None] * one[d, y] * np.stack([1 - yes, yes], axis=1)
                total += joint.sum() * bits(joint / joint.sum())
        told.append(total)
    for loop in LOOPS:
        rise = found.ceiling[LOOPS.index(loop)] - found.data[LOOPS.index(loop), 0]
        expected = np.cumsum([0.0, *told]) if loop == "verified" else np.zeros(ROUNDS + 1)
        assert np.abs(rise - expected).max() < rounding(64)
    cases = jnp.asarray(np.stack(rounds_of("verified", answers)))
    again = verdicts_by_round(cases, jnp.asarray(one[:, None]), WORLD.right_class[:, :1], MISJUDGED)
    assert np.abs(again[:-1] - np.array(told)).max() < rounding(64)


def test_replay_keeps_all_that_entered_and_a_closed_loop_loses_it(found):
    closed, replay = (found.data[LOOPS.index(loop)] for loop in ("closed", "replay"))
    assert jnp.abs(replay - replay[0]).max() < rounding(64)
    assert (closed[1:] < closed[:-1] - 0.01).all()
