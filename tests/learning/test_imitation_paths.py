"""Imitation at given pass rates, against Runge-Kutta in time on all logits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.imitation_paths import imitate_accepted, imitate_one

BASE, ACCEPTED = np.array([0.2, 0.1, 0.05, 0.4, 0.25]), np.array([1.0, 1, 1, 0, 0])


def stepped(target, gains, h=0.01):
    """Step dz = target - policy in time, in NumPy, and return the policies where the log odds reach each gain."""

    def law_at(z):
        weights = np.exp(z - z.max())
        return weights / weights.sum()

    def odds(law):
        return np.log(law[:3].sum() / law[3:].sum())

    z, found, start = np.log(BASE), [], odds(BASE)
    for gain in gains:
        while odds(law_at(z)) < start + gain:
            before = z
            half = z + h / 2 * (target - law_at(z))
            z = z + h * (target - law_at(half))
        low, high = (odds(law_at(one)) - start for one in (before, z))
        found.append(law_at(before + (gain - low) / (high - low) * (z - before)))
    return np.array(found)


@pytest.mark.slow
def test_imitation_of_all_right_answers_is_its_flow_in_time():
    gains = [0.5, 2.0]
    target = BASE * ACCEPTED / (BASE * ACCEPTED).sum()
    found = imitate_accepted(BASE, ACCEPTED, gains, 80)
    assert np.abs(found - stepped(target, gains)).max() < 1e-5
    odds = np.log(found[:, :3].sum(1) / found[:, 3:].sum(1)) - np.log(0.35 / 0.65)
    assert np.abs(odds - gains).max() < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 2])
def test_imitation_of_one_reference_is_its_flow_in_time(place):
    one = np.eye(5)[place]
    found = imitate_one(BASE, ACCEPTED, one, 2.0)
    assert np.abs(found - stepped(one, [2.0])[0]).max() < 1e-5


@pytest.mark.slow
def test_bad_input_is_refused_and_traced_gives_nan():
    with pytest.raises(ValueError, match=r"gains .* positive numbers, rising"):
        imitate_accepted(BASE, ACCEPTED, [2.0, 1.0], 2)
    with pytest.raises(ValueError, match=r"reference .* one accepted output"):
        imitate_one(BASE, ACCEPTED, np.eye(5)[3], 1.0)
    with pytest.raises(ValueError, match=r"gain .* positive"):
        imitate_one(BASE, ACCEPTED, np.eye(5)[0], -1.0)
    assert jnp.isnan(jax.jit(lambda g: imitate_accepted(BASE, ACCEPTED, g, 2))(jnp.array([2.0, 1.0]))).all()
    assert jnp.isnan(jax.jit(lambda a: imitate_one(BASE, ACCEPTED, a, 1.0))(jnp.eye(5)[3])).all()
