"""Other orders against powers in 50 digits, limits, infinities and slopes at zeros."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.measures import divergence, entropy, mutual_information
from infoloop.information.renyi import (
    bhattacharyya,
    extropy,
    lautum_information,
    renyi_divergence,
    renyi_entropy,
    sibson_information,
)
from infoloop.probability.channel_families import bsc, erasure, z_channel
from infoloop.probability.channels import extend
from infoloop.probability.distributions import Joint, from_outcomes, joint, product, relabel
from infoloop.probability.gaussians import gaussian
from infoloop.probability.numerics import rounding
from tests.support import oracles

CELLS = 6
ORDERS = [0.01, 0.5, 0.999, 2, 3.5, 20]


def slack(order):
    """Rounding of a sum of powers, each with a relative error that grows with its order, over |1 - order|."""
    return rounding(CELLS) * max(order, 1) ** 2 / abs(1 - order) * math.log2(CELLS)


def laws(seed):
    """Two laws with a zero each, at different and at common places: neither dominates the other."""
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(CELLS)), rng.dirichlet(np.ones(CELLS))
    p[0] = p[1] = q[1] = 0
    return p / p.sum(), q / q.sum()


@pytest.mark.parametrize("order", [0, *ORDERS, 1, math.inf])
def test_entropies_of_every_order(order):
    p, _ = laws(0)
    expected = oracles.renyi_entropy(oracles.law_of(p), order)
    tolerance = rounding(CELLS) * math.log2(CELLS) if order in (0, 1, math.inf) else slack(order)
    assert abs(float(renyi_entropy(joint(p, "X"), order=order)) - expected) <= tolerance


@pytest.mark.parametrize("order", ORDERS)
def test_divergences_of_every_order(order):
    p, q = laws(1)
    expected = oracles.renyi_divergence(oracles.law_of(p), oracles.law_of(q), order)
    assert abs(float(renyi_divergence(joint(p, "X"), joint(q, "X"), order)) - expected) <= slack(order)


def test_order_one_is_the_relative_entropy():
    p, q = (joint(law, "X") for law in laws(2))
    assert renyi_divergence(p, q, 1) == divergence(p, q)
    assert renyi_entropy(p, order=1) == entropy(p)


@pytest.mark.slow
def test_divergences_are_infinite_where_they_should_be():
    p, q, apart = (joint(t, "X") for t in ([0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]))
    assert renyi_divergence(p, q, 2) == renyi_divergence(p, q, 1) == renyi_divergence(q, apart, 0.5) == np.inf
    assert abs(renyi_divergence(p, q, 0.5) - 1) <= slack(0.5)  # -2 log2 sqrt(1/2)


@pytest.mark.parametrize("order", [-0.5, math.nan], ids=str)
def test_entropies_have_an_order_of_at_least_zero(order):
    with pytest.raises(ValueError, match=rf"order is {order}: Rényi entropies have an order >= 0"):
        renyi_entropy(joint([0.5, 0.5], "X"), order=order)


@pytest.mark.parametrize("order", [0, -1, math.inf, math.nan], ids=str)
def test_divergences_have_a_finite_positive_order(order):
    with pytest.raises(ValueError, match=rf"order is {order}: Rényi divergences have a finite order > 0"):
        renyi_divergence(joint([0.5, 0.5], "X"), joint([0.5, 0.5], "X"), order)


@pytest.mark.parametrize("order", [0, 1, math.inf, math.nan], ids=str)
def test_sibson_informations_have_a_finite_positive_order_other_than_one(order):
    with pytest.raises(ValueError, match=rf"order is {order}: give a finite order > 0 other than 1"):
        sibson_information(joint([0.5, 0.5], "X"), bsc(0.1, "X", "Y"), order)


def test_entropies_of_some_variables():
    p = joint(np.random.default_rng(3).dirichlet(np.ones(6)).reshape(2, 3), "X", "Y")
    alone = joint(np.asarray(p.table.sum(0)), "Y")
    assert renyi_entropy(p, "Y", order=2) == renyi_entropy(alone, order=2)
    assert extropy(p, "Y") == extropy(alone)


def test_coefficient_and_extropy():
    p, q = laws(4)
    found = bhattacharyya(joint(p, "X"), joint(q, "X"))
    assert abs(float(found) - oracles.bhattacharyya(oracles.law_of(p), oracles.law_of(q))) <= rounding(CELLS)
    assert abs(float(extropy(joint(p, "X"))) - oracles.extropy(oracles.law_of(p))) <= rounding(CELLS)
    assert extropy(joint([1.0, 0.0], "X")) == 0


@pytest.mark.parametrize("given", [(), ("Z",)], ids=["whole", "conditional"])
def test_lautum_information(given):
    table = np.random.default_rng(5).dirichlet(np.ones(12)).reshape(2, 3, 2)
    expected = oracles.lautum_information(oracles.law_of(table), (0,), (1,), tuple(2 for _ in given))
    p = joint(table, "X", "Y", "Z")
    found = jax.jit(lambda p: (lautum_information(p, "X", "Y", given), lautum_information(p, "Y", "X", given)))(p)
    assert max(abs(float(value) - expected) for value in found) <= rounding(12) * math.log2(12)


def test_lautum_information_at_zeros():
    assert lautum_information(joint([[0.5, 0.0], [0.0, 0.5]], "X", "Y"), "X", "Y") == np.inf
    assert lautum_information(joint([[0.5, 0.5], [0.0, 0.0]], "X", "Y"), "X", "Y") == 0


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "k", [bsc(0.1, "X", "Y"), erasure(0.3, "X", "Y"), z_channel(0.4, "X", "Y")], ids=["b", "e", "z"]
)
def test_sibson_information(k, order):
    weights = [0.3, 0.7]
    expected = oracles.sibson_information(weights, np.asarray(k.rows), order)
    # the sums are raised to 1 / order, so that small orders lose digits
    tolerance = slack(order) * max(1, 1 / order)
    assert abs(float(sibson_information(joint(weights, "X"), k, order)) - expected) <= tolerance


def test_sibson_information_tends_to_the_mutual_information():
    p, k = joint([0.3, 0.7], "X"), bsc(0.1, "X", "Y")
    below, above = (sibson_information(p, k, order) for order in (1 - 2**-10, 1 + 2**-10))
    assert below < mutual_information(extend(p, k), "X", "Y") < above


P, Q = (relabel(joint(law, "X"), X="V") for law in laws(6))
MEASURES = {
    "entropy 0": lambda p: renyi_entropy(p, order=0),
    "entropy 1/2": lambda p: renyi_entropy(p, order=0.5),
    "entropy 2": lambda p: renyi_entropy(p, order=2),
    "entropy inf": lambda p: renyi_entropy(p, order=math.inf),
    "divergence 1/2": lambda p: renyi_divergence(p, P, 0.5),
    "divergence 2": lambda p: renyi_divergence(p, P, 2),
    "divergence from": lambda p: renyi_divergence(P, p, 2),
    "coefficient": lambda p: bhattacharyya(p, P),
    "extropy": extropy,
    "lautum": lambda p: lautum_information(product(p, joint([0.5, 0.5], "W")), "V", "W"),
    "sibson 2": lambda p: sibson_information(Joint(p.table[:2], p.names), bsc(0.1, "V", "Y"), 2),
    "sibson 1/2": lambda p: sibson_information(Joint(p.table[:2], p.names), bsc(0.1, "V", "Y"), 0.5),
}


@pytest.mark.parametrize("bad", [np.nan, -0.1], ids=["NaN", "negative"])
@pytest.mark.parametrize("measure", MEASURES)
def test_under_jit_what_is_no_law_has_no_measure(measure, bad):
    table = jnp.full(CELLS, 0.2).at[1].set(bad)
    assert np.isnan(jax.jit(lambda table: MEASURES[measure](joint(table, "V")))(table))


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_slopes_at_zeros_are_finite(measure):
    slopes = jax.jit(jax.grad(MEASURES[measure]))(P if "sibson" not in measure else joint([0.4, 0, 0.6, 0, 0, 0], "V"))
    assert np.isfinite(slopes.table).all()


def test_a_divergence_of_laws_over_other_symbols():
    with pytest.raises(ValueError, match="cannot compare laws with different alphabets"):
        renyi_divergence(from_outcomes({"a": 1.0}, "X"), joint([1.0], "X"), 2)


NO_TABLE = gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y")


@pytest.mark.parametrize(
    "measure",
    [
        lambda p: renyi_entropy(p, "X", order=2),
        lambda p: renyi_divergence(p, p, 2),
        lambda p: bhattacharyya(p, p),
        lambda p: extropy(p),
        lambda p: lautum_information(p, "X", "Y"),
        lambda p: sibson_information(p, bsc(0.1, "X", "Z"), 2),
    ],
)
def test_a_law_without_a_table_is_refused(measure):
    with pytest.raises(ValueError, match="a Gaussian has no table of floats: give a Joint or a BayesNet"):
        measure(NO_TABLE)


def test_an_input_of_another_size_is_refused():
    with pytest.raises(ValueError, match="X takes 3 values in the input but 2 in the channel that reads it"):
        sibson_information(joint([0.5, 0.25, 0.25], "X"), bsc(0.1, "X", "Y"), 2)
