"""64-bit hashes of what names rollouts: texts, numbers, and several of them together."""

from __future__ import annotations

import numpy as np

GAMMA, *_FACTORS = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)
_SHIFTS = np.array([30, 27, 31], np.uint64)  # SplitMix64: Steele, Lea and Flood 2014
MISSING = np.uint64(0x2545F4914F6CDD1D)  # the hash of what is missing: any number but 0, which is the hash of 0


def hash_labels(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return 64-bit hashes of texts or numbers, and which of them are missing; whole floats are like whole numbers.

    Whole numbers as objects, as an array with missing ones has them, are so too.

    Args:
        labels: Texts or numbers; None and NaN are missing.

    >>> hashes, missing = hash_labels(np.array([1.0, np.nan, 0.5])); missing.tolist()
    [False, True, False]
    >>> bool(hashes[0] == hash_labels(np.array([1]))[0][0])
    True
    """
    import pandas as pd
    from pandas.core.util.hashing import hash_array

    labels = np.asarray(labels)
    missing = np.asarray(pd.isna(labels))
    if labels.dtype.kind == "f":
        exact = np.where(missing, 0.0, labels).astype(np.float64)
        whole = (exact == np.floor(exact)) & (np.abs(exact) < 2**53)
        labels = np.where(whole, np.where(whole, exact, 0).astype(np.int64), exact.view(np.int64))
    elif labels.dtype.kind in "iu":
        labels = labels.astype(np.int64)
    elif labels.dtype.kind != "b":
        labels = labels.astype(object)
        whole = pd.api.types.infer_dtype(labels, skipna=True) == "integer"
        labels = np.where(missing, 0 if whole else "", labels) if missing.any() else labels
        labels = _as_int64(labels) if whole else labels
    return np.where(missing, MISSING, hash_array(labels, categorize=False)), missing


def _as_int64(numbers: np.ndarray) -> np.ndarray:
    try:
        return numbers.astype(np.int64)
    except OverflowError:
        return numbers


def mix_hashes(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return one hash for each pair of numbers: the finaliser of SplitMix64 of a linear mix.

    Args:
        first: Unsigned 64-bit numbers.
        second: As many.

    >>> a = np.array([0, 1], np.uint64); len(set(mix_hashes(a, a).tolist()) | set(mix_hashes(a, a[::-1]).tolist()))
    4
    """
    return finalise_hashes(first * GAMMA + (second ^ (second >> _SHIFTS[2])))


def finalise_hashes(x: np.ndarray) -> np.ndarray:
    """Return SplitMix64's finaliser of each number, in the place of the numbers: a bijection.

    Args:
        x: Unsigned 64-bit numbers, which are lost.

    >>> finalise_hashes(np.array([0, 1], np.uint64)).tolist()
    [0, 6238072747940578789]
    """
    for shift, factor in zip(_SHIFTS[:2], _FACTORS, strict=True):
        x ^= x >> shift
        x *= factor
    x ^= x >> _SHIFTS[2]
    return x
