"""The audit as text: the verdict first, on one screen."""

import re

import pytest

from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import pipeline
from infoloop.pipelines.report.text import audit_text
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


def test_a_signal_whose_name_only_looks_like_a_copy_has_a_line_of_its_own():
    start = [Node("X", "task"), Node("Z0", "state")]
    first = [Node("S1", "signal", ("X",), at=1), Node("Z1", "state", ("Z0", "S1"), at=1)]
    second = [Node("S12", "signal", ("X",), at=2), Node("Z2", "state", ("Z1", "S12"), at=2)]
    lines = audit_text(audit(pipeline([*start, *first, *second]))).splitlines()
    assert "  open  1  S1: I(X;S1|Z0)   by X -> S1" in lines
    assert "  open  2  S12: I(X;S12|Z1)   by X -> S12" in lines


def test_copies_stand_in_one_line_whatever_they_are_called():
    start = [Node("X", "task"), Node("Z0", "state")]
    query, verdict = Node("A", "query", ("Z@-1",)), Node("A1", "signal", ("X", "A"))
    shown = audit_text(audit(pipeline(start, [query, verdict, Node("Z", "state", ("Z@-1", "A1"))], rounds=11)))
    assert "  open  1-11  A_1, A1_1: I(X;A1_1|Z0,A_1)   by X -> A1_1   (round 1)" in shown.splitlines()
