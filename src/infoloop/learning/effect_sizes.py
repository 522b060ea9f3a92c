r"""Many runs into one effect size with an interval: a hierarchical normal regression, by NUTS and in closed form.

Run i in setting g has the outcome $y_i=\alpha_g+\beta_gt_i+\sigma\varepsilon_i$, $t_i=1$ if treated, and partial
pooling $\alpha_g\sim N(\alpha,\sigma_\alpha^2)$ and $\beta_g\sim N(\beta,\tau^2)$. The effect is $\beta$. With s the
standard deviation of all outcomes the priors are $\alpha\sim N(\bar y,(10s)^2)$, $\beta\sim N(0,(10s)^2)$, and
half-normal of scale s for $\sigma_\alpha$, $\tau$ and $\sigma$ where they are not known.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int, Key

from infoloop.learning.mcmc import nuts, split_r_hat
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.validation import check_positive, check_scores

_WIDE = 10.0


class StandardDeviations(NamedTuple):
    r"""Known standard deviations, in the unit of the outcome.

    Attributes:
        baseline: $\sigma_\alpha$, of baselines between settings.
        effect: $\tau$, of effects between settings.
        noise: $\sigma$, of runs.
    """

    baseline: Float[Array, ""]
    effect: Float[Array, ""]
    noise: Float[Array, ""]


class Effect(NamedTuple):
    r"""The posterior of the effect $\beta$, in the unit of the outcome.

    Attributes:
        mean: Posterior mean.
        deviation: Posterior standard deviation.
        lower: Lower end of the central interval.
        upper: Upper end of it.
        standardised: Posterior mean of $\beta/\sigma$, no unit.
        r_hat: Split R-hat of the chains, near 1 where they agree; 1 in closed form.
        diverging: Number of divergent draws; 0 in closed form.
    """

    mean: Float[Array, ""]
    deviation: Float[Array, ""]
    lower: Float[Array, ""]
    upper: Float[Array, ""]
    standardised: Float[Array, ""]
    r_hat: Float[Array, ""]
    diverging: Int[Array, ""]


def standard_deviations(baseline: Number, effect: Number, noise: Number) -> StandardDeviations:
    """Return known standard deviations, checked; see `StandardDeviations`.

    Raises:
        ValueError: One of them is not positive and finite.

    >>> float(standard_deviations(1.0, 0.5, 2.0).noise)
    2.0
    """
    parts = {"baseline": baseline, "effect": effect, "noise": noise}
    return StandardDeviations(*(check_positive(value, f"spread of {what}") for what, value in parts.items()))


def effect_size(
    key: Key[Array, ""],
    outcome: Float[Numbers, "runs"],
    treated: Int[Numbers, "runs"],
    setting: Int[Numbers, "runs"],
    level: float = 0.95,
    known: StandardDeviations | None = None,
    warmup: int = 500,
    draws: int = 1000,
    chains: int = 4,
) -> Effect:
    """Return the effect of the treatment by the no-U-turn sampler.

    Many tables of outcomes of one design are the caller's `vmap` over `outcome`.

    Args:
        key: Randomness of the chains.
        outcome: Outcome of each run.
        treated: 1 for a treated run, 0 for another; both occur.
        setting: The number of each run's setting: all whole numbers from 0 to the largest occur.
        level: Posterior probability of the interval, between 0 and 1.
        known: Standard deviations; estimated with the others unless given.
        warmup: Draws of each chain that are thrown away.
        draws: Draws of each chain.
        chains: Number of chains.

    Raises:
        ValueError: Lengths differ, nothing or everything is treated, the outcome does not vary, or another argument is
            none of these.

    >>> outcome, treated, setting = [0.1, 1.0, -0.1, 1.1, 0.0, 0.9], [0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 2, 2]
    >>> found = effect_size(jax.random.key(0), outcome, treated, setting, warmup=200, draws=200, chains=2)
    >>> bool(found.lower < 1 < found.upper)
    True
    """
    y, t, member, level = _checked(outcome, treated, setting, level)
    posterior = nuts(key, _program, y, t, member, known, warmup=warmup, draws=draws, chains=chains)
    found, s = posterior.sites, y.std()
    beta = s * found["effect"]
    noise = s * found["noise"] if known is None else known.noise
    lower, upper = jnp.quantile(beta, jnp.stack([(1 - level) / 2, (1 + level) / 2]))
    return Effect(
        beta.mean(), beta.std(), lower, upper, (beta / noise).mean(), split_r_hat(beta), posterior.diverging.sum()
    )


def exact_effect(
    outcome: Float[Numbers, "runs"],
    treated: Int[Numbers, "runs"],
    setting: Int[Numbers, "runs"],
    known: StandardDeviations,
    level: float = 0.95,
) -> Effect:
    r"""Return the effect in closed form where the standard deviations are known: the posterior is normal.

    $$\frac1{v}=\frac1{(10s)^2}+t^TC^{-1}t,\qquad m=v\,t^TC^{-1}(y-\bar y),$$
    $C=\sigma^2I+\sigma_\alpha^2M+\tau^2M\circ tt^T+(10s)^2\mathbf{11}^T$ the covariance of outcomes but for $\beta$,
    $M_{ij}=1$ where runs i and j share a setting (Gelman et al., Bayesian Data Analysis, 14-15).

    Arguments and errors are those of `effect_size`.

    >>> runs = [0.0, 1.0, 0.0, 1.0], [0, 1, 0, 1], [0, 0, 1, 1]
    >>> round(float(exact_effect(*runs, standard_deviations(1.0, 1.0, 1.0)).mean), 3)
    0.935
    """
    y, t, member, level = _checked(outcome, treated, setting, level)
    wide = (_WIDE * y.std()) ** 2
    same = member @ member.T
    inner = known.noise**2 * jnp.eye(len(t)) + known.baseline**2 * same + known.effect**2 * same * t[:, None] * t
    solved = jnp.linalg.solve(inner + wide, t)
    variance = 1 / (1 / wide + solved @ t)
    mean, deviation = variance * (solved @ (y - y.mean())), jnp.sqrt(variance)
    reach = jax.scipy.special.ndtri((1 + level) / 2) * deviation
    certain = jnp.ones(()), jnp.zeros((), int)
    return Effect(mean, deviation, mean - reach, mean + reach, mean / known.noise, *certain)


def _program(outcome, treated, member, known):
    """Define the numpyro program, in units of the outcomes' standard deviation from their mean."""
    import numpyro
    from numpyro import distributions as dist

    s = outcome.std()
    baseline, effect = (numpyro.sample(name, dist.Normal(0.0, _WIDE)) for name in ("baseline", "effect"))
    if known is None:
        spread = [numpyro.sample(n, dist.HalfNormal(1.0)) for n in ("baseline_spread", "effect_spread", "noise")]
    else:
        spread = [width / s for width in known]
    with numpyro.plate("settings", member.shape[1]):
        shift, tilt = (numpyro.sample(name, dist.Normal(0.0, 1.0)) for name in ("shift", "tilt"))
    mean = baseline + spread[0] * member @ shift + (effect + spread[1] * member @ tilt) * treated
    with numpyro.plate("runs", len(treated)):
        numpyro.sample("outcome", dist.Normal(mean, spread[2]), obs=(outcome - outcome.mean()) / s)


def _checked(outcome, treated, setting, level):
    y, t, groups = check_scores(outcome, "outcome"), np.asarray(treated, float), np.asarray(setting)
    if not y.shape == t.shape == groups.shape or y.ndim != 1:
        raise ValueError(
            f"outcome, treated and setting have shapes {y.shape}, {t.shape}, {groups.shape}: one entry a run"
        )
    if not set(np.unique(t)) == {0.0, 1.0}:
        raise ValueError(f"treated takes the values {np.unique(t)}: give both 0 and 1")
    if not np.issubdtype(groups.dtype, np.integer) or set(np.unique(groups)) != set(range(groups.max() + 1)):
        raise ValueError(f"setting takes the values {np.unique(groups)}: give all whole numbers from 0 to the largest")
    if not isinstance(y, Tracer) and not y.std() > 0:
        raise ValueError("outcome does not vary: an effect has no scale")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a number between 0 and 1")
    return y, jnp.asarray(t), jnp.asarray(np.eye(groups.max() + 1)[groups]), level
