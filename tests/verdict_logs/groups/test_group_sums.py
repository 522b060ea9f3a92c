"""Sums over groups of several parts, in any order of rows; the rest is tested by the table that they make."""

import numpy as np
import pytest

from infoloop.verdict_logs.groups.group_sums import GroupSums, Measured, join_groups, number_groups, sum_groups

A, B = Measured("reward", ""), Measured("verdict", "tests")


@pytest.mark.parametrize("seed", range(3))
def test_groups_are_numbered_as_they_first_come(seed):
    draw = np.random.default_rng(seed)
    keys = [draw.integers(0, 4, 60), draw.integers(-3, 3, 60), draw.integers(0, 2, 60).astype(np.uint64)]
    seen = {}
    wanted = [seen.setdefault(key, len(seen)) for key in zip(*(k.tolist() for k in keys), strict=True)]
    group, first = number_groups(*keys)
    assert group.tolist() == wanted
    assert first.tolist() == [wanted.index(i) for i in range(len(seen))]


def test_order_of_rows_within_a_part_does_not_matter():
    group, x = np.array([1, 0, 1, 2, 0]), np.array([4.0, 1.0, np.nan, np.nan, 2.0])
    found = sum_groups(group, {A: x, B: np.array([1.0, 0, 1, 1, 1])})
    assert found["count", A].tolist() == [2, 1, 0]
    assert found["total", A].tolist() == [3, 4, 0]
    assert found["product", A, B].tolist() == [2, 4, 0]
    assert found["product", A, A].tolist() == [5, 16, 0]
    assert np.array_equal(found["least", A], [1, 4, np.nan], equal_nan=True)


def test_what_a_part_has_not_is_missing_there():
    one, two = sum_groups(np.array([0, 0]), {A: np.array([1.0, 2.0])}), sum_groups(np.array([0]), {B: np.array([1.0])})
    parts = [GroupSums(np.array([p]), np.array([0]), np.array([0], np.uint64), s) for p, s in ((3, one), (4, two))]
    joined = join_groups(parts)
    assert joined.problem.tolist() == [3, 4]
    assert joined.sums["total", A].tolist() == [3, 0]
    assert joined.sums["count", B].tolist() == [0, 1]
    assert np.array_equal(joined.sums["largest", A], [2, np.nan], equal_nan=True)
