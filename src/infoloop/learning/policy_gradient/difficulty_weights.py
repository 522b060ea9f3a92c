r"""What a rule that turns n verdicts into advantages optimises: its weight on a question of pass rate p, by p.

A rule whose advantages sum to 0 and see the count c of right verdicts alone moves the parameters by
$w_c(\bar g_R-\bar g_W)$, with the mean scores of the right and of the wrong answers; $w_0=w_n=0$. Given c their
difference has mean $\frac{\nabla p}{pq}$, so that the expected update is $\kappa(p)\nabla p$ with
$\kappa=\frac{E\,w_C}{pq}$, a polynomial of degree $n-2$: the gradient of $F(p)$ with $F'=\kappa$, exactly.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float

from infoloop.learning.policy_gradient.bernstein_polynomials import (
    bernstein,
    bernstein_coefficients,
    bernstein_integral,
)
from infoloop.learning.policy_gradient.group_statistics import check_group_size, group_deviations, live_contrasts
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.validation import check_choice, check_finite, check_scores, check_unit_interval

_OF_CONTRASTS = ("grpo", "dr_grpo", "rloo", "contrast")  # rules that move along a difference of mean scores


def contrast_weights(
    size: int, rule: str = "grpo", epsilon: Number = 0.0, divisor: str = "population"
) -> Float[Array, "n-1"]:
    r"""Return $w_1,\dots,w_{n-1}$ of a rule of n verdicts, by the number c of right ones.

    With the deviation $s_c=\sqrt{c(n-c)}/n$ they are $\frac{s_c^2}{s_c+\epsilon}$ if advantages are divided by it
    (GRPO), $s_c^2$ if they are only centred (Dr. GRPO), $\frac n{n-1}s_c^2$ for the mean of the others as baseline
    (RLOO), and 1 for the difference of the mean scores of right and wrong answers itself.

    Args:
        size: n, at least 2; not traced.
        rule: "grpo", "dr_grpo", "rloo" or "contrast".
        epsilon: What is added to the deviation that divides, at least 0; only "grpo" has one.
        divisor: "population" (n) or "sample" (n - 1), of the variance whose root divides; only "grpo" has one.

    Returns:
        Weights; an update needs no other property of such a rule.

    Raises:
        ValueError: An argument is none of these.

    >>> contrast_weights(3, "dr_grpo").tolist() == [2 / 9, 2 / 9]
    True
    """
    s = group_deviations(size)[1:-1]
    check_choice(rule, "rule", _OF_CONTRASTS)
    if rule == "grpo":
        small = check_finite(epsilon, "epsilon", 0.0)
        return s**2 / (group_deviations(size, divisor)[1:-1] + small)
    return {"dr_grpo": s**2, "rloo": s**2 * size / (size - 1), "contrast": jnp.ones_like(s)}[rule]


def difficulty_weight(p: Batch, weights: Float[Numbers, "n-1"]) -> Float[Array, "*batch"]:
    r"""Return $\kappa(p)=\sum_{0<c<n}\binom ncp^{c-1}q^{n-c-1}w_c$: the expected update is $\kappa(p)\nabla p$.

    GRPO: $\kappa_2=1$, $\kappa_3=\sqrt2$, $\kappa_4=\sqrt3+(3-2\sqrt3)pq$, and $\sqrt{n-1}$ at both ends.

    Args:
        p: Pass rate, in [0, 1]; a traced one outside gives NaN.
        weights: $w_1,\dots,w_{n-1}$, such as `contrast_weights` makes.

    Returns:
        Factors of $\nabla p$, also at p = 0 and 1.

    Raises:
        ValueError: A rate is outside [0, 1], or a weight is not finite.

    >>> difficulty_weight([0.0, 0.3], contrast_weights(2)).tolist()
    [1.0, 1.0]
    """
    return bernstein(_weight_coefficients(weights), p)


def live_difficulty_weight(p: Batch, weights: Float[Numbers, "n-1"]) -> Float[Array, "*batch"]:
    r"""Return $\frac{\kappa(p)}{1-p^n-q^n}$: the weight where dead groups are drawn again until one is live.

    Infinite at p = 0 and 1, where none is, and so is its slope. Exactly $\frac1{4pq}$, $\frac2{9pq}$ for centred
    verdicts at n = 2, 3, and $\frac1{2pq}$, $\frac{\sqrt2}{3pq}$ for normalised ones: the gradient of log-odds (dynamic
    sampling).

    Args:
        p: Pass rate, in [0, 1]; a traced one outside gives NaN.
        weights: $w_1,\dots,w_{n-1}$, such as `contrast_weights` makes.

    Returns:
        Factors of $\nabla p$.

    Raises:
        ValueError: A rate is outside [0, 1], or a weight is not finite.

    >>> round(float(live_difficulty_weight(0.2, contrast_weights(3, "dr_grpo"))) * 0.16, 12) == round(2 / 9, 12)
    True
    """
    return _per_live_group(check_unit_interval(p, "p"), check_scores(weights, "weights"))


def difficulty_objective(p: Batch, weights: Float[Numbers, "n-1"]) -> Float[Array, "*batch"]:
    r"""Return $F(p)=\int_0^p\kappa$, whose gradient the expected update is: a polynomial of degree $n-1$.

    GRPO's tends to $2\arcsin\sqrt p$ for large groups.

    Args:
        p: Pass rate, in [0, 1]; a traced one outside gives NaN.
        weights: $w_1,\dots,w_{n-1}$, such as `contrast_weights` makes.

    Returns:
        Values; 0 at p = 0.

    Raises:
        ValueError: A rate is outside [0, 1], or a weight is not finite.

    >>> float(difficulty_objective(0.25, contrast_weights(2)))
    0.25
    """
    return bernstein(bernstein_integral(_weight_coefficients(weights)), p)


def weights_for(slope: Float[Numbers, "m"], size: int) -> Float[Array, "n-1"]:
    r"""Return the weights of the only zero-sum rule of n verdicts whose objective has this slope.

    $F'(p)=\sum_ja_jp^j$; its Bernstein coefficients $b_c$ of degree $n-2$ give $w_c=\frac{c(n-c)}{n(n-1)}b_{c-1}$.
    A slope of a degree above $n-2$ is out of reach: so is the one of pass@n, of degree $n-1$.

    Args:
        slope: $a_0,\dots,a_m$, with m at most $n-2$.
        size: n, at least 2; not traced.

    Returns:
        $w_1,\dots,w_{n-1}$.

    Raises:
        ValueError: The slope has a degree above $n-2$, or an argument is none of these.

    >>> weights_for([1.0], 2).tolist()
    [0.5]
    """
    n = check_group_size(size)
    return bernstein_coefficients(check_scores(slope, "slope"), n - 2) / live_contrasts(n)


def advantages_for(slope: Float[Numbers, "m"], size: int) -> Float[Array, "n"]:
    r"""Return the advantages $a_1,\dots,a_n$ of a right answer among c, wrong ones having 0, that reach this slope.

    If advantages need not sum to 0, the mean of $a_cg_i$ over the group has the expectation
    $\sum_c\binom{n-1}{c-1}a_cp^{c-1}q^{n-c}\,\nabla p$: every slope of degree at most $n-1$ is reached, by its own
    Bernstein coefficients; that of pass@n by $a_1=n$, and 0 else.

    Args:
        slope: $a_0,\dots,a_m$ of $F'(p)=\sum_ja_jp^j$, with m at most $n-1$.
        size: n, at least 2; not traced.

    Returns:
        One for each number of right answers, from 1 on.

    Raises:
        ValueError: The slope has a degree above $n-1$, or an argument is none of these.

    >>> advantages_for([2.0, -2.0], 2).tolist()
    [2.0, 0.0]
    """
    return bernstein_coefficients(slope, check_group_size(size) - 1)


def noisy_difficulty_weight(
    p: Batch, weights: Float[Numbers, "n-1"], *, false_positive: Batch, false_negative: Batch
) -> Float[Array, "*batch"]:
    r"""Return $J\kappa(\rho_0+Jp)$, $J=1-\rho_0-\rho_1$: the weight on $\nabla p$ where verdicts err.

    A rule sees the observed rate $m=\rho_0+Jp$, and $\nabla m=J\nabla p$. Centring and dividing by the deviation undoes
    any correction $(\tilde r-\rho_0)/J$ for J > 0: GRPO cannot see it, except by its epsilon.

    Args:
        p: Pass rate, in [0, 1].
        weights: $w_1,\dots,w_{n-1}$, such as `contrast_weights` makes.
        false_positive: $\rho_0$, probability that a wrong answer passes, in [0, 1].
        false_negative: $\rho_1$, probability that a right answer fails, in [0, 1].

    Returns:
        Factors of $\nabla p$: of the sign of J if no weight is negative.

    Raises:
        ValueError: A probability is outside [0, 1], or a weight is not finite.

    >>> rloo = contrast_weights(3, "rloo")
    >>> round(float(noisy_difficulty_weight(0.3, rloo, false_positive=0.1, false_negative=0.2)), 12)
    0.7
    """
    p, rho0 = check_unit_interval(p, "p"), check_unit_interval(false_positive, "false_positive")
    rho1 = check_unit_interval(false_negative, "false_negative")
    observed = rho0 * (1 - p) + (1 - rho1) * p
    return (1 - rho0 - rho1) * difficulty_weight(observed, weights)


def _size(weights):
    return jnp.shape(weights)[-1] + 1


def _weight_coefficients(weights):
    return check_scores(weights, "weights") * live_contrasts(_size(weights))


@jax.custom_jvp
def _per_live_group(p, weights):
    return _mean_contrast(p, weights) / (p * (1 - p))


def _mean_contrast(p, weights):
    """Return the mean weight of live groups, as a ratio of polynomials that are above 0 at the ends too."""
    return difficulty_weight(p, weights) / bernstein(live_contrasts(_size(weights)), p)


@partial(_per_live_group.defjvp, symbolic_zeros=True)
def _(primals, tangents):
    p, weights = primals
    spread = p * (1 - p)
    mean, rise = jax.jvp(lambda x: _mean_contrast(x, weights), (p,), (jnp.ones_like(p),))
    slope = (rise * spread - mean * (1 - 2 * p)) / spread**2  # one fraction: apart, its terms are infinite at the ends
    parts = [jnp.zeros_like(p)]
    if not isinstance(tangents[0], SymbolicZero):
        parts.append(slope * tangents[0])
    if not isinstance(tangents[1], SymbolicZero):
        parts.append(jax.jvp(lambda w: _mean_contrast(p, w), (weights,), (tangents[1],))[1] / spread)
    return mean / spread, sum(parts)
