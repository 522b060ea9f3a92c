"""Three verifiers: laws made of rational rates give the rates back; exchanging right and wrong changes no law."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.verifier_rates import identified_rates
from infoloop.probability.numerics import rounding

CASES = [
    ("2/5", ("1/10", "3/10", "1/5"), ("4/5", "9/10", "3/5")),
    ("1/2", ("1/10", "1/10", "1/10"), ("9/10", "9/10", "9/10")),
    ("1/10", ("0", "1/2", "1/4"), ("1", "3/4", "1/2")),
    ("9/10", ("1/4", "9/10", "1/5"), ("1/2", "2/5", "1/10")),  # the second and the third have J < 0
    ("1/3", ("1/10", "1/5", "3/4"), ("4/5", "9/10", "1/4")),  # the third alone
]


def verdicts(right: str, false_positive, true_positive) -> np.ndarray:
    """Return P(S1, S2, S3), summed over the truth in fractions."""
    p, table = Fraction(right), np.empty((2, 2, 2))
    for cell in itertools.product((0, 1), repeat=3):
        given = [
            math.prod(Fraction(rate) if s else 1 - Fraction(rate) for s, rate in zip(cell, rates, strict=True))
            for rates in (false_positive, true_positive)
        ]
        table[cell] = (1 - p) * given[0] + p * given[1]
    return table


@pytest.mark.parametrize(("right", "false_positive", "true_positive"), CASES)
def test_the_law_of_verdicts_gives_the_rates_back(right, false_positive, true_positive):
    found = jax.jit(identified_rates)(verdicts(right, false_positive, true_positive))
    assert abs(found.right - float(Fraction(right))) <= 1e-12
    assert (
        np.abs(found.verifiers.false_positive - np.array([float(Fraction(x)) for x in false_positive])).max() <= 1e-12
    )
    assert np.abs(found.verifiers.true_positive - np.array([float(Fraction(x)) for x in true_positive])).max() <= 1e-12


@pytest.mark.slow
def test_the_swapped_solution_has_the_same_law():
    table = verdicts(*CASES[0])
    other = identified_rates(table).swapped()
    passes = np.stack([other.verifiers.false_positive, other.verifiers.true_positive])
    given = np.stack([1 - passes, passes], axis=-1)  # truth, verifier, verdict
    again = np.einsum("r,ri,rj,rk->ijk", [1 - other.right, other.right], *given.transpose(1, 0, 2))
    assert np.abs(again - table).max() <= rounding(16)
    assert (np.asarray(other.verifiers.youden) < 0).all()


def test_nothing_is_identified_of_a_blind_verifier_or_where_all_answers_are_right():
    blind = verdicts("1/2", ("1/4", "1/4", "1/2"), ("3/4", "3/4", "1/2"))
    all_right = verdicts("1", ("1/4", "1/4", "1/4"), ("3/4", "3/4", "1/2"))
    assert np.isnan(identified_rates(blind).right)
    assert np.isnan(identified_rates(all_right).right)


def test_verifiers_that_copy_each_other_give_rates_that_are_wrong():
    """The second copies the first: the pair agrees more than the truth makes it, and J looks large."""
    table = np.zeros((2, 2, 2))
    for right, s1, s3 in itertools.product((0, 1), repeat=3):
        table[s1, s1, s3] += 0.5 * (0.75 if s1 == right else 0.25) * (0.75 if s3 == right else 0.25)
    found = identified_rates(table)
    assert abs(found.verifiers.true_positive[0] - 1) <= 1e-7  # the truth is 3/4
    assert abs(found.verifiers.true_positive[2] - 0.625) <= 1e-7


@pytest.mark.full
def test_many_laws_by_vmap_and_a_table_of_another_shape():
    laws = jnp.stack([verdicts(*case) for case in CASES[:3]])
    assert np.abs(jax.vmap(identified_rates)(laws).right - np.array([0.4, 0.5, 0.1])).max() <= 1e-12
    with pytest.raises(ValueError, match=r"verdicts has shape \(4,\)"):
        identified_rates([0.25] * 4)
