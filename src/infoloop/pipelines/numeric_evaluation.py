r"""The numeric audit: every term of a pipeline in bits, for the channels that its tables give, by elimination."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import jax
import numpy as np

from infoloop.information.contraction_coefficients import contraction
from infoloop.information.fano import ROUNDED, needed_bits, rounds_needed
from infoloop.information.measures import entropy
from infoloop.pipelines import limits
from infoloop.pipelines.conditional_tables import function_values
from infoloop.pipelines.exact_zeros import exactly_zero_terms
from infoloop.pipelines.information_flow import ConditioningSet, PipelineTerm, Round, TermId, last_state
from infoloop.pipelines.numeric_results import Fano, Numbers, RoundBits, TermBits
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.pipelines.round_laws import (
    RoundInformation,
    RoundQuery,
    base_bits,
    evaluate_rounds,
    initial_law,
    round_queries,
)
from infoloop.pipelines.term_capacity import max_information_per_round
from infoloop.probability.channels import Channel
from infoloop.probability.dags import ancestors, d_connected
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import rounding

STEPS_OF_A_ROUND = 2  # its laws, and what they come to
DIGITS = 13  # to which rows are told apart


class _MostKnown(NamedTuple):
    """The most that a state can know, in bits: one that the last state depends on, and any.

    If more than a base that closes the pipeline knows reached the former, it would reach the last state.
    """

    above_last_state: float
    task: float

    def least(self, by_terms: float, above_last_state: bool) -> tuple[float, str]:
        """Return the least of the bounds on what a state knows, one of which its terms give, and which one it is."""
        bounds = [(by_terms, "terms"), (self.task, "task")]
        bounds += [(self.above_last_state, "base")] if above_last_state else []
        return min(bounds, key=lambda bound: bound[0])


def missing_tables(p: Pipeline) -> tuple[str, ...]:
    """Return the nodes that do not say how they answer their parents: with none missing a pipeline has numbers."""
    return tuple(node.name for node in p.nodes if node.name not in p.tables)


def numeric_audit(
    p: Pipeline,
    bases: tuple[ConditioningSet, ...],
    rounds: tuple[Round, ...],
    error: float = 0.05,
    tell: Callable[[str], object] = lambda name: None,
) -> Numbers:
    """Return all numbers of a pipeline whose nodes all have tables; in float64 whatever JAX is set to.

    `tell` is called with the name of each step before it is done, `STEPS_OF_A_ROUND` times for each round.

    Raises ValueError, naming the law and its size, where one that is asked for would not fit into memory.

    >>> from infoloop.pipelines import information_flow
    >>> from infoloop.pipelines.node import Node
    >>> from infoloop.pipelines.pipeline_graph import pipeline
    >>> p = pipeline([Node("X", "task", size=2, table="uniform"), Node("Z0", "state", table=[0.5, 0.5])],
    ...              [Node("S", "signal", ("X",), formula="X"), Node("Z", "state", ("S",), formula="S")], rounds=1)
    >>> found = numeric_audit(p, information_flow.conditioning_sets(p), information_flow.rounds(p))
    >>> print(f"{found.learned:.9f}", found.rounds[0].use, found.fano.rounds)
    1.000000000 0.5 1
    """
    asked = round_queries(p, rounds)
    with jax.enable_x64(True):
        task = Joint(initial_law(p.tables, p), (p.task,))
        reached = d_connected(p.parents, p.task)
        known = tuple((base, _unless_separated(reached, base.names, base_bits(p.tables, p, base))) for base in bases)
        read = [reading for reading, _ in evaluate_rounds(p.tables, _rounds_shown(asked, tell)) if reading is not None]
        small = [t.id for r, x in zip(rounds, read, strict=True) for t, b in zip(r.terms, x.terms, strict=True)
                 if b <= rounding(x.update.size * len(task.table))]  # fmt: skip
        zero = exactly_zero_terms(p, asked, small) if small else {}
        signs = {term: _sign(zero.get(term)) for term in small}
        uncertainty = float(entropy(task))
        most_known = _MostKnown(min((bits for base, bits in known if base.closed), default=uncertainty), uncertainty)
        found = _rounds(p, rounds, read, signs, most_known, tell)
    costs = [node.cost for node in p.nodes if node.cost is not None]
    bases_in_bits = tuple((base.names, bits) for base, bits in known)
    fano = _fano(p, rounds, found, most_known, error)
    return Numbers(uncertainty, bases_in_bits, found, fano, sum(costs) if costs else None)


def _rounds_shown(asked: Iterable[RoundQuery], tell: Callable[[str], object]) -> Iterator[RoundQuery]:
    """Yield the queries, telling of each round's before its law is worked out."""
    rounds = itertools.count(1)
    for query in asked:
        if query.form.state is not None:
            tell(f"laws of round {next(rounds)}")
        yield query


def _sign(zero: bool | None) -> str:
    """Return the word for a term that is, is not, or may be exactly 0."""
    if zero is None:
        return "undecided"
    return "zero" if zero else "positive"


def _rounds(
    p: Pipeline,
    rounds: tuple[Round, ...],
    read: list[RoundInformation],
    signs: dict[TermId, str],
    most_known: _MostKnown,
    tell: Callable[[str], object],
) -> tuple[RoundBits, ...]:
    above, reached = ancestors(p.parents, [last_state(p)]), d_connected(p.parents, p.task)
    found, ceiling = [], _unless_separated(reached, rounds[0].before, read[0].before)
    states = {(name,) for name in p.of("state")}
    accuracy = accuracy_of(p, np.asarray(read[0].held)) if rounds[0].before in states else None
    for r, x in zip(rounds, read, strict=True):
        tell(f"bits of round {r.t}")
        parts = zip(r.terms, x.terms, x.observed, strict=True)
        terms = tuple(_term(p, term, bits, observed, signs) for term, bits, observed in parts)
        update, pair = np.asarray(x.update), np.asarray(x.pair)
        if not r.terms:  # the task reaches this state through the one before alone
            update = update.reshape(np.asarray(x.held).shape[1], -1, update.shape[1]).sum(1)
        eta = _contraction(update)
        by_terms = (1.0 if eta is None else eta) * (ceiling + sum(term.bits for term in terms))
        ceiling, set_by = most_known.least(by_terms, r.state in above)
        after = accuracy_of(p, pair)
        use = None if after is None or accuracy is None else after - accuracy
        found.append(
            RoundBits(
                t=r.t,
                state=r.state,
                before=_unless_separated(reached, r.before, x.before),
                terms=terms,
                entering=_unless_separated(reached, (*r.before, *r.entering), x.entering),
                after=_unless_separated(reached, (r.state,), x.after),
                contraction=eta,
                ceiling=ceiling,
                ceiling_set_by=set_by,
                accuracy=after,
                best=float(pair.max(0).sum()),
                use=use,
            )
        )
        accuracy = after
    return tuple(found)


def _unless_separated(reached: set[str], names: tuple[str, ...], bits: jax.Array) -> float:
    """Return the bits, or 0 where the graph separates the names from the task: floats would show their rounding."""
    return float(bits) if reached.intersection(names) else 0.0


def _term(p: Pipeline, term: PipelineTerm, bits: jax.Array, observed: jax.Array, signs: dict[TermId, str]) -> TermBits:
    costs = [node.cost for node in p.nodes if node.name in term.names and node.cost is not None]
    sign = signs.get(term.id, "positive")
    # What fractions have shown to be 0 is 0; a float within rounding of it would be a number nobody can mean.
    worth = 0.0 if sign == "zero" else float(bits)
    return TermBits(term.text, worth, float(observed), sign, sum(costs) if costs else None, term.id)


def accuracy_of(p: Pipeline, pair: np.ndarray) -> float | None:
    """Return the probability that the answer of the state is X, under their law `pair[x, z]`; None without an answer.

    The answer is the pipeline's formula, or the state itself where it takes as many values as the task.
    """
    size, states = pair.shape
    if p.answer is None:
        return float(pair.trace()) if size == states else None
    values = function_values(p.answer, ("state",), (states,), key="answer")
    return float(pair[values, np.arange(states)].sum())


def _contraction(update: np.ndarray) -> float | None:
    """Return the contraction coefficient over the rows that occur; rows that rounding alone tells apart count once."""
    mass = update.sum(1)
    rows = update[mass > 0] / mass[mass > 0, None]
    alike = np.concatenate([rows.round(DIGITS), rows > 0], axis=1)  # a true 0 differs from the least mass
    rows = rows[np.unique(alike, axis=0, return_index=True)[1]]
    if len(rows) > limits.MOST_UPDATE_ROWS:
        return None
    padded = 2 ** math.ceil(math.log2(len(rows)))  # few shapes, so that few programs are compiled
    rows = np.concatenate([rows, np.repeat(rows[:1], padded - len(rows), axis=0)])
    return float(contraction(Channel(jax.numpy.asarray(rows), ("E",), ("Z",))).upper)


def _fano(
    p: Pipeline, rounds: tuple[Round, ...], found: tuple[RoundBits, ...], most_known: _MostKnown, error: float
) -> Fano | None:
    alphabet_size = p.tables[p.task].shape[-1]
    if alphabet_size < 2 or not p.rounds:
        return None
    needed = needed_bits(most_known.task, alphabet_size, error)
    most = min(most_known.task, max(max_information_per_round(p, r) for r in rounds))
    held = found[0].before
    least = rounds_needed(needed, held, most)
    never = math.isinf(least) or needed - most_known.above_last_state > ROUNDED
    informed = (r.t for r in found if needed - r.after <= ROUNDED)
    reached = (r.t for r in found if r.accuracy is not None and 1 - r.accuracy - error <= ROUNDED)
    return Fano(error, needed, held, most, None if never else int(least), next(informed, None), next(reached, None))
