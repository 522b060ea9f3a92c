"""`infoloop run`: what a run leaves in its folder, and what it prints."""

import json
import re

import pytest

from tests.support.command_line import run
from tests.support.paths import PLANTED


@pytest.mark.slow
def test_run_leaves_tables_figures_and_one_page_that_needs_no_network(tmp_path):
    shown = run("run", PLANTED, "--set", "sizes=4", "--out", str(tmp_path / "run"))
    assert shown.exit_code == 0, shown.output
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "means.nc", "means.png", "means.svg", "report.html", "run.json", "shards-1-of-1.jsonl",
    }  # fmt: skip
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert "Data processing inequality" in page
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []
    assert "mean of 4 normals" in shown.stdout
    assert max(map(len, shown.stdout.splitlines()[:-1])) <= 100


@pytest.mark.slow
def test_run_json_is_json_alone(tmp_path):
    shown = run("run", PLANTED, "--set", "sizes=4", "--out", str(tmp_path / "run"), "--json")
    assert [row["expected"] for row in json.loads(shown.stdout)["headlines"]] == [4.0]


def test_run_of_a_part_says_that_others_are_missing(tmp_path):
    shown = run("run", PLANTED, "--shard", "1/2", "--out", str(tmp_path / "run"))
    assert shown.exit_code == 0
    assert "still lacks shards of other parts" in shown.stderr
    assert not (tmp_path / "run" / "means.nc").exists()
