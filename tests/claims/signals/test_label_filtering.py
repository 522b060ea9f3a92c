"""Filters of labels, by hand and by all ballots."""

import itertools
import math
from fractions import Fraction

import pytest

from infoloop.claims.signals.label_filtering import at_most_one, kept_error, outvoted


def test_a_filter_that_keeps_all_leaves_the_error_rate():
    assert kept_error(Fraction(1, 3), Fraction(1, 5), Fraction(1, 5)) == Fraction(1, 3)


@pytest.mark.parametrize("votes", [1, 3, 5])
def test_an_outvoted_label_by_all_ballots(votes):
    error, found = Fraction(1, 3), Fraction(0)
    for ballot in itertools.product((0, 1), repeat=votes):
        probability = math.prod(error if wrong else 1 - error for wrong in ballot)
        found += probability * (sum(ballot) > votes // 2)
    assert outvoted(error, votes) == found


@pytest.mark.parametrize("votes", [1, 3, 5])
def test_at_most_one_right_vote_by_all_ballots(votes):
    right, found = Fraction(1, 3), Fraction(0)
    for ballot in itertools.product((0, 1), repeat=votes):
        probability = math.prod(right if hit else 1 - right for hit in ballot)
        found += probability * (sum(ballot) <= 1)
    assert at_most_one(right, votes) == found
