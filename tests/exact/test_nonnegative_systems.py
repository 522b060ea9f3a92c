"""Weights or a separation, never both, in fractions: whatever the order that the search starts from."""

import random
from fractions import Fraction

import pytest

from infoloop.exact import nonnegative_systems
from infoloop.exact.nonnegative_systems import Column, Combination, Separation, decide_combination
from tests.support.lanes import seeds

UNITS: list[Column] = [{0: 1}, {1: 1}]
ONE = Fraction(1)


def product(column, values):
    return sum(c * values.get(row, 0) for row, c in column.items())


def check(columns, free, target, found):
    bounded = len(columns) - free
    if isinstance(found, Combination):
        assert all(weight > 0 or (k >= bounded and weight) for k, weight in found.weights.items())
        for row in {row for column in (*columns, target) for row in column}:
            assert sum(w * columns[k].get(row, 0) for k, w in found.weights.items()) == target.get(row, 0)
    else:
        assert product(target, found.values) < 0
        assert min(product(column, found.values) for column in columns[:bounded]) >= 0
        assert not any(product(column, found.values) for column in columns[bounded:])


def drawn(seed):
    """Columns that span all rows, some of them free, a target, and a random order."""
    draw = random.Random(seed)
    rows = range(draw.randint(1, 7))
    sizes = [-2, -1, 1, Fraction(1, 3)]
    columns: list[Column] = [{row: draw.choice([1, 1, -1])} for row in rows]
    columns += [{row: draw.choice(sizes) for row in rows if draw.random() < 0.5} for _ in range(draw.randint(0, 11))]
    target = {row: draw.choice([-3, -1, 0, 1, 2, Fraction(1, 50_000_000)]) for row in rows}
    order = list(range(len(columns)))
    draw.shuffle(order)
    return columns, draw.randint(0, len(columns) - len(rows)), target, order


@pytest.mark.parametrize("seed", seeds(1, 20))
def test_one_of_the_two_is_found_and_is_right(seed):
    kinds = set()
    for k in range(60):
        columns, free, target, order = drawn(60 * seed + k)
        found = decide_combination(columns, free, target, order, 1000)
        check(columns, free, target, found)
        kinds.add(type(found))
    assert kinds == {Combination, Separation}


def test_the_order_changes_the_weights_and_not_whether_there_are_any():
    columns, target = [*UNITS, {0: 1, 1: -1}], {0: 1, 1: Fraction(-1, 3)}
    for order in ([0, 1, 2], [2, 1, 0], [1, 2]):
        found = decide_combination(columns, 0, target, order, 9)
        assert isinstance(found, Combination)
        check(columns, 0, target, found)


def test_a_free_column_may_have_a_weight_of_any_sign():
    assert decide_combination([*UNITS, {0: 1, 1: 1}], 1, {0: -1, 1: 0}, [0, 1], 9) == Combination({1: ONE, 2: -ONE})


def test_the_search_ends_after_its_steps():
    columns = [*UNITS, {0: 1, 1: -1}]
    assert decide_combination(columns, 0, {0: 1, 1: Fraction(-1, 3)}, [0, 1], 0) is None


def test_columns_that_do_not_span_all_rows_are_not_decided():
    assert decide_combination([{0: 1}, {0: 2}], 0, {0: 1, 1: 1}, [0, 1], 9) is None


def test_columns_that_a_prime_makes_dependent_are_left_to_others(monkeypatch):
    monkeypatch.setattr(nonnegative_systems, "PRIME", 3)
    columns = [{0: 1, 1: 1}, {0: 1, 1: 4}, *UNITS]
    assert decide_combination(columns, 0, {0: 2, 1: 5}, [0, 1, 2, 3], 9) is not None
