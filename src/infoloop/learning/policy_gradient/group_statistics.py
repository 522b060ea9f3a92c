r"""What a group of n verdicts on answers of pass rate p tells: how often nothing, and how much.

$q=1-p$. A group is *dead* if its n verdicts agree, and *live* otherwise; c of its verdicts are right. Verdicts are 0 or
1 and independent. All digits are kept next to p = 0 and 1, where the laws of live groups have limits.
"""

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.learning.policy_gradient.advantage_rules import DIVISORS
from infoloop.learning.policy_gradient.bernstein_polynomials import bernstein
from infoloop.probability.array_types import Batch, Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_choice, check_int, check_scores, check_unit_interval


def dead_share(p: Batch, size: int) -> Float[Array, "*batch"]:
    r"""Return how often all verdicts of a group agree, so that it has no advantages: $p^n+q^n\ge2^{1-n}$.

    Args:
        p: Pass rate, in [0, 1]; a traced one outside gives NaN.
        size: n, at least 2; not traced.

    Returns:
        Probabilities.

    Raises:
        ValueError: A rate is outside [0, 1], or the size below 2.

    >>> float(dead_share(0.5, 3)), round(float(dead_share(0.05, 8)), 5)
    (0.25, 0.66342)
    """
    p, n = check_unit_interval(p, "p"), check_group_size(size)
    return p**n + (1 - p) ** n


def live_share(p: Batch, size: int) -> Float[Array, "*batch"]:
    r"""Return how often the verdicts of a group differ: $1-p^n-q^n=\sum_{0<c<n}\binom ncp^cq^{n-c}$.

    A sum without signs: about np next to p = 0.

    Args:
        p: Pass rate, in [0, 1]; a traced one outside gives NaN.
        size: n, at least 2; not traced.

    Returns:
        Probabilities.

    Raises:
        ValueError: A rate is outside [0, 1], or the size below 2.

    >>> float(live_share(0.5, 3)), float(live_share(1e-200, 8))
    (0.75, 8e-200)
    """
    return bernstein(np.pad(np.ones(check_group_size(size) - 1), 1), p)


def group_deviations(size: int, divisor: str = "population") -> Float[Array, "n+1"]:
    r"""Return the standard deviation of n verdicts of which c = 0..n are right: $\sqrt{c(n-c)}/n$.

    With the divisor n - 1 it is $\sqrt{n/(n-1)}$ times that.

    Args:
        size: n, at least 2.
        divisor: "population" (n) or "sample" (n - 1), of the sum of squares.

    Returns:
        One for each count.

    Raises:
        ValueError: The size is below 2, or the divisor none of these.

    >>> group_deviations(2).tolist()
    [0.0, 0.5, 0.0]
    """
    n, c = check_group_size(size), np.arange(size + 1)
    least = n - DIVISORS.index(check_choice(divisor, "divisor", DIVISORS))
    return jnp.sqrt(c * (n - c) / (n * least))


def mean_deviation(p: Batch, size: int, divisor: str = "population") -> Float[Array, "*batch"]:
    r"""Return the mean standard deviation of n verdicts, $\sum_c\binom ncp^cq^{n-c}\frac{\sqrt{c(n-c)}}n$.

    It is the n-th Bernstein polynomial of $\sqrt{x(1-x)}$: below $\sqrt{pq}$, to which it rises with n. A normalised
    update is this factor times the difference of two mean scores. Where advantages are divided by the deviation of a
    "sample", which is larger, that factor is $\sqrt{(n-1)/n}$ times the mean deviation of the "population".

    Args:
        p: Pass rate, in [0, 1]; a traced one outside gives NaN.
        size: n, at least 2; not traced.
        divisor: "population" (n) or "sample" (n - 1), of the sum of squares.

    Returns:
        Deviations, in the unit of the verdict.

    Raises:
        ValueError: An argument is none of these.

    >>> round(float(mean_deviation(0.1, 8)), 5), round(float(mean_deviation(0.1, 8, "sample")), 4)
    (0.20949, 0.224)
    """
    return bernstein(group_deviations(size, divisor), p)


def live_contrasts(size: int) -> Float[np.ndarray, "n-1"]:
    r"""Return $\frac{n(n-1)}{c(n-c)}$, 0 < c < n: the Bernstein coefficients of $\frac{1-p^n-q^n}{pq}$.

    >>> live_contrasts(3).tolist()
    [3.0, 3.0]
    """
    c = np.arange(1, size)
    return size * (size - 1) / (c * (size - c))


def check_verdicts(value: Float[Numbers, "outputs"], outputs: int, what: str = "verdicts") -> Float[Array, "outputs"]:
    """Return 0 or 1 for each of so many outputs; a traced number that is neither becomes NaN.

    Raises:
        ValueError: There are not as many, or one is neither.

    >>> check_verdicts([1, 0], 2).tolist()
    [1.0, 0.0]
    """
    found = check_output_rows(value, outputs, what, axes=1)
    binary = (found == 0) | (found == 1)
    if not isinstance(binary, Tracer) and not binary.all():
        raise ValueError(f"{what} are {found}: give 0 or 1 for each output")
    return nan_unless(binary, found)


def check_output_rows(
    value: Float[Numbers, "outputs *more"], outputs: int, what: str, axes: int = 2, columns: int | None = None
) -> Float[Array, "outputs *more"]:
    """Return finite numbers with so many axes, the first of which has an entry for each output.

    Args:
        value: Numbers.
        outputs: How many outputs there are.
        what: The name of the numbers.
        axes: How many axes they have.
        columns: How many entries the last axis has; None for any number.

    Raises:
        ValueError: They have another shape, or one is not finite.

    >>> check_output_rows([[1.0], [2.0]], 2, "scores").shape
    (2, 1)
    """
    found = check_scores(value, what)
    if found.ndim != axes or len(found) != outputs or columns not in (None, found.shape[-1]):
        wanted = "row" if axes > 1 else "number"
        long = f" of {columns} numbers" if columns is not None else ""
        raise ValueError(f"{what} has shape {found.shape}: give one {wanted}{long} for each of the {outputs} outputs")
    return found


def check_group_size(size: int) -> int:
    """Return the number of verdicts in a group, at least 2.

    Raises:
        ValueError: It is no whole number, or below 2.

    >>> check_group_size(2)
    2
    """
    return check_int(size, "size (of a group, whose verdicts are compared)", 2)
