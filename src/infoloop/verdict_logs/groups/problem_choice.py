r"""Which problems to drop, to keep and to sample more, how many rollouts that saves, and what it loses at most.

A group of n at a problem of pass rate p is live with the probability $1-p^n-q^n$, $q=1-p$. A problem that failed (or
passed) at all N attempts is *dropped* where even the largest failing rate that its exact bound leaves,
$q^N\ge\delta$, makes a group live with `most_live` at most: $1-p^n-q^n\le$ `most_live` at $q=\delta^{1/N}$. It is
*undecided*, and to be sampled more, where N is too small for that. A problem with both verdicts is *kept*, or, where
the estimate of its live share is below `edge`, sampled more: in larger groups.

**What is lost**, for dropped problems are chosen by the same verdicts: bounds for single problems do not hold for them.
Let Q problems have enough attempts to be dropped, $x_i=-\ln q_i$, S those that failed always. For $0<\theta<1$
$$E\prod_{i\in S}q_i^{-\theta N_i}=\prod_i(1-q_i^{N_i}+q_i^{(1-\theta)N_i})\le(1+g)^Q,\qquad
g=\max_{0\le y\le1}(y^{1-\theta}-y)=\theta(1-\theta)^{(1-\theta)/\theta},$$
so that by Markov $\sum_SN_ix_i\le\frac1\theta(Q\ln(1+g)+\ln\frac1\delta)=:B$ but with the probability $\delta$. With
$M\le N_i$ and D dropped problems $\sum_Dx_i\le B/M$, and as $1-e^{-nx}$ is concave and $h(1-e^{-x})$ too, with 1 for it
beyond p = 1/2, D groups of n lose at most $D(1-e^{-nB/(MD)})$ live ones and $nD\,h(1-e^{-B/(MD)})$ bits. $\theta$ is
the best for Q and $\delta$, which the verdicts do not touch. The same holds for those that passed always; each has half
of the risk.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import scipy

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence, verdict_entropy
from infoloop.verdict_logs.groups.dead_groups import unanimous_share
from infoloop.verdict_logs.groups.group_counts import count_passes
from infoloop.verdict_logs.groups.group_table import GroupTable

KEEP, DROP_FAILED, DROP_PASSED, UNDECIDED, EDGE = (
    "keep",
    "drop, always failed",
    "drop, always passed",
    "undecided",
    "edge",
)
MOST_LIVE = 0.5  # a dropped problem's next group is more likely dead than live
EDGE_LIVE = 0.5  # likewise of a problem that has both verdicts
_THETAS = np.arange(1, 1000) / 1000


class ProblemChoice(NamedTuple):
    """What to do with the problems of a log, one entry a problem, and what dropping some saves and loses.

    Attributes:
        problems: Their names.
        attempts: At each.
        passes: Of them.
        choice: "drop, always failed", "drop, always passed", "undecided" or "edge" (sample more), or "keep".
        rollouts: How many the log has of each.
        size: The size of groups that choices are made for.
        needed: From how many attempts of one verdict on a problem is dropped.
        saved: Rollouts of the dropped problems in all.
        saved_per_step: In the mean over the steps of the log.
        saved_share: Of all rollouts.
        lost_estimate: Of one further group at each dropped problem so many are live, by an estimate that is rather too
            high: it is unbiased for problems chosen before the last `size` of their attempts.
        lost_groups: Of one further group at each dropped problem so many are live at most, in the mean; exact, with
            `confidence` for both kinds of dropped problems together.
        lost_bits: The verdicts of these groups have so many bits at most, for one who knows the rates.
        confidence: Of each bound.
    """

    problems: np.ndarray
    attempts: np.ndarray
    passes: np.ndarray
    choice: np.ndarray
    rollouts: np.ndarray
    size: int
    needed: int
    saved: int
    saved_per_step: float
    saved_share: float
    lost_estimate: float
    lost_groups: float
    lost_bits: float
    confidence: float

    def count(self, choice: str) -> int:
        """Return how many problems have a choice."""
        return int((self.choice == choice).sum())


@host_only
def choose_problems(
    table: GroupTable,
    size: int | None = None,
    confidence: float = 0.95,
    most_live: float = MOST_LIVE,
    edge: float = EDGE_LIVE,
    since: int | None = None,
) -> ProblemChoice:
    """Return which problems of a log to drop, to keep and to sample more.

    Args:
        table: Groups of a log with verdicts.
        size: Of the groups to come, from 2 on; unless given that of the middle one of the groups of two or more.
        confidence: Of the bound that drops a problem, and of what is lost at most; above 0 and below 1.
        most_live: A problem is dropped where a group of it is live with this probability at most, inside (0, 1).
        edge: A problem with both verdicts is sampled more where the estimate of it is less than this.
        since: The first step that counts: where rates drift, old verdicts say nothing of the policy of today.

    Raises:
        ValueError: The log has no verdicts since that step, or an argument is outside its range.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> verdict = np.concatenate([np.zeros(64), np.tile([0.0, 1.0], 32)])
    >>> part = Rollouts(np.repeat(["a", "b"], 64), np.arange(128), verdicts={"tests": verdict})
    >>> found = choose_problems(collect_groups([part]), size=8); found.choice.tolist(), found.saved, found.needed
    (['drop, always failed', 'keep'], 64, 35)
    """
    delta = check_confidence(confidence)
    if not 0 < most_live < 1 or not 0 <= edge <= 1:
        raise ValueError(f"most_live is {most_live} and edge {edge}: give probabilities, such as 0.5")
    groups, attempts, passes = count_passes(table)
    recent = np.ones(groups.size, bool) if since is None else table.step[groups] >= since
    if not recent.any():
        raise ValueError(f"since is {since}: no step from there on has verdicts; the last step is {table.steps[-1]}")
    groups, attempts, passes = groups[recent], attempts[recent], passes[recent]
    several = np.sort(attempts[attempts > 1])
    n = int(several[several.size // 2] if several.size else 1) if size is None else int(size)
    if n < 2:
        raise ValueError(f"groups have size {n}: give a size of groups from 2 on")
    of, total = table.problem[groups], table.problems.size
    some = np.bincount(of, minlength=total) > 0
    tried, right, rollouts = (
        np.bincount(of, x, total)[some].astype(np.int64) for x in (attempts, passes, table.size[groups])
    )
    needed = _attempts_needed(n, most_live, delta)
    choice = _choices(tried, right, n, needed, edge)
    dropped = np.isin(choice, (DROP_FAILED, DROP_PASSED))
    lost = [_lost(tried, choice == kind, needed, n, delta / 2) for kind in (DROP_FAILED, DROP_PASSED)]
    saved, steps = int(rollouts[dropped].sum()), np.unique(table.step[groups]).size
    return ProblemChoice(
        table.problems[some], tried, right, choice, rollouts, n, needed, saved, saved / steps,
        saved / int(rollouts.sum()), _estimate_lost(tried, right, needed, n),
        *(sum(parts) for parts in zip(*lost, strict=True)), confidence,
    )  # fmt: skip


def most_weighted_logs(problems: int, delta: float) -> float:
    r"""Return B: over problems that failed always $\sum N_i\ln\frac1{q_i}$ exceeds it with probability delta at most.

    Args:
        problems: How many problems there were to fail.
        delta: Inside (0, 1).

    >>> round(most_weighted_logs(1, 0.05), 1), round(most_weighted_logs(1000, 0.05) / 1000, 2)
    (3.7, 0.41)
    """
    gain = _THETAS * (1 - _THETAS) ** ((1 - _THETAS) / _THETAS)
    return float(((problems * np.log1p(gain) + math.log(1 / delta)) / _THETAS).min())


def _attempts_needed(size: int, most_live: float, delta: float) -> int:
    """Return the least N with 1 - p^n - q^n at most `most_live` at q^N = delta, and beyond, where p is below 1/2."""
    low, high = 0.0, 0.5  # the live share rises with p up to 1/2
    if 1 - 2 * 0.5**size <= most_live:
        low = high
    for _ in range(60 if low < high else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - middle**size - (1 - middle) ** size <= most_live else (low, middle)
    return math.ceil(math.log(delta) / math.log1p(-low))


def _choices(tried: np.ndarray, right: np.ndarray, size: int, needed: int, edge: float) -> np.ndarray:
    failed, passed, enough = right == 0, right == tried, tried >= needed
    live = np.ones(tried.size)
    drawn = (tried >= size) & ~failed & ~passed
    live[drawn] = 1 - unanimous_share(right[drawn], tried[drawn], np.array(size))
    few = (tried < size) & ~failed & ~passed  # by the share of passes, as nothing is unbiased
    live[few] = 1 - (right[few] / tried[few]) ** size - (1 - right[few] / tried[few]) ** size
    return np.select(
        [failed & enough, passed & enough, failed | passed, live < edge],
        [DROP_FAILED, DROP_PASSED, UNDECIDED, EDGE],
        KEEP,
    )


def _estimate_lost(tried: np.ndarray, right: np.ndarray, needed: int, size: int) -> float:
    """Return how many problems have one verdict only in all but a group of their attempts, and both in the group.

    In the mean over the groups of so many attempts: all k of the one verdict are in the group, and do not fill it.
    """
    found = 0.0
    for some in (right, tried - right):
        able = (tried >= needed) & (tried > size) & (some > 0) & (some < size)
        k, n = some[able].astype(float), tried[able].astype(float)
        found += float(np.exp(_log_choose(np.full(k.size, float(size)), k) - _log_choose(n, k)).sum())
    return found


def _log_choose(n: np.ndarray, k: np.ndarray) -> np.ndarray:
    return -scipy.special.betaln(k + 1, n - k + 1) - np.log(n + 1)


def _lost(tried: np.ndarray, dropped: np.ndarray, needed: int, size: int, delta: float) -> tuple[float, float]:
    """Return how many live groups, and bits, a group at each dropped problem would have at most."""
    problems = int(dropped.sum())
    if not problems:
        return 0.0, 0.0
    able = tried >= needed
    each = most_weighted_logs(int(able.sum()), delta) / (int(tried[able].min()) * problems)
    rate = -math.expm1(-each)
    bits = float(verdict_entropy(rate)) if rate < 0.5 else 1.0
    return -problems * math.expm1(-size * each), size * problems * bits
