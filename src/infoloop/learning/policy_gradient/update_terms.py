r"""What is added to an update or made of it: clipping against an old policy, a KL penalty, the natural gradient."""

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, PyTree

from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule
from infoloop.learning.policy_gradient.reward_kinds import OutputKinds, mass_by_kind
from infoloop.learning.policy_gradient.score_statistics import (
    LogitsMap,
    log_policy,
    logit_contrasts,
    weighted_scores,
)
from infoloop.learning.policy_gradient.verdict_groups import group_moments
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.arrays import log_ratio
from infoloop.probability.numerics import nan_unless, rounding
from infoloop.probability.validation import check_choice, check_distributions, check_finite, check_unit_interval

_ESTIMATORS = ("exact", "k1", "k2", "k3")


def clipped_update(
    rule: AdvantageRule,
    logits_of: LogitsMap,
    parameters: PyTree,
    old: Float[Numbers, "outputs"],
    outputs: OutputKinds,
    size: int,
    low: Number = 0.2,
    high: Number = 0.2,
) -> PyTree:
    r"""Return the expected gradient of PPO's clipped objective on groups drawn from an old policy (arXiv 1707.06347).

    The objective is $\frac1G\sum_i\min(\rho_iA_i,\mathrm{clip}(\rho_i,1-a,1+b)A_i)$ with ratios $\rho=\pi/\pi_{old}$
    of whole outputs, so that
    $$\sum_y\pi_yg_y\Bigl(1_{\rho_y\le1+b}\tfrac{W^+_{k(y)}}{m_{k(y)}}-1_{\rho_y\ge1-a}\tfrac{W^-_{k(y)}}{m_{k(y)}}\Bigr)$$
    with the parts $W^\pm$ of positive and negative advantages and the masses m, all under the old policy. It is
    `expected_update` where the policy is the old one.

    Args:
        rule: What makes advantages.
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        old: The law $\pi_{old}$ from which groups were drawn.
        outputs: The outputs and their kinds.
        size: G, the size of a group.
        low: a, in [0, 1].
        high: b, at least 0.

    Raises:
        ValueError: One of them is none of these.

    >>> from infoloop.learning.policy_gradient.advantage_rules import rloo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> clipped_update(rloo(), lambda z: z, jnp.zeros(2), [0.5, 0.5], output_kinds([1.0, 0.0]), 4).tolist()
    [0.25, -0.25]
    """
    policy = jnp.exp(log_policy(logits_of, parameters))
    old = check_law(old, policy, "old")
    low, high = check_bounds(low, high)
    mass = mass_by_kind(old, outputs)
    found = group_moments(rule, mass, outputs.kinds, size)
    some = mass > 0
    plus, minus = (
        (jnp.where(some, part, 0.0) / jnp.where(some, mass, 1.0))[outputs.kind_of]
        for part in (found.positive, found.positive - found.weight)
    )
    drawn = old > 0
    ratio = jnp.where(drawn, policy / jnp.where(drawn, old, 1.0), 0.0)
    gain = jnp.where(ratio <= 1 + high, plus, 0.0) - jnp.where(ratio >= 1 - low, minus, 0.0)
    return weighted_scores(logits_of, parameters, old * ratio * gain)


def check_bounds(low: Number, high: Number) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Return by how much a ratio may fall below and rise above 1 before it is clipped.

    Args:
        low: In [0, 1].
        high: At least 0.

    Raises:
        ValueError: One of them is none of these; traced ones become NaN.

    >>> [float(x) for x in check_bounds(0.2, 0.28)]
    [0.2, 0.28]
    """
    return check_unit_interval(low, "low"), check_finite(high, "high", 0.0)


def kl_update(
    logits_of: LogitsMap, parameters: PyTree, base: Float[Numbers, "outputs"], beta: Number, estimator: str = "exact"
) -> PyTree:
    r"""Return the expected update of a KL penalty to the base, $-\beta\nabla D(\pi\|\pi_0)$ or what stands for it.

    An estimator that is differentiated as a loss, with samples fixed, has another mean: with $u=\pi_0/\pi$, $-\ln u$
    (k1) has the mean 0, $\frac12\ln^2u$ (k2) the exact one, and $u-1-\ln u$ (k3) that of the other direction,
    $-\beta\nabla D(\pi_0\|\pi)=\beta\sum_y\pi_0(y)g_y$. As a part of the reward, k1 has the exact mean.

    Args:
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        base: The law $\pi_0$, with mass on every output that the policy has (but for k1 and k3).
        beta: Weight $\beta$ of the penalty, at least 0, in the unit of the reward.
        estimator: "exact", or the loss "k1", "k2" or "k3" (Schulman 2020).

    Returns:
        A pytree like the parameters, to be added to an update.

    Raises:
        ValueError: One of them is none of these. A traced base without mass on an output of the policy gives NaN.

    >>> kl_update(lambda z: z, jnp.zeros(2), [0.75, 0.25], 1.0, "k3").tolist()
    [0.25, -0.25]
    """
    check_choice(estimator, "estimator", _ESTIMATORS)
    policy = jnp.exp(log_policy(logits_of, parameters))
    base, beta = check_base(base, policy, estimator), check_finite(beta, "beta", 0.0)
    if estimator == "k1":
        weights = jnp.zeros_like(policy)
    elif estimator == "k3":
        weights = beta * base
    else:
        weights = -beta * policy * log_ratio(policy, base)
    return weighted_scores(logits_of, parameters, weights)


def check_law(law: Float[Numbers, "outputs"], policy: Float[Array, "outputs"], what: str) -> Float[Array, "outputs"]:
    """Return a law of the outputs of a policy.

    Args:
        law: The law.
        policy: The law of the policy.
        what: Name of the law in the message.

    Raises:
        ValueError: It is no law (a traced one becomes NaN), or of another number of outputs.

    >>> check_law([1.0], jnp.array([0.5, 0.5]), "old")
    Traceback (most recent call last):
    ValueError: old has shape (1,) and the policy (2,): give one probability an output
    """
    law = check_distributions(law, what)
    if law.shape != policy.shape:
        raise ValueError(f"{what} has shape {law.shape} and the policy {policy.shape}: give one probability an output")
    return law


def check_base(
    base: Float[Numbers, "outputs"], policy: Float[Array, "outputs"], estimator: str
) -> Float[Array, "outputs"]:
    """Return the law of the base, which has mass where the policy has if the estimator divides by it.

    Args:
        base: The law of the base.
        policy: The law of the policy, of as many outputs.
        estimator: "exact", "k1", "k2" or "k3"; k1 and k3 divide by the policy alone.

    Raises:
        ValueError: The base is no such law; a traced one becomes NaN.

    >>> check_base([1.0, 0.0], jnp.array([0.5, 0.5]), "exact")
    Traceback (most recent call last):
    ValueError: base has no mass on output 1, on which the policy has 0.5: the divergence is infinite; give...
    """
    base = check_law(base, policy, "base")
    outside = (policy > 0) & (base == 0)
    if estimator in ("k1", "k3"):
        return base
    if not isinstance(outside, Tracer) and outside.any():
        y = int(jnp.argmax(outside))
        raise ValueError(
            f"base has no mass on output {y}, on which the policy has {policy[y]:.3g}: the divergence is infinite; "
            "give mass to every output of the policy"
        )
    return nan_unless(~outside.any(), base)


def natural_update(logits_of: LogitsMap, parameters: PyTree, update: PyTree) -> PyTree:
    r"""Return the natural gradient $F^+U$, with $F=E[gg^T]$ and its pseudo-inverse (Amari 1998).

    Where the logits are the parameters it is `natural_logits`, in closed form. Else F is inverted by the singular
    values of its root: those within rounding of 0, beside the largest, count as 0. These are directions in which the
    policy does not change, or changes by less than digits can tell beside the others.

    Args:
        logits_of: parameters -> logits of all outputs.
        parameters: Any pytree of floats.
        update: U, a pytree like the parameters: a sum of scores, as every update is.

    Returns:
        A pytree like the parameters.

    Raises:
        ValueError: The logits are not finite.

    >>> natural_update(lambda z: z, jnp.zeros(2), jnp.array([0.25, -0.25])).tolist()
    [0.5, -0.5]
    """
    flat, unravel = ravel_pytree(update)
    policy = jnp.exp(log_policy(logits_of, parameters))
    return unravel(_natural(policy, logit_contrasts(logits_of, parameters), flat))


@jax.jit
def _natural(policy, contrasts, flat):
    def by_root():
        root = jnp.sqrt(policy)[:, None] * (contrasts - _times(policy, contrasts))  # half the digits are lost in F
        back = jnp.linalg.pinv(root, rtol=rounding(max(root.shape)))  # has slopes where singular values agree
        return _times(back, _times(flat, back))

    if flat.size != policy.size:
        return by_root()
    unit = jnp.eye(policy.size)
    is_table = (contrasts == unit - unit[jnp.argmax(policy)]).all()
    return lax.cond(is_table, lambda: natural_logits(policy, flat), by_root)


def _times(left, right):
    return jnp.matmul(left, right, precision=lax.Precision.HIGHEST)


def natural_logits(
    policy: Float[Array, "*batch outputs"], update: Float[Array, "*batch outputs"]
) -> Float[Array, "*batch outputs"]:
    r"""Return the natural gradient of a tabular policy, $U_y/\pi_y$ less its mean over outputs with mass.

    $F=\mathrm{diag}\,\pi-\pi\pi^T$ maps $U_y/\pi_y$ to U where $\sum U=0$, and constants to 0; logits of outputs
    without mass stay, as by $F^+$. This is `natural_update` of the identity in closed form.

    Args:
        policy: The law $\pi$.
        update: U, which sums to 0, and is 0 where $\pi$ is.

    >>> natural_logits(jnp.array([0.5, 0.5, 0.0]), jnp.array([0.25, -0.25, 0.0])).tolist()
    [0.5, -0.5, 0.0]
    """
    some = ~(policy == 0)  # what is not a number stays
    per_mass = jnp.where(some, update, 0.0) / jnp.where(some, policy, 1.0)
    mean = per_mass.sum(axis=-1, keepdims=True) / some.sum(axis=-1, keepdims=True)
    return jnp.where(some, per_mass - mean, 0.0)
