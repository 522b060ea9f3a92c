"""Groups of rollouts: sums, products and extremes of what was measured, group by group, from a log read in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Measured(NamedTuple):
    """A number that rollouts have: of the kind "reward", "component", "verdict", "advantage" or "length", by name."""

    kind: str
    name: str


@dataclass(frozen=True, eq=False)
class GroupTable:
    """Groups, the answers of one policy to one problem in one step, in the order of steps, within a step of the log.

    Attributes:
        problems: Names of the problems, each once, in order.
        problem: The place of each group's problem in `problems`.
        step: The step of each group, 0 where the log has no steps.
        size: How many rollouts each group has.
        measured: What was measured, m numbers a rollout: reward, components, verdicts, advantage, length.
        count: How many rollouts of the group have the number, groups by m.
        total: Sums of the numbers, groups by m.
        products: Sums of products of two numbers over rollouts that have both, groups by m by m.
        least: The least of the numbers, groups by m; NaN where there is none.
        largest: The largest.
        judged: By step (in the order of `steps`) how many rollouts the verifiers judged in each way, steps by 3**v: the
            digits of the place, the first verifier's first, are 0 for wrong, 1 for right, 2 for no verdict.
        steps: The steps of the log, each once, in order.
        distinct_answers: How many different answers each group has; None without answers.
        answer_bits: The entropy of the answers of each group, plug-in, in bits; None without answers.
    """

    problems: np.ndarray
    problem: np.ndarray
    step: np.ndarray
    size: np.ndarray
    measured: tuple[Measured, ...]
    count: np.ndarray
    total: np.ndarray
    products: np.ndarray
    least: np.ndarray
    largest: np.ndarray
    judged: np.ndarray
    steps: np.ndarray
    distinct_answers: np.ndarray | None = None
    answer_bits: np.ndarray | None = None
