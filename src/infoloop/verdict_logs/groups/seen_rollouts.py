"""Rollouts that were there before, by 64-bit hashes of what names them: 8 bytes a rollout are kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.core.util.hashing import hash_array

_FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0x9E3779B97F4A7C15], np.uint64)  # Steele et al. 2014
_SHIFTS = np.array([30, 27, 31], np.uint64)


class KnownHashes:
    """The hashes of rollouts so far, in sorted runs whose lengths at least halve from one to the next.

    Two of N different rollouts have the same hash with a probability of about $N^2/2^{65}$.
    """

    def __init__(self) -> None:
        self._runs: list[np.ndarray] = []

    def add(self, hashes: np.ndarray) -> np.ndarray:
        """Return which of these are the first of their kind, among them and all before, and keep them.

        Args:
            hashes: Unsigned 64-bit numbers.

        >>> seen = KnownHashes()
        >>> seen.add(np.array([3, 1, 3], np.uint64)).tolist(), seen.add(np.array([2, 1], np.uint64)).tolist()
        ([True, True, False], [True, False])
        """
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


def hash_labels(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return 64-bit hashes of texts or numbers, and which of them are missing; whole floats are like whole numbers.

    Args:
        labels: Texts or numbers; None and NaN are missing.

    >>> hashes, missing = hash_labels(np.array([1.0, np.nan])); bool(hashes[0] == hash_labels(np.array([1]))[0][0])
    True
    """
    labels = np.asarray(labels)
    missing = np.asarray(pd.isna(labels))
    if labels.dtype.kind == "f":
        whole = np.where(missing, 0.0, labels)
        if (whole == np.floor(whole)).all() and (np.abs(whole) < 2**53).all():
            labels = whole.astype(np.int64)
    elif labels.dtype.kind not in "iub":
        labels = labels.astype(object)
        labels = np.where(missing, "", labels) if missing.any() else labels
    elif labels.dtype.kind in "iu":
        labels = labels.astype(np.int64)
    return hash_array(labels, categorize=False), missing


def mix_hashes(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return one hash for each pair of numbers: the finaliser of SplitMix64 of a linear mix.

    Args:
        first: Unsigned 64-bit numbers.
        second: As many.

    >>> a = np.array([0, 1], np.uint64); len(set(mix_hashes(a, a).tolist()) | set(mix_hashes(a, a[::-1]).tolist()))
    4
    """
    x = first * _FACTORS[2] + (second ^ (second >> _SHIFTS[2]))
    x = (x ^ (x >> _SHIFTS[0])) * _FACTORS[0]
    x = (x ^ (x >> _SHIFTS[1])) * _FACTORS[1]
    return x ^ (x >> _SHIFTS[2])
