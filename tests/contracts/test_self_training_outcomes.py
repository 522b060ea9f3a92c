"""The outcomes of `self_training`: paired differences of the right arms, of the transformer, and lost runs marked."""

import math

import numpy as np
import pytest
import xarray as xr

from infoloop.probability.numerics import rounding
from infoloop.statements.criteria import Budget
from infoloop.studies import discovery

EXPERIMENT = discovery.load("self_training")
SCHEDULES = ["replace", "accumulate", "verifier", "self-play"]
BUDGET = Budget(2.0, "rounds")


@pytest.fixture
def found():
    """Numbers of which each digit says where it is from: learner, strings, seed, schedule, generation."""
    sizes = {"learner": 2, "strings": 2, "seed": 3, "schedule": 4, "generation": 4}
    number = sum(digit * 10.0**-k for k, digit in enumerate(np.indices(tuple(sizes.values()))))
    coordinates = {
        "learner": list(EXPERIMENT.LEARNERS),
        "strings": [4, 12],
        "seed": range(3),
        "schedule": list(SCHEDULES),
    }
    names = ("passed", "heterozygosity", "diverged")
    table = xr.Dataset({name: (tuple(sizes), number.copy()) for name in names}, {**coordinates, "generation": range(4)})
    table["diverged"] = table.diverged * 0.0
    return {"generations": table}


@pytest.mark.parametrize(
    ("outcome", "cell", "expected"),
    [
        ("diversity_kept", "strings=4", 1e-3),
        ("closed_gain", "strings=12, schedule=accumulate", 2e-4),
        ("filter_gain", "strings=4, closed=replace", 2e-3),
        ("filter_gain", "strings=12, closed=accumulate", 1e-3),
        ("play_gain", "strings=4, closed=replace", 3e-3),
    ],
)
def test_an_outcome_is_the_difference_of_its_arms_in_every_seed(found, outcome, cell, expected):
    found["generations"]["passed"] *= 1 + found["generations"].learner.isin(["frequencies"]) * 5.0
    seeds = getattr(EXPERIMENT, outcome)(found, BUDGET)[cell]
    assert list(seeds) == [0, 1, 2]
    assert np.abs(np.array(list(seeds.values())) - expected).max() < rounding(4)


def test_a_seed_of_which_an_arm_diverged_before_the_budget_is_infinite(found):
    lost = found["generations"].diverged
    lost.loc[{"learner": "transformer", "strings": 4, "seed": 1, "schedule": "verifier", "generation": 1}] = 0.5
    lost.loc[{"learner": "transformer", "strings": 4, "seed": 2, "schedule": "verifier", "generation": 3}] = 0.5
    seeds = EXPERIMENT.filter_gain(found, BUDGET)["strings=4, closed=replace"]
    assert [math.isinf(x) for x in seeds.values()] == [False, True, False]
    assert not any(map(math.isinf, EXPERIMENT.filter_gain(found, BUDGET)["strings=12, closed=replace"].values()))
    assert not any(map(math.isinf, EXPERIMENT.play_gain(found, BUDGET)["strings=4, closed=replace"].values()))


@pytest.mark.parametrize("budget", [Budget(4.0, "rounds"), Budget(2.0, "steps")])
def test_a_budget_that_was_not_run_is_refused(found, budget):
    with pytest.raises(ValueError, match="give rounds, up to 3"):
        EXPERIMENT.closed_gain(found, budget)
