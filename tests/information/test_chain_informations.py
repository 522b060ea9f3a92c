"""Powers, steps and blocks of rows give the same informations, at any number of steps."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information import chain_informations
from infoloop.information.chain_informations import later_informations
from infoloop.information.measures import mutual_information
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import rounding


def law_and_rows(seed: int, values: int, states: int):
    random = np.random.default_rng(seed)
    p = random.dirichlet(np.ones(values * states)).reshape(values, states)
    return jnp.asarray(p), jnp.asarray(random.dirichlet(np.ones(states), states) / 2 + np.eye(states) / 2)


def one_by_one(p, rows, steps):
    """Each law apart."""
    found = []
    for _ in range(steps):
        p = jnp.matmul(p, rows, precision=jax.lax.Precision.HIGHEST)
        found.append(mutual_information(Joint(p, ("X", "Z")), "X", "Z"))
    return np.array(found)


@pytest.fixture
def settings(monkeypatch):
    """Set sizes of this module; what was compiled with others is forgotten."""

    def choose(**values):
        jax.clear_caches()
        for name, value in values.items():
            monkeypatch.setattr(chain_informations, name, value)

    yield choose
    monkeypatch.undo()
    jax.clear_caches()


@pytest.mark.slow
@pytest.mark.parametrize("steps", [0, 1, 5, 31, 32, 33, 70])
def test_powers_make_the_same_as_steps(steps):
    p, rows = law_and_rows(0, 5, 4)
    np.testing.assert_allclose(
        later_informations(p, rows, steps, None), one_by_one(p, rows, steps), atol=rounding(20 * max(steps, 1))
    )


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 33, 70])
def test_different_links_are_as_good_as_one(steps):
    p, rows = law_and_rows(1, 3, 4)
    links = jnp.broadcast_to(rows, (steps, 4, 4))
    np.testing.assert_allclose(
        later_informations(p, links, None, None), one_by_one(p, rows, steps), atol=rounding(12 * steps)
    )


@pytest.mark.full
@pytest.mark.parametrize("values", [1, 6, 7])
def test_blocks_of_rows_add_up(settings, values):
    """Two rows at once; of seven, one block has a row that is none."""
    p, rows = law_and_rows(2, values, 5)
    band = jnp.stack([jnp.ones(5), jnp.zeros(5)], axis=1)  # nothing moves
    settings(AT_ONCE=10, CACHED=1)
    found = later_informations(p, rows, 40, None)
    np.testing.assert_allclose(found, one_by_one(p, rows, 40), atol=rounding(5 * values * 40))
    np.testing.assert_allclose(later_informations(p, band, 3, 0), one_by_one(p, jnp.eye(5), 3), atol=rounding(40))


def test_how_many_powers_pay():
    most = chain_informations._most_powers
    assert most(64, 64, 1000) == 16  # 2^16 cells fit
    assert most(64, 64, 10) == 4  # a quarter of what is then made by them
    assert most(64, 64, 1) == most(2, 2000, 1000) == most(64, 64, None) == 1
    assert most(4, 4, 1000) == 32


@pytest.mark.parametrize(("count", "cells"), [(1, 4), (33, 2**20), (1000, 2**20), (70, 2**12), (5, 2**15), (64, 1)])
def test_few_steps_are_made_in_vain(count, cells):
    chunks, chunk, together = chain_informations._grouped(count, cells)
    assert chunk % together == 0
    assert together == 1 or together * cells <= chain_informations.CACHED
    assert count <= chunks * chunk < count + chunks * together
    assert chunk <= 32


@pytest.mark.slow
def test_rows_of_extreme_masses_keep_their_digits():
    """The masses are halved until they are no floats any more, unless rows are scaled: nothing else changes."""
    p, _ = law_and_rows(3, 2, 3)
    tiny = jnp.array([[1.0], [2.0**-1000]])
    p = jnp.concatenate([p[:1] / p[0].sum(), p[1:] / p[1].sum()]) * tiny
    far = jnp.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    found = np.asarray(later_informations(p, far, 4, None))
    # D of the rare row from the other one, whose law is that of Z: by logarithms of masses that are not extreme
    rare, usual = np.asarray(p[1]) * 2.0**1000, np.asarray(p[0])
    expected = (rare * np.log2(rare / usual)).sum() * 2.0**-1000
    np.testing.assert_allclose(found, expected, rtol=rounding(6))


@pytest.mark.full
def test_slopes_by_powers_are_those_by_steps():
    p = law_and_rows(4, 5, 4)[0].at[0, 1].set(0.0).at[3].set(0.0)  # an empty cell and a row of them
    rows = jnp.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0], [0.0, 0.0, 0.5, 0.5], [0.5, 0.0, 0.0, 0.5]])

    def by_powers(p, rows):
        return later_informations(p, rows, 40, None).sum()

    def by_steps(p, rows):
        return later_informations(p, jnp.broadcast_to(rows, (40, 4, 4)), None, None).sum()

    for found, expected in zip(*(jax.grad(f, argnums=(0, 1))(p, rows) for f in (by_powers, by_steps)), strict=True):
        assert np.isfinite(found).all()
        np.testing.assert_allclose(found, expected, rtol=rounding(40 * 4), atol=rounding(40 * 20))
