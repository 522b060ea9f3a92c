"""Informations of many tables keep their digits at every dependence, at zeros and at extreme masses; so do slopes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import log, mpf, workdps

from infoloop.information.measures import mutual_information
from infoloop.information.stacked_tables import Margins, all_near, informations
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import rounding
from tests.support.oracles import information as oracle
from tests.support.oracles import law_of

EPS = float(np.finfo(np.float64).eps)
TERM = 16 * EPS  # a term is some twenty correctly rounded operations, none of which cancels
RATIOS = [1 + s * e for e in (1e-15, 1e-12, 1e-6, 1e-3, 0.1, 0.29, 0.3, 0.414, 0.415, 0.9) for s in (-1, 1)]


def margins(tables: jax.Array) -> Margins:
    left = tables.sum(2, keepdims=True)
    return Margins(left, tables.sum(1, keepdims=True), left[0].sum(), jnp.ones_like(left))


def bits(tables: jax.Array, near=False) -> jax.Array:
    return informations(tables, margins(tables), jnp.array(near))


def laws(seed: int, *shape: int) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).dirichlet(np.ones(shape[-1] * shape[-2]), shape[:-2]).reshape(shape))


def term(p: float, q: float):
    one = jnp.ones((1, 1, 1))
    return float(informations(p * one, Margins(q * one, one, jnp.ones(()), one), jnp.array(False))[0])


@workdps(60)
def exact_term(p: float, q: float):
    ratio = mpf(p) / mpf(q)
    return (mpf(p) * log(ratio) - (mpf(p) - mpf(q))) / log(2)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1.0, 0.37, 1e-270])
def test_a_term_keeps_its_digits_at_every_distance(scale):
    for p in (scale * ratio for ratio in [*RATIOS, 1e-200 / min(scale, 1e-200) * 1e-30, 1e-20, 1e20]):
        exact = exact_term(p, scale)
        assert abs(term(p, scale) - exact) <= TERM * exact
    assert term(scale, scale) == 0
    assert abs(term(0.0, scale) * np.log(2) - scale) <= TERM * scale


@pytest.mark.full
def test_they_are_those_of_an_oracle():
    tables = laws(0, 3, 4, 5).at[1, 2].set(0.0).at[2, :, 3].set(0.0)
    tables = tables / tables.sum((1, 2), keepdims=True)
    for table, found in zip(np.asarray(tables), np.asarray(bits(tables)), strict=True):
        assert abs(found - float(oracle(law_of(table), (0,), (1,)))) <= rounding(20)


@pytest.mark.slow
def test_independent_variables_share_exactly_nothing():
    table = jnp.outer(jnp.array([0.5, 0.25, 0.25, 0.0]), jnp.array([0.125, 0.0, 0.875]))
    assert float(bits(table[None])[0]) == 0


@pytest.mark.full
def test_near_tables_need_no_doublings():
    q = jnp.full((5, 5), 1 / 25)
    wave = jnp.sin(jnp.arange(25.0)).reshape(5, 5)
    tables = jnp.stack([q * (1 + e * wave) for e in (1e-9, 1e-3, 0.2)])
    assert bool(all_near(tables, margins(tables)))
    np.testing.assert_allclose(bits(tables, near=True), bits(tables), rtol=TERM)


@pytest.mark.parametrize(("ratio", "near"), [(0.72, True), (1.4, True), (0.7, False), (1.42, False), (0.0, False)])
def test_near_is_within_the_square_root_of_two(ratio, near):
    one = jnp.ones((1, 1, 1))
    assert bool(all_near(ratio * one, Margins(one, one, jnp.ones(()), one))) is near


@pytest.mark.full
def test_rows_that_are_scaled_count_as_before():
    tables, scale = laws(1, 2, 3, 4), jnp.array([2.0, 0.25, 1.0])[:, None]
    m = margins(tables)
    m = Margins(m.left * scale, m.right, m.total, 1 / scale)
    np.testing.assert_array_equal(informations(tables * scale, m, jnp.array(False)), bits(tables))


@pytest.mark.full
def test_slopes_are_those_of_the_information_and_0_in_empty_cells():
    tables = laws(2, 2, 3, 4).at[:, 1, 2].set(0.0)
    for table in tables:
        found = jax.grad(lambda t: bits(t[None])[0])(table)
        expected = jax.grad(lambda t: mutual_information(Joint(t, ("X", "Y")), "X", "Y"))(table)
        np.testing.assert_allclose(found, expected, atol=rounding(12) * 8)  # of slopes up to some 8 bits
        assert found[1, 2] == 0


@pytest.mark.full
def test_slopes_keep_their_digits_near_independence():
    """Of p log2 p/q with q fixed: the logarithm itself, which from a rounded ratio would have four digits here."""
    p, q = 0.5 * (1 + 1e-12), jnp.array([[[0.5]]])
    one = jnp.ones((1, 1, 1))
    slope = jax.grad(lambda p: informations(p * one, Margins(q, one, jnp.ones(()), one), jnp.array(False))[0])(p)
    exact = float(log(mpf(p) / mpf(0.5)) / log(2))
    assert abs(float(slope) - exact) <= TERM * exact


@pytest.mark.full
def test_second_slopes_are_finite_and_right():
    table = jnp.array([[0.3, 0.2], [0.0, 0.5]])

    def along(e, measure):
        return measure(table + e * jnp.array([[1.0, -1.0], [0.0, 0.0]]))

    def twice(measure):
        return float(jax.grad(jax.grad(lambda e: along(e, measure)))(0.0))

    # -H(X,Z) + H(Z): 1/.3 + 1/.2 of the cells, less 1/.3 + 1/.7 of the columns
    expected = (1 / 0.2 - 1 / 0.7) / np.log(2)
    assert abs(twice(lambda t: bits(t[None])[0]) - expected) <= rounding(8) * 8


@pytest.mark.full
def test_short_floats_are_served():
    tables = laws(3, 2, 3, 3)
    found = bits(tables.astype(jnp.float32))
    assert found.dtype == jnp.float32
    np.testing.assert_allclose(found, bits(tables), atol=rounding(9, np.float32))


def test_what_is_no_number_stays_none():
    assert np.isnan(bits(laws(4, 1, 2, 2).at[0, 0, 0].set(jnp.nan))).all()
