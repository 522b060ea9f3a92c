"""Which terms of an audit are exactly 0, decided in fractions."""

from __future__ import annotations

import math
from collections.abc import Iterable

from infoloop.exact.rational_laws import RationalLaw, rational_product, rational_rows
from infoloop.pipelines.information_flow import format_mutual_information
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.pipelines.round_laws import RoundQuery

MOST_CELLS = 2**14  # cells of a rational law, about 10 microseconds each


def exactly_zero_terms(p: Pipeline, forms: Iterable[RoundQuery], wanted: Iterable[str]) -> dict[str, bool]:
    r"""Which of the wanted terms are exactly 0, decided in fractions, by the text of the term.

    A law with $P(x,e,g)P(g)=P(x,g)P(e,g)$ in every cell has $I(X;E\mid G)=0$, and no other has. The tables are taken as
    they are, each row divided by its exact sum. A term whose round is too large for this is left out.
    """
    wanted, found, law = set(wanted), {}, None
    for form in forms:
        parts = [(rational_rows(p.tables[name], 1), (*parents, name)) for parents, name in form.factors]
        if not wanted - found.keys() or _cells(p, form) > MOST_CELLS:
            break
        law = rational_product(*([] if law is None else [(law.table, law.names)]), *parts)
        for names, given in form.terms:
            text = format_mutual_information(form.task, names, given)
            if text in wanted:
                found[text] = _independent(law, form.task, names, given)
        kept = tuple(name for name in law.names if name in form.kept)
        law = RationalLaw(law.marginal(*kept), kept)
    return found


def _cells(p: Pipeline, form: RoundQuery) -> int:
    sizes = {node.name: node.size or 1 for node in p.nodes}
    return math.prod(sizes[name] for name in (*form.frontier, *(name for _, name in form.factors)))


def _independent(law: RationalLaw, task: str, names, given) -> bool:
    order = (task, *names, *given)
    marginal = law.marginal(*order)
    axes = [name for name in law.names if name in order]
    table = marginal.transpose([axes.index(name) for name in order])
    table = table.reshape(table.shape[0], math.prod(table.shape[1 : 1 + len(names)]), -1)
    products = table.sum(0, keepdims=True) * table.sum(1, keepdims=True)
    return bool((table * table.sum((0, 1), keepdims=True) == products).all())
