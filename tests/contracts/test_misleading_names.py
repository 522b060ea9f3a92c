"""Nothing is read out of the spelling of a name: a pipeline whose names mislead is audited like one with plain names.

The plain names are as long as the misleading ones, so that lines break and drawings fall in the same places.
"""

import re

import numpy as np
import pytest

from infoloop.pipelines.drawing.geometry import Diagram, lay_out
from infoloop.pipelines.drawing.svg import diagram_svg
from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_audit import Audit, audit
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from infoloop.pipelines.report import text
from infoloop.pipelines.report.page import pipeline_audit_page
from infoloop.pipelines.report.text import audit_text
from infoloop.reporting import text as terminal_text
from tests.support.measured_pipelines import sixteenths
from tests.support.sketches import collapsed

WORD = re.compile(r"[^\W\d]\w*'*")
FONT = re.compile(r"@font-face \{[^}]*\}|infoloop-[0-9a-f]{8}")  # of a drawing: it has the letters of the names
# What A is in round 11, A1 is in round 1; A0 is not the start of A; a prime and a number may stand in any name.
REPEATED = ("X1", "A11'", "A0", "S0'", "A", "A1", "A11", "S'")
PLAIN_REPEATED = ("TT", "DDDD", "JJ", "VV0", "P_", "QQ_", "RRR_", "VV")
# S12 in round 2 is no copy of S1 in round 1; X8 and Z8 are not of round 8, and Z0 is not the start of Z1.
WRITTEN = ("X8", "J0", "Z0", "S1", "Z1", "S12", "Z2", "S33'", "Z8", "S34", "Z4", "S45", "Z3'", "S56", "Z6")
PLAIN_WRITTEN = ("TT", "JJ", "AA", "BB", "CC", "DDD", "EE", "FFFF", "GG", "KKK", "LL", "NNN", "OOO", "PPP", "QQ")


def repeated(x, d, j, z0, y, s, k, z) -> Pipeline:
    """Eleven rounds of [round], with numbers."""
    draw = np.random.default_rng(5)
    start = [
        Node(x, "task", table=sixteenths(draw, 3)),
        Node(d, "data", (x,), table=sixteenths(draw, 3, 2)),
        Node(j, "judge", (x,), table=sixteenths(draw, 3, 2)),
        Node(z0, "state", (d,), table=sixteenths(draw, 2, 3)),
    ]
    before = f"{z}@-1"
    update = f"{y} if {s} and {k} else {before}"
    nodes = [
        Node(y, "query", (before,), table=sixteenths(draw, 3, 3)),
        Node(s, "signal", (x, y), formula=f"{x} == {y}", table=[[0.75, 0.25], [0.125, 0.875]], cost=1.0),
        Node(k, "signal", (j, y), size=2, table="uniform", cost=2.0),
        Node(z, "state", (before, y, s, k), formula=update, table=sixteenths(draw, 3, 3)),
    ]
    return pipeline(start, nodes, rounds=11)


def written(x, j, z, *names, copies=("", "")) -> Pipeline:
    """Six rounds written out, in each a signal and a state: the copies of what, if of anything."""
    nodes = [Node(x, "task"), Node(j, "judge", (x,)), Node(z, "state", template=copies[1])]
    for t, (s, after) in enumerate(zip(names[::2], names[1::2], strict=True), start=1):
        nodes.append(Node(s, "signal", (x, j), size=2, at=t, template=copies[0]))
        nodes.append(Node(after, "state", (z, s), at=t, template=copies[1]))
        z = after
    return pipeline(nodes)


def renamed(p: Pipeline, q: Pipeline, value):
    """What is said of p, with the names of q for those of p, node by node."""
    names = {a.name: b.name for a, b in zip(p.nodes, q.nodes, strict=True)}
    if isinstance(value, str):
        return WORD.sub(lambda match: names.get(match[0], match[0]), FONT.sub("", value))
    if isinstance(value, dict):
        return {key: renamed(p, q, part) for key, part in value.items()}
    return [renamed(p, q, part) for part in value] if isinstance(value, list | tuple) else value


PAIRS = {
    "repeated": (repeated(*REPEATED), repeated(*PLAIN_REPEATED)),
    "written": (written(*WRITTEN), written(*PLAIN_WRITTEN)),
    "copies": (written(*WRITTEN, copies=("Z1", "S1")), written(*PLAIN_WRITTEN, copies=("BB", "AA"))),
}


@pytest.fixture(scope="module", params=PAIRS)
def pair(request) -> tuple[Pipeline, Audit, Pipeline, Audit]:
    """A pipeline with misleading names and its audit, and those of the same pipeline with plain names."""
    p, q = PAIRS[request.param]
    return p, audit(p), q, audit(q)


def without_measures(row: dict) -> dict:
    """The audit without the proofs' own order of terms, which is alphabetical."""
    for ceiling in row["ceilings"]:
        ceiling["proofs"] = [(proof["statement"], proof["given"]) for proof in ceiling["proofs"]]
    return row


def test_the_verdict_the_rounds_and_all_numbers_are_the_same(pair):
    p, misled, q, plain = pair
    assert renamed(p, q, without_measures(misled.row())) == renamed(q, q, without_measures(plain.row()))


def test_the_text_is_the_same(pair, monkeypatch):
    monkeypatch.setattr(terminal_text, "WIDTH", 400)  # no line is broken, inside a name or elsewhere
    p, misled, q, plain = pair
    assert renamed(p, q, audit_text(misled)) == audit_text(plain)


@pytest.mark.full
def test_the_page_is_the_same(pair):
    p, misled, q, plain = pair
    ours, theirs = pipeline_audit_page(p, misled), pipeline_audit_page(q, plain)
    shown = ("verdict", "reason", "lines", "drawing", "figures", "tables", "cautions")
    for part in shown:
        assert renamed(p, q, getattr(ours, part)) == renamed(q, q, getattr(theirs, part)), part
    assert [renamed(p, q, proof.about) for proof in ours.proofs] == [proof.about for proof in theirs.proofs]


def drawing(p: Pipeline) -> str:
    found = lay_out(collapsed(p))
    assert isinstance(found, Diagram)
    return diagram_svg(found)


def test_the_drawing_is_the_same(pair):
    p, _, q, _ = pair
    assert renamed(p, q, drawing(p)) == renamed(q, q, drawing(q))


def test_rounds_are_put_together_where_they_are_copies_and_nowhere_else():
    lines = {name: len(text.group_similar_rounds(audit(p).rounds)) for name, (p, _) in PAIRS.items()}
    assert lines == {"repeated": 1, "written": 6, "copies": 1}
    blocks = {name: collapsed(p).blocks[-2] for name, (p, _) in PAIRS.items()}
    assert blocks == {"repeated": "rounds 3 to 10", "written": "round 5", "copies": "rounds 3 to 5"}


def test_a_text_that_reads_the_round_out_of_the_names_is_noticed(monkeypatch):
    p, q = PAIRS["written"]
    monkeypatch.setattr(text, "group_similar_rounds", by_spelling)
    assert renamed(p, q, audit_text(audit(p))) != audit_text(audit(q))


def by_spelling(rounds):
    """Put rounds whose signals begin with one letter into one line."""
    groups: dict[str, list] = {}
    for r in rounds:
        groups.setdefault(r.entering[0][0], []).append(r)
    return list(map(tuple, groups.values()))
