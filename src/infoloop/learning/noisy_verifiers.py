r"""Verifiers that err both ways: means of verdicts, corrections, what verdicts tell, and what they keep.

An answer is right with probability p, wrong with q = 1 - p. The verdict $\tilde r$ is 1 for a right answer with
probability TPR = $1-\rho_1$ and for a wrong one with FPR = $\rho_0$; $J=1-\rho_0-\rho_1$. All rates broadcast, so that
there may be some for each question, each style, each verifier.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch
from infoloop.probability.numerics import binary_channel_bits, nan_unless
from infoloop.probability.validation import check_floats, check_unit_interval


@jax.tree_util.register_dataclass
@dataclass(frozen=True, kw_only=True)
class NoisyVerifier:
    r"""The rates at which a verifier errs; `erring_verifier` checks them.

    Attributes:
        false_positive: $\rho_0$ = FPR, probability that a wrong answer passes.
        false_negative: $\rho_1$ = 1 - TPR, probability that a right one fails.
    """

    false_positive: Float[Array, "*batch"]
    false_negative: Float[Array, "*batch"]

    @property
    def true_positive(self) -> Float[Array, "*batch"]:
        r"""TPR $=1-\rho_1$, probability that a right answer passes."""
        return 1 - self.false_negative

    @property
    def youden(self) -> Float[Array, "*batch"]:
        r"""Youden's index $J=1-\rho_0-\rho_1$ = TPR - FPR: at 0 the verdict is independent of the truth."""
        return 1 - self.false_positive - self.false_negative


@kinds_checked
def erring_verifier(*, false_positive: Batch, false_negative: Batch) -> NoisyVerifier:
    r"""Return a verifier with these rates. A traced rate out of range becomes NaN.

    Args:
        false_positive: $\rho_0$, in [0, 1].
        false_negative: $\rho_1$, in [0, 1]; broadcasts with the other.

    Raises:
        ValueError: A rate is outside [0, 1], or the shapes do not broadcast.

    >>> float(erring_verifier(false_positive=0.25, false_negative=0.5).youden)
    0.25
    """
    wrong_pass, right_fail = (
        check_unit_interval(false_positive, "false_positive"),
        check_unit_interval(false_negative, "false_negative"),
    )
    try:
        wrong_pass, right_fail = jnp.broadcast_arrays(wrong_pass, right_fail)
    except ValueError:
        shapes = f"{wrong_pass.shape} and {right_fail.shape}"
        raise ValueError(
            f"false_positive and false_negative have shapes {shapes}: give shapes that broadcast"
        ) from None
    return NoisyVerifier(false_positive=wrong_pass, false_negative=right_fail)


def observed_rate(verifier: NoisyVerifier, right: Batch) -> Float[Array, "*batch"]:
    r"""Return how often a verdict is 1: $m=\rho_0+Jp$.

    Args:
        verifier: The verifier.
        right: p, in [0, 1].

    Raises:
        ValueError: `right` is outside [0, 1].

    >>> float(observed_rate(erring_verifier(false_positive=0.25, false_negative=0.5), 0.5))
    0.375
    """
    return verifier.false_positive + verifier.youden * check_unit_interval(right, "right")


def corrected_verdict(verifier: NoisyVerifier, verdict: Batch) -> Float[Array, "*batch"]:
    r"""Return the backward correction $\frac{\tilde r-\rho_0}J$: of mean 1 for a right answer, 0 for a wrong one.

    It renames two values, so that it carries the bits of $\tilde r$, not those of the truth; advantages that are
    divided by their deviation do not see it at $J>0$ (arXiv 2510.00915 proposes it).

    Args:
        verifier: The verifier; at J = 0 nothing can be corrected: NaN where it is traced.
        verdict: $\tilde r$, 0 or 1, or a mean of verdicts.

    Raises:
        ValueError: J is 0.

    >>> corrected_verdict(erring_verifier(false_positive=0.25, false_negative=0.25), [0.0, 1.0]).tolist()
    [-0.5, 1.5]
    """
    return (jnp.asarray(check_floats(verdict, "verdict")) - verifier.false_positive) / _nonzero(verifier.youden)


def corrected_variance(verifier: NoisyVerifier, right: Batch) -> Float[Array, "*batch"]:
    r"""Return the variance of `corrected_verdict`, a sum of two parts that are not negative.

    $$pq+\frac{p\rho_1(1-\rho_1)+q\rho_0(1-\rho_0)}{J^2}=\frac{m(1-m)}{J^2}.$$ The first part is that of the truth, the
    second the verifier's noise. "pq/J^2 plus the noise" would count it twice.

    Args:
        verifier: The verifier; at J = 0 there is no correction: NaN where it is traced.
        right: p, in [0, 1].

    Raises:
        ValueError: J is 0, or `right` is outside [0, 1].

    >>> round(float(corrected_variance(erring_verifier(false_positive=0.1, false_negative=0.2), 0.3) - 2139 / 4900), 12)
    0.0
    """
    p, a, b = check_unit_interval(right, "right"), verifier.false_positive, verifier.false_negative
    return p * (1 - p) + (p * b * (1 - b) + (1 - p) * a * (1 - a)) / _nonzero(verifier.youden) ** 2


def forward_weight(verifier: NoisyVerifier, verdict: Batch) -> Float[Array, "*batch"]:
    r"""Return the forward correction $\tilde r-(1-\rho_1)$, which needs no $\rho_0$ (arXiv 2510.00915).

    Its mean is 0 for a right answer and $-J$ for a wrong one, so that with the score, whose mean is 0, the expected
    update is $J\,\nabla p$. It is a constant baseline, no more: the plain verdict has that update too.

    Args:
        verifier: The verifier.
        verdict: $\tilde r$, 0 or 1, or a mean of verdicts.

    Raises:
        ValueError: `verdict` holds no real numbers.

    >>> forward_weight(erring_verifier(false_positive=0.5, false_negative=0.25), [0.0, 1.0]).tolist()
    [-0.75, 0.25]
    """
    return jnp.asarray(check_floats(verdict, "verdict")) - verifier.true_positive


def filtering_gap(verifier: NoisyVerifier, right: Batch) -> Float[Array, "*batch"]:
    r"""Return by how much the share of right answers rises when only those that pass are kept.

    $$p'-p=\frac{pqJ}{p\,\mathrm{TPR}+q\,\mathrm{FPR}},$$ of one question; NaN where none passes. For the kept set of
    several questions, weigh p' by what passes of each: the sign of J on each does not decide then.

    Args:
        verifier: The verifier.
        right: p, in [0, 1].

    Raises:
        ValueError: `right` is outside [0, 1].

    >>> float(filtering_gap(erring_verifier(false_positive=0.0, false_negative=0.5), 0.5))
    0.5
    """
    p = check_unit_interval(right, "right")
    kept = p * verifier.true_positive + (1 - p) * verifier.false_positive
    return p * (1 - p) * verifier.youden / nan_unless(kept > 0, kept)


@kinds_checked
def noisy_verdict_bits(verifier: NoisyVerifier, right: Batch) -> Float[Array, "*batch"]:
    r"""Return what a verdict tells about whether the answer is right, in bits.

    $I(R;\tilde r)=h(\rho_0+Jp)-p\,h(\rho_1)-q\,h(\rho_0)$, computed as a sum of terms none of which is negative. With
    FPR 0 it is $h(p(1-\rho_1))-p\,h(\rho_1)$: a perfect verifier tells h(p). Slopes are those of
    `binary_channel_bits`.

    Args:
        verifier: The verifier.
        right: p, in [0, 1].

    Raises:
        ValueError: `right` is outside [0, 1].

    >>> misses = erring_verifier(false_positive=0.0, false_negative=[0.0, 0.05, 0.2, 0.5])
    >>> [round(bits, 4) for bits in noisy_verdict_bits(misses, 0.5).tolist()]
    [1.0, 0.855, 0.61, 0.3113]
    """
    return binary_channel_bits(check_unit_interval(right, "right"), verifier.false_positive, verifier.true_positive)


def _nonzero(youden: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    if not isinstance(youden, Tracer) and not np.asarray(youden != 0).all():
        raise ValueError("the verifier has J = 0: its verdict is independent of the truth, and cannot be corrected")
    return nan_unless(youden != 0, youden)
