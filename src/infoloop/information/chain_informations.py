"""All informations of a Markov chain, by few large products: powers of its link, or its steps in blocks of rows."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax
from jaxtyping import Float

from infoloop.information.banded_channels import diagonals, shifted
from infoloop.information.stacked_tables import Margins, all_near, informations

_POWERS = 32  # steps that are made by one product at most, and after which is asked whether cells are near
CACHED = 2**16  # cells whose informations are computed together: few enough for the cache
AT_ONCE = 2**20  # cells of a table that is followed along the chain; a larger one is cut into blocks of rows


@partial(jax.jit, static_argnums=(2, 3))
def later_informations(
    p_xz: Float[Array, "X Z"], link: Float[Array, "..."], steps: int | None, lowest: int | None
) -> Float[Array, "steps"]:
    r"""Return $I(X;Z_t)$ for $t=1,\ldots,T$, in bits.

    Args:
        p_xz: The law of X and $Z_0$.
        link: The rows of a link, or its band; with a leading axis, of many.
        steps: T; None for many links.
        lowest: The least move of a band; None for rows.

    >>> later_informations(jnp.eye(2) / 2, jnp.eye(2), 3, None).tolist()
    [1.0, 1.0, 1.0]
    """
    if (len(link) if steps is None else steps) == 0:
        return jnp.zeros(0, p_xz.dtype)
    p_x = p_xz.sum(1)
    powers = _most_powers(*p_xz.shape, steps) if lowest is None else 1
    if powers > 1:
        return _by_powers(p_xz, p_x, link, steps, powers)
    return _by_steps(p_xz, p_x, link, steps, lowest)


def _most_powers(rows, states, steps):
    """Return how many powers of a link to make: as many as pay and fit into the cache with what they make."""
    if steps is None:
        return 1
    fitting = min(_POWERS, CACHED // (max(rows, states) * states), steps * rows // (2 * states))
    return 2 ** (fitting.bit_length() - 1) if fitting else 1


def _by_powers(p_xz, p_x, rows, steps, count):
    """Make `count` steps by one product with the powers of the rows, stacked.

    All numbers are at least 0, so that each product of n states adds at most n roundings to the relative error of every
    cell, as a step does: $K^{i+j}=K^iK^j$ has those of both and n more, i + j products in all but one.
    """
    powers = rows.T
    while len(powers) < count * len(rows):
        powers = jnp.concatenate([powers, _product(powers, powers[-len(rows) :])])
    weights = _scale(p_x)
    left = p_x / weights

    def margins(tables):
        return Margins(left, _product(tables, weights)[..., None], p_x.sum(), weights)

    def block(state, _):
        p_zx, near = state
        near = _near_from_now(near, p_zx[None], margins(p_zx[None]))
        tables = _product(powers, p_zx).reshape(count, *p_zx.shape)
        return (tables[-1], near), informations(tables, margins(tables), near)

    start = (p_xz / weights[:, None]).T, jnp.array(False)
    return lax.scan(block, start, None, length=-(-steps // count))[1].ravel()[:steps]


def _by_steps(p_xz, p_x, links, steps, lowest):
    """Follow the rows of the table, in blocks that bound the memory, and with each block the law of Z.

    That law is then rounded apart from the rows: as the sum of the rows is nearest to all of them, what they differ by
    enters the informations squared.
    """
    rows, states = p_xz.shape
    if lowest is not None:
        links = diagonals(links, lowest)
    blocks = -(-rows * states // AT_ONCE) if rows > 1 else 1
    width = -(-rows // blocks)
    weights = _scale(p_x)
    scaled, left = p_xz / weights[:, None], p_x / weights
    p_z, total = p_xz.sum(0, keepdims=True), p_x.sum()
    follow = partial(_follow, links=links, steps=steps, lowest=lowest, p_z=p_z, total=total)
    if blocks == 1:
        return follow((scaled, left, weights))
    spare = -(-rows // width) * width - rows
    parts = (
        jnp.pad(part, [(0, spare)] + [(0, 0)] * (part.ndim - 1)).reshape(-1, width, *part.shape[1:])
        for part in (scaled, left, weights)
    )
    return lax.map(follow, tuple(parts)).sum(0)


def _follow(part, links, steps, lowest, p_z, total):
    """Return what a block of rows adds to the informations."""
    table, left, weights = part
    count = len(links) if steps is None else steps
    chunks, chunk, together = _grouped(count, table.size)
    if steps is None:
        spare = jnp.broadcast_to(links[-1:], (chunks * chunk - count, *links.shape[1:]))
        links = jnp.concatenate([links, spare]).reshape(chunks, -1, together, *links.shape[1:])

    def margins(tables):
        return Margins(left[:, None], tables[:, -1:], total, weights[:, None])

    def step(rows, link):
        link = links if link is None else link
        after = _product(rows, link) if lowest is None else shifted(rows, link, lowest)
        return after, after

    def group(state, group_links):
        rows, near = state
        last, tables = lax.scan(step, rows, group_links, length=together, unroll=together == 1)
        return (last, near), informations(tables[:, :-1], margins(tables), near)

    def block(state, block_links):
        rows, near = state
        near = _near_from_now(near, rows[None, :-1], margins(rows[None]))
        return lax.scan(group, (rows, near), block_links, length=chunk // together)

    start = jnp.concatenate([table, p_z]), jnp.array(False)
    return lax.scan(block, start, None if steps is not None else links, length=chunks)[1].ravel()[:count]


def _grouped(count, cells):
    """Return how many chunks of how many steps to make, and of how many steps the informations are made together."""
    together = max(1, min(_POWERS, count, CACHED // cells))
    chunks = -(-count // max(_POWERS, together))
    return chunks, -(-count // (chunks * together)) * together, together


def _near_from_now(near, tables, margins):
    """Return whether every cell is near q, without looking again once it was: it stays so."""
    tables, margins = lax.stop_gradient((tables, margins))
    return lax.cond(near, lambda: near, lambda: all_near(tables, margins))


def _product(a, b):
    return jnp.matmul(a, b, precision=lax.Precision.HIGHEST)


def _scale(p_x):
    """Return the power of two at or below each mass, 1 for none: by it rows are scaled without any rounding."""
    fraction, exponent = jnp.frexp(lax.stop_gradient(p_x))
    return jnp.where(fraction > 0, jnp.ldexp(jnp.ones_like(p_x), exponent - 1), 1.0)
