"""One generation by the banded kernel against the dense one, which `test_binomial_resampling` has against rationals."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.ndimage

from infoloop.loops.banded_kernels import banded_kernel, resample
from infoloop.loops.binomial_resampling import binomial_pmf, wright_fisher_kernel
from infoloop.probability.numerics import rounding

DRAWS = 2400  # enough that the columns in the middle are interpolated
CUT = 1e-18  # what a row may lack at either end, as documented
ROUNDINGS = rounding(32 * 4)  # of 32 nodes whose weights are at most 4 in sum


def band(n):
    counts = np.arange(n + 1)
    return banded_kernel(n, counts, n - counts)


@pytest.fixture(scope="module")
def dense():
    return np.asarray(wright_fisher_kernel(DRAWS))


@pytest.fixture(scope="module")
def banded():
    return band(DRAWS)


def largest_around(rows, kernel):
    """The largest value of each row within the width of a block."""
    widest = max(run.from_nodes.shape[1] for run in kernel.runs if run.from_nodes is not None)
    return scipy.ndimage.maximum_filter1d(rows, 2 * widest + 1, axis=1)


@pytest.mark.full
def test_certain_counts_give_the_rows_of_the_dense_kernel(dense, banded):
    counts = np.unique(np.r_[:40, np.arange(40, DRAWS, 23), DRAWS - 40 : DRAWS + 1])
    found = np.asarray(resample(jnp.eye(DRAWS + 1)[counts], banded))
    bound = CUT + ROUNDINGS * largest_around(dense[counts], banded)
    assert (np.abs(found - dense[counts]) <= bound).all()
    assert (found >= 0).all()
    assert np.abs(found.sum(1) - 1).max() <= 2 * CUT + ROUNDINGS
    np.testing.assert_array_equal(found[:40], found[-40:][::-1, ::-1])
    np.testing.assert_array_equal(found[0], np.eye(DRAWS + 1)[0])


@pytest.mark.full
def test_slopes_are_the_kernel_where_the_law_is_zero_too(dense, banded):
    counts = [0, 5, DRAWS // 3, DRAWS // 2, DRAWS - 7]
    slopes = jax.jacrev(lambda law: resample(law[None], banded)[0, jnp.array(counts)])(jnp.eye(DRAWS + 1)[0])
    bound = CUT + ROUNDINGS * largest_around(dense, banded).T[counts]
    assert (np.abs(slopes - dense.T[counts]) <= bound).all()


@pytest.mark.full
def test_tails_below_the_least_float_stay_probabilities():
    n = 10_000
    table = binomial_pmf(n, [0.3, 0.5])
    assert (table[:, 4000] < 1e-90).any()
    assert (table[:, 2000] == 0).any()
    for _ in range(2):
        table = resample(table, band(n))
        assert (table >= 0).all()


@pytest.mark.full
def test_rows_that_reach_few_columns_leave_the_others_empty():
    n = 4000
    counts = np.arange(n + 1)
    rates = 0.5 + (counts - n / 2) * 1e-9 / n
    found = resample(jnp.eye(n + 1)[:1], banded_kernel(n, n * rates, n * rates[::-1]))[0]
    exact = binomial_pmf(n, rates[:1])[0]
    assert float(jnp.abs(found - exact).max()) <= CUT + ROUNDINGS * float(exact.max())
    assert float(found[0]) == float(found[-1]) == 0


def test_symbols_that_are_not_treated_alike_are_refused():
    with pytest.raises(ValueError, match="tails are not"):
        banded_kernel(2, np.array([0.0, 0.5, 2.0]), np.array([2.0, 1.5, 0.0]))
