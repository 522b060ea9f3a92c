"""What trained learners know of a rule: hand-made maps beside fractions, and a leak that breaks the inequality."""

import itertools
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.measures import mutual_information
from infoloop.learners.trained_information import (
    cases_by_round,
    label_laws,
    label_sets,
    quantised,
    set_laws,
    state_codes,
    state_law,
    verdicts_information,
)
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import rounding
from tests.support.oracles import information as oracle_information

WRONG, MISSING = Fraction(1, 8), Fraction(1, 4)
RULES = tuple(itertools.product(range(3), repeat=2))
SETS = tuple(itertools.product(range(4), repeat=2))


def given(rule, labels):
    """P(d | x) of one data set, in fractions."""
    share = Fraction(1)
    for right, label in zip(rule, labels, strict=True):
        share *= MISSING if label == 3 else (1 - MISSING) * (1 - WRONG if label == right else WRONG / 2)
    return share


def cases():
    return np.array([[given(x, d) / len(RULES) for d in SETS] for x in RULES])


def read(table):
    law = {(x, d): Fraction(p) for x, row in enumerate(table) for d, p in enumerate(row) if p}
    return oracle_information(law, (0,), (1,))


@pytest.mark.slow
def test_the_law_of_data_sets_is_that_of_fractions():
    laws = label_laws(jnp.asarray(RULES), 3, float(WRONG), float(MISSING))
    found = set_laws(laws) / len(RULES)
    assert label_sets(2, 3).tolist() == [list(d) for d in SETS]
    assert np.abs(np.asarray(found) - cases().astype(float)).max() < rounding(4)


@pytest.mark.slow
def test_a_hand_made_map_knows_what_fractions_say():
    """Z is the label of question 0, or the last class where there is none: a table of 9 x 3."""
    codes = state_codes(jnp.array([[min(d[0], 2)] for d in SETS]))
    law = state_law(jnp.asarray(cases().astype(float)), codes)
    table = [[sum(p for p, d in zip(row, SETS, strict=True) if min(d[0], 2) == z) for z in range(3)] for row in cases()]
    assert abs(float(mutual_information(law, "X", "Z")) - float(read(table))) < rounding(27)
    assert float(mutual_information(law, "X", "Z")) < float(read(cases()))


def test_a_state_that_hangs_on_the_rule_as_well_knows_more_than_the_data():
    start = jnp.asarray(cases().astype(float))
    told = jnp.broadcast_to(jnp.arange(9)[:, None], start.shape)
    assert float(mutual_information(state_law(start, told), "X", "Z")) == pytest.approx(np.log2(9), abs=rounding(81))
    assert np.log2(9) > float(read(cases())) + 1


def test_states_are_equal_only_if_all_of_their_numbers_are():
    states = quantised(jnp.array([[0.1, 0.9], [0.0, 1.0], [0.1, 1.6], [0.0, 1.0]]), 1.0)
    assert state_codes(states).tolist() == [0, 0, 2, 0]


def test_rounds_are_sums_over_paths():
    rng = np.random.default_rng(1)
    start, link = rng.dirichlet(np.ones(6)).reshape(2, 3), rng.dirichlet(np.ones(3), (2, 3))
    paths = np.zeros((2, 3))
    for x, a, b, c in itertools.product(range(2), range(3), range(3), range(3)):
        paths[x, c] += start[x, a] * link[x, a, b] * link[x, b, c]
    found = cases_by_round(jnp.asarray(start), jnp.asarray(link), 2)
    assert np.abs(np.asarray(found[2]) - paths).max() < rounding(9)
    assert (np.asarray(found[0]) == start).all()


@pytest.mark.slow
def test_a_closed_round_adds_nothing_and_verdicts_add_at_most_what_they_tell():
    """The next data set is the answer where the verdict is yes, else the old one: all of it in fractions."""
    start = jnp.asarray([[0.375, 0.125], [0.125, 0.375]])
    answers, verdicts = (
        jnp.asarray([[0.75, 0.25], [0.5, 0.5]]),
        jnp.asarray([[[0.25, 0.75], [1.0, 0]], [[1, 0], [0, 1.0]]]),
    )
    link = np.zeros((2, 2, 2))
    for x, d, y, s in itertools.product(range(2), repeat=4):
        link[x, d, y if s else d] += float(answers[d, y] * verdicts[x, y, s])
    before, after = (
        float(mutual_information(Joint(table, ("X", "Z")), "X", "Z"))
        for table in cases_by_round(start, jnp.asarray(link), 1)
    )
    table = [
        [
            Fraction(float(start[x, d])) * Fraction(float(answers[d, y])) * Fraction(float(verdicts[x, y, s]))
            for x in range(2)
            for s in range(2)
        ]
        for d, y in itertools.product(range(2), repeat=2)
    ]
    expected = sum(
        float(sum(t)) * float(read([[p / sum(t) for p in t[:2]], [p / sum(t) for p in t[2:]]])) for t in table
    )
    told = float(verdicts_information(start, answers, verdicts))
    assert abs(told - expected) < rounding(16)
    assert before < after < before + told
    closed = cases_by_round(start, answers[None], 1)[1]
    assert float(mutual_information(Joint(closed, ("X", "Z")), "X", "Z")) < before


def test_it_works_under_jit_and_vmap():
    def known(grid):
        states = quantised(jnp.array([[0.0], [0.4], [1.4]]), grid)
        return mutual_information(state_law(jnp.eye(3) / 3, state_codes(states)), "X", "Z")

    found = jax.jit(jax.vmap(known))(jnp.array([0.25, 1.0, 8.0]))
    assert np.abs(found - np.array([np.log2(3), np.log2(3) - 2 / 3, 0])).max() < rounding(9)


def test_what_is_no_grid_is_refused():
    with pytest.raises(ValueError, match="grid is 0: give a number above 0"):
        quantised(jnp.zeros(2), 0.0)
    assert np.isnan(jax.jit(quantised)(jnp.zeros(2), -1.0)).all()
