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

from infoloop.information.measures import entropy, mutual_information
from infoloop.pipelines.information_flow import ConditioningSet, Round
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, marginal

Names = tuple[str, ...]
Tables = Mapping[str, jax.Array | np.ndarray]


class RoundQuery(NamedTuple):
    """What is asked of a round, by names: the frontier before it, its factors, and the frontier after it.

    `terms` are the pairs (names, given) of $I(X;\\text{names}\\mid\\text{given})$; without a `state` nothing is read.
    """

    frontier: Names
    factors: tuple[tuple[Names, str], ...]
    kept: Names
    task: str
    before: Names = ()
    entering: Names = ()
    terms: tuple[tuple[Names, Names], ...] = ()
    state: str = ""


class RoundInformation(NamedTuple):
    r"""One round in bits: `before` $=I(X;Z_{t-1})$, `terms` $=I(X;E_k\mid\cdot)$, `observed` $=H(E_k\mid\cdot)$,
    `entering` $=I(X;Z_{t-1},E_t)$, `after` $=I(X;Z_t)$; `held` is the law of X with what was there before, `pair` that
    of (X, Z_t), `update` that of all that is read (rows) and Z_t."""

    before: jax.Array
    terms: tuple[jax.Array, ...]
    observed: tuple[jax.Array, ...]
    entering: jax.Array
    after: jax.Array
    held: jax.Array
    pair: jax.Array
    update: jax.Array


def round_queries(p: Pipeline, rounds: Iterable[Round]) -> tuple[RoundQuery, ...]:
    """What is asked of each round of a pipeline, of round 0 first."""
    read = {r.t: r for r in rounds}
    found, frontier = [], ()
    for t in range(p.rounds + 1):
        nodes = [node for node in p.nodes if node.at == t]
        later = {parent for node in p.nodes if node.at > t for parent in node.parents}
        later |= {name for s, r in read.items() if s > t for name in r.before}
        here = [*frontier, *(node.name for node in nodes)]
        kept = tuple(name for name in here if name in later or name == p.task)
        form = RoundQuery(frontier, tuple((node.parents, node.name) for node in nodes), kept, p.task)
        if t in read:
            r = read[t]
            terms = tuple((term.names, term.given) for term in r.terms)
            form = form._replace(before=r.before, entering=r.entering, terms=terms, state=r.state)
        found.append(form)
        frontier = kept
    return tuple(found)


def evaluate_rounds(tables: Tables, asked: Iterable[RoundQuery]) -> Iterator[tuple[RoundInformation | None, jax.Array]]:
    """Each round's bits (None where nothing was asked) and the law of its frontier, in the order of `RoundQuery.kept`.

    Pure in the tables, so that it may be batched by `vmap`. Raises ValueError, naming the law and its size, where a law
    that is asked for would not fit into memory.
    """
    law = None
    for form in asked:
        found, law = _laws(_numbered(form), law, tuple(tables[name] for _, name in form.factors))
        yield found and _reading(found), law


def _reading(laws: _Laws) -> RoundInformation:
    return RoundInformation(
        _information(laws.before),
        tuple(map(_information, laws.terms)),
        tuple(map(_entropy, laws.terms)),
        _information(laws.entering),
        _information(laws.pair[:, :, None]),
        laws.before[:, :, 0],
        laws.pair,
        laws.update,
    )


def base_bits(tables: Tables, p: Pipeline, base: ConditioningSet):
    """I(X;B) in bits: what stood before round 1 knows of the task.

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


def initial_law(tables: Tables, p: Pipeline, names: Names = ()):
    """The joint law of the task (first axis) and these nodes of before round 1.

    >>> from infoloop.pipelines.node import Node
    >>> from infoloop.pipelines.pipeline_graph import pipeline
    >>> p = pipeline([Node("X", "task", table=[0.25, 0.75]), Node("Z", "state", table=[1.0])])
    >>> initial_law(p.tables, p).tolist()
    [0.25, 0.75]
    """
    first = tuple((node.parents, node.name) for node in p.nodes if node.at == 0)
    form = _numbered(RoundQuery((), first, (p.task, *names), p.task))
    return _laws(form, None, tuple(tables[name] for _, name in first))[1]


def _numbered(form: RoundQuery) -> RoundQuery:
    """The same with every name replaced by its place, so that rounds which differ only in names are one function."""
    place = {name: f"v{k}" for k, name in enumerate(dict.fromkeys((*form.frontier, *(n for _, n in form.factors))))}

    def many(names: Names) -> Names:
        return tuple(place[name] for name in names)

    return RoundQuery(
        many(form.frontier),
        tuple((many(parents), place[name]) for parents, name in form.factors),
        many(form.kept),
        place[form.task],
        many(form.before),
        many(form.entering),
        tuple((many(names), many(given)) for names, given in form.terms),
        place.get(form.state, ""),
    )


def _net(law, frontier: Names, factors: tuple[tuple[Names, str], ...], tables) -> BayesNet:
    known = () if law is None else (Joint(law, frontier),)
    made = zip(factors, tables, strict=True)
    return BayesNet((*known, *(_factor(parents, name, table) for (parents, name), table in made)))


def _factor(parents: Names, name: str, table) -> Joint | Channel:
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
def _laws(form: RoundQuery, law, tables) -> tuple[_Laws | None, jax.Array]:
    net = _net(law, form.frontier, form.factors, tables)
    after = marginal(net, *form.kept).table
    if not form.state:
        return None, after
    read = (*form.before, *form.entering)
    here = marginal(net, form.task, *read, form.state)

    def flat(names: Names, given: Names = ()):
        found = marginal(here, form.task, *names, *given).table
        size = math.prod(found.shape[1 : 1 + len(names)])
        return found.reshape(len(found), size, -1)

    return _Laws(
        flat(form.before),
        tuple(flat(names, given) for names, given in form.terms),
        flat(read),
        marginal(here, form.task, form.state).table,
        marginal(here, *read, form.state).table.reshape(-1, here.table.shape[-1]),
    ), after


# One compiled function for each shape of tables, shared by all terms and rounds that have it.
@jax.jit
def _information(law):
    return mutual_information(Joint(law, ("X", "E", "G")), "X", "E", given="G")


@jax.jit
def _entropy(law):
    return entropy(Joint(law.sum(0), ("E", "G")), "E", given="G")
