"""The verdict follows from the findings, and a chapter that says another is a problem."""

import dataclasses

import pytest

from infoloop.statements.court import UNDECIDED, rule_on
from infoloop.statements.published_claims import PublishedClaim
from infoloop.statements.theory_files import StatementBlock
from infoloop.statements.verification import StatementResult
from tests.support.planted_numbers import NUMBERS

RIGHT, WRONG = NUMBERS
FIELDS = {"source": "nobody", "said": "Something.", "read": "all", "verdict": "proved", "condition": "", "because": ""}


def finding(label, cls, **changes):
    found = StatementResult(
        label=label, ref="S01", title="A title", cls=cls, statement="", proof="written",
        evidence="refuted" if cls == "F" else "certified", cases=9, strict=5, equal=2, void=2, samples=100, starts=4,
        slack=0.0, ratio=1.0, worst="sample 7", sharp=True, neighbours=(), counterexample=None, problems=(),
        seconds=0.1, certificate=None,
    )  # fmt: skip
    return dataclasses.replace(found, **changes)


FINDINGS = (
    finding("thm:a", "T"),
    finding("cnd:a", "C"),
    finding("fol:a", "F"),
    finding("hyp:a", "H"),
    finding("thm:stale", "T", problems=("its certificate is stale",)),
)


def ruling(*by, written="proved", recomputed=()):
    labels = tuple(label.removeprefix("not ") for label in by)
    denied = tuple(label.removeprefix("not ") for label in by if label.startswith("not "))
    block = StatementBlock("pub:X01", "A title", {**FIELDS, "verdict": written}, "**Finding.** So.", "1_test.md:3")
    (found,) = rule_on((PublishedClaim(block, labels, denied, recomputed),), FINDINGS)
    return found


@pytest.mark.parametrize(
    ("by", "recomputed", "verdict"),
    [
        (("thm:a",), (), "proved"),
        (("thm:a",), (RIGHT,), "reproduced"),
        ((), (RIGHT,), "reproduced"),
        (("cnd:a",), (), "needs a condition"),
        (("thm:a", "cnd:a"), (RIGHT,), "needs a condition"),
        (("fol:a",), (), "refuted"),
        ((), (WRONG,), "refuted"),
        (("fol:a",), (WRONG,), "refuted"),
        (("thm:a", "fol:a"), (), "needs a condition"),
        (("cnd:a", "fol:a"), (), "needs a condition"),
        (("thm:a",), (RIGHT, WRONG), "needs a condition"),
        (("fol:a",), (RIGHT,), "needs a condition"),
        (("not fol:a",), (), "proved"),
        (("not thm:a",), (), "refuted"),
        (("not cnd:a",), (), UNDECIDED),
        (("thm:a", "not cnd:a"), (), UNDECIDED),
        (("thm:a", "not fol:a"), (RIGHT,), "reproduced"),
        ((), (), "not formalised"),
        (("hyp:a",), (), UNDECIDED),
        (("thm:stale",), (), UNDECIDED),
        (("fol:a", "not thm:stale"), (), UNDECIDED),
    ],
)
def test_the_ledger_makes_the_verdict(by, recomputed, verdict):
    assert ruling(*by, recomputed=recomputed).verdict == verdict


def test_another_verdict_in_the_chapter_is_a_problem_that_says_why():
    assert ruling("thm:a").problems == ()
    (problem,) = ruling("thm:a", "fol:a", written="proved", recomputed=(WRONG,)).problems
    assert problem == (
        "the chapter says proved, the ledger needs a condition: "
        "thm:a holds; fol:a refuted; a quarter is 0.25000000, not .26"
    )
    (problem,) = ruling(written="proved").problems
    assert problem == "the chapter says proved, the ledger not formalised: no statement decides it"


def test_what_decides_nothing_is_a_problem():
    assert ruling("hyp:a").problems == ("hyp:a decides nothing here: it is a thesis",)
    assert ruling("not cnd:a").problems == (
        "not cnd:a decides nothing here: it holds under a condition, which says nothing of its opposite",
    )
    assert ruling("thm:stale").problems == ("thm:stale decides nothing here: it is not as stated",)


def test_void_cases_decide_nothing():
    assert [ground.decided for ground in ruling("thm:a", "fol:a").by] == [7, 7]


def test_a_statement_of_which_nothing_was_found_is_an_error():
    with pytest.raises(KeyError, match="thm:b"):
        ruling("thm:b")


def test_the_row_is_json_with_the_class_of_every_statement():
    row = ruling("thm:a", "not fol:a", written="reproduced", recomputed=(RIGHT,)).row()
    assert [(ground["label"], ground["class"], ground["finding"]) for ground in row["by"]] == [
        ("thm:a", "T", "holds"),
        ("fol:a", "F", "holds"),
    ]
    assert row["recomputed"] == [RIGHT.row()]
    assert (row["verdict"], row["finding"], row["problems"]) == ("reproduced", "So.", ())
