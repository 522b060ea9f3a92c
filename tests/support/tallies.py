"""Logs by their counts."""

import numpy as np

from infoloop.verdict_logs.estimators import Tally


def tally(*counts: tuple[int, int]) -> Tally:
    passes, attempts = zip(*counts, strict=True)
    return Tally(np.array([f"p{k}" for k in range(len(counts))], object), np.array(attempts), np.array(passes))
