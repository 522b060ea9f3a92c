r"""What optimising a proxy $\hat r$ makes of the gold value V, against the divergence that is spent: exact curves.

Outputs are finitely many, so that the policy $\propto p_0e^{\hat r/\beta}$ and the best of n have their values and
their divergence as sums. Divergences are in nats, as by Gao, Schulman & Hilton (arXiv 2210.10760), whose curves are in
$d=\sqrt{D(\pi\|\pi_0)}$.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.learning.policy_optimisation import regularised
from infoloop.learning.preference_data import check_rewards
from infoloop.learning.verifier_feedback import best_of
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.numerics import LOG2E, divergence_terms
from infoloop.probability.validation import check_distributions, check_positive


class OptimisedValues(NamedTuple):
    r"""What a policy that a proxy has chosen is worth.

    Attributes:
        divergence: $D(\pi\|\pi_0)$ from the base, in nats.
        proxy: Mean of the proxy.
        gold: Mean of the gold value.
    """

    divergence: Float[Array, "*batch"]
    proxy: Float[Array, "*batch"]
    gold: Float[Array, "*batch"]


@kinds_checked
def policy_values(
    policy: Float[Numbers, "outputs"],
    base: Float[Numbers, "outputs"],
    proxy: Float[Numbers, "outputs"],
    gold: Float[Numbers, "outputs"],
) -> OptimisedValues:
    r"""Return divergence, proxy and gold value of any policy.

    Args:
        policy: The policy, a law.
        base: The base $p_0$, a law.
        proxy: Proxy $\hat r$ of each output, finite.
        gold: Gold value V of each output, finite.

    Returns:
        The three; the divergence is infinite where the policy has mass that the base lacks.

    Raises:
        ValueError: One of them is none of these.

    >>> policy_values([1.0, 0.0], [1.0, 0.0], [3.0, 0.0], [2.0, 0.0])
    OptimisedValues(divergence=Array(0., dtype=float64), proxy=Array(3., dtype=float64), gold=Array(2., dtype=float64))
    """
    policy, base = check_distributions(policy, "policy"), check_distributions(base, "base")
    outputs = policy.shape[-1]
    proxy, gold = check_rewards(proxy, outputs, "proxy"), check_rewards(gold, outputs, "gold")
    return OptimisedValues(divergence_terms(policy, base).sum() / LOG2E, policy @ proxy, policy @ gold)


@kinds_checked
def regularised_values(
    base: Float[Numbers, "outputs"], proxy: Float[Numbers, "outputs"], gold: Float[Numbers, "outputs"], beta: Number
) -> OptimisedValues:
    r"""Return the values of the best policy for the proxy under a KL penalty, $\pi\propto p_0e^{\hat r/\beta}$.

    A constant in the proxy does not matter. A curve is a `vmap` over $\beta$.

    Args:
        base: The base $p_0$, a law.
        proxy: Proxy $\hat r$ of each output, finite.
        gold: Gold value V of each output, finite.
        beta: Temperature $\beta$, above 0, in the unit of the proxy.

    Raises:
        ValueError: One of them is none of these.

    >>> found = regularised_values([0.5, 0.5], [1.0, 0.0], [1.0, 0.0], 1 / jnp.log(3))
    >>> round(float(found.gold), 12)
    0.75
    """
    base = check_distributions(base, "base")
    proxy = check_rewards(proxy, base.shape[-1], "proxy")
    return policy_values(regularised(base, proxy, beta), base, proxy, gold)


@kinds_checked
def best_of_values(
    base: Float[Numbers, "outputs"], proxy: Float[Numbers, "outputs"], gold: Float[Numbers, "outputs"], n: Number
) -> OptimisedValues:
    r"""Return the values of the best of n by the proxy, with its true divergence: not $\ln n-\frac{n-1}n$, its bound.

    Args:
        base: The base $p_0$, a law.
        proxy: Proxy $\hat r$ of each output, finite.
        gold: Gold value V of each output, finite.
        n: Draws, above 0.

    Raises:
        ValueError: One of them is none of these.

    >>> float(best_of_values([0.5, 0.5], [1.0, 0.0], [1.0, 0.0], 2).gold)
    0.75
    """
    base = check_distributions(base, "base")
    proxy = check_rewards(proxy, base.shape[-1], "proxy")
    return policy_values(best_of(base, proxy, n), base, proxy, gold)


@kinds_checked
def gold_slope(
    base: Float[Numbers, "outputs"], proxy: Float[Numbers, "outputs"], gold: Float[Numbers, "outputs"], beta: Number
) -> Float[Array, ""]:
    r"""Return $\frac{dE_\pi V}{d(1/\beta)}=\mathrm{Cov}_\pi(V,\hat r)$ along the policies of `regularised_values`.

    So the gold value peaks only where the two are uncorrelated under the policy itself. The divergence has the slope
    $\frac1\beta\mathrm{Var}_\pi\hat r$.

    Args:
        base: The base $p_0$, a law.
        proxy: Proxy $\hat r$ of each output, finite.
        gold: Gold value V of each output, finite.
        beta: Temperature $\beta$, above 0, in the unit of the proxy.

    Raises:
        ValueError: One of them is none of these.

    >>> round(float(gold_slope([0.5, 0.5], [1.0, 0.0], [1.0, 0.0], 1 / jnp.log(3))), 12)
    0.1875
    """
    base = check_distributions(base, "base")
    proxy, gold = (check_rewards(x, base.shape[-1], what) for x, what in ((proxy, "proxy"), (gold, "gold")))
    policy = regularised(base, proxy, beta)
    return policy @ ((gold - policy @ gold) * (proxy - policy @ proxy))


@kinds_checked
def gaussian_gold(distance: Batch, slope: Batch, curvature: Batch = 0.0) -> Float[Array, "*batch"]:
    r"""Return the gain in gold value where the proxy is standard normal under the base and $E[V\mid\hat r]$ a parabola.

    If $E[V\mid\hat r]=v_0+a\hat r-c\hat r^2$, the best policy at $\beta$ shifts $\hat r$ by $s=\frac1\beta$, so that
    $d=\sqrt{D(\pi\|\pi_0)}=\frac s{\sqrt2}$ and the gain is $as-cs^2=d(\sqrt2\,a-2c\,d)$: the form $d(\alpha-\kappa d)$
    that Gao, Schulman & Hilton (arXiv 2210.10760) fit to the best of n, here exact for a KL penalty. For jointly normal
    V and $\hat r$, c = 0 and a is their covariance: over-optimisation needs a curve. The arguments broadcast.

    Args:
        distance: d, from 0 on.
        slope: a, in the unit of the value.
        curvature: c.

    Returns:
        Gains in the unit of the value; the largest is $\frac{a^2}{4c}$, at $d=\frac a{\sqrt8\,c}$, for a, c above 0.

    Raises:
        ValueError: A distance is negative, or a number not finite.

    >>> round(float(gaussian_gold(jnp.sqrt(2.0), 3.0, 1.0)), 12)
    2.0
    """
    d = check_positive(distance, "distance", above=float(np.nextafter(0, -1)))
    a, c = (check_positive(x, what, -np.inf) for x, what in ((slope, "slope"), (curvature, "curvature")))
    return d * (jnp.sqrt(2.0) * a - 2 * c * d)
