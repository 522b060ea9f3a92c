r"""How a pipeline depends on the quality of its signals: from as given, through pure noise, to inverted."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.information.measures import entropy
from infoloop.pipelines.information_flow import Round, rounds
from infoloop.pipelines.numeric_evaluation import accuracy_of, missing_tables
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.pipelines.round_laws import evaluate_rounds, round_queries
from infoloop.probability.distributions import Joint
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_int
from infoloop.reporting.suggestions import list_names


class Sensitivity(NamedTuple):
    r"""A pipeline at each `quality` of its signals: `learned` $=I(X;Z_T)$ and its `bound`, in bits.

    `bound` is what the first state knows and all terms add, or $H(X)$ where that is less.

    `accuracy` is the probability that the last state's own answer is X (None where it has none), `best` that the answer
    of the best decoder is.
    """

    quality: np.ndarray
    learned: np.ndarray
    bound: np.ndarray
    accuracy: np.ndarray | None
    best: np.ndarray


@host_only
def sensitivity(p: Pipeline, steps: int = 20, read: tuple[Round, ...] | None = None) -> Sensitivity | None:
    r"""Return what a pipeline learns, at most and how rightly, if its signals are worse.

    At quality $\lambda$ each signal of $q$ values has the channel $\lambda K+(1-\lambda)/q$: a share $1-\lambda$ of
    its answers are drawn blindly. For a verdict TPR - FPR shrinks to $\lambda$ times itself; below 0 it is turned
    over: it carries the bits that it has at $-\lambda$, but what the learner does with them is wrong (S29). Every
    alphabet allows $\lambda\ge-1/(q-1)$.

    Args:
        p: a pipeline whose nodes all have tables.
        steps: how many steps of equal size lead from quality 0 to 1; at least 1.
        read: the rounds of an audit, where there is one; else they are worked out.

    Returns:
        Arrays with one entry for each quality, the lowest first; None where no signal takes more than one value.

    Raises:
        ValueError: for a node without a table, for `steps` below 1, and where a law would not fit into memory.

    >>> from infoloop.pipelines.node import Node
    >>> from infoloop.pipelines.pipeline_graph import pipeline
    >>> p = pipeline([Node("X", "task", size=2, table="uniform"), Node("Z0", "state", table=[0.5, 0.5])],
    ...              [Node("S", "signal", ("X",), formula="X"), Node("Z", "state", ("S",), formula="S")], rounds=1)
    >>> found = sensitivity(p, steps=1)
    >>> found.quality.tolist(), found.learned.round(9).tolist(), found.accuracy.tolist()
    ([-1.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 0.5, 1.0])
    """
    check_int(steps, "steps")
    missing = missing_tables(p)
    if missing:
        raise ValueError(f"no table, formula or program for {list_names(missing)}: give one, so that there are numbers")
    signals = [name for name in p.of("signal") if p.tables[name].shape[-1] > 1]
    if not signals:
        return None
    lowest = min(steps // (p.tables[name].shape[-1] - 1) for name in signals)
    quality = np.arange(-lowest, steps + 1) / steps
    asked = round_queries(p, rounds(p) if read is None else read)

    worse = {name: _degraded(p.tables[name], quality) for name in signals}

    def at(worse):
        bits = [found for found, _ in evaluate_rounds({**p.tables, **worse}, asked) if found is not None]
        by_terms = bits[0].before + sum(sum(x.terms) for x in bits)
        pair = bits[-1].pair
        return bits[-1].after, jnp.minimum(by_terms, entropy(Joint(pair.sum(1), (p.task,)))), pair

    with jax.enable_x64(True):
        learned, bound, pairs = map(np.asarray, jax.vmap(at)(jax.tree.map(jnp.asarray, worse)))
    accuracies = [accuracy_of(p, pair) for pair in pairs]
    own = None if None in accuracies else np.array(accuracies, dtype=float)
    return Sensitivity(quality, learned, bound, own, pairs.max(1).sum(1))


def _degraded(table: np.ndarray, quality: np.ndarray) -> np.ndarray:
    """Return the channel at each quality, on a first axis.

    Below 0 it is written as a sum of what is not negative even after rounding, with the probability of all other
    values.
    """
    size, share = table.shape[-1], quality.reshape(-1, *(1,) * table.ndim)
    others = table.sum(-1, keepdims=True) - table
    turned = (1 + share * (size - 1)) / size - share * others
    return np.where(share < 0, turned, share * table + (1 - share) / size)
