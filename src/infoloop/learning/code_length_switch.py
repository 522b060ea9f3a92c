r"""A short spurious rule against a longer intended one: whose code of the labels is shorter, and from when on.

The spurious rule agrees with the labels at the rate $\rho$ and takes K bits, the intended one errs at the rate e and
takes $K+\Delta$ bits. Labels are coded by each rule's errors, at their rates: h(rho) and h(e) bits a sample on average.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch, Numbers
from infoloop.probability.numerics import binary_entropy
from infoloop.probability.validation import check_count, check_positive, check_unit_interval


@kinds_checked
def bits_ahead(extra_bits: Batch, accuracy: Batch, error: Batch, n: Int[Numbers, "*batch"]) -> Float[Array, "*batch"]:
    r"""Return by how many bits the spurious rule's expected code of n labels is shorter than the intended one's.

    $\Delta-n\bigl(h(\rho)-h(e)\bigr)$, with the binary entropy h: also the expected log posterior odds for the spurious
    rule under the prior $2^{-K}$. The arguments broadcast; a traced bad one gives NaN.

    Args:
        extra_bits: $\Delta$, by how much the intended rule is longer, in bits; above 0.
        accuracy: $\rho$, rate at which the spurious rule agrees with the labels, in [0, 1].
        error: e, rate at which the intended rule errs, in [0, 1].
        n: Number of labels, whole numbers from 0 on.

    Returns:
        Bits; negative where the intended rule has the shorter code.

    Raises:
        ValueError: One of them is none of these.

    >>> float(bits_ahead(3.0, 0.5, 0.0, 1))
    2.0
    """
    return check_positive(extra_bits, "extra_bits") - check_count(n, "n", 0) * _gain(accuracy, error)


@kinds_checked
def switch_time(extra_bits: Batch, accuracy: Batch, error: Batch) -> Float[Array, "*batch"]:
    r"""Return the number of samples from which on the intended rule has the shorter expected code.

    $n^*=\frac{\Delta}{h(\rho)-h(e)}$, with the binary entropy h: a two-part code (Rissanen 1978; Grünwald 2007). The
    arguments broadcast; a traced bad one gives NaN.

    Args:
        extra_bits: $\Delta$, by how much the intended rule is longer, in bits; above 0.
        accuracy: $\rho$, rate at which the spurious rule agrees with the labels, in [0, 1].
        error: e, rate at which the intended rule errs, in [0, 1].

    Returns:
        Samples, not rounded; infinite where $h(\rho)\le h(e)$: a spurious rule that is right at least as predictably is
        never given up, such as one that is always right.

    Raises:
        ValueError: One of them is none of these.

    >>> float(switch_time(3.0, 0.5, 0.0)), float(switch_time(3.0, 1.0, 0.0))
    (3.0, inf)
    """
    gain = _gain(accuracy, error)
    return (
        jnp.where(gain > 0, check_positive(extra_bits, "extra_bits") / jnp.where(gain > 0, gain, 1.0), jnp.inf)
        + 0 * gain
    )


def decorrelated(share: Batch) -> Float[Array, "*batch"]:
    r"""Return how often a perfectly correlated rule still agrees when a share d of samples gets a fair coin instead.

    $\rho=1-\frac d2$.

    Args:
        share: d, in [0, 1]; a traced one outside gives NaN.

    Raises:
        ValueError: It is outside [0, 1].

    >>> float(decorrelated(0.5))
    0.75
    """
    return 1 - check_unit_interval(share, "share") / 2


def _gain(accuracy, error):
    return binary_entropy(check_unit_interval(accuracy, "accuracy")) - binary_entropy(
        check_unit_interval(error, "error")
    )
