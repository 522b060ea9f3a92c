"""Screening passes what breaks a statement and nothing that fails an assumption, smallest first."""

import itertools

import numpy as np
import pytest

from infoloop.information.expressions import evaluate
from infoloop.notation.grammar import entropy_form, parse_expression
from infoloop.proofs import limits
from infoloop.proofs.counterexamples.small_law_search import enumerate_small_laws
from infoloop.proofs.counterexamples.small_laws import all_functions, linear_functions

XYZ = ("X", "Y", "Z")
FOUR = all_functions(*["1/4"] * 4)
THREE = all_functions("1/2", "1/4", "1/4")


def form(text):
    return entropy_form(parse_expression(text))


@pytest.mark.parametrize(("relation", "signs"), [("<=", {-1}), ("<", {-1, 0}), ("=", {-1, 1})])
def test_candidates_are_all_choices_that_are_exactly_false(relation, signs):
    text, zero = "I(X;Y) - I(X;Y|Z)", "I(X;Z)"
    found = enumerate_small_laws(THREE, XYZ, [form(zero)], form(text), relation)
    every = {choice: THREE.law(choice, XYZ) for choice in itertools.product(range(len(THREE.functions)), repeat=3)}
    met = {c: law for c, law in every.items() if evaluate(zero, law).sign() == 0}
    false = {c for c, law in met.items() if evaluate(text, law).sign() in signs}
    assert (found.satisfying, found.complete) == (len(met), True)
    assert set(map(tuple, found.candidates.tolist())) == false


def test_the_smallest_comes_first():
    candidates = enumerate_small_laws(FOUR, XYZ, [], form("I(X;Y) - I(X;Y|Z)"), "<=").candidates
    sizes = [np.count_nonzero(FOUR.law(choice, XYZ).table) for choice in candidates]
    assert sizes == sorted(sizes)


def test_too_many_choices_are_sampled_and_that_is_said():
    names = tuple("ABCDEF")
    family = linear_functions(2, *[("1/2", "1/2")] * 3)
    found = enumerate_small_laws(family, names, [], form("H(A)"), "<=")
    assert not found.complete
    assert found.satisfying <= limits.MOST_CHOICES


@pytest.mark.slow
def test_a_sampled_screening_is_the_same_each_time():
    names, family = tuple("ABCDE"), all_functions(*["1/5"] * 5)
    first, second = (
        enumerate_small_laws(family, names, [], form("H(A) - H(B,C,D,E)"), "<=").candidates for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
