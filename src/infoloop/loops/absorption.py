"""How long a resampled count stays between 0 and n, and where it ends: the loop's diversity, whatever it knows."""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from infoloop.loops.binomial_resampling import binomial_pmf
from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import binary_entropy
from infoloop.probability.validation import check_int, check_unit_interval


def absorption_time(n: int, i: Int[Numbers, "*starts"]) -> Float[Array, "*starts"]:
    r"""Return the mean number of generations until the count is 0 or n.

    $t$ solves $(I-Q)t=1$, Q the Wright-Fisher kernel among the counts 1..n-1 (Kemeny & Snell 1960). All starts are
    solved for at once, densely, with about $11n^2$ bytes: the mirror $t_{n-i}=t_i$ halves the system. The relative
    error is about $3n\cdot10^{-16}$, since $I-Q$ loses only $O(1/n)$ of its mass.

    Args:
        n: Draws a generation, at least 1.
        i: Count or counts at the start, whole numbers from 0 to n.

    Returns:
        Generations, 0 for a start of 0 or n; shaped as `i`.

    Raises:
        ValueError: `n` or a start is none of these.

    >>> round(float(absorption_time(4, 2)), 12) == round(132 / 29, 12)
    True
    """
    starts = _starts(n, i)
    return jnp.pad(_mirrored(n, 1, _one_each), 1)[starts]


def fixation_probability(n: int, i: Int[Numbers, "*starts"]) -> Float[Array, "*starts"]:
    r"""Return the probability of ending at n rather than at 0, in closed form.

    It is $\frac in$, the count being a martingale.

    Args:
        n: Draws a generation, at least 1.
        i: Count or counts at the start, whole numbers from 0 to n.

    Returns:
        Probabilities, shaped as `i`.

    Raises:
        ValueError: `n` or a start is none of these.

    >>> float(fixation_probability(10, 5))
    0.5
    """
    return jnp.asarray(_starts(n, i) / n)


def fixation_by_table(n: int, i: Int[Numbers, "*starts"]) -> Float[Array, "*starts"]:
    r"""Return the probability of ending at n rather than at 0, without using the martingale.

    $h$ solves $(I-Q)h=K_{\cdot n}$, as accurately as `absorption_time`: it is solved for $h-\frac12$, of which the
    mirror is the negative, with $\frac12(K_{\cdot n}-K_{\cdot0})$ on the right.

    Args:
        n: Draws a generation, at least 1.
        i: Count or counts at the start, whole numbers from 0 to n.

    Returns:
        Probabilities, shaped as `i`.

    Raises:
        ValueError: `n` or a start is none of these.

    >>> round(float(fixation_by_table(10, 5)), 12)
    0.5
    """
    starts = _starts(n, i)
    ends = _mirrored(n, -1, _ends) + 0.5
    return jnp.concatenate([jnp.zeros(1), ends, jnp.ones(1)])[starts]


def kernel_eigenvalues(n: int) -> Float[Array, "n+1"]:
    r"""Return the eigenvalues of the Wright-Fisher kernel, falling.

    $\lambda_j=\prod_{i<j}(1-\frac in)$, $j=0..n$ (Feller 1951): 1, 1, $1-\frac1n$, ... That the first two are 1, one
    for the mass and one for the mean, is why information stays.

    Args:
        n: Draws a generation.

    Raises:
        ValueError: `n` is no whole number, at least 1.

    >>> kernel_eigenvalues(2).tolist()
    [1.0, 1.0, 0.5]
    """
    i = np.arange(check_int(n, "n"))
    return jnp.cumprod(jnp.concatenate([jnp.ones(1), 1 - i / n]))


def diffusion_absorption_time(n: int, p: Float[Numbers, "*rates"]) -> Float[Array, "*rates"]:
    r"""Return the absorption time of the diffusion limit, in generations.

    $-2n(p\ln p+(1-p)\ln(1-p))$ is the limit of `absorption_time` over n, $2n\ln2$ from one half, and off by O(ln n).
    In the normalisation of n draws from a haploid law (Kimura & Ohta 1969 have 4N for 2N genes).

    Args:
        n: Draws a generation, at least 1.
        p: Frequency or frequencies at the start, in [0, 1]; traced ones outside give NaN.

    Returns:
        Generations, shaped as `p`.

    Raises:
        ValueError: `n` or `p` is out of range.

    >>> round(float(diffusion_absorption_time(100, 0.5)), 6) == round(200 * math.log(2), 6)
    True
    """
    return 2 * check_int(n, "n") * math.log(2) * binary_entropy(check_unit_interval(p, "p"))


def _one_each(table):
    return jnp.ones(len(table))


def _ends(table):
    return (table[:, -1] - table[:, 0]) / 2


@partial(jax.jit, static_argnums=(0, 1, 2))
def _mirrored(n, sign, right):
    r"""Solve $(I-Q)x=b$ for counts 1..n-1 where $x_{n-i}=\pm x_i$: for the lower half, both columns of a pair added.

    `right` makes the lower half of b of that half of the kernel. $K_{n-i,n-j}=K_{ij}$, so that the rest is the mirror.
    """
    half = np.arange(1, n // 2 + 1)
    table = binomial_pmf(n, half / n)
    pairs = table[:, half] + sign * jnp.where(2 * half == n, 0.0, table[:, n - half])
    lower = jnp.linalg.solve(jnp.eye(len(half)) - pairs, right(table))
    return jnp.concatenate([lower, sign * lower[: n - 1 - len(half)][::-1]])


def _starts(n, i):
    starts = np.asarray(i)
    check_int(n, "n")
    if not np.issubdtype(starts.dtype, np.integer) or not ((starts >= 0) & (starts <= n)).all():
        raise ValueError(f"i is {i!r}: give counts, whole numbers from 0 to {n}")
    return starts
