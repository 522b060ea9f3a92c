r"""What one use of a signal can bring at most, whatever the learner knows and asks, and which terms are exactly 0."""

from __future__ import annotations

import math

import jax
import numpy as np

from infoloop.information.channel_capacity import capacity_bounds
from infoloop.pipelines import limits
from infoloop.pipelines.information_flow import PipelineTerm, Round
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.probability.dags import ancestors


def max_information_per_round(p: Pipeline, r: Round) -> float:
    r"""Return a bound on the terms of a round, in bits, that holds for every learner and every question.

    A term $I(X;E\mid G)$ is at most $\max_gC(K_E(\cdot\mid g))$, the capacity from the causes of $E$ that $G$ does not
    hold to $E$, the others being fixed at their best; and at most $\log_2|E|$, which alone is used where $X$ or $G$
    depends on $E$ or several nodes enter together.

    >>> from infoloop.pipelines import information_flow
    >>> from infoloop.pipelines.node import Node
    >>> from infoloop.pipelines.pipeline_graph import pipeline
    >>> noisy = Node("S", "signal", ("X",), table=[[0.9, 0.1], [0.1, 0.9]])
    >>> p = pipeline([Node("X", "task", size=2, table="uniform"), Node("Z0", "state", table=[1.0])],
    ...              [noisy, Node("Z", "state", ("S",), formula="S")], rounds=1)
    >>> print(f"{max_information_per_round(p, information_flow.rounds(p)[0]):.6f}")
    0.531004
    """
    return sum(_most_of(p, term) for term in r.terms)


def _most_of(p: Pipeline, term: PipelineTerm) -> float:
    parents, sizes = p.parents, {node.name: node.size for node in p.nodes}
    alphabet = math.log2(math.prod(sizes[name] or 1 for name in term.names))
    name = term.names[0]
    mixed = any(name in ancestors(parents, [known]) for known in (*term.given, p.task))
    free = [k for k, parent in enumerate(parents[name]) if parent not in term.given]
    if len(term.names) > 1 or mixed:
        return alphabet
    table = p.tables[name]
    fixed = [k for k in range(table.ndim - 1) if k not in free]
    count = math.prod(table.shape[k] for k in free)
    channels = table.transpose(*fixed, *free, table.ndim - 1).reshape(-1, count, table.shape[-1])
    if channels.shape[0] * count > limits.MOST_CHANNEL_ROWS:
        return alphabet
    distinct = {rows.tobytes(): rows for rows in (np.unique(channel, axis=0) for channel in channels)}
    if len(distinct) > limits.MOST_CHANNELS:
        return alphabet
    with jax.enable_x64(True):
        return max(float(capacity_bounds(rows)[1]) if len(rows) > 1 else 0.0 for rows in distinct.values())
