"""The interval that halving leaves: as short as it should be, around the root, cell by cell."""

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.probability.bisection import bisect


def test_the_interval_is_halved_around_the_root_of_each_cell():
    squares = jnp.array([0.0, 2.0, 9.0, 15.9])
    low, high = jax.jit(lambda s: bisect(lambda x: x * x < s, 0 * s, 0 * s + 4, 10))(squares)
    assert (np.asarray(high - low) == 4 / 2**10).all()
    assert (np.asarray(low) ** 2 <= squares).all()
    assert (squares <= np.asarray(high) ** 2).all()
    assert (jnp.stack(bisect(lambda x: x * x > squares, 0 * squares, 0 * squares + 4, 10))[:, 1:3] != low[1:3]).all()


def test_no_halving_leaves_the_ends_and_nan_counts_as_no():
    ends = jnp.array(1.0), jnp.array(3.0)
    assert [float(x) for x in bisect(lambda x: x < 2, *ends, 0)] == [1.0, 3.0]
    assert [float(x) for x in bisect(lambda x: x < jnp.nan, *ends, 60)] == [1.0, 1.0]
