"""What CI repeats of every measured thesis: its small run, bit for bit where it was made, near elsewhere.

A process of its own has all passes of the compiler, with which the outcomes were made; conftest leaves some out.
"""

import os
import subprocess
import sys

import pytest

from infoloop.statements.measured_ledger import refuse_orphans
from infoloop.statements.measured_theses import read_measured
from infoloop.statements.measurements import measurement_path
from infoloop.statements.theory_files import read_blocks
from tests.support.measured_chapter import write_chapter
from tests.support.paths import ROOT

THESES = read_measured(ROOT / "theory", read_blocks(ROOT / "theory"))
KEPT = [thesis for thesis in THESES if measurement_path(ROOT / "theory", thesis.label).exists()]
QUICK = ("hacking",)  # the small run that the gate repeats; the full lane repeats all
EXPERIMENTS = [
    pytest.param(name, marks=() if name in QUICK else pytest.mark.full)
    for name in sorted({thesis.experiment.stem for thesis in KEPT})
]


def infoloop(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "infoloop", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XLA_FLAGS": ""},
    )


def test_no_measurement_is_without_its_thesis():
    refuse_orphans(ROOT / "theory", THESES)


@pytest.mark.full
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_the_small_run_gives_the_same_outcomes(experiment):
    labels = [thesis.label for thesis in KEPT if thesis.experiment.stem == experiment]
    done = infoloop("measure", *labels, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.full
def test_a_planted_experiment_gives_the_same_bits_in_another_process_and_a_fault_is_noticed(tmp_path):
    theory = write_chapter(tmp_path / "theory")
    arguments = ("measure", "hyp:planted", "--theory", str(theory), "--out", str(tmp_path / "run"))
    assert infoloop(*arguments).returncode == 0
    again = infoloop(*arguments, "--check")
    assert again.returncode == 0
    assert "bit for bit" in again.stdout
    study = theory / "study.py"
    study.write_text(study.read_text().replace("NOISE * ", "1.000001 * NOISE * "))
    assert infoloop(*arguments, "--check").returncode == 1
