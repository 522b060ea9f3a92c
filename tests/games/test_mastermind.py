"""Mastermind: verdicts by plain counting, the first guesses of the literature, and Knuth's total."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from infoloop.games.mastermind import knuth_queries, mastermind_codes, mastermind_signals, mastermind_verdicts
from infoloop.games.query_games import minimax_queries
from infoloop.probability.numerics import rounding


def verdict(guess, secret):
    """Pegs are struck off one by one: first the blacks, then any equal pair of the rest."""
    rest = [(g, s) for g, s in zip(guess, secret, strict=True) if g != s]
    left, white = [s for _, s in rest], 0
    for g, _ in rest:
        if g in left:
            left.remove(g)
            white += 1
    return len(guess) - len(rest), white


@pytest.mark.parametrize(("pegs", "colours"), [(1, 4), (3, 3), (2, 5), (5, 2)])
def test_verdicts_of_all_codes_are_those_of_pegs_struck_off(pegs, colours):
    codes = mastermind_codes(pegs, colours)
    black, white = map(np.asarray, mastermind_verdicts(codes, codes))
    for (i, g), (j, s) in itertools.product(enumerate(codes.tolist()), repeat=2):
        assert (black[i, j], white[i, j]) == verdict(g, s)


def test_whites_that_forget_repeated_colours_would_be_noticed():
    naive = sum(g in [0, 1, 0, 2] for g in [0, 0, 1, 1]) - 1
    assert naive != mastermind_verdicts([[0, 0, 1, 1]], [[0, 1, 0, 2]]).white[0, 0]


@pytest.mark.full
def test_the_first_guesses_leave_at_worst_what_knuth_says():
    """Knuth 1977: 1122 leaves at most 256, and his table of the other types: 1111 625, 1112 317, 1123 276, 1234 312."""
    guesses = [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 1], [0, 0, 1, 2], [0, 1, 2, 3]]
    found = mastermind_signals(guesses)
    assert found.most_remaining.tolist() == [625, 317, 256, 276, 312]
    for k, guess in enumerate(guesses):
        sizes = Counter(verdict(guess, secret) for secret in itertools.product(range(6), repeat=4))
        assert {divmod(v, 5): n for v, n in enumerate(found.counts[k].tolist()) if n} == sizes
        bits = -math.fsum(n / 1296 * math.log2(n / 1296) for n in sizes.values())
        assert abs(found.bits[k] - bits) <= rounding(1296)
    assert np.argmax(found.bits) == 4  # most bits is not least at worst


@pytest.mark.slow
def test_knuths_strategy_takes_5801_guesses_at_most_5_each():
    queries = knuth_queries()
    assert queries.sum() == 5801
    assert np.bincount(queries).tolist() == [0, 1, 6, 62, 533, 694]


@pytest.mark.slow
def test_the_tie_break_matters():
    codes = mastermind_codes()
    table = np.asarray(mastermind_verdicts(codes, codes).codes(4))
    assert minimax_queries(table[::-1, ::-1]).sum() == 5801  # colours renamed: the same game
    shuffled = np.random.default_rng(0).permutation(len(codes))
    assert minimax_queries(table[shuffled][:, shuffled]).sum() != 5801


@pytest.mark.parametrize(("pegs", "colours"), [(0, 6), (4, 0), (4, 6.0), (8, 6)])
def test_games_that_are_none_or_too_large_are_refused(pegs, colours):
    with pytest.raises(ValueError, match=r"pegs|colours"):
        mastermind_codes(pegs, colours)


@pytest.mark.parametrize("codes", [[[0, -1]], [[0.5, 1]], [0, 1], [[]]])
def test_codes_that_are_none_are_refused(codes):
    with pytest.raises(ValueError, match="guesses have shape"):
        mastermind_verdicts(codes, [[0, 1]])
    with pytest.raises(ValueError, match="secrets have shape"):
        mastermind_verdicts([[0, 1]], codes)


def test_codes_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="guesses have 2 pegs and secrets 3"):
        mastermind_verdicts([[0, 1]], [[0, 1, 2]])
