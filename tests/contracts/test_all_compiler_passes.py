"""What hangs on last bits, once more with every pass of the compiler, as users run it: conftest leaves some out."""

import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

LAST_BITS = ("probability/test_numerics.py", "information/test_measures.py", "loops/test_loop.py")


def test_the_flags_are_those_asked_for():
    given = os.environ.get("XLA_FLAGS", "")
    assert given == os.environ.get("ASKED_FLAGS", given)


@pytest.mark.full
def test_last_bits_are_right_with_every_pass():
    files = [str(ROOT / "tests" / name) for name in LAST_BITS]
    this = f"{__file__}::{test_the_flags_are_those_asked_for.__name__}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", this, *files],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "XLA_FLAGS": "", "ASKED_FLAGS": ""},
    )
    assert done.returncode == 0, done.stdout
