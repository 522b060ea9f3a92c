r"""Policies that ascend a learned reward, less a penalty on the way from their base: a table, with exact gradients.

$$\mathbb E_{x}\Bigl[\sum_y\pi(y\mid x)\,r(x,y)-\beta\,D(\pi\|\pi_0)\Bigr],\qquad\pi=\pi_0\text{ at the start.}$$
"""

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Key

from infoloop.learners.objectives import expected_reward
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.policy_training import Observer, PolicyTraining, train_policy
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_finite

Base = Float[Array, "questions outputs"]
Rewards = Float[Array, "questions outputs"]


def standardised_reward(base: Base, reward: Rewards) -> Rewards:
    """Return a reward with mean 0 and deviation 1 under the base, over all questions; NaN for one that is constant.

    Args:
        base: Probabilities of all outputs.
        reward: Reward of all outputs.

    >>> standardised_reward(jnp.array([[0.5, 0.5]]), jnp.array([[3.0, 7.0]])).tolist()
    [[-1.0, 1.0]]
    """
    apart = reward - (base * reward).sum() / len(base)
    return apart / jnp.sqrt((base * apart**2).sum() / len(base))


def greatest_gain(base: Base, reward: Rewards) -> Float[Array, ""]:
    """Return what the best of all policies gains over the base in expected reward, in mean over questions.

    Args:
        base: Probabilities of all outputs.
        reward: Reward of all outputs.

    >>> greatest_gain(jnp.array([[0.5, 0.5], [0.0, 1.0]]), jnp.array([[0.0, 1.0], [0.0, 2.0]])).item()
    0.25
    """
    return (reward.max(axis=1) - (base * reward).sum(axis=1)).mean()


def ascend_reward(
    key: Key[Array, ""],
    base: Base,
    reward: Rewards,
    penalty: Number,
    optimiser: optax.GradientTransformation,
    steps: int,
    every: int,
    observer: Observer,
) -> PolicyTraining:
    r"""Return the training of a tabular policy that ascends its reward less $\beta$ times its divergence from the base.

    Args:
        key: A key of `jax.random`.
        base: Probabilities of all outputs, above 0.
        reward: Reward of all outputs.
        penalty: $\beta$, in units of the reward a nat, from 0 on.
        optimiser: An optimiser of optax.
        steps: How many steps.
        every: How many steps lie between two looks; a divisor of `steps`.
        observer: What is kept of the log-probabilities at each look.

    Raises:
        ValueError: The penalty is below 0, or as in `train_policy`.

    >>> base, reward = jnp.array([[0.5, 0.5]]), jnp.array([[0.0, 1.0]])
    >>> found = ascend_reward(jax.random.key(0), base, reward, 1.0, optax.sgd(1.0), 200, 100, jnp.exp)
    >>> round(float(found.observed[-1, 0, 1] / found.observed[-1, 0, 0] - jnp.e), 9)
    0.0
    """
    beta, start, weight = check_finite(penalty, "penalty", 0.0), jnp.log(base), jnp.full(len(base), 1 / len(base))
    policy = ParametricPolicy(
        lambda key: jnp.zeros_like(base), lambda theta: jax.nn.log_softmax(start + theta, axis=-1)
    )
    gain = expected_reward(reward, weight)

    def loss(log_policy, key):
        return gain(log_policy, key) + beta * (weight @ (jnp.exp(log_policy) * (log_policy - start)).sum(axis=1))

    return train_policy(key, policy, policy.start(key), loss, optimiser, steps, every, observer)
