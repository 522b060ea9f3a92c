"""What the chapters have by name and number: refs without their zeros, chapters by number or name."""

import sys

import pytest

from infoloop.cli.theory_contents import chapter_of, in_chapter, numbered_labels, published_blocks, theory_folder
from infoloop.statements.theory_files import TheoryError, default_folder, read_blocks

THEORY = default_folder()


def test_numbers_are_as_the_chapters_write_them():
    assert numbered_labels(["S1", "C2", "pub:C2", "H1", "thm:dpi", "S99"], THEORY) == (
        "S01",
        "C02",
        "pub:C02",
        "H1",
        "thm:dpi",
        "S99",
    )
    assert numbered_labels(None, THEORY) == ()


@pytest.mark.parametrize("asked", ["2", "02", "loops", "2_loops", "2_loops.md"])
def test_a_chapter_is_found_by_number_and_by_name(asked):
    assert chapter_of(asked, THEORY) == "2_loops.md"


@pytest.mark.parametrize("asked", ["9", "0", "notation", "", "../theory"])
def test_what_is_no_chapter_is_refused_with_those_that_are(asked):
    with pytest.raises(TheoryError, match=r"there are 1_processing, 2_loops, .*8_published_claims"):
        chapter_of(asked, THEORY)


def test_no_chapter_is_empty(tmp_path):
    (tmp_path / "own.md").write_text("## A statement {#thm:own}\n", encoding="utf-8")
    assert chapter_of("own", tmp_path) == "own.md"
    with pytest.raises(TheoryError, match="there is no chapter ''; there are own"):
        chapter_of("", tmp_path)


def test_a_chapter_that_is_nearly_meant_is_offered():
    with pytest.raises(TheoryError, match=r"there is no chapter 'lops': did you mean 2_loops\?"):
        chapter_of("lops", THEORY)


def test_blocks_of_a_chapter_are_those_of_its_file():
    blocks = read_blocks(THEORY)
    found = in_chapter(blocks, "2_loops.md")
    assert 0 < len(found) < len(blocks)
    assert {block.place.split(":")[0] for block in found} == {"2_loops.md"}


def test_published_claims_are_read_apart():
    assert {block.label[:5] for block in published_blocks(THEORY)} == {"pub:C"}


def test_own_chapters_find_claims_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["/first"])
    assert theory_folder(None) == THEORY
    assert sys.path == ["/first"]
    assert theory_folder(tmp_path / "theory") == tmp_path / "theory"
    assert sys.path == ["/first", str(tmp_path)]
