r"""Which component of the reward the update follows, and whether what it follows goes with being right.

In a group of n rollouts the reward is $R=\sum_kw_kc_k$ and the advantage A is that of the log. Where none is logged it
is taken for GRPO's, $(R-\bar R)/\sigma_R$; Dr. GRPO and RLOO do not divide, and the advantage's share is the variance's
there, in groups of one size; PPO and REINFORCE++ have other baselines. With S(a, b), the sum of products of deviations
within a group (`within_groups`):

- *share of the variance* $\sum_gw_kS(c_k,R)/\sum_gS(R,R)$: groups count as their rewards spread;
- *share of the advantage* $\sum_gb_gw_kS(c_k,A)/\sum_gS(A,A)$, $b_g=S(A,R)/S(R,R)$: groups count as the update has it.
  Division by $\sigma_R$, where the trainer divides, gives a group whose rewards differ by $10^{-3}$ as much weight as
  one with right and wrong answers, so that in a group where none is right the share does not depend on how small w is:
  no dose is safe;
- *phantom share* $\sum_{g\text{ all fail}}\sum_iA_i^2/\sum_g\sum_iA_i^2$: of the squared advantages, what lies in
  groups without any right answer. A table of groups has no sums of absolute values; for their share it gives bounds.

Shares of the components and what no component explains sum to 1. A component may have a negative share: it then works
against the others.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence, pass_interval
from infoloop.verdict_logs.groups.component_bits import BitsAboutVerdict, bits_about_verdict
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.reward_parts import RewardParts, take_reward_apart
from infoloop.verdict_logs.groups.within_groups import (
    UNKNOWN,
    IntervalEstimate,
    centred_products,
    jackknife_interval,
    measured_names,
    measured_place,
    ratio_interval,
)

NEGLIGIBLE = 0.1  # a correlation within this of 0, with its interval, has vanished
GRPO_ADVANTAGE = "no advantage is logged: taken as GRPO has it, over the group's deviation (Dr. GRPO does not divide)"
DOMINATES, EXPLOITED, MINOR, OPEN = "dominates", "exploited", "minor", "open"


class ComponentShares(NamedTuple):
    """What one component of the reward does to the update.

    Attributes:
        name: Its name in the log.
        weight: Its weight in the reward; NaN for a component that is the same throughout each group, and for one that
            depends on others linearly, as a copy does: then its shares are NaN too.
        covariance: With the advantage within groups, a mean over rollouts.
        variance: Its share of the variance of the reward within groups.
        advantage: Its share of the squared deviations of the advantage.
        phantom: The part of the squared advantages that lies in all-fail groups and follows this component.
        growth: How much `phantom` is larger in the later half of the groups, by step; NaN in a log of one step.
        association: Correlation with the verdict within groups: only those with right and wrong answers count.
        bits: What it tells about the verdict.
        reading: "dominates": it carries most of the advantage and goes with being right. "exploited": it does so while
            its association is negative or has vanished, or it carries most of what lies in all-fail groups, and more of
            it later. "minor": it carries less than half. "open": the intervals do not decide.
    """

    name: str
    weight: float
    covariance: IntervalEstimate
    variance: IntervalEstimate
    advantage: IntervalEstimate
    phantom: IntervalEstimate
    growth: IntervalEstimate
    association: IntervalEstimate
    bits: BitsAboutVerdict
    reading: str


class RewardComponents(NamedTuple):
    """The components of a log's reward.

    Attributes:
        groups: How many groups have all numbers.
        left_out: How many have not, and are not counted.
        verdict: The name of the verdict that says what is right; empty without one.
        advantage: Where the advantage is from: "log" or "reward" (`remark`).
        weights: Where the weights are from: "given", "fitted" to the reward of the log, or "equal".
        unexplained_variance: The share of the reward's variance that is no component's.
        unexplained_advantage: The share of the advantage that is no component's.
        phantom: The share of squared advantages in all-fail groups.
        phantom_absolute: Least and greatest share of absolute advantages there, whatever the rollouts were: bounds from
            sums of squares and extremes, not an interval.
        components: One entry each, the largest share of the advantage first.
    """

    groups: int
    left_out: int
    verdict: str
    advantage: str
    weights: str
    unexplained_variance: float
    unexplained_advantage: float
    phantom: IntervalEstimate
    phantom_absolute: tuple[float, float]
    components: tuple[ComponentShares, ...]

    @property
    def remark(self) -> str:
        """What the advantage is taken for, in words; empty where it is logged."""
        return "" if self.advantage == "log" else GRPO_ADVANTAGE

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        components = [
            {key: part._asdict() if hasattr(part, "_asdict") else part for key, part in found._asdict().items()}
            for found in self.components
        ]
        for component in components:
            component["bits"]["bits"] = component["bits"]["bits"]._asdict()
        return {**self._asdict(), "remark": self.remark, "phantom": self.phantom._asdict(), "components": components}


@host_only
def component_shares(
    table: GroupTable, weights: dict[str, float] | None = None, confidence: float = 0.95
) -> RewardComponents:
    """Return which component of the reward the update follows, with approximate intervals over groups.

    Intervals take groups as independent and weights as known; each has its own confidence.

    Args:
        table: Groups of rollouts.
        weights: Of each component in the reward; left out they are fitted to the reward of the log, or are 1.
        confidence: Of each interval; above 0 and below 1.

    Returns:
        Shares, phantom share and associations; NaN for what the log has not.

    Raises:
        ValueError: The log has neither components nor a reward, no group has all numbers, or the weights do not fit.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> right, short = np.array([1.0, 0, 0, 0, 0, 0]), np.array([0.0, 0, 0, 0, 1, 1])
    >>> rollouts = Rollouts(np.array(["a", "a", "a", "b", "b", "b"]), np.arange(6), reward=right + short / 100,
    ...                     rewards={"right": right, "short": short}, verdicts={"tests": right})
    >>> found = component_shares(collect_groups([rollouts]))
    >>> [(one.name, round(one.variance.value, 4), round(one.advantage.value, 4)) for one in found.components]
    [('right', 0.9999, 0.5), ('short', 0.0001, 0.5)]
    """
    check_confidence(confidence)
    parts = take_reward_apart(table, weights)
    failed = _failed(table, parts.groups)
    size, phantom_of = table.size[parts.groups], parts.squares
    phantom = UNKNOWN if failed is None else _share(phantom_of, failed, confidence)
    found = [_component(table, parts, k, failed, phantom, confidence) for k in range(len(parts.names))]
    found.sort(key=lambda one: -one.advantage.value if math.isfinite(one.advantage.value) else math.inf)
    rest_variance = 1 - ratio_interval(parts.with_reward.sum(axis=1), parts.reward_squares).value
    rest_advantage = 1 - ratio_interval(parts.followed.sum(axis=1), parts.centred_squares).value
    bounds = (math.nan, math.nan) if failed is None else _absolute_bounds(table, parts, size, failed)
    names = measured_names(table, "verdict")
    return RewardComponents(
        int(parts.groups.sum()), int((~parts.groups).sum()), names[0] if names else "", parts.advantage,
        parts.weights_from, rest_variance, rest_advantage, phantom, bounds, tuple(found),
    )  # fmt: skip


def _failed(table: GroupTable, groups: np.ndarray) -> np.ndarray | None:
    """Return which of the groups have no right answer; None without a verdict."""
    if not measured_names(table, "verdict"):
        return None
    return (table.largest[groups, measured_place(table, "verdict")] == 0) & (table.size[groups] > 0)


def _share(squares: np.ndarray, inside: np.ndarray, confidence: float) -> IntervalEstimate:
    """Return the share of sums that lies in these groups.

    Where all or nothing does, a jackknife says nothing; then the ends are those of a count of live groups.
    """
    found = ratio_interval(np.where(inside, squares, 0.0), squares, confidence)
    if found.value in (0.0, 1.0):
        live = int((squares > 0).sum())
        (low,), (high,) = pass_interval([int(found.value) * live], [live], confidence)
        return IntervalEstimate(found.value, float(low), float(high))
    return IntervalEstimate(found.value, max(found.low, 0.0), min(found.high, 1.0))


def _component(
    table: GroupTable,
    parts: RewardParts,
    k: int,
    failed: np.ndarray | None,
    phantom: IntervalEstimate,
    confidence: float,
) -> ComponentShares:
    followed, squares = parts.followed[:, k], parts.squares
    freedom = (table.size[parts.groups] - 1).astype(float)
    advantage = ratio_interval(followed, parts.centred_squares, confidence)
    of_phantom, growth = UNKNOWN, UNKNOWN
    if failed is not None:
        there = np.where(failed, followed, 0.0)
        of_phantom = ratio_interval(there, squares, confidence)
        growth = _growth(there, squares, table.step[parts.groups], confidence)
    variance = ratio_interval(parts.with_reward[:, k], parts.reward_squares, confidence)
    if parts.undetermined[k]:
        variance = advantage = of_phantom = growth = UNKNOWN
    association = _association(table, parts, k, confidence)
    return ComponentShares(
        parts.names[k],
        float(parts.weights[k]),
        ratio_interval(parts.with_advantage[:, k], freedom, confidence),
        variance,
        advantage,
        of_phantom,
        growth,
        association,
        bits_about_verdict(table, parts.names[k], confidence),
        component_reading(advantage, association, of_phantom, growth, phantom.value),
    )


def _association(table: GroupTable, parts: RewardParts, k: int, confidence: float) -> IntervalEstimate:
    if not measured_names(table, "verdict"):
        return UNKNOWN
    places = [measured_place(table, "component", parts.names[k]), measured_place(table, "verdict")]
    s = centred_products(table, places, parts.groups)
    mixed = s[:, 1, 1] > 0  # in other groups there is no being right to go with
    sums = np.stack([s[mixed][:, 0, 1], s[mixed][:, 0, 0], s[mixed][:, 1, 1]], axis=1)
    found = jackknife_interval(sums, lambda t: t[..., 0] / np.sqrt(t[..., 1] * t[..., 2]), confidence)
    return found._replace(low=np.fmax(found.low, -1.0), high=np.fmin(found.high, 1.0))  # no correlation is outside


def _growth(there: np.ndarray, squares: np.ndarray, step: np.ndarray, confidence: float) -> IntervalEstimate:
    later = step > np.median(step)
    if not later.any():
        return UNKNOWN
    sums = np.stack([there * ~later, squares * ~later, there * later, squares * later], axis=1)
    return jackknife_interval(sums, lambda t: t[..., 2] / t[..., 3] - t[..., 0] / t[..., 1], confidence)


def _absolute_bounds(
    table: GroupTable, parts: RewardParts, size: np.ndarray, failed: np.ndarray
) -> tuple[float, float]:
    r"""Return bounds of the share of $\sum|A_i|$: $\max(|\sum A|,\sum A^2/\max|A|)\le\sum|A|\le\sqrt{n\sum A^2}$."""
    squares = parts.squares
    greatest = parts.greatest
    some = greatest > 0
    low = np.maximum(np.abs(parts.total), np.where(some, squares / np.where(some, greatest, 1.0), 0.0))
    high = np.sqrt(size * squares)
    ends = [(there[failed].sum(), other[~failed].sum()) for there, other in ((low, high), (high, low))]
    return tuple(float(a / (a + b)) if a + b > 0 else math.nan for a, b in ends)  # ty: ignore[invalid-explicit-return]


def component_reading(
    advantage: IntervalEstimate,
    association: IntervalEstimate,
    phantom: IntervalEstimate,
    growth: IntervalEstimate,
    phantom_of_all: float,
) -> str:
    """Return "dominates", "exploited", "minor" or "open", as `ComponentShares` explains them.

    Args:
        advantage: The component's share of the advantage.
        association: Its correlation with the verdict within groups.
        phantom: What of the squared advantages lies in all-fail groups and follows it.
        growth: How much that is larger later.
        phantom_of_all: What lies in all-fail groups, whatever it follows.

    >>> most, against = IntervalEstimate(0.8, 0.7, 0.9), IntervalEstimate(-0.5, -0.6, -0.4)
    >>> component_reading(most, against, UNKNOWN, UNKNOWN, 0.0)
    'exploited'
    """
    if growth.low > 0 and phantom.value > phantom_of_all / 2:
        return EXPLOITED
    if not advantage.low > 0.5:
        return MINOR if advantage.high < 0.5 else OPEN
    if association.high < 0 or (association.low > -NEGLIGIBLE and association.high < NEGLIGIBLE):
        return EXPLOITED
    return DOMINATES if association.low > 0 else OPEN
