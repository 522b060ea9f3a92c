"""Channel capacity between a value that an input attains and a bound that no input exceeds, in bits."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer

from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import LOG2E, divergence_terms

_STEPS = 100  # over twice what any channel tried has needed; one that needs more has a wide gap to show for it


class NotConvergedError(ValueError):
    """The value and the bound are further apart than was asked."""


class Capacity(NamedTuple):
    r"""`value` $=I(p;W)\le C\le$ `bound` $=\max_xD(W_x\|p'W)$ up to rounding, in bits; `input` is $p$."""

    value: jax.Array
    bound: jax.Array
    input: Joint
    converged: jax.Array


def capacity(channel: Channel, gap: float = 1e-10) -> Capacity:
    r"""$C=\max_pI(p;W)=\min_q\max_xD(W_x\|q)$, in bits: how much one use of the channel can carry.

    Several sources are one input: `input` is a law over all of them. Raises NotConvergedError, a ValueError, if value
    and bound are further apart than `gap` bits; under `jit` and `vmap` the field `converged` says so instead.
    Gallager 1968, Theorem 4.5.1; Cover & Thomas, 7.1 and Theorem 13.1.1.

    >>> from infoloop.probability.channel_families import erasure
    >>> best = capacity(erasure(0.25, "X", "Y"))
    >>> print(f"{best.value:.9f} {best.bound:.9f}", best.input.names, best.input.table.round(9))
    0.750000000 0.750000000 ('X',) [0.5 0.5]
    """
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
    s: jax.Array  # how much less than the price of an input its symbols are worth
    mu: jax.Array
    step: jax.Array
    best: tuple[jax.Array, jax.Array]  # the highest information seen, and its input
    least: tuple[jax.Array, jax.Array]  # the least bound seen, and its input


@jax.jit
def capacity_bounds(rows):
    r"""`capacity` of the matrix `rows[x, y]`: value, bound and input, as a pure function that never raises.

    A primal-dual interior-point method: with $D_x=D(W_x\|pW)$ it follows $D_x+s_x=\lambda$, $p_xs_x=\mu$, $\sum p=1$
    to $\mu=0$, where $\lambda=C$. Alternating maximisation (Blahut 1972, Arimoto 1972) needs ever more steps where
    symbols are useless or redundant; this does not, as $q\log q$ is self-concordant beside the barrier $-\sum\log p$.
    The gradient of the value is that of $I(p;W)$ at the best $p$, by the envelope theorem.
    """
    fixed = lax.stop_gradient(rows)
    p = jnp.full(rows.shape[0], 1 / rows.shape[0], rows.dtype)
    worth = _worths(p, fixed)
    s = 1.5 * worth.max() - worth
    first = _Point(p, s, p @ s / len(p), jnp.array(0), (p @ worth, p), (worth.max(), p))
    last = lax.while_loop(_goes_on, lambda point: _advance(point, fixed), first)
    p, p_bound = last.best[1], last.least[1]
    return p @ _worths(p, rows), _worths(p_bound, rows).max(), p


def _worths(p, rows):
    r"""$D(W_x\|pW)$ in bits for every symbol $x$: what it tells at the input $p$."""
    return divergence_terms(rows, _output(p, rows)).sum(1)


def _output(p, rows):
    return jnp.matmul(p, rows, precision=lax.Precision.HIGHEST)


def _goes_on(point: _Point):
    # at the central path the gap is n mu, so that far below the last digit of the value nothing more is to be had
    value, bound, eps = point.best[0], point.least[0], jnp.finfo(point.p.dtype).eps
    return (point.step < _STEPS) & (bound - value > eps * value) & (len(point.p) * point.mu > eps / 100 * value)


def _advance(point: _Point, rows) -> _Point:
    p, s, mu = point.p, point.s, point.mu / 10
    worth, q = _worths(p, rows), _output(p, rows)
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
    """The longest step up to 1 that keeps 1 % of every entry of `x`."""
    return jnp.minimum(1.0, 0.99 / jnp.max(-dx / x, initial=0.99))


def _better(improves, new, old):
    return jax.tree.map(lambda a, b: jnp.where(improves, a, b), new, old)
