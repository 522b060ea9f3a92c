"""Names of a user's own files: what would stand for something else is refused, and own modules are found last."""

import re
import sys

import pytest

from infoloop.cli.own_names import (
    MOST_CHARACTERS,
    OwnNameError,
    check_own_name,
    refuse_missing_ending,
    search_current_folder,
)


@pytest.mark.parametrize("name", ["my_study", "Study2", "a", "x" * MOST_CHARACTERS, "match"])
def test_a_name_that_is_free_is_taken(name):
    assert check_own_name(name, {"collapse": "an experiment"}) == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "is no name"),
        ("a b", "is no name"),
        ("2nd", "is no name"),
        ("_own", "is no name"),
        ("été", "is no name"),
        ("../x", "is no name"),
        ("study\n", "is no name"),
        ("x" * (MOST_CHARACTERS + 1), "has 31 characters, more than 30"),
        ("lambda", "is a keyword of Python"),
        ("random", "is a module of Python's standard library"),
        ("test_it", "is a name by which pytest finds tests"),
        ("conftest", "is a name by which pytest finds tests"),
        ("collapse", "is an experiment of infoloop"),
        ("numpy", "is an installed module"),
        ("infoloop", "is an installed module"),
    ],
)
def test_a_name_that_stands_for_something_else_is_refused_with_another(name, why):
    with pytest.raises(OwnNameError, match=why) as stop:
        check_own_name(name, {"collapse": "an experiment"})
    assert re.search("give another name, such as [a-z][a-z0-9_]+$", str(stop.value))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("my_study.py", "'my_study.py' is no name: leave out .py: my_study"),
        ("my_loop.toml", "'my_loop.toml' is no name: leave out .toml: my_loop"),
        ("x-y", "'x-y' is no name: write a letter, then letters, digits and _: give another name, such as x_y"),
        ("my study", "'my study' is no name: write a letter, then letters, digits and _: give another name, such as "
         "my_study"),
        ("collapse.py", "'collapse.py' is no name: write a letter, then letters, digits and _: give another name, such "
         "as my_collapse"),
        ("collapse", "'collapse' is an experiment of infoloop: give another name, such as my_collapse"),
        ("2nd", "'2nd' is no name: write a letter, then letters, digits and _: give another name, such as my_2nd"),
    ],
)  # fmt: skip
def test_the_name_that_is_offered_is_the_nearest_that_can_be_given(name, message):
    with pytest.raises(OwnNameError) as stop:
        check_own_name(name, {"collapse": "an experiment"})
    assert str(stop.value).startswith(message)


def test_a_file_in_the_current_folder_is_no_installed_module(tmp_path, monkeypatch):
    (tmp_path / "mine.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert check_own_name("mine", {}) == "mine"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(OwnNameError, match="is an installed module"):
        check_own_name("mine", {})


def test_modules_of_the_current_folder_are_found_after_all_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["/first"])
    search_current_folder()
    search_current_folder()
    assert sys.path == ["/first", str(tmp_path)]


def test_the_name_of_an_own_file_without_its_ending_is_told_what_it_lacks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").touch()
    (tmp_path / "collapse.py").touch()
    for name in ("collapse", "mine.py", "nowhere", "../mine"):
        refuse_missing_ending(name, ["collapse"])
    with pytest.raises(OwnNameError, match=r"there is no experiment 'mine', but a file: write mine\.py"):
        refuse_missing_ending("mine", ["collapse"])
