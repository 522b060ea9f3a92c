"""Chi-squares drawn in batches have their law, at a stated false-alarm rate."""

import jax
import numpy as np
import pytest
from scipy import stats

from infoloop.probability.chi_square_sampling import chi_square
from tests.support.finite_sample_bounds import values_against, worst

DEGREES = [1, 2, 3, 9, 99, 2999]


@pytest.mark.full
def test_they_have_their_law():
    draws = [chi_square(jax.random.key(d), d, (100_000,)) for d in DEGREES]
    laws = [stats.chi2(d).cdf for d in DEGREES]
    assert worst([values_against(x, law) for x, law in zip(draws, laws, strict=True)]) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("degrees", DEGREES[:4])
def test_one_degree_more_would_be_noticed(degrees):
    x = chi_square(jax.random.key(0), degrees + 1, (100_000,))
    assert worst([values_against(x, stats.chi2(degrees).cdf)]) > 1


def test_draws_that_are_never_rejected_would_be_noticed():
    """The cube of a normal alone (Wilson & Hilferty 1931), which a sampler without its rejection would give."""
    a = 3 / 2 - 1 / 3
    x = 2 * a * (1 + np.random.default_rng(0).normal(size=100_000) / np.sqrt(9 * a)) ** 3
    assert worst([values_against(x, stats.chi2(3).cdf)]) > 1


@pytest.mark.slow
def test_no_degrees_are_no_squares_and_keys_make_batches():
    assert chi_square(jax.random.key(0), 0, (3,)).tolist() == [0.0] * 3
    batch = jax.jit(jax.vmap(lambda key: chi_square(key, 5)))(jax.random.split(jax.random.key(1), 4))
    assert len(set(batch.tolist())) == 4


@pytest.mark.parametrize("bad", [-1, 2.5, True])
def test_degrees_that_are_none_are_refused(bad):
    with pytest.raises(ValueError, match="degrees is"):
        chi_square(jax.random.key(0), bad)
