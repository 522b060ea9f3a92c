"""A bound for the expected mean of independent numbers in [0, 1], none of which needs the same law."""

from __future__ import annotations

import math

_HALVINGS = 60


def largest_mean(seen: float, most: float) -> float:
    r"""Return the largest $\mu\ge x$ with $D(x\|\mu)$ at most so many nats, from outside.

    The mean x of n independent numbers in [0, 1] whose mean is expected to be $\mu$ is $\mu$ or less with
    $D(x\|\mu)\ge\frac1n\ln\frac1\delta$ with the probability $\delta$ at most (Hoeffding 1963, theorem 1).

    Args:
        seen: x, in [0, 1].
        most: $\frac1n\ln\frac1\delta$.

    >>> round(largest_mean(0.0, 0.1), 4), largest_mean(1.0, 0.1)
    (0.0952, 1.0)
    """
    low, high = seen, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        inside = _divergence(seen, middle) <= most
        low, high = (middle, high) if inside else (low, middle)
    return high


def _divergence(x: float, mu: float) -> float:
    parts = ((x, mu), (1 - x, 1 - mu))
    return math.inf if any(p and not q for p, q in parts) else sum(p * math.log(p / q) for p, q in parts if p)
