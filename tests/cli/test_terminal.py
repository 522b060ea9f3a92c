"""What commands share: progress stays off standard output, which has 100 columns where it is piped."""

import subprocess
import sys

import pytest

from infoloop.cli.terminal import console, with_progress


def test_progress_gives_all_findings_in_order_and_leaves_standard_output_alone(capsys):
    assert with_progress(iter([3, 1, 2]), ["a", "b", "c"]) == (3, 1, 2)
    assert capsys.readouterr().out == ""


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
