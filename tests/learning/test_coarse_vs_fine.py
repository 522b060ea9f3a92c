"""Each mechanism's risks are those of a plain enumeration, and its boundary is where they cross."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.coarse_vs_fine import (
    fine_and_coarse_memory_error,
    fine_and_coarse_recall,
    fine_and_coarse_shift_error,
    fine_and_coarse_vote_error,
    memory_error,
    shift_boundary,
    vote_boundaries,
)
from infoloop.probability.numerics import rounding


def entropy(*masses):
    return -sum(p * math.log2(p) for p in masses if p > 0)


@pytest.mark.parametrize("size", [2, 3, 8])
@pytest.mark.parametrize("error", [0.01, 0.2, 0.4])
def test_the_memory_error_is_that_of_the_best_code(size, error):
    bits = math.log2(size) - entropy(1 - error, *[error / (size - 1)] * (size - 1))
    assert abs(memory_error(bits, size) - error) < rounding(64)


def test_a_full_memory_errs_never_and_an_empty_one_guesses():
    assert memory_error(jnp.array([0.0, 3.0, 5.0]), 8).tolist() == [7 / 8, 0.0, 0.0]


def test_the_coarse_memory_is_never_worse_and_better_between():
    fine, coarse = fine_and_coarse_memory_error(jnp.linspace(0, 3, 61), 4, 2)
    assert (fine - coarse >= -rounding(64)).all()
    assert (fine - coarse)[10] > 0.01


def votes_by_enumeration(n, probabilities, g):
    """Every sequence of n labels, its probability as a fraction, and ties shared."""
    fine = coarse = Fraction(0)
    for labels in itertools.product(range(2 * g), repeat=n):
        probability = math.prod((probabilities[x] for x in labels), start=Fraction(1))
        counts = [labels.count(x) for x in range(2 * g)]
        top = [x for x in range(2 * g) if counts[x] == max(counts)]
        fine += probability * Fraction(sum(x >= g for x in top), len(top))
        halves = sum(counts[:g]), sum(counts[g:])
        coarse += probability * (Fraction(1, 2) if halves[0] == halves[1] else int(halves[1] > halves[0]))
    return fine, coarse


@pytest.mark.parametrize(
    ("n", "inside", "across", "g"), [(3, "1/4", "1/3", 2), (4, "0", "2/5", 2), (3, "1/5", "1/5", 3)]
)
def test_votes_are_counted_as_by_enumeration(n, inside, across, g):
    s, a = Fraction(inside), Fraction(across)
    probabilities = [1 - s - a, *[s / (g - 1)] * (g - 1), *[a / g] * g]
    expected = votes_by_enumeration(n, probabilities, g)
    found = fine_and_coarse_vote_error(n, float(s), float(a), g)
    assert all(abs(x - float(y)) < rounding(200) for x, y in zip(found, expected, strict=True))


def test_votes_counted_with_ties_for_the_right_label_would_be_noticed():
    assert abs(fine_and_coarse_vote_error(2, 0.0, 0.5)[1] - 0.25) > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("inside", [0.0, 0.2])
@pytest.mark.parametrize("which", [0, 1])
def test_many_votes_turn_at_the_boundary(inside, which):
    boundary = float(vote_boundaries(inside)[which])
    below, above = (fine_and_coarse_vote_error(31, inside, boundary + step)[which] for step in (-0.1, 0.1))
    assert below < 1 / 2 < above


def test_where_all_other_labels_are_wrong_is_the_last_boundary():
    assert abs(vote_boundaries(0.4)[0] - 0.6) < rounding(2)


def test_fine_labels_survive_more_noise_across_classes_than_half():
    fine, coarse = fine_and_coarse_vote_error(15, 0.0, 0.58)
    assert fine < 1 / 2 < coarse


def shift_by_enumeration(e, delta, s):
    """Surface new or not, inverted or not, bit seen wrongly or not; a rule for a new surface is a coin."""
    fine = coarse = Fraction(0)
    for new, inverted, wrong in itertools.product((0, 1), repeat=3):
        probability = (s if new else 1 - s) * (delta if inverted else 1 - delta) * (e if wrong else 1 - e)
        fine += probability * (Fraction(1, 2) if new else wrong)
        coarse += probability * (inverted ^ wrong)
    return fine, coarse


@pytest.mark.parametrize("case", list(itertools.product(("0", "1/10", "1/2"), ("0", "1/8"), ("0", "1/4", "1"))))
def test_shifted_surfaces_cost_what_they_cost_in_all_cells(case):
    e, delta, s = (Fraction(text) for text in case)
    found = fine_and_coarse_shift_error(float(e), float(delta), float(s))
    for x, y in zip(found, shift_by_enumeration(e, delta, s), strict=True):
        assert abs(x - float(y)) < rounding(8)


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_both_rules_err_alike_at_the_boundary(noise):
    fine, coarse = fine_and_coarse_shift_error(noise, 0.15, shift_boundary(0.15))
    assert abs(fine - coarse) < rounding(8)
    fine, coarse = fine_and_coarse_shift_error(noise, 0.15, shift_boundary(0.15) + 0.1)
    assert coarse < fine


def test_demonstrations_reveal_what_a_simulation_of_them_reveals():
    fine, _ = fine_and_coarse_recall(7.0, 5, 20, 1.0)
    seen = [len(set(draws)) for draws in itertools.product(range(5), repeat=7)]
    assert abs(fine - np.mean(seen) / 5) < rounding(5**7)


def test_verdicts_reveal_everything_after_all_outputs():
    assert fine_and_coarse_recall(jnp.array([5.0, 20.0, 30.0]), 5, 20, 1.0)[1].tolist() == [0.25, 1.0, 1.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: memory_error(1.0, 1), "num_symbols is 1: give a whole number, at least 2"),
        (lambda: fine_and_coarse_memory_error(1.0, 1, 2), "classes is 1"),
        (lambda: fine_and_coarse_vote_error(0, 0.1, 0.1), "votes is 0"),
        (lambda: fine_and_coarse_vote_error(3, 0.1, 1.5), "across"),
        (lambda: fine_and_coarse_vote_error(3, 0.6, 0.6), "inside and across make 1.2"),
        (lambda: fine_and_coarse_vote_error(3, 0.1, 0.1, size=1), "a class of size 1 has no other label"),
        (lambda: fine_and_coarse_shift_error(0.1, -0.1, 0.5), "inverted"),
        (lambda: fine_and_coarse_recall(0.0, 2, 8, 1.0), "budget"),
        (lambda: fine_and_coarse_recall(1.0, 9, 8, 1.0), "accepted is 9 of 8 outputs"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.slow
def test_risks_are_mapped_and_differentiated():
    across = jnp.linspace(0.1, 0.6, 5)
    fine, coarse = jax.vmap(lambda a: fine_and_coarse_vote_error(5, 0.1, a))(across)
    assert fine.shape == coarse.shape == (5,)
    assert jnp.isfinite(jax.grad(lambda s: fine_and_coarse_vote_error(3, s, 0.3)[0])(0.0))


def test_votes_that_are_no_law_have_no_value_and_no_slope():
    found = jax.value_and_grad(lambda across: fine_and_coarse_vote_error(1, 0.75, across)[0])(0.5)
    assert np.isnan(found).all()
