"""Estimates and text statistics, enumerated, against plain loops over all texts and exact fractions."""

import itertools
from collections import Counter
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.loops import ngram_statistics
from infoloop.probability.numerics import rounding


def counted(prompt, text, num_symbols, contexts):
    counts, context = np.zeros((contexts, num_symbols), int), prompt
    for symbol in text:
        counts[context, symbol] += 1
        context = (context * num_symbols + symbol) % contexts
    return prompt, tuple(counts.ravel().tolist())


@pytest.mark.parametrize(("length", "num_symbols", "contexts"), [(4, 2, 1), (5, 2, 2), (3, 3, 3), (4, 2, 4)])
def test_every_text_is_counted_once(length, num_symbols, contexts):
    found = ngram_statistics.statistics(length, num_symbols, contexts)
    seen = {
        (int(p), tuple(c.ravel().tolist())): int(w)
        for p, c, w in zip(found.prompt, found.counts, found.ways, strict=True)
    }
    written = itertools.product(range(contexts), itertools.product(range(num_symbols), repeat=length))
    assert seen == Counter(counted(prompt, text, num_symbols, contexts) for prompt, text in written)


@pytest.mark.slow
def test_the_probabilities_of_all_texts_sum_to_one_with_symbols_of_probability_zero_too():
    rows, prompt = jnp.array([[0.25, 0.75], [1.0, 0.0]]), jnp.array([0.375, 0.625])
    found = ngram_statistics.statistics(6, 2, 2)
    assert abs(float(ngram_statistics.text_probabilities(rows, prompt, found).sum()) - 1) < rounding(len(found.ways))


def test_estimates_are_the_fractions_that_counts_can_make():
    """For two symbols the Farey fractions of order L: 1 + sum of Euler's totients."""
    farey = {Fraction(c, n) for n in range(1, 8) for c in range(n + 1)}
    assert sorted(float(f) for f in farey) == sorted(ngram_statistics.estimates(7, 2, 0.0).laws[:, 0].tolist())
    assert len(farey) == 1 + sum(sum(np.gcd(c, n) == 1 for c in range(1, n + 1)) for n in range(1, 8))


def test_no_counts_leave_the_row_without_smoothing_and_give_the_uniform_one_with_it():
    plain, smooth = ngram_statistics.estimates(2, 2, 0.0), ngram_statistics.estimates(2, 2, 0.5)
    assert plain.number[0] == -1
    assert smooth.number[0] == smooth.uniform
    assert plain.laws[plain.uniform].tolist() == smooth.laws[smooth.uniform].tolist() == [0.5, 0.5]


def test_rows_that_are_equal_as_rationals_are_one_state():
    """With a fifth imagined, 1 of 8 symbols and 0 of 1 give one row: (1 + 1/5)/(8 + 2/5) = (1/5)/(1 + 2/5) = 1/7."""
    rows = {Fraction(5 * c + 1, 5 * n + 2) for n in range(9) for c in range(n + 1)}
    for alpha in (0.2, "1/5", Fraction(1, 5)):
        assert len(ngram_statistics.estimates(8, 2, alpha).laws) == len(rows)


def test_refitting_keeps_unvisited_rows_alone():
    known = ngram_statistics.estimates(2, 2, 0.0)
    before = np.arange(len(known.laws) ** 2)
    after = ngram_statistics.digits(
        np.asarray(ngram_statistics.refit_counts(before, np.array([[0, 0], [2, 0]]), known, 2)), len(known.laws), 2
    )
    assert (after[:, 0] == ngram_statistics.digits(before, len(known.laws), 2)[:, 0]).all()
    assert known.laws[after[:, 1]].tolist() == [[1.0, 0.0]] * len(before)
