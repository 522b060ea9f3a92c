r"""Selection by a proxy V + E above a threshold t: what the value V gains, which the tail of the error E alone decides.

V has finitely many values and the error any law, given by its survival function $P(E\ge x)$, so that
$E[V\mid V+E\ge t]$ is a finite sum. If the error is independent and $\frac{P(E\ge t-v)}{P(E\ge t)}\to e^{\gamma v}$,
the selected law tends to $\propto p_ve^{\gamma v}$ as t grows: hard selection is KL-regularised optimisation of the
value at the temperature $\beta=\frac1\gamma$. The regimes are $\gamma=0$ (long tails: nothing is gained),
$0<\gamma<\infty$ (a part), $\gamma=\infty$ (lighter than every exponential: the largest value), and an error that
depends on the value, for which everything is possible.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.arrays import tilt
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_distributions, check_floats, check_positive, check_scores

_NEAR, _TERMS = 1.0, 20  # below it an integral is summed as a series, whose terms beyond these round away
_FAR = 8.0  # from here on a continued fraction of as many terms has all digits


@kinds_checked
def selected_law(
    values: Float[Numbers, "values"], law: Float[Numbers, "values"], log_survival: Callable, threshold: Number
) -> Float[Array, "values"]:
    r"""Return the law of V given that the proxy is at least t, $P(v\mid V+E\ge t)\propto p_v\,P(E\ge t-v)$.

    Args:
        values: The values v, finite.
        law: Their probabilities p.
        log_survival: From the array of all $t-v$ to $\ln P(E\ge t-v\mid V=v)$, cell by cell: a function of
            `error_tails`, or any other; one whose cells differ makes the error depend on the value. Logarithms, so that
            t may be far out.
        threshold: t, finite.

    Returns:
        Probabilities; NaN where no proxy reaches t.

    Raises:
        ValueError: One of them is none of these, or there is not one probability a value.

    >>> selected_law([0.0, 1.0], [0.5, 0.5], lambda x: -x * jnp.log(3), 100.0).round(12).tolist()
    [0.25, 0.75]
    """
    values, law = _check_values(values, law)
    return tilt(law, log_survival(check_positive(threshold, "threshold", -np.inf) - values))


@kinds_checked
def selected_mean(
    values: Float[Numbers, "values"], law: Float[Numbers, "values"], log_survival: Callable, threshold: Number
) -> Float[Array, ""]:
    r"""Return what selection by the proxy is worth, $E[V\mid V+E\ge t]$, in the unit of the value.

    Args:
        values: The values v, finite.
        law: Their probabilities p.
        log_survival: From the array of all $t-v$ to $\ln P(E\ge t-v\mid V=v)$, as for `selected_law`.
        threshold: t, finite.

    Returns:
        The mean; NaN where no proxy reaches t.

    Raises:
        ValueError: One of them is none of these, or there is not one probability a value.

    >>> round(float(selected_mean([0.0, 3.0], [0.5, 0.5], lambda x: -x * jnp.log(2) / 3, 100.0)), 12)
    2.0
    """
    return selected_law(values, law, log_survival, threshold) @ _check_values(values, law)[0]


@kinds_checked
def limit_law(
    values: Float[Numbers, "values"], law: Float[Numbers, "values"], tail_rate: Number
) -> Float[Array, "values"]:
    r"""Return the limit of `selected_law` at high thresholds, $\propto p_ve^{\gamma v}$, for an independent error.

    It is `policy_optimisation.regularised` of the value at $\beta=\frac1\gamma$. At $\gamma=\infty$ it is the law given
    the largest value that has mass.

    Args:
        values: The values v, finite.
        law: Their probabilities p.
        tail_rate: $\gamma=\lim\ln\frac{P(E\ge t-1)}{P(E\ge t)}$, from 0 to infinity; `error_tails` has it for some
            laws. A traced negative one gives NaN.

    Raises:
        ValueError: One of them is none of these, or there is not one probability a value.

    >>> [limit_law([0.0, 1.0], [0.5, 0.5], rate).tolist() for rate in (0.0, jnp.inf)]
    [[0.5, 0.5], [0.0, 1.0]]
    """
    values, law = _check_values(values, law)
    rate = check_floats(tail_rate, "tail_rate")
    if not isinstance(rate, Tracer) and not (rate >= 0).all():
        raise ValueError(f"tail_rate is {rate}: give a number from 0 to infinity")
    rate = nan_unless(rate >= 0, rate)
    top = jnp.where(law > 0, values, -jnp.inf).max()
    endless = jnp.isinf(rate)
    best = jnp.where(values == top, law, 0.0)
    # against the largest value, so that neither the exponents nor their derivatives overflow
    tilted = tilt(law, jnp.where(endless, 0.0, rate) * (values - jax.lax.stop_gradient(top)))
    return jnp.where(endless, best / best.sum(), tilted)


@kinds_checked
def limit_mean(values: Float[Numbers, "values"], law: Float[Numbers, "values"], tail_rate: Number) -> Float[Array, ""]:
    r"""Return the limit of `selected_mean`, $\frac{E[Ve^{\gamma V}]}{E[e^{\gamma V}]}$, between E V and the largest V.

    Args:
        values: The values v, finite.
        law: Their probabilities p.
        tail_rate: $\gamma$ as for `limit_law`, from 0 to infinity.

    Raises:
        ValueError: One of them is none of these, or there is not one probability a value.

    >>> [round(float(limit_mean([0.0, 1.0], [0.5, 0.5], rate)), 12) for rate in (0.0, jnp.log(2), jnp.inf)]
    [0.5, 0.666666666667, 1.0]
    """
    return limit_law(values, law, tail_rate) @ _check_values(values, law)[0]


@kinds_checked
def selected_exponential(value_rate: Batch, error_rate: Batch, threshold: Batch) -> Float[Array, "*batch"]:
    r"""Return $E[V\mid V+E\ge t]$ for independent exponential V and E, at every threshold.

    With $d=a-b$, $\int_0^tave^{-av-b(t-v)}dv+\int_t^\infty ave^{-av}dv$ over the same without v:
    $$\frac{a\,e^{-bt}\int_0^tve^{-dv}dv+(t+\frac1a)e^{-at}}{a\,e^{-bt}\int_0^te^{-dv}dv+e^{-at}}.$$
    For $b<a$ it tends to $\frac1{a-b}$, though V has no largest value; for $b\ge a$ it grows without end. The arguments
    broadcast; a traced bad one gives NaN.

    Args:
        value_rate: a, above 0: V has the mean 1/a.
        error_rate: b, above 0.
        threshold: t, finite; below 0 everything is selected.

    Returns:
        Means in the unit of the value.

    Raises:
        ValueError: One of them is out of range.

    >>> float(selected_exponential(2.0, 1.0, 0.0)), round(float(selected_exponential(2.0, 1.0, 60.0)), 12)
    (0.5, 1.0)
    """
    a, b = check_positive(value_rate, "value_rate"), check_positive(error_rate, "error_rate")
    t = check_positive(threshold, "threshold", -np.inf)
    t = jnp.where(t > 0, t, 0.0)  # neither V nor E is negative
    gap = a - b
    near = abs(gap * t) < _NEAR
    x = jnp.where(near, gap * t, 0.0)
    small = t / (t + 1 / a), 1 / (1 + a * t)  # shares of both parts, from here on without their common factors
    beyond = small[1] * jnp.exp(-jnp.where(x < 0, 0.0, x))
    alike = (t * (small[0] * _moment(x, 1) + beyond) + beyond / a) / (small[0] * _moment(x, 0) + beyond)
    d, y = jnp.where(near, 1.0, abs(gap)), jnp.where(near, 1.0, abs(gap * t))
    left, done = jnp.exp(-y), -jnp.expm1(-y)
    lighter = (done / d - t * left + (1 - b / a) * (t + 1 / a) * left) / (done + (1 - b / a) * left)
    heavier = (a / b * t * (1 - done / y) + (1 - a / b) * (t + 1 / a)) / (a / b * done + (1 - a / b))
    return jnp.where(near, alike, jnp.where(gap > 0, lighter, heavier))


@kinds_checked
def selected_gaussian(value_deviation: Batch, error_deviation: Batch, threshold: Batch) -> Float[Array, "*batch"]:
    r"""Return $E[V\mid V+E\ge t]$ for independent normals of mean 0, at every threshold.

    $\frac{\sigma_V^2}{\sigma_V^2+\sigma_E^2}E[U\mid U\ge t]$, $U=V+E$: it grows without end, as the tail of E is
    lighter than every exponential, and always is the same share of the proxy. The arguments broadcast.

    Args:
        value_deviation: $\sigma_V$, above 0.
        error_deviation: $\sigma_E$, above 0.
        threshold: t, finite.

    Returns:
        Means in the unit of the value.

    Raises:
        ValueError: One of them is out of range.

    >>> round(float(selected_gaussian(3.0, 4.0, 0.0) * jnp.sqrt(jnp.pi / 2)), 12)
    1.8
    """
    v, e = check_positive(value_deviation, "value_deviation"), check_positive(error_deviation, "error_deviation")
    spread = jnp.hypot(v, e)
    return v / spread * v * _normal_hazard(check_positive(threshold, "threshold", -np.inf) / spread)


def _normal_hazard(u):
    r"""Return $\frac{\varphi(u)}{\Phi(-u)}$; far out, where logarithms cancel, by Laplace's continued fraction."""
    far = u > _FAR
    near = jnp.where(far, 0.0, u)
    fraction = large = jnp.where(far, u, _FAR)
    for k in range(_TERMS, 0, -1):
        fraction = large + k / fraction
    closed = jnp.exp(jax.scipy.stats.norm.logpdf(near) - jax.scipy.special.log_ndtr(-near))
    return jnp.where(far, fraction, closed)


def _moment(x, power):
    r"""Return $\int_0^1u^ke^{-xu}du$ for x >= 0 and $e^x\int$ for x < 0, `power` k = 0 or 1, near 0 by its series."""
    term, series = jnp.ones_like(x), jnp.zeros_like(x)
    for k in range(_TERMS):
        series = series + term / (k + 1 + power)
        term = -term * x / (k + 1)
    return series * jnp.exp(jnp.where(x < 0, x, 0.0))


def _check_values(values, law):
    values, law = check_scores(values, "values"), check_distributions(law, "law")
    if values.shape != law.shape or values.ndim != 1:
        raise ValueError(f"values have shape {values.shape} and law {law.shape}: give one probability a value")
    return values, law
