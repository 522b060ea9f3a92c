r"""A Gaussian that is refit to its own samples, generation after generation: exact moments, and the loop itself.

Generation t draws n samples from $N(\mu_{t-1},s_{t-1}^2)$ and fits $(\mu_t,s_t^2)$: to these n alone (*replace*), or to
all nt samples drawn so far, of which only the first n came from the truth $N(\mu_0,s_0^2)$ (*accumulate*). The variance
is the maximum-likelihood one (over the number of samples) or, if `unbiased`, over that number less one.
Nothing here has a unit: variances and squared drifts are in units of $s_0^2$.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import digamma, gammaln
from jaxtyping import Array, Float, Int, Key

from infoloop.loops.loop import Loop, unroll
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.chi_square_sampling import chi_square
from infoloop.probability.validation import (
    check_choice,
    check_count,
    check_int,
    check_positions,
    check_positive,
    require_float64,
)

SCHEDULES = ("replace", "accumulate")


def expected_variance(
    n: Float[Numbers, "*sizes"], t: Int[Numbers, "*times"], schedule: str = "replace", unbiased: bool = False
) -> Float[Array, "..."]:
    r"""Return the expected variance of the fit, $E\,s_t^2/s_0^2$.

    With $W_t$ the sum of squares around $\mu_t$, a pool of $n(t-1)$ samples of mean $\mu_{t-1}$ and a new one of n with
    mean $\bar x$ have together $W_t=W_{t-1}+W_{\rm new}+\frac{n(t-1)}t(\bar x-\mu_{t-1})^2$, where given the past
    $E\,W_{\rm new}=(n-1)s_{t-1}^2$ and $E(\bar x-\mu_{t-1})^2=s_{t-1}^2/n$. Hence, each times the value before it,

    - replace: $1-\frac1n$, or 1 if unbiased;
    - accumulate: $\frac1{nt}\bigl(n(t-1)+n-1+\frac{t-1}t\bigr)=1-\frac1{nt^2}$ ($W_{t-1}=n(t-1)s_{t-1}^2$);
    - accumulate, "unbiased": $1-\frac1{t(nt-1)}$ for $t\ge2$ ($W_{t-1}=(n(t-1)-1)s_{t-1}^2$), so that the expectation
      does fall: n-1 corrects the bias of independent samples, and those of a loop are not.

    Replace: Shumailov et al., arXiv 2305.17493; accumulate: Kazdan et al., arXiv 2410.16713.

    Args:
        n: Samples a generation, at least 1, or 2 if unbiased; for accumulate one number.
        t: Generation or generations, from 0 (the truth) on; for accumulate not traced.
        schedule: "replace" or "accumulate".
        unbiased: Whether the variance is over the number of samples less one.

    Returns:
        In units of $s_0^2$; for replace `n` and `t` broadcast.

    Raises:
        ValueError: One of them is none of these.

    >>> round(float(expected_variance(2, 3)), 12), round(float(expected_variance(2, 2, "accumulate")), 12)
    (0.125, 0.4375)
    """
    n = _samples(n, unbiased)
    if check_choice(schedule, "schedule", SCHEDULES) == "replace":
        t = check_count(t, "t", 0)
        return jnp.ones_like(n * t) if unbiased else (1 - 1 / n) ** t
    at = check_positions(t, "t")
    return _by_generation(n, at.max(initial=0), unbiased)[at]


def expected_drift(
    n: Float[Numbers, "*sizes"], t: Int[Numbers, "*times"], schedule: str = "replace", unbiased: bool = False
) -> Float[Array, "..."]:
    r"""Return the expected squared drift of the mean, $E(\mu_t-\mu_0)^2/s_0^2$.

    The mean is a martingale: $\mu_t-\mu_{t-1}$ is $\bar x-\mu_{t-1}$ for replace and a t-th of it for accumulate, so
    that the drift is $\sum_{i\le t}E\,s_{i-1}^2/n$, respectively $\sum_{i\le t}E\,s_{i-1}^2/(ni^2)$. With maximum
    likelihood both sums telescope to $1-E\,s_t^2/s_0^2$: what the variance loses, the mean has wandered.

    Arguments, unit and errors are those of `expected_variance`.

    >>> round(float(expected_drift(2, 3)), 12), round(float(expected_drift(2, 2, "accumulate")), 12)
    (0.875, 0.5625)
    """
    if not unbiased:
        return 1 - expected_variance(n, t, schedule)
    n = _samples(n, unbiased)
    if check_choice(schedule, "schedule", SCHEDULES) == "replace":
        return check_count(t, "t", 0) / n
    at = check_positions(t, "t")
    i = jnp.arange(1.0, at.max(initial=0) + 1)
    steps = _by_generation(n, len(i), unbiased)[: len(i)] / (n * i**2)
    return jnp.concatenate([jnp.zeros(1), jnp.cumsum(steps)])[at]


def log_drift(n: Float[Numbers, "*sizes"], unbiased: bool = True) -> Float[Array, "*sizes"]:
    r"""Return the expected log ratio of successive variances for replace, in nats a generation.

    $E\ln(s_t^2/s_{t-1}^2)=\psi\bigl(\frac{n-1}2\bigr)+\ln2-\ln(n-1)$, since $s_t^2/s_{t-1}^2$ is $\chi^2_{n-1}/(n-1)$,
    or $\chi^2_{n-1}/n$ with maximum likelihood. It is negative, and the ratios are independent: by the law of large
    numbers $s_t\to0$ almost surely even where $E\,s_t^2$ stays. The typical run is near $e^{t\cdot\text{log drift}}$
    times $s_0^2$, which the expectation says nothing about.

    Args:
        n: Samples a generation, at least 2; a traced bad one gives NaN.
        unbiased: Whether the variance is over the number of samples less one.

    Raises:
        ValueError: `n` is no whole number, at least 2.

    >>> round(float(log_drift(3)), 12) == round(-float(jnp.euler_gamma), 12)
    True
    """
    n = check_count(n, "n", 2, "as one sample has no variance")
    return digamma((n - 1) / 2) + jnp.log(2.0) - jnp.log(n - 1 if unbiased else n)


def limit_ratio(
    n: Float[Numbers, "*sizes"], schedule: str = "accumulate", unbiased: bool = False
) -> Float[Array, "*sizes"]:
    r"""Return the limit of the expected variance, $\lim_tE\,s_t^2/s_0^2$.

    Accumulate: $\prod_i\bigl(1-\frac1{ni^2}\bigr)=\frac{\sin(\pi/\sqrt n)}{\pi/\sqrt n}$, Euler's product. If unbiased,
    $ni^2-i-1=n(i-a)(i-b)$ with $a,b=\frac{1\pm\sqrt{1+4n}}{2n}$ gives
    $\prod_{i\ge2}\frac{(i-a)(i-b)}{i(i-1/n)}=\frac{\Gamma(2-1/n)}{\Gamma(2-a)\Gamma(2-b)}$.
    Replace: 0, or 1 if unbiased.

    Args:
        n: Samples a generation, at least 1, or 2 if unbiased; a traced bad one gives NaN.
        schedule: "replace" or "accumulate".
        unbiased: Whether the variance is over the number of samples less one.

    Raises:
        ValueError: `n` is too small, or the schedule another.

    >>> round(float(limit_ratio(4)), 12) == round(2 / jnp.pi, 12)
    True
    """
    n = _samples(n, unbiased)
    if check_choice(schedule, "schedule", SCHEDULES) == "replace":
        return jnp.ones_like(n) if unbiased else jnp.zeros_like(n)
    if not unbiased:
        return jnp.sinc(1 / jnp.sqrt(n))
    a, b = ((1 + sign * jnp.sqrt(1 + 4 * n)) / (2 * n) for sign in (1, -1))
    return jnp.exp(gammaln(2 - 1 / n) - gammaln(2 - a) - gammaln(2 - b))


def _samples(n, unbiased):
    return check_count(
        n, "n", 1 + unbiased, "as one sample has no unbiased variance" if unbiased else "as none fit nothing"
    )


def _by_generation(n, last, unbiased):
    """Return the expected variances of accumulate in generations 0, 1, ... `last`."""
    i = jnp.arange(1.0, last + 1)
    loss = jnp.where(i > 1, 1 / (i * (n * i - 1)), 0.0) if unbiased else 1 / (n * i**2)
    return jnp.concatenate([jnp.ones(1), jnp.cumprod(1 - loss)])


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Refit:
    """The loop's parameters; `refit` checks them.

    Attributes:
        mean: Mean of the truth.
        variance: Variance of the truth.
        samples: Samples a generation, n.
        schedule: "replace" or "accumulate".
        unbiased: Whether the variance is over the number of samples less one.
    """

    mean: Float[Array, ""]
    variance: Float[Array, ""]
    samples: int = field(metadata={"static": True})
    schedule: str = field(metadata={"static": True})
    unbiased: bool = field(metadata={"static": True})


class Fit(NamedTuple):
    """A generation: the fitted mean and variance, and its number, of one run or of many along equal axes."""

    mean: Float[Array, "*runs"]
    variance: Float[Array, "*runs"]
    generation: Float[Array, "*runs"]


def refit(
    n: int, mean: Number = 0.0, variance: Number = 1.0, schedule: str = "replace", unbiased: bool = False
) -> Refit:
    """Return the checked parameters of a loop.

    Args:
        n: Samples a generation, at least 1, or 2 if unbiased.
        mean: Mean of the truth.
        variance: Variance of the truth, above 0; a traced bad one becomes NaN.
        schedule: "replace" or "accumulate".
        unbiased: Whether the variance is over the number of samples less one.

    Raises:
        ValueError: One of them is none of these.

    >>> refit(10, schedule="accumulate").samples
    10
    """
    _samples(n, unbiased)
    center = jnp.asarray(mean, require_float64(mean, "mean"))
    return Refit(
        center, check_positive(variance, "variance"), int(n), check_choice(schedule, "schedule", SCHEDULES), unbiased
    )


def first(m: Refit) -> Fit:
    """Return generation 0: the truth."""
    return Fit(m.mean, m.variance, jnp.zeros((), m.variance.dtype))


def step(m: Refit, key: Key[Array, ""], state: Fit) -> Fit:
    """Return the next generation: draw n samples from the fit, pool, fit again.

    Sums of squares stand for the pooled samples.

    >>> step(refit(5), jax.random.key(0), first(refit(5))).generation.item()
    1.0
    """
    noise = jax.random.normal(key, (*state.variance.shape, m.samples), m.variance.dtype)
    center = noise.mean(-1)
    return _refitted(m, state, center, jnp.square(noise - center[..., None]).sum(-1))


def short_step(m: Refit, key: Key[Array, ""], state: Fit) -> Fit:
    r"""Return the next generation by drawing two numbers, not n: the same law as that of `step`.

    Mean and sum of squares of the draws are independent (Fisher): $\bar x\sim N(\mu,s^2/n)$ and
    $\sum(x_i-\bar x)^2\sim s^2\chi^2_{n-1}$.

    >>> short_step(refit(5), jax.random.key(0), first(refit(5))).generation.item()
    1.0
    """
    mean_key, squares_key = jax.random.split(key)
    shape, dtype = state.variance.shape, m.variance.dtype
    center = jax.random.normal(mean_key, shape, dtype) / m.samples**0.5
    return _refitted(m, state, center, chi_square(squares_key, m.samples - 1, shape, dtype))


def _refitted(m: Refit, state: Fit, center: jax.Array, squares: jax.Array) -> Fit:
    """Return the fit after draws with this mean and sum of squares, in standard units of the last fit."""
    n, short, t = m.samples, float(m.unbiased), state.generation + 1
    gap, squares = jnp.sqrt(state.variance) * center, state.variance * squares
    if m.schedule == "replace":
        return Fit(state.mean + gap, squares / (n - short), t)
    old = n * state.generation
    weight = jnp.where(old == 0, 0.0, old - short)  # the truth itself is no sample
    pooled = weight * state.variance + squares + gap**2 * old / t
    return Fit(state.mean + gap / t, pooled / (n * t - short), t)


class Moments(NamedTuple):
    r"""Expectations over all runs: $E\,\mu_t$, $E(\mu_t-\mu_0)^2$, $E\,s_t^2$, and the number of the generation."""

    mean: Float[Array, ""]
    drift: Float[Array, ""]
    variance: Float[Array, ""]
    generation: Float[Array, ""]


def loop(m: Refit) -> Loop:
    r"""Return the exact loop, whose state is the `Moments`, generation 0 the first. It ignores its keys.

    The next moments are linear in them: those of `step`, with $E(\bar x-\mu)^2=E\,s^2/n$ and
    $E\sum(x_i-\bar x)^2=(n-1)E\,s^2$.
    """
    n, short = m.samples, float(m.unbiased)

    def start(key):
        return Moments(m.mean, jnp.zeros_like(m.variance), m.variance, jnp.zeros_like(m.variance))

    def advance(key, state):
        v, t = state.variance, state.generation + 1
        if m.schedule == "replace":
            return Moments(state.mean, state.drift + v / n, (n - 1) * v / (n - short), t)
        old = n * state.generation
        pooled = jnp.where(old == 0, 0.0, old - short) * v + (n - 1) * v + v * old / (n * t)
        return Moments(state.mean, state.drift + v / (n * t**2), pooled / (n * t - short), t)

    return Loop(start, advance)


def sampled(m: Refit, runs: int, short: bool = False) -> Loop:
    """Return independent runs at once, from the truth, whose state is their `Fit`.

    Args:
        m: The parameters.
        runs: How many runs, at least 1.
        short: Whether two numbers a generation are drawn (`short_step`), not all n samples; the law is the same.

    Raises:
        ValueError: `runs` is no whole number, at least 1.

    >>> sampled(refit(5), 3).start(jax.random.key(0)).variance.tolist()
    [1.0, 1.0, 1.0]
    """
    check_int(runs, "runs")
    advance = short_step if short else step
    return Loop(
        start=lambda key: jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (runs,)), first(m)),
        step=lambda key, state: advance(m, key, state),
    )


def simulate(
    key: Key[Array, ""],
    n: int,
    generations: int,
    runs: int,
    schedule: str = "replace",
    unbiased: bool = False,
    short: bool = True,
) -> Fit:
    """Simulate independent runs from N(0, 1), generation 0 included.

    The arguments beside `generations`, at least 0, are those of `refit` and `sampled`.

    Returns:
        Means, variances and numbers of the generations, each of shape (runs, generations + 1).

    Raises:
        ValueError: One of them is none of these.

    >>> simulate(jax.random.key(0), 10, 3, 2).variance.shape
    (2, 4)
    """
    m = refit(n, schedule=schedule, unbiased=unbiased)
    return _simulate(m, key, check_int(generations, "generations", 0), check_int(runs, "runs"), short)


@partial(jax.jit, static_argnums=(2, 3, 4))
def _simulate(m, key, generations, runs, short):
    keys = jax.vmap(partial(jax.random.fold_in, key))(jnp.arange(generations + 1))
    return jax.tree.map(jnp.transpose, unroll(sampled(m, runs, short), keys))


def examples() -> tuple[Refit, ...]:
    """Return small models for the contract tests, one for each schedule and variance."""
    return tuple(refit(6, 1.0, 2.0, schedule, unbiased) for schedule in SCHEDULES for unbiased in (False, True))
