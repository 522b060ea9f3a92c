"""Groups drawn from attempts: they use each attempt once, and what they show is in the mean what subsets show."""

import itertools

import numpy as np
import pytest

from infoloop.verdict_logs import disjoint_groups
from infoloop.verdict_logs.disjoint_groups import draw_order, groups_with_a_pass, passes_of_groups


def test_each_attempt_is_in_one_group_at_most():
    passes, attempts = np.array([0, 5, 3, 7]), np.array([7, 7, 7, 7])
    order = draw_order(passes, attempts, 100)
    assert order.shape == (4, 8)
    assert passes_of_groups(order, 7).ravel().tolist() == passes.tolist()
    for size in range(1, 8):
        groups = passes_of_groups(order, size)
        assert groups.shape == (4, 7 // size)
        assert ((groups >= 0) & (groups <= size)).all()
        assert (groups.sum(1) <= passes).all()
        assert (groups.sum(1) >= passes - 7 % size).all()


def test_of_more_attempts_than_the_least_as_many_are_drawn_and_no_more_than_asked_for():
    assert draw_order(np.array([2, 9]), np.array([5, 9]), 100)[1].tolist() == [0, 1, 2, 3, 4, 5]
    assert draw_order(np.array([2, 9]), np.array([5, 9]), 3).shape == (2, 4)


@pytest.mark.parametrize("attempts", [6, 9])
def test_groups_have_both_verdicts_as_often_as_subsets_have(attempts):
    """20 000 problems, two groups each: more than 0.025 off with probability 2 exp(-25) at most (Hoeffding)."""
    counts = np.full(20_000, 2)
    groups = passes_of_groups(draw_order(counts, np.append(np.full(19_999, attempts), 6), 100), 3)
    assert groups.shape == (20_000, 2)
    subsets = list(itertools.combinations([1, 1] + [0] * (attempts - 2), 3))
    live = sum(0 < sum(part) < 3 for part in subsets) / len(subsets)
    assert abs(((groups > 0) & (groups < 3)).mean() - live) < 0.025


def test_groups_with_a_pass_are_counted_problem_by_problem_too(monkeypatch):
    passes, attempts = np.array([0, 3, 12, 12]), np.array([12, 12, 12, 15])
    whole = groups_with_a_pass(passes, attempts, [1, 5, 12])
    assert whole[:, 1].tolist() == [48, 8, 4]
    assert whole[2, 0] == 3
    assert 0 + 3 + 12 + 9 <= whole[0, 0] <= 0 + 3 + 12 + 12
    monkeypatch.setattr(disjoint_groups, "_CELLS", 13)
    assert groups_with_a_pass(passes, attempts, [1, 5, 12])[:, 1].tolist() == [48, 8, 4]


def test_each_problem_of_a_later_block_keeps_its_own_attempts(monkeypatch):
    """One pass of a million: that it is among the two attempts that are drawn has a probability of 2e-6."""
    monkeypatch.setattr(disjoint_groups, "_CELLS", 2)
    assert groups_with_a_pass(np.array([2, 1]), np.array([2, 10**6]), [1]).tolist() == [[2, 4]]
