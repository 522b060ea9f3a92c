"""False neighbours as data: what is declared is whole, and stands once."""

import pytest

from infoloop.statements.neighbours import changed, described, unrefuted, without


def test_an_assumption_is_dropped_with_a_case_or_not_at_all():
    with pytest.raises(ValueError, match="needs a case in which it fails"):
        without("X -> D -> Z")


@pytest.mark.parametrize("reason", ["", "  "])
def test_what_cannot_be_refuted_has_a_reason(reason):
    with pytest.raises(ValueError, match="reason why 'two symbols' cannot be refuted"):
        unrefuted("two symbols", reason)


def test_two_neighbours_cannot_change_the_same():
    twice = [changed("1 in place of 2", lambda case: (case, case)), without("1 in place of 2", 0)]
    with pytest.raises(ValueError, match="two neighbours change '1 in place of 2'"):
        described(twice)
