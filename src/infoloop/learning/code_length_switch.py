r"""A short spurious rule against a longer intended one: whose code of the labels is shorter, and from when on.

The spurious rule agrees with the labels at the rate $\rho$ and takes K bits, the intended one errs at the rate e and
takes $K+\Delta$ bits. Labels are coded by each rule's errors, at their rates: h(rho) and h(e) bits a sample on average.
"""

import jax.numpy as jnp

from infoloop.probability.numerics import binary_entropy
from infoloop.probability.validation import check_count, check_positive, check_unit_interval


def bits_ahead(extra_bits, accuracy, error, n):
    r"""$\Delta-n\bigl(h(\rho)-h(e)\bigr)$: how much shorter the spurious rule's expected code of n labels is, in bits.

    Also the expected log posterior odds for it under the prior $2^{-K}$. Raises ValueError for extra bits that are not
    positive, rates outside [0, 1], an n that is no whole number from 0 on.

    >>> float(bits_ahead(3.0, 0.5, 0.0, 1))
    2.0
    """
    return check_positive(extra_bits, "extra_bits") - check_count(n, "n", 0) * _gain(accuracy, error)


def switch_time(extra_bits, accuracy, error):
    r"""$n^*=\frac{\Delta}{h(\rho)-h(e)}$ samples, from which on the intended rule has the shorter expected code.

    Infinite where $h(\rho)\le h(e)$: a spurious rule that is right at least as predictably is never given up, such as
    one that is always right. Errors as in `bits_ahead`. A two-part code: Rissanen 1978; Grünwald 2007.

    >>> float(switch_time(3.0, 0.5, 0.0)), float(switch_time(3.0, 1.0, 0.0))
    (3.0, inf)
    """
    gain = _gain(accuracy, error)
    return (
        jnp.where(gain > 0, check_positive(extra_bits, "extra_bits") / jnp.where(gain > 0, gain, 1.0), jnp.inf)
        + 0 * gain
    )


def decorrelated(share):
    r"""$\rho=1-\frac d2$: agreement of a perfectly correlated rule when a share d of samples gets a fair coin instead.

    >>> float(decorrelated(0.5))
    0.75
    """
    return 1 - check_unit_interval(share, "share") / 2


def _gain(accuracy, error):
    return binary_entropy(check_unit_interval(accuracy, "accuracy")) - binary_entropy(
        check_unit_interval(error, "error")
    )
