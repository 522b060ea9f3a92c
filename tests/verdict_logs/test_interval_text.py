"""Names and numbers as tables of an audit show them."""

import math

import pytest

from infoloop.verdict_logs.groups.within_groups import IntervalEstimate
from infoloop.verdict_logs.interval_text import short_name, with_interval


@pytest.mark.parametrize("longest", [6, 7, 24])
def test_a_name_is_cut_only_where_it_is_longer_than_may_be(longest):
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert short_name(letters[:longest], longest) == letters[:longest]
    shown = short_name(letters, longest)
    head, tail = shown.split("…")
    assert (len(shown), len(tail)) == (longest, longest // 3)
    assert (letters.startswith(head), letters.endswith(tail)) == (True, True)


def test_a_name_cannot_move_a_cursor():
    assert "\x1b" not in short_name("x\x1b[2J", 24)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((-0.004, -0.006, 0.004), "0.00 [-0.01, 0.00]"),
        ((0.126, math.nan, math.nan), "0.13"),
        ((math.nan, 0.1, 0.2), "-"),
    ],
)
def test_no_number_is_minus_zero_and_what_is_not_known_is_not_shown(ends, said):
    assert with_interval(IntervalEstimate(*ends)) == said
