"""Findings as text: the table fits, what is refuted and what is wrong is said, and the counts are right."""

import json

import pytest
from rich.console import Console

from infoloop.statements.certification import Counterexample
from infoloop.statements.findings_text import findings_json, mark_refuted, print_findings, summary
from infoloop.statements.neighbour_checks import NeighbourResult
from infoloop.statements.verification import StatementResult

AGAINST = Counterexample({"n": "3"}, "1.0", "<=", "0.5")


NEAR = (
    NeighbourResult("X -> D -> Z", True, "refuted", AGAINST),
    NeighbourResult("finite alphabets", True, "unrefuted", reason="exact arithmetic has no infinite alphabets"),
)


def finding(label: str, cls: str, evidence: str, against=None, problems=(), proof="written") -> StatementResult:
    return StatementResult(
        label=label, ref="S01", title="A title", cls=cls, statement="I(X;Z) <= I(X;D)", proof=proof,
        evidence=evidence, cases=512, strict=12345, equal=6789, void=1234, samples=100, starts=4, slack=-1e-17,
        ratio=float("inf"), worst="sample 7", sharp=True, neighbours=NEAR, counterexample=against, problems=problems,
        seconds=0.1, certificate=None,
    )  # fmt: skip


FINDINGS = (
    finding("thm:dpi", "T", "certified", proof="machine"),
    finding("thm:planted", "T", "refuted", AGAINST, ("refuted, although it is stated as a theorem",)),
    finding("fol:information-dies-with-diversity", "F", "refuted", AGAINST),
    finding("hyp:order", "H", "refuted", AGAINST),
)


@pytest.fixture
def printed(capsys) -> str:
    print_findings(FINDINGS, Console(width=100))
    return capsys.readouterr().out


def test_every_counterexample_and_every_problem_is_printed_within_100_columns(printed):
    assert printed.count("refuted, certified: 1.0 <= 0.5 is false for n = 3") == 3
    assert "thm:planted: refuted, although it is stated as a theorem" in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_what_is_refuted_is_marked_wherever_it_is_printed(printed):
    rows = {line.split()[0]: line.split() for line in printed.splitlines() if line[:4] in ("thm:", "fol:", "hyp:")}
    assert "certified" in rows["thm:dpi"]
    assert printed.count("): REFUTED: I(X;Z) <= I(X;D)") == 3
    assert sum(line.count("REFUTED") for line in printed.splitlines() if " written " in line) == 3
    assert mark_refuted("REFUTED: A title") == mark_refuted("A title") == "REFUTED: A title"


def test_the_summary_counts_theorems_folklore_and_theses_apart(printed):
    text = " ".join(summary(FINDINGS).split())
    assert text.startswith(
        "3 of 4 statements are as theory/ says they are: 1 of 2 theorems are certified on their finite families, "
        "1 have a machine proof, 1 of 1 folklore claims are refuted, 1 of 1 theses fail."
    )
    assert text in " ".join(printed.split())


def test_json_is_a_list_with_every_label_and_no_infinity():
    rows = json.loads(findings_json(FINDINGS))
    assert [row["label"] for row in rows] == [f.label for f in FINDINGS]
    assert {row["ratio"] for row in rows} == {None}


def test_json_says_what_became_of_every_neighbour():
    near = json.loads(findings_json(FINDINGS))[0]["neighbours"]
    assert [found["verdict"] for found in near] == ["refuted", "unrefuted"]
    assert near[0]["counterexample"]["case"] == {"n": "3"}
    assert near[1]["reason"] == "exact arithmetic has no infinite alphabets"


def test_the_table_counts_strict_equal_and_void_cases_and_refuted_neighbours(printed):
    assert "12345  6789 1234  1/2 refuted" in printed
