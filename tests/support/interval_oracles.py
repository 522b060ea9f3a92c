"""Intervals by loops and by SciPy's own tests, for comparison with those of the audit of groups."""

import math

import pytest
import scipy

from infoloop.probability.numerics import rounding

ROOT = 2e-12  # SciPy finds the ends of its exact intervals by brentq, which stops within this: its xtol


def cross(x, y):
    """The sum of products of deviations."""
    return sum((a - sum(x) / len(x)) * (b - sum(y) / len(y)) for a, b in zip(x, y, strict=True))


def left_out(statistic, groups, confidence):
    """The jackknife of a statistic of a list of groups, to be compared with; one group is left out at a time."""
    whole, many = statistic(groups), len(groups)
    parts = [statistic([*groups[:g], *groups[g + 1 :]]) for g in range(many)]
    spread = math.sqrt((many - 1) / many * sum((one - sum(parts) / many) ** 2 for one in parts))
    reach = float(scipy.stats.t.ppf((1 + confidence) / 2, many - 1)) * spread
    slack = rounding(many) * (max(map(abs, parts)) + reach)  # each part is made of sums over all groups but one
    return pytest.approx((whole, whole - reach, whole + reach), abs=slack)


def exact_ends(k, n, confidence):
    """The ends of Clopper and Pearson's interval, one pass wide at least, each within ROOT."""
    ends = scipy.stats.binomtest(k, n).proportion_ci(confidence)
    return min(ends.low, (k - 1) / n) if k else 0.0, max(ends.high, (k + 1) / n) if k < n else 1.0


def divergence(p, q):
    """Of two coins, in nats."""
    return sum(a * math.log(a / b) for a, b in ((p, q), (1 - p, 1 - q)) if a)
