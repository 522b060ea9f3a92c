r"""What one use of a signal can bring at most, whatever the learner knows and asks, and which terms are exactly 0."""

from __future__ import annotations

import math
from collections.abc import Iterable

import jax
import numpy as np

from infoloop.capacities import capacity_bounds
from infoloop.exact import RationalLaw, rational_product, rational_rows
from infoloop.graphs import ancestors
from infoloop.openings import Round, Term, information
from infoloop.pipelines import Pipeline
from infoloop.readings import Form

MOST_ROWS = 2**12  # rows of a channel of which a capacity is worked out; beyond it the alphabet bounds it
MOST_CHANNELS = 64  # different channels that the questions open
MOST_CELLS = 2**14  # cells of a rational law, about 10 microseconds each


def most_bits(p: Pipeline, r: Round) -> float:
    r"""A bound on the terms of a round that holds for every learner and every question, in bits.

    A term $I(X;E\mid G)$ is at most $\max_gC(K_E(\cdot\mid g))$, the capacity from the causes of $E$ that $G$ does not
    hold to $E$, the others being fixed at their best; and at most $\log_2|E|$, which alone is used where $X$ or $G$
    depends on $E$ or several nodes enter together.

    >>> from infoloop import openings
    >>> from infoloop.nodes import Node
    >>> from infoloop.pipelines import pipeline
    >>> noisy = Node("S", "signal", ("X",), table=[[0.9, 0.1], [0.1, 0.9]])
    >>> p = pipeline([Node("X", "task", size=2, table="uniform"), Node("Z0", "state", table=[1.0])],
    ...              [noisy, Node("Z", "state", ("S",), formula="S")], rounds=1)
    >>> print(f"{most_bits(p, openings.rounds(p)[0]):.6f}")
    0.531004
    """
    return sum(_most_of(p, term) for term in r.terms)


def _most_of(p: Pipeline, term: Term) -> float:
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
    if channels.shape[0] * count > MOST_ROWS:
        return alphabet
    distinct = {rows.tobytes(): rows for rows in (np.unique(channel, axis=0) for channel in channels)}
    if len(distinct) > MOST_CHANNELS:
        return alphabet
    with jax.enable_x64(True):
        return max(float(capacity_bounds(rows)[1]) if len(rows) > 1 else 0.0 for rows in distinct.values())


def vanishing(p: Pipeline, forms: Iterable[Form], wanted: Iterable[str]) -> dict[str, bool]:
    r"""Which of the wanted terms are exactly 0, decided in fractions, by the text of the term.

    A law with $P(x,e,g)P(g)=P(x,g)P(e,g)$ in every cell has $I(X;E\mid G)=0$, and no other has. The tables are taken as
    they are, each row divided by its exact sum. A term whose round is too large for this is left out.
    """
    wanted, found, law = set(wanted), {}, None
    for form in forms:
        parts = [(rational_rows(p.tables[name], 1), (*parents, name)) for parents, name in form.factors]
        if not wanted - found.keys() or _cells(p, form) > MOST_CELLS:
            break
        law = rational_product(*([] if law is None else [(law.table, law.names)]), *parts)
        for names, given in form.terms:
            text = information(form.task, names, given)
            if text in wanted:
                found[text] = _independent(law, form.task, names, given)
        kept = tuple(name for name in law.names if name in form.kept)
        law = RationalLaw(law.marginal(*kept), kept)
    return found


def _cells(p: Pipeline, form: Form) -> int:
    sizes = {node.name: node.size or 1 for node in p.nodes}
    return math.prod(sizes[name] for name in (*form.frontier, *(name for _, name in form.factors)))


def _independent(law: RationalLaw, task: str, names, given) -> bool:
    order = (task, *names, *given)
    whole = law.marginal(*order)
    axes = [name for name in law.names if name in order]
    table = whole.transpose([axes.index(name) for name in order])
    table = table.reshape(table.shape[0], math.prod(table.shape[1 : 1 + len(names)]), -1)
    products = table.sum(0, keepdims=True) * table.sum(1, keepdims=True)
    return bool((table * table.sum((0, 1), keepdims=True) == products).all())
