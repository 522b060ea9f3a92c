"""Audits against exact numbers on random channels that respect the graph, and of graphs with little in them."""

from dataclasses import replace

import pytest

from infoloop.information.measures import mutual_information
from infoloop.pipelines import pipeline_audit
from infoloop.pipelines.information_flow import conditioning_sets, last_state
from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import pipeline
from infoloop.pipelines.signal_quality import sensitivity
from infoloop.probability.numerics import rounding
from tests.support.paths import PIPELINES
from tests.support.random_pipelines import ALL, NAMES, random_net

CELLS = 2**14  # of the largest tables asked for here
SEEDS = (0, 1)
BEFORE = [Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))]


@pytest.mark.slow
@pytest.mark.parametrize("p", ALL, ids=NAMES)
@pytest.mark.parametrize("seed", SEEDS)
def test_closed_is_zero_and_open_is_positive_on_random_channels(p, seed):
    found, net, last = audit(p), random_net(p, seed), last_state(p)
    for base in found.bases:
        beyond = float(mutual_information(net, p.task, last, given=base.names))
        assert base.closed == (beyond <= rounding(CELLS)), base
        if base.closed:
            kept = float(mutual_information(net, p.task, base.names)) if base.names else 0.0
            assert float(mutual_information(net, p.task, last)) <= kept + rounding(CELLS)
    for r in found.rounds:
        entering = float(mutual_information(net, p.task, r.entering, given=r.before)) if r.entering else 0.0
        assert r.open == (entering > rounding(CELLS)), r


def test_a_learner_that_hears_nothing_of_the_task_knows_nothing():
    found = audit(pipeline([Node("X", "task"), Node("R", "noise"), Node("Z", "state", ("R",))]))
    assert (found.verdict, found.ceilings[0].bound) == ("closed", "I(X;Z) <= 0")
    assert found.reason == "nothing that Z depends on knows X"


def test_training_on_data_and_a_signal_without_rounds_has_the_refined_bound():
    found = audit(pipeline([*BEFORE[:2], Node("S", "signal", ("X",), size=2), Node("Z", "state", ("D0", "S"))]))
    assert (found.verdict, found.reason) == ("open", "S reaches Z around D0: 1 of 1 rounds may add task information")
    assert (found.ceilings[0].bound, found.ceilings[0].most) == ("I(X;Z) <= I(X;D0) + I(X;S|D0)", 1.0)


@pytest.mark.parametrize("meaning", ["", "judges"])
@pytest.mark.parametrize("p", ALL, ids=NAMES)
def test_the_verdict_does_not_hang_on_what_a_base_is_called(p, meaning, monkeypatch):
    found = audit(p)
    reworded = tuple(replace(base, meaning=meaning) for base in conditioning_sets(p))
    monkeypatch.setattr(pipeline_audit, "conditioning_sets", lambda _: reworded)
    other = audit(p)
    assert (other.verdict, other.reason, other.cautions) == (found.verdict, found.reason, found.cautions)


def test_what_only_the_code_reads_is_not_in_the_json():
    row = audit(pipeline(BEFORE, [Node("S", "signal", ("X",)), Node("Z", "state", ("Z@-1", "S"))], rounds=2)).row()
    assert set(row["bases"][0]) == {"meaning", "names", "closed", "cut", "open_at"}
    assert set(row["rounds"][0]) == {"t", "state", "before", "entering", "terms", "edges", "open"}
    assert set(row["rounds"][0]["terms"][0]) == {"text", "names", "given", "most"}


@pytest.mark.full
def test_every_step_of_an_audit_is_told_before_it_is_done():
    seen = []
    found = audit(PIPELINES / "rlvr_unit_tests.toml", step=lambda what, done, total: seen.append((what, done, total)))
    steps = len(found.ceilings) + 2 * len(found.rounds)
    assert [(done, total) for _, done, total in seen] == [(k, steps) for k in range(steps + 1)]
    assert [name for name, _, _ in seen[-2:]] == ["bits of round 10", ""]


def test_a_message_about_many_nodes_names_a_few():
    many = [Node(f"D{k}", "data", ("X",)) for k in range(724)]
    p = pipeline([Node("X", "task"), *many, Node("Z", "state", ("D0",))])
    assert audit(p).unmeasured == "no table, formula or program for X, D0, D1, D2 and 722 more"
    with pytest.raises(ValueError, match="for X, D0, D1, D2, D3, D4, D5, D6 and 718 more: give one"):
        sensitivity(p)
