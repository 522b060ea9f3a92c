"""Rollouts that stand in a log twice: the same problem, step, group and attempt; 8 bytes a rollout are kept."""

from __future__ import annotations

import numpy as np

from infoloop.verdict_logs.label_hashes import hash_labels, mix_hashes
from infoloop.verdict_logs.rollouts import Rollouts

MOST_KEYS = 50_000_000  # rollouts that are compared


class KnownHashes:
    """The hashes of rollouts so far, in sorted runs whose lengths at least halve from one to the next.

    Two of N different rollouts have the same hash with a probability of about $N^2/2^{65}$.
    """

    def __init__(self) -> None:
        self._runs: list[np.ndarray] = []

    @property
    def count(self) -> int:
        """How many different hashes there are."""
        return sum(map(len, self._runs))

    def add(self, hashes: np.ndarray) -> np.ndarray:
        """Return which of these are the first of their kind, among them and all before, and keep them.

        Args:
            hashes: Unsigned 64-bit numbers.

        >>> seen = KnownHashes()
        >>> seen.add(np.array([3, 1, 3], np.uint64)).tolist(), seen.add(np.array([2, 1], np.uint64)).tolist()
        ([True, True, False], [True, False])
        """
        import pandas as pd

        first = ~pd.Index(hashes).duplicated()
        order = np.argsort(hashes)
        ordered = hashes[order]
        for run in self._runs:
            place = np.searchsorted(run, ordered)
            place[place == run.size] = 0
            first[order[run[place] == ordered]] = False
        new = ordered[first[order]]
        if new.size:
            self._runs.append(new)
        while len(self._runs) > 1 and 2 * self._runs[-1].size > self._runs[-2].size:
            joined = np.concatenate([self._runs.pop(), self._runs.pop()])
            joined.sort()
            self._runs.append(joined)
        return first


def first_times(part: Rollouts, known: KnownHashes) -> np.ndarray:
    """Return which rollouts were not there before, in the part or among the known ones, which these join.

    A rollout without an attempt is one of its own.

    >>> part = Rollouts(np.array(["p", "p"]), np.array([1, 2]), attempt=np.array([0, 0]))
    >>> first_times(part, KnownHashes()).tolist()
    [True, False]
    """
    import pandas as pd

    first = np.ones(len(part.problem), bool)
    if part.attempt is None:
        return first
    attempts, missing = hash_labels(part.attempt)
    places, names = pd.factorize(np.asarray(part.problem, object), use_na_sentinel=False)
    keys = hash_labels(np.asarray(names, object))[0][places]
    for values in (part.step, part.group):
        if values is not None:
            keys = mix_hashes(keys, hash_labels(values)[0])
    first[~missing] = known.add(mix_hashes(keys, attempts)[~missing])
    return first
