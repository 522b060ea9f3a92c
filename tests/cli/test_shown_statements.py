"""Statements, theses and published claims as they are shown: what is read, what is computed now, where it stands."""

import dataclasses
import re
from pathlib import Path

import pytest

from infoloop.cli.shown_statements import block_place, shown_published, shown_statement, shown_thesis
from infoloop.cli.theory_contents import published_blocks
from infoloop.statements.measured_theses import read_measured
from infoloop.statements.theory_files import TheoryError, default_folder, read_blocks
from tests.support.paths import ROOT

THEORY = default_folder()
BLOCKS = {block.label: block for block in read_blocks(THEORY)}


@pytest.fixture
def at_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.usefixtures("at_root")
def test_a_statement_is_shown_with_file_and_line_of_block_and_claim():
    entry = shown_statement(BLOCKS["thm:dpi"], THEORY)
    rows = dict(entry.rows)
    assert (entry.kind, entry.title) == ("theorem", "Data processing inequality")
    assert rows["statement"].startswith("If X → D → Z then I(X;Z) ≤ I(X;D): no processing")
    assert rows["formula"] == "I(X;Z) <= I(X;D)"
    (block,), (claim,) = (re.findall(found, rows["stands in"]) for found in (r"^(\S+:\d+),", r"claim (\S+:\d+)$"))
    for place, text in ((block, "{#thm:dpi}"), (claim, "data_processing = linear(")):
        path, _, line = place.rpartition(":")
        assert text in (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert entry.row["place"] == block
    assert entry.row["proof"]["kind"] == "machine"


def test_folklore_shows_no_proof_but_its_refutation():
    entry = shown_statement(BLOCKS["fol:dpi-without-markov"], THEORY)
    rows = dict(entry.rows)
    assert rows["proved by"] == ""
    assert rows["refutation"]
    assert "is false for P(X,D,Z)" in rows["refuted by"]


@pytest.mark.full
@pytest.mark.parametrize("label", [label for label, block in BLOCKS.items() if not block.is_measured])
def test_every_statement_can_be_shown_without_a_problem(label):
    entry = shown_statement(BLOCKS[label], THEORY)
    assert entry.row["problem"] == ""
    assert not entry.row["claim_place"].endswith(":0")


def test_a_missing_claim_is_named_with_its_place():
    block = BLOCKS["thm:dpi"]
    lost = dataclasses.replace(block, fields={**block.fields, "claim": "nowhere.claim"})
    with pytest.raises(TheoryError, match=r"1_processing.md:\d+: block thm:dpi names the claim nowhere.claim, which"):
        shown_statement(lost, THEORY)


@pytest.mark.slow
def test_a_thesis_has_the_verdict_that_follows_now():
    (thesis,) = read_measured(THEORY, [BLOCKS["hyp:marker-first"]])
    entry = shown_thesis(thesis, THEORY)
    assert "supported: computed now by the criterion, from the outcomes read from " in dict(entry.rows)["evidence"]
    assert entry.row["verdict"] == "supported"
    assert entry.tables


def test_a_published_claim_has_the_verdict_of_the_chapter():
    blocks = {block.label: block for block in published_blocks(THEORY)}
    entry = shown_published(blocks["pub:C02"], THEORY)
    assert dict(entry.rows)["verdict"] == "reproduced; read from the chapter, infoloop verify pub:C02 makes it anew"
    assert entry.row["by"] == ["thm:dead-groups", "thm:mean-deviation"]


@pytest.mark.usefixtures("at_root")
def test_a_block_stands_in_its_file():
    assert re.fullmatch(r"theory/2_loops\.md:\d+", block_place(BLOCKS["thm:residual-information"], Path("theory")))
