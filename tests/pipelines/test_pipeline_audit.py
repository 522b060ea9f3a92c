"""Audits against exact numbers on random channels that respect the graph, their bounds, and what they warn of."""

import itertools
import json
import re
from pathlib import Path

import jax
import numpy as np
import pytest
from typer.testing import CliRunner

from infoloop.check import CertificateError, check_certificate
from infoloop.cli import app
from infoloop.information.expressions import evaluate
from infoloop.information.measures import mutual_information
from infoloop.pipelines.information_flow import conditioning_sets, last_state
from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from infoloop.pipelines.toml_reader import parse_pipeline, read_pipeline
from infoloop.probability.bayes_nets import BayesNet, bayes_net, separated
from infoloop.probability.channel_families import random_channel
from infoloop.probability.channels import channel
from infoloop.probability.numerics import rounding
from tests.support.paths import PIPELINES

GALLERY = sorted(PIPELINES.glob("*.toml"))
CELLS = 2**14  # of the largest tables asked for here
SEEDS = (0, 1)


def shortened(path: Path, rounds: int = 2) -> Pipeline:
    """The graph of a file, with fewer rounds and without its tables: the laws here are random."""
    text = re.sub(r"rounds = \d+", f"rounds = {rounds}", path.read_text(encoding="utf-8"))
    return pipeline([Node(n.name, n.role, n.parents, at=n.at) for n in parse_pipeline(text, str(path)).nodes])


def random_net(p: Pipeline, seed: int) -> BayesNet:
    """Binary variables, each with channel rows drawn uniformly."""
    parts = []
    for k, node in enumerate(p.nodes):
        shape = (2,) * len(node.parents)
        key = jax.random.fold_in(jax.random.key(seed), k)
        rows = random_channel(key, 2 ** len(shape), 2, "from", "to").rows.reshape((*shape, 2))
        parts.append(channel(rows, node.parents, node.name))
    return bayes_net(*parts)


def random_pipeline(seed: int) -> Pipeline:
    """Two rounds whose nodes have parents drawn among all that came before."""
    draw = np.random.default_rng(seed)
    roles = [("X", "task"), ("D0", "data"), ("J", "judge"), ("Z0", "state")]
    nodes: list[Node] = []
    for t in range(3):
        here = roles if t == 0 else [(f"Y{t}", "query"), (f"S{t}", "signal"), (f"Z{t}", "state")]
        for name, role in here:
            old = [n.name for n in nodes if not (role == "state" and n.role == "task")]
            chosen = (
                tuple(old[k] for k in sorted(draw.choice(len(old), min(len(old), 2), replace=False))) if old else ()
            )
            nodes.append(Node(name, role, tuple(chosen), at=t))
    return pipeline(nodes)


RANDOM = [random_pipeline(seed) for seed in range(6)]
ALL = [*map(shortened, GALLERY), *RANDOM]
NAMES = [*(path.stem for path in GALLERY), *(f"random{k}" for k in range(len(RANDOM)))]


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


@pytest.mark.parametrize("p", ALL, ids=NAMES)
def test_every_bound_holds_on_random_channels_and_so_does_what_its_steps_assume(p):
    net = random_net(p, 7)
    for ceiling in audit(p).ceilings:
        left, right = ceiling.bound.split(" <= ")
        most = 0.0 if right == "0" else float(evaluate(right, net))
        assert float(evaluate(left, net)) <= most + rounding(CELLS)
        for step in ceiling.steps:
            for text in step.given:
                assert assumed(text, net), text


def assumed(text: str, net: BayesNet) -> bool:
    """Whether the graph makes the assumption true, by the search in the moral graph."""
    if "->" in text:
        x, given, z = (part.strip() for part in text.split("->"))
    else:
        x, rest = text.split(" _||_ ")
        z, _, given = (part.strip() for part in rest.partition(" | "))
    names = [tuple(part.split(",")) if part else () for part in (x, z, given)]
    return separated(net, names[0], names[1], given=names[2])


def test_an_assumption_that_the_graph_does_not_make_is_noticed():
    net = random_net(shortened(PIPELINES / "rlvr_unit_tests.toml"), 0)
    assert not assumed("X -> Z0,Y1 -> Z1", net)


@pytest.mark.parametrize("p", ALL, ids=NAMES)
def test_the_cut_is_empty_exactly_if_the_base_closes_the_pipeline(p):
    for base in conditioning_sets(p):
        assert base.closed == (not base.cut)


@pytest.mark.parametrize("p", ALL, ids=NAMES)
def test_without_the_cut_an_open_pipeline_is_closed(p):
    for base in conditioning_sets(p):
        gone = set(base.cut)
        nodes = [Node(n.name, n.role, tuple(q for q in n.parents if (q, n.name) not in gone), at=n.at) for n in p.nodes]
        net = random_net(pipeline(nodes), 3)
        assert separated(net, p.task, last_state(p), given=base.names)


def test_the_terms_of_the_chain_are_named_and_sized():
    found = audit(PIPELINES / "rlvr_unit_tests.toml")
    terms = [f"I(X;S{t}|Z{t - 1},Y{t})" for t in range(1, 11)]
    assert found.ceilings[0].bound == " + ".join(["I(X;Z10) <= I(X;D0)", *terms])
    assert found.ceilings[0].most == 2.0  # ten verdicts, but a task of four values
    nodes = read_pipeline(PIPELINES / "rlvr_unit_tests.toml").nodes
    unsized = [Node(n.name, n.role, n.parents, n.size if n.role == "signal" else None, at=n.at) for n in nodes]
    assert audit(pipeline(unsized)).ceilings[0].most == 10.0
    assert [r.edges for r in found.rounds] == [(("X", f"S{t}"),) for t in range(1, 11)]


def test_what_was_there_before_comes_in_by_the_edge_that_reads_it():
    nodes = [Node("X", "task"), Node("D0", "data", ("X",)), Node("R", "data", ("X",)), Node("Z0", "state", ("D0",))]
    found = audit(pipeline(nodes, [Node("Z", "state", ("Z@-1", "R"))], rounds=2))
    assert [r.edges for r in found.rounds] == [(("R", "Z1"),), (("R", "Z2"),)]


def test_what_the_graph_separates_from_the_task_has_0_bits_not_rounding():
    nodes = [Node("X", "task", size=3, table="uniform"), Node("Z0", "state", size=3, table="uniform")]
    found = audit(pipeline(nodes, [Node("Z", "state", ("Z@-1",), formula="Z@-1")], rounds=1)).numbers
    assert found
    assert (found.bases, found.rounds[0].before, found.learned) == (((("Z0",), 0.0),), 0.0, 0.0)


def test_a_task_of_one_possible_value_is_warned_of_whatever_its_size():
    nodes = [Node("X", "task", table=[1.0, 0.0]), Node("Z", "state", table=[0.5, 0.5])]
    assert "B24" in [c.code for c in audit(pipeline(nodes)).cautions]


def test_rounds_that_differ_only_in_names_share_a_proof():
    ceiling = audit(PIPELINES / "rlvr_unit_tests.toml").ceilings[0]
    assert len(ceiling.steps) == 11
    assert len(ceiling.proofs) == 2


def test_a_tampered_bound_is_refused():
    proof = audit(PIPELINES / "rlvr_unit_tests.toml").ceilings[0].proofs[1]
    check_certificate(proof)
    with pytest.raises(CertificateError):
        check_certificate(proof | {"statement": "I(X;Z1) <= I(X;Z0)"})


def test_ten_rounds_of_sixty_nodes_need_few_proofs():
    def of_round(t):
        queries = [Node(f"Y{t}_{k}", "query", (f"Z{t - 1}",), at=t) for k in range(29)]
        signals = [Node(f"S{t}_{k}", "signal", ("X", f"Y{t}_{k}"), size=2, at=t) for k in range(29)]
        read = tuple(n.name for n in (*queries, *signals))
        return [*queries, *signals, Node(f"Z{t}", "state", (f"Z{t - 1}", *read), at=t)]

    start = [Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))]
    p = pipeline([*start, *itertools.chain.from_iterable(of_round(t) for t in range(1, 11))])
    found = audit(p)
    assert found.verdict == "open"
    assert found.ceilings[0].most == 290.0
    assert len(found.ceilings[0].proofs) == 2


BEFORE = [Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))]
READ = Node("Z", "state", ("Z@-1", "Y", "S"))
ASK, VERDICT = Node("Y", "query", ("Z@-1",)), Node("S", "signal", ("X", "Y"))


@pytest.mark.parametrize(
    ("code", "about", "nodes"),
    [
        ("B3", ("S1",), [Node("S", "signal", ("X",)), Node("Z", "state", ("Z@-1", "S"))]),
        ("B3", ("Y1",), [ASK, VERDICT, Node("Z", "state", ("Z@-1", "S"))]),
        ("B4", ("S1",), [ASK, Node("S", "signal", ("Y",)), READ]),
        ("B8", ("S1",), [ASK, Node("S", "signal", ("Y", "Z@-1")), READ]),
        ("B21", ("D1",), [ASK, VERDICT, Node("D", "data", ("Y", "S")), Node("Z", "state", ("Z@-1", "D"))]),
        ("B7", ("Z1",), [ASK, Node("Z", "state", ("Z@-1", "Y", "D0"))]),
    ],
)
def test_a_graph_that_deserves_a_warning_has_it_and_plain_verdicts_do_not(code, about, nodes):
    found = {(c.code, c.nodes) for c in audit(pipeline(BEFORE, nodes, 1)).cautions}
    plain = {c.code for c in audit(pipeline(BEFORE, [ASK, VERDICT, READ], 1)).cautions}
    assert (code, about) in found
    assert plain == {"B1"}


def test_a_visible_verdict_needs_no_warning_of_selection():
    nodes = [ASK, VERDICT, Node("D", "data", ("Y", "S")), Node("Z", "state", ("Z@-1", "D", "S"))]
    assert "B21" not in {c.code for c in audit(pipeline(BEFORE, nodes, 1)).cautions}


def test_a_task_with_one_value_is_warned_of():
    p = pipeline([Node("X", "task", size=1), *BEFORE[1:]])
    assert [c.code for c in audit(p).cautions] == ["B5", "B24"]


def test_a_learner_that_hears_nothing_of_the_task_knows_nothing():
    found = audit(pipeline([Node("X", "task"), Node("R", "noise"), Node("Z", "state", ("R",))]))
    assert (found.verdict, found.ceilings[0].bound) == ("closed", "I(X;Z) <= 0")
    assert found.reason == "nothing that Z depends on knows X"


def test_training_on_data_and_a_signal_without_rounds_has_the_refined_bound():
    found = audit(pipeline([*BEFORE[:2], Node("S", "signal", ("X",), size=2), Node("Z", "state", ("D0", "S"))]))
    assert (found.verdict, found.reason) == ("open", "S reaches Z around D0: 1 of 1 rounds may add task information")
    assert (found.ceilings[0].bound, found.ceilings[0].most) == ("I(X;Z) <= I(X;D0) + I(X;S|D0)", 1.0)


def test_a_first_round_without_a_state_before_it_starts_from_the_first_data():
    nodes = [Node("X", "task"), Node("D0", "data", ("X",)), Node("S1", "signal", ("X",), at=1)]
    found = audit(pipeline([*nodes, Node("Z1", "state", ("D0", "S1"), at=1)]))
    assert found.ceilings[0].bound == "I(X;Z1) <= I(X;D0) + I(X;S1|D0)"


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_command_shows_the_verdict_first_in_100_columns(path):
    shown = CliRunner().invoke(app.app, ["audit", str(path)])
    lines = shown.stdout.splitlines()
    assert shown.exit_code == 0
    assert re.match(r"(OPEN|CLOSED)   ", lines[0])
    assert len(lines) <= 48
    assert max(map(len, lines)) <= 100


def test_the_command_prints_json_alone():
    shown = CliRunner().invoke(app.app, ["audit", str(PIPELINES / "teacher.toml"), "--json"])
    row = json.loads(shown.stdout)
    assert row["verdict"] == "open"
    assert row["rounds"][0]["open"] is True
    for ceiling in row["ceilings"]:
        for proof in ceiling["proofs"]:
            check_certificate(proof)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[nodes]\nX = { role = "tusk" }\n', ":2: nodes.X.role: there is no role 'tusk': did you mean task?"),
        ('[nodes]\nX = { role = "task" }\n', ":1: nodes: there is no state"),
        ("[nodes\n", ":1: not TOML: "),
    ],
)
def test_bad_input_is_one_line_and_status_3(text, message, tmp_path, monkeypatch, capsys):
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["infoloop", "audit", str(path)])
    with pytest.raises(SystemExit) as stop:
        app.main()
    shown = capsys.readouterr().err
    assert stop.value.code == 3
    assert shown.startswith(f"infoloop: {path}{message}")
    assert len(shown.splitlines()) == 1
