"""Several processes find what one finds, in the same order, and are started only where they gain time."""

import dataclasses
import os
import signal
import subprocess
import sys
import time

import jax
import pytest

from infoloop.statements import shared_verification, theory_files, verification
from tests.support.paths import ROOT

THEORY = ROOT / "theory"
LABELS = ("cnd:open-given-query", "thm:bsc-cascade", "fol:always-hidden")
QUICK = verification.Effort(samples=100, starts=4, steps=10)


def test_a_few_statements_stay_in_this_process(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(4), raising=False)
    assert [shared_verification.processes_for(n) for n in (1, 31, 32, 50, 1000)] == [1, 1, 2, 3, 4]


def test_an_accelerator_is_not_shared(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(4), raising=False)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert shared_verification.processes_for(1000) == 1


@pytest.mark.full
def test_two_processes_find_what_one_finds():
    entries = {e.block.label: e for e in theory_files.pair_with_claims(theory_files.read_blocks(THEORY))}
    alone = verification.verify_statements(tuple(entries[label] for label in LABELS), QUICK, THEORY / "certificates")
    shared = shared_verification.verify_in_processes(THEORY, LABELS, QUICK, THEORY / "certificates", 2)
    kept, found = ([dataclasses.replace(one, seconds=0.0) for one in results] for results in (alone, shared))
    assert kept == found


HELD = f"""
import multiprocessing, pathlib, jax
from infoloop.statements import shared_verification, verification

if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    labels, theory = ("thm:bsc-cascade",) * 40, pathlib.Path({str(THEORY)!r})
    found = shared_verification.verify_in_processes(theory, labels, verification.Effort(), None, 2)
    next(found)
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    input()
"""


@pytest.mark.full
def test_processes_end_with_the_one_that_waits_for_them(tmp_path):
    program = tmp_path / "held.py"
    program.write_text(HELD)
    pipe, away = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen([sys.executable, program], stdin=pipe, stdout=pipe, stderr=away, text=True) as process:
        _ends_with_its_processes(process)


def _ends_with_its_processes(process):
    workers = [int(pid) for pid in process.stdout.readline().split()]
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 30
    while any(map(_runs, workers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    left = [pid for pid in workers if _runs(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert (len(workers), left) == (2, [])


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
