"""A hint names the nearest known word, or nothing."""

from infoloop.reporting.suggestions import nearest


def test_the_nearest_word_is_offered():
    assert nearest("colapse", ["collapse", "rare_tokens"]) == ": did you mean collapse?"


def test_nothing_near_offers_nothing():
    assert nearest("zzz", ["thm:dpi"]) == ""
