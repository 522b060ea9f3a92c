"""Text keeps within its columns and its indentation; JSON keeps every letter."""

from infoloop.reporting.text import as_json, format_columns, wrap_text

WORDS = "word " * 60


def test_long_lines_are_broken_and_what_belongs_to_a_line_stays_with_it():
    first, *rest = wrap_text(f"  {WORDS}").splitlines()
    assert first.startswith("  word")
    assert all(line.startswith("    word") and len(line) <= 98 for line in rest)
    assert all(line.startswith(" " * 11 + "word") for line in wrap_text(WORDS, hanging=11).splitlines()[1:])


def test_no_word_is_lost_and_lines_stay_lines():
    text = f"{WORDS}\n\n{WORDS}"
    assert wrap_text(text).split() == text.split()
    assert wrap_text("a\n\nb") == "a\n\nb"


def test_a_column_with_one_word_in_it_is_no_column_of_numbers():
    rows = format_columns(("bits", "of"), [("1.5", "1"), ("10?", "none")])
    assert rows == ["  bits  of", "   1.5  1", "   10?  none"]


def test_json_keeps_letters_as_they_are():
    assert as_json({"η": "≤"}) == '{\n "η": "≤"\n}'
