"""Pipelines with tables, the whole law of one, outcome by outcome, and the numbers of its audit."""

import numpy as np
from mpmath import mpf

from infoloop.pipelines.node import Node
from infoloop.pipelines.numeric_results import Fano, Numbers
from infoloop.pipelines.pipeline_audit import Audit
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from tests.support import oracles

SIXTEENTHS = 16


def sixteenths(draw: np.random.Generator, *shape: int) -> list:
    """Random rows of multiples of 1/16, which floats hold exactly."""
    cuts = np.sort(draw.integers(0, SIXTEENTHS + 1, (*shape[:-1], shape[-1] - 1)), axis=-1)
    ends = [np.zeros((*shape[:-1], 1), int), cuts, np.full((*shape[:-1], 1), SIXTEENTHS)]
    return (np.diff(np.concatenate(ends, axis=-1), axis=-1) / SIXTEENTHS).tolist()


def verifier(right: float, wrong: float, crossover: float = 0.0) -> Pipeline:
    """A guess that is kept if the verdict passes it: probability `right` for a right one, `wrong` for a wrong one."""
    start = [Node("X", "task", size=2, table="uniform"), Node("Z0", "state", size=2, table="uniform")]
    ask = Node("Y", "query", ("Z@-1",), size=2, table="uniform")
    verdict = Node(
        "S", "signal", ("X", "Y"), cost=2.0, formula="X == Y", table=[[1 - wrong, wrong], [1 - right, right]]
    )
    kept = Node(
        "Z",
        "state",
        ("Z@-1", "Y", "S"),
        formula="Y if S else Z@-1",
        table=[[1 - crossover, crossover], [crossover, 1 - crossover]],
    )
    return pipeline(start, [ask, verdict, kept], rounds=1)


def learner() -> Pipeline:
    """Three answers, everything noisy: two rounds in which the update forgets too."""
    draw = np.random.default_rng(8)
    start = [Node("X", "task", table=sixteenths(draw, 3)), Node("D0", "data", ("X",), table=sixteenths(draw, 3, 3))]
    start += [Node("Z0", "state", ("D0",), table=sixteenths(draw, 3, 3))]
    ask = Node("Y", "query", ("Z@-1",), table=sixteenths(draw, 3, 3))
    verdict = Node("S", "signal", ("X", "Y"), cost=2.0, table=sixteenths(draw, 3, 3, 2))
    update = Node("Z", "state", ("Z@-1", "Y", "S"), table=sixteenths(draw, 3, 3, 2, 3))
    return pipeline(start, [ask, verdict, update], rounds=2)


class Outcomes:
    """The whole law of a pipeline, outcome by outcome."""

    def __init__(self, p: Pipeline):
        self.names = [node.name for node in p.nodes]
        self.law = {(): mpf(1)}
        for node in p.nodes:
            known = [self.names.index(parent) for parent in node.parents]
            table = p.tables[node.name].tolist()
            self.law = dict(self._grown(known, table))

    def _grown(self, known, table):
        for outcome, mass in self.law.items():
            row = table
            for k in known:
                row = row[outcome[k]]
            for value, probability in enumerate(row):
                if probability and mass:
                    yield (*outcome, value), mass * mpf(probability)

    def places(self, names):
        return [self.names.index(name) for name in names]

    def information(self, x, names, given=()):
        return float(oracles.information(self.law, self.places([x]), self.places(names), self.places(given)))

    def entropy(self, names, given=()):
        return float(oracles.entropy(self.law, self.places(names), self.places(given)))

    def pairs(self, x, z):
        return oracles.marginal(self.law, self.places([x, z]))


def numbers_of(found: Audit) -> Numbers:
    assert found.numbers is not None
    return found.numbers


def fano_of(found: Numbers) -> Fano:
    assert found.fano is not None
    return found.fano
