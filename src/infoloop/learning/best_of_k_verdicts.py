r"""The best of k outputs as a verifier's verdicts or scores choose it: pass@k is the best of k of a perfect verifier.

The law of the best by a reward is `verifier_feedback.best_of`.
"""

import math

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.learning.pass_at_k import some_pass
from infoloop.probability.array_types import Batch, Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_floats, check_int, check_scores, check_unit_interval


def accepted_best(rate: Batch, k: Batch, *, true_positive: Batch, false_positive: Batch) -> Float[Array, "*batch"]:
    r"""Return the probability that an accepted one of k outputs is right, any of them if none is accepted.

    With $s=p\,\mathrm{TPR}+(1-p)\,\mathrm{FPR}$ the share that is accepted,
    $$p\,\mathrm{TPR}\,\frac{1-(1-s)^k}s+p(1-\mathrm{TPR})(1-s)^{k-1}.$$
    A perfect verifier makes it pass@k. A false positive rate above 0 caps it at the share of right ones among what is
    accepted, for however large a k, where pass@k tends to 1.

    Args:
        rate: p, pass rate of one output, in [0, 1]; the arguments broadcast.
        k: Outputs, at least 1.
        true_positive: TPR, probability that a right output is accepted, in [0, 1].
        false_positive: FPR, probability that a wrong one is, in [0, 1].

    Raises:
        ValueError: One of them is out of range.

    >>> [float(accepted_best(0.5, 2, true_positive=1 - miss, false_positive=miss)) for miss in (0.0, 0.5)]
    [0.75, 0.5]
    """
    p, passes = check_unit_interval(rate, "rate"), check_unit_interval(true_positive, "true_positive")
    slips, k = check_unit_interval(false_positive, "false_positive"), _check_outputs(k)
    right, wrong = p * passes, (1 - p) * slips
    accepted, refused = right + wrong, p * (1 - passes) + (1 - p) * (1 - slips)
    some, others = accepted > 0, refused > 0
    share = some_pass(accepted, k) / jnp.where(some, accepted, 1.0)
    each = jnp.where(some, share, k - k * (k - 1) / 2 * accepted)  # next to 0, in the value and the slope
    none = jnp.where(others, jnp.where(others, refused, 1.0) ** (k - 1), jnp.where(k > 1, 0.0, 1.0))
    return right * each + p * (1 - passes) * none


def _check_outputs(k: Batch) -> Float[Array, "*batch"]:
    value = check_floats(k, "k (outputs)")
    if not isinstance(value, Tracer) and not ((value >= 1) & (value < np.inf)).all():
        raise ValueError(f"k (outputs) is {value}: give finite numbers from 1 on")
    return nan_unless((value >= 1) & (value < np.inf), value)


def best_at_estimate(scores: Float[Numbers, " attempts"], k: int) -> Float[Array, ""]:
    r"""Return the estimate of the mean of the largest score among k attempts, from n of them, without bias.

    $\sum_is_{(i)}\binom{i-1}{k-1}/\binom nk$ over the scores in order: the mean of the largest over all k-subsets. Of
    scores 0 and 1 it is `pass_at_k.pass_at_estimate`.

    Args:
        scores: Scores of n attempts at one question, finite.
        k: From 1 to n, known when compiling.

    Raises:
        ValueError: k is above n: no unbiased estimator exists; a score is not finite; or there are two axes.

    >>> round(float(best_at_estimate([1.0, 2.0, 4.0], 2)), 12)
    3.333333333333
    """
    s, k = check_scores(scores, "scores"), check_int(k, "k")
    if s.ndim != 1:
        raise ValueError(f"scores has shape {s.shape}: give a list, the attempts at one question; for many take vmap")
    n = s.shape[0]
    if k > n:
        raise ValueError(
            f"k is {k} and there are n = {n} scores: no unbiased estimator of the best of k from n scores exists for "
            "k > n; ask for less, or draw more attempts"
        )
    subsets = math.comb(n, k)
    return (jnp.sort(s)[k - 1 :] * np.array([math.comb(i, k - 1) / subsets for i in range(k - 1, n)])).sum()
