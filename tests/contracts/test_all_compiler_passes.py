"""What hangs on last bits, once more with every pass of the compiler, as users run it: conftest leaves some out."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
LAST_BITS = ("test_numerics.py", "test_measures.py", "test_loop.py")


def test_the_flags_are_those_asked_for():
    given = os.environ.get("XLA_FLAGS", "")
    assert given == os.environ.get("ASKED_FLAGS", given)


def test_last_bits_are_right_with_every_pass():
    files = [str(TESTS / name) for name in LAST_BITS]
    this = f"{__file__}::{test_the_flags_are_those_asked_for.__name__}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", this, *files],
        capture_output=True,
        text=True,
        check=False,
        cwd=TESTS.parent,
        env={**os.environ, "XLA_FLAGS": "", "ASKED_FLAGS": ""},
    )
    assert done.returncode == 0, done.stdout
