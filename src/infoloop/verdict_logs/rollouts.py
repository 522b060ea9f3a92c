"""Rollouts as an audit sees them: one row for each answer of the policy, whatever program wrote the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Rollouts:
    """Some rows of a log, in its order: arrays with one entry a row; what the log has not is None or an empty mapping.

    Attributes:
        problem: Names of the problems, texts: an id of the log, or a hash of the prompt.
        row: Numbers of the rows in their file, from 1.
        step: Whole numbers: the step of training that drew the answer.
        group: Texts or numbers that tell groups of the same problem and step apart.
        attempt: Texts or numbers: no two rows of a group have the same.
        reward: The number that the trainer trained on.
        rewards: Components of it by name; NaN where a component gave none.
        verdicts: By the verifier's name 1 for right, 0 for wrong, NaN for none; the first one is what counts as a pass.
        advantage: What multiplied the gradient of the answer's log-probability.
        length: Of the answer, in tokens or characters.
        answer: Texts, or their hashes, of which equal ones are the same answer.
        left_out: How many rows of the file are not here, by the reason in words.
    """

    problem: np.ndarray
    row: np.ndarray
    step: np.ndarray | None = None
    group: np.ndarray | None = None
    attempt: np.ndarray | None = None
    reward: np.ndarray | None = None
    rewards: Mapping[str, np.ndarray] = field(default_factory=dict)
    verdicts: Mapping[str, np.ndarray] = field(default_factory=dict)
    advantage: np.ndarray | None = None
    length: np.ndarray | None = None
    answer: np.ndarray | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
