"""Panels: every cell by hand, bits by entropies in fifty digits, votes counted."""

import itertools
import math

import numpy as np
import pytest

from infoloop.learning.noisy_verifiers import erring_verifier
from infoloop.learning.verifier_panels import majority_rates, panel_bits, panel_law, panel_posterior
from infoloop.probability.numerics import rounding
from tests.support.oracles import information, law_of

ANSWERS = [[0.375, 0.125], [0.25, 0.25]]
FALSE_POSITIVE, FALSE_NEGATIVE = [[0.125, 0.75], [0.25, 0.5], [0.0, 0.875]], [[0.5, 0.25], [0.125, 0.25], [0.25, 0.0]]
STYLED = panel_law(erring_verifier(false_positive=FALSE_POSITIVE, false_negative=FALSE_NEGATIVE), ANSWERS)


def cell(right: int, verdicts) -> float:
    passes = [[1 - FALSE_NEGATIVE[k][z] if right else FALSE_POSITIVE[k][z] for z in (0, 1)] for k in range(3)]
    given = [math.prod(passes[k][z] if s else 1 - passes[k][z] for k, s in enumerate(verdicts)) for z in (0, 1)]
    return sum(ANSWERS[right][z] * given[z] for z in (0, 1))


def test_every_cell_of_the_law_is_summed_over_styles():
    for right, *verdicts in itertools.product((0, 1), repeat=4):
        assert abs(STYLED.table[right, *verdicts] - cell(right, verdicts)) <= rounding(2)


def test_bits_of_all_verdicts_together():
    expected = float(information(law_of(np.asarray(STYLED.table).reshape(2, 8)), (0,), (1,)))
    assert abs(panel_bits(STYLED) - expected) <= rounding(16)


@pytest.mark.slow
def test_the_posterior_is_a_weighted_vote_where_errors_are_independent():
    law = panel_law(erring_verifier(false_positive=[[0.25], [0.125]], false_negative=[[0.5], [0.25]]), [[0.75], [0.25]])
    for verdicts in itertools.product((0, 1), repeat=2):
        odds = 1 / 3
        for s, fpr, tpr in zip(verdicts, (0.25, 0.125), (0.5, 0.75), strict=True):
            odds *= tpr / fpr if s else (1 - tpr) / (1 - fpr)
        assert abs(panel_posterior(law)[verdicts] - odds / (1 + odds)) <= rounding(4)


@pytest.mark.slow
def test_a_vote_passes_what_enough_verifiers_pass():
    found = majority_rates(STYLED, 2)
    many = [v for v in itertools.product((0, 1), repeat=3) if sum(v) >= 2]
    assert abs(found.false_positive - sum(cell(0, v) for v in many) / 0.5) <= rounding(8)
    assert abs(found.true_positive - sum(cell(1, v) for v in many) / 0.5) <= rounding(8)


def test_a_style_shared_by_the_verifiers_makes_their_verdicts_depend_given_the_truth():
    pairs = np.asarray(STYLED.table).sum(axis=3)
    for given in pairs / pairs.sum(axis=(1, 2), keepdims=True):
        assert abs(given[1, 1] - given[1].sum() * given[:, 1].sum()) > 0.001


def test_shapes_that_do_not_go_together_are_refused():
    with pytest.raises(ValueError, match=r"rates have shape \(3, 2\) and answers \(2, 1\)"):
        panel_law(erring_verifier(false_positive=FALSE_POSITIVE, false_negative=FALSE_NEGATIVE), [[0.5], [0.5]])
    with pytest.raises(ValueError, match="17 verifiers: give 1 to 16"):
        panel_law(erring_verifier(false_positive=[[0.1]] * 17, false_negative=[[0.1]] * 17), [[0.5], [0.5]])
