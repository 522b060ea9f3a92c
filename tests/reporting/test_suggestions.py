"""Hints name the nearest known word; what messages quote is short, whatever it is, and moves no cursor."""

import time

import pytest

from infoloop.reporting.suggestions import (
    LONGEST_MESSAGE,
    MOST_CHARACTERS,
    MOST_NAMES,
    bound_message,
    cut_text,
    did_you_mean,
    escape_unprintable,
    list_names,
    quote,
    same_number,
)

MANY = [f"node_{k}" for k in range(724)]


def test_the_nearest_word_is_offered():
    assert did_you_mean("colapse", ["collapse", "rare_tokens"]) == ": did you mean collapse?"


def test_nothing_near_offers_nothing():
    assert did_you_mean("zzz", ["thm:dpi"]) == ""
    assert did_you_mean("/etc/passwd", ["cascade"]) == ""


REFS = [*(f"S{k:02}" for k in range(1, 74) if k != 40), "thm:dpi", *(f"pub:C{k:02}" for k in range(1, 31))]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("S99", ": there are S01 to S73, and the nearest is S73"),
        ("S0", ": there are S01 to S73, and the nearest is S01"),
        ("S40", ": there are S01 to S73, and the nearest are S39 and S41"),
        ("s7", ": did you mean S07?"),
        ("S-7", ": did you mean S07?"),
        ("S-99", ": there are S01 to S73, and the nearest is S73"),
        ("pub:C31", ": there are pub:C01 to pub:C30, and the nearest is pub:C30"),
        ("S999999999999", ": there are S01 to S73, and the nearest is S73"),
        ("tmh:dpi", ": did you mean thm:dpi?"),
    ],
)
def test_numbers_are_near_by_their_values(word, hint):
    assert did_you_mean(word, REFS) == hint


def test_a_few_numbers_are_near_by_their_letters():
    assert did_you_mean("S9", ["S1", "S2"]) == ": did you mean S2?"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("S1", "S01"),
        ("s001", "S01"),
        ("pub:C2", "pub:C02"),
        ("S01", "S01"),
        ("S40", "S40"),
        ("S-1", "S01"),
        ("S 1", "S01"),
        ("S_1", "S01"),
        ("S", "S"),
        ("1", "1"),
        ("thm:dpi", "thm:dpi"),
        ("x" * 10_000 + "1", "x" * 10_000 + "1"),
    ],
)
def test_a_number_is_the_same_with_and_without_zeros(word, name):
    assert same_number(word, REFS) == name


def test_a_name_that_is_there_is_not_taken_for_another_of_its_number():
    assert same_number("S1", ["S01", "S1"]) == "S1"


def test_a_separator_makes_no_difference():
    assert same_number("node7", MANY) == same_number("node-7", MANY) == "node_7"
    assert same_number("node-7", ["node_7", "node-7"]) == "node-7"


def test_a_few_names_are_all_listed_in_their_order():
    assert list_names(("Z", "A", "M"), near="A") == "Z, A, M"
    assert list_names(()) == "none"


def test_of_many_names_the_nearest_are_listed_and_the_rest_is_counted():
    shown = list_names(MANY, near="node_7l3")
    assert shown.endswith(f" and {724 - MOST_NAMES} more")
    assert "node_713" in shown
    assert "node_3," not in shown


def test_of_many_names_the_first_are_listed_where_no_word_was_given():
    assert list_names(MANY, most=2) == "node_0, node_1 and 722 more"


@pytest.mark.slow
def test_long_names_and_many_names_make_neither_a_long_nor_a_slow_message():
    begin = time.perf_counter()
    shown = list_names([f"{k}" * 300 for k in range(20_000)], near="7" * 10_000)
    assert len(shown) < MOST_NAMES * (MOST_CHARACTERS + 10)
    assert did_you_mean("7" * 10_000, [f"{k}" for k in range(20_000)]) == ""
    assert time.perf_counter() - begin < 20  # seconds; unbounded it would be minutes


@pytest.mark.parametrize("text", ["", "H(X)", "x" * 80])
def test_what_is_short_stays_as_it_is(text):
    assert (quote(text), cut_text(text), bound_message(text)) == (repr(text), text, text)


@pytest.mark.parametrize("text", ["\x1b[2K\x1b[1A\rholds", "a\nb", "\x9b2J", "‮abc"])
def test_nothing_that_moves_a_cursor_is_quoted_raw(text):
    assert quote(text).isprintable()
    assert cut_text(text).isprintable()
    assert escape_unprintable(text).isascii()


def test_long_values_are_cut_and_their_length_is_said():
    assert len(quote("x" * 300_000)) < 2 * MOST_CHARACTERS
    assert quote("x" * 300_000).endswith("(300,000 characters)")
    assert len(quote(list(range(100_000)))) < 2 * MOST_CHARACTERS
    assert cut_text("begin" + "x" * 1000 + "end").startswith("begin")
    assert cut_text("begin" + "x" * 1000 + "end").endswith("end")
    assert len(bound_message("line\n" * 10_000)) < LONGEST_MESSAGE
