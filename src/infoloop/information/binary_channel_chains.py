r"""Equal binary channels in a row, in closed form: what t links in a row are, tell and can carry (S06).

`h`, where it is an argument, is the binary entropy, so that one formula serves floats and exact numbers.
"""

import jax
import jax.numpy as jnp

from infoloop.probability.channel_families import erasure
from infoloop.probability.channels import Channel
from infoloop.probability.numerics import LOG2E, binary_convolution, plog2p


def cascade_crossover(crossover, steps):
    r"""Crossover probability of `steps` binary symmetric channels in a row, $\frac12\bigl(1-(1-2p)^t\bigr)$.

    >>> cascade_crossover(0.25, 2)
    0.375
    """
    return (1 - (1 - 2 * crossover) ** steps) / 2


def erasing(erased, source: str, target: str) -> Channel:
    """The erasure channel that also reads its own erasures, symbol 2, so that it can be repeated.

    >>> erasing(0.25, "Z", "next").rows.shape
    (3, 3)
    """
    kept = erasure(erased, source, target).rows
    return Channel(jnp.concatenate([kept, jnp.array([[0.0, 0.0, 1.0]])]), (source,), (target,))


def bsc_information(crossover, p_one, steps, h):
    r"""$I(X;Z_t)=h(a*p_t)-h(p_t)$ in bits after symmetric links, $a=P(X=1)$, $p_t$ the `cascade_crossover`.

    >>> from infoloop.probability.numerics import binary_entropy
    >>> round(float(bsc_information(0.1, 0.5, 2, binary_entropy)), 6)
    0.319923
    """
    after = cascade_crossover(crossover, steps)
    return h(binary_convolution(p_one, after)) - h(after)


def erasure_information(erased, p_one, steps, h):
    r"""$I(X;Z_t)=(1-e)^th(a)$ in bits after erasing links, $a=P(X=1)$.

    >>> from infoloop.probability.numerics import binary_entropy
    >>> float(erasure_information(0.25, 0.5, 2, binary_entropy))
    0.5625
    """
    return h(p_one) * (1 - erased) ** steps


def z_information(fall, p_one, steps, h):
    r"""$I(X;Z_t)=h(as_t)-a\,h(s_t)$ in bits after Z-channels, $a=P(X=1)$, $s_t=(1-e)^t$.

    >>> from infoloop.probability.numerics import binary_entropy
    >>> round(float(z_information(0.5, 0.5, 1, binary_entropy)), 6)
    0.311278
    """
    kept = (1 - fall) ** steps
    return h(p_one * kept) - h(kept) * p_one


def z_capacity(fall) -> jax.Array:
    r"""$\log_2\bigl(1+(1-e)e^{e/(1-e)}\bigr)$, the capacity of the Z-channel, in bits; 1 at e = 0, 0 at e = 1.

    Here $e^{e/(1-e)}$ is the noise to the power $\frac e{1-e}$. Cover & Thomas, Problem 7.8.

    >>> round(float(z_capacity(0.5)), 6)
    0.321928
    """
    return z_capacity_kept(1 - jnp.asarray(fall))


def z_capacity_kept(kept) -> jax.Array:
    r"""The same by the probability $s=1-e$ that a 1 stays, in bits: about $\frac s{e\ln2}$ (e = 2.718...) for small s.

    The exponent $(1-s)\ln(1-s)/s$ falls to its limit -1 at s = 0, where $1-e$ would have no digits left.

    >>> print(f"{float(z_capacity_kept(1e-12) / 1e-12):.6f}")
    0.530738
    """
    kept = jnp.asarray(kept)
    rare = kept < 0.5
    few = (1 - kept) * jnp.log1p(-jnp.where(rare, kept, 0.0))
    loss = jnp.where(rare, few, plog2p(1 - kept) / LOG2E)
    exponent = jnp.where(kept == 0, -1.0, loss / jnp.where(kept == 0, 1.0, kept))
    return jnp.log1p(kept * jnp.exp(exponent)) * LOG2E
