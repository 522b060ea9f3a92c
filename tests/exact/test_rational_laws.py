"""Exact logarithm sums: signs where floats cannot tell, enclosures against 50 digits, and rational laws."""

import re
from fractions import Fraction

import flint
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flint import fmpq
from hypothesis import settings
from mpmath import mp, mpf

from infoloop.exact import rational_laws
from infoloop.exact.log_sums import exact_binary_entropy, from_rational, log2, rational
from infoloop.exact.rational_gaussians import RationalGaussian, RationalLinear
from infoloop.exact.rational_laws import RationalLaw, rational_product, rational_table, rationalise
from infoloop.exact.wright_fisher_rational import rational_binomial_pmf
from infoloop.information.expressions import evaluate
from infoloop.information.measures import entropy, mutual_information
from infoloop.probability.bayes_nets import bayes_net
from infoloop.probability.channel_families import bsc, z_channel
from infoloop.probability.channels import channel, extend, push
from infoloop.probability.distributions import condition, joint, marginal, product, relabel
from infoloop.probability.numerics import rounding
from tests.support import oracles

steady = settings(derandomize=True, deadline=None, max_examples=60, database=None)

EXPRESSIONS = {
    "H(X,Z|Y)": lambda law: oracles.entropy(law, (0, 2), (1,)),
    "2 I(X;Y|Z) - 1/2 H(Y)": lambda law: (
        2 * oracles.information(law, (0,), (1,), (2,)) - oracles.entropy(law, (1,)) / 2
    ),
    "I(X;Y;Z) + 3": lambda law: oracles.coinformation(law, [(0,), (1,), (2,)]) + 3,
    "I(X,Y;Y,Z)": lambda law: oracles.information(law, (0, 1), (1, 2)),
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_on_rational_laws(text):
    weights = np.random.default_rng(0).integers(0, 9, (2, 3, 2))
    law = RationalLaw(
        rational_table([[[Fraction(int(w), int(weights.sum())) for w in r] for r in s] for s in weights]),
        ("X", "Y", "Z"),
    )
    value = evaluate(text, law)
    with mp.workdps(oracles.DIGITS):
        masses = {cell: mpf(int(w)) / int(weights.sum()) for cell, w in np.ndenumerate(weights)}
        assert abs(mpf(value.digits(40)) - EXPRESSIONS[text](masses)) <= mpf(10) ** -38


def test_identities_hold_exactly_on_rational_laws():
    law = rationalise(joint(np.random.default_rng(1).dirichlet(np.ones(12)).reshape(2, 3, 2), "X", "Y", "Z"))
    assert evaluate("I(X,Y;Z) - I(X;Z) - I(Y;Z|X)", law).sign() == 0
    assert evaluate("I(X,Y;Z) - I(X;Z)", law).sign() == 1


def test_marginals_and_outcomes():
    law = RationalLaw(rational_table([["1/2", "0"], ["1/3", "1/6"]]), ("X", "Y"))
    assert marginal(law, "Y").table.tolist() == [fmpq(5, 6), fmpq(1, 6)]
    assert law.outcomes() == {"0 0": "1/2", "1 0": "1/3", "1 1": "1/6"}


LAW = rationalise(joint(np.random.default_rng(4).dirichlet(np.ones(12)).reshape(2, 3, 2), "X", "Y", "Z"))
STEP = channel([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]], "Y", "W")


@pytest.mark.parametrize(
    "verb",
    [
        lambda p: marginal(p, "Z", "X"),
        lambda p: marginal(p),
        lambda p: condition(p, Y=2),
        lambda p: condition(p, X=0, Y=1, Z=1),
        lambda p: condition(p),
        lambda p: relabel(p, X="V", Y="X"),
        lambda p: product(marginal(p, "X"), marginal(p, "Z", "Y")),
        lambda p: extend(p, STEP),
        lambda p: push(p, STEP),
    ],
)
def test_the_functions_of_float_laws_serve_it(verb):
    table = np.array([[[float(p) for p in row] for row in plane] for plane in LAW.table.tolist()])
    exact, near = verb(LAW), verb(joint(table, *LAW.names))
    assert (type(exact), exact.names, exact.table.dtype) == (RationalLaw, near.names, object)
    assert exact.table.shape == near.table.shape
    np.testing.assert_allclose(exact.table.astype(float), near.table, rtol=rounding(12))
    assert sum(exact.table.ravel().tolist(), fmpq(0)) == 1


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: marginal(LAW, "W"), "unknown variable 'W': this law is over X, Y, Z"),
        (lambda: marginal(LAW, "X", "X"), "marginal names 'X' twice"),
        (lambda: condition(LAW, Y=3), r"Y never takes the value 3: its alphabet is \(0, 1, 2\)"),
        (lambda: condition(RationalLaw(rational_table([0, 1]), ("X",)), X=0), "cannot condition on .*: it has mass 0"),
        (lambda: product(LAW, LAW), "product names 'X' twice"),
        (lambda: extend(LAW, relabel_target("X")), "extended law names 'X' twice"),
        (lambda: extend(marginal(LAW, "X"), STEP), "unknown variable 'Y'"),
        (lambda: extend(relabel(LAW, X="Y", Y="X"), STEP), "Y takes 2 values in the law but 3 in the channel"),
    ],
)
def test_the_same_input_is_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()


def relabel_target(name):
    return channel([[1.0], [1.0], [1.0]], "Y", name)


def test_the_entropy_of_an_unknown_variable():
    with pytest.raises(ValueError, match="unknown variable 'W': this law is over X"):
        entropy(RationalLaw(rational_table([1]), ("X",)), "W")


def test_a_product_of_factors():
    p_x, k_xy = rational_table(["1/4", "3/4"]), rational_table([["1/2", "1/2"], ["1/3", "2/3"]])
    law = rational_product((p_x, ("X",)), (k_xy, ("X", "Y")))
    assert law.table.tolist() == [[fmpq(1, 8), fmpq(1, 8)], [fmpq(1, 4), fmpq(1, 2)]]
    turned = rational_product((rational_table(["1/3", "2/3"]), ("Y",)), (p_x, ("X",)), (k_xy[:, None], ("X", "Y", "Z")))
    assert turned.names == ("Y", "X", "Z")


def test_a_product_of_factors_that_are_no_laws():
    with pytest.raises(ValueError, match=r"factors over \('X',\) have mass 5/6, not 1: give exact conditional laws"):
        rational_product((rational_table(["1/2", "1/3"]), ("X",)))


def test_an_exact_law_is_next_to_the_float_one_and_has_mass_one():
    p = joint(np.random.default_rng(2).dirichlet(np.ones(6)).reshape(2, 3), "X", "Y")
    law = rationalise(p)
    assert sum(law.table.ravel().tolist(), fmpq(0)) == 1
    found = evaluate("I(X;Y)", law)
    assert abs(float(found.digits(20)) - mutual_information(p, "X", "Y")) <= rounding(6) * np.log2(6)


def random_chain(seed):
    rng = np.random.default_rng(seed)
    return bayes_net(
        joint(rng.dirichlet(np.ones(3)), "X"),
        channel(rng.dirichlet(np.ones(2), size=3), "X", "D"),
        channel(rng.dirichlet(np.ones(3), size=2), "D", "Z"),
    )


@pytest.mark.parametrize("seed", range(8))
def test_independences_of_a_network_hold_exactly_after_rationalising(seed):
    law = rationalise(random_chain(seed))
    assert evaluate("I(X;Z|D)", law).sign() == 0
    assert evaluate("I(X;D) - I(X;Z)", law).sign() == 1


def test_rationalising_the_table_instead_would_lose_an_independence():
    net = random_chain(0)
    table = np.einsum("x,xd,dz->xdz", net.factors[0].table, net.factors[1].rows, net.factors[2].rows)
    law = rationalise(joint(table, "X", "D", "Z"))
    assert evaluate("I(X;Z|D)", law).sign() == 1


def test_a_lossless_step_is_decided_to_be_lossless():
    net = bayes_net(joint([0.3, 0.7], "X"), bsc(0.1, "X", "D"), bsc(0.0, "D", "Z"), z_channel(0.2, "D", "W"))
    law = rationalise(net)
    assert evaluate("I(X;D) - I(X;Z)", law).sign() == 0
    assert evaluate("I(X;D) - I(X;W)", law).sign() == 1


def test_what_cannot_be_made_exact():
    with pytest.raises(TypeError, match="cannot make a ArrayImpl exact"):
        rationalise(jnp.ones(2))


def test_the_precision_of_flint_is_left_as_it_was():
    before = flint.ctx.prec
    log2(3).enclosure(500)
    assert flint.ctx.prec == before


EXACT = {
    "rational": lambda x: rational(x),
    "log2": lambda x: log2(x),
    "from_rational": lambda x: from_rational(x),
    "exact_binary_entropy": lambda x: exact_binary_entropy(x),
    "rational_table": lambda x: rational_table([[x, 1 - x]]),
    "rationalise": lambda x: rationalise(joint([x, 1 - x], "X")),
    "rationalise a network": lambda x: rationalise(bayes_net(joint([x, 1 - x], "X"), bsc(0.1, "X", "Y"))),
    "extend": lambda x: extend(RationalLaw(rational_table(["1/2", "1/2"]), ("X",)), bsc(x, "X", "Y")),
    "product of a sum": lambda x: log2(3) * x,
    "linear": lambda x: extend(RationalGaussian(((fmpq(3),),), ("X",)), RationalLinear({"X": x}, 1, "Z")),
    "binomial": lambda x: rational_binomial_pmf(2, x),
}


@pytest.mark.parametrize("make", EXACT.values(), ids=EXACT.keys())
def test_exact_arithmetic_refuses_what_is_traced_in_one_line(make):
    with pytest.raises(TypeError) as caught:  # JAX adds a note, which is no part of the message
        jax.eval_shape(make, 0.25)
    assert re.fullmatch("exact arithmetic runs on the host, and [a-z]+ is traced by JAX: .*", str(caught.value))


def test_a_law_computes_the_entropy_of_a_group_once(monkeypatch):
    law, asked = RationalLaw(rational_table([["1/2", "0"], ["1/3", "1/6"]]), ("X", "Y")), []
    summed = rational_laws.entropy_of_masses
    monkeypatch.setattr(rational_laws, "entropy_of_masses", lambda masses: asked.append(0) or summed(masses))
    first = mutual_information(law, "X", "Y")
    assert (mutual_information(law, "Y", "X") - first).sign() == 0
    assert len(asked) == 4  # of X, Y, both, and nothing
    assert law.entropy_of(("Y", "X")) is law.entropy_of(("X", "Y"))
