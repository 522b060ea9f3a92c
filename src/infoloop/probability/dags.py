"""Directed graphs by name, `{child: parents}`: an order, a cycle, and what is connected to a variable given others."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Mapping

Graph = Mapping[str, tuple[str, ...]]


def find_cycle(parents: Graph) -> tuple[str, ...]:
    """Return the names of a cycle, causes first and the first one repeated at the end; empty where there is none.

    >>> find_cycle({"A": ("B",), "B": ("A",)}) in {("A", "B", "A"), ("B", "A", "B")}
    True
    """
    try:
        graphlib.TopologicalSorter(parents).prepare()
    except graphlib.CycleError as error:
        return tuple(error.args[1])
    return ()


def topological_order(parents: Graph) -> tuple[str, ...]:
    """Return all names, causes before effects.

    Raises:
        graphlib.CycleError: For a cycle; it is a ValueError, and `find_cycle` names the variables.

    >>> topological_order({"Z": ("D",), "D": ("X",), "X": ()})
    ('X', 'D', 'Z')
    """
    return tuple(graphlib.TopologicalSorter(parents).static_order())


def ancestors(parents: Graph, names: Iterable[str]) -> set[str]:
    """Return `names`, their causes, the causes of these, and so on.

    Raises:
        KeyError: For a name that the graph does not have.

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
    """Return the same graph read the other way: `{parent: children}`.

    >>> children({"Z": ("D",), "D": ()})
    {'Z': (), 'D': ('Z',)}
    """
    found: dict[str, list[str]] = {name: [] for name in parents}
    for name, causes in parents.items():
        for cause in causes:
            found[cause].append(name)
    return {name: tuple(effects) for name, effects in found.items()}


def d_connected(parents: Graph, start: str, given: Iterable[str] = ()) -> set[str]:
    r"""Return all names that the graph does not separate from `start` given $G$: the complement of d-separation.

    A name $v$ that is not returned has $I(\text{start};v\mid G)=0$ whatever the tables; one that is has $I>0$ for
    almost all tables. A set of names is separated from `start` exactly if each of its members is. One walk over pairs
    (name, direction) finds them all (Shachter, *Bayes-ball*, 1998): a fork or chain passes unless it is given, a
    collider if it or a descendant is.

    Args:
        parents: the graph; every variable has an entry.
        start: a variable, which is not among `given`.
        given: the variables that are conditioned on.

    Returns:
        The names, `start` among them and none of `given`.

    Raises:
        KeyError: For a name that the graph does not have.

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
