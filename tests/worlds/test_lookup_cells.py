"""Cells as data of one world: each is the lookup world that its settings ask for."""

import jax
import numpy as np
import pytest

from infoloop.worlds.finite_worlds import draw_rule, fewer_contents, under_rule
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.lookup_cells import LookupCell, cell_void_reason, cell_world

CELLS = (LookupCell(1), LookupCell(3, "other forms"), LookupCell(6, junk=0.8), LookupCell(2, half=True))


@pytest.mark.slow
@pytest.mark.parametrize("which", range(4))
def test_a_cell_is_the_world_of_its_settings(which):
    cell, key = CELLS[which], jax.random.key(5)
    key_world, key_rule = jax.random.split(key)
    plain = lookup_world(key_world, 3, 4, cell.forms, tasks=2, accepted=cell.accepted)
    expected = under_rule(plain, draw_rule(key_rule, plain))
    if cell.half:
        expected = fewer_contents(expected, 1)
    found = cell_world(key, CELLS, which, symbols=3, tasks=2)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert np.array_equal(one, other)


def test_names_say_what_a_cell_is():
    assert [cell.name for cell in CELLS] == ["lenient 1", "strict 3", "lenient 6 J0.8", "lenient 2 half"]


@pytest.mark.slow
def test_a_cell_is_void_only_where_domains_share_no_rule():
    for cell in CELLS:
        assert cell_void_reason(cell) == cell_void_reason(cell, surface="other symbols") == ""
        assert "no learner can bridge the shift" in cell_void_reason(cell, shared=False)
