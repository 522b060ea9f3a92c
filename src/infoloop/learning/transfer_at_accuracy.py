r"""How accurate a log-linear learner is in a held-out domain at a given accuracy in the domain of its training.

Questions of both domains share the logits of their classes, with the kernel weight $\alpha$; each output of a question
has a logit of its own, with $\delta$, which the held-out domain does not have. A signal that keeps the M forms of a
class equally likely moves the log-odds of both domains at a fixed ratio (theory/7_learners.md).
"""

import jax
from jaxtyping import Array, Float

from infoloop.probability.array_types import Batch
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_count, check_finite, check_unit_interval


def transfer_share(shared: Batch, own: Batch, forms: Batch = 1.0) -> Float[Array, "*batch"]:
    r"""Return $\rho=\frac\alpha{\alpha+\delta/M}$, by how much the held-out log-odds move for those of training.

    Args:
        shared: $\alpha\ge0$.
        own: $\delta\ge0$; NaN where both are 0.
        forms: M, outputs a class.

    Raises:
        ValueError: A weight is below 0, or M no whole number from 1 on.

    >>> transfer_share(0.5, 0.5, 4).item()
    0.8
    """
    alpha, delta = check_finite(shared, "shared", 0), check_finite(own, "own", 0)
    both = alpha + delta / check_count(forms, "forms", 1)
    return nan_unless(both > 0, alpha) / both


def held_out_accuracy(accuracy: Batch, base: Batch, share: Batch) -> Float[Array, "*batch"]:
    r"""Return the accuracy $p_B$ with $F(p_B)=F(p_0)+\rho(F(p_A)-F(p_0))$, $F(p)=\ln\frac p{1-p}$.

    Args:
        accuracy: $p_A$, in the domain of training.
        base: $p_0$, of the base in both domains.
        share: $\rho$, of `transfer_share`.

    Raises:
        ValueError: One of them is outside [0, 1].

    >>> round(held_out_accuracy(0.9, 0.25, transfer_share(0.5, 0.5, 16)).item(), 3)
    0.881
    """
    p, p0, rho = (
        check_unit_interval(value, name) for value, name in ((accuracy, "accuracy"), (base, "base"), (share, "share"))
    )
    start = jax.scipy.special.logit(p0)
    return jax.nn.sigmoid(start + rho * (jax.scipy.special.logit(p) - start))
