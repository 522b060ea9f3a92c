"""Laws of counts in Pólya's urn against mpmath, to 50 digits, and against fractions, also where factorials overflow."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from numpyro import distributions as dist

from infoloop.interop.numpyro_laws import distribution_of
from infoloop.interop.polya_urns import urn_masses

pytestmark = pytest.mark.slow


def mass(alpha, counts):
    """The probability of the counts, to 50 digits."""
    with mpmath.workdps(50):
        pairs = [
            (sum(map(mpmath.mpf, alpha)), sum(counts)),
            *((mpmath.mpf(a), k) for a, k in zip(alpha, counts, strict=True)),
        ]
        total, *own = [mpmath.rf(c, k) / mpmath.factorial(k) for c, k in pairs]
        return mpmath.fprod(own) / total


@pytest.mark.parametrize(
    ("alpha", "draws"),
    [((1000.0, 1.0), 2000), ((0.3, 1000.7), 2000), ((0.1, 0.7), 1000), ((1e9, 0.7), 1000), ((1e-3, 1e-4), 600)],
)
def test_masses_are_right_to_some_units_in_the_last_place(alpha, draws):
    counts = np.array([[k, draws - k] for k in range(0, draws + 1, draws // 20)])
    found = urn_masses(jnp.array(alpha), counts)
    wanted = [mass(alpha, row) for row in counts.tolist()]
    worst = max(abs(p / q - 1) for p, q in zip(found.tolist(), wanted, strict=True) if q > 1e-305)
    assert worst < 5e-14
    assert all(p < 1e-304 for p, q in zip(found.tolist(), wanted, strict=True) if q <= 1e-305)


@pytest.mark.full
def test_many_draws_from_an_even_urn_are_uniform():
    law, _ = distribution_of("X", dist.DirichletMultinomial(jnp.array([1.0, 1.0]), 200))
    assert np.abs(np.asarray(law.probs) * 201 - 1).max() < 1e-14
    law, _ = distribution_of("X", dist.BetaBinomial(1000.0, 1.0, total_count=2000))
    assert abs(float(law.probs.sum()) - 1) < 1e-13
    assert abs(float(law.probs[2000]) * 3 - 1) < 1e-13


@pytest.mark.full
def test_masses_have_a_slope_and_elements_have_their_own_draws():
    slope = jax.grad(lambda a: urn_masses(jnp.stack([a, 2.0]), np.array([[1, 2]]))[0])(1.5)
    step = Fraction(1, 10**6)
    up, down = (float(mass((1.5 + d, 2.0), (1, 2))) for d in (float(step), -float(step)))
    assert abs(float(slope) - (up - down) / float(2 * step)) < 1e-8
    law, _ = distribution_of("X", dist.BetaBinomial(jnp.array([1.0, 1.0]), 1.0, total_count=jnp.array([1, 2])))
    assert np.abs(np.asarray(law.probs) - [[0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]]).max() < 1e-15
