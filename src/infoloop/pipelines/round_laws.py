r"""The numbers of a pipeline round by round: exact laws by elimination, carried from round to round by a frontier.

The frontier after round $t$ is the law of the task, of the state $Z_t$ and of whatever later rounds still read; the
nodes of round $t+1$ are joined to it by variable elimination. So a round costs what it holds, however many came before,
and the law of all nodes is never built. Rounds of one form, whatever their names, are one compiled function.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float

from infoloop.information.measures import entropy, mutual_information
from infoloop.pipelines.information_flow import ConditioningSet, Places, Round, RoundPlan, TermId
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, marginal

Names = tuple[str, ...]
Tables = Mapping[str, jax.Array | np.ndarray]


class RoundForm(NamedTuple):
    r"""What is asked of a round, by places among its variables: the frontier before it, then its own nodes.

    `frontier` counts the former, `parents` has the causes of each of the latter, `kept` is the frontier after it. The
    `plan` of the round says by places in `read` what was there before and which terms are asked for. Without a `state`
    nothing is read.
    """

    frontier: int
    parents: tuple[Places, ...]
    kept: Places
    task: int
    read: Places = ()
    plan: RoundPlan = RoundPlan(0)
    state: int | None = None


class RoundQuery(NamedTuple):
    """A form with the names of its variables and the ids of its terms; rounds of one form are one compiled function."""

    names: Names
    form: RoundForm
    terms: tuple[TermId, ...] = ()

    @property
    def nodes(self) -> Names:
        """List the nodes of the round itself."""
        return self.names[self.form.frontier :]


class RoundInformation(NamedTuple):
    r"""One round in bits, with three of its laws.

    `before` $=I(X;Z_{t-1})$, `terms` $=I(X;E_k\mid\cdot)$, `observed` $=H(E_k\mid\cdot)$, `entering`
    $=I(X;Z_{t-1},E_t)$, `after` $=I(X;Z_t)$; `held` is the law of X with what was there before, `pair` that of
    (X, Z_t), `update` that of all that is read (rows) and Z_t.
    """

    before: jax.Array
    terms: tuple[jax.Array, ...]
    observed: tuple[jax.Array, ...]
    entering: jax.Array
    after: jax.Array
    held: jax.Array
    pair: jax.Array
    update: jax.Array


def round_queries(p: Pipeline, rounds: Iterable[Round]) -> tuple[RoundQuery, ...]:
    """Return what is asked of each round of a pipeline, of round 0 first."""
    read = {r.t: r for r in rounds}
    found, frontier = [], ()
    for t in range(p.rounds + 1):
        later = {parent for node in p.nodes if node.at > t for parent in node.parents}
        later |= {name for s, r in read.items() if s > t for name in r.before}
        here = (*frontier, *(node.name for node in p.nodes if node.at == t))
        kept = tuple(name for name in here if name in later or name == p.task)
        found.append(_query(p, here, len(frontier), kept, read.get(t)))
        frontier = kept
    return tuple(found)


def _query(p: Pipeline, names: Names, frontier: int, kept: Names, r: Round | None = None) -> RoundQuery:
    place = {name: k for k, name in enumerate(names)}

    def places(some: Names) -> Places:
        return tuple(place[name] for name in some)

    parents = tuple(places(p.by_name[name].parents) for name in names[frontier:])
    form = RoundForm(frontier, parents, places(kept), place[p.task])
    if r is None:
        return RoundQuery(names, form)
    form = form._replace(read=places(r.before + r.entering), plan=r.plan, state=place[r.state])
    return RoundQuery(names, form, tuple(term.id for term in r.terms))


def evaluate_rounds(tables: Tables, asked: Iterable[RoundQuery]) -> Iterator[tuple[RoundInformation | None, jax.Array]]:
    """Yield each round's bits (None where nothing was asked) and the law of its frontier.

    The axes of the frontier are in the order of `RoundForm.kept`. Pure in the tables, so that it may be batched by
    `vmap`.

    Raises:
        TooLargeError: a ValueError that names the law and its size, where it would not fit into memory.
    """
    law = None
    for query in asked:
        found, law = _laws(query.form, law, tuple(tables[name] for name in query.nodes))
        yield found and _reading(found), law


def _reading(laws: _Laws) -> RoundInformation:
    return RoundInformation(
        before=_information(laws.before),
        terms=tuple(map(_information, laws.terms)),
        observed=tuple(map(_entropy, laws.terms)),
        entering=_information(laws.entering),
        after=_information(laws.pair[:, :, None]),
        held=laws.before[:, :, 0],
        pair=laws.pair,
        update=laws.update,
    )


def base_bits(tables: Tables, p: Pipeline, base: ConditioningSet) -> Float[Array, ""]:
    """Return I(X;B), in bits: what stood before round 1 knows of the task.

    >>> from infoloop.pipelines.node import Node
    >>> from infoloop.pipelines.information_flow import conditioning_sets
    >>> from infoloop.pipelines.pipeline_graph import pipeline
    >>> p = pipeline([Node("X", "task", size=2, table="uniform"), Node("D", "data", ("X",), formula="X"),
    ...               Node("Z", "state", ("D",), formula="D")])
    >>> print(f"{base_bits(p.tables, p, conditioning_sets(p)[0]):.9f}")
    1.000000000
    """
    law = initial_law(tables, p, base.names)
    return _information(law.reshape(len(law), -1, 1))


def initial_law(tables: Tables, p: Pipeline, names: Names = ()) -> Float[Array, "task ..."]:
    """Return the joint law of the task (first axis) and these nodes of before round 1.

    >>> from infoloop.pipelines.node import Node
    >>> from infoloop.pipelines.pipeline_graph import pipeline
    >>> p = pipeline([Node("X", "task", table=[0.25, 0.75]), Node("Z", "state", table=[1.0])])
    >>> initial_law(p.tables, p).tolist()
    [0.25, 0.75]
    """
    query = _query(p, tuple(node.name for node in p.nodes if node.at == 0), 0, (p.task, *names))
    return _laws(query.form, None, tuple(tables[name] for name in query.nodes))[1]


def _net(names: Names, form: RoundForm, law: jax.Array | None, tables: tuple[jax.Array | np.ndarray, ...]) -> BayesNet:
    known = () if law is None else (Joint(law, names[: form.frontier]),)
    made = zip(form.parents, names[form.frontier :], tables, strict=True)
    return BayesNet((*known, *(_factor(_some(names, parents), name, table) for parents, name, table in made)))


def _some(names: Names, places: Places) -> Names:
    return tuple(names[k] for k in places)


def _factor(parents: Names, name: str, table: jax.Array | np.ndarray) -> Joint | Channel:
    table = jax.numpy.asarray(table)
    return Channel(table, parents, (name,)) if parents else Joint(table, (name,))


class _Laws(NamedTuple):
    """Laws over (task, what, given), flattened to three axes, and those of (X, Z_t) and of what is read with Z_t."""

    before: jax.Array
    terms: tuple[jax.Array, ...]
    entering: jax.Array
    pair: jax.Array
    update: jax.Array


@functools.partial(jax.jit, static_argnums=0)
def _laws(
    form: RoundForm, law: jax.Array | None, tables: tuple[jax.Array | np.ndarray, ...]
) -> tuple[_Laws | None, jax.Array]:
    names = tuple(f"v{k}" for k in range(form.frontier + len(form.parents)))
    net = _net(names, form, law, tables)
    after = marginal(net, *_some(names, form.kept)).table
    if form.state is None:
        return None, after
    task, state, read = names[form.task], names[form.state], _some(names, form.read)
    here = marginal(net, task, *read, state)

    def flat(some: Names, given: Names = ()):
        found = marginal(here, task, *some, *given).table
        size = math.prod(found.shape[1 : 1 + len(some)])
        return found.reshape(len(found), size, -1)

    return _Laws(
        before=flat(read[: form.plan.before]),
        terms=tuple(flat(_some(read, some), read[:given]) for some, given in form.plan.terms),
        entering=flat(read),
        pair=marginal(here, task, state).table,
        update=marginal(here, *read, state).table.reshape(-1, here.table.shape[-1]),
    ), after


# One compiled function for each shape of tables, shared by all terms and rounds that have it.
@jax.jit
def _information(law):
    return mutual_information(Joint(law, ("X", "E", "G")), "X", "E", given="G")


@jax.jit
def _entropy(law):
    return entropy(Joint(law.sum(0), ("E", "G")), "E", given="G")
