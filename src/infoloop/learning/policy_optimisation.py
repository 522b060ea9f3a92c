r"""Policies on outputs that can be enumerated: expectations are sums, so that nothing is sampled.

`base[y]` is the reference policy $p_0$, `reward[y]` the reward. Objectives and the weight $\beta$ (a temperature) are
in the unit of the reward, so logarithms are natural here.
"""

import jax
import jax.numpy as jnp
from jax.core import Tracer

from infoloop.loops.loop import Loop
from infoloop.probability.arrays import log_ratio, tilt
from infoloop.probability.validation import check_distributions, check_positive, check_scores


def regularised(base, reward, beta) -> jax.Array:
    r"""$p^*_y\propto p_0(y)\,e^{r_y/\beta}$, the best policy for $E_pr-\beta D(p\|p_0)$ (Donsker & Varadhan; Gibbs).

    Raises ValueError for an empty class, a reward that is not finite and a temperature $\beta$ that is not positive.

    >>> regularised([0.5, 0.5, 0.0], [1.0, 1.0, 9.0], 0.1).tolist()
    [0.5, 0.5, 0.0]
    """
    return tilt(check_distributions(base, "base"), check_scores(reward, "reward") / _temperature(beta))


def objective(policy, base, reward, beta):
    r"""$J(p)=E_pr-\beta\sum_yp_y\ln\frac{p_y}{p_0(y)}$; $-\infty$ where p has mass that $p_0$ lacks; unit of r.

    >>> float(objective([0.5, 0.5], [0.5, 0.5], [0.0, 1.0], 0.1))
    0.5
    """
    policy, base, reward = (
        check_distributions(policy, "policy"),
        check_distributions(base, "base"),
        check_scores(reward, "reward"),
    )
    return (policy * (reward - _temperature(beta) * log_ratio(policy, base))).sum(axis=-1)


def best_objective(base, reward, beta):
    r"""$\max_pJ(p)=\beta\ln\sum_yp_0(y)e^{r_y/\beta}$, attained by `regularised` alone.

    >>> float(best_objective([0.5, 0.5], [1.0, 1.0], 0.1))
    1.0
    """
    base, beta = check_distributions(base, "base"), _temperature(beta)
    return beta * jax.nn.logsumexp(check_scores(reward, "reward") / beta, axis=-1, b=base)


def policy_gradient(logits, base, reward, beta) -> jax.Array:
    r"""$\frac{\partial J}{\partial z_y}=p_y\bigl(A_y-\sum p A\bigr)$, $p=\mathrm{softmax}(z)$, exactly.

    $A_y=r_y-\beta\ln\frac{p_y}{p_0(y)}$; the $\beta$ that differentiating $p\ln p$ leaves is constant and falls out
    with the mean. Williams 1992, as an expectation.

    >>> policy_gradient(jnp.zeros(2), [0.5, 0.5], [0.0, 1.0], 1.0).tolist()
    [-0.25, 0.25]
    """
    policy = jax.nn.softmax(logits, axis=-1)
    gains = check_scores(reward, "reward") - _temperature(beta) * log_ratio(policy, check_distributions(base, "base"))
    return policy * (gains - (policy * gains).sum(axis=-1, keepdims=True))


def ascent(base, reward, beta, rate) -> Loop:
    """Gradient ascent with steps of `rate` on the softmax logits, exact: the state is the logits, from those of `base`.

    The base needs full support, since a softmax has. Raises ValueError otherwise, and for a rate that is not positive.

    >>> loop = ascent([0.5, 0.5], [0.0, 1.0], 1.0, 4.0)
    >>> loop.step(None, jnp.zeros(2)).tolist()
    [-1.0, 1.0]
    """
    base, reward = check_distributions(base, "base"), check_scores(reward, "reward")
    beta, rate = _temperature(beta), check_positive(rate, "rate")
    if not isinstance(base, Tracer) and not (base > 0).all():
        raise ValueError(f"base is {base}: logits need a base with mass on every output")
    start = jnp.log(base)
    return Loop(lambda key: start, lambda key, z: z + rate * policy_gradient(z, base, reward, beta))


def replicator(base, reward, t) -> jax.Array:
    r"""$p_t(y)\propto p_0(y)\,e^{r_yt}$, which solves $\dot p_y=p_y(r_y-E_pr)$, the natural gradient flow of $E_pr$.

    $\frac d{dt}\ln p_y=r_y-E_pr$, whose second part is the same for all y. At integer t it is `curation` as well.

    >>> replicator([0.5, 0.5], [0.0, 1.0], 0.0).tolist()
    [0.5, 0.5]
    """
    return tilt(check_distributions(base, "base"), check_scores(reward, "reward") * t)


def regularised_flow(base, reward, beta, t) -> jax.Array:
    r"""$p_t\propto p_0\exp\bigl(\tfrac{1-e^{-\beta t}}\beta\,r\bigr)$, the natural gradient flow of $J$ from $p_0$.

    $\frac d{dt}\ln\frac{p_y}{p_0(y)}=r_y-\beta\ln\frac{p_y}{p_0(y)}$ plus what is the same for all y: linear. It tends
    to `regularised` at rate $\beta$.

    >>> regularised_flow([0.5, 0.5], [1.0, 1.0], 0.5, 3.0).tolist()
    [0.5, 0.5]
    """
    beta = _temperature(beta)
    return tilt(check_distributions(base, "base"), -jnp.expm1(-beta * t) / beta * check_scores(reward, "reward"))


def curation(base, reward) -> Loop:
    r"""Curated retraining, $p_{t+1}\propto p_te^{r}$: the expected reward never falls (arXiv 2407.09499).

    Closed form: `replicator`, where $\frac d{dt}E_{p_t}r=\mathrm{Var}_{p_t}r$, 0 only once
    all mass has one reward.

    >>> curation([0.5, 0.5], [0.0, 0.0]).step(None, jnp.array([0.25, 0.75])).round(12).tolist()
    [0.25, 0.75]
    """
    base, reward = check_distributions(base, "base"), check_scores(reward, "reward")
    return Loop(lambda key: base, lambda key, p: tilt(p, reward))


def _temperature(beta):
    return check_positive(beta, "beta (a temperature)")
