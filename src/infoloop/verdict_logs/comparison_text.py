"""The table of what changed since an earlier run."""

from __future__ import annotations

import math

from infoloop.reporting.text import count_noun
from infoloop.verdict_logs.groups.run_comparison import ChangedQuantity, RunComparison
from infoloop.verdict_logs.interval_text import LONGEST_NAME, short_name, with_interval
from infoloop.verdict_logs.text import TextRow, TextTable

_ENOUGH_PROBLEMS = 10  # of 9 or fewer the sign test (at half of 5 %) takes all to go one way; Student's law is rough


def comparison_table(compared: RunComparison, longest: int = LONGEST_NAME) -> TextTable:
    """Return title, headers and rows of what changed since an earlier run.

    Args:
        compared: The comparison, the earlier run first.
        longest: Characters of a quantity's name; a longer one is cut in the middle.
    """
    rows: list[TextRow] = [
        (short_name(one.name, longest + 6), _mean(one.first), _mean(one.second), with_interval(one.difference),
         f"{one.up:,} / {one.down:,}", _beyond_noise(one))
        for one in compared.quantities
    ]  # fmt: skip
    title = f"since the earlier run, on {count_noun(compared.common, 'common problem')}; intervals: problems like these"
    if compared.common < _ENOUGH_PROBLEMS:
        title += '; they are few: "no" does not mean no change, and intervals are rough'
    return title, ("number", "before", "now", "difference", "up / down", "beyond noise"), rows


def _beyond_noise(one: ChangedQuantity) -> str:
    if one.not_compared:
        return f"not compared: {one.not_compared}"
    return f"{'yes' if one.beyond_noise else 'no'}{'' if one.size is None else f', at {one.size:,} attempts'}"


def _mean(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
