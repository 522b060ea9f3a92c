"""Clipping against enumerated groups, penalties against divergences, natural gradients against the Fisher matrix."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.advantage_rules import dr_grpo, grpo, modified, rloo
from infoloop.learning.policy_gradient.exact_updates import expected_update
from infoloop.learning.policy_gradient.group_advantages import advantages
from infoloop.learning.policy_gradient.reward_kinds import kinds, output_kinds
from infoloop.learning.policy_gradient.score_statistics import scores
from infoloop.learning.policy_gradient.update_terms import clipped_update, kl_update, natural_logits, natural_update
from infoloop.probability.numerics import rounding

OLD, BASE = jnp.array([0.1, 0.2, 0.3, 0.4]), jnp.array([0.4, 0.1, 0.25, 0.25])
Z = jnp.log(jnp.array([0.2, 0.25, 0.25, 0.3]))  # ratios 2, 1.25, .83, .75: between and beyond the bounds
OUTCOME = [1.0, 0.0, 1.0, 0.0]
CLOSE = rounding(64)


def identity(z):
    return z


@pytest.mark.full
@pytest.mark.parametrize("rule", [grpo(), modified(dr_grpo(), dose=2.0)], ids=["grpo", "shaped"])
def test_the_clipped_update_is_the_slope_of_the_clipped_objective(rule):
    """Of the sum over all ordered groups of three under the old policy, differentiated by JAX."""
    shaping = [0.0, 1.0, 0.25, 0.0]
    features = kinds(OUTCOME, shaping)
    groups = jnp.array(list(itertools.product(range(4), repeat=3)))
    a = jax.vmap(lambda y: advantages(rule, jax.tree.map(lambda x: x[y], features), jnp.ones(3), 3)[0])(groups)

    def objective(z):
        ratio = jax.nn.softmax(z)[groups] / OLD[groups]
        clipped = jnp.where(ratio > 1.3, 1.3, jnp.where(ratio < 0.8, 0.8, ratio))
        return (OLD[groups].prod(axis=1) * jnp.minimum(ratio * a, clipped * a).mean(axis=1)).sum()

    found = clipped_update(rule, identity, Z, OLD, output_kinds(OUTCOME, shaping), 3, 0.2, 0.3)
    np.testing.assert_allclose(found, jax.grad(objective)(Z), rtol=0, atol=CLOSE)


@pytest.mark.full
def test_on_policy_nothing_is_clipped():
    outputs = output_kinds(OUTCOME)
    found = clipped_update(rloo(), identity, jnp.log(OLD), OLD, outputs, 4, 0.0, 0.0)
    near = clipped_update(rloo(), identity, jnp.log(OLD), OLD, outputs, 4)
    expected = expected_update(rloo(), identity, jnp.log(OLD), outputs, 4)
    np.testing.assert_allclose(near, expected, rtol=0, atol=CLOSE)
    assert abs(found).max() <= abs(expected).max() + CLOSE  # at width 0 rounding decides what is clipped


@pytest.mark.full
def test_on_random_rewards_clipping_pulls_to_the_old_policy():
    r"""Verdicts independent of the outputs: $\frac12E|A|\rho\,\nabla\ln\pi(1_{\rho<1-a}-1_{\rho>1+b})$ (S59)."""
    size, outcome = 3, [0.0, 1.0]  # every output once with each verdict
    doubled = jnp.repeat(OLD, 2) / 2
    logits_of = lambda z: jnp.repeat(z, 2)  # noqa: E731
    found = clipped_update(grpo(), logits_of, Z, doubled, output_kinds(outcome * 4), size, 0.2, 0.2)
    mean_size = sum(math.comb(size, c) / 2**size * 2 * math.sqrt(c * (size - c)) / size for c in range(size + 1))
    ratio = jax.nn.softmax(Z) / OLD
    sign = jnp.where(ratio < 0.8, 1.0, jnp.where(ratio > 1.2, -1.0, 0.0))
    expected = (OLD * ratio * sign * mean_size / 2) @ scores(identity, Z)
    np.testing.assert_allclose(found, expected, rtol=0, atol=CLOSE)


def divergence(p, q):
    return (p * jnp.log(p / q)).sum()


@pytest.mark.full
def test_penalties_are_slopes_of_divergences():
    reverse = jax.grad(lambda z: -0.3 * divergence(jax.nn.softmax(z), BASE))(Z)
    forward = jax.grad(lambda z: -0.3 * divergence(BASE, jax.nn.softmax(z)))(Z)
    for estimator, expected in (("exact", reverse), ("k2", reverse), ("k3", forward), ("k1", jnp.zeros(4))):
        np.testing.assert_allclose(kl_update(identity, Z, BASE, 0.3, estimator), expected, rtol=0, atol=CLOSE)


@pytest.mark.full
@pytest.mark.parametrize("estimator", ["k1", "k2", "k3"])
def test_an_estimator_is_differentiated_with_its_samples_fixed(estimator):
    policy = jax.nn.softmax(Z)
    log_u = lambda z: jnp.log(BASE) - jax.nn.log_softmax(z)  # noqa: E731
    loss = {
        "k1": lambda z: -log_u(z),
        "k2": lambda z: log_u(z) ** 2 / 2,
        "k3": lambda z: jnp.expm1(log_u(z)) - log_u(z),
    }[estimator]
    expected = jax.grad(lambda z: -0.3 * policy @ loss(z))(Z)
    np.testing.assert_allclose(kl_update(identity, Z, BASE, 0.3, estimator), expected, rtol=0, atol=CLOSE)


@pytest.mark.full
def test_the_natural_gradient_of_a_table_is_the_reward():
    """Up to a constant (S46), in closed form and by the pseudo-inverse."""
    reward = jnp.array(OUTCOME)
    update = expected_update(rloo(), identity, Z, output_kinds(OUTCOME), 4)
    for found in (natural_logits(jax.nn.softmax(Z), update), natural_update(identity, Z, update)):
        np.testing.assert_allclose(found - found.mean(), reward - reward.mean(), rtol=0, atol=CLOSE)


@pytest.mark.full
@pytest.mark.parametrize("z", [[0.0, -60.0], [0.0, -60.0, -140.0], [-300.0, 0.0, 0.0, -5.0]])
def test_the_natural_gradient_of_a_peaked_policy_is_the_reward_too(z):
    z, reward = jnp.array(z), jnp.arange(float(len(z)))
    expected = reward - reward.mean()
    for scale in (1.0, 2.0) if len(z) == 2 else (1.0,):  # of logits that are not the parameters
        logits_of = lambda theta, scale=scale: scale * theta  # noqa: E731
        update = expected_update(rloo(), logits_of, z / scale, output_kinds(reward), 2)
        found = natural_update(logits_of, z / scale, update)
        np.testing.assert_allclose(found, expected / scale, rtol=0, atol=CLOSE)


@pytest.mark.full
def test_the_natural_gradient_has_slopes_at_the_uniform_policy():
    r"""$-U_y\frac{1_{y=k}-\pi_k}{\pi_y}$, less its mean over outputs."""
    update = np.array([0.3, -0.1, -0.2])
    slope = -3 * update[:, None] * (np.eye(3) - 1 / 3)
    expected = slope - slope.mean(axis=0)
    for derivative in (jax.jacfwd, jax.jacrev):
        found = derivative(lambda z: natural_update(identity, z, jnp.array(update)))(jnp.zeros(3))
        np.testing.assert_allclose(found, expected, rtol=0, atol=CLOSE)


@pytest.mark.slow
def test_the_natural_gradient_has_slopes_where_singular_values_agree():
    """Two features, orthogonal and of one length under the uniform policy, against differences of a solution."""
    phi, update = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]]), np.array([0.3, 0.1])

    def solved(theta):
        policy = np.exp(phi @ theta) / np.exp(phi @ theta).sum()
        g = phi - policy @ phi
        return np.linalg.solve(g.T @ (policy[:, None] * g), update)

    found = jax.jacrev(lambda theta: natural_update(lambda t: phi @ t, theta, jnp.array(update)))(jnp.zeros(2))
    step = 1e-5
    differences = [(solved(step * e) - solved(-step * e)) / (2 * step) for e in np.eye(2)]
    np.testing.assert_allclose(found, np.array(differences).T, rtol=0, atol=step)  # the error is of order step**2


def test_outputs_without_mass_stay():
    found = natural_update(identity, jnp.array([0.0, -800.0, 0.0]), jnp.array([0.25, 0.0, -0.25]))
    assert found.tolist() == [0.5, 0.0, -0.5]
    assert jnp.isnan(natural_logits(jnp.full(2, jnp.nan), jnp.zeros(2))).all()


@pytest.mark.full
def test_the_natural_gradient_solves_with_the_fisher_matrix():
    phi = jnp.array([[1.0, 0.0, 1.0], [0.5, -1.0, -0.5], [0.0, 2.0, 2.0], [-1.0, 0.3, -0.7]])  # the third is the sum
    logits_of = lambda theta: Z + phi @ theta["x"]  # noqa: E731
    theta = {"x": jnp.zeros(3)}
    update = expected_update(rloo(), logits_of, theta, output_kinds(OUTCOME), 4)
    g = scores(logits_of, theta)
    fisher = g.T @ (jax.nn.softmax(Z)[:, None] * g)
    found = natural_update(logits_of, theta, update)["x"]
    np.testing.assert_allclose(fisher @ found, update["x"], rtol=0, atol=CLOSE)
    assert abs(found @ jnp.array([1.0, 1.0, -1.0])) <= CLOSE  # nothing along what does not change the policy


def test_bad_input_is_named():
    outputs = output_kinds(OUTCOME)
    with pytest.raises(ValueError, match=r"^old has mass 2"):
        clipped_update(rloo(), identity, Z, 2 * OLD, outputs, 4)
    with pytest.raises(ValueError, match=r"^high is -1"):
        clipped_update(rloo(), identity, Z, OLD, outputs, 4, high=-1.0)
    with pytest.raises(ValueError, match=r"^estimator is 'k4': choose one of 'exact', 'k1', 'k2', 'k3'$"):
        kl_update(identity, Z, BASE, 1.0, "k4")
    with pytest.raises(
        ValueError, match=r"^base has shape \(2,\) and the policy \(4,\): give one probability an output$"
    ):
        kl_update(identity, Z, [0.5, 0.5], 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["exact", "k2"])
def test_a_base_has_mass_where_the_policy_has(estimator):
    base = jnp.array([0.5, 0.5, 0.0, 0.0])
    message = r"^base has no mass on output 2, on which the policy has 0\.25: the divergence is infinite; give mass to "
    with pytest.raises(ValueError, match=message):
        kl_update(identity, Z, base, 1.0, estimator)
    assert jnp.isnan(jax.jit(lambda base: kl_update(identity, Z, base, 1.0, estimator))(base)).all()
    assert jnp.isfinite(kl_update(identity, Z, base, 1.0, "k3")).all()
    narrow = Z.at[2:].set(-800.0)
    assert jnp.isfinite(kl_update(identity, narrow, base, 1.0, estimator)).all()
