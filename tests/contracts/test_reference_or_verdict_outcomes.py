"""The outcomes of `reference_or_verdict` on planted tables: an effect of known size, a null, seeds that are lost."""

import numpy as np
import pytest
import xarray

from infoloop.statements.criteria import Budget
from infoloop.studies import discovery

EXPERIMENT = discovery.load("reference_or_verdict")
SEEDS, LEVELS, STEPS = 20, (0.6, 0.8), (0, 10, 20)


def planted(part: str) -> dict[str, xarray.Dataset]:
    """All numbers are 0, but the class transfers .05 more at .8, and verdicts cost 100 bits a look."""
    cells, signals = len(EXPERIMENT.CELLS[part]), list(EXPERIMENT.SIGNALS)
    shape = (cells, SEEDS, 2, len(signals))
    axes = ("cell", "seed", "optimiser", "signal")
    table = xarray.Dataset(
        {name: ((*axes, "level"), np.zeros((*shape, 2))) for name in ("held_out", "forgetting", "steps", "reached")}
        | {name: ((*axes, "step"), np.zeros((*shape, 3))) for name in ("held_out_curve", "bits")},
        {"optimiser": list(EXPERIMENT.OPTIMISERS), "signal": signals, "level": list(LEVELS), "step": list(STEPS)},
    )
    table.reached[:] = 1.0
    table.held_out.loc[{"signal": "class", "level": 0.8}] = 0.05
    table.held_out_curve.loc[{"signal": "own", "step": 20}] = 0.75
    table.held_out_curve.loc[{"signal": "samples"}] = np.array([0.25, 0.5, 0.875])
    table.bits.loc[{"signal": "samples"}] = np.array([0.0, 100.0, 200.0])
    return {part: table}


@pytest.mark.slow
def test_a_planted_effect_is_found_in_each_cell_but_the_planted_null():
    cells = EXPERIMENT.granularity(planted("perceptron"), Budget(0.8, "accuracy"))
    assert len(cells) == 2 * len(EXPERIMENT.CELLS["perceptron"])
    for name, outcome in cells.items():
        expected = EXPERIMENT.REFERENCES_ARE_ONE if "M=1," in name else dict.fromkeys(range(SEEDS), 0.05)
        assert outcome == expected
    assert set(cells) == set(EXPERIMENT.objective(planted("perceptron"), Budget(0.8, "accuracy")))
    at_less = EXPERIMENT.granularity(planted("perceptron"), Budget(0.6, "accuracy"))
    assert {x for outcome in at_less.values() if isinstance(outcome, dict) for x in outcome.values()} == {0.0}


def test_a_cell_without_a_shared_rule_is_void():
    cells = EXPERIMENT.slowness(planted("no_shared_rule"), Budget(0.8, "accuracy"))
    assert all("no learner can bridge the shift" in outcome for outcome in cells.values())


def test_seeds_that_never_came_or_diverged_are_lost():
    found = planted("transformer")
    found["transformer"].reached[0, 3, 0] = 0.0
    found["transformer"].forgetting[0, 4] = np.inf
    adam, sgd = EXPERIMENT.forgetting(found, Budget(0.8, "accuracy")).values()
    assert np.isnan(adam[3])
    assert adam[4] == sgd[4] == np.inf
    assert sgd[3] == 0.0


def test_thrift_is_taken_at_the_last_look_within_the_budget():
    for amount, expected in ((99, 0.5), (150, 0.25), (200, -0.125)):
        cells = EXPERIMENT.thrift(planted("other_symbols"), Budget(amount, "bits"))
        assert {x for outcome in cells.values() for x in outcome.values()} == {expected}


def test_budgets_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="give an accuracy"):
        EXPERIMENT.granularity(planted("perceptron"), Budget(100, "steps"))
    with pytest.raises(ValueError, match="unit"):
        EXPERIMENT.thrift(planted("perceptron"), Budget(0.8, "accuracy"))
