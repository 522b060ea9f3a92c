"""Graphs of pipelines to draw: those of the gallery, and random ones."""

from pathlib import Path

import numpy as np

from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph, collapse_rounds
from infoloop.pipelines.information_flow import conditioning_sets, rounds
from infoloop.pipelines.pipeline_audit import Audit
from infoloop.pipelines.pipeline_graph import Node, Pipeline, pipeline
from infoloop.pipelines.toml_reader import read_pipeline
from tests.support.paths import PIPELINES

ROLES = ("data", "judge", "query", "signal", "noise")


def unproved(p: Pipeline) -> Audit:
    """What drawing needs of an audit, without its proofs."""
    return Audit(p.title, "open", "", conditioning_sets(p), rounds(p), (), ())


def collapsed(p: Pipeline):
    return collapse_rounds(p, unproved(p))


def random_sketch(seed: int) -> CollapsedGraph:
    """Three rounds by hand, each with up to six nodes of any role and parents among all that came before."""
    draw = np.random.default_rng(seed)
    nodes = [Node("X", "task"), Node("a_long_name_of_first_data", "data", ("X",)), Node("Z0", "state")]
    for t in (1, 2, 3):
        for k in range(draw.integers(1, 6)):
            role = ROLES[draw.integers(len(ROLES))]
            parents = () if role == "noise" else tuple({nodes[j].name for j in draw.integers(len(nodes), size=3)})
            nodes.append(Node(f"n{t}_{k}", role, parents, at=t))
        read = {nodes[j].name for j in draw.integers(1, len(nodes), size=4)}
        nodes.append(Node(f"Z{t}", "state", tuple(sorted(read)), at=t))
    return collapsed(pipeline(nodes))


SKETCHES = {path.stem: collapsed(read_pipeline(path)) for path in sorted(Path(PIPELINES).glob("*.toml"))}
SKETCHES |= {f"random{seed}": random_sketch(seed) for seed in range(8)}
