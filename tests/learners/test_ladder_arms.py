"""Arms of a map beside planted tables: their names, what is void, and whose value is taken from whose."""

import numpy as np
import xarray as xr

from infoloop.learners.ladder_arms import REFERENCES_ARE_ONE, arms_of_map, at_accuracy, first_cells, paired_by_seed
from infoloop.worlds.lookup_cells import LookupCell

CELLS = {"missing": (LookupCell(6),), "perceptron": (LookupCell(1), LookupCell(3), LookupCell(6, junk=0.8))}
NULL = {"transformer_null": (LookupCell(3),)}
SHIFTS = {"transformer_null": {"shared": False}}


def planted(cells):
    """Held-out accuracies that tell cell, optimiser, signal, level and seed in their digits."""
    axes = {"cell": range(cells), "optimiser": ["adam", "sgd"], "signal": ["own", "class"], "level": [0.6, 0.8]}
    digits = np.indices((cells, 2, 2, 2, 3)).reshape(5, -1)
    values = np.array([1e-1, 1e-2, 1e-3, 1e-4, 1e-5]) @ digits
    dims = (*axes, "seed")
    numbers = values.reshape(cells, 2, 2, 2, 3)
    held_out, reached = (dims, numbers), (dims, np.ones_like(numbers))
    return xr.Dataset({"held_out": held_out, "reached": reached}, {**axes, "seed": range(3)})


FOUND = {"perceptron": planted(3), "transformer_null": planted(1)}


def test_each_cell_has_an_arm_for_each_optimiser_with_its_own_numbers():
    arms = list(arms_of_map(FOUND, CELLS | NULL, SHIFTS))
    assert [(a.part, a.cell.forms, a.optimiser) for a in arms] == [
        ("perceptron", 1, "adam"), ("perceptron", 1, "sgd"), ("perceptron", 3, "adam"), ("perceptron", 3, "sgd"),
        ("perceptron", 6, "adam"), ("perceptron", 6, "sgd"), ("transformer_null", 3, "adam"),
        ("transformer_null", 3, "sgd"),
    ]  # fmt: skip
    assert np.allclose(
        at_accuracy("held_out", 0.8)(arms[3].table, "class"), 0.1 + 0.01 + 0.001 + 0.0001 + 1e-5 * np.arange(3)
    )
    assert arms[5].name == (
        "learner=perceptron, surface=same symbols, accepted=same forms, M=6, J=0.8, questions=all, optimiser=sgd"
    )
    assert arms[6].name.startswith("learner=transformer, surface=no shared rule, accepted=same forms, M=3, J=0,")


def test_a_difference_is_the_signal_less_the_other_and_cells_without_one_say_why():
    arms = arms_of_map(FOUND, CELLS | NULL, SHIFTS)
    found = list(paired_by_seed(arms, at_accuracy("held_out", 0.6), "class", "own"))
    assert all(np.allclose(gap, 0.001) for _, _, gap in found)
    assert [reason for _, reason, _ in found[:6]] == [REFERENCES_ARE_ONE] * 2 + [""] * 4
    assert all("no learner can bridge the shift" in reason for _, reason, _ in found[6:])
    others = paired_by_seed(arms_of_map(FOUND, CELLS, SHIFTS), at_accuracy("held_out", 0.6), "own", "own")
    assert [reason for _, reason, _ in others] == [""] * 6


def test_the_first_cells_are_of_several_forms_and_of_one_table():
    groups = first_cells(arms_of_map(FOUND, CELLS | NULL, SHIFTS), 5)
    assert [[(arm.cell.forms, arm.optimiser) for arm in group] for group in groups] == [
        [(3, "adam"), (3, "sgd")], [(6, "adam"), (6, "sgd")],
    ]  # fmt: skip
    assert len(first_cells(arms_of_map(FOUND, CELLS, SHIFTS), 1)) == 1


def test_where_one_of_two_diverged_the_difference_has_diverged():
    table = planted(3)
    table["held_out"] = xr.where((table.seed == 1) & (table.signal == "own"), np.inf, table.held_out)
    table["held_out"] = xr.where(table.seed == 2, np.inf, table.held_out)
    arms = arms_of_map({"perceptron": table.transpose(*FOUND["perceptron"].held_out.dims)}, CELLS, SHIFTS)
    _, _, gap = next(iter(paired_by_seed(arms, at_accuracy("held_out", 0.8), "class", "own")))
    assert np.isfinite(gap).tolist() == [True, False, False]
    assert not np.isnan(gap).any()
