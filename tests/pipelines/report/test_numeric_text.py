"""The words of a numeric audit where there is little to say: one round, nothing needed."""

import pytest

from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import pipeline
from infoloop.pipelines.report.numeric_text import bits_lines

X = Node("X", "task", size=2, table="uniform")
READ = Node("Z", "state", ("D",), formula="D")
ONE_ROUND = pipeline([X], [Node("D", "data", ("X",), formula="X"), READ], rounds=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (0.5, "0.5 is no more than a blind guess may have: no bits are needed"),
        (0.25, "0.25 needs 0.1887 bits, a round brings at most 1: at least 1 round; the state has them after round 1"),
    ],
)
def test_an_error_that_a_guess_may_have_needs_no_bits(error, words):
    found = audit(ONE_ROUND, error)
    assert found.numbers
    assert dict(bits_lines(found.numbers, found.ceilings))["error"].startswith(words)
