"""Entropy and information of tables of floats: one program for a table or for many, and slopes with one logarithm."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.custom_batching import custom_vmap
from jaxtyping import Float

from infoloop.information.log_ratios import log_of_ratio, natural_log
from infoloop.probability.numerics import LOG2E, information_terms, product_parts

_MANY = 2**16  # cells: fewer take less time than the second program takes to compile
_PLENTY = 1 / 64  # bits, of which rounding the ratios takes fewer than 5 binary digits


@partial(jax.jit, static_argnums=1)
def entropy_of_table(table: Float[Array, "*shape"], summed: tuple[int, ...]) -> Float[Array, ""]:
    r"""Return $H(X\mid G)=-\sum p(x,g)\log_2 p(x\mid g)$ of one table, in bits.

    Its slope by $p(x,g)$ is $-\log_2 p(x\mid g)$, less $\log_2 e$ where nothing is given; 0 in an empty cell.

    Args:
        table: A law, with any number of axes.
        summed: The axes of X, from 0 on; all others are given.

    Returns:
        A scalar, at least 0; of a table that is no law, any number or NaN.

    >>> round(float(entropy_of_table(jnp.array([[0.5, 0.25], [0.0, 0.25]]), (1,))), 6)
    0.688722
    """
    return _entropy(table, summed)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def _entropy(table, summed):
    return -(table * _log2(_share(table, summed))).sum()


@_entropy.defjvp
def _(summed, primals, tangents):
    (table,), (moved,) = primals, tangents
    some, share = table > 0, _share(table, summed)
    slope = natural_log(jnp.where(some, share, 1.0)) + (1.0 if len(summed) == table.ndim else 0.0)
    return _entropy(table, summed), -(jnp.where(some, slope, 0.0) * moved).sum() * LOG2E


def _share(table, summed):
    if len(summed) == table.ndim:
        return table
    total = table.sum(axis=summed, keepdims=True)
    return table / lax.optimization_barrier(jnp.where(total == 0, 1.0, total))


@partial(jax.jit, static_argnums=(1, 2))
def information_of_table(table: Float[Array, "*shape"], x: tuple[int, ...], y: tuple[int, ...]) -> Float[Array, ""]:
    r"""Return $I(X;Y\mid Z)=\sum p(x,y,z)\log_2\frac{p(x,y,z)\,p(z)}{p(x,z)\,p(y,z)}$ of one table, in bits.

    The terms are those of `information_terms`, so that a dependence of $10^{-12}$ keeps its digits. Of many tables at
    once (under `vmap`) those with an information of 1/64 bit or more are computed in a shorter way, half of the work;
    the others with care, if there are any. The slope by $p(x,y,z)$ is the logarithm, as what the margins add to it
    vanishes; 0 in an empty cell.

    Args:
        table: A law, with any number of axes.
        x: The axes of X, from 0 on.
        y: The axes of Y; all others are those of Z.

    Returns:
        A scalar, at least 0; of a table that is no law, any number or NaN.

    >>> round(float(information_of_table(jnp.array([[0.5, 0.0], [0.0, 0.5]]), (0,), (1,))), 12)
    1.0
    """
    return _information(table, x, y)


@partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _information(table, x, y):
    return _of_many(table.ndim, x, y)(lax.optimization_barrier(table))


@_information.defjvp
def _(x, y, primals, tangents):
    lift = 2.0 ** (jnp.finfo(primals[0].dtype).maxexp // 4)  # so that no small product or difference counts as 0
    table, moved = lax.optimization_barrier(primals[0]) * lift, tangents[0]
    total, left, right = (jnp.where(m > 0, m, 1.0) for m in _margins(table, table.ndim, x, y))
    share = right / total
    by_left, by_share = lax.optimization_barrier((1 / left, 1 / share))
    some, parts = table > 0, (table, *product_parts(left, share), table * by_left * by_share)
    slope = log_of_ratio(
        *(jnp.where(some, part, other) for part, other in zip(parts, (1.0, 1.0, 0.0, 1.0), strict=True))
    )
    return _information(*primals, x, y), (jnp.where(some, slope, 0.0) * moved).sum() * LOG2E


def _of_many(axes, x, y):
    """Return the function of tables that have any number of axes before their own, which `vmap` puts there."""

    @custom_vmap
    def informations(tables):
        margins, cells = _margins(tables, axes, x, y), tuple(range(-axes, 0))

        def with_care():
            return information_terms(tables, *margins).sum(cells)

        if tables.size < _MANY:
            return with_care()
        plain = _plain(tables, *margins).sum(cells)
        near = plain < _PLENTY
        return lax.cond(near.any(), lambda: jnp.where(near, with_care(), plain), lambda: plain)

    @informations.def_vmap
    def _(_, __, tables):
        return informations(tables), True

    return informations


def _margins(tables, axes, x, y):
    """Return p(z), p(x, z) and p(y, z), broadcast against the tables."""
    over_x, over_y = (tuple(k - axes for k in summed) for summed in (x, y))
    left, right = tables.sum(axis=over_y, keepdims=True), tables.sum(axis=over_x, keepdims=True)
    # without the barrier XLA on CPUs adds them up in the midst of the cells' sum, in slow code
    left, right = lax.optimization_barrier((left, right))
    return lax.optimization_barrier(left.sum(axis=over_x, keepdims=True)), left, right


def _plain(p, total, left, right):
    r"""Return $p\log_2r-q(r-1)\log_2e$ for $r=p/q$, whose error is one of $r$ times $q|r-1|$."""
    tiny = jnp.finfo(p.dtype).tiny
    share = right / lax.max(total, tiny)
    by_left, by_share, unit = lax.optimization_barrier(
        (1 / lax.max(left, tiny), 1 / lax.max(share, tiny), share * LOG2E)
    )
    ratio = p * by_left * by_share
    return p * _log2(ratio) - left * unit * (ratio - 1)


def _log2(share):
    # of 0 a number below the logarithms of all floats, so that 0 times it is 0: by a maximum, as XLA on CPUs makes no
    # vector code of a sum with selects
    return lax.max(jnp.log(share) * LOG2E, -1200.0)
