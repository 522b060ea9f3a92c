"""Stage 2: plan laws that meet the assumptions by construction: what each variable depends on, and how."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from infoloop.notation.grammar import Group, Term
from infoloop.probability.dags import d_connected
from infoloop.proofs import limits

Zero = tuple[Term, ...]


class _Independence(NamedTuple):
    """Two groups that are independent given a third."""

    x: Group
    y: Group
    given: Group


class Factorisation(NamedTuple):
    """A plan of laws: each variable depends on its `parents`, which stand before it in `names`.

    Those in `functions` are determined by their parents. `unmet` are the sums that must vanish, but that such a graph
    does not make vanish.
    """

    names: Group
    parents: dict[str, Group]
    functions: frozenset[str]
    unmet: tuple[Zero, ...]


def factorise(names: Group, zeros: Iterable[Zero]) -> Factorisation:
    """Find a graph in which every independence is a d-separation and every H(F|S) = 0 a variable without noise.

    Independent variables are never linked. Where that suffices in no order, more links are dropped, so that laws that
    would do are lost; and where that does not help either, all variables are linked and everything is left unmet.

    >>> from infoloop.notation.grammar import parse_expression
    >>> factorise(("X", "D", "Z"), [parse_expression("I(X;Z|D)")]).parents
    {'X': (), 'D': ('X',), 'Z': ('D',)}
    """
    apart, sources, rest = _sorted(tuple(zeros))
    for graph in _graphs(names, apart, sources):
        if all(d_connected(graph, x, pair.given).isdisjoint(pair.y) for pair in apart for x in pair.x):
            return Factorisation(tuple(graph), graph, frozenset(sources), rest)
    return Factorisation(names, _graph(names, set(), {}), frozenset(), tuple(zeros))


def _sorted(zeros: tuple[Zero, ...]) -> tuple[list[_Independence], dict[str, Group], tuple[Zero, ...]]:
    """Sort the sums into independences, what each function is a function of, and all others."""
    apart, sources, rest = [], {}, []
    for zero in zeros:
        groups, given = (zero[0].groups, zero[0].given) if len(zero) == 1 else ((), ())
        if len(groups) == 2 and not set(groups[0]) & set(groups[1]):
            x, y = (tuple(name for name in group if name not in given) for group in groups)
            apart.append(_Independence(x, y, given))
        elif len(groups) == 1 and not sources.keys() & (targets := set(groups[0]) - set(given)):
            sources |= dict.fromkeys(targets, given)
        else:
            rest.append(zero)
    return apart, sources, tuple(rest)


def _graphs(names: Group, apart: list[_Independence], sources: dict[str, Group]) -> Iterator[dict[str, Group]]:
    """Yield the graphs of all orders, with as many links as may be, then with fewer."""
    barred = {frozenset(link) for pair in apart for link in itertools.product(pair.x, pair.y)}
    orders = [
        order
        for order in itertools.islice(itertools.permutations(names), limits.MOST_ORDERS)
        if all(order.index(s) < order.index(f) for f, group in sources.items() for s in group)
    ]
    for order in orders:
        yield _graph(order, barred, sources)
    for order in orders:
        yield _graph(order, barred | _skipped(order, apart), sources)


def _skipped(order: Group, apart: list[_Independence]) -> set[frozenset[str]]:
    """Return the links to drop so that, where Y comes after X and G, Y depends on nothing before it but G."""
    links = set()
    for one, other, given in apart:
        for x, y in ((one, other), (other, one)):
            first = min(map(order.index, y))
            if first > max(map(order.index, x + given)):
                links |= {frozenset((u, v)) for u in order[:first] if u not in given for v in y}
    return links


def _graph(order: Group, barred: set[frozenset[str]], sources: dict[str, Group]) -> dict[str, Group]:
    """Link each variable to all before it, except where that is barred and to what a function does not depend on."""
    return {
        name: tuple(u for u in order[:k] if {u, name} not in barred and u in sources.get(name, order))
        for k, name in enumerate(order)
    }
