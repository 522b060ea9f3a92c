r"""Training pipelines as graphs with roles: Python data or TOML, repeated rounds unrolled and every name checked.

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

A node (`infoloop.pipelines.node.Node`) has a `role` and, where known, `parents`, `size` (how many values it takes),
`cost` (of one use), and how it answers its parents: by a `table` (probabilities, or "uniform"), a `formula`, or a
`program`. In `[round]` a parent `Y` is the node of the same round, or else the one of `[nodes]`; `Z@-1` is that of the
round before, of which `Z0` stands in `[nodes]`. An unrolled pipeline needs no `[round]`: its nodes say their round with
`at = 1`, and with `template` what they are copies of. The key `answer` is a formula over `state`: the state's guess of
X, the state itself if it is left out.

Roles: `task` (X: one, random), `data`, `state` (of the learner: one a round, at most one before round 1), `query` (what
is shown to a signal), `signal` (a verdict, an answer, a preference), `judge` (what answers with a knowledge of its own:
a reward model, an LLM judge, a teacher, a fixed test suite), `noise` (private randomness, without parents).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from infoloop.pipelines import limits
from infoloop.pipelines.conditional_tables import (
    check_words,
    conditional_probability_table,
    function_values,
    rename_in_formula,
)
from infoloop.pipelines.node import Node, PipelineError
from infoloop.probability import dags
from infoloop.probability.bayes_nets import BUDGET
from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import cut_text, did_you_mean, quote

_REFERENCE = re.compile(r"(?P<name>.*?)@(?P<lag>[+-]?\d{1,9})")


@dataclass(frozen=True)
class Pipeline:
    """Nodes, causes first, each in its round; `pipeline` makes and checks it. `title`, `about` are for people.

    `tables` holds P(node | parents) of the nodes that say it, an axis for each parent and the last for the node itself.
    `answer` is the formula, over `state`, by which a state answers the task: its guess of X.
    """

    nodes: tuple[Node, ...]
    title: str = ""
    about: str = ""
    answer: str | None = None
    tables: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False)

    @property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """The graph, `{child: parents}`."""
        return {node.name: node.parents for node in self.nodes}

    @functools.cached_property
    def by_name(self) -> dict[str, Node]:
        """Map each name to its node."""
        return {node.name: node for node in self.nodes}

    @property
    def rounds(self) -> int:
        """The number of the last round; 0 where nothing is repeated."""
        return max(node.at for node in self.nodes)

    @property
    def task(self) -> str:
        """The name of the task X."""
        return self.of("task")[0]

    def of(self, *roles: str, at: int | None = None) -> tuple[str, ...]:
        """Return the names of these roles, causes first; of one round, if it is given."""
        return tuple(n.name for n in self.nodes if n.role in roles and at in (None, n.at))


@host_only
def pipeline(
    nodes: Iterable[Node],
    round: Iterable[Node] = (),
    rounds: int = 0,
    title: str = "",
    about: str = "",
    answer: str | None = None,
) -> Pipeline:
    """Return the pipeline of these nodes, followed by `rounds` copies of the nodes of `round`.

    Args:
        nodes: what exists before round 1, or all nodes of an unrolled pipeline, in any order.
        round: the nodes of one round; a parent `Z@-1` is the Z of the round before, or Z0 of `nodes` in round 1.
        rounds: how many copies of `round` there are; 0 without `round`.
        title: a name for people.
        about: a line for people.
        answer: a formula over `state`, the state's guess of the task; the state itself if None.

    Returns:
        The nodes, causes first, with the tables of those that have one.

    Raises:
        PipelineError: a ValueError with node and key, for a cycle, a parent that is unknown or of a later round, a
            repeated name, no task or two, no state or two in one round, a state that reads the task itself, noise with
            parents, and tables, formulas and programs that do not fit (`infoloop.pipelines.conditional_tables`).

    >>> p = pipeline([Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))],
    ...              [Node("D", "data", ("Z@-1",)), Node("Z", "state", ("D",))], rounds=2)
    >>> [node.name for node in p.nodes], p.parents["D2"]
    (['X', 'D0', 'Z0', 'D1', 'Z1', 'D2', 'Z2'], ('Z1',))
    """
    nodes, template = tuple(nodes), tuple(round)
    if bool(template) != bool(rounds) or rounds < 0:
        why = f"rounds is {rounds} and [round] has {len(template)} nodes: give both or neither"
        raise PipelineError(why, key="rounds")
    count = len(nodes) + rounds * len(template)
    if count > limits.MOST_NODES:  # before anything is named by node: whoever looks it up makes the names of all copies
        made = f"{rounds} rounds make {count:,}" if rounds else f"there are {count:,}"
        why = f"{made} nodes: at most {limits.MOST_NODES:,} are audited"
        raise PipelineError(why, key="rounds" if rounds else "nodes")
    for node in nodes:
        for parent in node.parents:
            if "@" in parent:
                raise PipelineError(f"{quote(parent)} stands outside [round]: name a node", node.name, "parents")
    written = [node.name for node in nodes]
    names = copy_names([node.name for node in template], rounds, written)
    found = [
        *_started(nodes, template),
        *(_copied(n, t, names, written) for t in range(1, rounds + 1) for n in template),
    ]
    _names_are_known(found, [*(node.name for node in template), *written] if template else None)
    _roles_fit(found)
    graph = {node.name: node.parents for node in found}
    around = dags.find_cycle(graph)
    if around:
        raise PipelineError(f"there is a cycle {_around(around)}: cut one of its parents", around[0], "parents")
    place = {name: k for k, name in enumerate(dags.topological_order(graph))}
    found, tables = _tabulated(sorted(found, key=lambda node: (node.at, place[node.name])), {*names.values()})
    _answers_fit(answer, found)
    return Pipeline(found, title, about, answer, tables)


def _around(cycle: tuple[str, ...]) -> str:
    shown = cycle if len(cycle) <= limits.MOST_LISTED + 2 else (*cycle[: limits.MOST_LISTED], "...", cycle[-1])
    return " -> ".join(shown)


def copy_names(template: Iterable[str], rounds: int, written: Iterable[str] = ()) -> dict[tuple[str, int], str]:
    """Name the copies of the nodes of [round], by node and round: Y3 for Y in round 3, Y3' for Y'.

    Where two nodes of [round] would have copies of one name, as A in round 11 and A1 in round 1, all copies of both
    have `_` before the number: A_11 and A1_1. Where such a name is taken already, by a copy of another node or by one
    of the `written` names of [nodes], there are as many `_` as it takes.

    >>> names = copy_names(["S", "A", "A1"], 11)
    >>> names["S", 11], names["A", 11], names["A1", 1]
    ('S11', 'A_11', 'A1_1')
    """
    plain = {(name, t): _numbered_name(name, t) for t in range(1, rounds + 1) for name in template}
    counts = Counter(plain.values())
    clashing = {name for (name, _), shown in plain.items() if counts[shown] > 1}
    others = {*written, *(shown for (name, _), shown in plain.items() if name not in clashing)}
    marked = (
        {(name, t): _numbered_name(name, t, "_" * k) for name, t in plain if name in clashing}
        for k in itertools.count(1)
    )
    return plain | next(found for found in marked if len({*found.values()} - others) == len(found))


def _numbered_name(name: str, t: int, between: str = "") -> str:
    stem = name.rstrip("'")
    return f"{stem}{between}{t}{name[len(stem) :]}"


def _started(nodes: tuple[Node, ...], template: tuple[Node, ...]) -> list[Node]:
    """Mark the nodes of [nodes] that [round] reads as its own of the round before: they are copies too."""
    read = (_REFERENCE.fullmatch(parent) for node in template for parent in node.parents)
    first = {_numbered_name(match["name"], 0): match["name"] for match in read if match and int(match["lag"]) == -1}
    return [replace(n, template=n.template or first.get(n.name, "")) if n.at == 0 else n for n in nodes]


def _copied(node: Node, t: int, names: Mapping[tuple[str, int], str], written: list[str]) -> Node:
    parents = tuple(_resolved(parent, node, t, names, written) for parent in node.parents)
    own, meant = names[node.name, t], dict(zip(node.parents, parents, strict=True))
    if node.formula:
        check_words(node.formula, node.parents, own)  # before a copy is by chance called like a word that is wrong
    formula = node.formula and rename_in_formula(node.formula, meant)
    site = node.site or node.name if node.program else None
    return replace(node, name=own, parents=parents, at=t, formula=formula, site=site, template=node.name)


def _resolved(parent: str, node: Node, t: int, names: Mapping[tuple[str, int], str], written: list[str]) -> str:
    """Return the node that a parent written in [round] means in round t."""
    match = _REFERENCE.fullmatch(parent)
    name, lag = (match["name"], int(match["lag"])) if match else (parent, 0)
    own, inside = names[node.name, t], (name, 1) in names
    if match and not inside:
        hint = did_you_mean(name, {template for template, _ in names})
        raise PipelineError(f"{quote(parent)}: [round] has no node {quote(name)}{hint}", own, "parents")
    if lag > 0:
        raise PipelineError(f"{quote(parent)} is of a later round: nothing can depend on it", own, "parents")
    if lag < -1:
        raise PipelineError(f"{quote(parent)} reaches back {-lag} rounds: carry it in a node, by @-1", own, "parents")
    if t + lag:
        return names[name, t + lag] if inside else name
    first = _numbered_name(name, 0)
    if first not in written:
        raise PipelineError(f"{quote(parent)} is {first} in round 1: give {first} in [nodes]", own, "parents")
    return first


def _tabulated(nodes: list[Node], copies: set[str]) -> tuple[tuple[Node, ...], dict[str, np.ndarray]]:
    """Return the nodes with the sizes that their tables show, and the tables; copies of one node share theirs.

    `copies` names the nodes that `pipeline` has made of those of [round]: parents of equal sizes make equal tables.
    """
    sizes: dict[str, int | None] = {}
    tables, kept, found, cells = {}, {}, [], BUDGET
    for node in nodes:
        same = (node.template, *(sizes[parent] for parent in node.parents)) if node.name in copies else node.name
        if same not in kept:
            kept[same] = conditional_probability_table(node, sizes, cells)
            cells -= 0 if kept[same] is None else kept[same].size
        table = kept[same]
        sizes[node.name] = node.size if table is None else table.shape[-1]
        found.append(replace(node, size=sizes[node.name]))
        if table is not None:
            tables[node.name] = table
    return tuple(found), tables


def _answers_fit(answer: str | None, nodes: tuple[Node, ...]) -> None:
    if answer is None:
        return
    task = next(node for node in nodes if node.role == "task")
    for node in nodes:
        if node.role == "state" and node.size is not None:
            values = function_values(answer, ("state",), (node.size,), "", "answer")
            if task.size is not None and values.max() >= task.size:
                why = f"it is {values.max()} at state = {values.argmax()}, but {task.name} takes 0 to {task.size - 1}"
                raise PipelineError(why, key="answer")


def _names_are_known(nodes: list[Node], written: list[str] | None) -> None:
    """Raise PipelineError for a name that is given twice or not known; `written` are the names offered in [round]."""
    rounds: dict[str, int] = {}
    copies: dict[tuple[str, int], str] = {}
    for node in nodes:
        if node.name in rounds:
            raise PipelineError(f"the name {node.name} is given twice: a name stands for one node", node.name)
        rounds[node.name] = node.at
        other = copies.setdefault((node.template, node.at), node.name)
        if node.template and other != node.name:
            why = f"{other} is the copy of {node.template} in round {node.at} already: there is one for each round"
            raise PipelineError(why, node.name, "template")
    for node in nodes:
        if len(node.name) > 1 and len(set(node.name)) == len(node.name) and rounds.keys() >= set(node.name):
            raise PipelineError(f"{node.name} reads as {cut_text(','.join(node.name))}: choose another name", node.name)
        if len(set(node.parents)) < len(node.parents):
            raise PipelineError("a parent is given twice: once is enough", node.name, "parents")
        for parent in node.parents:
            if parent not in rounds:
                earlier = [name for name, at in rounds.items() if at <= node.at and name != node.name]
                hint = did_you_mean(parent, written if written and node.at else earlier)
                raise PipelineError(f"there is no node {quote(parent)}{hint}", node.name, "parents")
            if rounds[parent] > node.at:
                why = f"{quote(parent)} is of a later round ({rounds[parent]}, not {node.at}): nothing can depend on it"
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
            later = next(n for n in nodes if n.at >= t)
            where = {"key": "round"} if later.at == t else {"node": later.name, "key": "at"}
            why = f"round {t} has no state: give what the learner keeps after it the role state"
            raise PipelineError(why + ("" if later.at == t else ", or leave no round out"), **where)
    for node in nodes:
        if node.role == "state" and tasks[0].name in node.parents:
            why = f"a state cannot read the task {tasks[0].name} itself: put data or a signal between them"
            raise PipelineError(why, node.name, "parents")
        if node.role == "noise" and node.parents:
            raise PipelineError("noise has no parents: it is private randomness", node.name, "parents")
