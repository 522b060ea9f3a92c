"""Multisets are counted as ordered draws are; what does not fit is named."""

import itertools
from collections import Counter

import pytest

from infoloop.probability.unordered_draws import multisets


@pytest.mark.parametrize(("of", "size"), [(1, 3), (3, 1), (3, 4), (4, 3)])
def test_multisets_are_ordered_draws_counted(of, size):
    ordered = Counter(tuple(group.count(k) for k in range(of)) for group in itertools.product(range(of), repeat=size))
    listed = multisets(of, size)
    assert dict(zip(map(tuple, listed.counts), listed.orders, strict=True)) == ordered


def test_the_largest_enumeration_asked_for():
    listed = multisets(6, 16)
    assert len(listed.orders) == 20_349
    assert sum(map(int, listed.orders)) == 6**16
    assert (listed.counts.sum(axis=1) == 16).all()


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"^64 draws of 12 kinds are 4,898,229,264,825 multisets, more .*: take fewer"):
        multisets(12, 64)
    with pytest.raises(ValueError, match=r"^2,000 draws of 2 kinds are in too many orders for floats: take fewer"):
        multisets(2, 2000)
