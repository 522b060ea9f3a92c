r"""Two runs compared on the problems that both have: what changed, and what of it is beyond noise.

Each problem gives one number a run and so one difference $d_i$; problems are the units, whatever rollouts of a problem
share. The mean difference has Student's interval, $\bar d\pm t_{n-1}s/\sqrt n$: approximate for problems like these,
and wide enough for these very problems. What hangs on the number of attempts, as bits and the share of dead groups do,
is taken at as many as both runs have (`attempt_exchange`).

Where both runs have as many attempts at each problem, two tests look for a change: that of the mean, approximate, and
the *sign test*, exact (Arbuthnott 1710): of the problems that differ, each goes up with probability 1/2 if the two
runs have the same law on it. Either is enough, at half of the risk. Where attempts differ, signs do not balance: what
is made of verdicts is tested by exchange of attempts, exact, and has changed if the test of the mean says so too; all
else is tested by the mean alone, from 20 problems on. Over the quantities the risk is shared out by Holm's steps
(1979).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import scipy  # not its parts, which it loads when they are used

from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import rounding
from infoloop.reporting.suggestions import quote
from infoloop.reporting.text import count_noun
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.groups.attempt_exchange import PairedCounts, exchange_p_value
from infoloop.verdict_logs.groups.compared_measures import ComparedMeasure, measure_pairs
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.within_groups import IntervalEstimate

LEAST_PROBLEMS = 20  # for the mean alone: with as many its level was measured, with fewer not


class ChangedQuantity(NamedTuple):
    """How a quantity differs between two runs, second minus first, over common problems.

    Attributes:
        name: "pass_rate", "dead", "dead_all_fail", "bits", "reward", "length", or "component NAME".
        problems: How many problems have it in both runs.
        first, second: Its mean over these problems in each run.
        difference: Second minus first, with an approximate interval by problems as units.
        up, down: In how many problems it is larger, and smaller, in the second run.
        exact_p_value: Of the sign test, or of the exchange of attempts; NaN where neither is valid.
        adjusted_p_value: Of all tests together, for all quantities; NaN where it is not compared.
        beyond_noise: Whether that is at most 1 - confidence.
        size: How many attempts both runs are looked at with, where one has more; None where nothing was cut.
        not_compared: Why not; empty where it is.
    """

    name: str
    problems: int
    first: float
    second: float
    difference: IntervalEstimate
    up: int
    down: int
    exact_p_value: float
    adjusted_p_value: float
    beyond_noise: bool
    size: int | None = None
    not_compared: str = ""


class RunComparison(NamedTuple):
    """Two runs compared.

    Attributes:
        common: How many problems both have.
        only_first, only_second: How many only one has; they are not compared.
        attempts: At a common problem in each run, the median.
        same_attempts: At how many common problems both have as many.
        confidence: Of each interval, and of all tests together.
        quantities: What is compared, as the logs have it.
    """

    common: int
    only_first: int
    only_second: int
    attempts: tuple[int, int]
    same_attempts: int
    confidence: float
    quantities: tuple[ChangedQuantity, ...]

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        plain = [{**one._asdict(), "difference": one.difference._asdict()} for one in self.quantities]
        return {**self._asdict(), "quantities": plain}


@host_only
def compare_runs(first: GroupTable, second: GroupTable, confidence: float = 0.95) -> RunComparison:
    """Return what changed from the first run to the second, on the problems that both have.

    Args:
        first: Groups of one run.
        second: Groups of another.
        confidence: Of each interval, and of all tests together; above 0 and below 1.

    Raises:
        ValueError: The runs have no problem in common, or nothing that both measured.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> names = np.array(["a", "a", "b", "b"])
    >>> first, second = (
    ...     collect_groups([Rollouts(names, np.arange(4), verdicts={"tests": np.array(passes)})])
    ...     for passes in ([1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0])
    ... )
    >>> rate = compare_runs(first, second).quantities[0]
    >>> rate.name, rate.difference.value, rate.up, rate.beyond_noise
    ('pass_rate', 0.5, 2, False)
    """
    delta = check_confidence(confidence)
    common, *at = np.intersect1d(first.problems, second.problems, return_indices=True)
    if not len(common):
        names = " and ".join(quote(str(table.problems[0])) for table in (first, second))
        raise ValueError(
            f"the runs have no problem in common: their first names are {names}; give --columns problem=ID, a column "
            "with the same names in both logs"
        )
    measures = measure_pairs(first, second, (at[0], at[1]))
    if not measures:
        raise ValueError("the runs have neither a verdict nor a reward, component or length that both measured")
    tables = zip((first, second), at, strict=True)
    tried = [np.bincount(table.problem, table.size, len(table.problems))[of] for table, of in tables]
    attempts, same = (int(np.median(tried[0])), int(np.median(tried[1]))), int((tried[0] == tried[1]).sum())
    unequal = _unequal(attempts, len(common) - same)
    found = [_compared(measure, confidence, unequal) for measure in measures]
    kept = [quantity for quantity in found if not quantity.not_compared]
    adjusted = iter(holm_adjusted([quantity.adjusted_p_value for quantity in kept]))
    judged = [one if one.not_compared else one._replace(adjusted_p_value=next(adjusted)) for one in found]
    quantities = tuple(one._replace(beyond_noise=one.adjusted_p_value <= delta) for one in judged)
    left = [len(table.problems) - len(common) for table in (first, second)]
    return RunComparison(len(common), left[0], left[1], attempts, same, confidence, quantities)


def _unequal(attempts: tuple[int, int], differ: int) -> str:
    """Return what is not equal in two runs, of this median of attempts, which differ at so many problems."""
    if attempts[0] != attempts[1]:
        return f"{count_noun(attempts[0], 'attempt')} against {attempts[1]:,}"
    if differ:
        return f"attempts differ at {count_noun(differ, 'problem')}"
    return "as many attempts, in other groups or without some values"


def holm_adjusted(p_values: list[float]) -> list[float]:
    """Return p values of several tests, each adjusted so that all together keep the risk (Holm 1979).

    Args:
        p_values: One for each test.

    >>> holm_adjusted([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate([p_values[k] * (len(order) - place) for place, k in enumerate(order)])
    adjusted = dict(zip(order.tolist(), stepped.tolist(), strict=True))
    return [min(adjusted[k], 1.0) for k in range(len(order))]


def sign_test(up: int, down: int) -> float:
    """Return the two-sided p value of the exact sign test; 1 where nothing differs.

    >>> sign_test(5, 0)
    0.0625
    """
    both = up + down
    return min(1.0, 2 * float(scipy.special.bdtr(min(up, down), both, 0.5))) if both else 1.0


def _compared(measure: ComparedMeasure, confidence: float, unequal: str) -> ChangedQuantity:
    """Return the quantity with its own p-value where that of all quantities together will stand."""
    both = np.isfinite(measure.first) & np.isfinite(measure.second)
    first, second = measure.first[both], measure.second[both]
    gaps, many = second - first, int(both.sum())
    by_verdicts = measure.counts is not None and many > 0
    refused = measure.refused
    if not measure.equal and not refused and not by_verdicts and many < LEAST_PROBLEMS:
        refused = unequal
    if refused:
        before, now = (_mean_of(x[np.isfinite(x)]) for x in (measure.first, measure.second))
        none = IntervalEstimate(math.nan, math.nan, math.nan)
        return ChangedQuantity(
            measure.name, many, before, now, none, 0, 0, math.nan, math.nan, False, measure.size, refused
        )
    difference, of_mean = _mean_difference(gaps, first, confidence)
    up, down = int((gaps > 0).sum()), int((gaps < 0).sum())
    if measure.equal:
        exact = sign_test(up, down)
        p_value = min(1.0, 2 * min(exact, of_mean))
    elif by_verdicts:
        exact = _exchanged(measure, both, check_confidence(confidence))
        p_value = max(exact, of_mean)
    else:
        exact, p_value = math.nan, of_mean
    before, now = _mean_of(first), _mean_of(second)
    return ChangedQuantity(measure.name, many, before, now, difference, up, down, exact, p_value, False, measure.size)


def _mean_of(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else math.nan


def _mean_difference(gaps: np.ndarray, first: np.ndarray, confidence: float) -> tuple[IntervalEstimate, float]:
    """Return the mean difference with Student's interval, and the p-value of its test."""
    many = len(gaps)
    mean = float(gaps.mean()) if many else math.nan
    if many < 2:
        return IntervalEstimate(mean, math.nan, math.nan), 1.0
    error = float(gaps.std(ddof=1)) / math.sqrt(many)
    reach = -float(scipy.special.stdtrit(many - 1, check_confidence(confidence) / 2)) * error
    varies = error > rounding(many) * float(abs(first).max())  # else the differences are one number but for rounding
    p_value = 2 * float(scipy.special.stdtr(many - 1, -abs(mean) / error)) if varies else 1.0
    return IntervalEstimate(mean, mean - reach, mean + reach), p_value


def _exchanged(measure: ComparedMeasure, both: np.ndarray, delta: float) -> float:
    counts, value = measure.counts, measure.value
    if counts is None or value is None:
        return 1.0
    kept = PairedCounts(
        (counts.passes[0][both], counts.passes[1][both]),
        (counts.attempts[0][both], counts.attempts[1][both]),
        counts.size[both],
    )
    return exchange_p_value(kept, value, delta)
