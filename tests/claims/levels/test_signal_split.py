"""Partitions of the outputs, counted."""

import numpy as np
import pytest

from infoloop.claims.levels.signal_split import partitions_of


@pytest.mark.parametrize(("outputs", "bell"), [(1, 1), (3, 5), (4, 15), (6, 203)])
def test_partitions_are_as_many_as_the_bell_numbers_and_no_two_are_alike(outputs, bell):
    found = list(partitions_of(outputs))
    alike = {frozenset(tuple(np.flatnonzero(np.equal(p, k))) for k in set(p)) for p in found}
    assert len(found) == len(alike) == bell
