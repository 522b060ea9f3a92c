"""How much of a difference, or of an information, survives a channel whatever its input. Coefficients have no unit."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.bisection import bisect
from infoloop.probability.channels import Channel

_HALVINGS = 50  # of [0, 1], to the last digit of a float64
_FAR, _HALVINGS_OF_ODDS = 300.0, 63  # weights from 1e-130 on, to the last digit


class Contraction(NamedTuple):
    """A contraction coefficient between two numbers, up to rounding and without unit: `lower` <= eta <= `upper`.

    Attributes:
        lower: The ratio that a law on the pair of symbols attains.
        upper: What no law exceeds.
        pair: The numbers of two rows of `channel.matrix`, shape (2,).
        weight: The mass of the second symbol; at 0 or 1 the coefficient is a limit.
    """

    lower: Float[Array, ""]
    upper: Float[Array, ""]
    pair: Int[Array, " 2"]
    weight: Float[Array, ""]


@kinds_checked
def dobrushin(channel: Channel) -> Float[Array, ""]:
    r"""Return the Dobrushin coefficient of a channel, the most that a total variation keeps (Dobrushin 1956), no unit.

    $$\eta_{TV}=\max_{a,b}\tfrac12\sum_y|W_{ay}-W_{by}|.$$

    Where two cells of the pair that attains it are equal, the slope is the mean of those of both sides, save for a
    family at an end of its parameter (see `contraction`).

    Args:
        channel: The channel $W$; several sources are one input.

    Returns:
        A scalar from 0 (all rows alike) to 1 (two rows with no common output).

    >>> from infoloop.probability.channel_families import bsc
    >>> float(dobrushin(bsc(0.25, "X", "Y")))
    0.5
    """
    return _widest(channel.matrix, _inside(channel))


def _inside(channel):
    return None if channel.inside is None else channel.inside.reshape(channel.matrix.shape)


@jax.jit
def _widest(rows, inside):
    fixed = lax.stop_gradient(rows)
    at = fixed if inside is None else lax.stop_gradient(inside)
    pair = jnp.stack(jnp.unravel_index(_distances(at).argmax(), (len(at), len(at))))
    sign = jnp.sign(at[pair[0]] - at[pair[1]])
    return _with_slopes(_distances(fixed).max(), rows[pair], jnp.stack([sign, -sign]) / 2)


def _distances(rows):
    return lax.map(lambda row: jnp.abs(rows - row).sum(1) / 2, rows)


@kinds_checked
def contraction(channel: Channel) -> Contraction:
    r"""Return the contraction coefficient of a channel: the most that a relative entropy keeps, whatever the input.

    $$\eta_{KL}=\sup\frac{D(QW\|PW)}{D(Q\|P)}=\sup_{U-X-Y}\frac{I(U;Y)}{I(U;X)}=\eta_{\chi^2}.$$
    Two symbols suffice (Ordentlich & Polyanskiy 2021, "Strong data processing constant is achieved by binary inputs"):
    the supremum over pairs of rows $a,b$ and $\beta\in(0,1)$ of
    $$f(\beta)=\beta(1-\beta)\sum_y\frac{(a_y-b_y)^2}{m_y}=1-\sum_y\frac{a_yb_y}{m_y},\quad m=(1-\beta)a+\beta b.$$
    As $f$ is concave, its tangents at both ends of a bracket bound it: `upper - lower` is below 1e-14 `upper`.

    Both bounds have the gradient of eta, that of $f$ at the pair and $\beta$ that attain it. Where two rows share no
    output, eta is 1 and has no gradient but a slope in every direction: NaN, save for a family (`bsc`, `erasure`,
    `symmetric`, `z_channel`) at an end of its parameter, which is differentiated from within its interval. An output
    that neither row of the pair reaches is held there. Where no output that both rows reach differs (`erasure`), all
    weights attain eta, and the slope is that at weight 1/2: among rows with the same zeros the mean of those of both
    sides. At a weight of 0 or 1 the slope by a cell that is empty may be infinite; it is shown as a number beyond
    1e100. Second derivatives are NaN; `pair` and `weight` have none.

    What a family says of its ends (`Channel.inside`) stays with the object while one trace makes and uses it: a channel
    that is returned from `jit`, `vmap` or `scan`, handed to one, or put together of others is differentiated as its
    rows are.

    Args:
        channel: The channel $W$; several sources are one input.

    Returns:
        A `Contraction`, from 0 (useless) to 1: two bounds, and the pair of symbols and the weight that attain the
        lower.

    >>> from infoloop.probability.channel_families import bsc
    >>> eta = contraction(bsc(0.25, "X", "Y"))
    >>> print(f"{eta.lower:.12f} {eta.upper:.12f}", eta.pair, eta.weight)
    0.250000000000 0.250000000000 [0 1] 0.5
    """
    return _over_pairs(channel.matrix, _inside(channel))


@jax.jit
def _over_pairs(rows: Float[Array, "inputs outputs"], inside: Float[Array, "inputs outputs"] | None) -> Contraction:
    fixed = lax.stop_gradient(rows)
    lower, upper, weight = _all_pairs(fixed)
    at = fixed if inside is None else lax.stop_gradient(inside)
    lower_at = lower if inside is None else _all_pairs(at)[0]
    pair, steepest = (jnp.stack(jnp.unravel_index(x.argmax(), x.shape)) for x in (lower, lower_at))
    slopes = _pair_slopes(*at[steepest]) + _no_second(rows[steepest])
    moved = (_with_slopes(value, rows[steepest], slopes) for value in (lower[tuple(pair)], upper.max()))
    return Contraction(*moved, pair, weight[tuple(pair)])


def _all_pairs(rows):
    over_second = jax.vmap(_pair_contraction, in_axes=(None, 0))
    return lax.map(lambda row: over_second(row, rows), rows)


@jax.custom_jvp
def _with_slopes(value, at, slopes):
    """Return the value, whose gradient in `at` is `slopes`."""
    return value


@_with_slopes.defjvp
def _(primals, tangents):
    return primals[0], (primals[2] * tangents[1]).sum()


@jax.custom_jvp
def _no_second(at):
    """Return zeros whose gradient is NaN: a second derivative would need that of the weight."""
    return at - at  # not `zeros_like`, which would have no batch axis where the tangent has one


@_no_second.defjvp
def _(primals, tangents):
    return _no_second(*primals), jnp.nan * tangents[0]


def _pair_slopes(a, b):
    r"""Return the gradients of $\max f$ in $a$ and in $b$: those of $f$ at the maximum, found by its log odds."""

    def rises(odds):
        low, high, share = _mixture(odds, a, b)
        # f' in two forms that differ by the rounding of the row sums: that counts which cancels less
        near = share**2 * (low**2 * a - high**2 * b)
        near = jnp.where((a > 0) & (b > 0), near, a - b)
        mixed = low * a + high * b
        far = -(a * b / jnp.where(mixed > 0, mixed, 1.0)) * share
        return jnp.where(jnp.abs(far).sum() < jnp.abs(near).sum(), far.sum(), near.sum()) > 0

    ends = jnp.full((), -_FAR, a.dtype), jnp.full((), _FAR, a.dtype)
    both = (a > 0) & (b > 0)
    odds = sum(bisect(rises, *ends, _HALVINGS_OF_ODDS)) / 2
    # f is constant if no common output differs, so that every weight attains it: the one half way has the mean slope
    low, high, share = _mixture(jnp.where((both & (a != b)).any(), odds, 0.0), a, b)
    slopes = low * high * jnp.stack([share * (2 - low * share), -share * (2 + high * share)])
    return jnp.where(both.any(), slopes, jnp.nan)


def _mixture(odds, a, b):
    r"""Return $1-\beta$, $\beta$ and $\frac{a-b}m$ for the logarithm of $\frac\beta{1-\beta}$."""
    low, high = jax.nn.sigmoid(-odds), jax.nn.sigmoid(odds)
    mixed = low * a + high * b
    return low, high, jnp.where(mixed > 0, a - b, 0.0) / jnp.where(mixed > 0, mixed, 1.0)


@kinds_checked
def erasure_threshold(channel: Channel) -> Float[Array, ""]:
    r"""Return the largest erasure probability at which an erasure channel is less noisy than this channel.

    It is $1-\eta_{KL}$, one minus the contraction coefficient of relative entropy. The erasure channel is less
    noisy, $I(U;Y_\text{erasure})\ge I(U;Y)$ for every $U-X-Y$, if and only if it erases no more often than this
    (Polyanskiy & Wu 2017, Proposition 15).

    Args:
        channel: The channel from X to Y; several sources are one input.

    Returns:
        A probability, a scalar: one minus the upper bound of `contraction`, hence at most the threshold; `contraction`
        says how close its bounds are. NaN where the channel has a negative entry under `jit`.

    >>> from infoloop.probability.channel_families import bsc
    >>> print(f"{erasure_threshold(bsc(0.1, 'X', 'Y')):.12f}")
    0.360000000000
    """
    return 1 - contraction(channel).upper


def _pair_contraction(a, b):
    ends = jnp.zeros((), a.dtype), jnp.ones((), a.dtype)
    low, high = bisect(lambda beta: _slope(beta, a, b) > 0, *ends, _HALVINGS)
    at_low, at_high = _spread(low, a, b), _spread(high, a, b)
    above = jnp.minimum(
        at_low + jnp.maximum(_slope(low, a, b), 0) * (high - low),
        at_high - jnp.minimum(_slope(high, a, b), 0) * (high - low),
    )
    return jnp.maximum(at_low, at_high), above, jnp.where(at_low > at_high, low, high)


def _spread(beta, a, b):
    """Return $f$, with its limits at 0 and 1: an output that only one symbol reaches counts there as well."""
    both, mixed = (a > 0) & (b > 0), (1 - beta) * a + beta * b
    cells = beta * (1 - beta) * (a - b) ** 2 / jnp.where(both, mixed, 1.0)
    return jnp.where(both, cells, jnp.where(a > 0, beta * a, (1 - beta) * b)).sum()


def _slope(beta, a, b):
    r"""Return $f'=\sum\frac{(a-b)^2}{m^2}\bigl((1-\beta)^2a-\beta^2b\bigr)$; near $a=b$ all cells are small."""
    both, mixed = (a > 0) & (b > 0), (1 - beta) * a + beta * b
    share = (a - b) / jnp.where(both, mixed, 1.0)
    cells = share**2 * ((1 - beta) ** 2 * a - beta**2 * b)
    return jnp.where(both, cells, a - b).sum()
