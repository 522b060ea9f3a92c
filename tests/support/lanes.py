"""How much of a long family of cases each lane runs."""

import pytest


def seeds(few: int, many: int) -> list:
    """Return the seeds 0, 1, ..., many - 1, of which only the full lane runs those from `few` on."""
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(few, many))]
