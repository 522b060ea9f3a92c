"""A certain task is pointed out, and nothing else is."""

import warnings

import pytest

from infoloop.probability.fixed_tasks import FixedTaskWarning, warn_if_degenerate_prior


def test_a_prior_on_one_hypothesis_is_pointed_out_and_others_are_not():
    with pytest.warns(FixedTaskWarning, match="theta has one possible value"):
        warn_if_degenerate_prior([0.0, 1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_degenerate_prior([0.5, 0.5])
