"""Directed graphs by name, `{child: parents}`: an order, a cycle, and what is connected to a variable given others."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Mapping

Graph = Mapping[str, tuple[str, ...]]


def find_cycle(parents: Graph) -> tuple[str, ...]:
    """The names of a cycle, causes first and the first one repeated at the end; empty where there is none.

    >>> find_cycle({"A": ("B",), "B": ("A",)}) in {("A", "B", "A"), ("B", "A", "B")}
    True
    """
    try:
        graphlib.TopologicalSorter(parents).prepare()
    except graphlib.CycleError as error:
        return tuple(error.args[1])
    return ()


def topological_order(parents: Graph) -> tuple[str, ...]:
    """All names, causes before effects. Raises graphlib.CycleError (a ValueError) for a cycle.

    >>> topological_order({"Z": ("D",), "D": ("X",), "X": ()})
    ('X', 'D', 'Z')
    """
    return tuple(graphlib.TopologicalSorter(parents).static_order())


def ancestors(parents: Graph, names: Iterable[str]) -> set[str]:
    """`names`, their causes, the causes of these, and so on.

    >>> sorted(ancestors({"Z": ("D",), "D": ("X",), "X": (), "S": ()}, ["D"]))
    ['D', 'X']
    """
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += parents[name]
    return found


def children(parents: Graph) -> dict[str, tuple[str, ...]]:
    """The same graph, read the other way: `{parent: children}`.

    >>> children({"Z": ("D",), "D": ()})
    {'Z': (), 'D': ('Z',)}
    """
    found: dict[str, list[str]] = {name: [] for name in parents}
    for name, causes in parents.items():
        for cause in causes:
            found[cause].append(name)
    return {name: tuple(effects) for name, effects in found.items()}


def d_connected(parents: Graph, start: str, given: Iterable[str] = ()) -> set[str]:
    r"""All names that the graph does not separate from `start` given $G$: the complement of d-separation.

    A name $v$ outside has $I(\text{start};v\mid G)=0$ whatever the tables; inside, $I>0$ for almost all tables. A set
    of names is separated from `start` exactly if each of its members is. One walk over (name, direction) pairs finds
    them all (Shachter, *Bayes-ball*, 1998): a fork or chain passes unless it is given, a collider if it or a
    descendant is.

    >>> xor = {"X": (), "Y": (), "Z": ("X", "Y")}
    >>> sorted(d_connected(xor, "X")), sorted(d_connected(xor, "X", given=["Z"]))
    (['X', 'Z'], ['X', 'Y'])
    """
    given = set(given)
    above, below = ancestors(parents, given), children(parents)
    seen: set[tuple[str, bool]] = set()
    waiting = [(start, True)]  # True: reached from a child (or the start), so that causes may be next
    while waiting:
        name, upward = waiting.pop()
        if (name, upward) in seen:
            continue
        seen.add((name, upward))
        if name not in given:
            waiting += [(effect, False) for effect in below[name]]
        if (upward and name not in given) or (not upward and name in above):
            waiting += [(cause, True) for cause in parents[name]]
    return {name for name, _ in seen} - given
