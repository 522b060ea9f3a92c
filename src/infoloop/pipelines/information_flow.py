r"""Where task information may enter a pipeline, decided on its graph: bases, the cut around each, and rounds.

`closed relative to B` means $X\perp Z_T\mid B$, so that $I(X;Z_T)\le I(X;B)$; `open` at $t$ means that what $Z_t$
reads, $E_t$ (the queries and signals of the round, and what else it takes to have $X\to Z_{t-1},E_t\to Z_t$), is not
separated from $X$ by $Z_{t-1}$. Both are d-separation: if it holds, the information is 0 whatever the channels; if not,
it is positive for almost all channels.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from infoloop.pipelines import limits
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.probability.dags import ancestors, d_connected

Names = tuple[str, ...]
Edge = tuple[str, str]
Places = tuple[int, ...]
TermId = tuple[int, int]  # the round of a term, and its place among the terms of the round


class BaseKind(Enum):
    """Whose knowledge a base is: the verdict of a pipeline is relative to the student's own."""

    STUDENT = "student"
    STUDENT_AND_JUDGES = "student and judges"


@dataclass(frozen=True)
class ConditioningSet:
    """Variables of before round 1, whether the last state is closed relative to them, and the edges that bypass them.

    `meaning` says which base it is, `kind` whose knowledge it is; `cut` holds the edges from before round 1 into the
    rounds (without rounds: into the last state) that bring in what `names` does not know: it is empty exactly if
    `closed`. `open_at` are the rounds whose state is open relative to `names`.
    """

    meaning: str
    names: Names
    closed: bool
    cut: tuple[Edge, ...]
    open_at: tuple[int, ...]
    kind: BaseKind = field(repr=False)


@dataclass(frozen=True)
class PipelineTerm:
    """One term I(task;names|given) of the bound; `most` is the largest value that the sizes allow, in bits.

    It is the logarithm of the number of values of `names`, or of the task if that is less; None where neither is known.
    Terms are told apart, and found again among the numbers, by their `id`.
    """

    text: str
    names: Names
    given: Names
    most: float | None
    id: TermId = field(repr=False)


class RoundPlan(NamedTuple):
    """What a round reads, by places in `before` and `entering` together: equal for rounds that differ in names only.

    `before` and `entering` are counts; a term has the places of its names, and how many stand before them as given.
    """

    before: int
    entering: int = 0
    terms: tuple[tuple[Places, int], ...] = ()


@dataclass(frozen=True)
class Round:
    """A round: its state, the previous state, the new inputs, and the terms that may be positive (none: closed).

    Rounds of one `plan` have one proof and one compiled function. Those of one `kind` read copies of the same nodes by
    copies of the same edges, so that the names of one tell those of the other.
    """

    t: int
    state: str
    before: Names
    entering: Names
    terms: tuple[PipelineTerm, ...]
    edges: tuple[Edge, ...]
    plan: RoundPlan = field(repr=False)
    kind: Hashable = field(repr=False)

    @property
    def open(self) -> bool:
        """Whether the graph lets task information enter in this round, beyond the previous state's."""
        return bool(self.terms)


def last_state(p: Pipeline) -> str:
    """Return Z_T, the state of the last round."""
    return p.of("state", at=p.rounds)[0]


def first_data(p: Pipeline) -> Names:
    """Return D_0, the data of before round 1 from which a path leads to the last state that passes no judge."""
    graph = {n.name: () if n.role == "judge" else n.parents for n in p.nodes}
    reached = ancestors(graph, [last_state(p)])
    return tuple(name for name in p.of("data", at=0) if name in reached)


def first_state(p: Pipeline) -> Names:
    """Return Z_0, where there is one and it is not the last state."""
    return p.of("state", at=0) if p.rounds else ()


def frozen_judges(p: Pipeline) -> Names:
    """Return the judges that were there before round 1 and that the last state depends on."""
    above = ancestors(p.parents, [last_state(p)])
    return tuple(name for name in p.of("judge", at=0) if name in above)


def conditioning_sets(p: Pipeline) -> tuple[ConditioningSet, ...]:
    """Return the bases of a pipeline: first state, first data, and each of these together with the frozen judges.

    >>> from infoloop.pipelines.pipeline_graph import Node, pipeline
    >>> p = pipeline([Node("X", "task"), Node("D", "data", ("X",)), Node("Z", "state", ("D",))])
    >>> [(base.meaning, base.names, base.closed, base.cut) for base in conditioning_sets(p)]
    [('first data', ('D',), True, ())]
    """
    own = {"first state": first_state(p), "first data": first_data(p)}
    own = {meaning: names for meaning, names in own.items() if names} or {"nothing": ()}
    judges = frozen_judges(p)
    with_judges = {f"{meaning} and frozen judges": names + judges for meaning, names in own.items() if judges}
    return (
        *(_base(p, BaseKind.STUDENT, meaning, names) for meaning, names in own.items()),
        *(_base(p, BaseKind.STUDENT_AND_JUDGES, meaning, names) for meaning, names in with_judges.items()),
    )


def _base(p: Pipeline, kind: BaseKind, meaning: str, names: Names) -> ConditioningSet:
    reached = d_connected(p.parents, p.task, names)
    target = last_state(p)
    above = ancestors(p.parents, [target])
    inside = {n.name for n in p.nodes if n.at and n.name in above} or {target}
    edges = ((parent, n.name) for n in p.nodes if n.name in inside for parent in n.parents if parent not in inside)
    cut = tuple((parent, name) for parent, name in edges if parent in reached)
    open_at = tuple(p.by_name[name].at for name in p.of("state") if name in inside & reached)
    return ConditioningSet(meaning, names, target not in reached, cut, open_at, kind)


def rounds(p: Pipeline) -> tuple[Round, ...]:
    """Return what each round reads and what of it may carry task information.

    Without rounds, the training itself is round 0.

    >>> from infoloop.pipelines.pipeline_graph import Node, pipeline
    >>> p = pipeline([Node("X", "task"), Node("Z0", "state")],
    ...              [Node("Y", "query", ("Z@-1",)), Node("S", "signal", ("X", "Y"), size=2),
    ...               Node("Z", "state", ("Z@-1", "Y", "S"))], rounds=2)
    >>> [term for r in rounds(p) for term in r.terms][1]
    PipelineTerm(text='I(X;S2|Z1,Y2)', names=('S2',), given=('Z1', 'Y2'), most=1.0)
    """
    return tuple(_round(p, t) for t in range(min(1, p.rounds), p.rounds + 1))


def _round(p: Pipeline, t: int) -> Round:
    state = p.of("state", at=t)[0]
    before = p.of("state", at=t - 1) or first_data(p)
    entering = _entering(p, t, state, before)
    terms = _terms(p, t, entering, before)
    carried = {name for term in terms for name in term.names}
    edges = _edges(p, t, state, before, entering, carried)
    place = {name: k for k, name in enumerate(before + entering)}
    by_place = tuple((tuple(place[name] for name in term.names), len(term.given)) for term in terms)

    def seen(names: Iterable[str]):
        return tuple(p.by_name[name].seen_from(t) for name in names)

    kind = seen(entering), tuple((seen(term.names), seen(term.given)) for term in terms), tuple(map(seen, edges))
    return Round(t, state, before, entering, terms, edges, RoundPlan(len(before), len(entering), by_place), kind)


def _edges(p: Pipeline, t: int, state: str, before: Names, entering: Names, carried: set[str]) -> tuple[Edge, ...]:
    """Return the edges by which the terms reach the round: into what it makes, and out of what was there before it."""
    above = ancestors(p.parents, [state])
    known = (d_connected(p.parents, p.task, before) | {p.task}) - {*entering}
    made = [
        (parent, name) for name in entering if name in carried and p.by_name[name].at == t for parent in p.parents[name]
    ]
    old = [(name, n.name) for name in entering if name in carried and p.by_name[name].at < t
           for n in p.nodes if n.at == t and n.name in above and name in n.parents]  # fmt: skip
    return tuple(edge for edge in made if edge[0] in known) + tuple(old)


def _entering(p: Pipeline, t: int, state: str, before: Names) -> Names:
    """Return queries and signals of the round, and as few more of the state's causes as separate it from X."""
    above = ancestors(p.parents, [state]) - {*before}
    base = [name for name in p.of("query", "signal", at=t) if name in above]
    causes = [name for name in p.parents[state] if name not in before and name not in base]

    def separate(more: list[str]) -> bool:
        return state not in d_connected(p.parents, p.task, {*before, *base, *more})

    without_noise = [name for name in causes if p.by_name[name].role != "noise"]
    more = next((some for some in ([], without_noise) if separate(some)), causes)
    for name in reversed(more.copy()):
        fewer = [other for other in more if other != name]
        if separate(fewer):
            more = fewer
    rank = {n.name: (n.role != "query", k) for k, n in enumerate(p.nodes)}
    return tuple(sorted([*base, *more], key=rank.__getitem__))


def _terms(p: Pipeline, t: int, entering: Names, before: Names) -> tuple[PipelineTerm, ...]:
    """Return the terms of the chain rule over what enters, without those that the graph makes 0."""
    found, given = [], before
    for name in entering:
        if name in d_connected(p.parents, p.task, given):
            found.append(((name,), given))
        given = (*given, name)
    if len(found) > limits.MOST_SEPARATE_NODES:
        rest = tuple(name for names, _ in found[limits.MOST_SEPARATE_NODES - 1 :] for name in names)
        start = found[limits.MOST_SEPARATE_NODES - 1][1]
        skipped = [name for name in entering[entering.index(rest[0]) :] if name not in rest]
        found = [*found[: limits.MOST_SEPARATE_NODES - 1], ((*rest, *skipped), start)]
    return tuple(_term(p, names, given, (t, k)) for k, (names, given) in enumerate(found))


def _term(p: Pipeline, names: Names, given: Names, own: TermId) -> PipelineTerm:
    known = [p.by_name[name].size for name in names]
    sizes = [math.prod(size for size in known if size)] if all(known) else []
    sizes += [size for size in [p.by_name[p.task].size] if size]
    most = math.log2(min(sizes)) if sizes else None
    return PipelineTerm(format_mutual_information(p.task, names, given), names, given, most, own)


def format_mutual_information(task: str, names: Iterable[str], given: Iterable[str] = ()) -> str:
    """Return I(X;A,B|C) as `prove` reads it.

    >>> format_mutual_information("X", ["S1"], ["Z0", "Y1"])
    'I(X;S1|Z0,Y1)'
    """
    condition = ",".join(given)
    return f"I({task};{','.join(names)}{'|' if condition else ''}{condition})"
