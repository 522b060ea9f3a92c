"""Whether discrete draws are even, and independent two by two, by counting. Nothing here is of the package."""

import itertools
import math

import numpy as np


def uneven_pairs(draws: np.ndarray, values: int) -> list[tuple[int, int]]:
    """Columns i < j of which some pair of values is off its even share by more than six standard errors.

    Two columns that one key made are among them, as are columns that some value never or always has.
    """
    runs, share = len(draws), 1 / values**2
    most, found = 6 * math.sqrt(share * (1 - share) / runs), []
    for i, j in itertools.combinations(range(draws.shape[1]), 2):
        counts = np.bincount(draws[:, i] * values + draws[:, j], minlength=values**2)
        if np.abs(counts / runs - share).max() > most:
            found.append((i, j))
    return found
