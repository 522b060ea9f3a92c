"""Worse signals and signals turned over, against pipelines whose tables are mixed by hand."""

from dataclasses import replace

import numpy as np
import pytest
from mpmath import log, mpf

from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from infoloop.pipelines.signal_quality import Sensitivity, sensitivity
from infoloop.probability.numerics import rounding
from tests.support.measured_pipelines import Outcomes, numbers_of, verifier

pytestmark = pytest.mark.slow

CELLS = 2**14  # of the largest laws asked for here


def at_qualities(p: Pipeline, steps: int) -> tuple[Sensitivity, np.ndarray]:
    """The sensitivity, and the accuracy of the state's own answer beside it."""
    found = sensitivity(p, steps)
    assert found is not None
    assert found.accuracy is not None
    return found, found.accuracy


@pytest.mark.full
def test_worse_signals_are_the_same_pipeline_with_a_mixed_table(learned):
    p = learned[0]
    found, accuracy = at_qualities(p, steps=4)
    assert found.quality.tolist() == [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0]
    for k in (0, 2, 7, 8):
        share = found.quality[k]
        mixed = {f"S{t}": share * p.tables[f"S{t}"] + (1 - share) / 2 for t in (1, 2)}
        world = Outcomes(replace(p, tables={**p.tables, **mixed}))
        assert abs(found.learned[k] - world.information("X", ["Z2"])) <= rounding(CELLS)
        terms = sum(world.information("X", [f"S{t}"], [f"Z{t - 1}", f"Y{t}"]) for t in (1, 2))
        assert abs(found.bound[k] - world.information("X", ["Z0"]) - terms) <= rounding(CELLS)
        pairs = world.pairs("X", "Z2")
        assert abs(accuracy[k] - float(sum(m for (x, z), m in pairs.items() if x == z))) <= rounding(CELLS)
    assert abs(found.learned[-1] - learned[1].learned) <= rounding(CELLS)
    assert abs(found.bound[4] - learned[1].rounds[0].before) <= rounding(CELLS)


@pytest.mark.full
def test_a_verdict_turned_over_brings_the_same_bits_and_lowers_the_accuracy():
    p = verifier(0.9, 0.2)
    found, accuracy = at_qualities(p, steps=2)
    start = 0.5
    assert np.abs(found.bound - found.bound[::-1]).max() <= rounding(CELLS)
    assert accuracy[0] < start < accuracy[-1]
    assert abs(accuracy[2] - start) <= rounding(CELLS)
    assert [numbers_of(audit(q)).rounds[0].effect for q in (p, verifier(0.1, 0.8))] == ["raises", "lowers"]


@pytest.mark.full
def test_signals_of_six_values_can_be_turned_over_as_far_as_they_go():
    start = [Node(name, role, size=6, table="uniform") for name, role in (("X", "task"), ("Z0", "state"))]
    said = [Node("S", "signal", ("X",), formula="X"), Node("Z", "state", ("S",), formula="S")]
    found, accuracy = at_qualities(pipeline(start, said, rounds=1), steps=5)
    assert found.quality[0] == -0.2
    assert abs(found.learned[0] - float(log(mpf(6) / 5, 2))) <= rounding(CELLS)  # each wrong answer equally often
    assert accuracy[0] == 0.0


def test_without_signals_there_is_no_quality():
    p = pipeline([Node("X", "task", size=2, table="uniform"), Node("Z", "state", table=[1.0])])
    assert sensitivity(p) is None
