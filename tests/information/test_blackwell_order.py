"""Blackwell's order: known garblings, known strangers, and the deficiency against games that show it."""

import itertools

import numpy as np
import pytest

from infoloop.information import blackwell_order
from infoloop.information.blackwell_order import is_garbling
from infoloop.information.measures import mutual_information
from infoloop.probability.channel_families import bsc, deterministic, erasure
from infoloop.probability.channels import channel, extend
from infoloop.probability.distributions import joint
from infoloop.probability.numerics import rounding


def random_rows(rng, n, m, lost):
    rows = rng.exponential(size=(n, m)) * (rng.random((n, m)) >= lost)
    rows[np.arange(n), rng.integers(m, size=n)] += 0.1
    return rows / rows.sum(1, keepdims=True)


def the_garbling(coarse, fine):
    found = is_garbling(coarse, fine)
    assert found
    assert found.garbling is not None
    return found.garbling


@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 5, 4), (8, 4, 6), (4, 8, 8), (10, 10, 10)])
def test_what_went_through_a_channel_is_a_garbling_and_the_garbling_is_one(sizes):
    x, y, z = sizes
    rng = np.random.default_rng(x * y * z)
    for lost in (0, 0.5) * 4:
        fine = channel(random_rows(rng, x, y, lost), "X", "Y")
        coarse = fine >> channel(random_rows(rng, y, z, lost), "Y", "Z")
        garbling = the_garbling(coarse, fine)
        rows = np.asarray(garbling.rows)
        assert (rows >= 0).all()
        assert np.abs(rows.sum(1) - 1).max() <= rounding(z)
        assert np.abs((fine >> garbling).rows - coarse.rows).sum(1).max() <= 2 * rounding(y + z)


def test_a_larger_crossover_probability_is_a_garbling_of_a_smaller_and_not_conversely():
    assert is_garbling(bsc(0.2, "X", "Z"), bsc(0.1, "X", "Y"))
    back = is_garbling(bsc(0.1, "X", "Z"), bsc(0.2, "X", "Y"))
    assert not back
    assert back.garbling is None
    assert abs(back.distance - 0.1) <= rounding(4)  # the identity leaves .1, and guessing the bit needs as much


def test_the_garbling_of_a_symmetric_channel_is_the_one_that_makes_up_the_difference():
    rows = the_garbling(bsc(0.2, "X", "Z"), bsc(0.1, "X", "Y")).rows
    assert np.abs(rows - np.array([[0.875, 0.125], [0.125, 0.875]])).max() <= rounding(4) / 0.8  # 1/0.8 inverts bsc(.1)


def test_the_distance_is_a_total_variation():
    pairs = [[0.5 * (i in pair) for i in range(4)] for pair in itertools.combinations(range(4), 2)]
    found = is_garbling(channel(pairs, "X", "Z"), channel([[0.3, 0.7]] * 6, "X", "Y"))
    # only the uniform law is within 1/2 of all six; it differs from each by 1/4 in every cell
    assert abs(found.distance - 0.5) <= rounding(4)


@pytest.mark.parametrize("erased", [0.39, 0.41])
def test_an_erasure_channel_is_worth_a_symmetric_one_up_to_twice_its_crossover_probability(erased):
    assert bool(is_garbling(bsc(0.2, "X", "Z"), erasure(erased, "X", "Y"))) == (erased <= 2 * 0.2)


@pytest.mark.slow
def test_equal_information_does_not_order_a_partition_and_an_erasure():
    halves, lost = deterministic([0, 0, 1, 1], "X", "Z"), erasure(0.5, "X", "Y", size=4)
    uniform = joint([0.25] * 4, "X")
    for k in (halves, lost):
        assert abs(mutual_information(extend(uniform, k), "X", k.target) - 1) <= rounding(20)
    assert not is_garbling(halves, lost)
    assert not is_garbling(lost, halves)
    assert abs(is_garbling(halves, lost).distance - 0.25) <= rounding(5)  # half the time a coin guesses the half


def test_a_constant_is_a_garbling_of_everything_and_everything_is_one_of_the_identity():
    rng = np.random.default_rng(0)
    k = channel(random_rows(rng, 4, 3, 0), "X", "Y")
    assert is_garbling(channel([[0.3, 0.7]] * 4, "X", "Z"), k)
    assert is_garbling(k, deterministic(range(4), "X", "Z"))
    assert not is_garbling(k, channel([[0.3, 0.7]] * 4, "X", "Z"))


def test_a_channel_that_is_off_by_a_millionth_is_not_a_garbling():
    rng = np.random.default_rng(2)
    fine = channel(random_rows(rng, 5, 3, 0), "X", "Y")
    rows = np.array((fine >> channel(random_rows(rng, 3, 4, 0), "Y", "Z")).rows)
    off = 2.0**-20
    rows[0, 0] += off
    rows[0, 1] -= off
    found = is_garbling(channel(rows, "X", "Z"), fine)
    assert not found
    assert 0 < found.distance <= off


@pytest.mark.parametrize("halvings", [20, 24, 28])
def test_rows_closer_than_the_tolerance_of_the_solver_are_told_apart(halvings):
    d = 2.0**-halvings
    fine = channel([[0.5 + d, 0.5 - d], [0.5 - d, 0.5 + d]], "X", "Y")
    coarse = fine >> bsc(0.25, "Y", "Z")
    assert is_garbling(coarse, fine)
    back = is_garbling(fine, coarse)
    assert not back
    assert abs(back.distance - d / 2) <= rounding(4)


@pytest.mark.parametrize("halvings", range(30, 45, 2))
def test_where_rows_are_too_alike_no_answer_is_wrong(halvings):
    d = 2.0**-halvings
    fine = channel([[0.5 + d, 0.5 - d], [0.5 - d, 0.5 + d]], "X", "Y")
    coarse = fine >> bsc(0.25, "Y", "Z")  # exactly a garbling: all its entries are floats
    assert answer(coarse, fine) in (True, "cannot tell")
    assert answer(fine, coarse) in (False, "cannot tell")


def answer(coarse, fine) -> bool | str:
    try:
        return is_garbling(coarse, fine).holds
    except ValueError as error:
        return str(error).partition(":")[0]


def test_a_no_without_a_decision_that_loses_is_an_error(monkeypatch):
    monkeypatch.setattr(blackwell_order, "_least_deviation", lambda *given: 0.0)
    assert is_garbling(bsc(0.2, "X", "Z"), bsc(0.1, "X", "Y"))
    with pytest.raises(ValueError, match=r"cannot tell: a garbling leaves 0\.1, .* rows that differ by more"):
        is_garbling(bsc(0.1, "X", "Z"), bsc(0.2, "X", "Y"))


@pytest.mark.full
def test_whatever_the_prices_are_every_garbling_leaves_as_much():
    rng = np.random.default_rng(8)
    for _ in range(200):
        coarse, fine, garbling = (random_rows(rng, *shape, 0.3) for shape in ((4, 3), (4, 5), (5, 3)))
        least = blackwell_order._least_deviation(coarse, fine, rng.normal(size=(4, 3)))
        assert least <= np.abs(fine @ garbling - coarse).sum(1).max() / 2
        _, distance, least = blackwell_order._best_garbling(coarse, fine)
        assert abs(distance - least) <= rounding(coarse.size + fine.size)


def test_no_decision_loses_more_than_the_distance():
    rng = np.random.default_rng(4)
    coarse, fine = (random_rows(rng, 4, m, 0.3) for m in (3, 5))
    found = is_garbling(channel(coarse, "X", "Z"), channel(fine, "X", "Y"))
    losses = []
    for _ in range(2000):
        prior, gain = rng.dirichlet(np.full(4, 0.5)), rng.random((4, 3)).round()
        value = [(gain.T @ (prior[:, None] * rows)).max(0).sum() for rows in (coarse, fine)]
        losses.append(value[0] - value[1])
    assert max(losses) <= found.distance
    assert max(losses) > found.distance / 2  # random games come near enough to tell a distance twice too large


def test_names_that_both_targets_bear_get_a_prime_and_several_targets_keep_their_axes():
    fine = channel(random_rows(np.random.default_rng(1), 2, 6, 0).reshape(2, 2, 3), "X", ("Y", "Z"))
    coarse = channel(np.asarray(fine.rows.sum(2)), "X", "Y")
    garbling = the_garbling(coarse, fine)
    assert (garbling.source, garbling.target) == (("Y", "Z"), ("Y'",))
    assert garbling.rows.shape == (2, 3, 2)
    assert np.abs((fine >> garbling).rows - coarse.rows).max() <= rounding(6)


def test_channels_from_different_sources_are_refused():
    with pytest.raises(ValueError, match=r"from \{'X': 2\} and one from \{'X': 3\}: give both the same sources"):
        is_garbling(bsc(0.1, "X", "Z"), deterministic(range(3), "X", "Y"))
    with pytest.raises(ValueError, match=r"from \{'X': 2\} and one from \{'W': 2\}"):
        is_garbling(bsc(0.1, "X", "Z"), bsc(0.1, "W", "Y"))
    rows = np.full((2, 2, 2), 0.5)
    with pytest.raises(ValueError, match="in the same order"):
        is_garbling(channel(rows, ("X", "W"), "Z"), channel(rows, ("W", "X"), "Y"))
