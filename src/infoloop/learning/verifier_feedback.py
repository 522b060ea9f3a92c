r"""Learning from a verifier's verdicts: the mass $p$ of the good outputs, by recursion and in closed form.

No information is asked for here: these are the dynamics of *use*, whose sign the information does not see.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.learning.policy_optimisation import check_temperature
from infoloop.loops.loop import Loop
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.bisection import bisect
from infoloop.probability.validation import check_distributions, check_positive, check_scores, check_unit_interval


def verified_mass(
    start: Batch, t: Float[Array, "*batch"] | float, *, true_positive: Batch, false_positive: Batch
) -> Float[Array, "*batch"]:
    r"""Return the mass of the good outputs at time t of training on verdicts.

    $\operatorname{logit}p(t)=\operatorname{logit}p_0+Jt$, $J=\mathrm{TPR}-\mathrm{FPR}$: the replicator equation with
    the verdict as reward, whose mean is TPR on good and FPR on bad outputs. At $J<0$ the learner anti-learns, at $J=0$
    it stands still (arXiv 2601.04411). The arguments broadcast; a traced rate outside [0, 1] gives NaN.

    Args:
        start: $p_0$, in [0, 1].
        t: Time.
        true_positive: TPR, probability that a good output is accepted, in [0, 1].
        false_positive: FPR, probability that a bad one is, in [0, 1].

    Returns:
        Masses in [0, 1].

    Raises:
        ValueError: A probability is outside [0, 1].

    >>> verified_mass([0.5, 0.0], 3.0, true_positive=[0.75, 1.0], false_positive=[0.75, 0.0]).tolist()
    [0.5, 0.0]
    """
    p = check_unit_interval(start, "start")
    rates = check_unit_interval(true_positive, "true_positive"), check_unit_interval(false_positive, "false_positive")
    return _shifted(p, (rates[0] - rates[1]) * t)


def rewarded_mass(start: Batch, beta: Batch) -> Float[Array, "*batch"]:
    r"""Return the mass of the good outputs in the best policy for reward 1 if good, else 0.

    $p=\frac{p_0e^{1/\beta}}{p_0e^{1/\beta}+1-p_0}$: `regularised`, summed over the good outputs.

    Args:
        start: $p_0$, the mass in the reference policy, in [0, 1].
        beta: Temperature $\beta$, above 0.

    Raises:
        ValueError: One of them is out of range.

    >>> round(float(rewarded_mass(0.5, 1.0)), 6)
    0.731059
    """
    return _shifted(check_unit_interval(start, "start"), 1 / check_temperature(beta))


def group_relative(start: Batch, beta: Batch, smoothing: Batch = 0.0) -> Loop:
    r"""Return GRPO with infinite groups as an exact loop, whose state is the mass $p_n$ of the good outputs.

    $$\operatorname{logit}p_{n+1}=\operatorname{logit}p_0+\frac1{\beta\sqrt{p_n(1-p_n)+\epsilon}}.$$
    Each round finds the best policy for $E_pA-\beta D(p\|p_0)$, where $A=\frac{r-p_n}{\sqrt{p_n(1-p_n)+\epsilon}}$ is
    the last round's reward, standardised; good and bad differ in A by $1/\sqrt{p_n(1-p_n)+\epsilon}$ (Mroueh, arXiv
    2503.06639). At $\epsilon=0$ a mass of 0 or 1 gives no signal: it stays.

    Args:
        start: $p_0$, in [0, 1].
        beta: Temperature $\beta$, above 0.
        smoothing: $\epsilon$, in [0, 1].

    Raises:
        ValueError: One of them is out of range.

    >>> loop = group_relative(0.5, 2.0)
    >>> round(float(loop.step(None, 0.5)), 6), float(loop.step(None, 1.0))
    (0.731059, 1.0)
    """
    start, beta = check_unit_interval(start, "start"), check_temperature(beta)
    smoothing = check_unit_interval(smoothing, "smoothing (added to the variance of the verdict)")

    def step(key, p):
        spread = p * (1 - p) + smoothing
        moved = _shifted(start, 1 / (beta * jnp.sqrt(jnp.where(spread > 0, spread, 1.0))))
        return jnp.where(spread > 0, moved, p)

    return Loop(lambda key: start, step)


def group_relative_limit(start: Batch, beta: Batch) -> Float[Array, "*batch"]:
    r"""Return the least fixed point of `group_relative` above $p_0$ at $\epsilon=0$; 1 where there is none below it.

    With $u=2p-1$, $F(p)=\operatorname{logit}p-\operatorname{logit}p_0-\frac2{\beta\sqrt{1-u^2}}$ rises up to
    $u_m=\frac\beta{\sqrt{1+\beta^2}}$ and falls beyond, so a root exists iff $F(p_m)\ge0$, i.e.
    $$\operatorname{logit}p_0\le2\operatorname{arsinh}\beta-2\sqrt{1+1/\beta^2},$$
    and bisection between $p_0$ and $p_m$, in the logit, finds it; since $F(p_0)<0$ it exceeds $p_0$ (derived here; the
    paper has the existence and $p^*>p_0$ for $\epsilon>0$).

    Args:
        start: $p_0$, in [0, 1]; 0 and 1 stay.
        beta: Temperature $\beta$, above 0.

    Raises:
        ValueError: One of them is out of range.

    >>> float(group_relative_limit(0.5, 1.0)), round(float(group_relative_limit(0.5, 10.0)), 6)
    (1.0, 0.550084)
    """
    p, beta = check_unit_interval(start, "start"), check_temperature(beta)
    inner = (p > 0) & (p < 1)
    safe = jnp.where(inner, p, 0.5)
    low = jnp.log(safe) - jnp.log1p(-safe)
    top = 2 * jnp.arcsinh(beta)
    exists = low <= top - 2 * jnp.sqrt(1 + beta**-2)
    below, above = bisect(
        lambda x: x - low - 2 * jnp.cosh(x / 2) / beta < 0, low, jnp.broadcast_to(top, low.shape), 100
    )
    return jnp.where(inner, jnp.where(exists, jax.nn.sigmoid((below + above) / 2), 1.0), p)


def group_relative_slope(mass: Batch, beta: Batch) -> Float[Array, "*batch"]:
    r"""Return the slope of `group_relative` at a fixed point: it is stable iff below 1 in size.

    $\frac{2p-1}{2\beta\sqrt{p(1-p)}}$, since $h'=h(1-h)\frac{2p-1}{2\beta(p(1-p))^{3/2}}$ and $h=p$. At a small fixed
    point it is below $-1$: the recursion leaves it, though it is a fixed point above $p_0$.

    Args:
        mass: The fixed point p, in [0, 1].
        beta: Temperature $\beta$, above 0.

    Raises:
        ValueError: One of them is out of range.

    >>> float(group_relative_slope(0.5, 1.0))
    0.0
    """
    p = check_unit_interval(mass, "mass")
    return (2 * p - 1) / (2 * check_temperature(beta) * jnp.sqrt(p * (1 - p)))


@kinds_checked
def best_of(base: Float[Numbers, "outputs"], reward: Float[Numbers, "outputs"], n: Number) -> Float[Array, "outputs"]:
    r"""Return the law of the output with the best reward among n draws, ties broken by chance.

    $P(y)=\frac{p_y}{m}\bigl(F^n-(F^-)^n\bigr)$ with $F=P(r\le r_y)$, $m=P(r=r_y)$ and $F^-=F-m$. The bracket is
    $F^n(1-(1-m/F)^n)$, so that rare outputs keep their digits (Beirami et al., arXiv 2401.01879).

    Args:
        base: The law p that is drawn from.
        reward: Reward of each output, finite.
        n: Draws, any number above 0.

    Raises:
        ValueError: One of them is none of these.

    >>> best_of([0.5, 0.25, 0.25], [0.0, 1.0, 1.0], 2).tolist()
    [0.25, 0.375, 0.375]
    """
    p, r, n = check_distributions(base, "base"), check_scores(reward, "reward"), check_positive(n, "n")
    upto = jnp.where(r[None, :] <= r[:, None], p[None, :], 0.0).sum(axis=1)
    level = jnp.where(r[None, :] == r[:, None], p[None, :], 0.0).sum(axis=1)
    some = p > 0
    least = level == upto
    share = jnp.where(some & ~least, level, 0.0) / jnp.where(some, upto, 1.0)
    probability = jnp.where(least, 1.0, -jnp.expm1(n * jnp.log1p(-share)))
    return jnp.where(some, p / jnp.where(some, level, 1.0) * jnp.where(some, upto, 1.0) ** n * probability, 0.0)


def best_of_bound(n: Batch) -> Float[Array, "*batch"]:
    r"""Return the bound on the divergence of the best of n from its base, in bits.

    $\bigl(\ln n-\frac{n-1}n\bigr)\log_2e$ is at least $D(\text{best of }n\,\|\,p)$, equal only without atoms (arXiv
    2401.01879). WebGPT's 64 is 3.1745 nats.

    Args:
        n: Draws, above 0.

    Raises:
        ValueError: `n` is not positive.

    >>> round(float(best_of_bound(64) * jnp.log(2)), 4)
    3.1745
    """
    n = check_positive(n, "n")
    return (jnp.log(n) - (n - 1) / n) / jnp.log(2.0)


def _shifted(p, by):
    r"""Return $\operatorname{sigmoid}(\operatorname{logit}p+b)$ without infinities at 0 and 1, in the gradient too."""
    gain, loss = jax.nn.sigmoid(by), jax.nn.sigmoid(-by)  # their ratio is e^b, and neither overflows
    return p * gain / (p * gain + (1 - p) * loss)
