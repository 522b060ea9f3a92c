"""Mean and median of losses under exact laws, their ties and their zeros."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.loops import risks
from infoloop.probability.numerics import rounding


def by_sorting(masses, losses):
    pairs = sorted(zip(losses, masses, strict=True))
    return next(v for k, (v, _) in enumerate(pairs) if sum(m for _, m in pairs[: k + 1]) >= Fraction(1, 2))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("masses", "losses"),
    [
        ([Fraction(1, 2), Fraction(1, 2)], [3, 1]),
        ([Fraction(1, 10)] * 10, list(range(10))),  # ten tenths: the fifth partial sum is one half
        ([Fraction(0), Fraction(1, 3), Fraction(0), Fraction(2, 3)], [1, 2, 3, 4]),
        ([Fraction(1, 7)] * 7, [5, 5, 1, 1, 9, 9, 9]),
    ],
)
def test_the_median_is_the_lower_one(masses, losses):
    found = risks.median_risk(jnp.array([[float(m) for m in masses]]), jnp.array([losses], float))
    assert float(found) == by_sorting(masses, losses)


@pytest.mark.full
def test_partial_sums_short_of_one_half_by_rounding_count_as_one_half():
    masses = np.full(14, 1 / 14)
    assert np.cumsum(masses)[6] < 0.5  # seven fourteenths in floats: an implementation without the tie rule gives 7
    assert float(risks.median_risk(masses[None], np.arange(14.0)[None])) == 6


@pytest.mark.slow
def test_the_median_is_a_loss_that_is_taken():
    losses = jnp.array([[0.0, 1.0]])
    assert float(risks.median_risk(jnp.array([[0.5, 0.5]]), losses)) in losses[0].tolist()


def test_an_infinite_loss_counts_only_where_it_has_mass():
    losses = jnp.array([[1.0, jnp.inf]])
    assert float(risks.mean_risk(jnp.array([[1.0, 0.0]]), losses)) == 1
    assert float(risks.mean_risk(jnp.array([[0.75, 0.25]]), losses)) == jnp.inf


@pytest.mark.slow
def test_the_gradient_by_the_table_is_the_loss_where_masses_are_zero_too():
    losses = jnp.array([[3.0, 5.0, jnp.inf]])
    slope = jax.grad(risks.mean_risk)(jnp.array([[1.0, 0.0, 0.0]]), losses)
    assert slope.tolist() == [[3.0, 5.0, 0.0]]


def test_a_loss_that_is_no_number_is_not_hidden():
    assert np.isnan(risks.mean_risk(jnp.array([[1.0, 0.0]]), jnp.array([[1.0, jnp.nan]])))


@pytest.mark.full
def test_the_gradient_of_the_relative_entropy_is_finite_where_both_are_zero():
    model, truth = jnp.array([[0.25, 0.75, 0.0]]), jnp.array([[0.5, 0.5, 0.0]])
    slope = jax.grad(lambda f: risks.relative_entropies(f, truth)[0, 0])(model)
    assert np.isfinite(slope).all()
    assert abs(float(slope[0, 0] - slope[0, 1]) * np.log(2) - (0.5 / 0.75 - 0.5 / 0.25)) < rounding(8)


@pytest.mark.slow
def test_what_is_no_law_gives_nan():
    losses = jnp.array([[1.0, 2.0]])
    assert np.isnan(risks.mean_risk(jnp.array([[1.5, -0.5]]), losses))
    assert np.isnan(risks.median_risk(jnp.array([[1.5, -0.5]]), losses))
    assert np.isnan(risks.median_risk(jnp.array([[0.25, 0.125]]), losses))
    assert np.isnan(risks.relative_entropies(jnp.array([[1.5, -0.5]]), jnp.array([[0.5, 0.5]]))).all()


def test_shapes_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="one loss for each cell"):
        risks.mean_risk(jnp.ones((1, 2)) / 2, jnp.ones((2, 2)))
    with pytest.raises(ValueError, match="over the same symbols"):
        risks.squared_errors(jnp.ones((1, 2)) / 2, jnp.ones((1, 3)) / 3)


@pytest.mark.slow
def test_a_median_of_too_little_mass_has_no_slope():
    slope = jax.grad(lambda losses: risks.median_risk(jnp.full((1, 2), 0.125), losses))(jnp.array([[1.0, 2.0]]))
    assert np.isnan(slope).any()
