"""The one loop that trains any policy on any objective: optax inside a scan, looked at every so many steps."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax
from jaxtyping import Array, Bool, Float, Key, PyTree

from infoloop.learners.parametric_policies import LogPolicy, ParametricPolicy
from infoloop.probability.validation import check_int

Objective = Callable[[LogPolicy, Key[Array, ""]], Float[Array, ""]]
Observer = Callable[[LogPolicy], PyTree]


class PolicyTraining(NamedTuple):
    """What a training did.

    Attributes:
        parameters: At the end; not finite where the run diverged.
        observed: What the observer saw, before the first step and every so many steps after it: a leading axis.
        diverged: Whether a loss was not finite.
    """

    parameters: PyTree
    observed: PyTree
    diverged: Bool[Array, ""]


def train_policy(
    key: Key[Array, ""],
    policy: ParametricPolicy,
    parameters: PyTree,
    objective: Objective,
    optimiser: optax.GradientTransformation,
    steps: int,
    every: int,
    observer: Observer,
    observed_policy: ParametricPolicy | None = None,
) -> PolicyTraining:
    r"""Descend on $\ell(\ln\pi_\theta,\text{key}_t)$, $t=1\ldots$ steps; many runs at once are the caller's `vmap`.

    Args:
        key: A key of `jax.random`; each step has one of its own, for objectives that sample.
        policy: The learner.
        parameters: Where it starts.
        objective: The loss of a table of log-probabilities; a sampled one gives gradients that are right on average.
        optimiser: An optimiser of optax.
        steps: How many steps.
        every: How many steps lie between two looks; a divisor of `steps`.
        observer: What is kept of the log-probabilities at each look.
        observed_policy: The learner on the questions that are looked at, with the same parameters; `policy` unless
            given, so that `policy` may have the trained questions alone and a step costs no more than they do.

    Raises:
        ValueError: Steps or looks are below 1, or `every` does not divide `steps`.

    >>> from infoloop.learners.tabular_policy import tabular_softmax
    >>> from infoloop.worlds.finite_worlds import right_outputs
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> policy, right = tabular_softmax(world), right_outputs(world, 5)
    >>> def pass_rate(log_policy):
    ...     return jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1).mean()
    >>> found = train_policy(
    ...     jax.random.key(1), policy, policy.start(jax.random.key(2)), lambda log_policy, key: -pass_rate(log_policy),
    ...     optax.adam(0.1), steps=100, every=50, observer=pass_rate,
    ... )
    >>> found.observed.round(3).tolist(), bool(found.diverged)
    ([0.083, 0.992, 0.996], False)
    """
    steps, every = check_int(steps, "steps"), check_int(every, "every")
    if steps % every:
        raise ValueError(f"every is {every}, which does not divide {steps} steps: give a divisor")
    looked_at = policy if observed_policy is None else observed_policy

    def step(state, t):
        parameters, memory, fine = state
        loss, slope = jax.value_and_grad(lambda theta: objective(policy.log_policy(theta), jax.random.fold_in(key, t)))(
            parameters
        )
        moves, memory = optimiser.update(slope, memory, parameters)
        return (optax.apply_updates(parameters, moves), memory, fine & jnp.isfinite(loss)), None

    def stretch(state, times):
        state, _ = lax.scan(step, state, times)
        return state, observer(looked_at.log_policy(state[0]))

    first = observer(looked_at.log_policy(parameters))
    start = (parameters, optimiser.init(parameters), jnp.array(True))
    (parameters, _, fine), later = lax.scan(stretch, start, jnp.arange(steps).reshape(-1, every))
    observed = jax.tree.map(lambda a, b: jnp.concatenate([jnp.asarray(a)[None], b]), first, later)
    return PolicyTraining(parameters, observed, ~fine)
