"""The audit as text: the verdict first, on one screen."""

import re

import pytest

from tests.support.command_line import run
from tests.support.lanes import first
from tests.support.paths import PIPELINES

GALLERY = sorted(PIPELINES.glob("*.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("path", first(3, GALLERY), ids=lambda path: path.stem)
def test_the_command_shows_the_verdict_first_in_100_columns(path):
    shown = run("audit", str(path))
    lines = shown.stdout.splitlines()
    assert shown.exit_code == 0
    assert re.match(r"(OPEN|CLOSED)   ", lines[0])
    assert len(lines) <= 48
    assert max(map(len, lines)) <= 100
