"""One table and many at once: the same numbers in 50 digits, near independence, at zeros, at masses near the least."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import log, mp, mpf

from infoloop.information.table_measures import entropy_of_table, information_of_table
from infoloop.probability.numerics import rounding
from tests.support import oracles

SHAPE, CELLS, MANY = (3, 4, 2), 24, 3000  # 72 000 cells: enough for the plain sum
X, Y, Z = (0,), (1,), (2,)
PLENTY = 1 / 64
EPS = float(np.finfo(np.float64).eps)
STEP = EPS ** (1 / 3)  # the best step of a central difference


def independent(rng):
    """A law whose X and Y are independent given Z."""
    return np.einsum("z,zx,zy->xyz", rng.dirichlet(np.ones(2)), *(rng.dirichlet(np.ones(n), 2) for n in SHAPE[:2]))


def sparse(rng):
    table = rng.dirichlet(np.ones(CELLS)).reshape(SHAPE) * (rng.random(SHAPE) < 0.4)
    table[0, 0, 0] += 0.1
    table[2] = 0
    return table / table.sum()


def near(e):
    def law(rng):
        table = independent(rng) * (1 + e * rng.normal(size=SHAPE))
        return table / table.sum()

    return law


def rare(rng):
    table = rng.dirichlet(np.ones(CELLS)).reshape(SHAPE)
    table[0] *= 1e-300
    return table / table.sum()


def one_by_one(rng):
    """X and Y are equal, and one of their values is nearly impossible."""
    table = np.zeros(SHAPE)
    table[0, 0], table[1, 1] = (1 - 1e-200) / 2, 1e-200 / 2
    return table


KINDS = {
    "random": near(1.0),
    "sparse": sparse,
    "near": near(1e-3),
    "nearer": near(1e-9),
    "rare": rare,
    "one": one_by_one,
}


def law(rng, kind):
    table = np.abs(KINDS[kind](rng))
    return table / table.sum()


def information(table):
    return information_of_table(table, X, Y)


def whole_entropy(table):
    return entropy_of_table(table, X + Y + Z)


def conditional_entropy(table):
    return entropy_of_table(table, Y)


informations = jax.jit(jax.vmap(information))


def expected_information(table):
    return float(oracles.information(oracles.law_of(table), X, Y, Z))


@pytest.mark.parametrize("kind", KINDS)
def test_many_tables_have_the_informations_of_one(kind):
    rng = np.random.default_rng(0)
    some = [law(rng, kind) for _ in range(5)]
    filled = np.stack(some + [law(rng, "random")] * (MANY - len(some)))
    for table, found in zip(some, informations(filled), strict=False):
        expected, alone = expected_information(table), information(jnp.asarray(table))
        # the errors of the margins enter squared; of what the plain sum adds up, one rounding of each ratio counts
        careful = rounding(CELLS) * expected + (rounding(CELLS)) ** 2
        assert abs(alone - expected) <= careful
        assert abs(found - expected) <= careful + (expected >= PLENTY) * rounding(CELLS) * np.sqrt(expected)


@pytest.mark.parametrize("count", [1, MANY])
@pytest.mark.parametrize(("measure", "given"), [(whole_entropy, ()), (conditional_entropy, X + Z)])
def test_entropies_of_tables_with_empty_rows(measure, given, count):
    table = law(np.random.default_rng(8), "sparse")
    expected = float(oracles.entropy(oracles.law_of(table), (0, 1, 2), given))
    found = float(jax.jit(jax.vmap(measure))(np.stack([table] * count))[0])
    assert abs(found - expected) <= rounding(CELLS) * np.log2(CELLS)


def test_a_table_does_not_depend_on_its_neighbours():
    rng = np.random.default_rng(1)
    much, little = law(rng, "random"), law(rng, "nearer")
    assert expected_information(much) > PLENTY > expected_information(little)
    filled = np.stack([much] * MANY)
    mixed = filled.copy()
    mixed[1:] = little
    assert informations(filled)[0] == informations(mixed)[0]


@pytest.mark.slow
def test_vmap_of_vmap_and_along_another_axis():
    rng = np.random.default_rng(2)
    tables = np.stack([law(rng, ("random", "nearer")[k % 2]) for k in range(MANY)])
    expected = informations(tables)
    nested = jax.jit(jax.vmap(jax.vmap(information)))(tables.reshape(50, -1, *SHAPE))
    assert (nested.ravel() == expected).all()
    last = jax.jit(jax.vmap(information, in_axes=3))(np.moveaxis(tables, 0, 3))
    assert np.abs(last - expected).max() <= rounding(CELLS) * expected.max()


@pytest.mark.parametrize("count", [2, MANY])
@pytest.mark.parametrize("measure", [information, whole_entropy, conditional_entropy])
def test_a_table_of_nan_has_no_measure_and_leaves_the_others(measure, count):
    tables = np.stack([law(np.random.default_rng(3), "random")] * count)
    tables[0] = np.nan
    found = np.asarray(jax.jit(jax.vmap(measure))(tables))
    assert np.isnan(found[0])
    assert np.isfinite(found[1:]).all()


@pytest.mark.parametrize("count", [1, MANY])
@pytest.mark.parametrize("kind", ["random", "sparse", "nearer", "rare"])
def test_slopes_are_the_logarithms(kind, count):
    p = law(np.random.default_rng(4), kind)
    found = np.asarray(jax.jit(jax.vmap(jax.grad(information)))(np.stack([p] * count)))[0]
    cells = np.vectorize(mpf, otypes=[object])(p)
    left, right, total = cells.sum(1, keepdims=True), cells.sum(0, keepdims=True), cells.sum((0, 1), keepdims=True)
    with mp.workdps(oracles.DIGITS):
        ratios = cells * total / np.where(p > 0, left * right, np.array(mpf(1)))
        expected = np.array([float(log(r, 2)) if r else 0.0 for r in ratios.ravel()]).reshape(SHAPE)
    # a margin is off by roundings of its size, and so is a logarithm, however small; no more
    assert np.abs(found - expected).max() <= rounding(CELLS) * max(1, np.abs(expected).max())
    assert (found[p == 0] == 0).all()


def test_slopes_near_independence_have_the_digits_that_the_margins_leave():
    """Margins of 3/8 and 5/8 are exact, and their inverses are not: all digits of a slope of 1e-12 are right."""
    e = 2.0**-40
    products = np.outer([3, 5], [3, 5]) / 64
    moved = np.array([[e, -e], [-e, e]])
    found = np.asarray(jax.jit(jax.grad(lambda t: information_of_table(t, (0,), (1,))))(products + moved))
    expected = np.log1p(moved / products) / np.log(2)
    assert np.abs(found / expected - 1).max() <= 8 * EPS


@pytest.mark.parametrize("summed", [(0, 1, 2), (1,), (0, 2)])
def test_slopes_of_entropies_are_the_logarithms(summed):
    p = law(np.random.default_rng(5), "sparse")
    found = np.asarray(jax.jit(jax.grad(entropy_of_table), static_argnums=1)(p, summed))
    whole = len(summed) == 3
    share = p if whole else p / np.where(p.sum(summed, keepdims=True) > 0, p.sum(summed, keepdims=True), 1)
    expected = np.where(p > 0, -np.log2(np.where(p > 0, share, 1)) - whole / np.log(2), 0)
    assert np.abs(found - expected).max() <= rounding(CELLS) * np.abs(expected).max()


@pytest.mark.slow
@pytest.mark.parametrize("measure", [information, whole_entropy, conditional_entropy])
def test_second_slopes_equal_differences_and_are_finite_at_zeros(measure):
    p = (law(np.random.default_rng(6), "random") + 1) / (1 + CELLS)
    slope = jax.jit(jax.grad(measure))
    found = np.asarray(jax.jit(jax.hessian(measure))(p)).reshape(CELLS, CELLS)
    steps = STEP * np.eye(CELLS).reshape(CELLS, *SHAPE)
    differences = np.stack([(slope(p + s) - slope(p - s)).ravel() / (2 * STEP) for s in steps])
    # the third derivative of a slope is at most 2 / p^3 in nats
    assert np.abs(found - differences).max() <= 4 * STEP**2 / p.min() ** 3
    assert np.isfinite(jax.jit(jax.hessian(measure))(law(np.random.default_rng(7), "sparse"))).all()
