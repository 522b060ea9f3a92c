"""Channel capacity between a value that an input attains and a bound that no input exceeds, in bits."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer
from jaxtyping import Array, Bool, Float

from infoloop.information.measures import check_joint
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, marginal
from infoloop.probability.law_measures import Law
from infoloop.probability.numerics import LOG2E, divergence_terms
from infoloop.probability.validation import check_same_sizes

_STEPS = 100  # over twice what any channel tried has needed; one that needs more has a wide gap to show for it


class NotConvergedError(ValueError):
    """An error of `capacity`: its value and its bound are further apart than was asked."""


class Capacity(NamedTuple):
    r"""The capacity of a channel between two numbers: `value` $=I(p;W)\le C\le$ `bound` $=\max_xD(W_x\|p'W)$.

    Attributes:
        value: The information that `input` attains, in bits per use.
        bound: What no input exceeds, in bits per use.
        input: The law $p$ over the channel's sources.
        converged: Whether `bound - value` is at most the gap that was asked.
    """

    value: Float[Array, ""]
    bound: Float[Array, ""]
    input: Joint
    converged: Bool[Array, ""]


@kinds_checked
def capacity(channel: Channel, gap: float = 1e-10) -> Capacity:
    r"""Return the capacity of a channel, how much one use of it can carry, in bits.

    $$C=\max_pI(p;W)=\min_q\max_xD(W_x\|q).$$ Gallager 1968, Theorem 4.5.1; Cover & Thomas, 7.1 and Theorem 13.1.1.

    An empty cell of the channel is taken to stay empty: slopes are those among channels with the same zeros. Of
    mass that enters one the true slope may be infinite (`bsc` at 0) or finite (`erasure` at 1: 0 instead of -1).

    Args:
        channel: The channel; several sources are one input.
        gap: How far apart, in bits, value and bound may be.

    Returns:
        A `Capacity`: value and bound, an input that attains the value, and whether they are within `gap`.

    Raises:
        NotConvergedError: A ValueError, if value and bound are further apart than `gap`; under `jit` and `vmap` the
            field `converged` is False instead.
        ValueError: For a gap that is negative or not finite.

    >>> from infoloop.probability.channel_families import erasure
    >>> best = capacity(erasure(0.25, "X", "Y"))
    >>> print(f"{best.value:.9f} {best.bound:.9f}", best.input.names, best.input.table.round(9))
    0.750000000 0.750000000 ('X',) [0.5 0.5]
    """
    if jnp.ndim(gap):
        raise ValueError(f"gap has shape {jnp.shape(gap)}: give one number of bits")
    if not isinstance(gap, Tracer) and not 0 <= gap < math.inf:
        raise ValueError(f"gap is {gap}: give a finite number of bits, at least 0")
    value, bound, weights = capacity_bounds(channel.matrix)
    converged = bound - value <= gap
    if not isinstance(converged, Tracer) and not converged:
        raise NotConvergedError(
            f"capacity is between {float(value):.17g} and {float(bound):.17g} bits, {float(bound - value):.3g} apart: "
            f"gap={gap:g} is out of reach for this channel in {channel.rows.dtype}, so pass a larger one"
        )
    shape = channel.rows.shape[: len(channel.source)]
    return Capacity(value, bound, Joint(weights.reshape(shape), channel.source), converged)


class _Point(NamedTuple):
    p: jax.Array  # the input, positive everywhere
    s: jax.Array  # how far D_x is below lambda, for each input
    mu: jax.Array
    step: jax.Array
    best: tuple[jax.Array, jax.Array]  # the highest information seen, and its input
    least: tuple[jax.Array, jax.Array]  # the least bound seen, and its input


@jax.jit
def capacity_bounds(
    rows: Float[Array, "inputs outputs"],
) -> tuple[Float[Array, ""], Float[Array, ""], Float[Array, " inputs"]]:
    r"""Return the `capacity` of a matrix: value, bound and input, as a pure function that never raises.

    A primal-dual interior-point method: with $D_x=D(W_x\|pW)$ it follows $D_x+s_x=\lambda$, $p_xs_x=\mu$, $\sum p=1$
    to $\mu=0$, where $\lambda=C$. Alternating maximisation (Blahut 1972, Arimoto 1972) needs ever more steps where
    symbols are useless or redundant; this does not, as $q\log q$ is self-concordant beside the barrier $-\sum\log p$.
    The gradient of both is that of $I(p;W)$, by the envelope theorem, at the $p$ of the least bound: at the highest
    information half of the digits of $p$ are lost.

    Args:
        rows: The probabilities of the outputs, one row for each input.

    Returns:
        An information and a bound that no input exceeds, in bits, and the input that attains the information.
    """
    fixed = lax.stop_gradient(rows)
    p = jnp.full(rows.shape[0], 1 / rows.shape[0], rows.dtype)
    worth = _worths(p, fixed)
    s = 1.5 * worth.max() - worth
    first = _Point(p, s, p @ s / len(p), jnp.array(0), (p @ worth, p), (worth.max(), p))
    last = lax.while_loop(_goes_on, lambda point: _advance(point, fixed), first)
    p, p_bound = last.best[1], last.least[1]
    flat = p_bound @ _worths(p_bound, rows)
    moved = flat - lax.stop_gradient(flat)
    return p @ _worths(p, fixed) + moved, _worths(p_bound, fixed).max() + moved, p


def input_weights(channel: Channel, input: Law) -> Float[Array, " inputs"]:
    """Return the probabilities of a channel's inputs, several sources as one.

    Raises:
        ValueError: Where the law lacks a source, has other alphabet sizes, or has no table of floats.

    >>> from infoloop.probability.channel_families import bsc
    >>> from infoloop.probability.distributions import joint
    >>> input_weights(bsc(0.1, "X", "Y"), joint([0.25, 0.75], "X")).tolist()
    [0.25, 0.75]
    """
    law = check_joint(marginal(input, *channel.source))
    check_same_sizes(
        dict(zip(law.names, law.table.shape, strict=True)), {n: channel.sizes[n] for n in law.names}, "input"
    )
    return law.table.reshape(-1)


def _worths(p, rows):
    r"""Return $D(W_x\|pW)$ in bits for every symbol $x$: what it tells at the input $p$."""
    return divergence_terms(rows, output_weights(p, rows)).sum(1)


def output_weights(p: Float[Array, " inputs"], rows: Float[Array, "inputs outputs"]) -> Float[Array, " outputs"]:
    """Return the probabilities of a channel's outputs from those of its inputs.

    >>> output_weights(jnp.array([0.5, 0.5]), jnp.array([[1.0, 0.0], [0.5, 0.5]])).tolist()
    [0.75, 0.25]
    """
    return jnp.matmul(p, rows, precision=lax.Precision.HIGHEST)


def _goes_on(point: _Point):
    # on the central path the gap is n mu: once that is far below the last digit of the value, no step can help
    value, bound, eps = point.best[0], point.least[0], jnp.finfo(point.p.dtype).eps
    return (point.step < _STEPS) & (bound - value > eps * value) & (len(point.p) * point.mu > eps / 100 * value)


def _advance(point: _Point, rows: Float[Array, "inputs outputs"]) -> _Point:
    p, s, mu = point.p, point.s, point.mu / 10
    worth, q = _worths(p, rows), output_weights(p, rows)
    # minus the Hessian of I, less a constant that sum(dp) = 0 cancels, so that close rows keep their digits; another
    # constant, of the size of the rest, then keeps the matrix far from singular along p
    spread = (rows - q) / jnp.sqrt(jnp.where(q > 0, q, 1.0))
    curve = jnp.matmul(spread, spread.T, precision=lax.Precision.HIGHEST) * LOG2E
    factor = jax.scipy.linalg.cho_factor(curve + curve.diagonal().max() + jnp.diag(s / p))
    pull = worth + mu / p
    ahead, alike = jax.scipy.linalg.cho_solve(factor, jnp.stack([pull, jnp.ones_like(p)], 1)).T
    price = ahead.sum() / alike.sum()
    dp = ahead - price * alike
    ds = (mu - s * dp) / p - s
    length = jnp.minimum(_longest_step(p, dp), _longest_step(s, ds))
    p = p + length * dp
    p, s = p / p.sum(), s + length * ds
    worth = _worths(p, rows)
    best = _better(p @ worth > point.best[0], (p @ worth, p), point.best)
    least = _better(worth.max() < point.least[0], (worth.max(), p), point.least)
    return _Point(p, s, p @ s / len(p), point.step + 1, best, least)


def _longest_step(x, dx):
    """Return the longest step up to 1 that keeps 1 % of every entry of `x`."""
    return jnp.minimum(1.0, 0.99 / jnp.max(-dx / x, initial=0.99))


def _better(improves, new, old):
    return jax.tree.map(lambda a, b: jnp.where(improves, a, b), new, old)
