r"""Which problems to drop, to keep, to sample less or in larger groups, what that saves, and what it loses at most.

A problem is *dropped* where an exact bound leaves a chance of `most_live` at most that its next group is live.
**Counted by verdicts**, where a group is live just where it has both (`verdict_decides`): a group of n at a problem of
pass rate p is live with the probability $1-p^n-q^n$, $q=1-p$. A problem that failed (or passed) at all N attempts is
dropped where even the largest failing rate that its bound leaves, $q^N\ge\delta$, makes that `most_live` at most.
**Counted by groups**, where rewards or advantages say more than the verdict: of m groups of a problem, independent of
each other and live with one chance x, none was live; it is dropped where the upper end of its exact interval (Clopper &
Pearson 1934), $1-\delta^{1/m}$, is `most_live` at most.

Other problems are *solved* (right always so far) or *never solved*, by the verdict alone: what a graded reward makes
live there teaches no right answer. The rest are *kept* where at least `edge` of their groups are live by an estimate,
else they have *rare successes* or *rare failures* (`ADVICE`).

**What is lost**, for dropped problems are chosen by the same verdicts: bounds for single problems do not hold for them.
Let Q problems have enough attempts to be dropped, $x_i=-\ln q_i$, S those that failed always. For $0<\theta<1$
$$E\prod_{i\in S}q_i^{-\theta N_i}=\prod_i(1-q_i^{N_i}+q_i^{(1-\theta)N_i})\le(1+g)^Q,\qquad
g=\max_{0\le y\le1}(y^{1-\theta}-y)=\theta(1-\theta)^{(1-\theta)/\theta},$$
so that by Markov $\sum_SN_ix_i\le\frac1\theta(Q\ln(1+g)+\ln\frac1\delta)=:B$ but with the probability $\delta$. With
$M\le N_i$ and D dropped problems $\sum_Dx_i\le B/M$, and as $1-e^{-nx}$ is concave and $h(1-e^{-x})$ too, with 1 for it
beyond p = 1/2, D groups of n lose at most $D(1-e^{-nB/(MD)})$ live ones and $nD\,h(1-e^{-B/(MD)})$ bits. $\theta$ is
the best for Q and $\delta$, which the verdicts do not touch. The same holds for those that passed always; each has half
of the risk. Counted by groups it holds with m for N, n = 1 and x for $1-q$, with the whole risk, and bits are not told.
All of it is about pass rates, or chances, that stay as they were.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence, verdict_entropy
from infoloop.verdict_logs.groups.dead_groups import unanimous_share
from infoloop.verdict_logs.groups.deciding_numbers import ALONE, LIVE, kinds_of_groups, verdict_decides
from infoloop.verdict_logs.groups.group_counts import count_passes
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.log_binomials import log_choose

KEEP = "keep"
DROP_FAILED, DROP_PASSED, DROP_DEAD = "drop, always failed", "drop, always passed", "drop, no live group"
NEVER, RARE, SOLVED, NEARLY = "never solved", "rare successes", "solved", "rare failures"
DROPPED = (DROP_FAILED, DROP_PASSED, DROP_DEAD)
ADVICE = {
    NEVER: "make easier or drop",
    RARE: "larger groups",
    SOLVED: "drop or sample less",
    NEARLY: "sample less",
}  # of one verdict so far, too few to drop; or of both, and mostly dead
MOST_LIVE = 0.2  # at most one in five further groups of a dropped problem is live, at the upper end of its bound
EDGE_LIVE = 0.5  # a problem is kept where its next group is rather live than dead
EVALUATION_SIZE = 8  # of groups in training: an evaluation has all attempts at a problem in one
BY_VERDICTS, BY_GROUPS = "verdicts", "groups"
_THETAS = np.arange(1, 1000) / 1000


class ProblemChoice(NamedTuple):
    """What to do with the problems of a log, one entry a problem, and what dropping some saves and loses.

    Attributes:
        problems: Their names.
        attempts: At each.
        passes: Of them.
        choice: "keep", "drop, always failed", "drop, always passed", "drop, no live group", or what `ADVICE` is about:
            "never solved", "rare successes", "solved" or "rare failures".
        rollouts: How many the log has of each.
        groups: How many groups that are live or dead.
        live: How many of them are live.
        by: "verdicts", where a group is live just where it has both: choices follow from attempts and passes; else
            "groups": they follow from groups and live ones.
        size: The size of groups that choices by verdicts are made for.
        assumed_size: Whether that is `EVALUATION_SIZE`, as the log has all attempts at a problem in one group.
        needed: From how many attempts of one verdict, or dead groups, on a problem is dropped.
        saved: Rollouts of the dropped problems, in groups with verdicts from `since` on.
        saved_per_step: In the mean over the steps of the log.
        saved_share: Of the rollouts of all groups with verdicts from `since` on.
        lost_estimate: Of one further group at each dropped problem so many are live, by an estimate that is rather too
            high: it is unbiased for problems chosen before the last group of their attempts.
        lost_groups: Of one further group at each dropped problem so many are live at most, in the mean; exact, with
            `confidence` for all dropped problems together, if rates stay as they were.
        lost_bits: The verdicts of these groups have so many bits at most, for one who knows the rates; None by groups.
        confidence: Of each bound.
    """

    problems: np.ndarray
    attempts: np.ndarray
    passes: np.ndarray
    choice: np.ndarray
    rollouts: np.ndarray
    groups: np.ndarray
    live: np.ndarray
    by: str
    size: int
    assumed_size: bool
    needed: int
    saved: int
    saved_per_step: float
    saved_share: float
    lost_estimate: float
    lost_groups: float
    lost_bits: float | None
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
    """Return which problems of a log to drop, to keep, and what is of use at the others.

    Args:
        table: Groups of a log with verdicts.
        size: Of the groups to come, from 2 on; unless given that of the middle one of the groups of two or more, or
            `EVALUATION_SIZE` where all attempts at a problem are in one group without a step.
        confidence: Of the bound that drops a problem, and of what is lost at most; above 0 and below 1.
        most_live: A problem is dropped where a group of it is live with this probability at most, inside (0, 1).
        edge: A problem of both verdicts is kept where the estimate of it is this or more.
        since: The first step that counts: where rates drift, old verdicts say nothing of the policy of today.

    Raises:
        ValueError: The log has no verdicts since that step, or an argument is outside its range.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> verdict = np.concatenate([np.zeros(64), np.tile([0.0, 1.0], 32)])
    >>> part = Rollouts(np.repeat(["a", "b"], 64), np.arange(128), verdicts={"tests": verdict})
    >>> found = choose_problems(collect_groups([part]), size=8); found.choice.tolist(), found.saved, found.needed
    (['never solved', 'keep'], 0, 108)
    """
    delta = check_confidence(confidence)
    if not 0 < most_live < 1 or not 0 <= edge <= 1:
        raise ValueError(f"most_live is {most_live} and edge {edge}: give probabilities, such as 0.5")
    groups, attempts, passes = count_passes(table)
    recent = np.ones(groups.size, bool) if since is None else table.step[groups] >= since
    if not recent.any():
        raise ValueError(f"since is {since}: no step from there on has verdicts; the last step is {table.steps[-1]}")
    groups, attempts, passes = groups[recent], attempts[recent], passes[recent]
    n, assumed = _size(table, groups, attempts) if size is None else (int(size), False)
    if n < 2:
        raise ValueError(f"groups have size {n}: give a size of groups from 2 on")
    kind = kinds_of_groups(table).kind
    of, total = table.problem[groups], table.problems.size
    some = np.bincount(of, minlength=total) > 0
    columns = (attempts, passes, table.size[groups], kind[groups] != ALONE, kind[groups] == LIVE)
    tried, right, rollouts, seen, live = (np.bincount(of, x, total)[some].astype(np.int64) for x in columns)
    if verdict_decides(table, kind):
        by, found = BY_VERDICTS, _by_verdicts(tried, right, n, most_live, edge, delta)
    else:
        by, found = BY_GROUPS, _by_groups(tried, right, seen, live, most_live, edge, delta)
    saved, steps = int(rollouts[np.isin(found.choice, DROPPED)].sum()), np.unique(table.step[groups]).size
    return ProblemChoice(
        table.problems[some], tried, right, found.choice, rollouts, seen, live, by, n, assumed, found.needed, saved,
        saved / steps, saved / int(rollouts.sum()), found.lost_estimate, found.lost_groups, found.lost_bits, confidence,
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


def _size(table: GroupTable, groups: np.ndarray, attempts: np.ndarray) -> tuple[int, bool]:
    """Return the size of groups to come, and whether it is assumed since the log is an evaluation."""
    if not table.has_steps and np.unique(table.problem[groups]).size == groups.size:
        return EVALUATION_SIZE, True
    several = np.sort(attempts[attempts > 1])
    return int(several[several.size // 2] if several.size else 1), False


class _Found(NamedTuple):
    """Choices, and what they lose, as `ProblemChoice` has them."""

    needed: int
    choice: np.ndarray
    lost_estimate: float
    lost_groups: float
    lost_bits: float | None


def _by_verdicts(
    tried: np.ndarray, right: np.ndarray, size: int, most_live: float, edge: float, delta: float
) -> _Found:
    needed = _attempts_needed(size, most_live, delta)
    one_verdict = (right == 0) | (right == tried)
    often_live = ~one_verdict & (_live_shares(tried, right, size) >= edge)
    choice = _choices(tried, right, one_verdict & (tried >= needed), often_live)
    lost = [_lost(tried, choice == kind, needed, size, delta / 2) for kind in (DROP_FAILED, DROP_PASSED)]
    return _Found(needed, choice, _estimate_lost(tried, right, needed, size), *map(sum, zip(*lost, strict=True)))


def _by_groups(
    tried: np.ndarray,
    right: np.ndarray,
    seen: np.ndarray,
    live: np.ndarray,
    most_live: float,
    edge: float,
    delta: float,
) -> _Found:
    needed = math.ceil(math.log(delta) / math.log1p(-most_live))
    never, enough = live == 0, seen >= needed
    choice = _choices(tried, right, never & enough, ~never & (live >= edge * seen))
    one_live = seen[(live == 1) & (seen > needed)]
    estimate = float((1 / one_live).sum())  # how often the last group is the live one
    return _Found(needed, choice, estimate, _lost(seen, never & enough, needed, 1, delta)[0], None)


def _live_shares(tried: np.ndarray, right: np.ndarray, size: int) -> np.ndarray:
    """Return estimates of the share of live groups, 0 for problems of one verdict."""
    live = np.zeros(tried.size)
    both = (right > 0) & (right < tried)
    drawn, few = both & (tried >= size), both & (tried < size)  # of few by the share of passes: nothing is unbiased
    live[drawn] = 1 - unanimous_share(right[drawn], tried[drawn], np.array(size))
    live[few] = 1 - (right[few] / tried[few]) ** size - (1 - right[few] / tried[few]) ** size
    return live


def _choices(tried: np.ndarray, right: np.ndarray, gone: np.ndarray, often_live: np.ndarray) -> np.ndarray:
    failed, passed = right == 0, right == tried
    cases = [
        (gone & failed, DROP_FAILED),
        (gone & passed, DROP_PASSED),
        (gone, DROP_DEAD),
        (failed, NEVER),
        (passed, SOLVED),
        (often_live, KEEP),
        (2 * right <= tried, RARE),
    ]
    conditions, names = zip(*cases, strict=True)
    return np.select(conditions, names, NEARLY)


def _estimate_lost(tried: np.ndarray, right: np.ndarray, needed: int, size: int) -> float:
    """Return how many problems have one verdict only in all but a group of their attempts, and both in the group.

    In the mean over the groups of so many attempts: all k of the one verdict are in the group, and do not fill it.
    """
    found = 0.0
    for some in (right, tried - right):
        able = (tried >= needed) & (tried > size) & (some > 0) & (some < size)
        k, n = some[able].astype(float), tried[able].astype(float)
        found += float(np.exp(log_choose(size, k) - log_choose(n, k)).sum())
    return found


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
