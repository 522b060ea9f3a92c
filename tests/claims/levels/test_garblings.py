"""The parts of the claims on garblings, by hand."""

import jax.numpy as jnp

from infoloop.claims.levels.garblings import bayes_risk, half_or_symbol
from infoloop.exact.rational_laws import fmpq
from infoloop.information.expressions import evaluate
from infoloop.probability.numerics import rounding


def test_the_best_guess_of_a_symbol_is_the_likeliest():
    table = jnp.array([[0.1, 0.3], [0.4, 0.2]])
    assert abs(bayes_risk(table, [[0, 1], [1, 0]]) - 0.3) < rounding(4)


def test_half_a_symbol_and_a_symbol_half_of_the_time_tell_alike_but_do_not_serve_alike():
    half, symbol = half_or_symbol(fmpq(0))
    bits = [evaluate("I(X;S)", law) for law in (half, symbol)]
    assert (bits[0] - bits[1]).sign() == 0
    assert [sum(1 - max(c) / sum(c) for c in law.table.T.tolist() if sum(c)) for law in (half, symbol)] != [1, 1]
