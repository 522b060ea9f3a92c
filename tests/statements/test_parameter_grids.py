"""Grids of exact cases."""

from infoloop.statements.parameter_grids import parameter_grid


def test_a_grid_has_every_combination_by_name():
    assert list(parameter_grid(a=(1, 2), b="xy")) == [{"a": a, "b": b} for a in (1, 2) for b in "xy"]
