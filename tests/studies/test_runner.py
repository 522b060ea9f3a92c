"""A run is the same however it is computed: at once, in parts, killed and resumed, on several processes."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from types import ModuleType

import jax
import numpy as np
import pytest

from infoloop.reporting.atomic_files import UnwritableError
from infoloop.studies import runner
from infoloop.studies.discovery import StudyError
from infoloop.studies.presentation import stored_headlines, write_report
from infoloop.studies.run_store import StoreError, completed_shards, read_table
from tests.support import planted_experiment as planted
from tests.support.full_disk import files_of_at_most
from tests.support.lanes import first, seeds
from tests.support.paths import PLANTED, ROOT


def compute(folder, config=None, **options):
    config = planted.Config() if config is None else config
    steps = list(runner.execute(planted, config, 0, folder, **options))
    return steps, runner.collect(planted, config, folder)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "infoloop", "run", PLANTED, *arguments]


def devices(n: int) -> str:
    return f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={n}"


def run(*arguments: str, **environment: str):
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def full_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("full_run") / "run"
    compute(folder)
    return folder


@pytest.mark.full
def test_a_stored_run_is_the_experiments_own_run(full_run):
    direct = planted.run(planted.Config(), jax.random.key(0))["means"]
    assert read_table(full_run, "means").equals(direct)


@pytest.mark.slow
def test_progress_counts_the_shards(tmp_path):
    steps, _ = compute(tmp_path / "run")
    assert [step.done for step in steps] == list(range(7))
    assert {step.total for step in steps} == {6}


def test_a_complete_run_computes_nothing_again(full_run):
    before = (full_run / "shards-1-of-1.jsonl").read_bytes()
    steps, _ = compute(full_run)
    assert [step.done for step in steps] == [6]
    assert (full_run / "shards-1-of-1.jsonl").read_bytes() == before


@pytest.mark.slow
def test_parts_make_the_same_table_in_any_order(full_run, tmp_path):
    folder = tmp_path / "run"
    assert compute(folder, part=(2, 2))[1] is None
    assert compute(folder, part=(1, 2))[1] is not None
    assert (folder / "means.nc").read_bytes() == (full_run / "means.nc").read_bytes()


def test_another_seed_is_another_run(full_run):
    with pytest.raises(StoreError, match="seed is 0 there and 1 here"):
        list(runner.execute(planted, planted.Config(), 1, full_run))


@pytest.mark.slow
def test_another_seed_draws_other_numbers(full_run, tmp_path):
    list(runner.execute(planted, planted.Config(), 1, tmp_path / "run"))
    other = runner.collect(planted, planted.Config(), tmp_path / "run")
    assert other is not None
    assert not other["means"].equals(read_table(full_run, "means"))


def test_a_process_goes_no_further_where_the_first_one_refused(tmp_path, monkeypatch):
    """Of two processes this is the second; what the first one broadcasts stands for its whole work."""
    flags = np.zeros(7, np.uint8)
    monkeypatch.setattr(jax, "process_index", lambda: 1)
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    monkeypatch.setattr(runner.multihost_utils, "broadcast_one_to_all", lambda _: flags)
    assert next(runner.execute(planted, planted.Config(), 0, tmp_path / "run")).done == 0
    flags[0] = 1
    with pytest.raises(StudyError, match="process 0 refused to run: its message says why"):
        next(runner.execute(planted, planted.Config(), 0, tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


def altered(**parts):
    """The planted experiment with other parts."""
    study = ModuleType("study")
    vars(study).update({**vars(planted), **parts})
    return study


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"CLAIMS": ("thm:dpy",)}, "CLAIMS of planted_experiment names 'thm:dpy', which theory/ does not state"),
        ({"FIGURES": {"../means": planted.means}}, r"a table or figure is named '\.\./means': give letters"),
        ({"FIGURES": {3: planted.means}}, "a table or figure is named 3: give letters"),
        ({"sweeps": lambda config: {"a/b": planted.sweeps(config)["means"]}}, "a table or figure is named 'a/b'"),
    ],
)
def test_what_could_not_be_shown_is_refused_before_anything_is_computed(parts, message, tmp_path):
    with pytest.raises(StudyError, match=message):
        next(runner.execute(altered(**parts), planted.Config(), 0, tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


def contents(folder) -> dict[str, bytes]:
    """What a run left, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def whole_run(folder):
    """What `infoloop run` does: the shards, and what is shown of them, which it writes unless it is there."""
    list(runner.execute(planted, planted.SMALL, 0, folder))
    if stored_headlines(planted, folder) is None:
        tables = runner.collect(planted, planted.SMALL, folder)
        assert tables is not None
        write_report(planted, tables, folder)


@pytest.fixture(scope="module")
def small_run(tmp_path_factory):
    """All that the small run leaves, by name."""
    folder = tmp_path_factory.mktemp("small") / "run"
    whole_run(folder)
    return contents(folder)


def copied(files, folder):
    """A folder with these files."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.full
@pytest.mark.parametrize("room", first(2, [100, 20_000, 0, 500, 1000, 2000, 4000, 8000, 12_000, 16_000]))
def test_a_full_disk_is_one_line_and_the_run_goes_on_to_the_same_bytes(room, small_run, tmp_path):
    folder = tmp_path / "run"
    with files_of_at_most(room), pytest.raises((UnwritableError, StoreError), match="cannot write") as refused:
        whole_run(folder)
    assert len(str(refused.value).splitlines()) == 1
    assert [name for name, content in contents(folder).items() if small_run[name] != content] in (
        [],
        ["shards-1-of-1.jsonl"],
    )
    whole_run(folder)
    assert contents(folder) == small_run


@pytest.mark.full
def test_a_finished_run_is_shown_again_without_being_computed_and_drawn_again_where_a_file_was_changed(
    small_run, tmp_path, monkeypatch
):
    folder = copied(small_run, tmp_path / "run")
    shown = (("means",), planted.headlines({"means": read_table(folder, "means")}))
    assert stored_headlines(planted, folder) == shown
    (folder / "means.png").write_bytes(b"changed")
    assert stored_headlines(planted, folder) is None
    whole_run(folder)
    assert contents(folder) == small_run
    monkeypatch.setattr("infoloop.studies.presentation.cited_statements", lambda study: ("other texts",))
    assert stored_headlines(planted, folder) is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(3, 60))
def test_a_wrong_byte_in_a_journal_is_one_line_or_the_same_bytes(seed, small_run, tmp_path):
    folder, chance = copied(small_run, tmp_path / "run"), random.Random(seed)
    journal = folder / "shards-1-of-1.jsonl"
    damaged = bytearray(journal.read_bytes())
    place = len(damaged) - 1 if seed == 0 else chance.randrange(len(damaged))
    damaged[place] ^= chance.randrange(1, 256)
    journal.write_bytes(damaged)
    for _ in range(3):  # a byte that is now a line's end makes two wrong lines of one
        try:
            whole_run(folder)
        except StoreError as error:
            (said,) = str(error).splitlines()
            (wrong,) = re.findall(r"jsonl:(\d+) is damaged: remove that line", said)
            lines = journal.read_bytes().split(b"\n")
            journal.write_bytes(b"\n".join([*lines[: int(wrong) - 1], *lines[int(wrong) :]]))
    whole_run(folder)
    assert {**contents(folder), journal.name: b""} == {**small_run, journal.name: b""}
    assert sorted(journal.read_bytes().splitlines()) == sorted(small_run[journal.name].splitlines())


@pytest.mark.full
def test_a_run_that_is_killed_goes_on_and_gives_the_same_bytes(tmp_path):
    slow = ["--set", "work=3000000", "--json"]
    killed = tmp_path / "killed"
    process = subprocess.Popen(command(*slow, "--out", str(killed)), cwd=ROOT, stderr=subprocess.DEVNULL)
    lines = killed / "shards-1-of-1.jsonl"
    while process.poll() is None and not (lines.exists() and lines.read_bytes().count(b"\n")):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = completed_shards(killed)
    assert 0 < len(kept) < 6
    assert not (killed / "means.nc").exists()
    run(*slow, "--out", str(killed))
    run(*slow, "--out", str(tmp_path / "full_run"))
    for name in ("means.nc", "means.svg", "report.html"):
        assert (killed / name).read_bytes() == (tmp_path / "full_run" / name).read_bytes()


@pytest.mark.full
def test_eight_devices_write_the_same_numbers(full_run, tmp_path):
    run("--out", str(tmp_path), XLA_FLAGS=devices(8))
    assert read_table(tmp_path, "means").equals(read_table(full_run, "means"))
    assert read_table(tmp_path, "means").attrs["devices"] == "8"


@pytest.mark.full
def test_two_processes_write_the_same_numbers(full_run, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    started = [
        subprocess.Popen(
            command("--coordinator", address, "--processes", "2", "--process", str(k), "--out", str(tmp_path)),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "XLA_FLAGS": devices(2)},
        )
        for k in range(2)
    ]
    shown = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0], shown
    table = read_table(tmp_path, "means")
    assert table.equals(read_table(full_run, "means"))
    assert (table.attrs["processes"], table.attrs["devices"]) == ("2", "4")


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), RuntimeError("broken"), StoreError("held")]
)
def test_whatever_stops_the_first_process_the_others_are_told(error, monkeypatch):
    def fail():
        raise error

    told = []
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    monkeypatch.setattr(runner.multihost_utils, "broadcast_one_to_all", lambda flags: told.append(flags[0]) or flags)
    with pytest.raises(type(error), match=str(error.args[-1])):
        runner._agree_on_completed([], fail)
    assert told == [1]
