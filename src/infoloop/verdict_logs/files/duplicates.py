"""Rollouts that stand in a log twice: the same problem, step, group and attempt."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from infoloop.verdict_logs.rollouts import Rollouts

MOST_KEYS = 50_000_000  # rows that are compared; eight bytes each
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass
class KnownRollouts:
    """Keys of the rollouts that were read, 64 bits each, in sorted runs of which each is longer than the next."""

    runs: list[np.ndarray] = field(default_factory=list)

    def repeated(self, part: Rollouts) -> np.ndarray:
        """Return which rows of a part were there before, in it or in an earlier part; remember the others."""
        import pandas as pd

        keys = rollout_keys(part)
        if self.count + len(keys) > MOST_KEYS:
            return np.zeros(len(keys), bool)
        again = pd.Series(keys).duplicated().to_numpy()
        distinct = np.sort(keys[~again])
        seen = np.zeros(len(distinct), bool)
        for run in self.runs:
            place = np.minimum(np.searchsorted(run, distinct), len(run) - 1)
            seen |= run[place] == distinct
        self._remember(distinct[~seen])
        return again | np.isin(keys, distinct[seen]) if seen.any() else again

    @property
    def count(self) -> int:
        """How many rollouts are remembered."""
        return sum(map(len, self.runs))

    def _remember(self, keys: np.ndarray) -> None:
        while self.runs and len(self.runs[-1]) <= 2 * len(keys):
            keys = np.sort(np.concatenate([self.runs.pop(), keys]), kind="stable")
        if len(keys):
            self.runs.append(keys)


def rollout_keys(part: Rollouts) -> np.ndarray:
    """Return a key of each rollout, 64 bits of its problem, step, group and attempt; equal ones have equal keys."""
    from pandas.core.util.hashing import hash_array

    keys = np.zeros(len(part.problem), np.uint64)
    for values in (part.problem, part.step, part.group, part.attempt):
        if values is not None:
            plain = np.asarray(values)
            keys = (keys ^ hash_array(plain.astype(object) if plain.dtype.kind in "US" else plain)) * _ODD
            keys ^= keys >> np.uint64(32)
    return keys
