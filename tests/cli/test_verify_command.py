"""`infoloop verify`: tables within 100 columns, JSON alone, exit status 1 for what is false, stale or missing."""

import json
import re

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


@pytest.mark.slow
def test_verify_shows_a_table_that_fits():
    shown = run("verify", "S04")
    assert shown.exit_code == 0
    assert max(map(len, shown.stdout.splitlines())) <= 100
    assert re.search(r"cnd:open-given-query +S04 C written +certified", shown.stdout)
    assert "fol:always-hidden (folklore, false as it stands)" in shown.stdout
    assert "refuted, certified: 1.0000000000000000000 = 0 is false for P(X,Y,S)" in shown.stdout


@pytest.mark.slow
def test_verify_json_is_json_alone():
    rows = json.loads(run("verify", "thm:bsc-cascade", "--json").stdout)
    assert [row["label"] for row in rows] == ["thm:bsc-cascade"]
    assert {"label", "ref", "class", "proof", "evidence", "cases", "starts", "slack", "seconds"} <= rows[0].keys()


@pytest.mark.slow
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
    before = run("verify", "--theory", str(tmp_path))
    renewed = run("verify", "--theory", str(tmp_path), "--renew")
    after = run("verify", "--theory", str(tmp_path))
    assert [shown.exit_code for shown in (before, renewed, after)] == [1, 0, 0]


def test_a_tampered_certificate_fails(tmp_path):
    (tmp_path / "1_planted.md").write_text(FALSE_CHAPTER.replace("class: T", "class: F"), encoding="utf-8")
    run("verify", "--theory", str(tmp_path), "--renew")
    kept = tmp_path / "certificates" / "thm_planted.json"
    kept.write_text(kept.read_text().replace("refuted", "certified"))
    shown = run("verify", "--theory", str(tmp_path))
    assert shown.exit_code == 1
    assert "tampered" in shown.stdout


@pytest.mark.slow
def test_results_are_written_where_asked(tmp_path):
    run("verify", "thm:z-cascade", "--out", str(tmp_path))
    assert json.loads((tmp_path / "verify.json").read_text())[0]["label"] == "thm:z-cascade"
    assert json.loads((tmp_path / "certificates" / "thm_z-cascade.json").read_text())["verdict"] == "certified"
