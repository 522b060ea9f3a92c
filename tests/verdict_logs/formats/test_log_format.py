"""A format of logs says what it is; an opening says which keys the first row has."""

from pathlib import Path

from infoloop.verdict_logs.formats.log_format import Opening, Settings
from infoloop.verdict_logs.formats.recognition import FORMATS


def test_the_keys_are_those_of_the_first_row():
    assert Opening(Path("a"), "lines", ({"x": 1}, {"y": 2})).keys == {"x"}
    assert Opening(Path("a"), "zip", (), ("header.json",)).keys == frozenset()


def test_settings_say_nothing_unless_given():
    assert Settings() == ({}, None, "")
    assert Settings().verifiers(["pass"]) == ()


def test_several_verifiers_have_a_plus_between_them_unless_a_column_is_called_so():
    settings = Settings({"pass": "a + b"})
    assert settings.verifiers(["a", "b"]) == ("a", "b")
    assert settings.verifiers(["a", "a + b"]) == ("a + b",)


def test_every_format_has_a_name_of_its_own_a_title_and_a_source():
    formats = FORMATS
    assert len({form.name for form in formats}) == len(formats) >= 12
    assert all(form.title for form in formats)
    assert [form.name for form in formats if not form.source] == ["plain"]
    assert all(callable(form.rollouts) for form in formats if not form.refused)
