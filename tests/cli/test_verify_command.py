"""`infoloop verify`: tables within 100 columns, JSON alone, exit status 1 for what is false, stale or missing."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.support.command_line import run

FALSE_CHAPTER = """## Planted {#thm:planted}

- class: T
- ref: X1
- claim: tests.support.planted_claim.reversed_processing
- assumes: X -> D -> Z
- source: planted on purpose

**Statement.** $I(X;Z) \\ge I(X;D)$ along a chain.

**Proof.** None could be given. ∎
"""


@pytest.mark.full
def test_verify_shows_a_table_that_fits():
    shown = run("verify", "S04")
    assert shown.exit_code == 0
    assert max(map(len, shown.stdout.splitlines())) <= 100
    assert re.search(r"cnd:open-given-query +S04 C written +certified", shown.stdout)
    assert "fol:always-hidden (folklore, false as it stands)" in shown.stdout
    assert "refuted, certified: 1.0000000000000000000 = 0 is false for P(X,Y,S)" in shown.stdout


@pytest.mark.full
def test_verify_json_is_json_alone():
    rows = json.loads(run("verify", "thm:bsc-cascade", "--json").stdout)
    assert [row["label"] for row in rows] == ["thm:bsc-cascade"]
    assert {"label", "ref", "class", "proof", "evidence", "cases", "starts", "slack", "seconds"} <= rows[0].keys()


@pytest.mark.slow
def test_verify_profile_shows_what_a_statement_took():
    shown = run("verify", "thm:bsc-cascade", "--profile")
    assert re.search(r"\n1 statement took [0-9.]+ s of CPU", shown.stdout)
    assert re.search(r"\nthm:bsc-cascade( +[0-9.]+){10} +[0-9]+/[0-9]+", shown.stdout)
    assert max(map(len, shown.stdout.splitlines())) <= 100
    (row,) = json.loads(run("verify", "thm:bsc-cascade", "--profile", "--json").stdout)
    assert {"seconds", "cpu", "programs", "loaded"} == row["spent"].keys()


@pytest.mark.full
def test_a_false_statement_planted_on_purpose_is_refuted_and_printed(tmp_path):
    (tmp_path / "1_planted.md").write_text(FALSE_CHAPTER, encoding="utf-8")
    shown = run("verify", "--theory", str(tmp_path))
    assert shown.exit_code == 1
    assert "refuted, certified: " in shown.stdout
    assert "is false for P(X,D,Z)" in shown.stdout
    assert "refuted, although it is stated as a theorem" in re.sub(r"\s+", " ", shown.stdout)


@pytest.mark.slow
def test_a_missing_certificate_fails_until_it_is_renewed(tmp_path):
    (tmp_path / "1_planted.md").write_text(FALSE_CHAPTER.replace("class: T", "class: F"), encoding="utf-8")
    (tmp_path / "certificates").mkdir()
    before = run("verify", "--theory", str(tmp_path))
    renewed = run("verify", "--theory", str(tmp_path), "--renew")
    after = run("verify", "--theory", str(tmp_path))
    assert [shown.exit_code for shown in (before, renewed, after)] == [1, 0, 0]
    assert "no " not in after.stderr


OWN_CHAPTER = """## Two models {#thm:own}

- class: T
- ref: X2
- claim: own_claims.together
- assumes: X -> D -> A,B
- source: a user

**Statement.** $I(X;A,B)\\le I(X;D)$.
"""
OWN_CLAIM = '''"""A module of claims in the user's own folder."""

from infoloop.statements.cases import Family, copied_bit, exact_laws, random_bayes_nets
from infoloop.statements.claim import linear

ROWS = [["1/4", "3/4"], [1, 0], [0, 1]]
together = linear(
    "thm:own",
    "I(X;A,B) <= I(X;D)",
    ("X -> D -> A,B",),
    random_bayes_nets("X", "D|X", "A|D", "B|D", X=2, D=2, A=2, B=2),
    assumes=("X -> D -> A,B",),
    family=Family("bits", lambda: exact_laws({"X": [["1/2", "1/2"]], "D|X": ROWS, "A|D": ROWS, "B|D": ROWS})),
    edges=(copied_bit("X", "D", "A", "B"),),
)
'''


@pytest.mark.full
def test_an_own_statement_that_is_proved_looks_proved_at_once(tmp_path, monkeypatch):
    """Its claim is in the current folder, which a console script does not search, and no certificate is kept yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [place for place in sys.path if place not in ("", str(tmp_path))])
    Path("theory").mkdir()
    Path("theory/1_own.md").write_text(OWN_CHAPTER, encoding="utf-8")
    Path("own_claims.py").write_text(OWN_CLAIM, encoding="utf-8")
    shown = run("verify", "X2", "--theory", "theory")
    assert shown.exit_code == 0
    assert re.search(r"^thm:own +X2 +T +machine +certified", shown.stdout, re.MULTILINE)
    assert "1 of 1 statements are as theory/ says they are" in shown.stdout
    assert shown.stderr == "infoloop: there is no theory/certificates: --renew keeps certificates, to notice changes\n"


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["S4", "s04"])
def test_a_ref_is_known_without_its_zero(asked):
    rows = json.loads(run("verify", asked, "--json").stdout)
    assert {row["ref"] for row in rows} == {"S04"}


def test_a_tampered_certificate_fails(tmp_path):
    (tmp_path / "1_planted.md").write_text(FALSE_CHAPTER.replace("class: T", "class: F"), encoding="utf-8")
    run("verify", "--theory", str(tmp_path), "--renew")
    kept = tmp_path / "certificates" / "thm_planted.json"
    kept.write_text(kept.read_text().replace("refuted", "certified"))
    shown = run("verify", "--theory", str(tmp_path))
    assert shown.exit_code == 1
    assert "tampered" in shown.stdout


@pytest.mark.full
def test_results_are_written_where_asked(tmp_path):
    run("verify", "thm:z-cascade", "--out", str(tmp_path))
    assert json.loads((tmp_path / "verify.json").read_text())[0]["label"] == "thm:z-cascade"
    assert json.loads((tmp_path / "certificates" / "thm_z-cascade.json").read_text())["verdict"] == "certified"


PUBLISHED = """
## A chain gains {#pub:X01}

- source: nobody
- said: A chain gains.
- by: thm:planted
- verdict: refuted
- read: all

**Formalised.** Along a Markov chain.

**Finding.** It does not.
"""


@pytest.fixture
def court(tmp_path):
    """A chapter with a refuted statement and a published claim that it decides, and its certificate."""
    chapter = FALSE_CHAPTER.replace("class: T", "class: F") + PUBLISHED
    (tmp_path / "1_planted.md").write_text(chapter, encoding="utf-8")
    assert run("verify", "--theory", str(tmp_path), "--renew").exit_code == 0
    return tmp_path


def test_a_published_claim_is_verified_by_what_decides_it(court):
    shown = run("verify", "pub:X01", "--theory", str(court))
    assert shown.exit_code == 0
    assert re.search(r"^thm:planted +X1 +F", shown.stdout, re.MULTILINE)
    assert re.search(r"^pub:X01 +refuted +- +\d+ +thm:planted", shown.stdout, re.MULTILINE)
    assert "1 published claim, 1 executed: 1 refuted." in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 100


def test_another_verdict_in_the_chapter_fails(court):
    chapter = court / "1_planted.md"
    chapter.write_text(
        chapter.read_text(encoding="utf-8").replace("verdict: refuted", "verdict: proved"), encoding="utf-8"
    )
    shown = run("verify", "X01", "--theory", str(court), "--json")
    assert shown.exit_code == 1
    statement, ruling = json.loads(shown.stdout)
    assert (statement["label"], statement["problems"]) == ("thm:planted", [])
    assert (ruling["label"], ruling["verdict"], ruling["written"]) == ("pub:X01", "refuted", "proved")
    assert ruling["problems"] == ["the chapter says proved, the ledger refuted: thm:planted refuted"]


def test_a_statement_alone_is_verified_without_the_court(court):
    shown = run("verify", "thm:planted", "--theory", str(court))
    assert "published claim" not in shown.stdout


@pytest.mark.slow
def test_the_page_and_the_list_show_the_court(court):
    run("verify", "--theory", str(court), "--out", str(court / "out"))
    page = (court / "out" / "report.html").read_text(encoding="utf-8")
    assert '<h2 id="pub:X01">A chain gains</h2>' in page
    assert "It does not." in page
    assert "thm:planted</a>: refuted (refuted, proof written" in page
    listed = json.loads(run("list", "--theory", str(court), "--json").stdout)["published"]
    assert [(row["label"], row["by"]) for row in listed] == [("pub:X01", ["thm:planted"])]
    assert "A chain gains" in run("list", "--theory", str(court)).stdout
