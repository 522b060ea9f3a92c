"""The how-tos of docs/ run as they stand: the file that they write, and the session that uses it."""

import doctest
import re

import pytest

from tests.support.paths import ROOT

OWN_WORLD = (ROOT / "docs" / "own_world.md").read_text(encoding="utf-8")


def failures(session: str) -> doctest.TestResults:
    """How many lines of a session were tried, and how many show something else than they give."""
    test = doctest.DocTestParser().get_doctest(session, {}, "session", None, 0)
    return doctest.DocTestRunner(verbose=False).run(test)


@pytest.mark.slow
def test_a_world_of_one_s_own_is_one_file_and_is_trained_as_shown(tmp_path, monkeypatch):
    (file,) = re.findall(r"```python\n(.*?)```", OWN_WORLD, re.DOTALL)
    (tmp_path / "my").mkdir()
    (tmp_path / "my" / "world.py").write_text(file, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = failures("".join(re.findall(r"```pycon\n(.*?)```", OWN_WORLD, re.DOTALL)))
    assert found.failed == 0
    assert found.attempted > 15


def test_a_line_that_gives_something_else_is_noticed():
    assert failures(">>> 1 + 1\n3\n").failed == 1
