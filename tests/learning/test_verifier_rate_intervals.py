"""Intervals for rates: the range of f against every corner, coverage over drawn counts, what cannot be told."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq

from infoloop.learning import verifier_rate_intervals
from infoloop.learning.verifier_rate_intervals import rates_from_counts

RIGHT, FALSE_POSITIVE, TRUE_POSITIVE = 0.4, [0.1, 0.3, 0.2], [0.8, 0.9, 0.6]


def law(right=RIGHT, false_positive=FALSE_POSITIVE, true_positive=TRUE_POSITIVE) -> np.ndarray:
    given = [np.einsum("i,j,k->ijk", *([1 - x, x] for x in rates)) for rates in (false_positive, true_positive)]
    return (1 - right) * given[0] + right * given[1]


def counts(answers: int, seed: int, table: np.ndarray) -> np.ndarray:
    return np.random.default_rng(seed).multinomial(answers, table.ravel()).reshape(2, 2, 2)


def holds(found, right, false_positive, true_positive) -> bool:
    pairs = [
        (found.right, right),
        *zip(found.false_positive, false_positive, strict=True),
        *zip(found.true_positive, true_positive, strict=True),
    ]
    return all(low <= rate <= high for (low, high), rate in pairs)


def test_the_range_of_f_is_that_over_all_corners_of_the_box():
    low = np.array([fmpq(k, 40) for k in (1, 4, 2, 3, 5, 1, 2, 6)], dtype=object).reshape(2, 2, 2)
    high = low + fmpq(1, 20)
    for t in (fmpq(0), fmpq(1, 3), fmpq(1)):
        values = []
        for ends in itertools.product((0, 1), repeat=8):
            p = np.where(np.array(ends).reshape(2, 2, 2), high, low)
            mixed = (1 - t) * p[1] - t * p[0]
            values.append(mixed[1, 1] * mixed[0, 0] - mixed[1, 0] * mixed[0, 1])
        assert verifier_rate_intervals._range(low, high, t, t) == (min(values), max(values))
    wide = verifier_rate_intervals._range(low, high, fmpq(1, 4), fmpq(1, 2))
    inside = verifier_rate_intervals._range(low, high, fmpq(1, 3), fmpq(1, 3))
    assert wide[0] <= inside[0] <= inside[1] <= wide[1]


@pytest.mark.full
def test_intervals_hold_the_rates_and_narrower_cells_do_not(monkeypatch):
    """At 95 %, 20 tables: more than 6 misses have probability below 4e-5 (binomial tail at 1/20)."""
    tables = [counts(10_000, seed, law()) for seed in range(20)]
    found = [rates_from_counts(table) for table in tables]
    assert sum(holds(f, RIGHT, FALSE_POSITIVE, TRUE_POSITIVE) for f in found) >= 14
    assert all(f.fits and all(f.separated) for f in found)
    assert all(high - low < Fraction(1, 4) for f in found for low, high in (*f.false_positive, *f.true_positive))
    narrow = verifier_rate_intervals.certified_interval
    monkeypatch.setattr(verifier_rate_intervals, "certified_interval", lambda k, n, miss: narrow(k, n, "19/20"))
    assert sum(holds(rates_from_counts(t), RIGHT, FALSE_POSITIVE, TRUE_POSITIVE) for t in tables) < 14


def test_a_verifier_with_negative_j_is_told_by_its_covariance_with_the_first():
    upside_down = [0.3, 0.9, 0.2], [0.8, 0.1, 0.7]
    found = rates_from_counts(counts(30_000, 1, law(0.5, *upside_down)))
    assert holds(found, 0.5, *upside_down)
    assert found.true_positive[1][1] < found.false_positive[1][0]
    assert holds(found.swapped(), 0.5, upside_down[1], upside_down[0])


def test_of_a_blind_verifier_and_of_few_answers_nothing_is_said():
    blind = rates_from_counts(counts(5000, 2, law(0.5, [0.1, 0.2, 0.5], [0.9, 0.8, 0.5])))
    assert blind.separated == (False, False, False)
    assert blind.false_positive[0] == blind.right == (0, 1)
    assert rates_from_counts(counts(50, 3, law())).separated == (False, False, False)


def test_counts_that_no_independent_verifiers_give_are_told():
    """Three verdicts of which each pair tends to differ: a product of covariances below 0."""
    odd = np.array([[[10, 300], [300, 300]], [[300, 300], [300, 10]]])
    assert not rates_from_counts(odd).fits
    assert rates_from_counts(counts(1000, 4, law())).fits


@pytest.mark.parametrize(("table", "confidence"), [([[1, 2]], "19/20"), (-np.ones((2, 2, 2), int), "19/20")])
def test_tables_that_are_no_counts_are_refused(table, confidence):
    with pytest.raises(ValueError, match="give whole numbers from 0 on"):
        rates_from_counts(table, confidence)
    with pytest.raises(ValueError, match="confidence is 1 and 8 answers"):
        rates_from_counts(np.ones((2, 2, 2), int), 1)
