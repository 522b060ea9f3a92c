"""Works that take turns in one process, so that all of them meet the same machine; a ratio with its spread."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

Work = Callable[[], Any]


class Ratio(NamedTuple):
    """The median of a ratio over the turns, and the ends of its middle half."""

    low: float
    median: float
    high: float


def take_turns(works: tuple[Work, ...], repeats: int, clock: Callable[[], float] = time.perf_counter) -> np.ndarray:
    """Return milliseconds, a row for each work and a column for each turn; a first turn is not counted."""
    times = np.empty((len(works), repeats + 1))
    for turn in range(repeats + 1):
        for k, work in enumerate(works):
            start = clock()
            jax.block_until_ready(work())
            times[k, turn] = 1e3 * (clock() - start)
    return times[:, 1:]


def ratio(ours: np.ndarray, peer: np.ndarray) -> Ratio:
    """Return how many times as long ours takes, turn by turn."""
    low, median, high = np.quantile(ours / peer, (0.25, 0.5, 0.75))
    return Ratio(float(low), float(median), float(high))


def three_digits(number: float) -> str:
    """Return a number to three digits, or all of those before the point.

    >>> three_digits(0.012345), three_digits(1234.5)
    ('0.0123', '1,234')
    """
    return f"{number:.3g}" if number < 100 else f"{number:,.0f}"
