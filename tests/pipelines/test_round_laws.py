"""Laws by elimination against plain loops over all outcomes, in 50 digits: nothing of the source is shared."""

from dataclasses import replace

import numpy as np
import pytest

from infoloop.pipelines import numeric_evaluation
from infoloop.pipelines.information_flow import RoundPlan, rounds
from infoloop.pipelines.node import Node
from infoloop.pipelines.numeric_results import Numbers
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from infoloop.probability.numerics import rounding
from tests.support.measured_pipelines import Outcomes, fano_of, numbers_of, sixteenths

pytestmark = pytest.mark.slow

CELLS = 2**14  # of the largest laws asked for here


def random_pipeline(seed: int) -> Pipeline:
    """Two rounds whose binary nodes have parents drawn among all that came before."""
    draw = np.random.default_rng(seed)
    roles = [("X", "task"), ("D0", "data"), ("J", "judge"), ("Z0", "state")]
    found: list[Node] = []
    for t in range(3):
        for name, role in roles if t == 0 else [(f"Y{t}", "query"), (f"S{t}", "signal"), (f"Z{t}", "state")]:
            old = [node.name for node in found if not (role == "state" and node.role == "task")]
            chosen = sorted(draw.choice(len(old), min(len(old), 2), replace=False)) if old else []
            table = sixteenths(draw, *(2,) * len(chosen), 2)
            found.append(Node(name, role, tuple(old[k] for k in chosen), at=t, table=table))
    return pipeline(found)


def disagreements(p: Pipeline, found: Numbers) -> set[str]:
    """What of the numbers differs from sums over all outcomes by more than rounding."""
    world, off = Outcomes(p), set()

    def compare(what, value, exact):
        if not abs(value - exact) <= rounding(CELLS):
            off.add(what)

    for r, shown in zip(rounds(p), found.rounds, strict=True):
        compare("before", shown.before, world.information("X", r.before) if r.before else 0.0)
        compare("entering", shown.entering, world.information("X", (*r.before, *r.entering)))
        compare("after", shown.after, world.information("X", [r.state]))
        for term, bits in zip(r.terms, shown.terms, strict=True):
            compare("terms", bits.bits, world.information("X", term.names, term.given))
            compare("observed", bits.observed, world.entropy(term.names, term.given))
        pairs = world.pairs("X", r.state)
        compare("accuracy", shown.accuracy, float(sum(mass for (x, z), mass in pairs.items() if x == z)))
        guesses = {z: max(mass for (_, other), mass in pairs.items() if other == z) for _, z in pairs}
        compare("best", shown.best, float(sum(guesses.values())))
    for names, bits in found.bases:
        compare("bases", bits, world.information("X", names) if names else 0.0)
    compare("task", found.task, world.entropy(["X"]))
    return off


@pytest.mark.full
def test_every_number_of_a_noisy_learner_is_a_sum_over_all_outcomes(learned):
    assert disagreements(*learned) == set()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_elimination_finds_what_the_whole_law_holds(seed):
    p = random_pipeline(seed)
    assert disagreements(p, numbers_of(audit(p))) == set()


def test_a_task_may_have_causes_of_its_own():
    start = [Node("N", "noise", table=[0.25, 0.75]), Node("X", "task", ("N",), table=[[0.875, 0.125], [0.5, 0.5]])]
    start += [Node("Z0", "state", size=2, table="uniform")]
    p = pipeline(start, [Node("S", "signal", ("N",), formula="N"), Node("Z", "state", ("S",), formula="S")], rounds=1)
    found = numbers_of(audit(p))
    assert disagreements(p, found) == set()
    q = pipeline(start, [Node("Z", "state", ("N",), formula="N")], rounds=1)
    found = numbers_of(audit(q))
    assert disagreements(q, found) == set()
    assert fano_of(found).most >= found.learned > 0


def without_conditions(plan: RoundPlan) -> RoundPlan:
    return plan._replace(terms=tuple((names, 0) for names, _ in plan.terms))


def test_a_term_without_its_condition_is_noticed(learned, monkeypatch):
    p, right = learned
    asked = numeric_evaluation.round_queries(p, rounds(p))
    bare = tuple(q._replace(form=q.form._replace(plan=without_conditions(q.form.plan))) for q in asked)
    monkeypatch.setattr(numeric_evaluation, "round_queries", lambda *_: bare)
    assert {"terms", "observed"} <= disagreements(p, numbers_of(audit(p)))
    shifted = tuple(replace(r, before=other.before) for r, other in zip(right.rounds, right.rounds[::-1], strict=True))
    assert disagreements(p, replace(right, rounds=shifted)) == {"before"}
