r"""The best of k outputs as a verifier's verdicts or scores choose it: pass@k is the best of k of a perfect verifier.

The law of the best by a reward is `verifier_feedback.best_of`.
"""

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.probability.array_types import Batch, Numbers
from infoloop.probability.validation import check_int, check_positive, check_scores, check_unit_interval


def accepted_best(rate: Batch, true_positive: Batch, false_positive: Batch, k: Batch) -> Float[Array, "*batch"]:
    r"""Return the probability that an accepted one of k outputs is right, any of them if none is accepted.

    With $s=p\,\mathrm{TPR}+(1-p)\,\mathrm{FPR}$ the share that is accepted,
    $$\bigl(1-(1-s)^k\bigr)\frac{p\,\mathrm{TPR}}s+(1-s)^k\frac{p(1-\mathrm{TPR})}{1-s}.$$
    A perfect verifier makes it pass@k. A false positive rate above 0 caps it at the share of right ones among what is
    accepted, for however large a k, where pass@k tends to 1.

    Args:
        rate: p, pass rate of one output, in [0, 1]; the arguments broadcast.
        true_positive: TPR, probability that a right output is accepted, in [0, 1].
        false_positive: FPR, probability that a wrong one is, in [0, 1].
        k: Outputs, above 0.

    Raises:
        ValueError: One of them is out of range.

    >>> float(accepted_best(0.5, 1.0, 0.0, 2)), float(accepted_best(0.5, 0.5, 0.5, 2))
    (0.75, 0.5)
    """
    p, passes = check_unit_interval(rate, "rate"), check_unit_interval(true_positive, "true_positive")
    slips, k = check_unit_interval(false_positive, "false_positive"), check_positive(k, "k (outputs)")
    right, wrong = p * passes, (1 - p) * slips
    accepted, refused = right + wrong, p * (1 - passes) + (1 - p) * (1 - slips)
    some, others = accepted > 0, refused > 0
    none = jnp.where(others, jnp.where(others, refused, 1.0) ** k, 0.0)
    any_accepted = jnp.where(others, -jnp.expm1(k * jnp.log1p(-jnp.where(others, accepted, 0.0))), 1.0)
    kept = any_accepted * right / jnp.where(some, accepted, 1.0)
    return kept + none * p * (1 - passes) / jnp.where(others, refused, 1.0)


def best_at_estimate(scores: Float[Numbers, " attempts"], k: int) -> Float[Array, ""]:
    r"""Return the estimate of the mean of the largest score among k attempts, from n of them, without bias.

    $\sum_is_{(i)}\binom{i-1}{k-1}/\binom nk$ over the scores in order: the mean of the largest over all k-subsets. Of
    scores 0 and 1 it is `pass_at_k.pass_at_estimate`.

    Args:
        scores: Scores of n attempts at one question, finite.
        k: From 1 to n, known when compiling.

    Raises:
        ValueError: k is above n: no unbiased estimator exists; or a score is not finite.

    >>> round(float(best_at_estimate([1.0, 2.0, 4.0], 2)), 12)
    3.333333333333
    """
    s, k = jnp.sort(check_scores(scores, "scores")), check_int(k, "k")
    n = s.shape[0]
    if k > n:
        raise ValueError(
            f"k is {k} and there are n = {n} scores: no unbiased estimator of the best of k from n scores exists for "
            "k > n; ask for less, or draw more attempts"
        )
    subsets = math.comb(n, k)
    return (s[k - 1 :] * np.array([math.comb(i, k - 1) / subsets for i in range(k - 1, n)])).sum()
