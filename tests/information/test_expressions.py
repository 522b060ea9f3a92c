"""Expressions on laws against the oracles, and the refusal of what a law does not have."""

from fractions import Fraction

import jax
import numpy as np
import pytest

from infoloop.exact.log_sums import LogSum, from_rational
from infoloop.exact.rational_laws import rationalise
from infoloop.information.expressions import evaluate, evaluate_terms
from infoloop.information.multivariate import coinformation
from infoloop.notation.grammar import NotationError, Term, parse_expression
from infoloop.probability.distributions import Joint, joint
from infoloop.probability.numerics import rounding
from tests.support import oracles

TABLE = np.random.default_rng(0).dirichlet(np.ones(12)).reshape(2, 3, 2)
LAW, P = oracles.law_of(TABLE), joint(TABLE, "X", "Y", "Z")
SLACK = 8 * rounding(12) * np.log2(12)  # at most eight informations of at most log2(12) bits, coefficients below 8
VALUES = {
    "H(X,Z|Y)": oracles.entropy(LAW, (0, 2), (1,)),
    "2 I(X;Y|Z) - 1/2 H(Y)": 2 * oracles.information(LAW, (0,), (1,), (2,)) - oracles.entropy(LAW, (1,)) / 2,
    "I(X;Y;Z) + 3": oracles.coinformation(LAW, [(0,), (1,), (2,)]) + 3,
    "-I(X,Y;Y,Z)": -oracles.information(LAW, (0, 1), (1, 2)),
    "I(X;Y|Y)": 0,
    "1/3": Fraction(1, 3),
    "H(X) - H(X)": 0,
}


@pytest.mark.parametrize("text", VALUES)
def test_values(text):
    assert abs(float(evaluate(text, P)) - VALUES[text]) <= SLACK


def test_terms_without_a_text():
    assert evaluate_terms((Term(Fraction(2), (("X",),)),), P) == evaluate("2 H(X)", P)
    assert evaluate_terms((), P) == 0


def test_small_informations_are_not_differences():
    table = np.array([[0.25 + 1e-9, 0.25 - 1e-9], [0.25 - 1e-9, 0.25 + 1e-9]])
    expected = oracles.information(oracles.law_of(table), (0,), (1,))
    assert abs(float(evaluate("I(X;Y)", joint(table, "X", "Y"))) - expected) <= rounding(4) * expected


@pytest.mark.slow
def test_expressions_under_jit_vmap_and_grad():
    tables = np.stack([TABLE, TABLE[::-1]])
    at_once = jax.jit(jax.vmap(lambda t: evaluate("2 I(X;Y|Z) - H(Y)", Joint(t, P.names))))(tables)
    assert np.abs(at_once - evaluate("2 I(X;Y|Z) - H(Y)", P)).max() <= SLACK
    assert np.isfinite(jax.grad(lambda p: evaluate("2 I(X;Y|Z) - H(Y)", p))(P).table).all()


def test_an_unknown_variable_is_named():
    with pytest.raises(ValueError, match="unknown variable 'W': this law is over X, Y, Z"):
        evaluate("H(X) - I(X;Y|W)", P)


def test_a_mistake_has_a_caret():
    with pytest.raises(NotationError, match=r"is wanted to close the bracket\n  I\(X;Y\n       \^$"):
        evaluate("I(X;Y", P)


@pytest.mark.slow
def test_the_meaning_of_a_multivariate_information_matches_its_linear_form():
    form = parse_expression("I(X;Y;Z)")
    direct = parse_expression("H(X) + H(Y) + H(Z) - H(X,Y) - H(X,Z) - H(Y,Z) + H(X,Y,Z)")
    assert abs(evaluate_terms(form, P) - evaluate_terms(direct, P)) <= SLACK


def test_more_groups_than_fit_are_refused_before_they_are_expanded():
    with pytest.raises(NotationError, match="at most 14 groups"):
        evaluate(f"I({';'.join(['X'] * 24)})", P)


@pytest.mark.parametrize(
    "text", ["2 I(X;Y|Z) - 1/3 H(X,Y) + 1/2", "I(X;Y;Z)", "H(X|Y) - I(X;X|Y)", "1/4", "I(X,Y;Y,Z)"]
)
def test_on_a_rational_law_joint_entropies_give_what_the_measures_give(text):
    law = rationalise(joint(np.random.default_rng(3).dirichlet(np.ones(12)).reshape(2, 3, 2), "X", "Y", "Z"))
    by_measures = LogSum()
    for term in parse_expression(text):
        value = from_rational(1)
        if term.groups:
            value = coinformation(law, *term.groups, given=term.given)
        by_measures += value * term.coefficient
    assert (evaluate(text, law) - by_measures).sign() == 0
