"""A run is the same however it is computed: at once, in parts, killed and resumed, on several processes."""

import os
import signal
import socket
import subprocess
import sys
import time

import jax
import pytest

from infoloop.studies import runner
from infoloop.studies.run_store import StoreError, completed_shards, read_table
from tests.support import planted_experiment as planted
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


@pytest.mark.slow
def test_a_stored_run_is_the_experiments_own_run(full_run):
    direct = planted.run(planted.Config(), jax.random.key(0))["means"]
    assert read_table(full_run, "means").equals(direct)


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


def test_another_seed_draws_other_numbers(full_run, tmp_path):
    list(runner.execute(planted, planted.Config(), 1, tmp_path / "run"))
    other = runner.collect(planted, planted.Config(), tmp_path / "run")
    assert other is not None
    assert not other["means"].equals(read_table(full_run, "means"))


@pytest.mark.slow
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


@pytest.mark.slow
def test_eight_devices_write_the_same_numbers(full_run, tmp_path):
    run("--out", str(tmp_path), XLA_FLAGS=devices(8))
    assert read_table(tmp_path, "means").equals(read_table(full_run, "means"))
    assert read_table(tmp_path, "means").attrs["devices"] == "8"


@pytest.mark.slow
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
