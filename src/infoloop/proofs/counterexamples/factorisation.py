"""Laws that meet assumptions by construction: an order of variables, what each depends on, and which are functions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from infoloop.notation.grammar import Group, Term
from infoloop.probability.bayes_nets import BayesNet, separated
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint

Zero = tuple[Term, ...]

_ORDERS = 5040  # 7!, all orders of seven variables; a graph takes some ten microseconds


class Factorisation(NamedTuple):
    """Each variable depends on its `parents`, which stand before it; those in `functions` are determined by them.

    `unmet` are the sums that must vanish but that no such graph makes vanish.
    """

    names: Group
    parents: dict[str, Group]
    functions: frozenset[str]
    unmet: tuple[Zero, ...]


def factorise(names: Group, zeros: Iterable[Zero]) -> Factorisation:
    """A graph in which every independence is a d-separation and every H(F|S) = 0 a node without noise, if there is one.

    Independent variables are never linked. Where that suffices in no order, more links are dropped, so that laws that
    would do are lost; and where that does not help either, all variables are linked and everything is left unmet.

    >>> from infoloop.notation.grammar import parse_expression
    >>> factorise(("X", "D", "Z"), [parse_expression("I(X;Z|D)")]).parents
    {'X': (), 'D': ('X',), 'Z': ('D',)}
    """
    apart, sources, rest = _sorted(tuple(zeros))
    for graph in _graphs(names, apart, sources):
        net = _net(graph)
        if all(separated(net, x, y, given) for x, y, given in apart):
            return Factorisation(tuple(graph), graph, frozenset(sources), rest)
    return Factorisation(names, _graph(names, set(), {}), frozenset(), tuple(zeros))


def _sorted(zeros: tuple[Zero, ...]):
    """Independences (x, y, given); what each function is a function of; and all other sums."""
    apart, sources, rest = [], {}, []
    for zero in zeros:
        groups, given = (zero[0].groups, zero[0].given) if len(zero) == 1 else ((), ())
        if len(groups) == 2 and not set(groups[0]) & set(groups[1]):
            apart.append((*(tuple(x for x in group if x not in given) for group in groups), given))
        elif len(groups) == 1 and not sources.keys() & (targets := set(groups[0]) - set(given)):
            sources |= dict.fromkeys(targets, given)
        else:
            rest.append(zero)
    return apart, sources, tuple(rest)


def _graphs(names: Group, apart, sources: dict[str, Group]) -> Iterator[dict[str, Group]]:
    barred = {frozenset(pair) for x, y, _ in apart for pair in itertools.product(x, y)}
    orders = [
        order
        for order in itertools.islice(itertools.permutations(names), _ORDERS)
        if all(order.index(s) < order.index(f) for f, group in sources.items() for s in group)
    ]
    for order in orders:
        yield _graph(order, barred, sources)
    for order in orders:
        yield _graph(order, barred | _skipped(order, apart), sources)


def _skipped(order: Group, apart) -> set[frozenset[str]]:
    """Links that go as well if, where Y comes after X and G, Y depends on nothing but G of all that was before it."""
    links = set()
    for one, other, given in apart:
        for x, y in ((one, other), (other, one)):
            first = min(map(order.index, y))
            if first > max(map(order.index, x + given)):
                links |= {frozenset((u, v)) for u in order[:first] if u not in given for v in y}
    return links


def _graph(order: Group, barred: set[frozenset[str]], sources: dict[str, Group]) -> dict[str, Group]:
    return {
        name: tuple(u for u in order[:k] if {u, name} not in barred and u in sources.get(name, order))
        for k, name in enumerate(order)
    }


def _net(graph: dict[str, Group]) -> BayesNet:
    """The network with this graph and no numbers: separation does not look at them."""
    blank: Any = None
    return BayesNet(tuple(Channel(blank, up, (x,)) if up else Joint(blank, (x,)) for x, up in graph.items()))
