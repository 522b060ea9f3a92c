r"""What a component of the reward tells about being right, $I(c;V)$ in bits, from sums over groups.

*A component of two values* and a verdict make a table of four counts, which the sums have exactly: with
$b=(c-\text{least})/(\text{largest}-\text{least})$ it is $\sum bV,\sum b,\sum V,N$. The plug-in of $I$ is biased up by
about $\frac1{2N\ln2}$ bits (Miller 1955), more where rollouts of a group are alike. Its interval is that of the signed
root $\pm\sqrt{2\ln2\,I}$, which is smooth where I is 0, as I itself is not.

*Any other component*: the sums have two moments only, and these give a bound. $h''\le-4/\ln2$, so that
$h(\eta)\le h(v)+h'(v)(\eta-v)-\tfrac2{\ln2}(\eta-v)^2$, and with $\eta=P(V=1\mid c)$
$$I(c;V)=h(v)-E\,h(\eta)\ge\tfrac2{\ln2}\operatorname{Var}\eta\ge\tfrac2{\ln2}\frac{\operatorname{Cov}(c,V)^2}
{\operatorname{Var}c}.$$ The same holds in each group, and by Cauchy & Schwarz for means of covariance and variance over
groups: a bound on $I(c;V\mid\text{group})$, which the difficulty of problems does not feign.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import scipy  # not its parts, which it loads when they are used

from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.within_groups import (
    UNKNOWN,
    IntervalEstimate,
    centred_products,
    jackknife_interval,
    measured_names,
    measured_place,
    whole_groups,
)

_ROUNDING = 64 * np.finfo(float).eps


class BitsAboutVerdict(NamedTuple):
    """What a component tells about the first verdict, in bits a rollout.

    Attributes:
        bits: Plug-in over all rollouts, with an approximate interval over groups; NaN for a component of more than two
            values.
        bias: By how much the plug-in is too large at least, in its leading term for independent rollouts.
        at_least: A lower bound over all rollouts, for any component: an estimate of it, from covariance and variance.
        at_least_within: The same within groups, a bound on the information given the group.
    """

    bits: IntervalEstimate
    bias: float
    at_least: float
    at_least_within: float


def bits_about_verdict(table: GroupTable, component: str, confidence: float = 0.95) -> BitsAboutVerdict:
    """Return what a component tells about the first verdict; NaN without a verdict, or without a group that has both.

    Args:
        table: Groups of rollouts.
        component: Its name.
        confidence: Of the interval; above 0 and below 1.

    Raises:
        ValueError: There is no such component, or the confidence is outside its range.
    """
    c = measured_place(table, "component", component)
    if not measured_names(table, "verdict"):
        return BitsAboutVerdict(UNKNOWN, math.nan, math.nan, math.nan)
    v = measured_place(table, "verdict")
    groups = whole_groups(table, [c, v])
    if not groups.any():
        return BitsAboutVerdict(UNKNOWN, math.nan, math.nan, math.nan)
    size = table.size[groups].astype(float)
    sums = np.stack(
        [
            table.products[c][v][groups],
            table.total[groups, c],
            table.total[groups, v],
            size,
            table.products[c][c][groups],
        ],
        axis=1,
    )
    within = centred_products(table, [c, v], groups) / np.maximum(size - 1, 1)[:, None, None] * size[:, None, None]
    at_least_within = _bound(within[:, 0, 1].sum(), within[:, 0, 0].sum(), size.sum())
    least, largest = float(table.least[groups, c].min()), float(table.largest[groups, c].max())
    if least == largest:
        return BitsAboutVerdict(IntervalEstimate(0.0, 0.0, 0.0), 0.0, 0.0, 0.0)
    between = (least + largest) * sums[:, 1] - sums[:, 4] - size * least * largest
    largest_square = max(abs(least), abs(largest)) ** 2
    two_values = between.sum() <= _ROUNDING * size.sum() * largest_square
    all_sums = sums.sum(axis=0)
    covariance = all_sums[0] - all_sums[1] * all_sums[2] / all_sums[3]
    variance = all_sums[4] - all_sums[1] ** 2 / all_sums[3]
    at_least = _bound(covariance, variance, all_sums[3])
    if not two_values:
        return BitsAboutVerdict(UNKNOWN, math.nan, at_least, at_least_within)
    width = largest - least
    counts = [(sums[:, 0] - least * sums[:, 2]) / width, (sums[:, 1] - least * size) / width, sums[:, 2], size]
    bits = signed_root_bits(np.rint(np.stack(counts, axis=1)), confidence)  # whole but for rounding
    both = 0 < all_sums[2] < all_sums[3]
    return BitsAboutVerdict(bits, both / (2 * math.log(2) * all_sums[3]), at_least, at_least_within)


def _bound(covariance: float, variance: float, count: float) -> float:
    """Return (2 / ln 2) Cov^2 / Var of sums of `count` rollouts."""
    return 2 / math.log(2) * covariance**2 / (variance * count) if variance > 0 else 0.0


def signed_root_bits(tables: np.ndarray, confidence: float = 0.95) -> IntervalEstimate:
    r"""Return the information between two binary numbers, with an approximate interval over groups, in bits.

    Args:
        tables: Of each group how many rollouts have both, have the first, have the second, and are there.
        confidence: Of the interval; above 0 and below 1.

    >>> [round(x, 4) for x in signed_root_bits(np.array([[2.0, 2.0, 2.0, 4.0]] * 3))]
    [1.0, 1.0, 1.0]
    """
    value, low, high = jackknife_interval(tables, _signed_root, confidence)
    ends = (low**2, high**2) if low * high > 0 else (0.0, max(low**2, high**2))
    if not math.isfinite(low):
        ends = (math.nan, math.nan)
    unit = 2 * math.log(2)
    return IntervalEstimate(value**2 / unit, min(ends) / unit, min(max(ends) / unit, 1.0))


def _signed_root(sums: np.ndarray) -> np.ndarray:
    r"""Return $\pm\sqrt{2\ln2\,I}$, with the sign of the covariance; I as a sum of terms none of which is negative."""
    both, first, second, count = np.moveaxis(sums, -1, 0)
    cells = np.stack([both, first - both, second - both, count - first - second + both]) / count
    rows, columns = first / count, second / count
    expected = np.stack([rows * columns, rows * (1 - columns), (1 - rows) * columns, (1 - rows) * (1 - columns)])
    nats = scipy.special.kl_div(cells, expected).sum(axis=0)
    return np.sign(both / count - rows * columns) * np.sqrt(2 * nats)
