"""What a graph alone says about the ways in which a pipeline may mislead: warnings, each with its code.

The codes are those of the boundary map: B1 open is not improving, B3 the query is missing, B4 a signal of the
student's own, B5 closed is not collapse, B7 memory, B8 outputs are not states, B21 selection, B22 a frozen judge,
B24 a fixed task. A warning is a function that finds the nodes it is about, and a line of `_WARNINGS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from infoloop.pipelines.information_flow import Round, frozen_judges
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.probability.dags import ancestors, d_connected

Rounds = tuple[Round, ...]


@dataclass(frozen=True)
class GraphWarning:
    """A warning: its code, what may go wrong, and the nodes it is about."""

    code: str
    text: str
    nodes: tuple[str, ...]


def find_graph_warnings(p: Pipeline, rounds: Rounds, closed: bool) -> tuple[GraphWarning, ...]:
    """Return the warnings of a pipeline whose verdict is `closed` or else open, in the order of their codes.

    >>> from infoloop.pipelines import information_flow
    >>> from infoloop.pipelines.pipeline_graph import Node, pipeline
    >>> p = pipeline([Node("X", "task", size=1), Node("D", "data", ("X",)), Node("Z", "state", ("D",))])
    >>> [warning.code for warning in find_graph_warnings(p, information_flow.rounds(p), closed=True)]
    ['B5', 'B24']
    """
    found = []
    for rule in _WARNINGS:
        if rule.verdict is None or rule.verdict == ("closed" if closed else "open"):
            nodes = tuple(rule.find(p, rounds)) if rule.find else ()
            if nodes or not rule.find:
                text = rule.text.format(judges=", ".join(frozen_judges(p)))
                found.append(GraphWarning(rule.code, text, nodes))
    return tuple(found)


def _signals(p: Pipeline, r: Round) -> list[str]:
    return [name for name in p.of("signal", at=r.t) if name in r.entering]


def _student(p: Pipeline, r: Round) -> tuple[str, ...]:
    """Return the student before a round: its state, and its first state, which a frozen copy may still hold."""
    return tuple(dict.fromkeys((*r.before, *p.of("state", at=0))))


def _unasked_signals(p: Pipeline, _: Rounds) -> list[str]:
    queries = set(p.of("query"))
    return [s for s in p.of("signal") if not queries & ancestors(p.parents, [s])]


def _unseen_queries(p: Pipeline, rounds: Rounds) -> list[str]:
    """Return the queries whose only way to the state leads through a signal."""
    silent = {n.name: () if n.role == "signal" else n.parents for n in p.nodes}
    asked = ancestors(p.parents, p.of("signal")) if p.of("signal") else set()
    return [y for r in rounds for y in p.of("query", at=r.t) if y in asked and y not in ancestors(silent, [r.state])]


def _own_signals(p: Pipeline, rounds: Rounds) -> list[str]:
    """Return the signals that the student before the round separates from the task."""
    found = ((r, d_connected(p.parents, p.task, _student(p, r))) for r in rounds)
    return [s for r, reached in found for s in _signals(p, r) if s not in reached]


def _open_states(_: Pipeline, rounds: Rounds) -> list[str]:
    return [r.state for r in rounds if r.open]


def _selected_data(p: Pipeline, _: Rounds) -> list[str]:
    """Return the data kept by a signal that no state reads itself."""
    signals, queries = set(p.of("signal")), set(p.of("query", "data"))
    read = {parent for n in p.nodes if n.role == "state" for parent in n.parents}
    kept = (n for n in p.nodes if n.role == "data" and n.name in read)
    return [n.name for n in kept if signals & {*n.parents} - read and queries & {*n.parents}]


def _judged_signals(p: Pipeline, rounds: Rounds) -> list[str]:
    """Return the signals with something beyond the student, but nothing beyond the student and the frozen judges."""
    judges, found = frozen_judges(p), []
    for r in rounds:
        student = _student(p, r)
        beyond = d_connected(p.parents, p.task, student) - d_connected(p.parents, p.task, (*student, *judges))
        found += [s for s in _signals(p, r) if s in beyond]
    return found


def _fixed_task(p: Pipeline, _: Rounds) -> list[str]:
    """Return the task if it can take one value only, by its size or by its table."""
    if p.task not in p.tables:
        return [p.task] if p.by_name[p.task].size == 1 else []
    possible = p.tables[p.task].reshape(-1, p.tables[p.task].shape[-1]).any(0)
    return [p.task] if possible.sum() == 1 else []


class _Rule(NamedTuple):
    """A warning for pipelines of one verdict (None: of both), given where `find` (if any) finds nodes."""

    code: str
    verdict: str | None
    find: Callable[[Pipeline, Rounds], list[str]] | None
    text: str


_WARNINGS = (
    _Rule("B1", "open", None, "open is not improving: bits do not say whether the update uses them or fights them"),
    _Rule("B3", None, _unasked_signals,
          "the signal has no query among its causes: what it is a verdict on is missing"),
    _Rule("B3", None, _unseen_queries,
          "the learner never sees this query: without it the verdict may say nothing"),
    _Rule("B4", None, _own_signals, "depends on the student alone: however accurate, it adds nothing to the state"),
    _Rule("B5", "closed", None, "closed is not collapse: the bound forbids a gain, it does not force a loss"),
    _Rule("B7", "closed", _open_states, "memory: I(X;Z_t) may rise in these rounds, up to its bound"),
    _Rule("B8", None, _own_signals,
          "one output chosen by it may tell more of the task although the state does not"),
    _Rule("B21", None, _selected_data,
          "kept by a verdict that the learner does not see: make acceptance and the number of tries nodes, never "
          "condition on them"),
    _Rule("B22", None, _judged_signals,
          "all it knows is what {judges} knew before round 1: the judge is the target"),
    _Rule("B24", None, _fixed_task, "the task has one value, so every information is 0: make it random"),
)  # fmt: skip


def warning_texts() -> dict[str, tuple[str, ...]]:
    """Return what the warnings of each code say, in the order of their codes.

    >>> warning_texts()["B24"]
    ('the task has one value, so every information is 0: make it random',)
    """
    found: dict[str, tuple[str, ...]] = {}
    for rule in _WARNINGS:
        text = rule.text.format(judges="the frozen judge")
        found[rule.code] = (*found.get(rule.code, ()), text)
    return found
