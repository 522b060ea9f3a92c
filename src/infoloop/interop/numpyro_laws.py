r"""The exact finite laws of numpyro's distributions, whatever their class.

Masses are read off the parameters, never off numpyro's log densities, which clamp `Bernoulli(1.)`; only of a class that
is not known here, and that enumerates its own support, the log density is all there is. Where the values of a support
depend on a site of the program JAX's errors say so, and the program is run path by path (`numpyro_enumeration`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import lazy_loader
import numpy as np
from jax.scipy.special import expit

from infoloop.interop.polya_urns import urn_masses
from infoloop.probability.channel_families import compositions
from infoloop.probability.counts_of_draws import count_masses

numpyro = lazy_loader.load("numpyro")  # it takes a second to import
_MOST_TRIALS = 1000
_MOST_SYMBOLS = 2**24  # of one site
_MOST_VECTORS = 2**16  # of one site: of counts, or of elements that depend on each other


class FiniteDistribution(NamedTuple):
    """`probs[..., k]` is the probability of `support[k]` at each element of a site; a symbol may be an array."""

    support: np.ndarray
    probs: jax.Array


class SiteDistribution(NamedTuple):
    """The law of a site, its elements independent of each other, and which of them numpyro counts (None: all)."""

    law: FiniteDistribution
    mask: jax.Array | None


def distribution_of(name: str, fn: Any, sample_shape: tuple[int, ...] = ()) -> SiteDistribution:
    """Return the exact law of a site with the distribution `fn`, an axis of symbols after those of its elements.

    Raises:
        ValueError: for a law that is not finite, or not known to be, and for float32.

    >>> law, mask = distribution_of("x", numpyro.distributions.Bernoulli(1.0))
    >>> law.support.tolist(), law.probs.tolist(), mask
    ([0, 1], [0.0, 1.0], None)
    """
    dist, mask, shape = numpyro.distributions, None, (*sample_shape, *fn.batch_shape, *fn.event_shape)
    while isinstance(fn, dist.ExpandedDistribution | dist.Independent | dist.MaskedDistribution):
        if isinstance(fn, dist.MaskedDistribution) and fn._mask is not True:
            mask = fn._mask if mask is None else mask & fn._mask
        if isinstance(fn, dist.Independent) and mask is not None:
            mask = jnp.reshape(mask, jnp.shape(mask) + (1,) * fn.reinterpreted_batch_ndims)
        fn = fn.base_dist
    law = _law(name, fn)
    elements = shape[: len(shape) - len(fn.event_shape)]
    mask = None if mask is None else jnp.broadcast_to(mask, elements)
    return SiteDistribution(FiniteDistribution(law.support, _broadcast(law.probs.astype(np.float64), elements)), mask)


def _law(name: str, fn: Any) -> FiniteDistribution:
    """Return the law of a distribution, elements that are one event together as one symbol."""
    dist = numpyro.distributions
    readers: tuple[tuple[Any, Callable], ...] = (
        (dist.BernoulliProbs | dist.BernoulliLogits, _bernoulli),
        (dist.CategoricalProbs | dist.CategoricalLogits, _categorical),
        (dist.BinomialProbs | dist.BinomialLogits, _binomial),
        (dist.BetaBinomial, _beta_binomial),
        (dist.DiscreteUniform, _discrete_uniform),
        (dist.Delta, _delta),
        (dist.MultinomialProbs | dist.MultinomialLogits, _multinomial),
        (dist.DirichletMultinomial, _dirichlet_multinomial),
        (dist.ExpandedDistribution, _expanded),
        (dist.Independent, _independent),
        (dist.MaskedDistribution, _masked),
        (dist.MixtureSameFamily, _mixture_of_one_family),
        (dist.MixtureGeneral, _mixture),
        (dist.TransformedDistribution, _transformed),
        (dist.discrete.ZeroInflatedProbs, _zero_inflated),
        (getattr(dist, "HurdleProbs", ()), _hurdle),
        (dist.Distribution, _enumerated),
    )
    law = next(reader for kinds, reader in readers if isinstance(fn, kinds))(name, fn)
    _check_float64(name, law.probs)
    return law


def _bernoulli(name: str, fn: Any) -> FiniteDistribution:
    return FiniteDistribution(np.arange(2), jnp.stack(_bernoulli_pmf(fn)[::-1], axis=-1))


def _bernoulli_pmf(fn: Any) -> tuple[jax.Array, jax.Array]:
    """Return the probabilities of 1 and of 0, each to full relative precision."""
    if hasattr(fn, "logits") and "probs" not in fn.__dict__:
        return expit(jnp.asarray(fn.logits)), expit(-jnp.asarray(fn.logits))
    p = jnp.asarray(fn.probs)
    return p, 1 - p


def _categorical(name: str, fn: Any) -> FiniteDistribution:
    rows = _event_probabilities(fn)
    return FiniteDistribution(np.arange(jnp.shape(rows)[-1]), rows)


def _event_probabilities(fn: Any) -> jax.Array:
    dist = numpyro.distributions
    by_logits = isinstance(fn, dist.CategoricalLogits | dist.MultinomialLogits)
    return jax.nn.softmax(fn.logits, axis=-1) if by_logits else jnp.asarray(fn.probs)


def _discrete_uniform(name: str, fn: Any) -> FiniteDistribution:
    low, high = np.asarray(fn.low), np.asarray(fn.high)
    _check_symbols(name, int(high.max()) - int(low.min()) + 1)
    symbols = np.arange(low.min(), high.max() + 1)
    inside = (symbols >= low[..., None]) & (symbols <= high[..., None])
    return FiniteDistribution(symbols, jnp.asarray(inside / (high - low + 1.0)[..., None]))


def _check_symbols(name: str, count: int, most: int = _MOST_SYMBOLS) -> None:
    if count > most:
        shown = f"{count:,}" if count < 10**12 else f"10^{math.log10(count):.1f}"
        raise ValueError(f"site {name!r} takes {shown} values, at most {most:,} are enumerated: make it smaller")


def _check_float64(name: str, numbers: jax.Array) -> None:
    if jnp.issubdtype(numbers.dtype, jnp.floating) and numbers.dtype != np.float64:
        raise ValueError(f"site {name!r} has parameters in {numbers.dtype}: give them as float64")


def _trials(name: str, fn: Any) -> np.ndarray:
    trials = np.asarray(fn.total_count)
    if trials.max() > _MOST_TRIALS:
        raise ValueError(f"site {name!r} has {trials.max()} trials: at most {_MOST_TRIALS} are enumerated")
    return trials


def _binomial(name: str, fn: Any) -> FiniteDistribution:
    trials = _trials(name, fn)
    k = np.arange(trials.max() + 1)
    rates = jnp.stack(_bernoulli_pmf(fn), axis=-1)
    counts = np.stack(np.broadcast_arrays(k, np.maximum(trials[..., None] - k, 0)), axis=-1)
    return FiniteDistribution(k, jnp.where(k <= trials[..., None], count_masses(rates, counts), 0.0))


def _beta_binomial(name: str, fn: Any) -> FiniteDistribution:
    r"""Return the law of Pólya's urn, $P(k)=u_a(k)\,u_b(n-k)/u_{a+b}(n)$ with the growths $u$ of `polya_urns`."""
    trials = np.asarray(fn.total_count)[..., None]
    _check_symbols(name, int(trials.max()) + 1)
    k = np.arange(trials.max() + 1)
    alpha = jnp.stack(
        jnp.broadcast_arrays(*(jnp.asarray(c, float) for c in (fn.concentration1, fn.concentration0))), -1
    )
    counts = np.stack(np.broadcast_arrays(k, np.maximum(trials - k, 0)), axis=-1)
    return FiniteDistribution(k, jnp.where(k <= trials, urn_masses(alpha, counts), 0.0))


def _delta(name: str, fn: Any) -> FiniteDistribution:
    if np.any(np.asarray(fn.log_density)):
        why = "is a Delta with a log_density that is not 0, which is no law: leave it out"
        raise ValueError(f"site {name!r} {why}")
    values = np.asarray(fn.v)
    return _law_of_values(name, values[None], jnp.ones((*fn.batch_shape, 1)), len(fn.event_shape))


def _counts(name: str, fn: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors of counts of all numbers of trials, and whether an element can have each."""
    trials, size = _trials(name, fn), fn.event_shape[0]
    totals = sorted(set(trials.ravel().tolist()))
    _check_symbols(name, sum(math.comb(n + size - 1, size - 1) for n in totals), _MOST_VECTORS)
    vectors = np.concatenate([compositions(n, size)[::-1] for n in totals])
    return vectors, vectors.sum(axis=-1) == trials[..., None]


def _multinomial(name: str, fn: Any) -> FiniteDistribution:
    vectors, possible = _counts(name, fn)
    return FiniteDistribution(vectors, jnp.where(possible, count_masses(_event_probabilities(fn), vectors), 0.0))


def _dirichlet_multinomial(name: str, fn: Any) -> FiniteDistribution:
    vectors, possible = _counts(name, fn)
    masses = urn_masses(jnp.asarray(fn.concentration, float), vectors)
    return FiniteDistribution(vectors, jnp.where(possible, masses, 0.0))


def _expanded(name: str, fn: Any) -> FiniteDistribution:
    law = _law(name, fn.base_dist)
    return FiniteDistribution(law.support, _broadcast(law.probs, fn.batch_shape))


def _masked(name: str, fn: Any) -> FiniteDistribution:
    if not np.all(np.asarray(fn._mask)):
        why = "has a mask inside of its distribution, which is no law: mask the whole site"
        raise ValueError(f"site {name!r} {why}")
    return _law(name, fn.base_dist)


def _independent(name: str, fn: Any) -> FiniteDistribution:
    """Return the law of vectors of independent elements, each of them one symbol."""
    law, dims = _law(name, fn.base_dist), fn.reinterpreted_batch_ndims
    batch, shape = fn.batch_shape, fn.event_shape[:dims]
    size, elements = len(law.support), math.prod(shape)
    _check_symbols(name, size**elements, _MOST_VECTORS)
    each = _broadcast(law.probs, (*batch, *shape)).reshape(*batch, elements, size)
    probs = jnp.ones((*batch, 1))
    for k in range(elements):
        probs = (probs[..., :, None] * each[..., k, None, :]).reshape(*batch, -1)
    picks = np.array(list(itertools.product(range(size), repeat=elements)), int).reshape(-1, elements)
    return FiniteDistribution(law.support[picks].reshape(-1, *shape, *law.support.shape[1:]), probs)


def _mixture_of_one_family(name: str, fn: Any) -> FiniteDistribution:
    law, weights = _law(name, fn.component_distribution), _law(name, fn.mixing_distribution).probs
    return FiniteDistribution(law.support, (weights[..., None] * law.probs).sum(axis=-2))


def _mixture(name: str, fn: Any) -> FiniteDistribution:
    weights = _broadcast(_law(name, fn.mixing_distribution).probs, fn.batch_shape)
    return _joined(name, fn, [(weights[..., k], _law(name, part)) for k, part in enumerate(fn.component_distributions)])


def _zero_inflated(name: str, fn: Any) -> FiniteDistribution:
    gate, rest = _gate(fn)
    return _joined(name, fn, [(gate, _zero()), (rest, _law(name, fn.base_dist))])


def _hurdle(name: str, fn: Any) -> FiniteDistribution:
    gate, rest = _gate(fn)
    law = _law(name, fn.base_dist)
    above = jnp.where(law.support != 0, law.probs, 0.0)
    return _joined(name, fn, [(gate, _zero()), (rest / above.sum(axis=-1), FiniteDistribution(law.support, above))])


def _zero() -> FiniteDistribution:
    return FiniteDistribution(np.zeros(1, int), jnp.ones(1))


def _gate(fn: Any) -> tuple[jax.Array, jax.Array]:
    """Return the probability of an extra zero and of none, each to full relative precision."""
    if hasattr(fn, "gate_logits"):
        return expit(jnp.asarray(fn.gate_logits)), expit(-jnp.asarray(fn.gate_logits))
    return jnp.asarray(fn.gate), 1 - jnp.asarray(fn.gate)


def _joined(name: str, fn: Any, parts: list[tuple[jax.Array, FiniteDistribution]]) -> FiniteDistribution:
    """Return the mixture of laws with different supports, by weights of the shape of the elements."""
    for weight, _ in parts:
        _check_float64(name, weight)
    probs = [_broadcast(weight[..., None] * law.probs, fn.batch_shape) for weight, law in parts]
    support = np.concatenate([law.support for _, law in parts])
    ones = (1,) * len(fn.batch_shape)
    values = support.reshape(len(support), *ones, *support.shape[1:])
    return _law_of_values(name, values, jnp.concatenate(probs, axis=-1), len(fn.event_shape))


def _transformed(name: str, fn: Any) -> FiniteDistribution:
    """Return the law of the transformed symbols; those that become equal are one."""
    law, base = _law(name, fn.base_dist), fn.base_dist
    values = law.support.reshape(len(law.support), *(1,) * len(base.batch_shape), *law.support.shape[1:])
    with jax.ensure_compile_time_eval():
        for transform in fn.transforms:
            values = transform(values)
    return _law_of_values(name, np.asarray(values), _broadcast(law.probs, fn.batch_shape), len(fn.event_shape))


def _enumerated(name: str, fn: Any) -> FiniteDistribution:
    """Return the law of a distribution that enumerates its support and has a log density."""
    if not fn.has_enumerate_support:
        raise ValueError(_why_not(name, fn))
    with jax.ensure_compile_time_eval():
        values = np.asarray(fn.enumerate_support(expand=False))
    _check_symbols(name, len(values))
    masses = jnp.exp(fn.log_prob(jnp.asarray(values)))
    probs = jnp.moveaxis(jnp.broadcast_to(masses, (len(values), *fn.batch_shape)), 0, -1)
    return _law_of_values(name, values, probs, len(fn.event_shape))


def _why_not(name: str, fn: Any) -> str:
    """Say what was found that has no law that is known to be finite."""
    constraints, kind = numpyro.distributions.constraints, type(fn).__name__
    if isinstance(fn, numpyro.distributions.Unit):
        return f"{name!r} is a numpyro.factor, which is no law: write it as an observed site with that likelihood"
    try:
        support = fn.support
    except NotImplementedError:
        support = None
    if support is not None and not support.is_discrete:
        return f"site {name!r} is continuous ({kind}): only programs with discrete sites have a table"
    if isinstance(support, type(constraints.nonnegative_integer) | type(constraints.integer_greater_than(0))):
        return f"site {name!r} is unbounded ({kind}): truncate it, as a Categorical with finitely many symbols"
    return (
        f"site {name!r} is a {kind}, of which no finite support is known: it has no enumerate_support; define it, or "
        "build the site from Bernoulli, Categorical, Binomial, DiscreteUniform, Multinomial, Delta and mixtures of them"
    )


def _broadcast(probs: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    return jnp.broadcast_to(probs, (*shape, probs.shape[-1]))


def _law_of_values(name: str, values: np.ndarray, probs: jax.Array, event_dim: int) -> FiniteDistribution:
    """Return the law of `values[k, ..., event]` with the masses `probs[..., k]`: one support of all elements, in order.

    Equal values are put together, which changes no mass where there are none.
    """
    batch, event = probs.shape[:-1], values.shape[values.ndim - event_dim :]
    if values.dtype.kind not in "biuf":
        raise ValueError(f"site {name!r} takes values of the type {values.dtype}: give whole numbers or floats")
    if np.isnan(values).any():
        raise ValueError(f"site {name!r} can be NaN: a symbol equals itself")
    flat = values.reshape(-1, *event)
    support, where = np.unique(flat, axis=0, return_inverse=True)
    places = np.moveaxis(where.reshape(values.shape[: values.ndim - event_dim]), 0, -1)
    if places.size == probs.shape[-1] and np.array_equal(places.ravel(), np.arange(len(support))):
        return FiniteDistribution(support, probs)
    _check_symbols(name, len(support))
    spread = np.broadcast_to(places, probs.shape)
    index = tuple(np.indices(probs.shape, sparse=True)[:-1])
    return FiniteDistribution(support, jnp.zeros((*batch, len(support))).at[(*index, spread)].add(probs))
