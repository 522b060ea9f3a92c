"""The boundary list as it is read from its file."""

from infoloop.statements.boundary_list import read_boundaries
from infoloop.statements.theory_files import default_folder

LIST = """# The list

Words.

## B1 One $x$

Two lines
of text.

:::{statements} B1 S18 S19
:::

## B3 Three

Text.

:::{statements} B3
:::
"""


def test_an_entry_has_its_code_title_text_and_numbers(tmp_path):
    (tmp_path / "boundary.md").write_text(LIST, encoding="utf-8")
    one, three = read_boundaries(tmp_path).values()
    assert (one.code, one.title, one.text, one.numbers) == ("B1", "One $x$", "Two lines\nof text.", ("S18", "S19"))
    assert (three.code, three.numbers) == ("B3", ())


def test_a_folder_without_a_list_has_no_entries(tmp_path):
    assert read_boundaries(tmp_path) == {}


def test_every_heading_of_the_list_is_read():
    headings = [line for line in (default_folder() / "boundary.md").read_text(encoding="utf-8").splitlines()
                if line.startswith("## B")]  # fmt: skip
    entries = read_boundaries(default_folder())
    assert [f"## {entry.code} {entry.title}" for entry in entries.values()] == headings
    assert all(entry.text and ":::" not in entry.text for entry in entries.values())
