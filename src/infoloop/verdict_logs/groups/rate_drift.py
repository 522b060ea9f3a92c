r"""Drift: whether the data refuse that each problem has one pass rate in all steps.

The steps are cut into windows. If problem i has one rate, then given its $k_i$ passes in $n_i=\sum_wn_{iw}$ attempts
the passes by window have a hypergeometric law, whatever the rate is, and problems are independent. Two statistics are
compared with draws of that law: $|\sum_{iw}x_w(c_{iw}-n_{iw}k_i/n_i)|$ with the number $x_w$ of the window, for rates
that rise or fall together, and $\sum_{iw}\frac{(c_{iw}-n_{iw}k_i/n_i)^2}{n_{iw}k_i(n_i-k_i)/n_i^2}$ for others. With B
draws and m of them as large, $p=\frac{1+m}{1+B}$ is exact: if there is no drift, $p\le\alpha$ with the probability
$\alpha$ at most. So is $\frac hl$ where the draws end at the l-th, the first with h of them as large (Besag & Clifford
1991). The two share the risk: the p-value is twice the lesser, 1 at most. B is such that a fifth of the asked risk can
be reached; where that takes many draws, fewer problems are tested.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.groups.group_counts import count_passes
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.step_windows import cut_steps

MOST_TESTED = 1000  # problems; those with the most attempts
_WINDOWS, _KEY = 8, 20_240_229
_FEWEST_DRAWS, _MOST_DRAWS = 499, 99_999
_AS_LARGE = 50  # draws as large as what was seen end the test: its p-value is then off by a seventh, in the mean
_MOST_CELLS = 16_000_000  # counts drawn in all, some two seconds
_BLOCK = 20_000  # counts of a window drawn at once


class RateDrift(NamedTuple):
    """Whether pass rates of problems change in the run.

    Attributes:
        problems: How many problems were tested: with attempts in two windows, right and wrong ones.
        p_value: Exact, from draws under a fixed key.
        found: Whether one rate a problem is refused at the asked confidence.
        early: Mean pass rate in the first half of the windows of the problems tested that are in both halves; NaN
            without such.
        late: In the second half.
        least: The least p-value that so many draws can give; a p-value that is no larger is at most this.
    """

    problems: int
    p_value: float
    found: bool
    early: float
    late: float
    least: float = 0.0


@host_only
def find_drift(table: GroupTable, confidence: float = 0.95) -> RateDrift:
    """Return whether the log refuses that each problem has one pass rate in all steps; the test is exact.

    Args:
        table: Groups of a log with verdicts.
        confidence: Where there is no drift, none is found with this probability at least; above 0 and below 1.

    Raises:
        ValueError: The log has no verdicts, or the confidence is outside its range.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> verdict, step = np.repeat([0.0, 1.0], 8), np.repeat([1, 2], 8)
    >>> part = Rollouts(np.array(["a"] * 16), np.arange(16), step=step, verdicts={"tests": verdict})
    >>> find_drift(collect_groups([part]))
    RateDrift(problems=1, p_value=0.004, found=True, early=0.0, late=1.0, least=0.004)
    """
    delta = check_confidence(confidence)
    passes, attempts = _by_window(table)
    some = ((attempts > 0).sum(1) > 1) & (passes.sum(1) > 0) & (passes.sum(1) < attempts.sum(1))
    draws = min(max(_FEWEST_DRAWS, math.ceil(10 / delta) - 1), _MOST_DRAWS)
    tested = min(MOST_TESTED, _MOST_CELLS // (draws * attempts.shape[1]))
    most = np.argsort(-attempts.sum(1)[some], kind="stable")[:tested]
    c, n = passes[some][most], attempts[some][most]
    if not c.size:
        return RateDrift(0, 1.0, False, np.nan, np.nan, 1.0)
    p_value = _p_value(c, n, draws)
    half = n.shape[1] // 2
    parts = [(c[:, of].sum(1), n[:, of].sum(1)) for of in (slice(half), slice(half, None))]
    both = (parts[0][1] > 0) & (parts[1][1] > 0)
    early, late = (float((k[both] / m[both]).mean()) if both.any() else np.nan for k, m in parts)
    return RateDrift(len(c), p_value, p_value <= delta, early, late, 2 / (1 + draws))


def _by_window(table: GroupTable) -> tuple[np.ndarray, np.ndarray]:
    """Return the passes and the attempts of each problem in each window."""
    groups, attempts, passes = count_passes(table)
    windows = cut_steps(table, _WINDOWS)
    window = np.repeat(np.arange(len(windows)), [w.groups.stop - w.groups.start for w in windows])[groups]
    cell, shape = table.problem[groups] * len(windows) + window, (table.problems.size, len(windows))
    k, n = (np.bincount(cell, x, shape[0] * shape[1]).astype(np.int64).reshape(shape) for x in (passes, attempts))
    return k, n


def _p_value(c: np.ndarray, n: np.ndarray, draws: int) -> float:
    """Return the exact p-value of counts c of n, problems by windows, from so many draws at most."""
    of, k = n.sum(1), c.sum(1)
    mean = n * (k / of)[:, None]
    scale = np.where(n > 0, n * (k * (of - k) / of**2)[:, None], 1.0)

    def statistics(counts: np.ndarray) -> np.ndarray:
        left = counts - mean
        return np.stack([abs((left.sum(-2) * np.arange(n.shape[1])).sum(-1)), (left**2 / scale).sum((-2, -1))])

    slack = rounding(n.size) * (1 + n.sum() * n.shape[1])  # draws that are as large but for rounding count
    least_large = statistics(c)[:, None] - slack
    draw, done = np.random.default_rng(_KEY), 0
    larger = np.zeros((2, 0), bool)
    while done < draws and larger.sum(1).min() < _AS_LARGE:
        block = min(max(1, _BLOCK // len(n)), draws - done)
        larger = np.append(larger, statistics(_draw_counts(draw, k, n, block)) >= least_large, axis=1)
        done += block
    return min(1.0, 2 * min(_of_draws(one) for one in larger))


def _of_draws(larger: np.ndarray) -> float:
    """Return the p-value of one statistic, by which of the draws were as large."""
    reached = np.flatnonzero(larger.cumsum() == _AS_LARGE)
    return float(_AS_LARGE / (reached[0] + 1)) if reached.size else float((1 + larger.sum()) / (1 + larger.size))


def _draw_counts(draw: np.random.Generator, k: np.ndarray, n: np.ndarray, block: int) -> np.ndarray:
    """Draw passes by window so many times, given those of each problem."""
    counts = np.zeros((block, *n.shape), np.int64)
    right, left = np.tile(k, (block, 1)), n.sum(1)
    for w in range(n.shape[1]):
        some = n[:, w] > 0
        last = n[:, w] == left
        drawn = some & ~last
        counts[:, last & some, w] = right[:, last & some]
        if drawn.any():
            r, m = right[:, drawn], left[drawn]
            counts[:, drawn, w] = draw.hypergeometric(r, m - r, n[drawn, w])
        right, left = right - counts[:, :, w], left - n[:, w]
    return counts
