r"""The total variance of a group's update, in closed form, from the moments of the score among right and wrong answers.

The update is $\frac1n\sum_iA_ig_i$ with scores $g=\nabla\log\pi$ and advantages that sum to 0 (RLOO: $\frac1{n-1}$ in
place of $\frac1n$). Total variances are traces: sums over the parameters.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.learning.policy_gradient.bernstein_polynomials import bernstein, casteljau, geometric_sum
from infoloop.learning.policy_gradient.group_statistics import (
    check_group_size,
    check_output_rows,
    check_verdicts,
    mean_deviation,
)
from infoloop.probability.array_types import Numbers
from infoloop.probability.validation import check_distributions, check_scores


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class VerdictMoments:
    r"""What the variance of a group needs of a policy: its pass rate p, and moments of the score in the two classes.

    `right` is $V_R=E[|g-\mu_R|^2\mid\text{right}]$, `wrong` is $V_W$ and `gap` is $|\mu_R-\mu_W|^2$; $|\nabla p|^2$ is
    $p^2q^2$ times the gap, and the second moments are $V_R+q^2\cdot$gap and $V_W+p^2\cdot$gap.
    """

    rate: Float[Array, "*batch"]
    right: Float[Array, "*batch"]
    wrong: Float[Array, "*batch"]
    gap: Float[Array, "*batch"]


def verdict_moments(
    policy: Float[Numbers, "outputs"],
    verdicts: Float[Numbers, "outputs"],
    scores: Float[Numbers, "outputs parameters"],
) -> VerdictMoments:
    r"""Return the moments of the score by class, summed over all outputs of a policy.

    The mean scores of the classes are taken as they are; a score has $p\mu_R+q\mu_W=0$.

    Args:
        policy: Law of the outputs.
        verdicts: 1 for right outputs, 0 for wrong ones.
        scores: $\nabla\log\pi(y)$, a row for each output.

    Returns:
        The moments; those of a class without mass are 0.

    Raises:
        ValueError: One of them is none of these, or the shapes do not match.

    >>> moments = verdict_moments([0.5, 0.5], [1.0, 0.0], [[1.0], [-1.0]])
    >>> float(moments.rate), float(moments.right), float(moments.gap)
    (0.5, 0.0, 4.0)
    """
    law = check_distributions(policy, "policy")
    r, g = check_verdicts(verdicts, len(law)), check_output_rows(scores, len(law), "scores")

    def spread(weights):
        share = weights / jnp.where(weights.sum() > 0, weights.sum(), 1.0)
        mean = share @ g
        return mean, (share * ((g - mean) ** 2).sum(-1)).sum()

    (right_mean, right), (wrong_mean, wrong) = spread(law * r), spread(law * (1 - r))
    return VerdictMoments((law * r).sum(), right, wrong, ((right_mean - wrong_mean) ** 2).sum())


def leave_one_out_variance(moments: VerdictMoments, size: int) -> Float[Array, "*batch"]:
    r"""Return the total variance of RLOO, $\frac1{n-1}\sum_i(r_i-\bar r)g_i$, whose mean is $\nabla p$.

    $\frac{(n-2)[pq(qv_R+pv_W)-|\nabla p|^2]+pq(v_R+v_W)}{n(n-1)}$ with the second moments $v_R$, $v_W$ of the
    classes: a U-statistic. The published form lacks the gradient (arXiv 2602.01601).

    Args:
        moments: Of the scores.
        size: n, at least 2; not traced.

    Returns:
        Variances, summed over the parameters.

    Raises:
        ValueError: The size is below 2.

    >>> fair = verdict_moments([0.5, 0.5], [1.0, 0.0], [[1.0], [-1.0]])
    >>> [round(float(leave_one_out_variance(fair, n)) * 24, 12) for n in (3, 4)]
    [2.0, 1.0]
    """
    p, n = moments.rate, check_group_size(size)
    q = 1 - p
    # with v_R = V_R + q^2 gap and v_W = V_W + p^2 gap the bracket is q V_R + p V_W + (q - p)^2 gap, times pq
    linear = q * moments.right + p * moments.wrong + (q - p) ** 2 * moments.gap
    pair = moments.right + moments.wrong + (q * q + p * p) * moments.gap
    return p * q * ((n - 2) * linear + pair) / (n * (n - 1))


def centred_variance(moments: VerdictMoments, size: int) -> Float[Array, "*batch"]:
    r"""Return the total variance of Dr. GRPO, $\frac1n\sum_i(r_i-\bar r)g_i$: $\frac{(n-1)^2}{n^2}$ of RLOO's.

    Args:
        moments: Of the scores.
        size: n, at least 2; not traced.

    Returns:
        Variances, summed over the parameters; the mean update is $\frac{n-1}n\nabla p$.

    Raises:
        ValueError: The size is below 2.

    >>> float(centred_variance(verdict_moments([0.5, 0.5], [1.0, 0.0], [[1.0], [-1.0]]), 2))
    0.0625
    """
    return leave_one_out_variance(moments, size) * ((size - 1) / size) ** 2


def normalised_variance(moments: VerdictMoments, size: int) -> Float[Array, "*batch"]:
    r"""Return the total variance of GRPO without epsilon, whose mean is $\frac{E\,s}{pq}\nabla p$.

    $\frac1n[q(1-q^{n-1})V_R+p(1-p^{n-1})V_W]+[\frac{n-1}npq-(E\,s)^2]\,|\mu_R-\mu_W|^2$, s the deviation in the group.

    Args:
        moments: Of the scores.
        size: n, at least 2; not traced.

    Returns:
        Variances, summed over the parameters.

    Raises:
        ValueError: The size is below 2.

    >>> float(normalised_variance(verdict_moments([0.5, 0.5], [1.0, 0.0], [[1.0], [-1.0]]), 2))
    0.25
    """
    p, n = moments.rate, check_group_size(size)
    q = 1 - p
    of_right, of_wrong = (p * q * geometric_sum(x, n - 1) for x in (q, p))  # q (1 - q^(n-1)), p (1 - p^(n-1))
    between = p * q * (n - 1) / n - mean_deviation(p, n) ** 2
    return (of_right * moments.right + of_wrong * moments.wrong) / n + between * moments.gap


def rule_variance(moments: VerdictMoments, weights: Float[Numbers, "n-1"]) -> Float[Array, "*batch"]:
    r"""Return the total variance of the update $w_C(\bar g_R-\bar g_W)$ of any rule whose advantages sum to 0.

    $E\bigl[w_C^2\bigl(\frac{V_R}C+\frac{V_W}{n-C}\bigr)\bigr]+\mathrm{Var}(w_C)|\mu_R-\mu_W|^2$, C the number of right
    verdicts and $w_0=w_n=0$.

    Args:
        moments: Of the scores.
        weights: $w_1,\dots,w_{n-1}$, such as `difficulty_weights.contrast_weights` makes.

    Returns:
        Variances, summed over the parameters.

    Raises:
        ValueError: A weight is not finite.

    >>> float(rule_variance(verdict_moments([0.5, 0.5], [1.0, 0.0], [[1.0], [-1.0]]), [0.25]))
    0.0625
    """
    w, p = check_scores(weights, "weights"), moments.rate
    n = w.shape[-1] + 1
    c = np.arange(1, n)
    padded = [jnp.pad(a, (1, 1)) for a in (w, w**2 / c, w**2 / (n - c))]
    mean, of_right, of_wrong = (bernstein(a, p) for a in padded)
    spread = casteljau((padded[0] - mean[..., None]) ** 2, p)
    return of_right * moments.right + of_wrong * moments.wrong + spread * moments.gap
