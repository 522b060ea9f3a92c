r"""How pass rates are spread over problems: what counts of passes leave possible, and a law that fits them.

Let G be the law of the rates of the problems of a log. Of each problem m attempts are looked at in the mean over all
ways to choose them, so that $\frac1Q\sum_iP(\mathrm{Bin}(m,p_i)\le j)=\int F_m(j;p)\,dG$ is estimated without bias, by
numbers in [0, 1]. A `RateRegion` holds the G for which these means lie in exact intervals for several j, which share
the risk: it holds the true G with its confidence, whatever G is. The least and the largest $\int f\,dG$ in it are
linear programs.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import scipy

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence, pooled_interval
from infoloop.verdict_logs.pass_at_intervals import largest_mean

_POINTS, _THRESHOLDS, _ROUNDS = 240, 12, 2000
RATES = np.sin(np.arange(_POINTS + 1) * math.pi / 2 / _POINTS) ** 2  # dense at 0 and 1, which are in it


class RateRegion(NamedTuple):
    """Laws of pass rates that counts leave possible: on `RATES`, weights g >= 0 of sum 1 with low <= below @ g <= high.

    Attributes:
        below: P(Bin(m, p) <= j) for each j that was looked at and each rate.
        low: The least mean of it over problems.
        high: The largest.
    """

    below: np.ndarray
    low: np.ndarray
    high: np.ndarray


@host_only
def rate_region(passes: np.ndarray, attempts: np.ndarray, confidence: float = 0.95) -> RateRegion:
    """Return the laws of pass rates that the counts leave possible; exact, but for the grid of rates.

    Args:
        passes: Whole numbers, one for each problem.
        attempts: As many, from 1 on.
        confidence: That the law of the rates of these problems is in the region; above 0 and below 1.

    Raises:
        ValueError: For counts that are none, and for a confidence outside its range.

    >>> region = rate_region(np.zeros(100), np.full(100, 8)); round(float(region.low[0]), 3)
    0.944
    """
    delta = check_confidence(confidence)
    k, n = np.asarray(passes, int), np.asarray(attempts, int)
    m = int(n.min())
    looked = np.unique(np.linspace(0, m - 1, min(m, _THRESHOLDS)).round().astype(int))
    each = 1 - delta / looked.size
    kinds, of_kind = np.unique(np.stack([k, n]), axis=1, return_counts=True)
    ends = [_mean_interval(j, m, kinds, of_kind, each) for j in looked]
    low, high = np.array(ends).T
    return RateRegion(scipy.stats.binom.cdf(looked[:, None], m, RATES), low, high)


@host_only
def bound_mean(region: RateRegion, values: np.ndarray) -> tuple[float, float]:
    """Return the least and the largest mean of a function of the rate over the laws in a region.

    Args:
        region: Laws of pass rates.
        values: The function at `RATES`.

    Returns:
        Both; NaN where no law is in the region: the counts are more alike than those of independent attempts.

    >>> region = rate_region(np.repeat(np.arange(9), 30), np.full(270, 8))
    >>> low, high = bound_mean(region, RATES); 0.4 < low < 0.5 < high < 0.6
    True
    """
    matrix, bounds = np.concatenate([region.below, -region.below]), np.concatenate([region.high, -region.low])
    ends = []
    for sign in (1, -1):
        found = scipy.optimize.linprog(sign * values, matrix, bounds, np.ones((1, RATES.size)), [1.0], method="highs")
        ends.append(sign * float(found.fun) if found.success else math.nan)
    return ends[0], ends[1]


@host_only
def fit_mixture(passes: np.ndarray, attempts: np.ndarray) -> np.ndarray:
    """Return weights on `RATES` of a law under which the counts are about as likely as they can be.

    The nonparametric law of greatest likelihood (Laird 1978), by 2000 rounds of expectation and maximisation at most.

    Args:
        passes: Whole numbers, one for each problem.
        attempts: As many, from 1 on.

    >>> weights = fit_mixture(np.array([0, 8]), np.array([8, 8])); round(float(weights @ (RATES > 0.5)), 6)
    0.5
    """
    kinds, of_kind = np.unique(np.stack([passes, attempts]), axis=1, return_counts=True)
    likely = scipy.stats.binom.pmf(kinds[0][:, None], kinds[1][:, None], RATES)
    weights, share = np.full(RATES.size, 1 / RATES.size), of_kind / of_kind.sum()
    for _ in range(_ROUNDS):
        gain = (share / (likely @ weights)) @ likely
        weights = weights * gain
        if gain.max() < 1 + 1 / (1000 * of_kind.sum()):  # no law is likelier by more than a factor e^(1/1000)
            break
    return weights


def _mean_interval(j: int, m: int, kinds: np.ndarray, of_kind: np.ndarray, confidence: float) -> tuple[float, float]:
    """Return an exact interval for the mean over problems of P(Bin(m, p) <= j)."""
    problems = int(of_kind.sum())
    share = scipy.stats.hypergeom.cdf(j, kinds[1], kinds[0], m)
    if (kinds[1] == m).all():
        return pooled_interval([int(of_kind[kinds[0] <= j].sum())], [problems], confidence)
    most = math.log(2 / check_confidence(confidence)) / problems
    seen = min(1.0, float(share @ of_kind / problems))
    return 1 - largest_mean(1 - seen, most), largest_mean(seen, most)
