r"""Reward models learned from comparisons of finitely many outputs (Bradley & Terry 1952), by maximum likelihood.

`wins[a, b]` is how often a was preferred to b, as `preference_data` makes it. The model says
$P(a\succ b)=\sigma(r_a-r_b)$, so that a reward is known up to a constant: the one with sum 0 is given. Rewards are
linear in features, $r=Xw$; without features every output has a reward of its own.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float

from infoloop.learning.preference_data import check_comparisons, check_rewards, check_wins, preference_law
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_finite, check_scores

_STEPS, _POLISH = 100, 2  # two further steps, which are differentiated, give derivatives up to the third
_SETTLED = 2.0**-20  # differences of rewards that move less are near their end; those without end move by 0.7


class FittedReward(NamedTuple):
    """A reward model that was fitted to comparisons.

    Attributes:
        reward: Reward of each output, with sum 0; NaN where no single finite reward is best.
        weights: Weights of the features, or of an orthonormal basis of the rewards with sum 0.
        gradient: Largest slope of the objective that is left, in size; NaN as the reward is.
    """

    reward: Float[Array, "outputs"]
    weights: Float[Array, "features"]
    gradient: Float[Array, ""]


@kinds_checked
def log_likelihood(reward: Float[Numbers, "outputs"], wins: Float[Numbers, "outputs outputs"]) -> Float[Array, ""]:
    r"""Return $\sum_{a,b}w_{ab}\ln\sigma(r_a-r_b)$, in nats.

    Args:
        reward: Reward of each output, finite.
        wins: How often a was preferred to b, from 0 on, with 0 on the diagonal.

    Raises:
        ValueError: One of them is none of these, or the shapes do not match.

    >>> round(float(log_likelihood([0.0, 0.0], [[0, 3], [1, 0]]) / jnp.log(2)), 12)
    -4.0
    """
    wins = check_wins(wins)
    reward = check_rewards(reward, len(wins))
    return (wins * jax.nn.log_sigmoid(reward[:, None] - reward[None, :])).sum()


@kinds_checked
def one_best(wins: Float[Numbers, "outputs outputs"]) -> Bool[Array, ""]:
    r"""Return whether a single finite reward, up to a constant, makes these wins likeliest, with a reward an output.

    It does iff chains of wins lead from every output to every other (Ford 1957): if no output of a set was ever beaten
    by one outside, the set can be lifted without end, or at will where it was not compared at all.

    Args:
        wins: How often a was preferred to b, from 0 on, with 0 on the diagonal.

    Raises:
        ValueError: They are none of these.

    >>> bool(one_best([[0, 3], [1, 0]])), bool(one_best([[0, 3], [0, 0]]))
    (True, False)
    """
    return _reached(check_wins(wins) > 0).all()


@kinds_checked
def fitted_reward(
    wins: Float[Numbers, "outputs outputs"],
    features: Float[Numbers, "outputs features"] | None = None,
    penalty: Number = 0.0,
) -> FittedReward:
    r"""Return the reward that makes the wins likeliest, less a penalty: the maximum of a concave function.

    $\sum_{a,b}w_{ab}\ln\sigma(r_a-r_b)-\frac\lambda2\|w\|^2$ with $r=Xw$, $\|w\|=\|r\|$ without features. Newton's
    steps $\delta$ are shortened to $\frac{\ln(1+d)}d\delta$, d the largest change of a compared pair's difference,
    which makes them converge from anywhere (Sun & Tran-Dinh, arXiv 1703.04599). Where no finite maximum exists, as the
    wins are separated by the features, or where it is not the only one, all is NaN: `one_best` decides without
    features; with features, steps that do not end, and features that tell fewer compared pairs apart than there are
    weights. A penalty above 0 makes it exist, and its weights single. Derivatives by wins, features and penalty are
    those of the maximum.

    Args:
        wins: How often a was preferred to b, from 0 on, with 0 on the diagonal.
        features: X, one row an output; None for a reward of its own for each. No combination of them may be constant.
        penalty: $\lambda$, at least 0.

    Raises:
        ValueError: One of them is none of these, or the shapes do not match.

    >>> reward = fitted_reward([[0, 3], [1, 0]]).reward
    >>> round(float(reward[0] - reward[1] - jnp.log(3)), 12), float(reward.sum())
    (0.0, 0.0)
    >>> fitted_reward([[0, 3], [0, 0]]).reward.tolist()
    [nan, nan]
    """
    wins, penalty = check_wins(wins), check_finite(penalty, "penalty", 0.0)
    basis, single = _basis(wins, features)
    weights, moved = _maximum(wins, basis, penalty)
    _, slope = _newton(weights, wins, basis, penalty)
    valid = (moved <= _SETTLED) & (single | (penalty > 0))
    reward = basis @ weights
    return FittedReward(*(nan_unless(valid, x) for x in (reward - reward.mean(), weights, jnp.abs(slope).max())))


@kinds_checked
def reward_information(
    comparisons: Float[Numbers, "outputs outputs"], reward: Float[Numbers, "outputs"]
) -> Float[Array, "outputs outputs"]:
    r"""Return the Fisher information of the rewards: the Laplacian of the weights $n_{ab}\,\sigma'(r_a-r_b)$.

    Its rows sum to 0: comparisons say nothing about a constant. For features it is $X^TIX$.

    Args:
        comparisons: How often each pair is compared: symmetric, from 0 on, with 0 on the diagonal.
        reward: Reward of each output.

    Raises:
        ValueError: One of them is none of these.

    >>> reward_information([[0, 4], [4, 0]], [0.0, 0.0]).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    counts = check_comparisons(comparisons)
    law = preference_law(check_rewards(reward, len(counts)))
    weights = counts * law * law.T
    return jnp.diag(weights.sum(1)) - weights


@kinds_checked
def reward_covariance(
    comparisons: Float[Numbers, "outputs outputs"],
    reward: Float[Numbers, "outputs"],
    features: Float[Numbers, "outputs features"] | None = None,
) -> Float[Array, "outputs outputs"]:
    r"""Return the covariance of the fitted rewards, centred, that many comparisons in these proportions tend to.

    $CX(X^TIX)^{-1}X^TC$ with the `reward_information` I and the centring C; the Moore-Penrose inverse of I without
    features.

    Args:
        comparisons: How often each pair is compared: symmetric, from 0 on, with 0 on the diagonal.
        reward: Reward of each output.
        features: X, one row an output; None for a reward of its own for each.

    Returns:
        The covariance; NaN where the comparisons leave more than a constant open.

    Raises:
        ValueError: One of them is none of these.

    >>> reward_covariance([[0, 4], [4, 0]], [0.0, 0.0]).round(12).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    information = reward_information(comparisons, reward)
    basis, single = _basis(check_comparisons(comparisons), features)
    centred = basis - basis.mean(0)
    return nan_unless(single, centred @ jnp.linalg.solve(basis.T @ information @ basis, centred.T))


def _reached(edges):
    """Return which outputs chains of edges lead to from each, itself among them: powers, by squaring, of a table."""
    reached = edges | jnp.eye(len(edges), dtype=bool)
    for _ in range((len(edges) - 1).bit_length()):
        walks = reached.astype(float)
        reached = jnp.matmul(walks, walks) > 0  # numbers of walks, sums of zeros and ones
    return reached


def _differences(reward):
    return reward[:, None] - reward[None, :]


def _newton(weights, wins, basis, penalty):
    r"""Return Newton's step and the slope; the curvature is $X^TLX+\lambda$, L the Laplacian of $n_{ab}\sigma'$."""
    law = jax.nn.sigmoid(_differences(basis @ weights))
    slope = basis.T @ (wins * law.T - wins.T * law).sum(1) - penalty * weights
    edges = (wins + wins.T) * law * law.T
    curvature = basis.T @ (edges.sum(1)[:, None] * basis - edges @ basis)
    return jnp.linalg.solve(curvature + penalty * jnp.eye(len(weights)), slope), slope


@jax.jit
def _maximum(wins, basis, penalty):
    """Return the weights of the maximum, and by how much the last damped step moved a compared pair's difference."""
    fixed = lax.stop_gradient((wins, basis, penalty))
    compared = fixed[0] + fixed[0].T > 0

    def damped(state):
        weights, _, steps = state
        step, _ = _newton(weights, *fixed)
        moved = jnp.where(compared, jnp.abs(_differences(fixed[1] @ step)), 0.0).max()
        part = jnp.where(moved > 0, jnp.log1p(moved) / jnp.where(moved > 0, moved, 1.0), 1.0)
        return weights + part * step, moved, steps + 1

    # nothing is differentiated here, so that a loop of unknown length serves
    unsettled = lambda state: (state[1] > _SETTLED) & (state[2] < _STEPS)  # noqa: E731
    weights, moved, _ = lax.while_loop(unsettled, damped, (jnp.zeros(basis.shape[1]), jnp.inf, 0))
    for _ in range(_POLISH):
        weights = weights + _newton(weights, wins, basis, penalty)[0]
    return weights, moved


def _basis(wins, features):
    """Return the features, or Helmert's basis of the rewards with sum 0, and whether the wins tell all weights."""
    outputs = wins.shape[0]
    if features is None:
        lower = np.tril(np.ones((outputs, outputs)), -1)[1:] - np.diag(np.arange(outputs))[1:]
        return jnp.asarray((lower / np.linalg.norm(lower, axis=1, keepdims=True)).T), one_best(wins)
    features = check_scores(features, "features")
    if features.ndim != 2 or features.shape[0] != outputs:
        raise ValueError(f"features have shape {features.shape}: give one row for each of the {outputs} outputs")
    first = jnp.argmax(_reached(wins + wins.T > 0), axis=1)  # output to which chains of comparisons lead
    apart = lax.stop_gradient(features - features[first])  # spans the differences of all compared pairs
    tolerance = max(outputs**2, features.shape[1]) * np.finfo(np.float64).eps
    return features, jnp.linalg.matrix_rank(apart, rtol=tolerance) == features.shape[1]
