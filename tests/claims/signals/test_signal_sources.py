"""Repeated signals, by hand."""

from fractions import Fraction

from infoloop.claims.signals.signal_sources import repeated_bits


def test_repeats_of_an_erased_block():
    assert repeated_bits(Fraction(1, 3), 1, 2) == 1 - Fraction(1, 9)
