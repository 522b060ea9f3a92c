"""The informations of many tables at once, as a chain makes them: every cell by products, without a logarithm."""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax
from jaxtyping import Bool, Float

from infoloop.information.log_ratios import artanh, artanh_rest, doublings
from infoloop.probability.numerics import LOG2E, product_parts

_FAR = 3 - 2 * math.sqrt(2)  # s where p/q is the square root of 2 or of 1/2


class Margins(NamedTuple):
    r"""The margins of tables of p, each broadcast against them, and with them $q=l\,r/m$.

    Rows may be scaled, so that no product of small margins is lost: then `weights` is the inverse of the scale.

    Attributes:
        left: The margin l, scaled as the tables are.
        right: The margin r of the tables as they are.
        total: The mass m.
        weights: What a cell counts.
    """

    left: Float[Array, "*left"]
    right: Float[Array, "*right"]
    total: Float[Array, ""]
    weights: Float[Array, "*left"]


@jax.custom_jvp
def informations(tables: Float[Array, "t a b"], margins: Margins, near: Bool[Array, ""]) -> Float[Array, "t"]:
    r"""Return $\sum p\log_2\frac pq-(p-q)\log_2 e$ of each table: its information, where the margins are its own.

    No term is negative, and a dependence of $10^{-12}$ keeps its digits, as by `numerics.information_terms`, whose
    conventions at $p=0$ are kept. With $k$ the whole number for which $\sqrt{\tfrac12}\le\frac p{2^kq}<\sqrt2$, and
    $s=\frac{p-2^kq}{p+2^kq}$, a term is, in nats, as $\ln\frac p{2^kq}=2\operatorname{artanh}s$,
    $$(p-2^kq)\,s\Bigl(1+(s+s^2)\bigl(\tfrac13+\tfrac{s^2}5+\tfrac{s^4}7+\ldots\bigr)\Bigr)+pk\ln2+(q-2^kq).$$
    Its relative error is a few roundings. On CPUs the cells are vector code, and their sum is a product with ones:
    XLA would make the sum of a logarithm an operation at a time.

    Args:
        tables: Tables of p.
        margins: Their margins.
        near: Whether $k=0$ in every cell (`all_near`), which takes a third of the time.

    Returns:
        Bits. The derivative is that by the tables alone, as what the margins add cancels.

    >>> p, half = jnp.array([[[0.5, 0.0], [0.0, 0.5]]]), jnp.full(2, 0.5)
    >>> margins = Margins(half[:, None], half[None, :], jnp.ones(()), jnp.ones((2, 1)))
    >>> informations(p, margins, jnp.array(False)).tolist()
    [1.0]
    """
    factors = lax.optimization_barrier(_factors(margins))
    cells = lax.cond(near, _near_cells, _cells, tables, factors, margins.weights)
    each = jnp.matmul(cells, jnp.ones_like(cells, shape=cells.shape[-1:]), precision=lax.Precision.HIGHEST)
    return each.sum(-1) * LOG2E


@informations.defjvp
def _(primals, tangents):
    tables, margins, _ = primals
    factors = _factors(margins)
    some = (tables > 0) & (margins.left > 0) & (margins.right > 0)
    p = jnp.where(some, tables, 1.0)
    k, power = doublings(jnp.where(some, tables * factors.over_left * factors.over_share, 1.0))
    high, low = (
        jnp.where(some, part * power, other) for part, other in zip(_product(factors), (1.0, 0.0), strict=True)
    )
    log = 2 * artanh(_relative(p, high, low)[1]) + k * math.log(2)
    slopes = margins.weights * jnp.where(some, log, 0.0) * LOG2E
    return informations(*primals), (tangents[0] * slopes).sum((1, 2))


def all_near(table: Float[Array, "t a b"], margins: Margins) -> Bool[Array, ""]:
    r"""Return whether $\sqrt{\tfrac12}\le\frac pq\le\sqrt2$ in every cell.

    It then stays so along a chain: there $\frac pq$ is a mean of what it was before.

    >>> one = jnp.ones(())
    >>> bool(all_near(jnp.full((1, 1, 2), 0.5), Margins(one, jnp.array([0.5, 0.5]), one, one)))
    True
    """
    return jnp.all(jnp.abs(_relative(table, *_product(_factors(margins)))[1]) <= _FAR)


class _Factors(NamedTuple):
    """What cells are made of: margins, their leading halves and what is left of them, and their inverses."""

    left_high: Array
    left_low: Array
    over_left: Array
    share: Array
    share_high: Array
    share_low: Array
    over_share: Array


def _factors(margins):
    tiny = jnp.finfo(margins.left.dtype).tiny
    left, share = margins.left, margins.right / jnp.maximum(margins.total, tiny)
    return _Factors(
        *product_parts(left, jnp.ones_like(left)),
        1 / jnp.maximum(left, tiny),
        share,
        *product_parts(share, jnp.ones_like(share)),
        1 / jnp.maximum(share, tiny),
    )


def _product(factors):
    """Return q as `numerics.product_parts` does."""
    return factors.left_high * factors.share_high, (
        factors.left_high * factors.share_low + factors.left_low * factors.share
    )


def _near_cells(p, factors, weights):
    return lax.optimization_barrier(_term(*_relative(p, *_product(factors))) * weights)


def _cells(p, factors, weights):
    high, low = _product(factors)
    k, power = doublings(p * factors.over_left * factors.over_share)
    term = _term(*_relative(p, high * power, low * power))
    terms = term + (p * k * math.log(2) + ((high - high * power) + (low - low * power)))
    return lax.optimization_barrier(terms * weights)


def _relative(p, high, low):
    """Return p - q and (p - q) / (p + q)."""
    excess = (p - high) - low
    return excess, excess / jnp.maximum(p + p - excess, jnp.finfo(p.dtype).tiny)


def _term(excess, s):
    return excess * s * (1 + (s + s * s) * artanh_rest(s * s))
