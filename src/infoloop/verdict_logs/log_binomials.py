r"""Logarithms of binomial coefficients $\binom nk$ of numbers too large for themselves, in nats."""

from __future__ import annotations

import numpy as np
import scipy  # not its parts, which it loads when they are used
from numpy.typing import ArrayLike


def log_choose(n: ArrayLike, k: ArrayLike) -> np.ndarray:
    r"""Return $\ln\binom nk$, exactly 0 at k = 0 and k = n, and minus infinity where k is not from 0 to n.

    Elsewhere the error is a few roundings of $\ln n!$, the largest of its three terms.

    Args:
        n: whole numbers from 0 on.
        k: whole numbers.

    >>> np.exp(log_choose(4, np.arange(6))).round(12).tolist()
    [1.0, 4.0, 6.0, 4.0, 1.0, 0.0]
    """
    whole, part, gammaln = np.asarray(n, float), np.asarray(k, float), scipy.special.gammaln
    return gammaln(whole + 1) - gammaln(part + 1) - gammaln(whole - part + 1)  # infinite at 0 and below: no subset
