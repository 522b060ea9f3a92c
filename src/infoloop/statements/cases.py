"""Generate cases of a claim: numbers free to search over, and what builds from them a case that meets assumptions."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

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


@dataclass(frozen=True)
class Normals:
    """Draw arrays of normals, one of each shape and standard deviation; equal ones share a compiled program.

    >>> Normals((2,), 1.0) == Normals((2,), 1.0), Normals((2,), 1.0)(jax.random.key(0)).shape
    (True, (2,))
    """

    shape: tuple[int, ...]
    spread: float

    def __call__(self, key: Key[Array, ""]) -> Float[Array, "..."]:
        """Return the numbers of one case."""
        return self.spread * jax.random.normal(key, self.shape)


@dataclass(frozen=True)
class SpreadLogits:
    """Draw a table of logits of each shape, normal with a spread that is log-normal; equal ones share a program.

    >>> [logits.shape for logits in SpreadLogits(((2,), (2, 3)))(jax.random.key(0))]
    [(2,), (2, 3)]
    """

    shapes: tuple[tuple[int, ...], ...]

    def __call__(self, key: Key[Array, ""]) -> tuple[Float[Array, "..."], ...]:
        """Return the numbers of one case."""
        cells = [math.prod(shape) for shape in self.shapes]
        normals = jax.random.normal(key, (sum(cells) + len(cells),))
        spread, rows = jnp.exp(normals[: len(cells)]), jnp.split(normals[len(cells) :], np.cumsum(cells)[:-1])
        return tuple(s * row.reshape(shape) for s, row, shape in zip(spread, rows, self.shapes, strict=True))


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
    dims = tuple(tuple(sizes[name] for name in source + target) for target, source in shapes)

    def build(logits):
        return BayesNet(tuple(_factor(x, *shape) for x, shape in zip(logits, shapes, strict=True)))

    return Cases(SpreadLogits(dims), build)


def _split(part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    target, _, source = part.partition("|")
    return tuple(target.split(",")), tuple(source.split(",")) if source else ()


def _factor(logits, target, source):
    shape = logits.shape
    rows = math.prod(shape[: len(source)])
    table = jax.nn.softmax(logits.reshape(rows, -1), axis=1).reshape(shape)
    return Channel(table, source, target) if source else Joint(table, target)


def with_fixed_channel(nets: Cases, rows: ArrayLike, source: str, target: str) -> Cases:
    """Return these random networks with one more variable, which is drawn from fixed rows, one for each source value.

    >>> copies = with_fixed_channel(random_bayes_nets("X", X=2), np.eye(2), "X", "Y")
    >>> copies.build(copies.draw(jax.random.key(0))).names
    ('X', 'Y')
    """

    def build(numbers):
        return BayesNet((*nets.build(numbers).factors, Channel(jnp.asarray(rows), (source,), (target,))))

    return Cases(nets.draw, build)


def random_numbers(count: int, build: Callable, spread: float = 1) -> Cases:
    """Return the cases that `build` makes of an array of `count` normals with this standard deviation.

    >>> random_numbers(2, jnp.exp).build(jnp.zeros(2)).tolist()
    [1.0, 1.0]
    """
    return Cases(Normals((count,), spread), build)


def random_probabilities(count: int) -> Cases:
    """Return arrays of `count` free numbers in (0, 1): logistic images of normals."""
    return random_numbers(count, jax.nn.sigmoid, spread=2)


def exact_law(tables: Mapping[str, Any]) -> RationalLaw:
    """Return the law of a Bayesian network, each factor given by its table: axes are its sources, then its targets.

    >>> exact_law({"X": ["1/4", "3/4"], "Z|X": [[1, 0], [0, 1]]}).outcomes()
    {'0 0': '1/4', '1 1': '3/4'}
    """
    parts = ((rational_table(table), *_split(part)) for part, table in tables.items())
    return rational_product(*((table, source + target) for table, target, source in parts))


def copied_bit(*names: str) -> RationalLaw:
    """Return the law in which all named variables are one fair bit: a bound by a copy is sharp there.

    >>> copied_bit("X", "Z").outcomes()
    {'0 0': '1/2', '1 1': '1/2'}
    """
    links = {f"{copy}|{bit}": [[1, 0], [0, 1]] for bit, copy in itertools.pairwise(names)}
    return exact_law({names[0]: ["1/2", "1/2"], **links})


class Fixed(NamedTuple):
    """A factor that is the same in all of `exact_laws`: its table, as `exact_law` takes it."""

    table: Any


def exact_laws(rows: Mapping[str, Any]) -> Iterator[RationalLaw]:
    """Yield every law of a Bayesian network whose factors have rows from these lists, chosen for each source value.

    >>> [law.outcomes() for law in exact_laws({"X": [[1, 0]], "Z|X": Fixed([[1, 0], [0, 1]]), "T|Z": [[1, 0], [0, 1]]})]
    [{'0 0 0': '1'}, {'0 0 0': '1'}, {'0 0 1': '1'}, {'0 0 1': '1'}]
    """
    sizes: dict[str, int] = {}
    choices = []
    for part, listed in rows.items():
        target, source = _split(part)
        tables = _every_table(listed, [sizes[name] for name in source])
        sizes.update(zip(target, tables[0].shape[len(source) :], strict=True))
        choices.append([(table, source + target) for table in tables])
    for factors in itertools.product(*choices):
        yield rational_product(*factors)


def _every_table(listed, given):
    if isinstance(listed, Fixed):
        return [rational_table(listed.table)]
    exact = [rational_table(row) for row in listed]
    chosen = itertools.product(exact, repeat=math.prod(given))
    return [np.stack(rows).reshape(*given, *exact[0].shape) for rows in chosen]
