r"""Two runs compared on the problems that both have: what changed, and what of it is beyond noise.

Each problem gives one number a run and so one difference $d_i$; problems are the units, whatever rollouts of a problem
share. The mean difference has Student's interval, $\bar d\pm t_{n-1}s/\sqrt n$: approximate for problems like these,
and wide enough for these very problems. Two tests look for a change: that of the mean, approximate, and the *sign
test*, exact (Arbuthnott 1710): of the problems that differ, each goes up with probability 1/2 if the two runs have the
same law on it and as many rollouts. Either is enough, at half of the risk; over the quantities the risk is shared out
by Holm's steps (1979).

What depends on the size of groups, as the share of dead groups does, differs between runs with groups of different
size even where the policies are the same; `same_sizes` says whether they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy  # not its parts, which it loads when they are used

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence, verdict_entropy
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.within_groups import IntervalEstimate, measured_names, measured_place


class ChangedQuantity(NamedTuple):
    """How a quantity differs between two runs, second minus first, over common problems.

    Attributes:
        name: "pass_rate", "dead", "dead_all_fail", "bits", "reward", "length", or "component NAME".
        problems: How many problems have it in both runs.
        first, second: Its mean over these problems in each run.
        difference: Second minus first, with an approximate interval by problems as units.
        up, down: In how many problems it is larger, and smaller, in the second run.
        sign_p_value: Of the exact sign test; 1 where nothing differs.
        adjusted_p_value: Of both tests together, for all quantities.
        beyond_noise: Whether that is at most 1 - confidence.
    """

    name: str
    problems: int
    first: float
    second: float
    difference: IntervalEstimate
    up: int
    down: int
    sign_p_value: float
    adjusted_p_value: float
    beyond_noise: bool


class RunComparison(NamedTuple):
    """Two runs compared.

    Attributes:
        common: How many problems both have.
        only_first, only_second: How many only one has; they are not compared.
        same_sizes: Whether all groups of common problems have one size in both runs.
        confidence: Of each interval, and of all tests together.
        quantities: What is compared, as the logs have it.
    """

    common: int
    only_first: int
    only_second: int
    same_sizes: bool
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
    common, at_first, at_second = np.intersect1d(first.problems, second.problems, return_indices=True)
    if not len(common):
        raise ValueError(
            f"the runs have no problem in common: {len(first.problems)} and {len(second.problems)} problems, named "
            "differently; compare logs with the same ids or prompts"
        )
    measures = _measures(first, second)
    if not measures:
        raise ValueError("the runs have neither a verdict nor a reward, component or length that both measured")
    pairs = {name: (of(first)[at_first], of(second)[at_second]) for name, of in measures.items()}
    found = [_compared(name, a, b, confidence) for name, (a, b) in pairs.items()]
    adjusted = holm_adjusted([quantity.adjusted_p_value for quantity in found])
    quantities = tuple(
        quantity._replace(adjusted_p_value=p, beyond_noise=p <= delta)
        for quantity, p in zip(found, adjusted, strict=True)
    )
    sizes = set(first.size[np.isin(first.problem, at_first)]) | set(second.size[np.isin(second.problem, at_second)])
    return RunComparison(
        len(common), len(first.problems) - len(common), len(second.problems) - len(common), len(sizes) == 1, confidence,
        quantities,
    )  # fmt: skip


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


def _measures(first: GroupTable, second: GroupTable) -> dict[str, Callable[[GroupTable], np.ndarray]]:
    """Return by name what gives a number for each problem, NaN where it has none, for what both runs measured."""

    def both(kind: str) -> list[str]:
        names = measured_names(second, kind)
        return [name for name in measured_names(first, kind) if name in names or kind != "component"] if names else []

    found: dict[str, Callable[[GroupTable], np.ndarray]] = {}
    kind = "reward" if both("reward") else "verdict"
    if both("verdict"):
        found |= {"pass_rate": lambda t: _mean(t, "verdict"), "bits": lambda t: verdict_entropy(_mean(t, "verdict"))}
    if both(kind):
        found["dead"] = lambda t: _share_of_rollouts(t, _dead(t, kind))
    if both("verdict"):
        found["dead_all_fail"] = lambda t: _share_of_rollouts(t, _dead(t, kind) & _none_right(t))
    found |= {kind: lambda t, k=kind: _mean(t, k) for kind in ("reward", "length") if both(kind)}
    return found | {f"component {name}": lambda t, n=name: _mean(t, "component", n) for name in both("component")}


def _mean(table: GroupTable, kind: str, name: str = "") -> np.ndarray:
    place = measured_place(table, kind, name)
    return _by_problem(table, table.total[:, place], table.count[:, place])


def _by_problem(table: GroupTable, numerators: np.ndarray, denominators: np.ndarray) -> np.ndarray:
    many = len(table.problems)
    top, bottom = (np.bincount(table.problem, part, many) for part in (numerators, denominators))
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), math.nan)


def _share_of_rollouts(table: GroupTable, groups: np.ndarray) -> np.ndarray:
    return _by_problem(table, np.where(groups, table.size, 0), table.size)


def _dead(table: GroupTable, kind: str) -> np.ndarray:
    """Return which groups carry no gradient: all their rewards (or verdicts, where there are no rewards) are equal."""
    place = measured_place(table, kind)
    return table.least[:, place] == table.largest[:, place]


def _none_right(table: GroupTable) -> np.ndarray:
    return table.largest[:, measured_place(table, "verdict")] == 0


def _compared(name: str, first: np.ndarray, second: np.ndarray, confidence: float) -> ChangedQuantity:
    """Return the quantity with the smaller of both p values, doubled, where all quantities' will stand."""
    both = np.isfinite(first) & np.isfinite(second)
    first, second = first[both], second[both]
    gaps, many = second - first, int(both.sum())
    up, down = int((gaps > 0).sum()), int((gaps < 0).sum())
    mean = float(gaps.mean()) if many else math.nan
    low, high, of_mean = math.nan, math.nan, 1.0
    if many > 1:
        error = float(gaps.std(ddof=1)) / math.sqrt(many)
        reach = -float(scipy.special.stdtrit(many - 1, check_confidence(confidence) / 2)) * error
        low, high = mean - reach, mean + reach
        if error > 0:
            of_mean = 2 * float(scipy.special.stdtr(many - 1, -abs(mean) / error))
    p_value = sign_test(up, down)
    return ChangedQuantity(
        name, many, float(first.mean()) if many else math.nan, float(second.mean()) if many else math.nan,
        IntervalEstimate(mean, low, high), up, down, p_value, min(1.0, 2 * min(p_value, of_mean)), False,
    )  # fmt: skip
