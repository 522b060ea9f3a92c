"""The log-linear policy moves logits by the kernel that its weights name."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.log_linear_policy import FeatureWeights, log_linear
from infoloop.probability.numerics import rounding
from infoloop.worlds.lookup import lookup_world

WEIGHTS = FeatureWeights(content_class=0.5, content_output=0.25, form=0.125, domain_form=2.0, own=0.0625)


@pytest.fixture(scope="module")
def world():
    return lookup_world(jax.random.key(1), symbols=2, classes=2, forms=1, tasks=0, alphabet=2)


@pytest.mark.full
def test_a_step_moves_logits_by_the_kernel(world):
    """The logits of all outputs of q' change by w times the kernel against (q, y), up to a constant of q'."""
    policy = log_linear(world, WEIGHTS)
    start = policy.start(jax.random.key(0))
    at = jax.jacobian(policy.log_policy)(start)
    features = np.concatenate([np.array(x).reshape(*world.classes.shape, -1) for x in at], axis=-1)
    moved = np.einsum("qyf,rzf->qyrz", features, features)
    content, domain, form, classes = (np.array(getattr(world, n)) for n in ("content", "domain", "form", "classes"))
    size = classes.shape
    kernel = np.zeros((*size, *size))
    for q, y, r, z in np.ndindex(kernel.shape):
        same_class = content[q] == content[r] and classes[q, y] == classes[r, z] >= 0
        kernel[q, y, r, z] = (
            0.5 * same_class
            + 0.25 * (content[q] == content[r] and y == z)
            + 0.125 * (form[y] == form[z])
            + 2.0 * (domain[q] == domain[r] and form[y] == form[z])
            + 0.0625 * (q == r and y == z)
        )
    centred = kernel - kernel.mean(axis=1, keepdims=True)
    centred = centred - centred.mean(axis=3, keepdims=True)
    assert np.abs(moved - centred).max() <= rounding(64)


@pytest.mark.full
def test_it_starts_at_its_base(world):
    base = jnp.log(jnp.full(world.classes.shape, 0.1).at[:, 0].set(0.7))
    policy = log_linear(world, WEIGHTS, base)
    assert jnp.abs(policy.log_policy(policy.start(jax.random.key(0))) - base).max() <= rounding(8)


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_a_weight_is_finite_and_not_negative(world, wrong):
    with pytest.raises(ValueError, match="form is"):
        log_linear(world, FeatureWeights(form=wrong))
