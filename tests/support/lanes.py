"""How much of a long family of cases each lane runs."""

from collections.abc import Iterable

import pytest


def seeds(few: int, many: int) -> list:
    """Return the seeds 0, 1, ..., many - 1, of which only the full lane runs those from `few` on."""
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(few, many))]


def first(few: int, cases: Iterable) -> list:
    """Return all of the cases (each a tuple, or one argument), of which only the full lane runs those after `few`."""
    tuples = [case if isinstance(case, tuple) else (case,) for case in cases]
    return [pytest.param(*case, marks=() if k < few else pytest.mark.full) for k, case in enumerate(tuples)]
