"""Entries are printed within 100 columns, of several first a line each; JSON has all of them."""

import io
import json

from rich.console import Console

from infoloop.cli.shown_entry import ShownEntry, entries_json, print_entries

ONE = ShownEntry("theorem", "thm:a", "First", (("says", "x " * 80), ("uses", "")), {"ratio": float("nan")})
TWO = ShownEntry("folklore", "fol:b", "Second [bold]", (("says", "[red]y[/red]"),), {}, ("a table",))


def printed(*entries: ShownEntry) -> str:
    file = io.StringIO()
    print_entries(entries, Console(file=file, width=100, markup=False))
    return file.getvalue()


def test_one_entry_has_its_rows_and_no_empty_one():
    shown = printed(ONE)
    assert shown.startswith("thm:a: First (theorem)\n")
    assert "uses" not in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_several_entries_are_named_first():
    lines = printed(ONE, TWO).splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["thm:a", "fol:b"]
    assert lines[2] == ""
    assert lines[3] == "thm:a: First (theorem)"
    assert lines[-1] == "a table"


def test_texts_are_no_markup():
    assert "[red]y[/red]" in printed(TWO)


def test_json_has_kind_name_title_and_what_else_there_is():
    assert json.loads(entries_json([ONE, TWO])) == [
        {"kind": "theorem", "name": "thm:a", "title": "First", "ratio": None},
        {"kind": "folklore", "name": "fol:b", "title": "Second [bold]"},
    ]
