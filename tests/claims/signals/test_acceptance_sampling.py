"""Accepted tries, by loops of fractions and by hand."""

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.claims.signals.acceptance_sampling import accepted, elicitation, elicited, hit_rates, until_accepted
from infoloop.probability.numerics import rounding
from infoloop.statements.certification import certify

EXACT = rounding(256)


def test_accepted_tries_keep_the_task_only_if_repeated():
    table = np.array([[[0.25, 0.25], [0.0, 0.0]], [[0.0, 0.125], [0.375, 0.0]]])
    assert np.abs(accepted(table).sum(1) - [2 / 3, 1 / 3]).max() <= EXACT
    assert np.abs(until_accepted(table).sum(1) - [0.5, 0.5]).max() <= EXACT


def test_a_reward_for_the_better_mode_raises_accuracy():
    half = Fraction(1, 2)
    assert elicited((half, half), (half, 1), (1, 1)) == Fraction(3, 4)
    assert elicited((half, half), (half, 1), (0, 1)) == 1


@pytest.mark.slow
def test_hits_before_and_after_a_reward():
    table = jnp.zeros((2, 1, 2, 2)).at[0, 0, 0, 1].set(0.25).at[0, 0, 1, 0].set(0.25).at[1, 0, 1].set(0.25)
    assert [float(p) for p in hit_rates(table)] == [0.75, 1.0]


def test_a_reward_for_right_answers_is_not_blind():
    case = elicitation.edges[0]
    assert certify(elicitation, [case]).counterexample is None
    assert certify(elicitation, [{**case, "kept if right": Fraction(1)}]).counterexample
