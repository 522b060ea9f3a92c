"""Information by round beside tables made by hand, and a bound that holds where the information is known."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.readout_information import INEQUALITIES, information_by_round, least_information
from infoloop.probability.numerics import rounding
from tests.support.oracles import information, law_of

RNG = np.random.default_rng(1)
CASES = RNG.dirichlet(np.ones(12)).reshape(1, 3, 4)
LOGS = np.log(
    np.array([[[0.6, 0.4], [0.5, 0.5]], [[0.55, 0.45], [0.9, 0.1]], [[0.1, 0.9], [0.5, 0.5]], [[0.6, 0.4]] * 2])
)


def bits(table):
    return float(information(law_of(np.asarray(table)), (0,), (1,)))


@pytest.mark.full
def test_every_readout_is_a_table_made_by_hand():
    """The greedy tables of sets 0, 1 and 3 are the same; on a grid of 8 nats all sets are."""
    found = information_by_round(jnp.asarray(CASES), jnp.asarray(LOGS), jnp.zeros(1), 1, 8.0)
    merged = np.stack([CASES[0, :, 0] + CASES[0, :, 1] + CASES[0, :, 3], CASES[0, :, 2]], axis=1)
    expected = {
        "data": bits(CASES[0]),
        "whole": bits(CASES[0]),
        "grid": 0.0,
        "greedy": bits(merged),
        "answers": bits(CASES[0] @ np.exp(LOGS[:, 0])),
        "held_out": bits(CASES[0] @ np.exp(LOGS[:, 1])),
    }
    for name, value in expected.items():
        assert abs(float(getattr(found, name)[0]) - value) < rounding(64)
    room = dict(zip(INEQUALITIES, np.asarray(found.slack[0]), strict=True))
    sides = {"data": bits(CASES[0]), "before + told": bits(CASES[0]), "ceiling": bits(CASES[0]), **expected}
    for name, gap in room.items():
        lesser, greater = name.split(" <= ")
        assert abs(gap - (sides[greater] - sides[lesser])) < rounding(64), name


@pytest.mark.full
def test_data_that_know_more_than_was_told_leave_a_negative_slack():
    cases = jnp.stack([jnp.full((2, 2), 0.25), jnp.eye(2) / 2])
    logs = jnp.zeros((2, 2, 2)) - jnp.log(2.0)
    unlisted = information_by_round(cases, logs, jnp.zeros(2), 1, 1.0)
    listed = information_by_round(cases, logs, jnp.array([1.0, 0.0]), 1, 1.0)
    assert np.abs(unlisted.slack[:, :2] - np.array([[0.0, 0.0], [-1.0, -1.0]])).max() < rounding(4)
    assert np.abs(listed.slack[:, :2]).max() < rounding(4)
    assert listed.ceiling.tolist() == [0.0, 1.0]


@pytest.mark.slow
def test_what_was_lost_and_is_told_again_is_far_below_the_ceiling():
    """A bit that is known, lost and told: the round before allows 1 bit, all that was ever told 2."""
    cases = jnp.stack([jnp.eye(2) / 2, jnp.full((2, 2), 0.25), jnp.eye(2) / 2])
    found = information_by_round(cases, jnp.zeros((2, 2, 2)) - jnp.log(2.0), jnp.array([0.0, 1.0, 0.0]), 1, 1.0)
    assert np.abs(found.slack[:, :2] - np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]])).max() < rounding(4)


def test_the_bound_is_below_what_is_known():
    """Two questions, a guess of each that is wrong at a rate, each other class as likely."""
    for error, runs in itertools.product((0.0, 0.1, 0.5, 0.7), (10, 10**6)):
        channel = np.where(np.eye(4) == 1, 1 - error, error / 3) / 4
        known, found = 2 * bits(channel), least_information(error, 4, 2, runs)
        assert found <= known
        assert runs < 10**6 or known - found < 0.05


def test_a_bound_from_few_runs_is_that_of_a_test_of_their_mean():
    """Without an error in N runs a mean e is refuted if (1 - e)^N < 1/20; so at e = 1 - 20^(-1/N)."""
    for runs in (20, 40):
        e = 1 - 20 ** (-1 / runs)
        known = 6 * (2 + e * np.log2(e) + (1 - e) * np.log2(1 - e) - e * np.log2(3))
        assert abs(least_information(0.0, 4, 6, runs) - known) < rounding(64)
        assert 0 < least_information(0.1, 4, 6, runs) < known
    assert least_information(1.0, 4, 6, 20) == 0.0


def test_what_is_no_share_is_refused():
    with pytest.raises(ValueError, match=r"errors is 1.5: it is a share, so give a number in \[0, 1\]"):
        least_information(1.5, 4, 2, 10)
    with pytest.raises(ValueError, match="miss is 0: give a probability between 0 and 1"):
        least_information(0.5, 4, 2, 10, 0)
