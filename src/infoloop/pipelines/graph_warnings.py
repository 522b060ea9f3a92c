"""What a graph alone says about the ways in which a pipeline may mislead: warnings, each with its code.

The codes are those of the boundary map: B1 open is not improving, B3 the query is missing, B4 a signal of the
student's own, B5 closed is not collapse, B7 memory, B8 outputs are not states, B21 selection, B22 a frozen judge,
B24 a fixed task.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from infoloop.pipelines.information_flow import ConditioningSet, Round, frozen_judges
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.probability.dags import ancestors, d_connected


@dataclass(frozen=True)
class GraphWarning:
    """A warning: its code, what may go wrong, and the nodes it is about."""

    code: str
    text: str
    nodes: tuple[str, ...]


def find_graph_warnings(
    p: Pipeline, rounds: tuple[Round, ...], bases: tuple[ConditioningSet, ...], closed: bool
) -> tuple[GraphWarning, ...]:
    """The warnings of a pipeline, in the order of their codes.

    >>> from infoloop.pipelines import information_flow
    >>> from infoloop.pipelines.pipeline_graph import Node, pipeline
    >>> p = pipeline([Node("X", "task", size=1), Node("D", "data", ("X",)), Node("Z", "state", ("D",))])
    >>> rounds, bases = information_flow.rounds(p), information_flow.conditioning_sets(p)
    >>> [c.code for c in find_graph_warnings(p, rounds, bases, closed=True)]
    ['B5', 'B24']
    """
    own = _own_signals(p, rounds)
    judged = _judged_signals(p, rounds)
    open_rounds = tuple(r.state for r in rounds if r.open)
    found = [
        ("B1", "open is not improving: bits do not say whether the update uses them or fights them", ())
        if not closed
        else None,
        _about("B3", "the signal has no query among its causes: what it is a verdict on is missing", _unasked(p)),
        _about("B3", "the learner never sees this query: without it the verdict may say nothing", _unseen(p, rounds)),
        _about("B4", "depends on the student alone: however accurate, it adds nothing to the state", own),
        ("B5", "closed is not collapse: the bound forbids a gain, it does not force a loss", ()) if closed else None,
        _about("B7", "memory: I(X;Z_t) may rise in these rounds, up to its bound", open_rounds) if closed else None,
        _about("B8", "one output chosen by it may tell more of the task although the state does not", own),
        _about(
            "B21",
            "kept by a verdict that the learner does not see: make acceptance and the number of tries nodes, never "
            "condition on them",
            _selected(p),
        ),
        _about("B22", f"all it knows is what {_joined(frozen_judges(p))} knew before round 1: the judge is the target",
               judged),
        _about("B24", "the task has one value, so every information is 0: make it random",
               [p.task] if _fixed(p) else []),
    ]  # fmt: skip
    return tuple(GraphWarning(*caution) for caution in found if caution)


def _fixed(p: Pipeline) -> bool:
    """Whether the task can take one value only, by its size or by its table."""
    if p.task not in p.tables:
        return next(node.size for node in p.nodes if node.name == p.task) == 1
    possible = p.tables[p.task].reshape(-1, p.tables[p.task].shape[-1]).any(0)
    return bool(possible.sum() == 1)


def _about(code: str, text: str, nodes: Iterable[str]):
    nodes = tuple(nodes)
    return (code, text, nodes) if nodes else None


def _joined(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _signals(p: Pipeline, r: Round) -> list[str]:
    return [name for name in p.of("signal", at=r.t) if name in r.entering]


def _own_signals(p: Pipeline, rounds: tuple[Round, ...]) -> list[str]:
    """Signals that the student before the round separates from the task."""
    found = ((r, d_connected(p.parents, p.task, _start(p, r))) for r in rounds)
    return [s for r, reached in found for s in _signals(p, r) if s not in reached]


def _start(p: Pipeline, r: Round) -> tuple[str, ...]:
    """The student before a round: its state, and its first state, which a frozen copy may still hold."""
    return tuple(dict.fromkeys((*r.before, *p.of("state", at=0))))


def _judged_signals(p: Pipeline, rounds: tuple[Round, ...]) -> list[str]:
    """Signals that carry something beyond the student, but nothing beyond the student and the frozen judges."""
    judges, found = frozen_judges(p), []
    for r in rounds:
        beyond = d_connected(p.parents, p.task, _start(p, r)) - d_connected(p.parents, p.task, (*_start(p, r), *judges))
        found += [s for s in _signals(p, r) if s in beyond]
    return found


def _unasked(p: Pipeline) -> list[str]:
    queries = set(p.of("query"))
    return [s for s in p.of("signal") if not queries & ancestors(p.parents, [s])]


def _unseen(p: Pipeline, rounds: tuple[Round, ...]) -> list[str]:
    """Queries whose only way to the state leads through a signal."""
    silent = {n.name: () if n.role == "signal" else n.parents for n in p.nodes}
    asked = ancestors(p.parents, p.of("signal")) if p.of("signal") else set()
    return [y for r in rounds for y in p.of("query", at=r.t) if y in asked and y not in ancestors(silent, [r.state])]


def _selected(p: Pipeline) -> list[str]:
    """Data kept by a signal that no state reads itself."""
    signals, queries = set(p.of("signal")), set(p.of("query", "data"))
    read = {parent for n in p.nodes if n.role == "state" for parent in n.parents}
    return [
        n.name
        for n in p.nodes
        if n.role == "data" and n.name in read and signals & {*n.parents} - read and queries & {*n.parents}
    ]
