"""The textbook channels. Probabilities are arguments, so every family can be swept by `vmap` and differentiated."""

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.core import Tracer
from jax.typing import DTypeLike
from jaxtyping import Float, Int, Key

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.channels import Channel, channel
from infoloop.probability.counts_of_draws import count_masses
from infoloop.probability.distributions import Names, as_names
from infoloop.probability.host_functions import host_only, refuse_tracers
from infoloop.probability.numerics import nan_if_any
from infoloop.probability.validation import (
    check_distinct,
    check_floats,
    check_int,
    check_probabilities,
    check_unit_interval,
    require_float64,
)
from infoloop.reporting.suggestions import quote


@kinds_checked
def bsc(flip: Number, source: str, target: str, dtype: DTypeLike | None = None) -> Channel:
    """Return the binary symmetric channel, in which the bit changes with probability `flip` (Cover & Thomas, 7.1.4).

    Args:
        flip: the crossover probability, one number; `jax.vmap` serves several.
        source: the name of the input variable.
        target: the name of the output variable.
        dtype: float type of the rows; float64 if None.

    Returns:
        A channel with 2 x 2 rows, `rows[x, y] = P(y | x)`.

    Raises:
        ValueError: For a probability outside [0, 1] or more than one, and for equal names. A traced probability outside
            [0, 1] cannot raise: all rows become NaN.

    >>> bsc(0.25, "X", "Y").rows.tolist()
    [[0.75, 0.25], [0.25, 0.75]]
    """
    return _family(lambda e: [[1 - e, e], [e, 1 - e]], _probability(flip, "flip", dtype), source, target)


@kinds_checked
def erasure(erased: Number, source: str, target: str, size: int = 2, dtype: DTypeLike | None = None) -> Channel:
    """Return the erasure channel: the symbol is lost with probability `erased` (Cover & Thomas, 7.1.5).

    Args:
        erased: the probability of a loss, one number; `jax.vmap` serves several.
        source: the name of the input variable.
        target: the name of the output variable.
        size: how many symbols there are, from 1 on.
        dtype: float type of the rows; float64 if None.

    Returns:
        A channel with `size` rows of `size + 1` outputs; the last output says that the symbol was lost.

    Raises:
        ValueError: For a probability outside [0, 1] or more than one, and for equal names. A traced probability outside
            [0, 1] cannot raise: all rows become NaN.

    >>> erasure(0.25, "X", "Y").rows.tolist()
    [[0.75, 0.0, 0.25], [0.0, 0.75, 0.25]]
    """
    e, kept = _probability(erased, "erased", dtype), jnp.eye(check_int(size, "size"))
    return _family(lambda e: jnp.column_stack([(1 - e) * kept.astype(e.dtype), jnp.full(size, e)]), e, source, target)


@kinds_checked
def z_channel(fall: Number, source: str, target: str, dtype: DTypeLike | None = None) -> Channel:
    """Return the Z-channel: 0 stays 0, and 1 falls to 0 with probability `fall` (Cover & Thomas, problem 7.8).

    Args:
        fall: the probability that 1 becomes 0, one number; `jax.vmap` serves several.
        source: the name of the input variable.
        target: the name of the output variable.
        dtype: float type of the rows; float64 if None.

    Returns:
        A channel with 2 x 2 rows, `rows[x, y] = P(y | x)`.

    Raises:
        ValueError: For a probability outside [0, 1] or more than one, and for equal names. A traced probability outside
            [0, 1] cannot raise: all rows become NaN.

    >>> z_channel(0.25, "X", "Y").rows.tolist()
    [[1.0, 0.0], [0.25, 0.75]]
    """
    e = _probability(fall, "fall", dtype)
    return _family(lambda e: [[jnp.ones_like(e), jnp.zeros_like(e)], [e, 1 - e]], e, source, target)


@kinds_checked
def symmetric(error: Number, source: str, target: str, size: int = 2, dtype: DTypeLike | None = None) -> Channel:
    r"""Return the q-ary symmetric channel: the symbol changes with probability `error`, to each other symbol alike.

    As $\lambda I+\frac{1-\lambda}qJ$ it has $\lambda=1-\frac{q}{q-1}\,\mathrm{error}$.

    Args:
        error: the probability of a change, one number; `jax.vmap` serves several.
        source: the name of the input variable.
        target: the name of the output variable.
        size: q, how many symbols there are, from 2 on.
        dtype: float type of the rows; float64 if None.

    Returns:
        A channel with q x q rows, `rows[x, y] = P(y | x)`.

    Raises:
        ValueError: For a probability outside [0, 1] or more than one, and for equal names. A traced probability outside
            [0, 1] cannot raise: all rows become NaN.

    >>> symmetric(0.5, "X", "Y", size=3).rows.tolist()
    [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]]
    """
    e, same = _probability(error, "error", dtype), jnp.eye(check_int(size, "size", 2), dtype=bool)
    return _family(lambda e: jnp.where(same, 1 - e, e / (size - 1)), e, source, target)


@host_only
@kinds_checked
def deterministic(
    function: Callable | Iterable[int],
    source: Names,
    target: str,
    sizes: int | Iterable[int] | None = None,
    dtype: DTypeLike | None = None,
) -> Channel:
    """Return the channel that computes a function of its sources.

    Args:
        function: a callable on the numbers of the sources' values, or the list of its values, last source fastest.
        source: the name of the input variable, or the names of several.
        target: the name of the output variable.
        sizes: how many values each source takes; it may be left out with a list and one source.
        dtype: float type of the rows; float64 if None.

    Returns:
        A channel with an axis for each source and one for the target, whose values are 0 .. the largest of the
        function's; every row has one 1.

    Raises:
        ValueError: For a value that is not a whole number >= 0, a number of values that does not fit the sizes, a
            callable without sizes, and for a name that stands twice.
        TypeError: For traced values: the shape of the channel depends on them.

    >>> deterministic(lambda d, s: d ^ s, ("D", "S"), "Z", sizes=(2, 2)).rows.tolist()[0]
    [[1.0, 0.0], [0.0, 1.0]]
    """
    source = as_names(source)
    if callable(function):
        if sizes is None:
            raise ValueError("deterministic needs sizes=(...), the alphabet size of each source, beside a callable")
        sizes = (sizes,) if isinstance(sizes, int) else tuple(sizes)
        values = [function(*cell) for cell in itertools.product(*map(range, sizes))]
    else:
        values = list(function)
        sizes = (len(values),) if sizes is None else ((sizes,) if isinstance(sizes, int) else tuple(sizes))
    refuse_tracers("deterministic", function=values)
    images = np.array(values)
    if images.dtype.kind not in "biuf":
        raise ValueError(f"deterministic: function gives {quote(values)}: its values must be whole numbers >= 0")
    if len(sizes) != len(source) or images.size != math.prod(sizes) or images.size == 0:
        raise ValueError(f"deterministic: {images.size} values for sources {source} of sizes {sizes}")
    if not (images == images.astype(int)).all() or images.min() < 0:
        raise ValueError(f"deterministic: values {sorted(set(images.tolist()))} must be whole numbers >= 0")
    images = images.astype(int)
    return channel(np.eye(images.max() + 1)[images].reshape(*sizes, -1), source, target, dtype)


@kinds_checked
def binomial(
    rates: Float[Numbers, " n"], trials: int, source: str, target: str, dtype: DTypeLike | None = None
) -> Channel:
    r"""Return the channel from the number of a rate to a count of successes.

    $$K(k\mid x)=\binom tk r_x^k(1-r_x)^{t-k}$$ Digits as in `multinomial`.

    Args:
        rates: the rates r, n probabilities.
        trials: t, how many draws, from 0 on.
        source: the name of the input variable.
        target: the name of the output variable.
        dtype: float type of the rows; float64 if None.

    Returns:
        A channel with n rows of t + 1 counts, exactly 0 where the probability is.

    Raises:
        ValueError: For a rate outside [0, 1], rates that are no list, trials that are no whole number from 0 on, and
            for equal names. A traced rate outside [0, 1] makes all rows NaN.

    >>> binomial([0.0, 0.5], 2, "theta", "count").rows.tolist()
    [[1.0, 0.0, 0.0], [0.25, 0.5, 0.25]]
    """
    r = _with_axes(check_unit_interval(rates, "rates", dtype), 1, "rates", "a list of numbers")
    return multinomial(jnp.stack([1 - r, r], axis=1), trials, source, target, dtype)


@kinds_checked
def multinomial(
    rates: Float[Numbers, "n k"], trials: int, source: str, target: str, dtype: DTypeLike | None = None
) -> Channel:
    r"""Return the channel from the number of a law on k symbols to the counts of draws from it.

    $$K(c\mid x)=\frac{t!}{\prod c_i!}\prod_ir_{xi}^{c_i}$$ The relative error is a few units in the last place, of far
    tails too (`count_masses`).

    Args:
        rates: one law in each of n rows.
        trials: t, how many draws, from 0 on.
        source: the name of the input variable.
        target: the name of the output variable.
        dtype: float type of the rows; float64 if None.

    Returns:
        A channel with n rows, whose outputs are `compositions(trials, k)` in that order.

    Raises:
        ValueError: For rows that are no laws, rates that are no table, trials that are no whole number from 0 on, and
            for equal names. A traced row that is no law makes all rows NaN.

    >>> multinomial([[0.5, 0.5]], 2, "theta", "counts").rows.tolist()
    [[0.25, 0.5, 0.25]]
    """
    r = _with_axes(check_floats(rates, "rates", dtype), 2, "rates", "a table with one law in each row")
    r = check_probabilities(r, "rates", 1, r.dtype)
    counts = compositions(check_int(trials, "trials", 0), r.shape[1])
    return _channel(count_masses(r, counts), r, source, target)


@host_only
@kinds_checked
def compositions(total: int, parts: int) -> Int[np.ndarray, "rows parts"]:
    """Return all ways to write a number as a sum of counts, one row each, the first count falling.

    Args:
        total: the sum, from 0 on.
        parts: how many counts, from 1 on.

    Returns:
        `comb(total + parts - 1, parts - 1)` rows of `parts` counts.

    Raises:
        ValueError: For what is no whole number, and for one below its least.

    >>> compositions(2, 2).tolist()
    [[2, 0], [1, 1], [0, 2]]
    """
    total, parts = check_int(total, "total", 0), check_int(parts, "parts")
    bars = itertools.combinations(range(total + parts - 1), parts - 1)
    edges = np.array([(-1, *bar, total + parts - 1) for bar in bars])
    return np.diff(edges, axis=1)[::-1] - 1


@kinds_checked
def random_channel(
    key: Key[Array, ""], sources: int, targets: int, source: str, target: str, dtype: DTypeLike | None = None
) -> Channel:
    """Return a channel whose rows are drawn uniformly from the simplex (Dirichlet with all parameters 1).

    Args:
        key: a key of `jax.random`.
        sources: how many values the input takes, from 1 on.
        targets: how many values the output takes, from 1 on.
        source: the name of the input variable.
        target: the name of the output variable.
        dtype: float type of the rows; float64 if None.

    Returns:
        A channel with `sources` rows of `targets` outputs.

    Raises:
        ValueError: For sizes that are no whole numbers from 1 on, equal names, and where float64 is switched off.

    >>> random_channel(jax.random.key(0), 2, 3, "X", "Y").rows.shape
    (2, 3)
    """
    dtype = require_float64(None, "random_channel", dtype)
    draws = jax.random.exponential(key, (check_int(sources, "sources"), check_int(targets, "targets")), dtype)
    return _channel(draws / draws.sum(1, keepdims=True), draws, source, target)


def _probability(value, what, dtype):
    return _with_axes(check_unit_interval(value, what, dtype), 0, what, "one number, and use jax.vmap over several")


def _with_axes(value, axes, what, wanted):
    if value.ndim != axes:
        raise ValueError(f"{what} has shape {value.shape}: give {wanted}")
    return value


def _channel(rows, parameter, source, target):
    names = check_distinct((source, target), "channel")
    return Channel(*nan_if_any([parameter], jnp.asarray(rows)), names[:1], names[1:])  # ty: ignore[invalid-argument-type]


def _family(rows, e, source, target):
    """Return the channel with the rows at `e`; where `e` is traced, with those a hair inside [0, 1] beside them."""
    channel = _channel(rows(e), e, source, target)
    if not isinstance(e, Tracer):
        return channel
    hair, digit = jnp.sqrt(jnp.finfo(e.dtype).tiny), jnp.finfo(e.dtype).eps / 2
    inner = jnp.where(e == 0, hair, jnp.where(e == 1, 1 - digit, e))
    return replace(channel, inside=jnp.asarray(rows(inner)))
