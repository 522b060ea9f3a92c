"""Comparisons in pairs: enumerated tables against binomials in rationals, draws against their means."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.preference_data import (
    check_comparisons,
    check_wins,
    drawn_wins,
    enumerated_wins,
    expected_wins,
    preference_law,
)
from infoloop.probability.numerics import rounding

COMPARISONS = [[0, 2, 1], [2, 0, 3], [1, 3, 0]]
STRENGTHS = [Fraction(3), Fraction(1), Fraction(1, 2)]
REWARD = np.log([float(s) for s in STRENGTHS])


def chance(a, b):
    return STRENGTHS[a] / (STRENGTHS[a] + STRENGTHS[b])


def test_the_law_is_that_of_strengths():
    expected = np.array([[float(chance(a, b)) for b in range(3)] for a in range(3)])
    assert np.abs(preference_law(REWARD) - expected).max() <= rounding(4)
    assert np.abs(preference_law(REWARD + 700.0) - expected).max() <= rounding(1000)


@pytest.mark.slow
def test_every_table_is_there_with_its_probability():
    tables, probabilities = enumerated_wins(COMPARISONS, REWARD)
    found = {tuple(map(int, t.ravel())): float(p) for t, p in zip(tables, probabilities, strict=True)}
    pairs, expected = [(0, 1, 2), (0, 2, 1), (1, 2, 3)], {}
    for won in itertools.product(*(range(n + 1) for _, _, n in pairs)):
        table, p = np.zeros((3, 3), int), Fraction(1)
        for (a, b, n), k in zip(pairs, won, strict=True):
            table[a, b], table[b, a] = k, n - k
            p *= math.comb(n, k) * chance(a, b) ** k * chance(b, a) ** (n - k)
        expected[tuple(map(int, table.ravel()))] = float(p)
    assert found.keys() == expected.keys()
    assert max(abs(found[t] - expected[t]) for t in expected) <= rounding(64)
    mean = np.einsum("t,tab->ab", probabilities, tables)
    assert np.abs(mean - expected_wins(COMPARISONS, REWARD)).max() <= rounding(64)


@pytest.mark.full
def test_draws_have_the_expected_mean_and_keep_the_counts():
    """False alarm below 1e-6: Hoeffding for each of six cells, with at most three comparisons a draw."""
    runs = 4000
    draw = jax.jit(jax.vmap(lambda key: drawn_wins(key, COMPARISONS, REWARD)))
    wins = np.asarray(draw(jax.random.split(jax.random.key(7), runs)))
    assert (wins + wins.transpose(0, 2, 1) == np.array(COMPARISONS)).all()
    radius = 3 * math.sqrt(math.log(12 / 1e-6) / (2 * runs))
    assert np.abs(wins.mean(0) - expected_wins(COMPARISONS, REWARD)).max() < radius
    spread = 2 * float(chance(0, 1) * chance(1, 0))
    assert abs(wins[:, 0, 1].var() / spread - 1) < 0.2


@pytest.mark.full
def test_the_slope_of_a_probability_is_the_score_times_it():
    tables, probabilities = enumerated_wins(COMPARISONS, REWARD)
    slopes = jax.jit(jax.jacobian(lambda r: enumerated_wins(COMPARISONS, r)[1]))(jnp.asarray(REWARD))
    scores = np.asarray(tables - expected_wins(COMPARISONS, REWARD)).sum(2)
    assert np.abs(slopes - scores * np.asarray(probabilities)[:, None]).max() <= rounding(64)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: preference_law([0.0, jnp.inf]), "reward is"),
        (lambda: check_wins([[0, 1, 2]]), r"wins has shape \(1, 3\)"),
        (lambda: check_wins([[0, -1], [1, 0]]), "wins is .* from 0 on"),
        (lambda: check_wins([[1, 1], [1, 0]]), "0 on the diagonal"),
        (lambda: check_comparisons([[0, 1], [2, 0]]), "as often as"),
        (lambda: enumerated_wins([[0, 1.5], [1.5, 0]], [0.0, 0.0]), "whole numbers"),
        (lambda: enumerated_wins(np.full((7, 7), 9) - 9 * np.eye(7), np.zeros(7)), "10{21} tables.*drawn_wins"),
    ],
)
def test_bad_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_traced_tables_that_are_none_become_nan():
    assert np.isnan(jax.jit(check_wins)(jnp.array([[0.0, -1.0], [1.0, 0.0]]))).all()
    assert np.isnan(jax.jit(check_comparisons)(jnp.array([[0.0, 1.0], [2.0, 0.0]]))).all()


@pytest.mark.slow
def test_traced_comparisons_cannot_be_enumerated():
    with pytest.raises(TypeError, match="comparisons is traced"):
        jax.jit(enumerated_wins)(jnp.array(COMPARISONS, float), REWARD)
