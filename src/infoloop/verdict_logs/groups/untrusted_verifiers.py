r"""What verifiers say of each other's rates where none is trusted: bounds from two, the rates themselves from three.

Assume that verdicts are independent of each other given whether the answer is right, all at rates that do not depend on
the problem, and that each verifier is better than chance, $J>0$.

*Two* do not tell their rates: of $P(v_1,v_2)$ three numbers are free, and five make it (p, and two rates each). What
they leave is known exactly. With $\Delta=P(1,1)P(0,0)-P(1,0)P(0,1)=pqJ_1J_2$ and the means m, the rates of the second
follow from those of the first, $\mathrm{FPR}_2=m_2-\frac\Delta{\mathrm{TPR}_1-m_1}$ and
$\mathrm{TPR}_2=m_2+\frac\Delta{m_1-\mathrm{FPR}_1}$, and lie in [0, 1] if and only if
$$0\le\mathrm{FPR}_1\le P(v_1=1\mid v_2=0),\qquad P(v_1=1\mid v_2=1)\le\mathrm{TPR}_1\le1,$$
each end attained, the two free of each other; likewise with 1 and 2 exchanged, and
$\frac\Delta{P(0,0)}\le p\le1-\frac\Delta{P(1,1)}$. So what a second verifier says, taken for the truth, is an upper
bound on both rates of errors.

*Three* tell them (`learning.verifier_rates`), if each has $J\ne0$ and there are right and wrong answers.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
import numpy as np

from infoloop.learning.verifier_rate_intervals import RateIntervals, rates_from_counts
from infoloop.learning.verifier_rates import identified_rates
from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.verifier_errors import count_verdict_patterns, exact_share
from infoloop.verdict_logs.groups.within_groups import IntervalEstimate


class RateBound(NamedTuple):
    """A rate of errors is between 0 and `at_most`; with the confidence it is below `high`."""

    at_most: float
    high: float


class PairBounds(NamedTuple):
    """What two verifiers, neither of them trusted, say of their rates.

    Attributes:
        verifiers: Their names.
        judged: How many rollouts have both verdicts.
        compatible: Whether two such verifiers can have given these counts: their verdicts go together.
        reason: Why the rates are not told, or why the counts fit no such verifiers.
        false_positive: Bounds of each one's FPR; NaN if not compatible.
        false_negative: Bounds of each one's 1 - TPR.
        right: Between what the share of right answers is.
    """

    verifiers: tuple[str, str]
    judged: int
    compatible: bool
    reason: str
    false_positive: tuple[RateBound, RateBound]
    false_negative: tuple[RateBound, RateBound]
    right: tuple[float, float]

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        rates = {key: [bound._asdict() for bound in getattr(self, key)] for key in ("false_positive", "false_negative")}
        return {**self._asdict(), **rates}


class PanelRates(NamedTuple):
    """What three verifiers say of their rates.

    Attributes:
        verifiers: Their names.
        judged: How many rollouts have all three verdicts.
        identifiable: Whether the counts show, at the confidence, that the rates follow from them.
        reason: Why, or why not.
        right: The share of right answers.
        false_positive: FPR of each.
        false_negative: 1 - TPR of each. All intervals hold at once with the confidence, whatever the counts are; a
            value is that of the law that was seen, NaN or outside [0, 1] where that law is of no such verifiers.
    """

    verifiers: tuple[str, str, str]
    judged: int
    identifiable: bool
    reason: str
    right: IntervalEstimate
    false_positive: tuple[IntervalEstimate, ...]
    false_negative: tuple[IntervalEstimate, ...]

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        rates = {key: [one._asdict() for one in getattr(self, key)] for key in ("false_positive", "false_negative")}
        return {**self._asdict(), **rates, "right": self.right._asdict()}


@host_only
def bounds_from_two(table: GroupTable, first: str, second: str, confidence: float = 0.95) -> PairBounds:
    """Return what two verifiers say of each other's rates, neither being trusted.

    Args:
        table: Groups of rollouts.
        first: A verifier.
        second: Another.
        confidence: That all four rates are below their `high`; above 0 and below 1.

    Raises:
        ValueError: There is no such verifier, both are the same, or no rollout has both verdicts.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> verdicts = {"tests": np.array([1.0, 1, 0, 0, 1, 0]), "proof": np.array([1.0, 0, 0, 0, 1, 1])}
    >>> table = collect_groups([Rollouts(np.array(["a"] * 6), np.arange(6), verdicts=verdicts)])
    >>> found = bounds_from_two(table, "tests", "proof")
    >>> [round(bound.at_most, 4) for bound in found.false_positive], [round(end, 4) for end in found.right]
    ([0.3333, 0.3333], [0.25, 0.75])
    """
    each = 1 - check_confidence(confidence) / 2  # four sides of two-sided intervals
    counts = count_verdict_patterns(table, (first, second)).sum(axis=0)[:2, :2].astype(int)
    judged = int(counts.sum())
    if not judged:
        raise ValueError(f"no rollout was judged by both {first} and {second}: name verifiers that judged the same")
    law = counts / judged
    together = counts[1, 1] * counts[0, 0] - counts[1, 0] * counts[0, 1]
    if together <= 0:
        reason = (
            f"{first} and {second} do not pass the same answers more often than chance: they are not both better than "
            "chance and independent given the truth, or all answers are right, or all wrong"
        )
        nothing = RateBound(math.nan, math.nan)
        pair = (nothing, nothing)
        return PairBounds((first, second), judged, False, reason, pair, pair, (math.nan, math.nan))
    reason = "two verifiers do not tell their rates: five numbers make the three that are seen; a third one would"

    def bound(count: int, among: int) -> RateBound:
        found = exact_share(count, among, each)
        return RateBound(found.value, found.high)

    positive = (
        bound(int(counts[1, 0]), int(counts[:, 0].sum())),
        bound(int(counts[0, 1]), int(counts[0].sum())),
    )
    negative = (
        bound(int(counts[0, 1]), int(counts[:, 1].sum())),
        bound(int(counts[1, 0]), int(counts[1].sum())),
    )
    share = together / judged**2
    right = (float(share / law[0, 0]), float(1 - share / law[1, 1]))
    return PairBounds((first, second), judged, True, reason, positive, negative, right)


@host_only
def rates_from_three(table: GroupTable, verifiers: tuple[str, str, str], confidence: float = 0.95) -> PanelRates:
    """Return the rates of three verifiers that err independently given the truth, the first better than chance.

    Args:
        table: Groups of rollouts.
        verifiers: Three names.
        confidence: That all intervals hold; above 0 and below 1. It rests on rollouts that are independent.

    Raises:
        ValueError: There is no such verifier, one is named twice, or no rollout has all three verdicts.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> verdicts = {name: np.array([1.0, 1, 0, 0, 1, 0]) for name in ("a", "b", "c")}
    >>> table = collect_groups([Rollouts(np.array(["p"] * 6), np.arange(6), verdicts=verdicts)])
    >>> rates_from_three(table, ("a", "b", "c")).identifiable  # six rollouts do not show it
    False
    """
    check_confidence(confidence)
    if len(verifiers) != 3:
        raise ValueError(f"there are {len(verifiers)} verifiers: name three")
    counts = count_verdict_patterns(table, verifiers).sum(axis=0)[:2, :2, :2].astype(int)
    judged = int(counts.sum())
    if not judged:
        raise ValueError(f"no rollout was judged by all of {', '.join(verifiers)}: name verifiers that judged the same")
    intervals = rates_from_counts(counts, str(confidence))
    with jax.enable_x64(True):
        seen = _compiled_rates(counts / judged)
        right, positive, negative = (
            float(seen.right),
            np.asarray(seen.verifiers.false_positive).tolist(),
            np.asarray(seen.verifiers.false_negative).tolist(),
        )
    identifiable = intervals.fits and all(intervals.separated)
    rate = [
        IntervalEstimate(value, float(low), float(high))
        for value, (low, high) in zip(positive, intervals.false_positive, strict=True)
    ]
    missed = [
        IntervalEstimate(value, float(1 - high), float(1 - low))
        for value, (low, high) in zip(negative, intervals.true_positive, strict=True)
    ]
    share = IntervalEstimate(right, *map(float, intervals.right))
    reason = _reason(verifiers, intervals)
    return PanelRates(verifiers, judged, identifiable, reason, share, tuple(rate), tuple(missed))


@jax.jit
def _compiled_rates(law):
    return identified_rates(law)


def _reason(verifiers: tuple[str, ...], found: RateIntervals) -> str:
    if not found.fits:
        return "no three verifiers that err independently given the truth give such counts: they are misled together"
    blind = [name for name, seen in zip(verifiers, found.separated, strict=True) if not seen]
    if blind:
        return (
            f"the counts do not show that {', '.join(blind)} tells right from wrong (J may be 0), or that there are "
            "both right and wrong answers: more rollouts, or another verifier"
        )
    return f"each verdict goes with the other two; right means what {verifiers[0]} passes more often"
