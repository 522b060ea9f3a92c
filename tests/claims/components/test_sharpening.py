"""Majorities, by enumeration."""

import itertools
import math
from fractions import Fraction

import pytest

from infoloop.claims.components.sharpening import recursive_error
from infoloop.claims.signals.label_filtering import outvoted


@pytest.mark.parametrize("voters", [1, 3, 5])
def test_majorities_err_as_enumerated(voters):
    e = Fraction(1, 5)
    enumerated = sum(
        math.prod(e if w else 1 - e for w in wrong)
        for wrong in itertools.product((0, 1), repeat=voters)
        if sum(wrong) > voters / 2
    )
    assert outvoted(e, voters) == recursive_error(e, voters) == enumerated
    assert outvoted(e, voters) != recursive_error(e, voters + 2)
