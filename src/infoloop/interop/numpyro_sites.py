r"""The sites of a numpyro program as it runs: a handler that sets them to the symbols of their laws and weighs the run.

An observation that is missing (`mask`, `obs_mask`) is summed out: of an observed site a masked element weighs 1; what
is drawn in its place, and any other element that is masked, is enumerated by its law as the program draws it, and has
no axis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import lazy_loader
import numpy as np

from infoloop.interop.numpyro_laws import FiniteDistribution, distribution_of

numpyro = lazy_loader.load("numpyro")  # it takes a second to import
_MANTISSAS = 500  # each is at least 1/2: their product stays above the least normal float64


class Site(NamedTuple):
    """What a run met: `kind` is latent, observed, deterministic or completed; only the first two have a `support`.

    `free` says which elements are enumerated (the others stay at the first symbol and weigh 1), `shown` which of these
    have an axis. A completed site is made by `obs_mask` of what is observed and what is missing.
    """

    kind: str
    shape: tuple[int, ...]
    support: np.ndarray
    free: np.ndarray
    shown: np.ndarray


Choose = Callable[["EnumerationHandler", str, FiniteDistribution, np.ndarray], jax.Array]


class EnumerationHandler:
    r"""One run of a program: sets each latent site to the symbols that `choose` returns, and weighs the run.

    The weight is `mantissa` times 2 to the `exponent`, so that many observations do not underflow. `totals[name]` is
    the mass that a site's law sums to where it is furthest from 1 (NaN where a mass is negative), `alive[name]` whether
    the run still has weight after an observed site. Usable under `vmap`. Raises ValueError for what has no finite law.
    """

    def __init__(self, choose: Choose):
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
            completed = f"{msg['name']}_unobserved" in self.sites and self._fills_in(f"{msg['name']}_unobserved")
            none = np.empty(0)
            kind = "completed" if completed else "deterministic"
            self.sites[msg["name"]] = Site(kind, value.shape, none, none, none)
            self.values[msg["name"]] = value

    def _fills_in(self, name: str) -> bool:
        """Whether the site is what `obs_mask` draws in the place of missing observations of another site."""
        other = self.sites.get(f"{name.removesuffix('_unobserved')}_observed")
        return name.endswith("_unobserved") and other is not None and other.kind == "observed"

    def _sample(self, msg):
        name = msg["name"]
        law, mask = distribution_of(name, msg["fn"], msg["kwargs"].get("sample_shape", ()))
        shape, counted = law.probs.shape[:-1], True if mask is None else mask
        self.totals[name] = jnp.where(self.mantissa > 0, _total(law.probs, counted), 1.0)
        if msg["is_observed"]:
            every = np.ones(shape, bool)
            self.sites[name] = Site("observed", shape, law.support, every, every)
            self._multiply(jnp.where(counted, _mass_of(law, msg["value"]), 1.0))
            self.alive[name] = self.mantissa > 0
        else:
            self._draw(msg, law, np.ones(shape, bool) if mask is None else np.asarray(mask))

    def _draw(self, msg: dict[str, Any], law: FiniteDistribution, mask: np.ndarray):
        name, every, none = msg["name"], np.ones_like(mask), np.zeros_like(mask)
        free, shown = (mask, none) if self._fills_in(name) else (every, mask)
        self.sites[name] = Site("latent", mask.shape, law.support, free, shown)
        chosen = self.choose(self, name, law, free)
        masses = jnp.take_along_axis(law.probs, chosen[..., None], axis=-1)[..., 0]
        self._multiply(masses if free.all() else jnp.where(free, masses, 1.0))
        msg["value"] = jnp.asarray(law.support)[chosen]

    def _multiply(self, masses):
        parts, exponents = jnp.frexp(masses.ravel())
        mantissa, exponent = self.mantissa, self.exponent + exponents.sum()
        for first in range(0, parts.size, _MANTISSAS):
            mantissa, shift = jnp.frexp(mantissa * jnp.prod(parts[first : first + _MANTISSAS]))
            exponent = exponent + shift
        self.mantissa, self.exponent = jnp.where(self.mantissa > 0, mantissa, 0.0), exponent


def _mass_of(law: FiniteDistribution, value: Any) -> jax.Array:
    """Return the mass of what is observed at each element."""
    value, event = jnp.asarray(value), law.support.shape[1:]
    if value.ndim < len(event):
        value = jnp.broadcast_to(value, event)
    place = value.ndim - len(event)
    same = jnp.expand_dims(value, place) == law.support
    seen = same.all(axis=tuple(range(place + 1, same.ndim)))
    return jnp.where(seen, law.probs, 0.0).sum(axis=-1)


def _trace():
    """Return what tells apart code that is traced by different transformations of JAX."""
    from jax.extend.core import get_opaque_trace_state  # here: only programs need it, and it loads much

    return get_opaque_trace_state()


def _total(masses, counted):
    sums = jnp.where((masses >= 0).all(axis=-1), masses.sum(axis=-1), jnp.nan)
    sums = jnp.where(counted, sums, 1.0).ravel()
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
