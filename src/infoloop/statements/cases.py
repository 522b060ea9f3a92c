"""Generate cases of a claim: numbers free to search over, and what builds from them a case that meets assumptions."""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.exact.rational_laws import RationalLaw, rational_product, rational_table
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint


class Cases(NamedTuple):
    """A generator of random cases: `draw(key)` gives numbers, `build(numbers)` a case that meets the assumptions.

    The numbers are a tree of float arrays without constraints, which an attack may move; both functions may be traced.
    """

    draw: Callable
    build: Callable


class Family(NamedTuple):
    """A finite family of exact cases: what it is, in words, and a function that iterates over its members."""

    description: str
    members: Callable[[], Iterator]


def random_bayes_nets(*parts: str, **sizes: int) -> Cases:
    """Return a generator of random Bayesian networks with these parts, each with free probabilities.

    Rows are softmaxes of normals whose spread is log-normal: some nearly uniform, some nearly deterministic.

    Args:
        parts: a factor each, causes first: "X" for the law of X, "D,S|X" for the channel from X to D and S.
        sizes: how many values each variable takes.

    >>> chains = random_bayes_nets("X", "Z|X", X=2, Z=3)
    >>> chains.build(chains.draw(jax.random.key(0))).names
    ('X', 'Z')
    """
    shapes = [_split(part) for part in parts]
    dims = [tuple(sizes[name] for name in source + target) for target, source in shapes]
    cells = [math.prod(dim) for dim in dims]

    def draw(key):
        normals = jax.random.normal(key, (sum(cells) + len(cells),))
        spread, rows = jnp.exp(normals[: len(cells)]), jnp.split(normals[len(cells) :], np.cumsum(cells)[:-1])
        return tuple(s * row.reshape(dim) for s, row, dim in zip(spread, rows, dims, strict=True))

    def build(logits):
        return BayesNet(tuple(_factor(x, *shape) for x, shape in zip(logits, shapes, strict=True)))

    return Cases(draw, build)


def _split(part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    target, _, source = part.partition("|")
    return tuple(target.split(",")), tuple(source.split(",")) if source else ()


def _factor(logits, target, source):
    shape = logits.shape
    rows = math.prod(shape[: len(source)])
    table = jax.nn.softmax(logits.reshape(rows, -1), axis=1).reshape(shape)
    return Channel(table, source, target) if source else Joint(table, target)


def random_probabilities(count: int) -> Cases:
    """`count` free numbers in (0, 1), as an array: logistic images of normals."""
    return Cases(lambda key: 2 * jax.random.normal(key, (count,)), jax.nn.sigmoid)


def enumerate_rational_bayes_nets(*parts: str, rows: dict[str, list], **sizes: int) -> Iterator[RationalLaw]:
    """Every network with these parts whose rows come from the lists `rows[part]`: all choices for all source values.

    >>> rows = {"X": [[1, 0]], "Z|X": [[1, 0], [0, 1]]}
    >>> next(enumerate_rational_bayes_nets("X", "Z|X", rows=rows, X=2, Z=2)).outcomes()
    {'0 0': '1'}
    """
    shapes = [_split(part) for part in parts]
    choices = []
    for part, (target, source) in zip(parts, shapes, strict=True):
        count = math.prod(sizes[name] for name in source)
        shape = [sizes[name] for name in source + target]
        exact = [rational_table(row) for row in rows[part]]
        tables = (np.stack(chosen).reshape(shape) for chosen in itertools.product(exact, repeat=count))
        choices.append([(table, source + target) for table in tables])
    for factors in itertools.product(*choices):
        yield rational_product(*factors)
