r"""How pass rates are spread over problems: what counts of passes leave possible, and a law that fits them.

Let G be the law of the rates of the Q problems of a log. Of each problem m attempts are looked at, the least number,
drawn under a fixed key where there are more. The number of problems with at most j passes of m is a sum of independent
events, with the mean $\sum_iP(\mathrm{Bin}(m,p_i)\le j)=Q\int F_m(j;p)\,dG$. A `RateRegion` holds the G for which these
means lie in exact intervals (`estimators.pooled_interval`) for several j, which share the risk: it holds the true G
with its confidence, whatever G is. The least and the largest $\int f\,dG$ in it are linear programs.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import scipy

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence, pooled_interval

_POINTS, _THRESHOLDS, _ROUNDS, _LEAST_STEP = 240, 12, 200, 1e-6
_KEY = 20_240_229
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
    right = np.random.default_rng(_KEY).hypergeometric(k, n - k, m)
    looked = np.unique(np.linspace(0, m - 1, min(m, _THRESHOLDS)).round().astype(int))
    each = 1 - delta / looked.size
    ends = [pooled_interval([int((right <= j).sum())], [k.size], each) for j in looked]
    low, high = np.array(ends).T
    return RateRegion(scipy.special.bdtr(looked[:, None], m, RATES), low, high)


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

    The nonparametric law of greatest likelihood (Laird 1978), by Newton's method with constraints (Wang 2007): rates
    that have weight, and those that would gain most near them, get the weights of the best quadratic approximation.

    Args:
        passes: Whole numbers, one for each problem.
        attempts: As many, from 1 on.

    >>> weights = fit_mixture(np.array([0, 8]), np.array([8, 8])); round(float(weights @ (RATES > 0.5)), 6)
    0.5
    """
    kinds, of_kind = np.unique(np.stack([passes, attempts]), axis=1, return_counts=True)
    k, n = kinds[:, :, None]
    log_likely = scipy.special.xlogy(k, RATES) + scipy.special.xlog1py(n - k, -RATES)  # up to a number of each kind
    likely, share = np.exp(log_likely - log_likely.max(1, keepdims=True)), of_kind / of_kind.sum()
    weights = np.full(RATES.size, 1 / RATES.size)
    for _ in range(_ROUNDS):
        ratio = likely / (likely @ weights)[:, None]
        gain = share @ ratio
        if gain.max() < 1 + 1 / (100 * of_kind.sum()):  # no law is likelier by more than a factor e^(1/100)
            break
        weights = _better(weights, ratio, gain, share)
    return weights


def _better(weights: np.ndarray, ratio: np.ndarray, gain: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return weights of a law that is likelier: a step towards those of the best quadratic approximation."""
    wide = np.pad(gain, 1, constant_values=-np.inf)
    peak = (gain >= wide[:-2]) & (gain >= wide[2:]) & (gain > 1)
    looked = np.flatnonzero((weights > 0) | peak)
    # least sum of share * (ratio @ v - 2)^2 over v >= 0 of sum 1, as least squares over v >= 0 (Dax 1990)
    rows = np.vstack([(ratio[:, looked] - 2) * np.sqrt(share)[:, None], np.ones(looked.size)])
    triangle = np.asarray(np.linalg.qr(np.column_stack([rows, np.eye(1, len(rows), len(rows) - 1)[0]]), mode="r"))
    found, _ = scipy.optimize.nnls(triangle[:, :-1], triangle[:, -1])
    towards = np.zeros(weights.size)
    towards[looked] = found / found.sum()
    change, step = ratio @ towards - 1, 1.0
    with np.errstate(divide="ignore"):  # a full step may leave a count without a rate that makes it
        while step > _LEAST_STEP and share @ np.log1p(step * change) < step / 3 * (share @ change):
            step /= 2
    return weights + step * (towards - weights)
