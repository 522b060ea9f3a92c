r"""Entropy among the answers of a group, by window of steps: how different the answers of the policy are.

Of a group with $c_a$ of n answers equal to a, $\log_2n-\frac1n\sum c_a\log_2c_a$ is the plug-in estimate of the entropy
of the policy's answers to the problem. It is too low in the mean, and $\log_2n$ at most; with m different answers
Miller and Madow (1955) add $\frac{m-1}{2n\ln2}$, the leading term of the bias. Neither is a bound.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.step_windows import MOST_WINDOWS, cut_steps


class AnswerWindow(NamedTuple):
    """Entropy among the answers of groups in a window of steps, in bits, in the mean over groups.

    Attributes:
        first: The first step.
        last: The last one.
        groups: Groups with two answers or more.
        distinct: How many different answers they have.
        plug_in: The plug-in estimate.
        miller_madow: With the correction; of a group whose corrected estimate is above log2 n, that stands for it.
        most: log2 n: what n answers can have at most.
        cut: Of how many groups log2 n stands for the estimate.
    """

    first: int
    last: int
    groups: int
    distinct: float
    plug_in: float
    miller_madow: float
    most: float
    cut: int


@host_only
def entropy_by_window(table: GroupTable, most: int = MOST_WINDOWS) -> tuple[AnswerWindow, ...]:
    """Return the entropy among answers of each window that has groups of two answers; nothing for a log without any.

    Args:
        table: Groups of a log.
        most: How many windows at most.

    Raises:
        ValueError: `most` is below 1.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> part = Rollouts(np.array(["a"] * 4), np.arange(4), answer=np.array(["x", "x", "y", "y"]))
    >>> entropy_by_window(collect_groups([part]))[0].plug_in
    1.0
    """
    if table.answered is None or table.answer_bits is None or table.distinct_answers is None:
        return ()
    n, bits, distinct = table.answered, table.answer_bits, table.distinct_answers
    found = []
    for window in cut_steps(table, most):
        known = np.flatnonzero((n[window.groups] > 1) & ~np.isnan(bits[window.groups])) + window.groups.start
        if not known.size:
            continue
        size, plug_in = n[known].astype(float), bits[known]
        corrected, largest = plug_in + (distinct[known] - 1) / (2 * size * math.log(2)), np.log2(size)
        cut = corrected > largest
        means = (distinct[known], plug_in, np.where(cut, largest, corrected), largest)
        found.append(
            AnswerWindow(window.first, window.last, known.size, *(float(x.mean()) for x in means), int(cut.sum()))
        )
    return tuple(found)
