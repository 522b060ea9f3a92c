"""Goals are the statements' own sides, and the laws next to where a descent ended are exact."""

import numpy as np
import pytest

from infoloop.notation.grammar import entropy_form, parse_expression, parse_statement
from infoloop.proofs.counterexamples.factorisation import factorise
from infoloop.proofs.counterexamples.objectives import (
    descent_problem,
    initial_logits,
    nearby_rational_laws,
    normalise_relation,
    statement_slack,
)

PAIR = factorise(("X", "Y"), [])


@pytest.mark.parametrize("text", ["H(Y) >= H(X)", "H(X) <= H(Y)", "H(X) < H(Y)", "H(Y) > H(X)", "H(X) = H(Y)"])
def test_slack_is_greater_less_lesser(text):
    assert entropy_form(statement_slack(parse_statement(text))) == entropy_form(parse_expression("H(Y) - H(X)"))


def test_a_turned_relation_turns_its_sides():
    assert normalise_relation(parse_statement("H(X) > 1")) == (
        "<",
        *normalise_relation(parse_statement("1 < H(X)"))[1:],
    )


def test_sides_of_a_goal_differ_by_the_slack_and_are_free_of_negative_summands():
    search = descent_problem(parse_statement("I(X;Y) - H(X) <= 1 - I(X;Y;Z)"), factorise(("X", "Y", "Z"), []), 2, 1)
    wanted = descent_problem(
        parse_statement("I(X;Y) + I(X;Y) <= H(X) + I(X;Y|Z) + 1"), factorise(("X", "Y", "Z"), []), 2, 1
    )
    np.testing.assert_array_equal(search.lesser, wanted.lesser)
    np.testing.assert_array_equal(search.greater, wanted.greater)


def test_an_equality_is_attacked_from_both_sides():
    search = descent_problem(parse_statement("H(X) = H(Y)"), PAIR, 2, 2)
    np.testing.assert_array_equal(search.lesser[0], search.greater[1])


def test_a_function_starts_as_a_map_without_noise():
    plan = factorise(("X", "Y"), [parse_expression("H(Y|X)")])
    rows = initial_logits(plan, 3, 5, seed=0)[:, 3:].reshape(5, 3, 3)
    assert ((rows > 0).sum(axis=2) == 1).all()


def test_neighbours_are_exact_laws_of_small_denominators_first():
    near = np.log([[0.49, 0.51, 0.98, 0.02, 0.03, 0.97]])
    laws = [law.outcomes() for law in nearby_rational_laws(PAIR, near, 2)]
    assert laws[:2] == [{"1 1": "1"}, {"0 0": "1/2", "1 1": "1/2"}]
    assert laws[-1]["0 1"] == "49/5000"


def test_of_one_denominator_the_law_of_fewer_outcomes_comes_first():
    laws = nearby_rational_laws(PAIR, np.log([[0.5] * 6, [0.5, 0.5, 1 - 2**-9, 2**-9, 2**-9, 1 - 2**-9]]), 2)
    assert [len(law.outcomes()) for law, _ in zip(laws, range(2), strict=False)] == [2, 4]
