"""A hint names the nearest known word, or nothing."""

from infoloop.reporting.suggestions import did_you_mean


def test_the_nearest_word_is_offered():
    assert did_you_mean("colapse", ["collapse", "rare_tokens"]) == ": did you mean collapse?"


def test_nothing_near_offers_nothing():
    assert did_you_mean("zzz", ["thm:dpi"]) == ""
