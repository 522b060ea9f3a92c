"""Which terms of an audit are exactly 0, decided in fractions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from infoloop.exact.rational_laws import RationalLaw, rational_product, rational_rows
from infoloop.pipelines import limits
from infoloop.pipelines.information_flow import TermId
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.pipelines.round_laws import RoundQuery
from infoloop.probability.distributions import marginal


def exactly_zero_terms(p: Pipeline, asked: Iterable[RoundQuery], wanted: Iterable[TermId]) -> dict[TermId, bool]:
    r"""Decide in fractions which of the wanted terms are exactly 0; return it by the id of the term.

    A law with $P(x,e,g)P(g)=P(x,g)P(e,g)$ in every cell has $I(X;E\mid G)=0$, and no other has. The tables are taken as
    they are, each row divided by its exact sum. A term whose round is too large for this is left out.
    """
    wanted, found, law = set(wanted), {}, None
    for query in asked:
        parts = [(rational_rows(p.tables[name], 1), (*p.by_name[name].parents, name)) for name in query.nodes]
        if not wanted - found.keys() or _cells(p, query) > limits.MOST_EXACT_CELLS:
            break
        law = rational_product(*([] if law is None else [(law.table, law.names)]), *parts)
        read = [query.names[k] for k in query.form.read]
        for term, (names, given) in zip(query.terms, query.form.plan.terms, strict=True):
            if term in wanted:
                found[term] = _independent(law, p.task, [read[k] for k in names], read[:given])
        left = {query.names[k] for k in query.form.kept}
        law = marginal(law, *(name for name in law.names if name in left))
    return found


def _cells(p: Pipeline, query: RoundQuery) -> int:
    return math.prod(p.by_name[name].size or 1 for name in query.names)


def _independent(law: RationalLaw, task: str, names: Sequence[str], given: Sequence[str]) -> bool:
    table = marginal(law, task, *names, *given).table
    table = table.reshape(table.shape[0], math.prod(table.shape[1 : 1 + len(names)]), -1)
    products = table.sum(0, keepdims=True) * table.sum(1, keepdims=True)
    return bool((table * table.sum((0, 1), keepdims=True) == products).all())
