r"""The sites of a numpyro program as it runs: their exact finite laws, and a handler that sets them and weighs the run.

Masses are read off the parameters, never off numpyro's log densities, which clamp `Bernoulli(1.)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import lazy_loader
import numpy as np
from jax.scipy.special import expit

numpyro = lazy_loader.load("numpyro")  # it takes a second to import
_MOST_TRIALS = 1000
_MANTISSAS = 500  # each is at least 1/2: their product stays above the least normal float64
_KNOWN = "Bernoulli, Categorical, Binomial, BetaBinomial, DiscreteUniform and Delta"


class FiniteDistribution(NamedTuple):
    """`probs[..., k]` is the probability of `support[k]` at each element of a site."""

    support: np.ndarray
    probs: jax.Array


class Site(NamedTuple):
    """What a run met: `kind` is latent, observed or deterministic; a deterministic site has no `support`."""

    kind: str
    shape: tuple[int, ...]
    support: np.ndarray


def distribution_of(name: str, fn: Any, sample_shape: tuple[int, ...] = ()) -> FiniteDistribution:
    """Return the exact law of a site with the distribution `fn`, an axis of symbols after those of its elements.

    Raises:
        ValueError: for a law that is continuous, unbounded, masked or none of those known exactly, and for float32.

    >>> law = distribution_of("x", numpyro.distributions.Bernoulli(1.0))
    >>> law.support.tolist(), law.probs.tolist()
    ([0, 1], [0.0, 1.0])
    """
    shape = (*sample_shape, *fn.batch_shape, *fn.event_shape)
    dist = numpyro.distributions
    while isinstance(fn, dist.ExpandedDistribution | dist.Independent):
        fn = fn.base_dist
    law = _law(name, fn)
    if jnp.issubdtype(law.probs.dtype, jnp.floating) and law.probs.dtype != np.float64:
        raise ValueError(f"site {name!r} has parameters in {law.probs.dtype}: give them as float64")
    return FiniteDistribution(law.support, jnp.broadcast_to(law.probs, shape + law.support.shape).astype(np.float64))


def _law(name: str, fn: Any) -> FiniteDistribution:
    dist = numpyro.distributions
    if isinstance(fn, dist.BernoulliProbs | dist.BernoulliLogits):
        return FiniteDistribution(np.arange(2), jnp.stack(_bernoulli_pmf(fn)[::-1], axis=-1))
    if isinstance(fn, dist.CategoricalProbs | dist.CategoricalLogits):
        rows = fn.probs if isinstance(fn, dist.CategoricalProbs) else jax.nn.softmax(fn.logits, axis=-1)
        return FiniteDistribution(np.arange(jnp.shape(rows)[-1]), jnp.asarray(rows))
    if isinstance(fn, dist.BinomialProbs | dist.BinomialLogits):
        return _binomial(name, fn)
    if isinstance(fn, dist.BetaBinomial):
        return _beta_binomial(fn)
    if isinstance(fn, dist.DiscreteUniform):
        low, high = np.asarray(fn.low), np.asarray(fn.high)
        symbols = np.arange(low.min(), high.max() + 1)
        inside = (symbols >= low[..., None]) & (symbols <= high[..., None])
        return FiniteDistribution(symbols, jnp.asarray(inside / (high - low + 1.0)[..., None]))
    if isinstance(fn, dist.Delta) and not fn.event_shape and not np.any(np.asarray(fn.log_density)):
        symbols, where = np.unique(np.asarray(fn.v), return_inverse=True)
        return FiniteDistribution(symbols, jnp.asarray(np.eye(len(symbols))[where.reshape(fn.batch_shape)]))
    raise ValueError(_why_not(name, fn))


def _why_not(name: str, fn: Any) -> str:
    dist = numpyro.distributions
    if isinstance(fn, dist.Unit):
        return f"{name!r} is a numpyro.factor, which is no law: write it as an observed site with that likelihood"
    if isinstance(fn, dist.MaskedDistribution):
        return f"site {name!r} is masked, so that its law is not a law: leave the masked elements out of the program"
    if not fn.support.is_discrete:
        return f"site {name!r} is continuous ({type(fn).__name__}): only programs with discrete sites have a table"
    if fn.event_shape or fn.has_enumerate_support:
        return f"site {name!r} is a {type(fn).__name__}: exact are {_KNOWN}, so build it from those"
    return f"site {name!r} is unbounded ({type(fn).__name__}): truncate it, as a Categorical with finitely many symbols"


def _bernoulli_pmf(fn: Any) -> tuple[jax.Array, jax.Array]:
    """Return the probabilities of 1 and of 0, each to full relative precision."""
    if hasattr(fn, "logits") and "probs" not in fn.__dict__:
        return expit(jnp.asarray(fn.logits)), expit(-jnp.asarray(fn.logits))
    p = jnp.asarray(fn.probs)
    return p, 1 - p


def _binomial(name: str, fn: Any) -> FiniteDistribution:
    trials = np.asarray(fn.total_count)
    if trials.max() > _MOST_TRIALS:
        raise ValueError(f"site {name!r} has {trials.max()} trials: at most {_MOST_TRIALS} are enumerated")
    k = np.arange(trials.max() + 1)
    one, zero = ((1.0 * p)[..., None] for p in _bernoulli_pmf(fn))
    ways = [[float(math.comb(int(n), int(i))) for i in k] for n in trials.ravel()]
    misses = np.where(k <= trials[..., None], trials[..., None] - k, 0)
    return FiniteDistribution(k, jnp.asarray(ways).reshape(*trials.shape, len(k)) * one**k * zero**misses)


def _beta_binomial(fn: Any) -> FiniteDistribution:
    r"""Return the law of Pólya's urn.

    $P(0)=\prod_{i<n}\frac{b+i}{a+b+i}$ and $\frac{P(k+1)}{P(k)}=\frac{n-k}{k+1}\frac{a+k}{b+n-k-1}$.
    """
    a, b = (jnp.asarray(c, float)[..., None] for c in (fn.concentration1, fn.concentration0))
    trials = np.asarray(fn.total_count)[..., None]
    i = np.arange(trials.max())
    start = jnp.prod(jnp.where(i < trials, (b + i) / (a + b + i), 1.0), axis=-1, keepdims=True)
    left = np.where(i < trials, trials - i, 0)
    steps = left / (i + 1) * (a + i) / jnp.where(left > 0, b + left - 1, 1.0)
    return FiniteDistribution(
        np.arange(trials.max() + 1), jnp.concatenate([start, start * jnp.cumprod(steps, axis=-1)], axis=-1)
    )


class EnumerationHandler:
    r"""One run of a program: sets each latent site to the symbols that `choose` returns, and weighs the run.

    The weight is `mantissa` times 2 to the `exponent`, so that many observations do not underflow. `totals[name]` is
    the mass that a site's law sums to where it is furthest from 1 (NaN where a mass is negative), `alive[name]` whether
    the run still has weight after an observed site. Usable under `vmap`. Raises ValueError for what has no finite law.
    """

    def __init__(self, choose: Callable[[EnumerationHandler, str, FiniteDistribution], jax.Array]):
        self.choose = choose
        self.mantissa, self.exponent = jnp.ones(()), jnp.zeros((), int)
        self.sites: dict[str, Site] = {}
        self.totals: dict[str, jax.Array] = {}
        self.alive: dict[str, jax.Array] = {}
        self.values: dict[str, jax.Array] = {}

    def run(self, program: Callable) -> EnumerationHandler:
        """Run the program, and return the visit to it."""
        self.trace = _trace()
        handler = numpyro.primitives.Messenger()
        handler.process_message = self._site
        with handler:
            program()
        return self

    def _site(self, msg):
        """Handle a site of the running program; numpyro calls it."""
        if msg["type"] in ("sample", "deterministic") and msg["name"] in self.sites:
            raise ValueError(f"two sites are called {msg['name']!r}: every site needs a name of its own")
        _refuse(msg)
        if msg["type"] in ("sample", "deterministic") and _trace() != self.trace:
            where = "jax.jit, jax.vmap or jax.lax control flow: write a Python loop, if or plate instead"
            raise ValueError(f"site {msg['name']!r} is inside {where}")
        if msg["type"] == "sample":
            self._sample(msg)
        elif msg["type"] == "deterministic":
            value = jnp.asarray(msg["value"])
            self.sites[msg["name"]] = Site("deterministic", value.shape, np.empty(0))
            self.values[msg["name"]] = value

    def _sample(self, msg):
        name, law = msg["name"], distribution_of(msg["name"], msg["fn"], msg["kwargs"].get("sample_shape", ()))
        shape = law.probs.shape[:-1]
        self.totals[name] = jnp.where(self.mantissa > 0, _total(law.probs), 1.0)
        if msg["is_observed"]:
            self.sites[name] = Site("observed", shape, law.support)
            seen = jnp.asarray(msg["value"])[..., None] == law.support
            self._multiply(jnp.where(seen, law.probs, 0.0).sum(axis=-1))
            self.alive[name] = self.mantissa > 0
        else:
            self.sites[name] = Site("latent", shape, law.support)
            chosen = self.choose(self, name, law)
            self._multiply(jnp.take_along_axis(law.probs, chosen[..., None], axis=-1))
            msg["value"] = jnp.asarray(law.support)[chosen]

    def _multiply(self, masses):
        parts, exponents = jnp.frexp(masses.ravel())
        mantissa, exponent = self.mantissa, self.exponent + exponents.sum()
        for first in range(0, parts.size, _MANTISSAS):
            mantissa, shift = jnp.frexp(mantissa * jnp.prod(parts[first : first + _MANTISSAS]))
            exponent = exponent + shift
        self.mantissa, self.exponent = jnp.where(self.mantissa > 0, mantissa, 0.0), exponent


def _trace():
    """Return what tells apart code that is traced by different transformations of JAX."""
    from jax.extend.core import get_opaque_trace_state  # here: only programs need it, and it loads much

    return get_opaque_trace_state()


def _total(masses):
    sums = jnp.where((masses >= 0).all(axis=-1), masses.sum(axis=-1), jnp.nan).ravel()
    off = jnp.where(jnp.isnan(sums), jnp.inf, jnp.abs(sums - 1))
    return sums[jnp.argmax(off)]


def _refuse(msg):
    kind, name = msg["type"], msg.get("name")
    if kind == "control_flow":
        raise ValueError("the program has a numpyro scan or cond: write it as a Python loop or a Python if")
    if kind == "prng_key" and msg["value"] is None:
        raise ValueError("the program asks for a random key: all its randomness has to be in sample sites")
    if kind == "plate" and msg["value"] is None:
        raise ValueError(f"plate {name!r} draws a subsample: leave subsample_size out")
    if kind not in ("sample", "deterministic"):
        return
    if kind == "sample" and msg["scale"] is not None:
        raise ValueError(f"site {name!r} has its log density scaled, so that its law is not a law: leave the scale out")
    if kind == "sample" and msg["value"] is not None and not msg["is_observed"]:
        raise ValueError(f"site {name!r} is substituted: use numpyro.handlers.condition, or do for an intervention")
