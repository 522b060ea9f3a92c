"""The small laws of each family are exact, and have the properties for which the family is kept."""

import itertools

import pytest
from flint import fmpq

from infoloop.information.expressions import evaluate_terms
from infoloop.information.measures import entropy
from infoloop.notation.grammar import entropy_form, parse_expression
from infoloop.proofs.counterexamples.small_law_search import enumerate_small_laws
from infoloop.proofs.counterexamples.small_laws import all_functions, law_families, linear_functions

INGLETON = parse_expression("I(A;B|C) + I(A;B|D) + I(C;D) - I(A;B)")
FAIR = ("1/2", "1/2")
AND, OR, FIRST, SECOND = (0, 0, 0, 1), (0, 1, 1, 1), (0, 0, 1, 1), (0, 1, 0, 1)
NAMES = ("A", "B", "C", "D")


def chosen(family, *functions):
    return family.law([family.functions.index(f) for f in functions], NAMES)


@pytest.mark.parametrize("family", law_families(), ids=lambda family: family.description)
def test_the_atoms_have_mass_one_in_all(family):
    assert sum(family.masses, fmpq(0)) == 1


@pytest.mark.parametrize("family", law_families(), ids=lambda family: family.description)
def test_entropies_and_pairs_are_those_of_the_exact_laws(family):
    last = len(family.functions) - 1
    for j, k in itertools.product(range(0, last + 1, 7), {0, last // 2, last}):
        exact = entropy(family.law((j, k), ("X", "Y")), "X", "Y")
        assert exact.enclosure(53).overlaps(type(exact.enclosure())(family.entropies[family.pairs[j, k]]))


def test_five_values_have_as_many_functions_as_five_things_have_partitions():
    assert len(all_functions(*["1/5"] * 5).functions) == 52


@pytest.mark.parametrize(("order", "symbols", "subspaces"), [(2, 2, 5), (2, 3, 16), (3, 2, 6), (2, 4, 67)])
def test_linear_functions_are_counted_by_subspaces(order, symbols, subspaces):
    assert len(linear_functions(order, *[[f"1/{order}"] * order] * symbols).functions) == subspaces


def test_entropies_of_linear_functions_of_fair_bits_are_ranks():
    assert sorted(linear_functions(2, FAIR, FAIR, FAIR).entropies) == [0] + [1] * 7 + [2] * 7 + [3]


def test_two_fair_bits_with_their_and_and_or_break_ingleton():
    law = chosen(all_functions(*["1/4"] * 4), AND, OR, FIRST, SECOND)
    assert evaluate_terms(INGLETON, law).sign() == -1
    assert evaluate_terms(INGLETON + parse_expression("I(A;B)"), law).sign() == 0


def test_unequal_masses_break_ingleton_by_a_larger_share_of_the_entropy():
    score = INGLETON + parse_expression("0.0893 H(A,B,C,D)")
    laws = [chosen(all_functions(*masses), AND, OR, FIRST, SECOND) for masses in [["1/4"] * 4, _unequal()]]
    assert [evaluate_terms(score, law).sign() for law in laws] == [1, -1]


def _unequal():
    return ["7/20", "3/20", "3/20", "7/20"]


@pytest.mark.parametrize("order", [2, 3])
def test_linear_functions_do_not_break_ingleton(order):
    family = linear_functions(order, *[[f"1/{order}"] * order] * 2)
    assert len(enumerate_small_laws(family, NAMES, [], entropy_form(INGLETON), "<=").candidates) == 0
