"""Equal binary channels in a row, in closed form: what t of them are together, let through and can carry (S06).

`h`, where it is an argument, is the binary entropy, so that one formula serves floats and exact numbers.
"""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from infoloop.probability.array_types import Numbers
from infoloop.probability.channel_families import erasure
from infoloop.probability.channels import Channel
from infoloop.probability.numerics import LOG2E, binary_convolution, plog2p

Number = Any  # a float, an array, or a rational or exact number of the arithmetic that `h` is of


def cascade_crossover(crossover: Number, steps: int | Int[Array, "..."]) -> Number:
    r"""Return the crossover probability of equal binary symmetric channels in a row, $\frac12\bigl(1-(1-2p)^t\bigr)$.

    Args:
        crossover: The probability $p$ in [0, 1] that one channel flips its input; not checked.
        steps: How many channels $t$, 0 or more.

    Returns:
        The probability in [0, 1] that all of them together flip the input.

    >>> cascade_crossover(0.25, 2)
    0.375
    """
    return (1 - (1 - 2 * crossover) ** steps) / 2


def erasing(erased: Float[Numbers, ""], source: str, target: str) -> Channel:
    """Return the erasure channel that reads its own erasures too, symbol 2, so that it can be repeated.

    Args:
        erased: The probability of an erasure, in [0, 1].
        source: The name of the input, which takes 0, 1 and 2.
        target: The name of the output, which takes 0, 1 and 2.

    Returns:
        A channel with `rows` of shape (3, 3); a 2 stays a 2.

    Raises:
        ValueError: For a probability outside [0, 1]; a traced one gives NaN.

    >>> erasing(0.25, "Z", "next").rows.shape
    (3, 3)
    """
    kept = erasure(erased, source, target).rows
    return Channel(jnp.concatenate([kept, jnp.array([[0.0, 0.0, 1.0]])]), (source,), (target,))


def bsc_information(
    crossover: Number, p_one: Number, steps: int | Int[Array, "..."], h: Callable[[Any], Number]
) -> Number:
    r"""Return the information that equal binary symmetric channels in a row let through, $h(a*p_t)-h(p_t)$, in bits.

    Args:
        crossover: The probability in [0, 1] that one channel flips its input; $p_t$ is the `cascade_crossover`.
        p_one: $a=P(X=1)$, in [0, 1].
        steps: How many channels $t$, 0 or more.
        h: The binary entropy, in bits, of the arithmetic of the other arguments.

    Returns:
        $I(X;Z_t)$ in bits, at least 0 up to rounding; nothing is checked.

    >>> from infoloop.probability.numerics import binary_entropy
    >>> round(float(bsc_information(0.1, 0.5, 2, binary_entropy)), 6)
    0.319923
    """
    after = cascade_crossover(crossover, steps)
    return h(binary_convolution(p_one, after)) - h(after)


def erasure_information(
    erased: Number, p_one: Number, steps: int | Int[Array, "..."], h: Callable[[Any], Number]
) -> Number:
    r"""Return the information that equal erasure channels in a row let through, $(1-e)^th(a)$, in bits.

    Args:
        erased: The probability $e$ in [0, 1] that one channel erases its input.
        p_one: $a=P(X=1)$, in [0, 1].
        steps: How many channels $t$, 0 or more.
        h: The binary entropy, in bits, of the arithmetic of the other arguments.

    Returns:
        $I(X;Z_t)$ in bits, at least 0; nothing is checked.

    >>> from infoloop.probability.numerics import binary_entropy
    >>> float(erasure_information(0.25, 0.5, 2, binary_entropy))
    0.5625
    """
    return h(p_one) * (1 - erased) ** steps


def z_information(fall: Number, p_one: Number, steps: int | Int[Array, "..."], h: Callable[[Any], Number]) -> Number:
    r"""Return the information that equal Z-channels in a row let through, in bits.

    $$I(X;Z_t)=h(as_t)-a\,h(s_t),\qquad s_t=(1-e)^t.$$

    Args:
        fall: The probability $e$ in [0, 1] that one channel turns a 1 into a 0.
        p_one: $a=P(X=1)$, in [0, 1].
        steps: How many channels $t$, 0 or more.
        h: The binary entropy, in bits, of the arithmetic of the other arguments.

    Returns:
        $I(X;Z_t)$ in bits, at least 0 up to rounding; nothing is checked.

    >>> from infoloop.probability.numerics import binary_entropy
    >>> round(float(z_information(0.5, 0.5, 1, binary_entropy)), 6)
    0.311278
    """
    kept = (1 - fall) ** steps
    return h(p_one * kept) - h(kept) * p_one


def z_capacity(fall: Float[Numbers, "..."]) -> Float[Array, "..."]:
    r"""Return the capacity of the Z-channel, $\log_2\bigl(1+(1-e)e^{e/(1-e)}\bigr)$, in bits per use.

    Here $e^{e/(1-e)}$ is the noise to the power $\frac e{1-e}$. Cover & Thomas, Problem 7.8.

    Args:
        fall: The probability $e$ in [0, 1] that a 1 becomes a 0, of any shape; not checked.

    Returns:
        Of the shape of `fall`: 1 at e = 0, falling to 0 at e = 1.

    >>> round(float(z_capacity(0.5)), 6)
    0.321928
    """
    return z_capacity_kept(1 - jnp.asarray(fall))


def z_capacity_kept(kept: Float[Numbers, "..."]) -> Float[Array, "..."]:
    r"""Return the capacity of the Z-channel by the probability $s=1-e$ that a 1 stays, in bits per use.

    It is about $\frac s{e\ln2}$ (e = 2.718...) for small $s$, where $1-e$ would have no digits left: the exponent
    $(1-s)\ln(1-s)/s$ falls to its limit -1 at $s=0$.

    Args:
        kept: The probability $s$ in [0, 1], of any shape; not checked.

    Returns:
        Of the shape of `kept`: 0 at s = 0, rising to 1 at s = 1.

    >>> print(f"{float(z_capacity_kept(1e-12) / 1e-12):.6f}")
    0.530738
    """
    kept = jnp.asarray(kept)
    rare = kept < 0.5
    few = (1 - kept) * jnp.log1p(-jnp.where(rare, kept, 0.0))
    loss = jnp.where(rare, few, plog2p(1 - kept) / LOG2E)
    exponent = jnp.where(kept == 0, -1.0, loss / jnp.where(kept == 0, 1.0, kept))
    return jnp.log1p(kept * jnp.exp(exponent)) * LOG2E
