"""Blocks and claims name each other, both ways; what does not match is refused with its place."""

import re
from pathlib import Path

import pytest

from infoloop.statements.theory_files import (
    TheoryError,
    default_folder,
    pair_with_claims,
    read_blocks,
    select_statements,
)
from tests.support.paths import ROOT

BLOCK = """# A chapter

## Planted {#thm:dpi}

- class: T
- ref: S01
- claim: infoloop.claims.processing.data_processing_inequality.data_processing
- assumes: finite alphabets; X -> D -> Z
- source: nobody

**Statement.** $I(X;Z) \\le I(X;D)$.

**Proof.** Trivial. ∎
"""


@pytest.fixture
def chapter(tmp_path):
    def write(text: str) -> Path:
        (tmp_path / "1_test.md").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_theory_and_code_name_each_other():
    refs = {entry.block.fields["ref"] for entry in pair_with_claims(read_blocks(default_folder()))}
    assert {ref for ref in refs if ref.startswith("S")} == {f"S{k:02}" for k in range(1, 74)}


def test_every_theorem_has_a_proof_in_the_text_and_every_folklore_a_refutation():
    for block in read_blocks(ROOT / "theory"):
        assert (block.proof in ("written", "cited")) == (block.fields["class"] in "TC"), block.label
        assert bool(block.part("Refutation")) == (block.fields["class"] == "F"), block.label


def test_links_between_blocks_lead_somewhere():
    labels = {block.label for block in read_blocks(ROOT / "theory")}
    linked = {
        (path.name, link)
        for path in (ROOT / "theory").glob("*.md")
        for link in re.findall(r"\]\(#([^)]+)\)", path.read_text(encoding="utf-8"))
    }
    assert len(linked) > 20
    assert {(name, link) for name, link in linked if link not in labels} == set()


def test_a_proof_that_does_not_come_to_its_end_is_none(chapter):
    (block,) = read_blocks(chapter(BLOCK.replace(" ∎", "")))
    assert block.proof == "none"


def test_a_claim_without_a_block_is_refused(chapter):
    with pytest.raises(TheoryError, match=r"claim thm:dpi-gap of .* has no block"):
        pair_with_claims(read_blocks(chapter(BLOCK)))


def test_a_block_without_a_claim_is_refused(chapter):
    with pytest.raises(TheoryError, match=r"1_test.md:3: .* names the claim .*processing.missing"):
        pair_with_claims(read_blocks(chapter(BLOCK.replace("data_processing", "missing"))))


def test_a_block_whose_claim_is_something_else_is_refused(chapter):
    with pytest.raises(TheoryError, match="is a tuple, not a Claim"):
        pair_with_claims(read_blocks(chapter(BLOCK.replace("_inequality.data_processing", "_inequality.MARKOV"))))


def test_other_assumptions_than_the_claims_are_refused(chapter):
    with pytest.raises(TheoryError, match="assumes finite alphabets in the text"):
        pair_with_claims(read_blocks(chapter(BLOCK.replace("; X -> D -> Z", ""))))


def test_another_label_than_the_claims_is_refused(chapter):
    with pytest.raises(TheoryError, match="names a claim labelled thm:dpi"):
        pair_with_claims(read_blocks(chapter(BLOCK.replace("#thm:dpi", "#thm:other"))))


@pytest.mark.parametrize("field", ["class", "ref", "claim", "assumes", "source"])
def test_a_missing_field_is_named(chapter, field):
    with pytest.raises(TheoryError, match=f"lacks the field '- {field}"):
        read_blocks(chapter(re.sub(rf"- {field}:.*\n", "", BLOCK)))


def test_an_unknown_class_is_refused(chapter):
    with pytest.raises(TheoryError, match="class of thm:dpi is 'Q'"):
        read_blocks(chapter(BLOCK.replace("class: T", "class: Q")))


def test_a_block_without_a_statement_is_refused(chapter):
    with pytest.raises(TheoryError, match="no paragraph"):
        read_blocks(chapter(BLOCK.replace("**Statement.**", "")))


def test_a_label_used_twice_is_refused(chapter):
    with pytest.raises(TheoryError, match=r"is taken by 1_test\.md:3"):
        read_blocks(chapter(BLOCK + BLOCK))


def test_an_unknown_use_is_refused_with_the_nearest_label():
    blocks = read_blocks(default_folder())
    blocks[0].fields["uses"] = "thm:dpi-gab"
    with pytest.raises(TheoryError, match="did you mean thm:dpi-gap"):
        pair_with_claims(blocks)


def test_circular_uses_are_refused():
    blocks = read_blocks(default_folder())
    blocks[1].fields["uses"] = blocks[0].label
    with pytest.raises(TheoryError, match="circle: "):
        pair_with_claims(blocks)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(TheoryError, match="no chapter"):
        read_blocks(tmp_path)


def test_a_ref_selects_all_its_statements():
    chosen = select_statements(pair_with_claims(read_blocks(default_folder())), ("S05",))
    assert [e.block.label for e in chosen] == [
        "thm:sufficiency",
        "thm:sufficiency-converse",
        "fol:closed-loop-must-lose",
    ]


def test_an_unknown_label_is_refused_with_the_nearest():
    with pytest.raises(TheoryError, match="'thm:fanno': did you mean thm:fano"):
        select_statements(pair_with_claims(read_blocks(default_folder())), ("thm:fanno",))


def test_messages_quote_a_part_of_what_is_long():
    entries = pair_with_claims(read_blocks(default_folder()))
    with pytest.raises(TheoryError) as caught:
        select_statements(entries, ("thm:" + "dpi" * 100_000,))
    assert len(str(caught.value)) < 300


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    (tmp_path / "1_zero.md").symlink_to("/dev/zero")
    with pytest.raises(TheoryError, match=r"1_zero\.md: cannot be read: it is no regular file"):
        read_blocks(tmp_path)
