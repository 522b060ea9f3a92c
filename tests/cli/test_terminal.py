"""What commands share: progress stays off standard output, which has 100 columns where it is piped."""

import subprocess
import sys

import pytest

from infoloop.cli.terminal import PhaseStep, console, counted, each_step


def test_steps_are_shown_before_they_are_done_and_the_phase_ends_full():
    seen = []
    assert list(each_step(seen.append, ("a", "b"))) == ["a", "b"]
    assert seen == [PhaseStep(0, 2, "a"), PhaseStep(1, 2, "b"), PhaseStep(2, 2, "")]
    counted(seen.append)("c", 3, 4)
    assert seen[-1] == PhaseStep(3, 4, "c")


def test_piped_output_has_100_columns(capsys):
    console().print("x " * 100)
    assert {len(line.rstrip()) for line in capsys.readouterr().out.splitlines()} == {99}


@pytest.mark.slow
def test_float64_is_on_only_after_it_is_asked_for():
    code = (
        "import jax\nfrom infoloop.cli.terminal import use_float64\nbefore = jax.config.jax_enable_x64\n"
        "use_float64()\nprint(before, jax.numpy.ones(1).dtype)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False float64\n"
