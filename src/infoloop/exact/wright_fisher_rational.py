"""Resampled counts of two symbols in exact rationals: kernels, laws by generation, and sums over all generations.

The slow and certain side of `models.wright_fisher` and `models.smoothed`; it shares no code with them. For small n.
"""

import math
from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpq_mat

from infoloop.exact.log_sums import Exact, rational
from infoloop.exact.rational_laws import RationalLaw, rational_table


def rational_binomial_pmf(n: int, rate: Exact) -> np.ndarray:
    r"""Return the probabilities $P(c)=\binom nc r^c(1-r)^{n-c}$ of c = 0..n successes, exactly: n + 1 of `fmpq`.

    >>> [str(p) for p in rational_binomial_pmf(2, "1/4")]
    ['9/16', '3/8', '1/16']
    """
    r = rational(rate)
    return np.array([math.comb(n, c) * r**c * (1 - r) ** (n - c) for c in range(n + 1)], dtype=object)


def rational_kernel(n: int, alpha: Exact = 0) -> np.ndarray:
    r"""Return the kernel $K(c'\mid c)$ of n draws with rate $(c+\alpha)/(n+2\alpha)$, n + 1 rows and columns of `fmpq`.

    It is the loop of `models.wright_fisher`; smoothed, that of `models.smoothed`, where alpha is not 0.

    >>> [[str(p) for p in row] for row in rational_kernel(1, 1)]
    [['2/3', '1/3'], ['1/3', '2/3']]
    """
    a = rational(alpha)
    return np.stack([rational_binomial_pmf(n, (c + a) / (n + 2 * a)) for c in range(n + 1)])


def rational_generation_law(
    n: int, rates: Sequence[Exact], prior: Sequence[Exact], generation: int, alpha: Exact = 0
) -> RationalLaw:
    r"""Return the law $P(\theta,K_t)$ over "theta" and "count".

    Args:
        n: draws a generation.
        rates: the rates that are possible.
        prior: their probabilities, one each.
        generation: t, from 1 on; $K_1$ is n draws at the rate $\theta$, whatever alpha.
        alpha: pseudo-counts added to both counts in later generations.

    Raises:
        ValueError: If rates and prior have different lengths.

    >>> rational_generation_law(2, [0, 1], ["1/2", "1/2"], 3).outcomes()
    {'0 0': '1/2', '1 2': '1/2'}
    """
    start = np.stack([rational_binomial_pmf(n, rate) * rational(mass) for rate, mass in zip(rates, prior, strict=True)])
    link = rational_kernel(n, alpha)
    for _ in range(generation - 1):
        start = start.dot(link)
    return RationalLaw(start, ("theta", "count"))


def token_law(rates: Sequence[Exact], prior: Sequence[Exact]) -> RationalLaw:
    r"""Return the law $P(\theta,B)$ over "theta" and "symbol": one symbol drawn at the rate $\theta$.

    >>> token_law(["1/4", "3/4"], ["1/2", "1/2"]).outcomes()
    {'0 0': '3/8', '0 1': '1/8', '1 0': '1/8', '1 1': '3/8'}
    """
    one = rational_generation_law(1, rates, prior, 1)
    return RationalLaw(one.table, ("theta", "symbol"))


def absorption_sums(n: int, values: Sequence | np.ndarray) -> list[fmpq]:
    r"""Return $E\sum_{t\ge0}v(K_t)$ over the generations with $0<K_t<n$, for starts 0..n: $(I-Q)^{-1}v$.

    `values` is v at 1..n-1. With v = 1 it is the mean time to the end; with $v=K_{\cdot n}$ the probability of the end
    n.

    >>> [str(x) for x in absorption_sums(4, [1, 1, 1])]
    ['0', '107/29', '132/29', '107/29', '0']
    """
    inside = rational_kernel(n)[1:-1, 1:-1]
    left = fmpq_mat(n - 1, n - 1, [int(i == j) - p for (i, j), p in np.ndenumerate(inside)])
    solved = left.solve(fmpq_mat(n - 1, 1, rational_table(values).tolist()))
    return [fmpq(0), *(solved[k, 0] for k in range(n - 1)), fmpq(0)]


def kernel_determinant(n: int, alpha: Exact, x: Exact) -> fmpq:
    r"""Return $\det(xI-K)$, the characteristic polynomial of the kernel at a rational x.

    >>> str(kernel_determinant(1, 1, 0))
    '1/3'
    """
    rows = rational_kernel(n, alpha)
    cells = [(rational(x) if i == j else fmpq(0)) - p for (i, j), p in np.ndenumerate(rows)]
    return fmpq_mat(n + 1, n + 1, cells).det()
