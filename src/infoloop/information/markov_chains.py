"""Long Markov chains: what is left of an information after each of many channels, without any joint table."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from infoloop.information.measures import check_joint
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Names, as_names, marginal
from infoloop.probability.law_measures import Law
from infoloop.probability.numerics import information_terms
from infoloop.probability.validation import check_int, check_same_sizes

_BLOCK = 32  # tables whose informations are computed together: enough for two threads, few enough for the cache


@kinds_checked
def information_along(p: Law, x: Names, link: Channel, steps: int | None = None) -> Float[Array, " states"]:
    r"""Return the information that is left after each link of a Markov chain, $I(X;Z_t)$ for $t=0,\ldots,T$, in bits.

    $Z_0$ is the link's source in `p`, and each link makes the next $Z$. Costs T products of a $|X|\times|Z|$ with a
    $|Z|\times|Z|$ table; no table is larger than these.

    Args:
        p: The law of X and $Z_0$, a `Joint` or `BayesNet`; other variables are summed out.
        x: One name or several, without the link's source.
        link: A channel from one variable to one of the same size, used `steps` times; or T different ones, as `rows`
            with a leading axis of length T.
        steps: How often one link is used, T, at least 0; to be left out where the rows have a leading axis.

    Returns:
        T + 1 informations, each at least 0; the first is $I(X;Z_0)$.

    Raises:
        ValueError: Where the link's two alphabets differ, so that it cannot be repeated, or differ from that of $Z_0$;
            for `steps` with different links, or one link without; for a variable that the law does not have, a source
            that is in `x`, and a law without a table of floats.

    >>> from infoloop.probability.distributions import joint
    >>> from infoloop.probability.channel_families import bsc
    >>> start = joint([[0.5, 0], [0, 0.5]], "X", "Z")
    >>> [round(float(i), 6) for i in information_along(start, "X", bsc(0.1, "Z", "next"), steps=2)]
    [1.0, 0.531004, 0.319923]
    """
    x = as_names(x)
    law = check_joint(marginal(p, *x, *link.source))
    sizes = link.rows.shape[-2:]
    if len(link.source) != 1 or len(link.target) != 1 or sizes[0] != sizes[1] or link.rows.ndim not in (2, 3):
        raise ValueError(
            f"a link of shape {link.rows.shape} cannot be repeated: give one source and a target of its size"
        )
    check_same_sizes({link.source[0]: law.table.shape[-1]}, {link.source[0]: sizes[0]}, "law")
    if (steps is None) != (link.rows.ndim == 3):
        raise ValueError("give steps=... with one link, and a leading axis of links without steps")
    steps = steps if steps is None else check_int(steps, "steps", 0)
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
