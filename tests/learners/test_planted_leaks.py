"""Planted leaks beside tables of one question made in plain loops: what each breaks, and that it holds once listed."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infoloop.learners.label_training import LabelLearner, trained_on_labels
from infoloop.learners.loop_information import first_cases
from infoloop.learners.planted_leaks import LEAKS, information_with_leaks
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world
from tests.support.oracles import information, law_of

pytestmark = pytest.mark.slow

WORLD = lookup_world(
    jax.random.key(0), symbols=1, classes=2, alphabet=2, forms=1, tasks=0, domains=2, length=1, entangled=False
)
# question 0 is trained; held out, base 0 says class 0 and base 1 says class 1; the last one is the boldest
BASES = jnp.array([[[0.3, -0.2], [0.5, 0.1]], [[0.1, 0.4], [-0.2, 0.3]], [[0.2, 0.2], [3.0, 0.0]]])
WHO = LabelLearner(WORLD, tabular_softmax(WORLD), BASES, optax.sgd(1.5))
WRONG, MISSING, MISJUDGED = 0.1, 0.25, 0.05


def bits(table):
    return float(information(law_of(np.asarray(table)), (0,), (1,)))


def known(cases, state):
    """The information of states that are listed by rule and data set, by the sum of equal ones."""
    names = sorted({state(x, d) for x in range(2) for d in range(3)})
    table = np.zeros((2, len(names)))
    for x, d in np.ndindex(2, 3):
        table[x, names.index(state(x, d))] += cases[x, d]
    return bits(table)


@pytest.fixture(scope="module")
def start():
    return np.asarray(first_cases(WORLD, 1, WRONG, MISSING))


@pytest.fixture(scope="module")
def found(start):
    return information_with_leaks(WHO, jnp.asarray(start), 1, 2, 3, MISJUDGED)


@pytest.fixture(scope="module")
def logs():
    """By base and label, and after training on the held-out answer besides, by rule and label."""
    rows = jnp.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    single = trained_on_labels(WHO, jnp.repeat(jnp.arange(3), 3), jnp.tile(rows[:, None], (3, 1, 1)), 2)
    both = jnp.stack([jnp.stack([rows[d], rows[x]]) for x in range(2) for d in range(3)])
    shown = trained_on_labels(WHO, jnp.zeros(6, int), both, 2)
    return np.asarray(single).reshape(3, 3, 2, 2), np.asarray(shown).reshape(2, 3, 2, 2)


@pytest.mark.full
def test_every_leak_knows_what_a_table_says(found, logs, start):
    single, shown = logs
    right = lambda x, d: max(range(3), key=lambda b: (int(single[b, d, 1].argmax() == x), -b))  # noqa: E731
    bold = lambda d: max(range(3), key=lambda b: single[b, d].max(axis=-1).sum())  # noqa: E731
    law, later, told = np.exp(single[0, :, 0]), start, 0.0
    for _ in range(3):
        for d, y in np.ndindex(3, 2):
            yes = np.array([1 - MISJUDGED if y == x else MISJUDGED for x in range(2)])
            table = later[:, d, None] * law[d, y] * np.stack([1 - yes, yes], axis=1)
            told += table.sum() * bits(table / table.sum())
        step = np.zeros_like(start)
        for x, d, y in np.ndindex(2, 3, 2):
            yes = 1 - MISJUDGED if y == x else MISJUDGED
            step[x, y] += later[x, d] * law[d, y] * yes
            step[x, d] += later[x, d] * law[d, y] * (1 - yes)
        later = step
    assert abs(float(found.with_signal[LEAKS.index("unlisted verdicts")]) - bits(start) - told) < rounding(64)
    states = {
        "none": (start, lambda x, d: single[0, d]),
        "held-out answers": (start, lambda x, d: shown[x, d]),
        "unlisted verdicts": (later, lambda x, d: single[0, d]),
        "selected on acceptance": (start, lambda x, d: single[right(x, d), d]),
        "selected blindly": (start, lambda x, d: single[bold(d), d]),
    }
    for k, leak in enumerate(LEAKS):
        cases, state = states[leak]
        whole = known(cases, lambda x, d, state=state: tuple(state(x, d).ravel()))
        greedy = known(cases, lambda x, d, state=state: tuple(state(x, d).argmax(axis=-1)))
        assert abs(float(found.whole[k]) - whole) < rounding(64), leak
        assert abs(float(found.greedy[k]) - greedy) < rounding(64), leak


def test_what_is_planted_breaks_the_bound_and_holds_once_it_is_listed(found, start):
    excess = dict(zip(LEAKS, np.asarray(found.whole - found.listed), strict=True))
    assert abs(float(found.listed) - bits(start)) < rounding(64)
    assert min(excess[leak] for leak in ("held-out answers", "unlisted verdicts", "selected on acceptance")) > 0.1
    assert max(abs(excess[leak]) for leak in ("none", "selected blindly")) < rounding(64)
    assert (found.with_signal - found.whole).min() > -rounding(64)
    assert abs(float(found.with_signal[LEAKS.index("held-out answers")]) - 1) < rounding(4)
    assert abs(float(found.with_signal[LEAKS.index("selected blindly")] - found.listed)) < rounding(64)


def test_a_selection_is_listed_by_the_run_that_is_kept(found, logs, start):
    single = logs[0]
    right = lambda x, d: max(range(3), key=lambda b: (int(single[b, d, 1].argmax() == x), -b))  # noqa: E731
    listed = known(start, lambda x, d: (d, right(x, d)))
    assert abs(float(found.with_signal[LEAKS.index("selected on acceptance")]) - listed) < rounding(64)
