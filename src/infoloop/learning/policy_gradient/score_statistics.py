r"""Scores $g_y=\nabla\ln\pi(y)$ of a policy on outputs that can be listed, and their moments by kind of output.

A policy is a map `logits_of` from parameters, any pytree of arrays, to the logits of all outputs; the identity is the
tabular policy. Flat numbers of parameters are in the order of `jax.flatten_util.ravel_pytree`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
from jax import lax
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, PyTree

from infoloop.learning.policy_gradient.reward_kinds import OutputKinds, mass_by_kind
from infoloop.probability.validation import check_scores

LogitsMap: TypeAlias = Callable[[Any], Float[Array, "outputs"]]
_AT_ONCE = 64  # columns or rows of the Jacobian


class ScoreMoments(NamedTuple):
    r"""Moments of the scores by kind.

    Attributes:
        mass: Mass $m_k$ of the kind.
        mean: $\mu_k=E[g\mid k]$, flat; 0 for a kind without mass.
        spread: $\mathrm{tr}\,V_k=E[|g-\mu_k|^2\mid k]$.
    """

    mass: Float[Array, "*batch kinds"]
    mean: Float[Array, "*batch kinds parameters"]
    spread: Float[Array, "*batch kinds"]


def log_policy(logits_of: LogitsMap, parameters: PyTree) -> Float[Array, "outputs"]:
    r"""Return $\ln\pi$ of all outputs.

    Args:
        logits_of: parameters -> logits.
        parameters: Any pytree of floats.

    Raises:
        ValueError: The logits are not finite; traced ones become NaN.

    >>> log_policy(lambda z: z, jnp.zeros(1)).tolist()
    [0.0]
    """
    return jax.nn.log_softmax(check_scores(logits_of(parameters), "logits"))


def weighted_scores(logits_of: LogitsMap, parameters: PyTree, weights: Float[Array, "outputs"]) -> PyTree:
    r"""Return $\sum_yw_yg_y$, by one vector-Jacobian product.

    Args:
        logits_of: parameters -> logits.
        parameters: Any pytree of floats.
        weights: w.

    Returns:
        A pytree like the parameters.

    Raises:
        ValueError: The logits are not finite.

    >>> weighted_scores(lambda z: z, jnp.zeros(2), jnp.array([1.0, 0.0])).tolist()
    [0.5, -0.5]
    """
    log_policy(logits_of, parameters)  # under vjp what is not finite would be traced
    return jax.vjp(lambda theta: log_policy(logits_of, theta), parameters)[1](weights)[0]


def scores(logits_of: LogitsMap, parameters: PyTree) -> Float[Array, "outputs parameters"]:
    r"""Return the scores $g_y$ of all outputs, one flat row each: as large as the Jacobian of the logits.

    Args:
        logits_of: parameters -> logits.
        parameters: Any pytree of floats.

    Raises:
        ValueError: The logits are not finite.

    >>> scores(lambda z: z, jnp.zeros(2)).tolist()
    [[0.5, -0.5], [-0.5, 0.5]]
    """
    flat, unravel = ravel_pytree(parameters)
    log_pi = log_policy(logits_of, parameters)
    derivative = jax.jacfwd if flat.size <= log_pi.size else jax.jacrev
    return derivative(lambda theta: log_policy(logits_of, unravel(theta)))(flat)


def score_moments(logits_of: LogitsMap, parameters: PyTree, outputs: OutputKinds) -> ScoreMoments:
    r"""Return masses, and means and total variances of the scores, by kind.

    The Jacobian is taken a few columns or rows at a time, whichever are fewer, and never kept; spreads are sums of
    squares about the means, so that small ones keep their digits.

    Args:
        logits_of: parameters -> logits.
        parameters: Any pytree of floats.
        outputs: The outputs and their kinds.

    Raises:
        ValueError: The logits are not finite.

    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> score_moments(lambda z: z, jnp.zeros(2), output_kinds([0.0, 1.0])).mean.tolist()
    [[0.5, -0.5], [-0.5, 0.5]]
    """
    flat, unravel = ravel_pytree(parameters)
    policy = jnp.exp(log_policy(logits_of, parameters))
    mass = mass_by_kind(policy, outputs)
    of_kind = outputs.kind_of == jnp.arange(mass.size)[:, None]
    shares = jnp.where(of_kind, policy, 0.0) / jnp.where(mass > 0, mass, 1.0)[:, None]
    by_columns = flat.size <= policy.size
    moments = _by_columns if by_columns else _by_rows
    mean, spread = moments(lambda theta: log_policy(logits_of, unravel(theta)), flat, shares, outputs.kind_of)
    return ScoreMoments(mass, mean, spread)


def _by_columns(log_pi, flat, shares, kind_of):
    def column(place):
        towards = jnp.zeros_like(flat).at[place].set(1.0)
        score = jax.jvp(log_pi, (flat,), (towards,))[1]
        mean = _times(shares, score)
        return mean, _times(shares, (score - mean[kind_of]) ** 2)

    mean, spread = lax.map(column, jnp.arange(flat.size), batch_size=_AT_ONCE)
    return mean.T, spread.sum(axis=0)


def _by_rows(log_pi, flat, shares, kind_of):
    _, back = jax.vjp(log_pi, flat)
    mean = lax.map(lambda share: back(share)[0], shares)

    def row(place):
        towards = jnp.zeros(kind_of.shape).at[place].set(1.0)
        return ((back(towards)[0] - mean[kind_of[place]]) ** 2).sum()

    return mean, _times(shares, lax.map(row, jnp.arange(kind_of.size), batch_size=_AT_ONCE))


def _times(matrix, vector):
    return jnp.matmul(matrix, vector, precision=lax.Precision.HIGHEST)
