"""The test for drift: its p-value against enumeration of all tables, its level and its power on made logs."""

import itertools
import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups import rate_drift
from infoloop.verdict_logs.groups.rate_drift import find_drift
from tests.support.made_groups import table_of


def exact_p_value(c, n) -> float:
    """By all tables with the same passes of each problem."""
    k, of = c.sum(1), n.sum(1)

    def two(x):
        left = x - n * (k / of)[:, None]
        scale = n * (k * (of - k) / of**2)[:, None]
        return abs((left.sum(0) * np.arange(n.shape[1])).sum()), (left**2 / scale).sum()

    larger, seen = np.zeros(2), two(c)
    slack = rounding(int(n.sum()) * n.shape[1])  # no deviation is larger than all attempts times the windows
    rows = [
        [r for r in itertools.product(*(range(m + 1) for m in ms)) if sum(r) == a] for ms, a in zip(n, k, strict=True)
    ]
    total = math.prod(math.comb(int(m), int(a)) for m, a in zip(of, k, strict=True))
    for table in itertools.product(*rows):
        x = np.array(table)
        mass = math.prod(math.comb(int(b), int(a)) for a, b in zip(x.ravel(), n.ravel(), strict=True)) / total
        larger += [mass * (t >= s - slack) for t, s in zip(two(x), seen, strict=True)]
    return min(1.0, 2 * larger.min())


@pytest.mark.parametrize("passes", [[[0, 2, 4], [1, 1, 3]], [[2, 0, 3], [2, 2, 1]], [[1, 2, 2], [0, 1, 1]]])
def test_the_p_value_is_that_of_all_tables(passes):
    c, n = np.array(passes), np.array([[4, 4, 4], [3, 3, 3]])
    table = table_of(np.repeat([0, 1], 3), np.tile([0, 1, 2], 2), n.ravel(), c.ravel())
    exact = exact_p_value(c, n)
    assert abs(find_drift(table).p_value - exact) < 4 * 2 * math.sqrt(exact / 2 * (1 - exact / 2) / 499) + 2 / 500


def test_problems_count_by_how_rare_their_split_is_not_by_how_many_attempts_it_moves():
    """Two problems have their one pass in a window of one attempt, each in another; a third has many and an even split.

    The statistic that is not divided by what a draw varies would be at about .6, for the third moves it more.
    """
    c, n = np.array([[1, 0], [0, 1], [4, 4]]), np.array([[1, 9], [9, 1], [8, 8]])
    table = table_of(np.repeat([0, 1, 2], 2), np.tile([0, 1], 3), n.ravel(), c.ravel())
    exact = exact_p_value(c, n)
    assert exact < 0.1
    assert abs(find_drift(table).p_value - exact) < 4 * 2 * math.sqrt(exact / 2 * (1 - exact / 2) / 499) + 2 / 500


def made_log(draw, drift, problems=40, steps=6):
    problem, step = np.tile(np.arange(problems), steps), np.repeat(np.arange(steps), problems)
    ahead = draw.normal(0, 1.5, problems)[problem] + drift(step, problem)
    return table_of(problem, step, np.full(step.size, 4), draw.binomial(4, 1 / (1 + np.exp(-ahead))))


def share_found(logs, drift, seed=0, **sizes):
    draw = np.random.default_rng(seed)
    return np.mean([find_drift(made_log(draw, drift, **sizes)).found for _ in range(logs)])


def still(step, problem):
    return 0.0


def rising(step, problem):
    return 0.3 * step


def both_ways(step, problem):
    return 0.7 * step * (-1) ** problem


@pytest.mark.slow
def test_what_drifts_is_found_together_or_each_way():
    assert share_found(2, rising) == share_found(2, both_ways) == 1


@pytest.mark.full
def test_without_drift_it_is_found_as_rarely_as_it_says():
    assert share_found(1000, still, problems=10, steps=3) <= 0.05 + 2 * 0.0069


def test_rates_of_the_halves_are_means_over_problems():
    n, c = np.array([4, 4, 8, 8, 4]), np.array([0, 4, 2, 4, 2])
    found = find_drift(table_of([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], n, c))
    assert (found.problems, found.early, found.late) == (2, 0.125, 0.75)


def test_each_half_has_half_of_the_windows_and_a_problem_that_one_half_lacks_has_no_say():
    problem, step = [0, 0, 0, 0, 1, 1], [0, 1, 2, 3, 0, 1]
    found = find_drift(table_of(problem, step, np.full(6, 4), np.array([0, 1, 2, 4, 1, 3])))
    assert (found.problems, found.early, found.late) == (2, 1 / 8, 6 / 8)


def test_drift_is_found_where_the_p_value_is_at_most_the_risk():
    table = table_of([0, 0], [0, 1], np.full(2, 4), np.array([0, 3]))
    assert 0.2 < exact_p_value(np.array([[0, 3]]), np.array([[4, 4]])) < 0.4
    assert [find_drift(table, confidence).found for confidence in (0.5, 0.95)] == [True, False]
    certain = table_of([0, 0], [0, 1], np.full(2, 20), np.array([0, 20]))
    assert [find_drift(certain, confidence).found for confidence in (0.95, 0.999)] == [True, True]


def test_of_more_problems_than_are_tested_those_with_the_most_attempts_are(monkeypatch):
    monkeypatch.setattr(rate_drift, "MOST_TESTED", 1)
    found = find_drift(table_of([0, 0, 1, 1], [0, 1, 0, 1], np.array([2, 2, 8, 8]), np.array([0, 1, 2, 6])))
    assert (found.problems, found.early, found.late) == (1, 0.25, 0.75)


def test_groups_without_verdicts_have_no_say():
    table = table_of([0, 0, 0, 0], [0, 1, 2, 3], np.full(4, 4), np.array([4, 1, 3, 3]))
    table.count[0, 1] = 0
    found = find_drift(table)
    assert (found.problems, found.early, found.late) == (1, 0.25, 0.75)


def test_a_log_that_cannot_tell_finds_nothing():
    found = find_drift(table_of([0, 0, 1], [0, 1, 1], np.full(3, 4), np.array([0, 0, 2])))
    assert found[:3] == (0, 1.0, False)


@pytest.mark.parametrize(("confidence", "least"), [(0.5, 2 / 500), (0.95, 2 / 500), (0.999, 2e-4), (0.9999, 2e-5)])
def test_a_fifth_of_the_risk_can_be_reached_at_any_confidence(confidence, least):
    certain = table_of([0, 0], [0, 1], np.full(2, 20), np.array([0, 20]))
    found = find_drift(certain, confidence)
    assert found.least == pytest.approx(least, rel=rounding(1))
    assert (found.p_value, found.found) == (found.least, True)


def test_many_draws_are_of_fewer_problems_and_end_where_enough_are_as_large(monkeypatch):
    draws = []
    drawn = rate_drift._draw_counts
    monkeypatch.setattr(rate_drift, "_draw_counts", lambda *a: draws.append(a[3]) or drawn(*a))
    monkeypatch.setattr(rate_drift, "_BLOCK", 1)
    still_log = made_log(np.random.default_rng(1), still)
    assert find_drift(still_log, 0.999).p_value > 0.05
    assert sum(draws) < 2000  # of 9,999: 50 as large as a p-value of .05 of the two foretells
    monkeypatch.setattr(rate_drift, "_MOST_CELLS", 9999 * 6 * 3)
    assert find_drift(still_log, 0.999).problems == 3


@pytest.mark.full
def test_at_a_high_confidence_without_drift_it_is_found_as_rarely_as_it_says():
    draw = np.random.default_rng(3)
    p = np.array([find_drift(made_log(draw, still, problems=10, steps=3), 0.99).p_value for _ in range(1000)])
    for level in (0.01, 0.05, 0.2):
        assert (p <= level).mean() <= level + 3 * math.sqrt(level * (1 - level) / 1000)
