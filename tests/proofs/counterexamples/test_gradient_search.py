"""The descent: its entropies are those of the law, and it goes below a ratio of one exactly where it should."""

import jax
import numpy as np
import pytest

from infoloop.notation.grammar import parse_expression, parse_statement
from infoloop.probability.numerics import rounding
from infoloop.proofs.counterexamples.factorisation import factorise
from infoloop.proofs.counterexamples.gradient_search import (
    cell_weights,
    descend,
    descent_problem,
    initial_logits,
    marginal_cells,
    minimise_by_adam,
)
from tests.support import oracles

FREE = factorise(("X", "Y", "Z"), [])


def ends(text, plan=FREE, starts=8, steps=100):
    return descend(
        descent_problem(parse_statement(text), plan, 2, starts), initial_logits(plan, 2, starts, seed=1), steps
    )


def test_weights_on_marginal_cells_give_every_entropy():
    table = np.random.default_rng(0).dirichlet(np.ones(27)).reshape(3, 3, 3)
    terms = -(p := marginal_cells(3, 3) @ table.ravel()) * np.log2(p)
    law = oracles.law_of(table)
    for axes in [(0,), (1, 2), (0, 2), (0, 1, 2)]:
        form = np.zeros((2, 2, 2))
        form[tuple(int(k in axes) for k in range(3))] = 1.0
        assert abs(cell_weights(form, 3) @ terms - float(oracles.entropy(law, axes))) < rounding(64)


@pytest.mark.slow
def test_a_false_statement_is_broken_from_every_start():
    assert ends("I(X;Y) <= I(X;Y|Z)").slack.max() < 0


def test_a_true_statement_is_broken_from_none():
    assert ends("I(X;Y) <= I(X;Y,Z)").slack.min() >= -rounding(64)


@pytest.mark.slow
def test_a_sharp_statement_gets_near_its_equality():
    assert ends("I(X;Y) <= I(X;Y,Z)", steps=300).ratio.min() < 1.01


def test_descent_is_what_gets_there():
    assert ends("I(X;Y) <= I(X;Y|Z)", steps=0).slack.max() > 0


def test_a_penalty_pulls_towards_what_must_vanish():
    plan = factorise(("X", "Y", "Z"), [parse_expression("I(X;Y) - I(X;Z)")])
    kept, free = (ends("H(X) <= 1/2 H(X,Y,Z)", p, steps=300).logits for p in (plan, FREE))
    assert difference(kept) < difference(free)


def difference(logits):
    """The mean of |I(X;Y) - I(X;Z)| over the ends."""
    gap = descent_problem(parse_statement("I(X;Z) <= I(X;Y)"), FREE, 2, len(logits))
    return np.abs(descend(gap, logits, 0).slack).mean()


def test_float64_is_used_whatever_the_setting():
    with jax.enable_x64(False):
        assert ends("I(X;Y) <= I(X;Y,Z)").slack.dtype == np.float64


def test_sides_of_a_descent_differ_by_the_slack_and_are_free_of_negative_summands():
    search = descent_problem(parse_statement("I(X;Y) - H(X) <= 1 - I(X;Y;Z)"), factorise(("X", "Y", "Z"), []), 2, 1)
    wanted = descent_problem(
        parse_statement("I(X;Y) + I(X;Y) <= H(X) + I(X;Y|Z) + 1"), factorise(("X", "Y", "Z"), []), 2, 1
    )
    np.testing.assert_array_equal(search.sums.lesser, wanted.sums.lesser)
    np.testing.assert_array_equal(search.sums.greater, wanted.sums.greater)


def test_an_equality_is_attacked_from_both_sides():
    search = descent_problem(parse_statement("H(X) = H(Y)"), factorise(("X", "Y"), []), 2, 2)
    np.testing.assert_array_equal(search.sums.lesser[0], search.sums.greater[1])


def test_a_function_starts_as_a_map_without_noise():
    plan = factorise(("X", "Y"), [parse_expression("H(Y|X)")])
    rows = initial_logits(plan, 3, 5, seed=0)[:, 3:].reshape(5, 3, 3)
    assert ((rows > 0).sum(axis=2) == 1).all()


def test_adam_goes_to_the_least_value_of_each_start():
    ends = jax.vmap(lambda x: minimise_by_adam(lambda x: (x - 3.0) ** 2, x, 500, 0.1))(np.array([0.0, 10.0]))
    np.testing.assert_allclose(ends, 3.0, rtol=0, atol=1 / 16)
