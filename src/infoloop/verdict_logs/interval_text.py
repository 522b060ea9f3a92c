"""A name in bounded length, and a number with its interval, as tables and lines of an audit show them."""

from __future__ import annotations

import math

from infoloop.reporting.suggestions import escape_unprintable
from infoloop.verdict_logs.groups.verifier_errors import ErrorRate
from infoloop.verdict_logs.groups.within_groups import IntervalEstimate

LONGEST_NAME = 24  # characters of a component or verifier, so that no column is broken inside a name


def short_name(name: str, most: int) -> str:
    """Return a name in one line, its middle left out where it is long.

    Args:
        name: Of a component, a verifier or a quantity.
        most: How many characters may be shown.

    >>> short_name("accuracy", 8), short_name("accuracy_reward", 9)
    ('accuracy', 'accur…ard')
    """
    shown = escape_unprintable(name)
    return shown if len(shown) <= most else f"{shown[: most - most // 3 - 1]}…{shown[len(shown) - most // 3 :]}"


def with_interval(found: IntervalEstimate | ErrorRate) -> str:
    """Return a number with its interval, or alone where it has none; a dash for what the log does not tell.

    Args:
        found: The number and the ends of its interval.

    >>> with_interval(IntervalEstimate(0.5, 0.25, 0.75))
    '0.50 [0.25, 0.75]'
    """
    if math.isnan(found.value):
        return "-"
    if math.isnan(found.low):
        return f"{found.value:.2f}"
    value, low, high = (round(end, 2) + 0.0 for end in (found.value, found.low, found.high))  # no "-0.00"
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"
