r"""Polynomials in Bernstein form, $\sum_cb_c\binom ncp^c(1-p)^{n-c}$: what a function of n verdicts is on average.

All digits are kept where the coefficients have one sign, next to p = 0 and 1 too; slopes are right at the ends.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.probability.array_types import Batch, Numbers
from infoloop.probability.validation import check_int, check_scores, check_unit_interval


def bernstein(coefficients: Float[Numbers, "n+1"], p: Batch) -> Float[Array, "*batch"]:
    r"""Return the polynomial with these Bernstein coefficients: the mean of $b_C$, C binomial with rate p.

    By de Casteljau's algorithm, $b_c\leftarrow(1-p)b_c+pb_{c+1}$ n times: only sums of terms of one sign if the
    coefficients have one.

    Args:
        coefficients: $b_0,\dots,b_n$, finite.
        p: Rates in [0, 1]; a traced one outside gives NaN.

    Returns:
        Values in the unit of the coefficients, shaped as `p`.

    Raises:
        ValueError: A rate is outside [0, 1], or a coefficient is not finite.

    >>> bernstein([0.0, 1.0, 0.0], [0.0, 0.5, 1.0]).tolist()
    [0.0, 0.5, 0.0]
    """
    b, p = check_scores(coefficients, "coefficients"), check_unit_interval(p, "p")
    return casteljau(jnp.broadcast_to(b, (*p.shape, b.shape[-1])), p)


@jax.jit
def casteljau(coefficients: Float[Array, "*batch n+1"], p: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    """Return `bernstein` for coefficients of its own for each rate; nothing is checked.

    >>> float(casteljau(jnp.array([0.0, 1.0]), jnp.array(0.25)))
    0.25
    """

    def step(b, _):  # the last place is never read again
        return (1 - p)[..., None] * b + p[..., None] * jnp.roll(b, -1, axis=-1), None

    return jax.lax.scan(step, coefficients, length=coefficients.shape[-1] - 1)[0][..., 0]


def bernstein_coefficients(powers: Float[Numbers, "m"], degree: int) -> Float[Array, "degree+1"]:
    r"""Return the Bernstein coefficients of $\sum_ja_jp^j$ at a degree that is not below its own.

    $b_c=\sum_{j\le c}\binom cja_j/\binom nj$, as $p^j$ is the mean of $\binom Cj/\binom nj$, C binomial.

    Args:
        powers: $a_0,\dots,a_m$, finite.
        degree: n, at least m.

    Returns:
        $b_0,\dots,b_n$.

    Raises:
        ValueError: The polynomial has more powers than the degree admits.

    >>> bernstein_coefficients([0.0, 1.0], 2).tolist()
    [0.0, 0.5, 1.0]
    """
    a, n = check_scores(powers, "powers"), check_int(degree, "degree", 0)
    if a.shape[-1] > n + 1:
        raise ValueError(
            f"powers has degree {a.shape[-1] - 1}, above {n}: no polynomial of degree {n} is equal to it, "
            "so take a larger degree"
        )
    table = [[math.comb(c, j) / math.comb(n, j) for j in range(a.shape[-1])] for c in range(n + 1)]
    return a @ np.array(table).T


def geometric_sum(p: Batch, terms: int) -> Float[Array, "*batch"]:
    r"""Return $1+p+\dots+p^{k-1}=\frac{1-p^k}{1-p}$, by Horner's rule: all digits are kept next to 1 too.

    Args:
        p: Rates in [0, 1]; a traced one outside gives NaN.
        terms: k, a known whole number from 1 on.

    Raises:
        ValueError: A rate is outside [0, 1], or k is below 1.

    >>> geometric_sum([0.0, 0.5, 1.0], 3).tolist()
    [1.0, 1.75, 3.0]
    """
    return jnp.polyval(jnp.ones(check_int(terms, "terms")), check_unit_interval(p, "p"))


def bernstein_integral(coefficients: Float[Numbers, "n"]) -> Float[Array, "n+1"]:
    r"""Return the Bernstein coefficients of the integral from 0: sums of the first ones, over $n+1$.

    Args:
        coefficients: $b_0,\dots,b_n$, finite.

    Returns:
        $0,\frac{b_0}{n+1},\frac{b_0+b_1}{n+1},\dots$, one more than were given.

    Raises:
        ValueError: A coefficient is not finite.

    >>> bernstein_integral([1.0, 1.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    b = check_scores(coefficients, "coefficients")
    sums = jnp.cumsum(b, axis=-1) / b.shape[-1]
    return jnp.concatenate([jnp.zeros_like(sums[..., :1]), sums], axis=-1)
