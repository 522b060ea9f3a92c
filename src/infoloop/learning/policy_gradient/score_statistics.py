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
    policy = jnp.exp(log_policy(logits_of, parameters))
    return jax.vjp(lambda theta: check_scores(logits_of(theta), "logits"), parameters)[1](
        logit_weights(policy, weights)
    )[0]


def logit_weights(policy: Float[Array, "outputs"], weights: Float[Array, "outputs"]) -> Float[Array, "outputs"]:
    r"""Return the weights $u=w-\pi\sum w$ of the slopes of the logits that are weights w of scores.

    They sum to 0. That of the likeliest output is taken from those of the others, which keeps its digits where nearly
    all of the mass is on it.

    Args:
        policy: The law $\pi$.
        weights: w.

    >>> logit_weights(jnp.array([0.5, 0.5]), jnp.array([1.0, 0.0])).tolist()
    [0.5, -0.5]
    """
    likeliest = jnp.arange(policy.size) == jnp.argmax(policy)
    others = jnp.where(likeliest, 0.0, weights - policy * weights.sum())
    return jnp.where(likeliest, 0.0 - others.sum(), others)


def scores(logits_of: LogitsMap, parameters: PyTree) -> Float[Array, "outputs parameters"]:
    r"""Return the scores $g_y$ of all outputs, one flat row each: as large as the Jacobian of the logits.

    $g_y=d_y-\sum_{y'}\pi_{y'}d_{y'}$ with the `logit_contrasts` d, so that small ones keep their digits: that of an
    output which nearly all of the mass is on.

    Args:
        logits_of: parameters -> logits.
        parameters: Any pytree of floats.

    Raises:
        ValueError: The logits are not finite.

    >>> scores(lambda z: z, jnp.zeros(2)).tolist()
    [[0.5, -0.5], [-0.5, 0.5]]
    """
    contrasts = logit_contrasts(logits_of, parameters)
    return contrasts - _times(jnp.exp(log_policy(logits_of, parameters)), contrasts)


def logit_contrasts(logits_of: LogitsMap, parameters: PyTree) -> Float[Array, "outputs parameters"]:
    r"""Return $d_y=\nabla(z_y-z_*)$, the slopes of the logits z against that of the likeliest output.

    Args:
        logits_of: parameters -> logits.
        parameters: Any pytree of floats.

    Returns:
        One flat row an output, 0 for the likeliest.

    Raises:
        ValueError: The logits are not finite.

    >>> logit_contrasts(lambda z: z, jnp.zeros(2)).tolist()
    [[0.0, 0.0], [-1.0, 1.0]]
    """
    flat, unravel = ravel_pytree(parameters)
    log_pi = log_policy(logits_of, parameters)
    derivative = jax.jacfwd if flat.size <= log_pi.size else jax.jacrev
    slopes = derivative(lambda theta: logits_of(unravel(theta)))(flat)
    return slopes - slopes[jnp.argmax(log_pi)]


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
    mean, spread = moments(lambda theta: logits_of(unravel(theta)), flat, policy, shares, outputs.kind_of)
    return ScoreMoments(mass, mean, spread)


def _by_columns(logits, flat, policy, shares, kind_of):
    likeliest = jnp.argmax(policy)

    def column(place):
        towards = jnp.zeros_like(flat).at[place].set(1.0)
        slope = jax.jvp(logits, (flat,), (towards,))[1]
        contrast = slope - slope[likeliest]
        score = contrast - _times(policy, contrast)
        mean = _times(shares, score)
        return mean, _times(shares, (score - mean[kind_of]) ** 2)

    mean, spread = lax.map(column, jnp.arange(flat.size), batch_size=_AT_ONCE)
    return mean.T, spread.sum(axis=0)


def _by_rows(logits, flat, policy, shares, kind_of):
    _, back = jax.vjp(logits, flat)

    def score(weights):
        return back(logit_weights(policy, weights))[0]

    mean = lax.map(score, shares)

    def row(place):
        towards = jnp.zeros(kind_of.shape).at[place].set(1.0)
        return ((score(towards) - mean[kind_of[place]]) ** 2).sum()

    return mean, _times(shares, lax.map(row, jnp.arange(kind_of.size), batch_size=_AT_ONCE))


def _times(left, right):
    return jnp.matmul(left, right, precision=lax.Precision.HIGHEST)
