r"""How fast the components of a signal start, and what stays of each: a fair bit flipped at rate e, with b idle bits.

Where a learner has a weight for each token (the flipped bit with its idle bits), each weight sees a share $2^{-b}$ of
the examples; where the bit has a weight of its own, idle bits cost nothing. In the end they cost nothing either
(theory/7_learners.md). By how much one of two leads has no unit: it is a share of what has been learned of both.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.probability.array_types import Batch
from infoloop.probability.numerics import binary_entropy
from infoloop.probability.validation import check_count, check_unit_interval


def split_start(flip: Batch, idle: Batch) -> Float[Array, "*batch"]:
    r"""Return $(1-2e)2^{-b}$, the starting speed where the idle bits split the gradient.

    Args:
        flip: e, in [0, 1].
        idle: b, whole numbers from 0 on.

    Raises:
        ValueError: One of them is out of its range.

    >>> split_start(0.25, 2).item()
    0.125
    """
    return separable_start(flip) * jnp.exp2(-check_count(idle, "idle", 0))


def separable_start(flip: Batch) -> Float[Array, "*batch"]:
    r"""Return $1-2e$, the starting speed where the bit has a weight of its own.

    Raises:
        ValueError: e is outside [0, 1].

    >>> separable_start(0.25).item()
    0.5
    """
    return 1 - 2 * jnp.asarray(check_unit_interval(flip, "flip"))


def kept_log_odds(flip: Batch) -> Float[Array, "*batch"]:
    r"""Return $\ln\frac{1-e}e$, what the logit of the label gains by a component in the end, whatever its idle bits.

    Raises:
        ValueError: e is outside [0, 1].

    >>> kept_log_odds(0.5).item()
    0.0
    """
    e = check_unit_interval(flip, "flip")
    return jnp.log1p(-e) - jnp.log(e)


def component_efficiency(flip: Batch, idle: Batch) -> Float[Array, "*batch"]:
    r"""Return $\eta=\frac{1-h(e)}{1+b}$: what the component tells of the label, by its entropy.

    Raises:
        ValueError: As in `split_start`.

    >>> component_efficiency(0.0, 1).item()
    0.5
    """
    return (1 - binary_entropy(check_unit_interval(flip, "flip"))) / (1 + check_count(idle, "idle", 0))


def relative_lead(first: Batch, second: Batch) -> Float[Array, "*batch"]:
    r"""Return $\frac{a-b}{|a|+|b|}$: 1 if the first of two alone has been taken up, 0 if both have been equally far.

    .1 is 55 % for the first, against 45 %.

    Args:
        first: a, what has been taken up of the first, in any unit; below 0 where it was unlearned.
        second: b, the same of the second.

    Returns:
        The lead, in [-1, 1]; NaN where nothing has been taken up of either.

    >>> relative_lead(0.75, 0.25).item()
    0.5
    """
    a, b = jnp.asarray(first, float), jnp.asarray(second, float)
    return (a - b) / (jnp.abs(a) + jnp.abs(b))
