r"""Bounds on what the last state can know of the task, each a chain of steps with a re-checked proof.

One step says $I(X;Z_t)\le I(X;Z_{t-1})+\sum_k I(X;E_{t,k}\mid Z_{t-1},E_{t,<k})$ under
$X\to Z_{t-1},E_t\to Z_t$ and the independences that make the other terms 0. Steps that differ only in
names have one proof.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infoloop.pipelines.information_flow import (
    ConditioningSet,
    PipelineTerm,
    Round,
    RoundPlan,
    first_data,
    first_state,
    format_mutual_information,
    last_state,
)
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.probability.dags import d_connected
from infoloop.proofs.prover import prove
from infoloop.reporting.suggestions import list_names

Names = tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """An inequality, what it assumes (all of it true on the graph), and which proof shows it."""

    statement: str
    given: tuple[str, ...]
    proof: int


@dataclass(frozen=True)
class InformationBound:
    """`bound`, a sum of named terms that I(X;Z_T) does not exceed, and the steps whose sum it is.

    `task` is the largest H(X) that there can be, in bits, where the size of X is known.
    """

    bound: str
    base: Names
    terms: tuple[PipelineTerm, ...]
    steps: tuple[Step, ...]
    proofs: tuple[dict[str, Any], ...]
    task: float | None = None

    @property
    def most(self) -> float | None:
        """The largest the terms beyond the base can add, in bits, where their sizes, or that of the task, are known."""
        sizes = [term.most for term in self.terms if term.most is not None]
        added = sum(sizes) if len(sizes) == len(self.terms) else None
        return min((bits for bits in (added, self.task) if bits is not None), default=None)

    @property
    def most_set_by(self) -> str | None:
        """Which of the two is the least, and so is `most`: "terms", or "task" where they add up to as much or more."""
        if self.most is None:
            return None
        return "task" if self.most == self.task else "terms"


def bound_from_base(p: Pipeline, base: ConditioningSet) -> InformationBound:
    """Return the bound I(X;Z_T) <= I(X;B), for a base relative to which the pipeline is closed.

    Raises:
        ValueError: for a base relative to which it is open.

    >>> from infoloop.pipelines.information_flow import conditioning_sets
    >>> from infoloop.pipelines.pipeline_graph import Node, pipeline
    >>> p = pipeline([Node("X", "task"), Node("D", "data", ("X",)), Node("Z", "state", ("D",))])
    >>> found = bound_from_base(p, conditioning_sets(p)[0])
    >>> found.bound, found.steps[0].given
    ('I(X;Z) <= I(X;D)', ('X -> D -> Z',))
    """
    if not base.closed:
        names = list_names(base.names) if base.names else "nothing"
        raise ValueError(f"the pipeline is open relative to {names}: no such bound holds")
    return _chain(p, base.names, [_without_new_inputs(last_state(p), base.names)])


def bound_from_rounds(p: Pipeline, rounds: tuple[Round, ...]) -> InformationBound:
    """Return the bound I(X;Z_T) <= I(X;B) + the terms of all rounds.

    B is the state before round 1, or the first data if that state knows no more than they do.

    >>> from infoloop.pipelines import information_flow
    >>> from infoloop.pipelines.pipeline_graph import Node, pipeline
    >>> p = pipeline([Node("X", "task"), Node("Z0", "state")],
    ...              [Node("S", "signal", ("X",)), Node("Z", "state", ("Z@-1", "S"))], rounds=2)
    >>> bound_from_rounds(p, information_flow.rounds(p)).bound
    'I(X;Z2) <= I(X;Z0) + I(X;S1|Z0) + I(X;S2|Z1)'
    """
    data, state = first_data(p), first_state(p)
    if state and data and not d_connected(p.parents, p.task, data).intersection(state):
        return _chain(p, data, [_without_new_inputs(state[0], data), *rounds])
    return _chain(p, rounds[0].before, rounds)


def _without_new_inputs(state: str, before: Names) -> Round:
    """Return the step from a base to a state that reads nothing else."""
    return Round(0, state, before, (), (), (), RoundPlan(len(before)), None)


def _chain(p: Pipeline, base: Names, rounds: Sequence[Round]) -> InformationBound:
    kept: dict[RoundPlan, int] = {}
    proofs: list[dict[str, Any]] = []
    steps = []
    for r in rounds:
        statement, given = _statement(p, r)
        if r.plan not in kept:
            kept[r.plan] = len(proofs)
            proofs.append(_proved(statement, given))
        steps.append(Step(statement, given, kept[r.plan]))
    terms = tuple(term for r in rounds for term in r.terms)
    parts = [format_mutual_information(p.task, base)] if base else []
    bound = " + ".join(parts + [term.text for term in terms]) or "0"
    size = p.by_name[p.task].size
    learned = format_mutual_information(p.task, [last_state(p)])
    most = math.log2(size) if size else None
    return InformationBound(f"{learned} <= {bound}", base, terms, tuple(steps), tuple(proofs), most)


def _statement(p: Pipeline, r: Round) -> tuple[str, tuple[str, ...]]:
    """Return a step and what it assumes: the Markov chain, and that what brings nothing is independent of the task."""
    carried = {name for term in r.terms for name in term.names}
    between = r.before + r.entering
    chain = f"{p.task} -> {','.join(between)} -> {r.state}" if between else f"{p.task} _||_ {r.state}"
    given, seen = [chain], r.before
    for brings, group in itertools.groupby(r.entering, carried.__contains__):
        names = tuple(group)
        if not brings:
            condition = f" | {','.join(seen)}" if seen else ""
            given.append(f"{p.task} _||_ {','.join(names)}{condition}")
        seen += names
    parts = ([format_mutual_information(p.task, r.before)] if r.before else []) + [term.text for term in r.terms]
    return f"{format_mutual_information(p.task, [r.state])} <= {' + '.join(parts) or '0'}", tuple(given)


def _proved(statement: str, given: tuple[str, ...]) -> dict[str, Any]:
    found = prove(statement, list(given), starts=0)
    if found.certificate is None:
        raise AssertionError(f"{statement} under {list_names(given)} has no proof: please report this pipeline")
    return found.certificate
