"""Conditional laws as row-stochastic tables, and how they join laws and each other."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.core import Tracer
from jax.typing import DTypeLike
from jaxtyping import Float

from infoloop.probability.array_types import Numbers
from infoloop.probability.distributions import Joint, Names, as_names, marginal
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import (
    check_distinct,
    check_floats,
    check_kind,
    check_known,
    check_probabilities,
    check_same_sizes,
)


@functools.partial(
    jax.tree_util.register_dataclass,
    data_fields=["rows"],
    meta_fields=["source", "target"],
    drop_fields=["inside"],
)
@dataclass(frozen=True)
class Channel:
    """`rows[x, ..., y, ...] = K(y, ... | x, ...)`: one axis for each source variable, then one for each target.

    The class checks nothing, traced or not, and what is computed from rows that are no laws means nothing; `channel`
    and the families check. `inside` is no part of the channel: a family whose traced parameter may be at an end of its
    interval leaves here the rows a hair within, where a slope that has a kink at the end is taken
    (`information.contraction_coefficients.contraction`).
    """

    rows: Float[Array, ...]
    source: tuple[str, ...] = field(metadata={"static": True})
    target: tuple[str, ...] = field(metadata={"static": True})
    inside: Float[Array, ...] | None = field(default=None, repr=False, compare=False)

    @property
    def sizes(self) -> dict[str, int]:
        """The number of values of each source and target variable."""
        return dict(zip(self.source + self.target, self.rows.shape, strict=True))

    @property
    def matrix(self) -> Float[Array, "sources targets"]:
        """The rows as a matrix, source values joined into one axis and target values into the other."""
        sources = math.prod(self.rows.shape[: len(self.source)])
        return self.rows.reshape(sources, -1)

    def __rshift__(self, after: Channel) -> Channel:
        """Return this channel followed by `after`, whose sources are the targets of this one; else ValueError."""
        if not isinstance(after, Channel):
            return NotImplemented
        if set(self.target) != set(after.source):
            raise ValueError(f"cannot feed {self.target} into a channel from {after.source}: rename one of them")
        check_same_sizes({name: self.sizes[name] for name in self.target}, after.sizes, "channel")
        check_distinct(self.source + after.target, "composed channel")
        order = [len(self.source) + self.target.index(name) for name in after.source]
        rows = _contract(self.rows, order, after.rows, list(range(len(order))))
        return Channel(rows, self.source, after.target)


def channel(rows: Float[Numbers, ...], source: Names, target: Names, dtype: DTypeLike | None = None) -> Channel:
    """Return the channel with these rows.

    Args:
        rows: `rows[x, y] = K(y | x)`: an axis for each source, then one for each target.
        source: the name of the input variable, or the names of several.
        target: the name of the output variable, or the names of several.
        dtype: float type of the rows; float64 if None. JAX's default, float32, keeps 7 digits, so that it is taken only
            where this asks for it, and not because rows happen to be of it.

    Returns:
        The channel. Where JAX traces the rows (`jit`, `vmap`, `grad`, `scan`), no error can be raised for their
        numbers: if one row is no law, by the same rule, all cells are NaN, and so is all that is computed from them.

    Raises:
        ValueError: For a negative entry, a row that does not sum to 1 within rounding, names that are not as many as
            the axes, empty or equal; for complex, masked and text entries; and where float64 is off, or the rows are of
            fewer digits, without a dtype.
        TypeError: For what holds no numbers, such as None or a law.

    >>> k = channel([[0.9, 0.1], [0.2, 0.8]], "D", "Z")
    >>> k.source, k.target
    (('D',), ('Z',))
    """
    source, target = as_names(source), as_names(target)
    names = check_distinct(source + target, "channel")
    what = f"channel to {', '.join(target)}"
    rows = check_floats(rows, what, dtype)
    if rows.ndim != len(names):
        raise ValueError(
            f"channel rows have {rows.ndim} axes of sizes {rows.shape}, but {len(names)} names {names}: "
            "give one axis for each source and target"
        )
    return Channel(check_probabilities(rows, what, len(target), dtype), source, target)


def _contract(a, a_axes, b, b_axes):
    return jnp.tensordot(a, b, axes=(a_axes, b_axes), precision=lax.Precision.HIGHEST)


@functools.singledispatch
def extend(p: Any, *channels: Any) -> Any:
    r"""Return the law with the targets of channels added, one after the other: $P(\ldots,x,y)=P(\ldots,x)K(y\mid x)$.

    Args:
        p: a `Joint`, a `Gaussian` or a rational law.
        channels: `Channel`s; `LinearGaussian`s of a `Gaussian`, `RationalLinear`s of a `RationalGaussian`.

    Returns:
        A law of the kind of `p`, the targets after its variables.

    Raises:
        ValueError: For a source that is missing or has another number of values, and for a target that is already a
            variable of the law.
        TypeError: For another kind of law.

    >>> from infoloop.probability.distributions import joint
    >>> p = extend(joint([0.5, 0.5], "X"), channel([[0.9, 0.1], [0.2, 0.8]], "X", "Y"))
    >>> p.names, p.table.tolist()
    (('X', 'Y'), [[0.45, 0.05], [0.1, 0.4]])
    """
    raise TypeError(f"extend of a {type(p).__name__}: give a Joint, a Gaussian or a rational law")


@extend.register
def _(p: Joint, *channels: Channel) -> Joint:
    for k in channels:
        check_sources(p, k)
        names = check_distinct(p.names + k.target, "extended law")
        order = sorted(range(len(k.source)), key=lambda i, k=k: p.names.index(k.source[i]))
        rows = k.rows.transpose(*order, *range(len(k.source), k.rows.ndim))
        shape = [n if name in k.source else 1 for name, n in zip(p.names, p.table.shape, strict=True)]
        targets = rows.shape[len(k.source) :]
        table = p.table.reshape(p.table.shape + (1,) * len(targets)) * rows.reshape(*shape, *targets)
        p = Joint(table, names, p.alphabets and p.alphabets + tuple(tuple(range(n)) for n in targets))
    return p


@functools.singledispatch
def push(p: Any, channel: Any) -> Any:
    r"""Return the law in which the targets of a channel have replaced its sources, $\sum_xP(\cdot,x)K(y|x)$.

    Of a `Joint` it is one product, never the extended table.

    Args:
        p: a `Joint`, a `Gaussian` or a rational law.
        channel: as for `extend`.

    Returns:
        A law of the kind of `p`, the targets after its other variables; of a law of the source alone, the output law.

    Raises:
        ValueError: As `extend` does.
        TypeError: For another kind of law.

    >>> from infoloop.probability.distributions import joint
    >>> push(joint([0.5, 0.5], "X"), channel([[0.9, 0.1], [0.2, 0.8]], "X", "Y")).table.tolist()
    [0.55, 0.45]
    """
    extended = extend(p, channel)
    return marginal(extended, *(name for name in p.names if name not in channel.source), *as_names(channel.target))


@push.register
def _(p: Joint, channel: Channel) -> Joint:
    check_sources(p, channel)
    rest = tuple(name for name in p.names if name not in channel.source)
    names = check_distinct(rest + channel.target, "pushed law")
    axes = [p.names.index(name) for name in channel.source]
    table = _contract(p.table, axes, channel.rows, list(range(len(axes))))
    targets = channel.rows.shape[len(axes) :]
    return Joint(table, names, p.alphabets and (*(p.symbols(n) for n in rest), *(tuple(range(n)) for n in targets)))


def check_sources(p: Any, k: Channel) -> None:
    """Raise ValueError unless every source of the channel is a variable of the law `p`, with as many values.

    Raises TypeError for what is no channel.
    """
    check_kind(k, Channel, "what joins the law")
    check_known(p.names, *k.source)
    check_same_sizes(dict(zip(p.names, p.table.shape, strict=True)), {n: k.sizes[n] for n in k.source}, "law")


def tensor(a: Channel, b: Channel) -> Channel:
    r"""Return two channels side by side as one, $(K\otimes L)(y,w\mid x,v)=K(y\mid x)L(w\mid v)$.

    Args:
        a: the channel K.
        b: the channel L; it shares no variable with `a`.

    Returns:
        A channel whose axes are the sources of `a`, those of `b`, the targets of `a`, those of `b`.

    Raises:
        ValueError: For a name that stands twice.

    >>> k, l = channel([[1, 0], [0, 1]], "X", "Y"), channel([[0.5, 0.5]], "V", "W")
    >>> tensor(k, l).source, tensor(k, l).rows.shape
    (('X', 'V'), (2, 1, 2, 2))
    """
    check_kind(a, Channel, "a")
    check_kind(b, Channel, "b")
    check_distinct(a.source + b.source + a.target + b.target, "tensor product")
    rows = jnp.tensordot(a.rows, b.rows, axes=0, precision=lax.Precision.HIGHEST)
    m, n = len(a.source), len(a.target)
    sources_of_b = range(m + n, m + n + len(b.source))
    rows = rows.transpose(*range(m), *sources_of_b, *range(m, m + n), *range(m + n + len(b.source), rows.ndim))
    return Channel(rows, a.source + b.source, a.target + b.target)


def conditional(p: Any, target: Names, given: Names) -> Channel:
    r"""Return the channel $P(\text{target}\mid\text{given})$ inside a law, such as the reverse channel of Bayes' rule.

    Args:
        p: the law; also a `BayesNet`.
        target: the name of the output variable, or the names of several.
        given: the name of the input variable, or the names of several.

    Returns:
        The channel, its axes in the order of `given`, then of `target`.

    Raises:
        ValueError: For a name that is unknown or stands twice, and where a value of `given` has mass 0, since its row
            is undefined; of a traced law, for which nothing can be raised, all rows are then NaN.

    >>> from infoloop.probability.distributions import joint
    >>> conditional(joint([[0.4, 0.1], [0.1, 0.4]], "X", "D"), "X", given="D").rows.tolist()
    [[0.8, 0.2], [0.2, 0.8]]
    """
    target, given = as_names(target), as_names(given)
    both = check_kind(marginal(p, *given, *target), Joint, "the law")
    mass = both.table.sum(axis=tuple(range(len(given), both.table.ndim)), keepdims=True)
    if not isinstance(mass, Tracer) and not (mass > 0).all():
        cell = tuple(int(i) for i in jnp.argwhere(~(mass > 0))[0][: len(given)])
        raise ValueError(f"P({', '.join(target)} | {', '.join(given)}) is undefined at {cell}: it has mass 0, drop it")
    return Channel(nan_unless((mass > 0).all(), both.table / mass), given, target)
