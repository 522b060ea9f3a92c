"""The court as text: the table fits, conditions and problems are said, the counts are right."""

import dataclasses

import pytest
from rich.console import Console

from infoloop.statements.court import Ground, Ruling
from infoloop.statements.court_text import court_summary, print_court, published_rows, published_table
from infoloop.statements.published_claims import PublishedClaim
from infoloop.statements.theory_files import StatementBlock
from tests.support.planted_numbers import NUMBERS

PROVED = Ruling(
    label="pub:X01", ref="X01", title="It holds", source="nobody", said="It holds.", numbers="", read="all",
    verdict="reproduced", written="reproduced", condition="", because="", formalised="So.", finding="Yes.",
    by=(Ground("thm:a", "T", "written", "certified", 7, False, "holds"),), recomputed=NUMBERS, problems=(),
)  # fmt: skip
BARE = dataclasses.replace(PROVED, recomputed=())
OTHERS = (
    dataclasses.replace(BARE, label="pub:X02", verdict="needs a condition", condition="finite alphabets"),
    dataclasses.replace(BARE, label="pub:X03", verdict="not formalised", because="it names no model", by=()),
    dataclasses.replace(PROVED, label="pub:X04", verdict="refuted", problems=("the chapter says proved",)),
)
RULINGS = (PROVED, *OTHERS)


@pytest.fixture
def printed(capsys) -> str:
    print_court(RULINGS, Console(width=100))
    return capsys.readouterr().out


def test_every_claim_has_its_row_within_100_columns(printed):
    rows = {line.split()[0]: line for line in printed.splitlines() if line.startswith("pub:") and " thm:a" in line}
    assert rows["pub:X01"].split() == ["pub:X01", "reproduced", "1/2", "7", "thm:a"]
    assert rows["pub:X02"].split() == ["pub:X02", "needs", "a", "condition", "-", "7", "thm:a"]
    assert max(map(len, printed.splitlines())) <= 100


def test_conditions_reasons_and_problems_are_said(printed):
    assert "pub:X02 (It holds), needs a condition: finite alphabets" in printed
    assert "pub:X03 (It holds), not formalised: it names no model" in printed
    assert "pub:X04: the chapter says proved" in printed


def test_the_summary_counts_verdicts_and_what_was_executed():
    assert court_summary(RULINGS).startswith(
        "4 published claims, 3 executed: 1 reproduced, 1 needs a condition, 1 refuted, 1 not formalised.\n\n"
    )
    assert "proved:" not in court_summary(RULINGS)


def test_claims_are_listed_with_what_decides_them(capsys):
    fields = {"source": "nobody", "said": "It holds.", "read": "all", "verdict": "proved", "by": "thm:a; not fol:a"}
    claim = PublishedClaim(StatementBlock("pub:X01", "It holds", fields, "", ""), ("thm:a", "fol:a"), ("fol:a",), ())
    (row,) = published_rows((claim,))
    blank = dict.fromkeys(("numbers", "recomputed", "condition", "because"), "")
    assert row == {"label": "pub:X01", "title": "It holds", **blank, **fields, "by": ["thm:a", "not fol:a"]}
    Console(width=100).print(published_table((claim,)))
    assert "pub:X01" in capsys.readouterr().out
