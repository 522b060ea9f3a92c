"""The textbook channels. Probabilities are arguments, so every family can be swept by `vmap` and differentiated."""

import itertools
import math
from collections.abc import Callable, Iterable

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from infoloop.probability.channels import Channel, channel
from infoloop.probability.distributions import Names, as_names
from infoloop.probability.numerics import rounding
from infoloop.probability.validation import (
    check_axes,
    check_distinct,
    check_int,
    check_probabilities,
    check_unit_interval,
    require_float64,
)


def bsc(flip, source: str, target: str, dtype=None) -> Channel:
    """Binary symmetric channel: the bit changes with crossover probability `flip` (Cover & Thomas, 7.1.4).

    >>> bsc(0.25, "X", "Y").rows.tolist()
    [[0.75, 0.25], [0.25, 0.75]]
    """
    e = _probability(flip, "flip", dtype)
    return _channel([[1 - e, e], [e, 1 - e]], source, target)


def erasure(erased, source: str, target: str, size: int = 2, dtype=None) -> Channel:
    """Erasure channel on `size` symbols: the last output, number `size`, says that the symbol was lost.

    >>> erasure(0.25, "X", "Y").rows.tolist()
    [[0.75, 0.0, 0.25], [0.0, 0.75, 0.25]]
    """
    e = _probability(erased, "erased", dtype)
    kept = (1 - e) * jnp.eye(check_int(size, "size"), dtype=e.dtype)
    return _channel(jnp.concatenate([kept, jnp.full((size, 1), e)], 1), source, target)


def z_channel(fall, source: str, target: str, dtype=None) -> Channel:
    """Z-channel: 0 stays 0, and 1 falls to 0 with probability `fall`.

    >>> z_channel(0.25, "X", "Y").rows.tolist()
    [[1.0, 0.0], [0.25, 0.75]]
    """
    e = _probability(fall, "fall", dtype)
    one = jnp.ones_like(e)
    return _channel([[one, 0 * one], [e, 1 - e]], source, target)


def symmetric(error, source: str, target: str, size: int = 2, dtype=None) -> Channel:
    r"""q-ary symmetric channel, q = `size`: the symbol changes with probability `error`, to each other symbol alike.

    As $\lambda I+\frac{1-\lambda}qJ$ it has $\lambda=1-\frac{q}{q-1}\,\mathrm{error}$.

    >>> symmetric(0.5, "X", "Y", size=3).rows.tolist()
    [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]]
    """
    e = _probability(error, "error", dtype)
    return _channel(jnp.where(jnp.eye(check_int(size, "size", 2), dtype=bool), 1 - e, e / (size - 1)), source, target)


def deterministic(function: Callable | Iterable[int], source: Names, target: str, sizes=None, dtype=None) -> Channel:
    """The channel that computes a function of its sources: a callable on value numbers, or the list of its values.

    `sizes` gives the alphabet size of each source and may be left out with a list. The target takes the values
    0 .. largest. Raises ValueError for a value that is not a whole number >= 0.

    >>> deterministic(lambda d, s: d ^ s, ("D", "S"), "Z", sizes=(2, 2)).rows.tolist()[0]
    [[1.0, 0.0], [0.0, 1.0]]
    """
    source = as_names(source)
    if callable(function):
        if sizes is None:
            raise ValueError("deterministic needs sizes=(...), the alphabet size of each source, beside a callable")
        sizes = (sizes,) if isinstance(sizes, int) else tuple(sizes)
        images = np.array([function(*values) for values in itertools.product(*map(range, sizes))])
    else:
        images = np.array(list(function))
        sizes = (len(images),) if sizes is None else ((sizes,) if isinstance(sizes, int) else tuple(sizes))
    if len(sizes) != len(source) or images.size != math.prod(sizes) or images.size == 0:
        raise ValueError(f"deterministic: {images.size} values for sources {source} of sizes {sizes}")
    if not (images == images.astype(int)).all() or images.min() < 0:
        raise ValueError(f"deterministic: values {sorted(set(images.tolist()))} must be whole numbers >= 0")
    images = images.astype(int)
    return channel(np.eye(images.max() + 1)[images].reshape(*sizes, -1), source, target, dtype)


def binomial(rates, trials: int, source: str, target: str, dtype=None) -> Channel:
    r"""From the number of a rate to a count: $K(k\mid x)=\binom nk r_x^k(1-r_x)^{n-k}$, exactly 0 where it is 0.

    >>> binomial([0.0, 0.5], 2, "theta", "count").rows.tolist()
    [[1.0, 0.0, 0.0], [0.25, 0.5, 0.25]]
    """
    r = check_axes(check_unit_interval(rates, "rates", dtype), 1, "rates", "a list of numbers")
    return multinomial(jnp.stack([1 - r, r], axis=1), trials, source, target, dtype)


def multinomial(rates, trials: int, source: str, target: str, dtype=None) -> Channel:
    r"""From the number of a law `rates[x]` on k symbols to the counts of `trials` draws from it.

    Outputs are `compositions(trials, k)`, in that order: $K(c\mid x)=\frac{n!}{\prod c_i!}\prod r_{xi}^{c_i}$.
    Relative error a few units in the last place up to 1000 trials (integer coefficients); beyond, by logarithms, about
    `trials` times 1e-16. Raises ValueError where a law does not sum to 1; traced rates that do not give NaN.

    >>> multinomial([[0.5, 0.5]], 2, "theta", "counts").rows.tolist()
    [[0.25, 0.5, 0.25]]
    """
    r = _laws(rates, dtype)
    counts = compositions(check_int(trials, "trials", 0), r.shape[1])
    if trials <= 1000:
        ways = [math.factorial(trials) // math.prod(map(math.factorial, map(int, c))) for c in counts]
        return _channel(jnp.asarray(ways, r.dtype) * jnp.prod(r[:, None, :] ** counts, axis=2), source, target)
    ways = [math.lgamma(trials + 1) - sum(math.lgamma(n + 1) for n in c) for c in counts]
    lost = ((r[:, None, :] == 0) & (counts > 0)).any(axis=2)
    powers = jnp.sum(counts * jnp.log(jnp.where(r == 0, 1.0, r))[:, None, :], axis=2)
    return _channel(jnp.where(lost, 0.0, jnp.exp(jnp.asarray(ways, r.dtype) + powers)), source, target)


def compositions(total: int, parts: int) -> np.ndarray:
    """All ways to write `total` as `parts` counts, the first count falling: one row each.

    >>> compositions(2, 2).tolist()
    [[2, 0], [1, 1], [0, 2]]
    """
    bars = itertools.combinations(range(total + parts - 1), parts - 1)
    edges = np.array([(-1, *bar, total + parts - 1) for bar in bars])
    return np.diff(edges, axis=1)[::-1] - 1


def random_channel(key, sources: int, targets: int, source: str, target: str, dtype=None) -> Channel:
    """Rows drawn uniformly from the simplex (Dirichlet with all parameters 1): normalised exponentials.

    >>> random_channel(jax.random.key(0), 2, 3, "X", "Y").rows.shape
    (2, 3)
    """
    dtype = require_float64(None, "random_channel", dtype)
    draws = jax.random.exponential(key, (check_int(sources, "sources"), check_int(targets, "targets")), dtype)
    return _channel(draws / draws.sum(1, keepdims=True), source, target)


def _probability(value, what: str, dtype) -> jax.Array:
    return check_axes(check_unit_interval(value, what, dtype), 0, what, "one number, and use jax.vmap over several")


def _laws(rates, dtype) -> jax.Array:
    r = check_axes(check_unit_interval(rates, "rates", dtype), 2, "rates", "a table with one law in each row")
    if not isinstance(rates, Tracer):
        check_probabilities(rates, "rates", 1, dtype)
    normalised = jnp.abs(r.sum(1, keepdims=True) - 1) <= rounding(r.shape[1], r.dtype)
    return jnp.where(normalised, r, jnp.nan)


def _channel(rows, source: str, target: str) -> Channel:
    names = check_distinct((source, target), "channel")
    return Channel(jnp.asarray(rows), names[:1], names[1:])
