"""Long Markov chains: what is left of an information after each of many channels, without any joint table."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, Names, as_names, marginal
from infoloop.probability.numerics import information_terms
from infoloop.probability.validation import check_same_sizes

_BLOCK = 32  # tables whose informations are computed together: enough for two threads, few enough for the cache


def information_along(p: Joint, x: Names, link: Channel, steps: int | None = None):
    r"""$I(X;Z_t)$ in bits for $t=0,\ldots,T$, where $Z_0$ is the link's source in `p` and each link makes the next $Z$.

    The same link is used `steps` times; or its rows have a leading axis of T different links. Costs T products of a
    $|X|\times|Z|$ with a $|Z|\times|Z|$ table; no table is larger than these. Raises ValueError where the link's two
    alphabets differ, since then it cannot be repeated.

    >>> from infoloop.probability.distributions import joint
    >>> from infoloop.probability.channel_families import bsc
    >>> start = joint([[0.5, 0], [0, 0.5]], "X", "Z")
    >>> [round(float(i), 6) for i in information_along(start, "X", bsc(0.1, "Z", "next"), steps=2)]
    [1.0, 0.531004, 0.319923]
    """
    x = as_names(x)
    law = marginal(p, *x, *link.source)
    sizes = link.rows.shape[-2:]
    if len(link.source) != 1 or len(link.target) != 1 or sizes[0] != sizes[1] or link.rows.ndim not in (2, 3):
        raise ValueError(
            f"a link of shape {link.rows.shape} cannot be repeated: give one source and a target of its size"
        )
    check_same_sizes({link.source[0]: law.table.shape[-1]}, {link.source[0]: sizes[0]}, "law")
    if (steps is None) != (link.rows.ndim == 3):
        raise ValueError("give steps=... with one link, and a leading axis of links without steps")
    table = law.table.reshape(-1, law.table.shape[-1])
    return _decay(table, link.rows, steps)


@partial(jax.jit, static_argnums=2)
def _decay(p_xz, rows, steps):
    p_x = p_xz.sum(1, keepdims=True)  # the same all along the chain, and so is whatever is made of it
    total = p_x.sum(keepdims=True)
    count = len(rows) if steps is None else steps
    blocks = -(-count // _BLOCK)
    if steps is None:
        spare = jnp.broadcast_to(rows[-1], (blocks * _BLOCK - count, *rows.shape[1:]))
        rows = jnp.concatenate([rows, spare]).reshape(blocks, _BLOCK, *rows.shape[1:])

    def information(p_xz):
        return information_terms(p_xz, total, p_x, p_xz.sum(0, keepdims=True)).sum()

    def step(p_xz, k_zz):
        after = jnp.matmul(p_xz, rows if k_zz is None else k_zz, precision=lax.Precision.HIGHEST)
        return after, after

    def block(p_xz, links):
        last, tables = lax.scan(step, p_xz, links, length=_BLOCK)
        return last, jax.vmap(information)(tables)

    _, later = lax.scan(block, p_xz, None if steps is not None else rows, length=blocks)
    return jnp.concatenate([information(p_xz)[None], later.ravel()[:count]])
