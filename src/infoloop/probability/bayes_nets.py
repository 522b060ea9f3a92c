"""Bayesian networks: exact laws of a few of many variables, never by way of the law of all of them."""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import opt_einsum
from jax import lax
from jax.core import Tracer

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.channels import Channel
from infoloop.probability.dags import ancestors, d_connected, find_cycle
from infoloop.probability.distributions import Joint, Names, as_names, marginal, relabel
from infoloop.probability.numerics import nan_if_any
from infoloop.probability.validation import check_distinct, check_kind, check_known, check_same_sizes

BUDGET = 2**27  # cells: 1 GiB of float64


class TooLargeError(ValueError):
    """A law that would not fit into memory; the message names it and its size."""


class Cost(NamedTuple):
    """The size of a query: cells of its largest table, the answer included, and its multiply-adds; exact integers."""

    cells: int
    operations: int


class _Plan(NamedTuple):
    steps: tuple[tuple[tuple[int, ...], str], ...]  # which of the waiting tables are joined, and by which einsum
    cost: Cost


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BayesNet:
    r"""The law $P(v)=\prod_kK_k(\text{target}_k\mid\text{source}_k)$, kept as its factors; a `Joint` has no source.

    `alphabets` holds (name, symbols) of variables whose values are not just 0, 1, 2, ... and that no `Joint` names. The
    class checks nothing, traced or not; `bayes_net` checks, and puts causes before effects.
    """

    factors: tuple[Joint | Channel, ...]
    alphabets: tuple[tuple[str, tuple[Hashable, ...]], ...] = field(default=(), metadata={"static": True})

    @property
    def names(self) -> tuple[str, ...]:
        """All variables, in the order in which the factors introduce them."""
        return tuple(name for factor in self.factors for name in _target(factor))

    @property
    def sizes(self) -> dict[str, int]:
        """The number of values of each variable."""
        return {name: _sizes(factor)[name] for factor in self.factors for name in _target(factor)}


def bayes_net(*parts: Joint | Channel) -> BayesNet:
    r"""Return the Bayesian network $P(v)=\prod_kK_k(\text{target}_k\mid\text{source}_k)$.

    Args:
        parts: laws of the variables without causes and channels to the others, in any order. Their numbers were
            checked where they were made, by `joint`, `channel` and the families.

    Returns:
        The network, its parts reordered so that causes come before effects. If one is NaN, because it was traced and no
        law, the parts without causes are, and so is every law of the network, also of variables above that part.

    Raises:
        ValueError: For no parts, a variable that is defined twice, or read but never defined, alphabets of different
            sizes, and a cycle, whose variables the message names.
        TypeError: For a part that is neither a `Joint` nor a `Channel`.

    >>> from infoloop.probability.channels import channel
    >>> from infoloop.probability.distributions import joint
    >>> net = bayes_net(channel([[0.9, 0.1], [0.2, 0.8]], "X", "Y"), joint([0.5, 0.5], "X"))
    >>> net.names, marginal(net, "Y").table.tolist()
    (('X', 'Y'), [0.55, 0.45])
    """
    for k, part in enumerate(parts):
        check_kind(part, (Joint, Channel), f"part {k} of the network")
    names = check_distinct((name for part in parts for name in _target(part)), "network")
    if not names:
        raise ValueError("a network has no parts: give at least one Joint or Channel")
    sizes = BayesNet(parts).sizes
    for part in parts:
        for name in _source(part):
            if name not in sizes:
                raise ValueError(f"{name!r} is read by {', '.join(_target(part))} but no part defines it: add its law")
        check_same_sizes(sizes, {name: _sizes(part)[name] for name in _source(part)}, "network")
    return BayesNet(_nan_together(_causes_first(parts)))


def _nan_together(parts: tuple[Joint | Channel, ...]) -> tuple[Joint | Channel, ...]:
    """Return the parts, those without causes NaN where any part is: every law of the network is made of one of them."""
    tables = [_table(part) for part in parts]
    firsts = [table.ravel()[:1] for table in tables if isinstance(table, Tracer)]  # where one cell is NaN, all are
    return tuple(part if _source(part) else _with_table(part, nan_if_any(firsts, _table(part))[0]) for part in parts)


def _with_table(part: Joint | Channel, table: jax.Array) -> Joint | Channel:
    return replace(part, rows=table) if isinstance(part, Channel) else replace(part, table=table)


def _causes_first(parts: tuple[Joint | Channel, ...]) -> tuple[Joint | Channel, ...]:
    cycle = find_cycle(_causes(parts))
    if cycle:
        raise ValueError(f"the network has the cycle {' -> '.join(cycle)}: a variable cannot be among its own causes")
    placed, seen, waiting = [], set(), parts
    while waiting:
        later = []
        for part in waiting:
            ready = seen.issuperset(_source(part))
            (placed if ready else later).append(part)
            seen.update(_target(part) if ready else ())
        waiting = later
    return tuple(placed)


def _causes(parts: Iterable[Joint | Channel]) -> dict[str, tuple[str, ...]]:
    return {name: _source(part) for part in parts for name in _target(part)}


def _source(factor: Joint | Channel) -> tuple[str, ...]:
    return factor.source if isinstance(factor, Channel) else ()


def _target(factor: Joint | Channel) -> tuple[str, ...]:
    return factor.target if isinstance(factor, Channel) else factor.names


def _table(factor: Joint | Channel) -> jax.Array:
    return factor.rows if isinstance(factor, Channel) else factor.table


def _sizes(factor: Joint | Channel) -> dict[str, int]:
    return dict(zip(_source(factor) + _target(factor), _table(factor).shape, strict=True))


@marginal.register
def _(net: BayesNet, *names: str) -> Joint:
    factors, plan = _planned(net, names)
    if plan.cost.cells > BUDGET:
        shown = ", ".join(names) if len(names) < 6 else f"{names[0]}, {names[1]} and {len(names) - 2} more"
        raise TooLargeError(
            f"the law of {shown} needs a table of {_human(plan.cost.cells)} cells "
            f"({_human(plan.cost.cells // 2**27)} GiB of float64; the budget is {_human(BUDGET)} cells): "
            "ask for fewer variables, or cut alphabets or links of the network"
        )
    tables = [_table(factor) for factor in factors]
    for inputs, formula in plan.steps:
        operands = [tables.pop(k) for k in inputs]
        tables.append(jnp.einsum(formula, *operands, precision=lax.Precision.HIGHEST))
    return Joint(tables[0], names, _alphabets(net, names))


def _human(n: int) -> str:
    """Return `n` in full where it is short, else with its power of ten: by logarithm, as it may be beyond any float."""
    if n < 10**6:
        return f"{n:,}"
    power, digits = divmod(math.log10(n), 1)
    return f"{10**digits:.1f} * 10^{power:.0f}"


def _alphabets(net: BayesNet, names: tuple[str, ...]) -> tuple[tuple[Hashable, ...], ...] | None:
    named = [factor for factor in net.factors if isinstance(factor, Joint) and factor.alphabets is not None]
    symbols = dict(net.alphabets) | {name: factor.symbols(name) for factor in named for name in factor.names}
    return tuple(symbols.get(name, tuple(range(net.sizes[name]))) for name in names) if symbols else None


@relabel.register
def _(net: BayesNet, /, **names: str) -> BayesNet:
    check_known(net.names, *names)
    check_distinct((names.get(name, name) for name in net.names), "relabelling")
    factors = tuple(_renamed(factor, names) for factor in net.factors)
    return BayesNet(factors, tuple((names.get(name, name), symbols) for name, symbols in net.alphabets))


def _renamed(factor: Joint | Channel, names: dict[str, str]) -> Joint | Channel:
    source, target = (tuple(names.get(name, name) for name in side) for side in (_source(factor), _target(factor)))
    if isinstance(factor, Channel):
        return replace(factor, source=source, target=target)
    return replace(factor, names=target)


@kinds_checked
def query_cost(net: BayesNet, *names: str) -> Cost:
    """Return what `marginal(net, *names)` will build: exact, and known before any of it is computed.

    Args:
        net: the network.
        names: the variables of the law that is asked for.

    Returns:
        `cells` of the largest table and `operations`, multiply-adds, both Python ints of any size.

    Raises:
        ValueError: For a name that is unknown or stands twice.

    >>> from infoloop.probability.channels import channel
    >>> from infoloop.probability.distributions import joint
    >>> steps = [channel([[0.9, 0.1], [0.1, 0.9]], f"X{t}", f"X{t + 1}") for t in range(100)]
    >>> net = bayes_net(joint([0.5, 0.5], "X0"), *steps)
    >>> query_cost(net, "X0", "X100").cells, query_cost(net, *net.names).cells == 2**101
    (4, True)
    """
    return _planned(net, names)[1].cost


@kinds_checked
def separated(net: BayesNet, x: Names, z: Names, given: Names = ()) -> bool:
    r"""Return whether the graph alone makes $X$ and $Z$ independent given $G$: d-separation (Pearl 1988).

    If it holds, $I(X;Z\mid G)=0$ whatever the tables; if not, $I>0$ for almost all tables. A factor of the
    network with several targets links each of these to those before it.

    Args:
        net: the network; its numbers are not looked at.
        x: the name of a variable, or the names of several.
        z: likewise; a name in `x` and `z` that is not given is not separated from itself.
        given: the variables that are conditioned on.

    Raises:
        ValueError: For an unknown name.

    >>> from infoloop.probability.channels import channel
    >>> from infoloop.probability.distributions import joint
    >>> coin, xor = [0.5, 0.5], [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
    >>> net = bayes_net(joint(coin, "X"), joint(coin, "Y"), channel(xor, ("X", "Y"), "Z"))
    >>> separated(net, "X", "Y"), separated(net, "X", "Y", given="Z")
    (True, False)
    """
    x, z, given = (set(check_known(net.names, *as_names(names))) for names in (x, z, given))
    graph = parents_of(net)
    return all(d_connected(graph, name, given).isdisjoint(z) for name in x - given)


def parents_of(net: BayesNet) -> dict[str, tuple[str, ...]]:
    """Return the parents of each variable; a target of a factor has those before it too, by the chain rule."""
    return {name: _source(part) + _target(part)[:k] for part in net.factors for k, name in enumerate(_target(part))}


def _planned(net: BayesNet, names: tuple[str, ...]) -> tuple[Sequence[Joint | Channel], _Plan]:
    """Return the factors that matter for `names`, those of their ancestors (others sum to 1), and how to join them."""
    check_known(net.names, *check_distinct(names, "query"))
    above = ancestors(_causes(net.factors), names)
    # Any first factor is a law by itself: where nothing is asked, its sum is the answer, 1.
    factors = [factor for factor in net.factors if above.intersection(_target(factor))] or net.factors[:1]
    scopes = tuple(tuple(_sizes(factor).items()) for factor in factors)
    return factors, _plan(scopes, names)


@functools.lru_cache(maxsize=1024)
def _plan(scopes: tuple[tuple[tuple[str, int], ...], ...], names: tuple[str, ...]) -> _Plan:
    """Return the cheaper of two orders: greedy, good on trees, or one factor after another, good on chains, grids."""
    sizes = {name: n for scope in scopes for name, n in scope}
    axes = [tuple(name for name, _ in scope) for scope in scopes]
    in_turn = [(0, 1), *((0, k) for k in range(len(axes) - 2, 0, -1))] if len(axes) > 1 else [(0,)]
    greedy = opt_einsum.paths.greedy([frozenset(scope) for scope in axes], frozenset(names), sizes)
    return min((_follow(path, axes, names, sizes) for path in (greedy, in_turn)), key=lambda plan: plan.cost)


def _follow(
    path: Iterable[Iterable[int]], axes: list[tuple[str, ...]], names: tuple[str, ...], sizes: dict[str, int]
) -> _Plan:
    """Return the einsums along a path, in opt_einsum's sense: each joins waiting tables and puts the result last."""
    waiting, steps, cells, operations = list(axes), [], 1, 0
    for inputs in path:
        inputs = tuple(sorted(inputs, reverse=True))
        joined = [waiting.pop(k) for k in inputs]
        union = tuple(dict.fromkeys(name for scope in joined for name in scope))
        needed = set(names).union(*waiting)
        kept = tuple(name for name in union if name in needed) if waiting else names
        waiting.append(kept)
        # Einsum symbols in order of appearance: equal steps get equal formulas, which XLA compiles only once.
        symbol = {name: opt_einsum.get_symbol(k) for k, name in enumerate(union)}
        formula = ",".join("".join(symbol[name] for name in scope) for scope in joined)
        steps.append((inputs, f"{formula}->{''.join(symbol[name] for name in kept)}"))
        cells = max(cells, math.prod(sizes[name] for name in kept))
        operations += math.prod(sizes[name] for name in union)
    return _Plan(tuple(steps), Cost(cells, operations))
