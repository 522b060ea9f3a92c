r"""Dead groups: those that carry no gradient, since all their advantages are 0 (`deciding_numbers`).

Where no advantage is logged, equal rewards stand for it, as they may if the baseline is the mean of the group. Then a
group of n verdicts at a problem of pass rate p is dead with probability $p^n+(1-p)^n$. Whether a group is dead is read
off the log and has no error; intervals are for what is expected of other groups of the same problems and policies, the
groups being independent of each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence, pooled_interval
from infoloop.verdict_logs.groups.bounded_means import largest_mean
from infoloop.verdict_logs.groups.deciding_numbers import (
    ALL_FAIL,
    ALONE,
    EQUAL,
    LIVE,
    deciding_number,
    kinds_of_groups,
    verdict_decides,
)
from infoloop.verdict_logs.groups.group_table import GroupTable, Measured
from infoloop.verdict_logs.groups.step_windows import MOST_WINDOWS, StepWindow, cut_steps
from infoloop.verdict_logs.log_binomials import log_choose

MEAN_BASELINE = (
    "if the baseline is the group's mean (GRPO, RLOO, Dr. GRPO, DAPO; "
    "not REINFORCE++ with a batch baseline, ReMax, PPO)"
)
OTHER_BASELINE = "the baseline is not the group's mean (batch baseline, value function or KL in the reward)"


class DeadWindow(NamedTuple):
    """Rollouts of dead groups in a window of steps, `first` to `last`.

    Attributes:
        first: The first step.
        last: The last one.
        groups: Groups with two rewards or more, or with advantages.
        rollouts: Their rollouts.
        all_fail: How many of these rollouts are in dead groups that all failed.
        all_pass: In dead groups that all passed.
        equal: In other dead groups: some passed, or no verdict is known.
        alone: Rollouts of other groups, of which nothing is said.
        share: Of rollouts in dead groups among `rollouts`; NaN without any.
        low: The lower end of an exact interval for the expected share.
        high: The upper end.
    """

    first: int
    last: int
    groups: int
    rollouts: int
    all_fail: int
    all_pass: int
    equal: int
    alone: int
    share: float
    low: float
    high: float


class ShareTrend(NamedTuple):
    r"""How the share of rollouts in dead groups changes from step to step: the slope of a line of least squares.

    Attributes:
        slope: Change of the share per step.
        low: The lower end of an approximate interval: the slope is a sum over problems that are independent, its
            variance is estimated by their squares, and its law is taken for Student's.
        high: The upper end.
        exact_low: The lower end of an exact interval (Hoeffding 1963), wider, for groups that are independent.
        exact_high: The upper end.
        change: The slope times the steps from the first to the last.
    """

    slope: float
    low: float
    high: float
    exact_low: float
    exact_high: float
    change: float

    @property
    def direction(self) -> str:
        """Rises or falls, where the approximate interval leaves 0 out; else no trend."""
        return "rises" if self.low > 0 else "falls" if self.high < 0 else "no trend"

    @property
    def certain(self) -> bool:
        """Whether the exact interval leaves 0 out too."""
        return self.exact_low > 0 or self.exact_high < 0


class Unanimity(NamedTuple):
    """Rollouts in groups of one verdict, at problems with further groups, and what one rate a problem lets expect.

    Attributes:
        rollouts: Of groups of at least two verdicts at problems with another such group.
        share: Of them in groups of one verdict.
        expected: The unbiased estimate of it if each problem has one pass rate in all steps.
    """

    rollouts: int
    share: float
    expected: float


@dataclass(frozen=True, eq=False)
class DeadGroups:
    """What a log says of dead groups.

    Attributes:
        number: The number that tells dead groups: "advantage", where all are 0, else one that is equal throughout.
        assumed: How many groups have no advantages, so that equal rewards stand for them (`MEAN_BASELINE`).
        equal_but_live: How many have equal rewards and advantages that are not 0 (`OTHER_BASELINE`).
        by_verdict: Whether groups are live just where they have both verdicts.
        confidence: Of each interval.
        kind: Of each group of the table: 0 live, 1 all failed, 2 all passed, 3 equal, 4 fewer than two rewards.
        whole: The log.
        windows: By windows of steps.
        trend: None for a log of one step, or without dead or without live groups.
        unanimity: None without verdicts, and where no problem has two groups.
    """

    number: Measured
    assumed: int
    equal_but_live: int
    by_verdict: bool
    confidence: float
    kind: np.ndarray
    whole: DeadWindow
    windows: tuple[DeadWindow, ...]
    trend: ShareTrend | None
    unanimity: Unanimity | None

    @property
    def remark(self) -> str:
        """What the baseline is, or is taken for, in words; empty where all advantages are logged and agree."""
        still = f"{self.equal_but_live:,} groups have equal rewards and still carry an advantage: {OTHER_BASELINE}"
        parts = [still] if self.equal_but_live else []
        return "; ".join([*parts, f"no advantage is logged: dead {MEAN_BASELINE}"] if self.assumed else parts)

    @property
    def other_baseline(self) -> bool:
        """Whether most groups of equal rewards carry an advantage, so that no size of groups decides what is live."""
        return self.equal_but_live > int((~np.isin(self.kind, (LIVE, ALONE))).sum())

    def row(self) -> dict[str, Any]:
        """Return it as JSON, without the kinds of groups."""
        trend = self.trend
        said = {} if trend is None else {"direction": trend.direction, "certain": trend.certain}
        return {
            "number": " ".join(filter(None, self.number)),
            "assumed": self.assumed,
            "equal_but_live": self.equal_but_live,
            "other_baseline": self.other_baseline,
            "by_verdict": self.by_verdict,
            "remark": self.remark,
            "confidence": self.confidence,
            **self.whole._asdict(),
            "windows": [window._asdict() for window in self.windows],
            "trend": None if trend is None else trend._asdict() | said,
            "unanimity": None if self.unanimity is None else self.unanimity._asdict(),
        }


@host_only
def find_dead_groups(table: GroupTable, confidence: float = 0.95, most: int = MOST_WINDOWS) -> DeadGroups:
    """Return the dead groups of a log, by windows of steps, and whether they become more.

    Args:
        table: Groups of a log.
        confidence: Of each interval; above 0 and below 1.
        most: How many windows at most.

    Raises:
        ValueError: The log has no reward, advantage or verdict, or an argument is outside its range.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> reward = np.array([0.0, 0.0, 1.0, 0.0])
    >>> part = Rollouts(np.array(["a", "a", "b", "b"]), np.arange(4), reward=reward, verdicts={"tests": reward})
    >>> found = find_dead_groups(collect_groups([part]))
    >>> found.whole.share, found.whole.all_fail
    (0.5, 2)
    """
    check_confidence(confidence)
    kind, by_advantage, equal_but_live = kinds_of_groups(table)
    whole = StepWindow(int(table.steps[0]), int(table.steps[-1]), slice(0, table.size.size))
    return DeadGroups(
        number=table.measured[deciding_number(table)],
        assumed=int(((kind != ALONE) & ~by_advantage).sum()),
        equal_but_live=int(equal_but_live.sum()),
        by_verdict=verdict_decides(table, kind),
        confidence=confidence,
        kind=kind,
        whole=_window(table, kind, whole, confidence),
        windows=tuple(_window(table, kind, window, confidence) for window in cut_steps(table, most)),
        trend=_trend(table, kind, confidence),
        unanimity=_unanimity(table),
    )


def unanimous_share(passes: np.ndarray, attempts: np.ndarray, size: np.ndarray) -> np.ndarray:
    r"""Return unbiased estimates of $p^n+(1-p)^n$ from k passes of N attempts: $(\binom kn+\binom{N-k}n)/\binom Nn$.

    Of the groups of n that can be drawn from the attempts it is the share with one verdict only; none for n > N.

    Args:
        passes: k, whole numbers.
        attempts: N.
        size: n, from 1 to N.

    >>> unanimous_share(np.array([2]), np.array([4]), np.array([2])).round(12).tolist()
    [0.333333333333]
    """
    k, many, n = (np.asarray(x, float) for x in np.broadcast_arrays(passes, attempts, size))
    return np.exp(log_choose(k, n) - log_choose(many, n)) + np.exp(log_choose(many - k, n) - log_choose(many, n))


def _window(table: GroupTable, kind: np.ndarray, window: StepWindow, confidence: float) -> DeadWindow:
    size, kind = table.size[window.groups].astype(np.int64), kind[window.groups]
    rollouts = [int(size[kind == k].sum()) for k in range(5)]
    compared = kind != ALONE
    of, dead = size[compared], (kind != LIVE)[compared]
    total = int(of.sum())
    share = float(of[dead].sum() / total) if total else math.nan
    ends = _share_interval(of, dead, confidence) if total else (math.nan, math.nan)
    return DeadWindow(
        window.first,
        window.last,
        int(compared.sum()),
        total,
        *rollouts[ALL_FAIL : EQUAL + 1],
        rollouts[ALONE],
        share,
        *ends,
    )


def _share_interval(size: np.ndarray, dead: np.ndarray, confidence: float) -> tuple[float, float]:
    """Return the exact interval for the expected share: of a sum of unequal Bernoulli's, weighted by the sizes."""
    groups, largest = size.size, int(size.max())
    if (size == largest).all():
        return pooled_interval([int(dead.sum())], [groups], confidence)
    seen, scale = float(size[dead].sum() / (largest * groups)), largest * groups / float(size.sum())
    most = math.log(2 / check_confidence(confidence)) / groups
    return (1 - largest_mean(1 - seen, most)) * scale, min(1.0, largest_mean(seen, most) * scale)


def _trend(table: GroupTable, kind: np.ndarray, confidence: float) -> ShareTrend | None:
    compared = kind != ALONE
    step, size = table.step[compared].astype(float), table.size[compared].astype(float)
    dead = (kind != LIVE)[compared]
    if not step.size or step[0] == step[-1] or dead.all() or not dead.any():
        return None
    ahead = step - np.average(step, weights=size)
    pull = size * ahead / (size * ahead**2).sum()  # the slope is the sum of these over dead groups
    slope, delta = float(pull @ dead), check_confidence(confidence)
    left = pull * (dead - np.average(dead, weights=size) - slope * ahead)
    problem = np.unique(table.problem[compared], return_inverse=True)[1]
    of_problem = np.bincount(problem, left)
    free = of_problem.size - 1
    spread = math.sqrt((of_problem**2).sum() * of_problem.size / free) if free else math.inf
    wide = float(scipy.special.stdtrit(free, 1 - delta / 2)) * spread if free else math.inf
    sure = math.sqrt(math.log(2 / delta) / 2 * float((pull**2).sum()))
    return ShareTrend(slope, slope - wide, slope + wide, slope - sure, slope + sure, slope * float(step[-1] - step[0]))


def _unanimity(table: GroupTable) -> Unanimity | None:
    judge = table.place("verdict")
    if judge is None:
        return None
    several = table.count[:, judge] > 1
    several &= np.bincount(table.problem[several], minlength=table.problems.size)[table.problem] > 1
    if not several.any():
        return None
    problem, n, c = table.problem[several], table.count[several, judge], table.total[several, judge]
    attempts, passes = np.bincount(problem, n)[problem], np.bincount(problem, c)[problem]
    one_verdict = (c == 0) | (c == n)
    base, of_size = int(attempts.max()) + 1, int(n.max()) + 1
    kinds, of_kind = np.unique((attempts * base + passes).astype(np.int64) * of_size + n, return_inverse=True)
    counts, size = np.divmod(kinds, of_size)
    expected = unanimous_share(counts % base, counts // base, size)[of_kind]
    return Unanimity(int(n.sum()), float(n[one_verdict].sum() / n.sum()), float(n @ expected / n.sum()))
