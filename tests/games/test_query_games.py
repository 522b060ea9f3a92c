"""Queries about a secret: bits and sizes by counting, and the cost of binary, graded and demonstrated answers."""

import math
from collections import Counter
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.games.query_games import binary_queries, bits_per_query, coarsened, minimax_queries, verdict_signals
from infoloop.probability.numerics import rounding


def bits_of(verdicts, prior):
    masses = Counter()
    for v, p in zip(verdicts, prior, strict=True):
        masses[v] += p
    return -math.fsum(p * math.log2(p) for p in masses.values() if p)


@pytest.mark.full
def test_signals_are_counts_and_entropies():
    rng = np.random.default_rng(0)
    table, prior = rng.integers(4, size=(5, 9)), rng.dirichlet(np.ones(9))
    for p_x in (None, prior):
        law = np.full(9, 1 / 9) if p_x is None else prior
        found = verdict_signals(table, p_x)
        for k, row in enumerate(table.tolist()):
            sizes = Counter(row)
            assert {v: n for v, n in enumerate(found.counts[k].tolist()) if n} == sizes
            assert abs(found.bits[k] - bits_of(row, law)) <= rounding(9)
            assert abs(found.expected_remaining[k] - sum(law[x] * sizes[v] for x, v in enumerate(row))) <= rounding(81)
            assert found.most_remaining[k] == max(sizes.values())


@pytest.mark.slow
def test_secrets_without_mass_are_not_counted():
    found = verdict_signals([[0, 0, 1]], [0.5, 0.0, 0.5])
    assert found.counts.tolist() == [[1, 1]]
    assert found.bits[0] == 1


@pytest.mark.slow
def test_a_constant_verdict_has_exactly_no_bits():
    prior = np.random.default_rng(1).dirichlet(np.ones(50))
    assert verdict_signals(np.zeros((1, 50), int), prior).bits[0] == 0
    fine = verdict_signals([np.arange(50)], prior)
    assert coarsened(fine, [0] * 50).bits[0] == 0


@pytest.mark.full
def test_coarsening_first_or_last_is_the_same():
    rng = np.random.default_rng(2)
    table, coarse = rng.integers(6, size=(3, 20)), np.array([0, 1, 1, 2, 0, 2])
    after, before = coarsened(verdict_signals(table), coarse), verdict_signals(coarse[table])
    assert after.counts.tolist() == before.counts.tolist()
    assert np.abs(after.bits - before.bits).max() <= rounding(20)
    assert (after.bits < verdict_signals(table).bits).all()


@pytest.mark.parametrize("table", [[[0.5, 1]], [[0, -1]], [0, 1], [[]]])
def test_tables_that_are_no_verdicts_are_refused(table):
    with pytest.raises(ValueError, match="verdicts have shape"):
        verdict_signals(table)


def test_priors_and_coarsenings_of_the_wrong_length_are_refused():
    with pytest.raises(ValueError, match=r"prior has shape \(3,\) for 2 secrets"):
        verdict_signals([[0, 1]], [0.5, 0.25, 0.25])
    with pytest.raises(ValueError, match="prior has mass"):
        verdict_signals([[0, 1]], [0.5, 0.25])
    with pytest.raises(ValueError, match="coarsening has labels of shape"):
        coarsened(verdict_signals([[0, 1]]), [0, 1, 1])


@pytest.mark.slow
@pytest.mark.parametrize("secrets", range(1, 12))
def test_binary_answers_take_half_of_the_secrets(secrets):
    uniform = [1 / secrets] * secrets
    asked, spared = (
        Fraction(sum(min(k, last) for k in range(1, secrets + 1)), secrets) for last in (secrets, secrets - 1)
    )
    assert asked == Fraction(secrets + 1, 2)
    assert spared == Fraction((secrets - 1) * (secrets + 2), 2 * secrets)
    assert abs(binary_queries(uniform) - float(asked)) <= rounding(secrets**2)
    assert abs(binary_queries(uniform, last_asked=False) - float(spared)) <= rounding(secrets**2)
    played = minimax_queries(np.eye(secrets, dtype=int))
    assert Fraction(int(played.sum()), secrets) == asked


def test_trying_the_likeliest_first_is_best_and_batches_are_traced():
    laws = jnp.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    tries = jax.vmap(binary_queries)(laws)
    assert np.abs(tries - jnp.array([1.7, 2.3])).max() <= rounding(9)


@pytest.mark.slow
def test_bits_per_query_spread_the_entropy():
    assert bits_per_query([0.25] * 4, 1) == 2  # a demonstration
    assert abs(bits_per_query([0.25] * 4, binary_queries([0.25] * 4, last_asked=False)) - 2 / 2.25) <= rounding(4)


def test_graded_answers_lie_between_a_demonstration_and_binary_ones():
    places = np.arange(16)
    graded = minimax_queries(np.abs(places[:, None] - places[None, :]))  # told how far off
    assert 1 < graded.mean() < float(binary_queries([1 / 16] * 16))


def minimax_by_sets(table, left=None):
    """The strategy once more, recursively and with plain sets."""
    secrets = range(len(table))
    left = list(secrets) if left is None else left
    if len(left) == 1:
        return {left[0]: 1}

    def parts(g):
        found = {}
        for s in left:
            found.setdefault(table[g][s], []).append(s)
        return found

    best = min(secrets, key=lambda g: (max(map(len, parts(g).values())), g not in left, g))
    queries = {best: 1} if best in left else {}
    for part in parts(best).values():
        if part != [best]:
            queries |= {s: 1 + n for s, n in minimax_by_sets(table, part).items()}
    return queries


@pytest.mark.parametrize("seed", range(5))
def test_the_strategy_is_the_one_it_says(seed):
    table = np.random.default_rng(seed).integers(3, size=(25, 25))
    np.fill_diagonal(table, 3)
    expected = minimax_by_sets(table.tolist())
    assert minimax_queries(table).tolist() == [expected[s] for s in range(25)]


@pytest.mark.parametrize("table", [[[1, 0]], [[1, 1], [0, 1]]])
def test_a_table_in_which_another_query_is_right_is_refused(table):
    with pytest.raises(ValueError, match="give a square table"):
        minimax_queries(table)
