"""Exact solutions near floats, or none."""

from fractions import Fraction

import pytest

import infoloop.exact.linear_systems
from infoloop.exact.linear_systems import exact_weights

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def test_simple_fractions_are_recognised():
    assert exact_weights([{0: 1}, {0: 1, 1: 2}], {0: 1, 1: THIRD * 2}, [0.6666666666, 0.3333333333]) == [
        2 * THIRD,
        THIRD,
    ]


def test_others_are_eliminated():
    large = Fraction(123457, 1000003)
    assert exact_weights([{0: 1}, {1: 3}], {0: large, 1: HALF}, [float(large), 0.1666666667]) == [large, HALF / 3]


def test_floats_that_are_far_off_do_not_matter():
    assert exact_weights([{0: 1}, {0: 1, 1: 1}], {0: HALF, 1: THIRD}, [7.0, -2.0]) == [HALF - THIRD, THIRD]


@pytest.mark.parametrize("columns", [[{0: 1}], [{0: 1, 1: 1}], [{2: 1}], []])
def test_what_has_no_solution(columns):
    assert exact_weights(columns, {0: 1, 1: HALF}, [1.0] * len(columns)) is None


def test_a_system_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(infoloop.exact.linear_systems, "CELLS", 3)
    with pytest.raises(ValueError, match="floats find weights for 1 measures over 2 joint entropies"):
        exact_weights([{0: 1, 1: 1}], {0: 1, 1: HALF}, [1.0])
