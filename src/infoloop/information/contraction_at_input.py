"""Contraction coefficients of a channel at one given input, and the maximal correlation of a law. They have no unit."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from infoloop.information.channel_capacity import input_weights, output_weights
from infoloop.information.contraction_coefficients import contraction
from infoloop.information.measures import check_joint
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.arrays import tilt
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, Names, as_names, marginal
from infoloop.probability.law_measures import Law
from infoloop.probability.numerics import divergence_terms, product_parts

_LEAPS = 100  # of three ascents each; half as many gave the same twelve digits on sixty random channels


class ContractionAt(NamedTuple):
    """A contraction coefficient between two numbers, without unit: `lower`, which `law` attains, and `upper`.

    Where `law` is the input itself, laws near it approach `lower`.
    """

    lower: Float[Array, ""]
    upper: Float[Array, ""]
    law: Joint


@kinds_checked
def eta_chi2(channel: Channel, input: Law) -> Float[Array, ""]:
    r"""Return the chi-square contraction coefficient of a channel at one input: the square of the maximal correlation.

    $$\sup_Q\frac{\chi^2(QW\|PW)}{\chi^2(Q\|P)},$$ the largest singular value of $\sqrt{p_x}(W_{xy}-q_y)/\sqrt{q_y}$,
    squared, where $q=PW$. Symbols without mass play no part.

    An output without mass is taken to stay so: the slope does not show mass that enters it, save for a family at an end
    of its parameter (see `contraction`).

    Args:
        channel: The channel $W$.
        input: The law $P$ of its sources, a `Joint` or `BayesNet`; other variables are summed out.

    Returns:
        A scalar from 0 to 1 up to rounding, no unit; 0 where the input is certain.

    Raises:
        ValueError: Where the input lacks a source, has other alphabet sizes, or is no law with a table of floats.

    >>> from infoloop.probability.distributions import joint
    >>> from infoloop.probability.channel_families import bsc
    >>> print(f"{eta_chi2(bsc(0.1, 'X', 'Y'), joint([0.5, 0.5], 'X')):.12f}")
    0.640000000000
    """
    rows, weights = channel.matrix, input_weights(channel, input)
    if channel.inside is None:
        return _squared_correlation(rows, weights)
    inner = lax.stop_gradient(channel.inside.reshape(rows.shape)) + (rows - lax.stop_gradient(rows))
    moved = _squared_correlation(inner, weights)
    return lax.stop_gradient(_squared_correlation(rows, weights)) + (moved - lax.stop_gradient(moved))


def _squared_correlation(rows, p):
    return jnp.linalg.norm(_deflated(rows, p), 2) ** 2


@kinds_checked
def maximal_correlation(p: Law, x: Names, y: Names) -> Float[Array, ""]:
    r"""Return the maximal correlation of two groups of variables, without unit.

    $$\max E[f(X)g(Y)]$$ over $f,g$ of mean 0 and variance 1 (Hirschfeld, Gebelein, Rényi): the largest singular value
    of $(p_{xy}-p_xp_y)/\sqrt{p_xp_y}$; a weak dependence keeps its digits. Witsenhausen 1975.

    A value without mass is taken to stay so: the slope does not show mass that enters it.

    Args:
        p: A law with a table of floats, a `Joint` or `BayesNet`.
        x: One name or several.
        y: One name or several, none of them in `x`.

    Returns:
        A scalar from 0 (independent) to 1 (a function of each is known from the other) up to rounding.

    Raises:
        ValueError: For a variable that the law does not have, one that is in both groups, and a law without a table of
            floats.

    >>> from infoloop.probability.distributions import joint
    >>> print(f"{maximal_correlation(joint([[0.4, 0.1], [0.1, 0.4]], 'X', 'Y'), 'X', 'Y'):.12f}")
    0.600000000000
    """
    x, y = as_names(x), as_names(y)
    law = check_joint(marginal(p, *x, *y))
    p_xy = law.table.reshape(marginal(law, *x).table.size, -1)
    p_x, p_y = p_xy.sum(1, keepdims=True), p_xy.sum(0, keepdims=True)
    high, low = product_parts(p_x, p_y)
    scale = jnp.sqrt(p_x) * jnp.sqrt(p_y)
    return jnp.linalg.norm(((p_xy - high) - low) / jnp.where(scale > 0, scale, 1.0), 2)


@kinds_checked
def contraction_at(channel: Channel, input: Law) -> ContractionAt:
    r"""Return the contraction coefficient of a channel at one input, $\eta_{KL}(P)=\sup_Q\frac{D(QW\|PW)}{D(Q\|P)}$.

    `lower` is the best that a search from every symbol and from the $\chi^2$ direction found, or `eta_chi2`, the limit
    $Q\to P$ (Ahlswede & Gács 1976). No ascent lowers the ratio $\lambda$: $D(QW\|PW)$ is replaced by its tangent, so
    that $Q'_x\propto P_x2^{g_x/\lambda}$ with $g_x=\sum_yW_{xy}\log_2\frac{QW(y)}{PW(y)}$ has
    $D(Q'W\|PW)\ge\lambda D(Q'\|P)$.

    An output without mass is taken to stay so: the slope of `lower` does not show mass that enters it (`z_channel`
    at 1).

    Args:
        channel: The channel $W$.
        input: The law $P$ of its sources, a `Joint` or `BayesNet`; other variables are summed out.

    Returns:
        A `ContractionAt`: the attained value with its law $Q$, and the `contraction` over all inputs as the upper
        bound; both from 0 to 1, no unit.

    Raises:
        ValueError: Where the input lacks a source, has other alphabet sizes, or is no law with a table of floats.

    >>> from infoloop.probability.distributions import joint
    >>> from infoloop.probability.channel_families import bsc
    >>> eta = contraction_at(bsc(0.1, "X", "Y"), joint([0.5, 0.5], "X"))
    >>> print(f"{eta.lower:.12f} {eta.upper:.12f}")
    0.640000000000 0.640000000000
    """
    weights = input_weights(channel, input)
    law = _best_law(*lax.stop_gradient((channel.matrix, weights)))
    ratio = _ratio(law, channel.matrix, weights)  # at a fixed law: its gradient is that of the supremum
    near = eta_chi2(channel, input)
    shape = channel.rows.shape[: len(channel.source)]
    law = Joint(jnp.where(ratio > near, law, weights).reshape(shape), channel.source)
    return ContractionAt(jnp.where(ratio > near, ratio, near), contraction(channel).upper, law)


@jax.jit
def _best_law(rows, p):
    def climb(start):
        end, _ = lax.scan(lambda h, _: (_leap(h, rows, p), None), start, None, _LEAPS)
        law = tilt(p, end)
        return law, _ratio(law, rows, p)

    laws, ratios = jax.vmap(climb)(_starts(rows, p))
    symbols = jnp.where((p > 0)[:, None], jnp.eye(len(p), dtype=p.dtype), p)
    laws = jnp.concatenate([laws, symbols])
    ratios = jnp.concatenate([ratios, jax.vmap(lambda q: _ratio(q, rows, p))(symbols)])
    return laws[ratios.argmax()]


def _starts(rows, p):
    """Return tilts of `p` towards each symbol, away from it, and both ways along the chi-square direction."""
    left = jnp.linalg.svd(_deflated(rows, p))[0][:, 0]
    along = jnp.where(p > 0, left / jnp.sqrt(jnp.where(p > 0, p, 1.0)), 0.0)
    along = along / jnp.max(jnp.abs(along))
    symbols = jnp.eye(len(p), dtype=p.dtype)
    return jnp.concatenate([3 * symbols, -symbols, along[None], -along[None]])


def _leap(h, rows, p):
    """Return two ascents or, where it is higher, the limit of their geometric progress (Varadhan & Roland 2008)."""
    first = _ascent(h, rows, p)
    second = _ascent(first, rows, p)
    step, bend = first - h, second - 2 * first + h
    bent = p @ bend**2
    pace = jnp.sqrt(p @ step**2 / jnp.where(bent > 0, bent, 1.0))
    far = _ascent(h + 2 * pace * step + pace**2 * bend, rows, p)
    higher = _ratio(tilt(p, far), rows, p) > _ratio(tilt(p, second), rows, p)
    return jnp.where(higher, far, second)


def _ascent(h, rows, p):
    law, tiny = tilt(p, h), jnp.finfo(p.dtype).tiny
    ratio = _ratio(law, rows, p)
    gain = jnp.log(jnp.maximum(output_weights(law, rows), tiny) / jnp.maximum(output_weights(p, rows), tiny))
    ahead = jnp.matmul(rows, gain, precision=lax.Precision.HIGHEST) / jnp.where(ratio > 0, ratio, 1.0)
    return jnp.where(ratio > 0, ahead - p @ ahead, h)


def _ratio(q, rows, p):
    """Return the ratio of divergences; 0 where `q` is so near `p` that rounding would decide it (see `eta_chi2`)."""
    lost = divergence_terms(q, p).sum()
    kept = divergence_terms(output_weights(q, rows), output_weights(p, rows)).sum()
    apart = lost > jnp.sqrt(jnp.finfo(p.dtype).eps)
    return jnp.where(apart, kept / jnp.where(apart, lost, 1.0), 0.0)


def _deflated(rows, p):
    q = output_weights(p, rows)
    return jnp.sqrt(p)[:, None] * (rows - q) / jnp.sqrt(jnp.where(q > 0, q, 1.0))
