"""Text keeps within its columns and its indentation; JSON keeps every letter."""

import json

from infoloop.reporting.text import as_json, as_strict_json, plain_text, text_table, wrap_text

WORDS = "word " * 60


def test_long_lines_are_broken_and_what_belongs_to_a_line_stays_with_it():
    first, *rest = wrap_text(f"  {WORDS}").splitlines()
    assert first.startswith("  word")
    assert all(line.startswith("    word") and len(line) <= 98 for line in rest)


def test_the_cells_of_a_table_are_broken_inside_their_column():
    first, *rest = plain_text(text_table([("bound", WORDS), ("use", "[bold]x[/bold] :smile:")], indent=0)).splitlines()
    assert first.startswith("bound  word")
    assert all(line.startswith(" " * 7 + "word") and len(line) <= 98 for line in rest[:-1])
    assert rest[-1] == "use    [bold]x[/bold] :smile:"


def test_no_word_is_lost_and_lines_stay_lines():
    text = f"{WORDS}\n\n{WORDS}"
    assert wrap_text(text).split() == text.split()
    assert wrap_text("a\n\nb") == "a\n\nb"


def test_a_column_with_one_word_in_it_is_no_column_of_numbers():
    shown = plain_text(text_table([("1.5", "1"), ("10?", "none")], ("bits", "of")))
    assert shown.splitlines() == ["  bits  of", "   1.5  1", "   10?  none"]


def test_nothing_is_left_out_of_a_table_that_is_too_wide():
    names = [f"{k}{'x' * 40}" for k in range(5)]
    lines = plain_text(text_table([names])).splitlines()
    assert max(map(len, lines)) <= 98
    assert sorted("".join("".join(lines).split())) == sorted("".join(names))


def test_a_text_has_no_colours_wherever_it_is_made(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert plain_text("a", text_table([("1",)], ("b",), indent=0)) == "a\nb\n1"


def test_json_keeps_letters_as_they_are():
    assert as_json({"η": "≤"}) == '{\n "η": "≤"\n}'


def test_strict_json_has_null_for_numbers_that_are_not_finite_and_is_the_same_else():
    value = {"a": [0.5, float("nan")], "b": (float("inf"), None, True), "c": "é"}
    assert json.loads(as_strict_json(value)) == {"a": [0.5, None], "b": [None, None, True], "c": "é"}
    assert as_strict_json(value["c"]) == as_json(value["c"])
