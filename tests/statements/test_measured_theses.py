"""Measured blocks are read, refused where they cannot be, and have a digest of what they say."""

import re

import pytest

from infoloop.statements.measured_theses import block_digest, read_measured, select_measured
from infoloop.statements.theory_files import TheoryError, pair_with_claims, read_blocks
from tests.support.measured_chapter import CHAPTER, planted_thesis, write_chapter
from tests.support.paths import ROOT


def test_a_measured_block_is_read_and_has_no_claim(tmp_path):
    thesis = planted_thesis(tmp_path, CHAPTER.replace("- source", "- config: effects=0,0.5; seeds=30\n- source"))
    assert (thesis.label, thesis.outcome, thesis.overrides) == ("hyp:planted", "by_cell", ("effects=0,0.5", "seeds=30"))
    assert (thesis.experiment, thesis.declared) == (tmp_path / "study.py", False)
    assert pair_with_claims(read_blocks(tmp_path)) == ()


def test_an_experiment_of_the_package_is_named(tmp_path):
    thesis = planted_thesis(tmp_path, CHAPTER.replace("study.py", "collapse"))
    assert thesis.experiment == ROOT / "experiments" / "collapse.py"


def test_a_declared_thesis_says_so(tmp_path):
    assert planted_thesis(tmp_path, CHAPTER.replace("- source", "- status: declared\n- source")).declared


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("class: H", "class: T", "only a thesis"),
        ("- outcome", "- claim: a.b\n- outcome", "executed or measured, not both"),
        ("- outcome: by_cell\n", "", "lacks the field '- outcome"),
        ("- criterion", "- kriterion", "lacks the field '- criterion"),
        ("greater; ", "", "1_planted.md:1: hyp:planted: a criterion has one direction"),
        ("study.py", "colapse", "'colapse', which is missing: did you mean collapse"),
        ("study.py", "other.py", "'other.py', which is missing"),
        ("by_cell", "os.system", "the dotted name of one of infoloop"),
        ("- source", "- status: done\n- source", "status of hyp:planted is 'done'"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(tmp_path, old, new, message):
    assert old in CHAPTER
    with pytest.raises(TheoryError, match=re.escape(message)) as refused:
        planted_thesis(tmp_path, CHAPTER.replace(old, new))
    assert "1_planted.md:1" in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("size .01", "size .02"),
        ("by_cell", "by_other"),
        ("is greater than 0", "is not 0"),
        ("A planted effect", "An effect"),
        ("- source", "- config: seeds=30\n- source"),
        ("- source", "- assumes: much\n- source"),
        ("hyp:planted", "hyp:other"),
    ],
)
def test_the_digest_changes_with_what_the_block_says(tmp_path, old, new):
    before = block_digest(planted_thesis(tmp_path).block)
    assert block_digest(planted_thesis(tmp_path, CHAPTER.replace(old, new)).block) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("It is what was planted.", "It came out otherwise."),
        ("- source", "- status: declared\n- source"),
        ("planted on purpose", "somebody"),
        ("greater than\n0", "greater than 0"),
        ("ref: Y1", "ref: Y2"),
    ],
)
def test_the_digest_does_not_change_with_what_is_told_afterwards(tmp_path, old, new):
    chapter = CHAPTER.replace("greater than 0", "greater than\n0")
    before = block_digest(planted_thesis(tmp_path, chapter).block)
    assert block_digest(planted_thesis(tmp_path, chapter.replace(old, new)).block) == before


def test_theses_are_selected_by_label_or_ref(tmp_path):
    theses = read_measured(tmp_path, read_blocks(write_chapter(tmp_path)))
    assert select_measured(theses, ()) == select_measured(theses, ("Y1",)) == select_measured(theses, ("hyp:planted",))
    assert select_measured(theses, ("thm:dpi",)) == ()
