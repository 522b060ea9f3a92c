"""Pipelines of the gallery, shortened, and random ones, each with random channels that respect its graph."""

import re
from pathlib import Path

import jax
import numpy as np

from infoloop.pipelines.node import Node
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from infoloop.pipelines.toml_reader import parse_pipeline
from infoloop.probability.bayes_nets import BayesNet, bayes_net
from infoloop.probability.channel_families import random_channel
from infoloop.probability.channels import channel
from tests.support.paths import PIPELINES

GALLERY = sorted(PIPELINES.glob("*.toml"))


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
