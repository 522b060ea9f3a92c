"""`infoloop measure`: outcomes kept and judged by `verify`; stale, tampered and missing ones end with status 1."""

import json
import shutil

import pytest

from tests.support.command_line import run
from tests.support.measured_chapter import CHAPTER, write_chapter

DECLARED = CHAPTER.replace("- source", "- status: declared\n- source")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A theory folder whose thesis has been measured, the run's folder, and what was shown."""
    folder = tmp_path_factory.mktemp("kept")
    theory = write_chapter(folder / "theory")
    shown = run("measure", "hyp:planted", "--theory", str(theory), "--out", str(folder / "run"))
    return theory, folder / "run", shown


@pytest.fixture
def theory(kept, tmp_path):
    """A copy of it."""
    shutil.copytree(kept[0], tmp_path / "theory")
    return tmp_path / "theory"


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.full
def test_measuring_keeps_outcomes_and_shows_the_cells(kept):
    theory, _, shown = kept
    assert shown.exit_code == 0, shown.output
    assert max(map(len, shown.stdout.splitlines()[:-1])) <= 100
    assert "effect=0.05, steps=300  for" in shown.stdout
    content = json.loads((theory / "measured" / "hyp_planted.json").read_text())
    assert content["cells"]["effect=0.5, steps=300"]["19"] == "missing"


@pytest.mark.slow
def test_verify_counts_it_apart(theory):
    shown = run("verify", "--theory", str(theory))
    assert shown.exit_code == 0
    assert "1 measured thesis, counted apart: 1 supported." in shown.stdout
    assert "statements are as theory/ says" not in shown.stdout
    (row,) = json.loads(run("verify", "Y1", "--theory", str(theory), "--json").stdout)
    assert (row["evidence"], row["verdict"], row["counts"]["for"]) == ("measured", "supported", 2)
    assert row["cells"][2]["missing"] == row["cells"][2]["diverged"] == 1


@pytest.mark.slow
def test_a_run_goes_on_and_gives_the_same_file(kept, theory):
    before = (theory / "measured" / "hyp_planted.json").read_bytes()
    (theory / "measured" / "hyp_planted.json").unlink()
    journal = kept[1] / "shards-1-of-1.jsonl"
    lines = journal.read_bytes()
    again = run("measure", "hyp:planted", "--theory", str(theory), "--out", str(kept[1]), "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["verdict"] == "supported"
    assert (theory / "measured" / "hyp_planted.json").read_bytes() == before
    assert journal.read_bytes() == lines  # nothing was computed again


@pytest.mark.slow
def test_a_criterion_changed_after_the_measurement_is_stale(theory):
    chapter = theory / "1_planted.md"
    chapter.write_text(CHAPTER.replace("size .01", "size .001"), encoding="utf-8")
    shown = run("verify", "--theory", str(theory))
    assert shown.exit_code == 1
    assert "1 measured thesis, counted apart: 1 stale" in flat(shown.stdout)
    assert "the criterion changed after it was made" in flat(shown.stdout)


@pytest.mark.slow
def test_a_changed_experiment_is_stale(theory):
    with (theory / "study.py").open("a") as file:
        file.write("CHANGED = 1\n")
    shown = run("verify", "--theory", str(theory))
    assert shown.exit_code == 1
    assert "the source of study.py changed" in flat(shown.stdout)


@pytest.mark.slow
def test_tampered_outcomes_are_refused(theory):
    kept = theory / "measured" / "hyp_planted.json"
    kept.write_text(kept.read_text().replace('"missing"', "0.5"))
    shown = run("verify", "--theory", str(theory))
    assert shown.exit_code == 1
    assert "tampered" in shown.stdout


def test_a_missing_measurement_fails_unless_it_is_declared(tmp_path):
    write_chapter(tmp_path)
    assert run("verify", "--theory", str(tmp_path)).exit_code == 1
    write_chapter(tmp_path, DECLARED)
    shown = run("verify", "--theory", str(tmp_path))
    assert shown.exit_code == 0
    assert "1 declared" in shown.stdout


@pytest.mark.slow
def test_a_measurement_without_its_thesis_is_refused(theory):
    (theory / "1_planted.md").write_text(CHAPTER.replace("hyp:planted", "hyp:other"), encoding="utf-8")
    assert "put its block back" in str(run("verify", "--theory", str(theory)).exception)


@pytest.mark.slow
def test_the_small_run_is_repeated(theory):
    same = run("measure", "hyp:planted", "--theory", str(theory), "--check")
    assert same.exit_code == 0
    assert "same outcomes bit for bit" in same.stdout
    study = theory / "study.py"
    study.write_text(study.read_text().replace("effect + NOISE", "effect - NOISE"))
    other = run("measure", "hyp:planted", "--theory", str(theory), "--check")
    assert other.exit_code == 1
    assert "other outcomes, 3 of them, compared bit for bit" in other.stdout


@pytest.mark.slow
def test_the_page_and_the_list_have_it(theory, tmp_path):
    assert run("verify", "--theory", str(theory), "--out", str(tmp_path / "out")).exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert "The difference is greater than 0." in page
    assert "effect=0.05, steps=300" in page
    listed = run("list", "--theory", str(theory))
    assert "hyp:planted" in listed.stdout
    rows = json.loads(run("list", "--theory", str(theory), "--json").stdout)
    assert [row["label"] for row in rows["measured"]] == ["hyp:planted"]


@pytest.mark.parametrize(
    ("label", "message"),
    [("hyp:plnted", "did you mean hyp:planted?"), ("thm:dpi", "no measured thesis is labelled 'thm:dpi'")],
)
def test_a_label_that_is_none_is_refused(tmp_path, label, message):
    write_chapter(tmp_path)
    assert message in str(run("measure", label, "--theory", str(tmp_path)).exception)


def test_a_statement_with_a_claim_is_not_measured():
    assert "run `infoloop verify thm:dpi`" in str(run("measure", "thm:dpi").exception)
