"""Subsets of attempts against all of them, and the exact test against every way to share passes out."""

import itertools
import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import verdict_entropy
from infoloop.verdict_logs.groups.attempt_exchange import PairedCounts, exchange_p_value, subset_entropy, subset_law


@pytest.mark.parametrize(("k", "n", "g"), [(0, 5, 3), (2, 5, 3), (4, 7, 2), (6, 6, 4), (3, 6, 6), (1, 4, 1)])
def test_subsets_are_counted(k, n, g):
    right = [sum(x) for x in itertools.combinations([1] * k + [0] * (n - k), g)]
    law = [right.count(j) / len(right) for j in range(g + 1)]
    assert subset_law(np.arange(g + 1), k, n, g) == pytest.approx(law, abs=rounding(20))
    entropy = float(law @ verdict_entropy(np.arange(g + 1) / g))
    assert subset_entropy(np.array([k]), np.array([n]), np.array([g]))[0] == pytest.approx(entropy, abs=rounding(20))


def every_sharing(counts, value):
    """The share of sharings whose sum is as far from 0, problem by problem without numpy's draws."""
    (k1, k2), (n1, n2), size = counts
    kinds = []
    for a, b, m, n, g in zip(k1, k2, n1, n2, size, strict=True):
        some = range(max(0, a + b - m), min(n, a + b) + 1)
        mass = {j: math.comb(n, j) * math.comb(m, a + b - j) / math.comb(m + n, a + b) for j in some}
        kinds.append([(mass[j], value(j, n, g) - value(a + b - j, m, g)) for j in some])
    seen = abs(sum(value(b, n, g) - value(a, m, g) for a, b, m, n, g in zip(k1, k2, n1, n2, size, strict=True)))
    slack = 2 * len(k1) * rounding(20)  # values are exact to so much, as the test of subsets has it
    return sum(
        math.prod(mass for mass, _ in one)
        for one in itertools.product(*kinds)
        if abs(sum(x for _, x in one)) >= seen - slack
    )


def rate(k, n, g):
    return k / n


@pytest.mark.parametrize("value", [rate, subset_entropy])
def test_the_p_value_is_that_of_every_sharing(value):
    k1, k2, n1, n2 = (np.array(x) for x in ([0, 1, 1, 2], [3, 4, 8, 5], [4, 4, 4, 2], [8, 6, 8, 8]))
    counts = PairedCounts((k1, k2), (n1, n2), np.minimum(n1, n2))
    exact = every_sharing(counts, value)
    assert 0.01 < exact < 0.9
    found = exchange_p_value(counts, value, 0.001)  # 49,999 draws
    assert abs(found - exact) <= 4 * math.sqrt(exact * (1 - exact) / 49_999) + 1 / 50_000


def test_of_many_kinds_those_with_the_most_problems_are_drawn(monkeypatch):
    monkeypatch.setattr("infoloop.verdict_logs.groups.attempt_exchange._MOST_CELLS", 999)
    passes = np.array([0] * 30 + [4]), np.array([8] * 30 + [0])
    attempts = np.full(31, 4), np.full(31, 8)
    assert exchange_p_value(PairedCounts(passes, attempts, attempts[0]), rate, 0.05) == 0.001


def test_problems_of_one_verdict_tell_nothing():
    none = np.zeros(3, int)
    assert exchange_p_value(PairedCounts((none, none), (none + 4, none + 8), none + 4), rate, 0.05) == 1


def test_problems_that_are_drawn_count_each_and_by_their_own_common_size():
    alike = (np.array([x] * 3) for x in (1, 5, 4, 6))
    k1, k2, n1, n2 = (np.append(x, last) for x, last in zip(alike, (0, 2, 4, 6), strict=True))
    for size in (np.minimum(n1, n2), np.array([2, 2, 2, 4])):
        counts = PairedCounts((k1, k2), (n1, n2), size)
        for value in (rate, subset_entropy):
            exact = min(every_sharing(counts, value), 1.0)
            found = exchange_p_value(counts, value, 0.001)
            assert abs(found - exact) <= 4 * math.sqrt(exact * (1 - exact) / 49_999) + 1 / 50_000


def test_problems_of_a_kind_that_is_not_drawn_are_not_seen_either(monkeypatch):
    """Of a kind with more passes than the first run has attempts, and of a smaller one with fewer."""
    k1, k2 = np.array([2] * 24 + [1] * 6 + [0] * 10), np.array([4] * 24 + [5] * 6 + [3] * 10)
    n1, n2 = np.full(40, 4), np.full(40, 8)
    alone = exchange_p_value(PairedCounts((k1[:30], k2[:30]), (n1[:30], n2[:30]), n1[:30]), rate, 0.05)
    assert 0.1 < alone < 0.5
    monkeypatch.setattr("infoloop.verdict_logs.groups.attempt_exchange._MOST_CELLS", 999)
    assert exchange_p_value(PairedCounts((k1, k2), (n1, n2), n1), rate, 0.05) == alone


def test_a_small_risk_takes_no_more_than_the_most_draws():
    few, many = np.full(40, 4), np.full(40, 8)
    assert exchange_p_value(PairedCounts((0 * few, many), (few, many), few), rate, 1e-9) == 1 / 50_000
