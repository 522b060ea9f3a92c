r"""By how much the groups that are not dead mislead: three biases of an advantage relative to its group's mean.

They differ in what is known of the answer: nothing, that it is right, or that it is wrong. n verdicts of pass rate p,
$q=1-p$; *live* says that not all agree. A paper that speaks of *the* bias means the second or third (arXiv 2601.08521).
"""

import math

from jaxtyping import Array, Float

from infoloop.learning.policy_gradient.bernstein_polynomials import bernstein, geometric_sum
from infoloop.learning.policy_gradient.group_statistics import check_group_size, live_contrasts
from infoloop.probability.array_types import Batch
from infoloop.probability.validation import check_unit_interval


def live_mean_bias(p: Batch, size: int) -> Float[Array, "*batch"]:
    r"""Return how far below p the mean verdict of live groups is: $p-E[\bar r\mid\text{live}]$.

    $\frac{pq(p^{n-1}-q^{n-1})}{1-p^n-q^n}$, of the sign of $p-\frac12$; $p-\frac12$ for n = 2 and $\mp\frac1n$ at the
    ends. It is the bias of a group-relative advantage whose answer is taken at random (against arXiv 2601.08521).

    Args:
        p: Pass rate, in [0, 1]; a traced one outside gives NaN.
        size: n, at least 2; not traced.

    Returns:
        Biases, in the unit of the verdict.

    Raises:
        ValueError: A rate is outside [0, 1], or the size below 2.

    >>> round(float(live_mean_bias(0.1, 8)), 4), float(live_mean_bias(0.0, 8))
    (-0.0756, -0.125)
    """
    p, n = check_unit_interval(p, "p"), check_group_size(size)
    shares = bernstein([1 / math.comb(n - 2, i) for i in range(n - 1)], p)  # sum of p^i q^(n-2-i)
    return (2 * p - 1) * shares / bernstein(live_contrasts(n), p)


def live_right_bias(p: Batch, size: int) -> Float[Array, "*batch"]:
    r"""Return the bias of the advantage of a right answer in live groups: $E[1-\bar r\mid r=1,\text{live}]-q$.

    $q\bigl(\frac{n-1}{n(1-p^{n-1})}-1\bigr)$: from $-\frac1n$ at p = 0 to $\frac1n$ at 1, and 0 at $p=n^{-1/(n-1)}$.

    Args:
        p: Pass rate, in [0, 1]; a traced one outside gives NaN.
        size: n, at least 2; not traced.

    Returns:
        Biases, in the unit of the verdict.

    Raises:
        ValueError: A rate is outside [0, 1], or the size below 2.

    >>> [round(float(live_right_bias(p, 8)), 4) for p in (0.1, 0.9)]
    [-0.1125, 0.0677]
    """
    p, n = check_unit_interval(p, "p"), check_group_size(size)
    return (n - 1) / (n * geometric_sum(p, n - 1)) - (1 - p)


def live_wrong_bias(p: Batch, size: int) -> Float[Array, "*batch"]:
    r"""Return the bias of the advantage of a wrong answer in live groups: $E[-\bar r\mid r=0,\text{live}]+p$.

    $-p\bigl(\frac{n-1}{n(1-q^{n-1})}-1\bigr)$, which is `live_right_bias` at q, with the other sign.

    Args:
        p: Pass rate, in [0, 1]; a traced one outside gives NaN.
        size: n, at least 2; not traced.

    Returns:
        Biases, in the unit of the verdict.

    Raises:
        ValueError: A rate is outside [0, 1], or the size below 2.

    >>> round(float(live_wrong_bias(0.9, 8)), 4)
    0.1125
    """
    p, n = check_unit_interval(p, "p"), check_group_size(size)
    return p - (n - 1) / (n * geometric_sum(1 - p, n - 1))
