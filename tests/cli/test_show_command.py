"""`infoloop show`: one thing in full, within 100 columns; what is unknown is one line with the nearest name."""

import json

import pytest
from rich.cells import cell_len

from tests.support.command_line import run, status_of
from tests.support.paths import PIPELINES, PLANTED

KINDS = {
    "thm:dpi": "theorem",
    "cnd:hidden-without-query": "theorem with extra conditions",
    "hyp:diffusion-time": "thesis",
    "hyp:marker-first": "measured thesis",
    "pub:C02": "published claim",
    "wright_fisher": "model",
    "lookup": "world",
    "collapse": "experiment",
    "rlvr_unit_tests": "pipeline",
    "trl": "log",
    "B4": "boundary",
    "B26": "boundary",
    PLANTED: "experiment",
    f"{PIPELINES / 'teacher.toml'}": "pipeline",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_everything_that_is_listed_can_be_shown(name):
    shown = run("show", name)
    assert shown.exit_code == 0, shown.exception
    assert f"({KINDS[name]})" in " ".join(shown.stdout.split())
    assert max(map(cell_len, shown.stdout.splitlines())) <= 100  # a hat over a letter takes no column
    row, *others = json.loads(run("show", name, "--json").stdout)
    assert len(others) == (3 if name == "B26" else 0)
    assert row["kind"] == KINDS[name]


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["S01", "S1", "s1"])
def test_a_ref_shows_all_its_statements_and_names_them_first(asked):
    shown = run("show", asked).stdout
    labels = ["thm:dpi", "thm:dpi-gap", "fol:dpi-without-markov"]
    assert [line.split()[0] for line in shown.splitlines()[:3]] == labels
    assert [row["label"] for row in json.loads(run("show", asked, "--json").stdout)] == labels


def test_a_number_of_a_ref_and_of_a_published_claim_shows_both():
    kinds = [row["kind"] for row in json.loads(run("show", "C6", "--json").stdout)]
    assert "published claim" in kinds
    assert len(kinds) > 1


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["B26", "b26"])
def test_a_boundary_comes_before_the_statements_that_bear_its_number(asked):
    boundary, *others = json.loads(run("show", asked, "--json").stdout)
    assert (boundary["kind"], boundary["name"]) == ("boundary", "B26")
    assert boundary["title"] == "Estimates from samples are biased"
    assert [row["name"] for row in others] == boundary["statements"]
    assert len(others) == 3


def test_a_statement_of_ones_own_is_not_taken_for_a_boundary_of_infoloop(tmp_path):
    assert run("new", "statement", "mine", "--in", str(tmp_path)).exit_code == 0
    chapter = tmp_path / "theory" / "mine.md"
    text = chapter.read_text(encoding="utf-8").replace("- ref: own", "- ref: B4")
    chapter.write_text(
        text.replace("claim: mine.claim", "claim: tests.support.planted_claim.reversed_processing"), encoding="utf-8"
    )
    shown = run("show", "B4", "--theory", str(tmp_path / "theory"), "--json")
    assert [row["kind"] for row in json.loads(shown.stdout)] == ["theorem"]


@pytest.mark.parametrize("asked", ["S1 ", " s01", "S-1", "S 1"])
def test_spaces_and_hyphens_of_a_ref_make_no_difference(asked):
    assert json.loads(run("show", asked, "--json").stdout)[0]["label"] == "thm:dpi"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("colapse", "nothing is called 'colapse': did you mean collapse?"),
        ("thm:dpy", "nothing is called 'thm:dpy': did you mean thm:dpi?"),
        ("S99", "nothing is called 'S99': there are S01 to S73, and the nearest is S73"),
        ("B99", "nothing is called 'B99': there are B1 to B26, and the nearest is B26"),
        ("pub:C31", "nothing is called 'pub:C31': there are pub:C01 to pub:C30, and the nearest is pub:C30"),
        ("", "nothing is called ''; `infoloop list` shows what there is"),
        ("s", "nothing is called 's'; `infoloop list` shows what there is"),
        ("../../etc/passwd", "nothing is called '../../etc/passwd'; `infoloop list` shows what there is"),
        ("/etc/passwd", "nothing is called '/etc/passwd'; `infoloop list` shows what there is"),
        ("S1 S2", "nothing is called 'S1 S2'; `infoloop list` shows what there is"),
        ("B20", "the number B20 is not in use: there are B1 to B26, and the nearest are B19 and B21"),
        ("nowhere.py", "nowhere.py: there is no such file"),
        ("nowhere.toml", "nowhere.toml: cannot be read: No such file or directory"),
        ("\x1b[2K", "nothing is called '\\x1b[2K'"),
    ],
)
def test_what_is_unknown_is_one_line_with_the_nearest_name(name, message, capsys):
    assert status_of("show", name) == 3
    shown = capsys.readouterr().err
    assert shown.startswith("infoloop: " + message)
    assert len(shown.splitlines()) == 1
