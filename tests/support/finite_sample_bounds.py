"""Finite-sample comparisons of what loops draw with exact laws, for the contract of the models."""

import math

import numpy as np

FALSE_ALARMS = 1e-6  # in total, over all comparisons of one test


def counts_against(places, law):
    """Dvoretzky-Kiefer-Wolfowitz-Massart for whole numbers `places` against their law, a table."""
    law = np.ravel(law)
    seen = np.bincount(np.ravel(places), minlength=law.size) / np.size(places)
    return _dkw(np.abs(np.cumsum(seen - law)).max(), np.size(places))


def values_against(values, cdf):
    """The same inequality for real numbers and their distribution function."""
    u, n = np.sort(cdf(np.ravel(values))), np.size(values)
    above, below = np.arange(1, n + 1) / n - u, u - np.arange(n) / n
    return _dkw(max(above.max(), below.max()), n)


def mean_against(values, expected, second_moment):
    r"""Median of means: k groups, each off by $2\sqrt{m_2k/n}$ with probability at most 1/4 (Chebyshev), half of them
    with probability at most $e^{-k/8}$ (Hoeffding). `second_moment` bounds $m_2$, the mean square of a value."""
    values = np.ravel(values)

    def ratio(rate):
        k = math.ceil(8 * math.log(1 / rate))
        size = len(values) // k
        middle = np.median(values[: k * size].reshape(k, size).mean(1))
        return abs(middle - float(expected)) / (2 * math.sqrt(float(second_moment) / size))

    return ratio


def _dkw(distance, runs):
    return lambda rate: distance / math.sqrt(math.log(2 / rate) / (2 * runs))


def worst(comparisons, share=1.0):
    """The largest deviation over its bound; P(above 1) is at most `share` times FALSE_ALARMS for a true loop."""
    return max(ratio(FALSE_ALARMS * share / len(comparisons)) for ratio in comparisons)
