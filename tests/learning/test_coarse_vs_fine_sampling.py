"""The means of sampled learners are the exact risks, within a bound that another risk exceeds."""

import math

import jax
import jax.numpy as jnp
import pytest

from infoloop.learning.coarse_vs_fine import (
    fine_and_coarse_recall,
    fine_and_coarse_shift_error,
    fine_and_coarse_vote_error,
)
from infoloop.learning.coarse_vs_fine_sampling import recall_runs, shift_runs, vote_runs

KEY, ALARM = jax.random.key(11), 1e-6
RUNS, ITEMS = 500, 200


def reach(count):
    """Hoeffding: the mean of `count` independent shares is further from its expectation once in a million."""
    return math.sqrt(math.log(2 / ALARM) / (2 * count))


SAMPLED = {
    "votes": lambda: vote_runs(KEY, RUNS, ITEMS, 3, 0.25, 0.3),
    "shift": lambda: shift_runs(KEY, RUNS, ITEMS, 0.1, 0.2, 0.3),
    "recall": lambda: recall_runs(KEY, RUNS * ITEMS, 6, 10, 5, 16),
}
EXACT = {  # the mean, and that of another learner
    "votes": lambda: (fine_and_coarse_vote_error(3, 0.25, 0.3), fine_and_coarse_vote_error(4, 0.35, 0.25)),
    "shift": lambda: (fine_and_coarse_shift_error(0.1, 0.2, 0.3), fine_and_coarse_shift_error(0.15, 0.2, 0.3)),
    "recall": lambda: (fine_and_coarse_recall(10.0, 5, 16, 10 / 6), fine_and_coarse_recall(11.0, 5, 16, 11 / 7)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLED)
def test_the_mean_of_many_runs_is_the_exact_risk(name):
    exact, other = EXACT[name]()
    for runs, risk, wrong in zip(SAMPLED[name](), exact, other, strict=True):
        assert float(runs.std()) > 0
        assert abs(float(runs.mean() - risk)) < reach(RUNS * ITEMS) < abs(float(runs.mean() - wrong))


@pytest.mark.slow
def test_probabilities_that_are_no_law_give_no_share():
    @jax.jit
    def shares(inside, noise, accepted):
        runs = vote_runs(KEY, 2, 2, 1, inside, 0.7), shift_runs(KEY, 2, 2, noise, 0.1, 0.1)
        return jnp.array([*runs, recall_runs(KEY, 2, 2, 1, accepted, 4)])

    assert jnp.isnan(shares(0.4, 1.4, 5)).all()
    assert not jnp.isnan(shares(0.2, 0.4, 2)).any()


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: vote_runs(KEY, 2, 2, 1, 1.4, 0.1), "inside is 1.4"),
        (lambda: shift_runs(KEY, 2, 2, 0.1, 0.1, -0.1), "new is -0.1"),
        (lambda: recall_runs(KEY, 2, 2, 1, 5, 4), "accepted is 5.0: give a finite number above 0 and at most 4"),
        (lambda: recall_runs(KEY, 2, 0, 1, 2, 4), "demonstrations is 0"),
        (lambda: shift_runs(KEY, 0, 2, 0.1, 0.1, 0.1), "runs is 0"),
    ],
)
def test_what_cannot_be_is_refused(work, message):
    with pytest.raises(ValueError, match=message):
        work()
