r"""What a bonus on top of a verdict does to a group-relative update, and what verdicts at random do to the policy.

A bonus $\lambda s$ is the dose $\lambda$ times a property s of the answer. In a group whose verdicts all agree, the
normalised advantages $\frac{\lambda(s_i-\bar s)}{\lambda\sigma_s}$ do not depend on the dose: there is no small one.
"""

import jax.numpy as jnp
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.learning.policy_gradient.difficulty_weights import contrast_weights, difficulty_weight
from infoloop.learning.policy_gradient.group_statistics import check_group_size, check_output_rows, check_verdicts
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import (
    check_count,
    check_distributions,
    check_finite,
    check_positive,
    check_unit_interval,
)


def dose_factor(dose: Batch, spread: Batch, epsilon: Batch) -> Float[Array, "*batch"]:
    r"""Return the share of the full shaped advantage that is left in a dead group.

    $\frac{\lambda\sigma}{\lambda\sigma+\epsilon}$: one half at $\lambda=\epsilon/\sigma$. Doses are harmless only
    far below that: about $10^{-6}$, not 0.1.

    Args:
        dose: $\lambda$, above 0.
        spread: $\sigma$, deviation of the bonus in the group, above 0.
        epsilon: What is added to the deviation of the rewards, above 0.

    Returns:
        Shares of the update that a dose of any size has without epsilon.

    Raises:
        ValueError: One of them is not above 0.

    >>> float(dose_factor(2e-6, 0.5, 1e-6))
    0.5
    """
    size = check_positive(dose, "dose") * check_positive(spread, "spread")
    return size / (size + check_positive(epsilon, "epsilon"))


def shaping_jump(
    policy: Float[Numbers, "outputs"],
    verdicts: Float[Numbers, "outputs"],
    bonus: Float[Numbers, "outputs"],
    scores: Float[Numbers, "outputs parameters"],
    size: int,
) -> tuple[Float[Array, "parameters"], Float[Array, "parameters"]]:
    r"""Return the jump of the expected normalised update at dose 0: the shares of all-fail and of all-pass groups.

    $q^n\kappa_n(\sigma)\sigma(1-\sigma)(\mu_{W,1}-\mu_{W,0})$ with $\sigma=P(s=1\mid\text{wrong})$ and the mean scores
    of wrong answers with and without the bonus; the same of right answers with $p^n$. Mixed groups are continuous at 0,
    and an outcome gate (no bonus in dead groups) removes exactly this.

    Args:
        policy: Law of the outputs.
        verdicts: 1 for right outputs, 0 for wrong ones.
        bonus: s, 1 or 0 for each output.
        scores: $\nabla\log\pi(y)$, a row for each output.
        size: n, at least 2; not traced.

    Returns:
        The limit of the shaped update as the dose falls to 0, minus the unshaped update, in two parts.

    Raises:
        ValueError: One of them is none of these, or the shapes do not match.

    >>> fail, all_pass = shaping_jump([0.25, 0.5, 0.25], [1, 0, 0], [1, 1, 0], [[3.0], [-1.0], [-1.0]], 2)
    >>> fail.tolist(), all_pass.tolist()
    ([0.0], [0.0])
    """
    law, r, s = _shaped(policy, verdicts, bonus)
    g = check_output_rows(scores, len(law), "scores")
    weights = contrast_weights(check_group_size(size))

    def part(weight):
        with_bonus, without = (weight * s).sum(), (weight * (1 - s)).sum()
        mass = with_bonus + without
        safe = jnp.where(mass > 0, mass, 1.0)
        # mass^n sigma (1 - sigma) (mu_1 - mu_0), with no division by sigma or 1 - sigma
        contrast = without * ((weight * s) @ g) - with_bonus * ((weight * (1 - s)) @ g)
        share = jnp.where(mass > 0, with_bonus / safe, 0.0)
        return jnp.where(mass > 0, safe ** (size - 2) * difficulty_weight(share, weights), 0.0) * contrast

    return part(law * (1 - r)), part(law * r)


def kernel_advantage(
    policy: Float[Numbers, "outputs"],
    verdicts: Float[Numbers, "outputs"],
    bonus: Float[Numbers, "outputs"],
    kernel: Float[Numbers, "outputs outputs"],
) -> Float[Array, ""]:
    r"""Return how much more alike right answers are to the failures with the bonus than to those without.

    $E\,K(R,W_1)-E\,K(R,W_0)$ with the learner's own kernel $K(y,y')=\langle g_y,g_{y'}\rangle$: shaping in all-fail
    groups raises the pass rate, at first order, where this is positive, and lowers it where it is negative.

    Args:
        policy: Law of the outputs, with mass on right ones and on both kinds of failures.
        verdicts: 1 for right outputs, 0 for wrong ones.
        bonus: s, 1 or 0 for each output.
        kernel: $K(y,y')$.

    Returns:
        The difference; NaN where a class has no mass.

    Raises:
        ValueError: One of them is none of these, or the shapes do not match.

    >>> float(kernel_advantage([0.25, 0.5, 0.25], [1, 0, 0], [1, 1, 0], [[9, -3, -3], [-3, 1, 1], [-3, 1, 1]]))
    0.0
    """
    law, r, s = _shaped(policy, verdicts, bonus)
    k = check_output_rows(kernel, len(law), "kernel", columns=len(law))
    right, preferred, others = (w / w.sum() for w in (law * r, law * (1 - r) * s, law * (1 - r) * (1 - s)))
    return right @ k @ (preferred - others)


def _shaped(policy, verdicts, bonus):
    law = check_distributions(policy, "policy")
    return law, check_verdicts(verdicts, len(law)), check_verdicts(bonus, len(law), "bonus")


def lost_advantage(right: Batch, size: Batch, informedness: Batch = 0.0) -> Float[Array, "*batch"]:
    r"""Return the expected loss of the advantage that right answers of a group have, by verdicts that err.

    $(1-J)\frac{n_c(n-n_c)}n$: with true verdicts their centred rewards sum to $\frac{n_c(n-n_c)}n$, with verdicts of
    informedness $J=1-\rho_0-\rho_1$ on average to J times that; at random (J = 0) all of it is lost (arXiv 2512.16912).

    Args:
        right: $n_c$, number of right answers, from 0 to n; of traced ones, another gives NaN.
        size: n, at least 1.
        informedness: J, from -1 to 1.

    Returns:
        Losses, in the unit of the verdict.

    Raises:
        ValueError: A count is no whole number, more answers are right than there are, or J is outside [-1, 1].

    >>> float(lost_advantage(2, 8)), float(lost_advantage(2, 8, 1.0))
    (1.5, 0.0)
    """
    c, n = check_count(right, "right", 0), check_count(size, "size", 1)
    j = check_finite(informedness, "informedness", -1.0, 1.0)
    possible = c <= n
    if not isinstance(possible, Tracer) and not possible.all():
        raise ValueError(f"right is {right} of size {size}: give at most as many right answers as there are")
    return nan_unless(possible, (1 - j) * c * (n - c) / n)


def random_reward_drift(policy: Float[Numbers, "outputs"], reward_rate: Number, size: int) -> Float[Array, "outputs"]:
    r"""Return the coefficient of $\eta^2$ in the mean change of a softmax policy by one step on verdicts at random.

    $\frac{n-1}{2n^2}\theta(1-\theta)\,\pi_y[\pi_y-3\pi_y^2+2\pi_ys_2+3s_3-2s_2^2-s_2]$, $s_j=\sum\pi^j$: the logits
    stay on average, the policy does not. The step is $\eta\cdot\frac1n\sum_i(r_i-\bar r)g_i$; the rest is of order
    $\eta^4$ at $\theta=\frac12$, and $\eta^3$ else.

    Args:
        policy: Law of the outputs.
        reward_rate: $\theta$, probability of a reward, in [0, 1].
        size: n, at least 2; not traced.

    Returns:
        One number for each output; they sum to 0.

    Raises:
        ValueError: One of them is none of these.

    >>> [round(x, 6) for x in random_reward_drift([0.25, 0.75], 0.5, 2).tolist()]
    [0.002197, -0.002197]
    """
    law, theta = check_distributions(policy, "policy"), check_unit_interval(reward_rate, "reward_rate")
    n = check_group_size(size)
    s2, s3 = (law**2).sum(-1, keepdims=True), (law**3).sum(-1, keepdims=True)
    shape = law * (law - 3 * law**2 + 2 * law * s2 + 3 * s3 - 2 * s2**2 - s2)
    return theta * (1 - theta) * (n - 1) / (2 * n**2) * shape
