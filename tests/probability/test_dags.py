"""Graphs by name: what is connected given what, against a search in the moral graph."""

import itertools

import numpy as np
import pytest

from infoloop.probability.dags import ancestors, children, d_connected, find_cycle, topological_order


def random_graph(seed: int, count: int = 6) -> dict[str, tuple[str, ...]]:
    draws = np.random.default_rng(seed).random((count, count)) < 0.4
    return {f"V{k}": tuple(f"V{j}" for j in range(k) if draws[j, k]) for k in range(count)}


def moral_graph_separates(parents, x, z, given) -> bool:
    """Separation in the moral graph of the ancestors (Lauritzen et al. 1990), which shares nothing with Bayes-ball."""
    above, size = {x, z, *given}, 0
    while size < len(above):
        size = len(above)
        above |= {cause for name in above for cause in parents[name]}
    families = [{name, *parents[name]} for name in above]
    reached, size = {x}, 0
    while size < len(reached):
        size = len(reached)
        reached |= {name for family in families if family & reached for name in family if name not in given}
    return z not in reached


def disagreements(parents, reach) -> list:
    names = list(parents)
    found = []
    for start, size in itertools.product(names, range(3)):
        for given in itertools.combinations([n for n in names if n != start], size):
            reached = reach(parents, start, given)
            others = [n for n in names if n != start and n not in given]
            found += [
                (start, n, given) for n in others if moral_graph_separates(parents, start, n, given) == (n in reached)
            ]
    return found


@pytest.mark.parametrize("seed", range(6))
def test_connected_is_what_the_moral_graph_does_not_separate(seed):
    assert disagreements(random_graph(seed), d_connected) == []


def test_a_walk_that_forgets_colliders_is_noticed():
    def forgetful(parents, start, given):
        below = children(parents)
        found, waiting = set(), [start]
        while waiting:
            name = waiting.pop()
            if name not in found and name not in given:
                found.add(name)
                waiting += [*parents[name], *below[name]]
        return found

    assert disagreements({"A": (), "B": (), "C": ("A", "B")}, forgetful)


def test_an_order_puts_causes_first_and_a_cycle_is_named():
    graph = random_graph(1)
    place = {name: k for k, name in enumerate(topological_order(graph))}
    assert all(place[cause] < place[name] for name, causes in graph.items() for cause in causes)
    assert find_cycle(graph) == ()
    around = find_cycle({"A": ("C",), "B": ("A",), "C": ("B",), "D": ("A",)})
    assert around[0] == around[-1]
    assert set(around) == {"A", "B", "C"}


def test_ancestors_include_themselves():
    assert ancestors({"A": (), "B": ("A",), "C": ("B",)}, ["B"]) == {"A", "B"}
