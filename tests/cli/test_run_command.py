"""`infoloop run`: what a run leaves in its folder, and what it prints."""

import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.command_line import run, status_of
from tests.support.lanes import seeds
from tests.support.paths import PLANTED, ROOT

SMALL = (PLANTED, "--set", "sizes=3", "--set", "rates=0.5")


@pytest.mark.full
def test_run_leaves_tables_figures_and_one_page_that_needs_no_network(tmp_path):
    shown = run("run", PLANTED, "--set", "sizes=4", "--out", str(tmp_path / "run"))
    assert shown.exit_code == 0, shown.output
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "means.csv", "means.nc", "means.png", "means.svg", "report.html", "run.json", "shards-1-of-1.jsonl",
    }  # fmt: skip
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert "Data processing inequality" in page
    beside = [f"means.{end}" for end in ("csv", "svg", "png")]  # links to files that lie there, nothing that is loaded
    assert re.findall(r'src="[^"]*"', page) == []
    assert re.findall(r'href="(?!#)([^"]*)"', page) == beside
    assert "mean of 4 normals" in shown.stdout
    assert max(map(len, shown.stdout.splitlines()[:-1])) <= 100


@pytest.mark.full
def test_run_json_is_json_alone(tmp_path):
    shown = run("run", PLANTED, "--set", "sizes=4", "--out", str(tmp_path / "run"), "--json")
    assert [row["expected"] for row in json.loads(shown.stdout)["headlines"]] == [4.0]


@pytest.mark.parametrize("option", [("--width", "3.3"), ("--width", "1in"), ("--format", "gif")])
def test_a_figure_of_no_width_or_format_is_refused_before_anything_is_made(option, tmp_path, capsys):
    assert status_of("run", *SMALL, *option, "--out", str(tmp_path / "run")) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"infoloop: {option[0]} '{option[1]}' is ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.full
def test_run_of_a_part_says_that_others_are_missing(tmp_path):
    shown = run("run", PLANTED, "--shard", "1/2", "--out", str(tmp_path / "run"))
    assert shown.exit_code == 0
    assert "still lacks shards of other parts" in shown.stderr
    assert not (tmp_path / "run" / "means.nc").exists()


@pytest.mark.full
def test_a_finished_run_is_shown_again_at_once(tmp_path, monkeypatch):
    out = ("--out", str(tmp_path / "run"))
    first = run("run", *SMALL, *out)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run").iterdir()}
    monkeypatch.setattr("infoloop.studies.runner.collect", None)
    monkeypatch.setattr("infoloop.studies.presentation.write_report", None)
    again = run("run", *SMALL, *out)
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run").iterdir()} == before
    assert json.loads(run("run", *SMALL, *out, "--json").stdout)["tables"] == ["means"]


@pytest.mark.full
def test_a_headline_that_takes_long_is_a_step_of_its_own(tmp_path, monkeypatch):
    study = (ROOT / "tests" / "support" / "planted_experiment.py").read_text(encoding="utf-8")
    (tmp_path / "late.py").write_text(
        study
        + "\n\nnow = headlines\n\n\ndef headlines(found):\n    return [lambda row=row: row for row in now(found)]\n",
        encoding="utf-8",
    )
    seen = []
    monkeypatch.setattr("infoloop.cli.run_command.phases", lambda: Recorded(seen))
    shown = run("run", str(tmp_path / "late.py"), *SMALL[1:], "--out", str(tmp_path / "run"))
    assert "mean of 3 normals, least rate" in shown.stdout
    assert [(name, step.done, step.total, step.shard) for name, step in seen] == [
        ("shards", 0, 1, ""), ("shards", 1, 1, "means {'size': 3} from 0"),
        ("tables", 0, 1, "tables"), ("tables", 1, 1, "table means"),
        ("figures", 0, 2, "figures"), ("figures", 1, 2, "figure means"),
        ("figures", 2, 2, "mean of 3 normals, least rate"),
    ]  # fmt: skip


class Recorded:
    """Phases whose steps are kept."""

    def __init__(self, seen: list):
        self.seen = seen

    def __enter__(self):
        """Begin a phase by its name."""
        return lambda name: lambda step: self.seen.append((name, step))

    def __exit__(self, *error):
        """End them."""


@pytest.mark.full
def test_an_experiment_whose_code_fails_is_one_line_and_status_3(tmp_path, capsys):
    (tmp_path / "mine.py").write_text("import sys\nsys.exit(0)\n")
    assert status_of("run", str(tmp_path / "mine.py")) == 3
    (shown,) = capsys.readouterr().err.splitlines()
    assert shown == f"infoloop: {tmp_path}/mine.py:2: it ends the process, with status 0"


def shell(*arguments: str, limit: float | None = None) -> tuple[int | None, str, str]:
    """Exit status, output and errors of `infoloop run`, killed when its time is over (status None)."""
    command = [sys.executable, "-m", "infoloop", "run", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        shown = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        return None, *process.communicate()
    return process.returncode, *shown


def contents(folder: Path) -> dict[str, bytes]:
    """What a run left, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What a run leaves that nothing stops, and how many seconds it takes."""
    folder, begin = tmp_path_factory.mktemp("whole") / "run", time.monotonic()
    assert shell(*SMALL, "--out", str(folder))[0] == 0
    return contents(folder), time.monotonic() - begin


@pytest.mark.parametrize("seed", seeds(0, 50))
def test_a_run_that_is_killed_at_any_time_goes_on_to_the_same_bytes_and_leaves_no_part(seed, whole, tmp_path):
    files, seconds = whole
    folder, chance = tmp_path / "run", random.Random(seed)
    shell(*SMALL, "--out", str(folder), limit=seconds * chance.uniform(0.3, 1.0))
    for name, content in contents(folder).items() if folder.exists() else ():
        assert name not in files or content == files[name] or name.endswith(".jsonl")
    status, _, said = shell(*SMALL, "--out", str(folder))
    assert (status, said) == (0, "")
    assert contents(folder) == files


@pytest.mark.full
@pytest.mark.parametrize("kilobytes", [4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 200, 250, 300])
def test_a_full_disk_is_one_line_and_with_more_room_the_run_goes_on_to_the_same_bytes(kilobytes, whole, tmp_path):
    files, _ = whole
    disk, folder = tmp_path / "disk", tmp_path / "disk" / "run"
    disk.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "t", str(disk))
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("a small disk can only be made by root")
    try:
        status, _, said = shell(*SMALL, "--out", str(folder))
        if status != 0:
            assert status == 3
            (line,) = said.splitlines()
            assert line.startswith("infoloop: cannot write ")
            assert "No space left on device" in line
            assert list(disk.rglob("*.part")) == []
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        assert shell(*SMALL, "--out", str(folder))[0] == 0
        assert contents(folder) == files
    finally:
        subprocess.run(["umount", str(disk)], check=True)
