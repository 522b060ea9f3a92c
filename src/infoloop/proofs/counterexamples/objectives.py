"""Set up the gradient search for a statement, and round where it ends to exact laws with small denominators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from infoloop.exact.rational_laws import RationalLaw, rationalise
from infoloop.notation.grammar import Group, Statement, Term, entropy_form
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.proofs.counterexamples.factorisation import Factorisation
from infoloop.proofs.counterexamples.gradient_search import DescentProblem, cell_weights, marginal_cells

_DENOMINATORS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 60, 120, 1000, 10**6)
_SURE = 1000.0  # a logit so far above the others that they have no mass at all


def normalise_relation(statement: Statement) -> tuple[str, tuple[Term, ...], tuple[Term, ...]]:
    """The relation (<=, < or =), the lesser side and the greater."""
    if statement.relation in (">=", ">"):
        return {">=": "<=", ">": "<"}[statement.relation], statement.right, statement.left
    return statement.relation, statement.left, statement.right


def statement_slack(statement: Statement) -> tuple[Term, ...]:
    """The terms of greater - lesser."""
    _, lesser, greater = normalise_relation(statement)
    return greater + _negated(lesser)


def _negated(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    return tuple(replace(term, coefficient=-term.coefficient) for term in terms)


def descent_problem(statement: Statement, plan: Factorisation, values: int, starts: int) -> DescentProblem:
    """Build the optimisation problem over laws that factorise as planned; an equality is attacked from both sides."""
    relation, *_ = normalise_relation(statement)
    sides = [cell_weights(_array(side, plan.names), values) for side in _positive(statement_slack(statement))]
    swapped = np.arange(starts) % 2 * (relation == "=")
    lesser, greater = (np.array([sides[(k + swap) % 2] for swap in swapped]) for k in (0, 1))
    zeros = [cell_weights(_array(zero, plan.names), values) for zero in plan.unmet]
    blank = [np.zeros_like(sides[0])] * (4 - len(zeros) % 4)  # few shapes, few compilations
    marginals = marginal_cells(values, len(plan.names))
    return DescentProblem(*_places(plan, values), marginals, lesser, greater, np.array(zeros + blank))


def initial_logits(plan: Factorisation, values: int, starts: int, seed: int) -> np.ndarray:
    """Draw the logits to start from: normals whose spread is log-normal, so that some rows are nearly deterministic.

    Functions are random maps, by logits so far apart that no gradient moves them.
    """
    random = np.random.default_rng(seed)
    parts = []
    for k, name in enumerate(plan.names):
        rows = np.exp(random.normal(size=(starts, 1, 1))) * random.normal(size=(starts, values**k, values))
        sure = _SURE * (rows == rows.max(axis=2, keepdims=True))
        parts.append((sure if name in plan.functions else rows).reshape(starts, -1))
    return np.hstack(parts)


def _places(plan: Factorisation, values: int) -> tuple[np.ndarray, np.ndarray]:
    count = len(plan.names)
    cells = np.indices((values,) * count).reshape(count, -1)
    places, begin = [], 0
    for k, name in enumerate(plan.names):
        row = np.zeros_like(cells[0])
        for u, value in zip(plan.names[:k], cells[:k], strict=True):
            row = row * values + value * (u in plan.parents[name])
        places.append(begin + row[:, None] * values + np.arange(values))
        begin += values ** (k + 1)
    return np.array(places), (cells[:, :, None] == np.arange(values)).astype(np.float64)


def _positive(slack: tuple[Term, ...]) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Lesser and greater sides with the same slack and no negative summand, so that their ratio means something."""
    pairs = [part for term in slack for part in _in_pairs(term)]
    lesser = _negated(tuple(term for term in pairs if term.coefficient < 0))
    return lesser, tuple(term for term in pairs if term.coefficient > 0)


def _in_pairs(term: Term) -> Iterator[Term]:
    """Informations of more than two groups may be negative: $I(X;Y;Z|G)=I(X;Y|G)-I(X;Y|Z,G)$."""
    if len(term.groups) < 3:
        yield term
        return
    *groups, last = term.groups
    yield from _in_pairs(Term(term.coefficient, tuple(groups), term.given))
    yield from _in_pairs(Term(-term.coefficient, tuple(groups), term.given + last))


def _array(terms: tuple[Term, ...], names: Group) -> np.ndarray:
    form = np.zeros((2,) * len(names))
    for group, coefficient in entropy_form(terms).items():
        form[tuple(int(name in group) for name in names)] = float(coefficient)
    return form


def nearby_rational_laws(plan: Factorisation, logits: np.ndarray, values: int) -> Iterator[RationalLaw]:
    """Exact laws next to each row of logits: those with small denominators, then those with few outcomes, first."""
    for denominator in _DENOMINATORS:
        laws = []
        for row in logits:
            try:
                laws.append(rationalise(network_at(plan, row, values, denominator)))
            except ZeroDivisionError:
                continue  # rounding left a row without mass
        yield from sorted(laws, key=lambda law: np.count_nonzero(law.table))


def network_at(plan: Factorisation, logits: np.ndarray, values: int, denominator: int) -> BayesNet:
    """The network at these logits, each row with integer weights that sum to about the denominator."""
    from scipy.special import softmax  # here, since it takes longer to import than all of infoloop

    factors, begin = [], 0
    for k, name in enumerate(plan.names):
        part = logits[begin : begin + values ** (k + 1)].reshape((values,) * (k + 1))
        kept = part[tuple(slice(None) if u in plan.parents[name] else 0 for u in plan.names[:k])]
        weights = np.round(softmax(kept, axis=-1) * denominator)
        up = plan.parents[name]
        factors.append(Channel(weights, up, (name,)) if up else Joint(weights, (name,)))
        begin += part.size
    return BayesNet(tuple(factors))
