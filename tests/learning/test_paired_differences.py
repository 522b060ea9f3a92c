"""Paired differences: planted effects are found, planted nulls are not, and seeds without a value decide nothing."""

import numpy as np
import pytest

from infoloop.learning.paired_differences import bootstrap_interval, said_by_differences

NOISE = np.random.default_rng(3).normal(0, 0.01, 20)


@pytest.mark.parametrize(("effect", "word"), [(0.05, "more"), (-0.05, "less"), (0.0, "alike"), (0.01, "undecided")])
def test_a_planted_effect_is_recovered_and_a_null_gives_none(effect, word):
    assert said_by_differences(NOISE - NOISE.mean() + effect, 0.01) == word


def test_the_interval_is_about_as_wide_as_that_of_a_normal_mean():
    mean, low, high = bootstrap_interval(NOISE)
    half = 1.96 * NOISE.std() / 20**0.5
    assert mean == NOISE.mean()
    assert 0.8 * half < (high - low) / 2 < 1.2 * half


def test_seeds_without_a_value_are_left_out_and_too_many_decide_nothing():
    values = np.concatenate([np.full(7, 0.5), np.full(3, np.nan)])
    assert bootstrap_interval(values) == (0.5, 0.5, 0.5)
    assert said_by_differences(values, 0.01) == "undecided"
    assert said_by_differences(values[:9], 0.01) == "more"
    with pytest.raises(ValueError, match="none has a difference"):
        bootstrap_interval([np.nan])
