r"""Training pipelines as graphs with roles: Python data or TOML, with repeated rounds unrolled and every name checked.

A pipeline file has these keys (`experiments/pipelines/README.md` shows one):

    title = "RLVR with unit tests"          # optional
    about = "one line on what it models"    # optional
    rounds = 10                             # how often [round] is repeated; 0 if there is no [round]

    [nodes]                                 # what exists before round 1
    X = { role = "task", size = 16 }
    D0 = { role = "data", parents = ["X"] }
    Z0 = { role = "state", parents = ["D0"] }

    [round]                                 # Y becomes Y1, ..., Y10
    Y = { role = "query", parents = ["Z@-1"] }
    S = { role = "signal", parents = ["X", "Y"], size = 2, cost = 1.0 }
    Z = { role = "state", parents = ["Z@-1", "Y", "S"] }

A node has a `role` and, where known, `parents`, `size` (how many values it takes) and `cost` (of one use). In `[round]`
a parent `Y` is the node of the same round, or else the one of `[nodes]`; `Z@-1` is that of the round before, of which
`Z0` stands in `[nodes]`. An unrolled pipeline needs no `[round]`: its nodes say their round with `at = 1`.

Roles: `task` (X: one, random), `data`, `state` (of the learner: one a round, at most one before round 1), `query` (what
is shown to a signal), `signal` (a verdict, an answer, a preference), `judge` (what answers with a knowledge of its own:
a reward model, an LLM judge, a teacher, a fixed test suite), `noise` (private randomness, without parents).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

import pydantic
from pydantic import AfterValidator, ConfigDict, Field

from infoloop import graphs
from infoloop.spelling import nearest

ROLES = ("task", "data", "state", "query", "signal", "judge", "noise")
_REFERENCE = re.compile(r"(?P<name>.*?)@(?P<lag>[+-]?\d+)")
_NAME = re.compile(r"[^\W\d]\w*'*")


class PipelineError(ValueError):
    """A pipeline that cannot be: `node` and `key` say where, the message says what and the remedy."""

    def __init__(self, message: str, node: str = "", key: str = ""):
        super().__init__(f"{'.'.join(part for part in (node, key) if part)}: {message}" if node else message)
        self.message, self.node, self.key = message, node, key


def _role(role: str) -> str:
    if role not in ROLES:
        raise ValueError(f"there is no role {role!r}{nearest(role, ROLES)}; roles are {', '.join(ROLES)}")
    return role


def _name(name: str) -> str:
    if not _NAME.fullmatch(name) or "_||_" in name:
        raise ValueError(f"{name!r} is no name: write a letter, then letters, digits and _")
    return name


@pydantic.dataclasses.dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Node:
    """A variable of a pipeline: its role, its causes, its alphabet's size, the cost of one use, and its round."""

    name: Annotated[str, AfterValidator(_name)]
    role: Annotated[str, AfterValidator(_role)]
    parents: tuple[str, ...] = ()
    size: Annotated[int, Field(ge=1)] | None = None
    cost: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    at: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True)
class Pipeline:
    """Nodes, causes first, each in its round; `pipeline` makes and checks it. `title` is for people."""

    nodes: tuple[Node, ...]
    title: str = ""

    @property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """The graph, `{child: parents}`."""
        return {node.name: node.parents for node in self.nodes}

    @property
    def rounds(self) -> int:
        """The number of the last round; 0 where nothing is repeated."""
        return max(node.at for node in self.nodes)

    @property
    def task(self) -> str:
        """The name of the task X."""
        return self.of("task")[0]

    def of(self, *roles: str, at: int | None = None) -> tuple[str, ...]:
        """The names of these roles, causes first; of one round, if it is given."""
        return tuple(n.name for n in self.nodes if n.role in roles and at in (None, n.at))


def pipeline(nodes: Iterable[Node], round: Iterable[Node] = (), rounds: int = 0, title: str = "") -> Pipeline:
    """The pipeline of these nodes, followed by `rounds` copies of the nodes of `round`.

    Raises PipelineError (a ValueError) for a cycle, an unknown parent, a parent of a later round, a repeated name, no
    task or two, no state or two in one round, a state that reads the task itself, and noise with parents.

    >>> p = pipeline([Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))],
    ...              [Node("D", "data", ("Z@-1",)), Node("Z", "state", ("D",))], rounds=2)
    >>> [node.name for node in p.nodes], p.parents["D2"]
    (['X', 'D0', 'Z0', 'D1', 'Z1', 'D2', 'Z2'], ('Z1',))
    """
    nodes, template = tuple(nodes), tuple(round)
    if bool(template) != bool(rounds) or rounds < 0:
        raise PipelineError(f"rounds is {rounds} and [round] has {len(template)} nodes: give both or neither")
    for node in nodes:
        for parent in node.parents:
            if "@" in parent:
                raise PipelineError(f"{parent!r} stands outside [round]: name a node", node.name, "parents")
    found = [*nodes, *(_copied(n, t, template, nodes) for t in range(1, rounds + 1) for n in template)]
    _names_are_known(found)
    _roles_fit(found)
    graph = {node.name: node.parents for node in found}
    around = graphs.cycle(graph)
    if around:
        raise PipelineError(f"there is a cycle {' -> '.join(around)}: cut one of its parents", around[0], "parents")
    place = {name: k for k, name in enumerate(graphs.ordered(graph))}
    return Pipeline(tuple(sorted(found, key=lambda node: (node.at, place[node.name]))), title)


def _copied(node: Node, t: int, template: tuple[Node, ...], nodes: tuple[Node, ...]) -> Node:
    inside, before = {n.name for n in template}, {n.name for n in nodes}
    parents = tuple(_resolved(parent, node, t, inside, before) for parent in node.parents)
    return replace(node, name=f"{node.name}{t}", parents=parents, at=t)


def _resolved(parent: str, node: Node, t: int, inside: set[str], before: set[str]) -> str:
    """The node that a parent written in [round] means in round t."""
    match = _REFERENCE.fullmatch(parent)
    name, lag = (match["name"], int(match["lag"])) if match else (parent, 0)
    own = f"{node.name}{t}"
    if match and name not in inside:
        raise PipelineError(f"{parent!r}: [round] has no node {name!r}{nearest(name, inside)}", own, "parents")
    if lag > 0:
        raise PipelineError(f"{parent!r} is of a later round: nothing can depend on it", own, "parents")
    if lag < -1:
        raise PipelineError(f"{parent!r} reaches back {-lag} rounds: carry it in a node, by @-1", own, "parents")
    if lag and t == 1 and f"{name}0" not in before:
        raise PipelineError(f"{parent!r} is {name}0 in round 1: give {name}0 in [nodes]", own, "parents")
    return f"{name}{t + lag}" if name in inside else name


def _names_are_known(nodes: list[Node]) -> None:
    rounds: dict[str, int] = {}
    for node in nodes:
        if node.name in rounds:
            raise PipelineError(f"the name {node.name} is given twice: a name stands for one node", node.name)
        rounds[node.name] = node.at
    for node in nodes:
        if len(node.name) > 1 and len(set(node.name)) == len(node.name) and rounds.keys() >= set(node.name):
            raise PipelineError(f"{node.name} reads as {','.join(node.name)}: choose another name", node.name)
        if len(set(node.parents)) < len(node.parents):
            raise PipelineError("a parent is given twice: once is enough", node.name, "parents")
        for parent in node.parents:
            if parent not in rounds:
                earlier = [name for name, at in rounds.items() if at <= node.at and name != node.name]
                raise PipelineError(f"there is no node {parent!r}{nearest(parent, earlier)}", node.name, "parents")
            if rounds[parent] > node.at:
                why = f"{parent!r} is of a later round ({rounds[parent]}, not {node.at}): nothing can depend on it"
                raise PipelineError(why, node.name, "parents")


def _roles_fit(nodes: list[Node]) -> None:
    tasks, states = ([n for n in nodes if n.role == role] for role in ("task", "state"))
    if not tasks:
        raise PipelineError("there is no task: give one node the role task, the X that is to be learned")
    if len(tasks) > 1:
        raise PipelineError(
            f"two tasks, {tasks[0].name} and {tasks[1].name}: make them one node", tasks[1].name, "role"
        )
    if tasks[0].at:
        raise PipelineError("the task belongs into [nodes]: it is drawn once, before round 1", tasks[0].name, "at")
    if not states:
        raise PipelineError("there is no state: give what the learner keeps the role state")
    for t in range(max(n.at for n in nodes) + 1):
        here = [n for n in states if n.at == t]
        if len(here) > 1:
            why = (
                f"two states in round {t}, {here[0].name} and {here[1].name}: make them one, or call a model that only"
            )
            raise PipelineError(f"{why} answers a judge", here[1].name, "role")
        if t and not here:
            raise PipelineError(
                f"round {t} has no state: give what the learner keeps after it the role state", key="round"
            )
    for node in nodes:
        if node.role == "state" and tasks[0].name in node.parents:
            why = f"a state cannot read the task {tasks[0].name} itself: put data or a signal between them"
            raise PipelineError(why, node.name, "parents")
        if node.role == "noise" and node.parents:
            raise PipelineError("noise has no parents: it is private randomness", node.name, "parents")
