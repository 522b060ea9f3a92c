"""What a message shows of a text is short, printable, and has its place."""

import pytest

from infoloop.notation.hints import (
    MOST_SHOWN,
    excerpt,
    hint_for_end,
    hint_for_mark,
    hint_for_term,
)


@pytest.mark.parametrize("place", [0, 1, 49, 50, 51, 500, 949, 950, 999, 1000])
def test_the_place_is_where_the_character_is(place):
    text = "".join(chr(0x4E00 + k) for k in range(1000))
    shown, under = excerpt(text, place)
    assert len(shown) <= MOST_SHOWN + 6
    assert shown[under : under + 1] == text[place : place + 1]
    assert shown.startswith("...") == (place > MOST_SHOWN // 2)
    assert shown.endswith("...") == (place < 1000 - MOST_SHOWN // 2)


def test_a_short_text_is_shown_whole():
    assert excerpt("H(X)", 3) == ("H(X)", 3)


def test_control_characters_move_no_cursor():
    for mark in "\x1b\x9b\r\n\u202e\u2028\x7f\x00":
        shown, under = excerpt(f"a{mark}b", 2)
        assert shown.isascii()
        assert shown[under:] == "b"


def test_what_has_no_hint():
    assert (hint_for_mark("?"), hint_for_term("K(X)", 0, "K")) == ("", "")
    assert hint_for_end("X" * 1000, "+ or -").endswith(
        "' (1,000 characters) is not expected here: join terms with + or -"
    )
