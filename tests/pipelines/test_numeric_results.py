"""What is derived from the bits of an audit: shares, costs, effects."""

import pytest


@pytest.mark.slow
def test_bits_are_counted_for_each_unit_of_cost(learned):
    assert learned[1].cost == 4.0
    for term in (term for r in learned[1].rounds for term in r.terms):
        assert (term.cost, term.per_cost) == (2.0, term.bits / 2)
        assert term.per_bit == term.bits / term.observed
