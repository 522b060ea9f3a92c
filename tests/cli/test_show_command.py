"""`infoloop show`: one thing in full, within 100 columns; what is unknown is one line with the nearest name."""

import json

import pytest

from tests.support.command_line import run, status_of
from tests.support.paths import PLANTED

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
    PLANTED: "experiment",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_everything_that_is_listed_can_be_shown(name):
    shown = run("show", name)
    assert shown.exit_code == 0, shown.exception
    assert f"({KINDS[name]})" in " ".join(shown.stdout.split())
    assert max(map(len, shown.stdout.splitlines())) <= 100
    (row,) = json.loads(run("show", name, "--json").stdout)
    assert row["kind"] == KINDS[name]


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


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("colapse", "nothing is called 'colapse': did you mean collapse?"),
        ("thm:dpy", "nothing is called 'thm:dpy': did you mean thm:dpi?"),
        ("S99", "nothing is called 'S99': there are S01 to S73, and the nearest is S73"),
        ("B99", "nothing is called 'B99': there are B1 to B26, and the nearest is B26"),
        ("pub:C31", "nothing is called 'pub:C31': there are pub:C01 to pub:C30, and the nearest is pub:C30"),
        ("", "nothing is called ''"),
        ("nowhere.py", "there is no experiment 'nowhere.py'"),
        ("\x1b[2K", "nothing is called '\\x1b[2K'"),
    ],
)
def test_what_is_unknown_is_one_line_with_the_nearest_name(name, message, capsys):
    assert status_of("show", name) == 3
    shown = capsys.readouterr().err
    assert shown.startswith("infoloop: " + message)
    assert len(shown.splitlines()) == 1
