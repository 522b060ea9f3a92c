r"""Linear regression on labels that the previous fit made: exact expected excess risk by generation and schedule.

Generation t draws T inputs $x\sim N(0,1_d)$ and labels $x\cdot w_{t-1}+N(0,\sigma^2)$, where $w_0$ is the truth, and
fits $w_t$ by least squares to these (*replace*) or to all tT so far (*accumulate*). Risk is $E|w_t-w_0|^2$, in units
of the square of a label. Any covariance of the inputs gives the same excess risk $E|w_t-w_0|_\Sigma^2$.
"""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import digamma
from jaxtyping import Array, Float, Int

from infoloop.loops.generation import Parts
from infoloop.loops.loop import Loop, many
from infoloop.loops.schedules import accumulate, replace_data
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.validation import check_choice, check_count, check_positions, check_positive, require_float64

SCHEDULES = ("replace", "accumulate")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Regression:
    """The parameters of the loop; `regression` checks them.

    Attributes:
        dimension: Dimension d of the inputs.
        samples: Samples T a generation.
        noise_variance: Variance of the label noise.
        schedule: "replace" or "accumulate".
    """

    dimension: Float[Array, ""]
    samples: Float[Array, ""]
    noise_variance: Float[Array, ""]
    schedule: str = field(metadata={"static": True})


def regression(
    dimension: Number, samples: Number, noise_variance: Number = 1.0, schedule: str = "replace"
) -> Regression:
    """Return the checked parameters of the loop.

    Args:
        dimension: Dimension of the inputs, a whole number, at least 1; not traced.
        samples: Samples a generation, a whole number, at least `dimension` + 2, where the risk is finite.
        noise_variance: Variance of the label noise, above 0.
        schedule: "replace" or "accumulate".

    Raises:
        ValueError: One of them is none of these.

    >>> regression(3, 10).schedule
    'replace'
    """
    d = check_count(dimension, "dimension", 1)
    least = int(np.max(np.asarray(dimension), initial=1)) + 2
    samples = check_count(samples, "samples", least, "as least squares on dimension + 1 or fewer has infinite risk")
    return Regression(
        d, samples, check_positive(noise_variance, "noise_variance"), check_choice(schedule, "schedule", SCHEDULES)
    )


def loop(m: Regression) -> Loop:
    """Return the exact loop, whose state is the expected excess risk, with t from 0 (the truth) on.

    It ignores its keys; `excess_risk` is the closed form.

    >>> loop(regression(1, 4)).step(None, loop(regression(1, 4)).start(None))[0].item()
    0.5
    """

    def step(key, state):
        risk, t = state
        pooled = 1.0 if m.schedule == "replace" else t + 1
        return risk + m.noise_variance * m.dimension / (pooled * (pooled * m.samples - m.dimension - 1)), t + 1

    return Loop(lambda key: (jnp.zeros_like(m.noise_variance), jnp.zeros(())), step)


def sampled(m: Regression, runs: int, generations: int) -> Loop:
    """Return the loop by drawing inputs and labels about the truth 0, whose state is the `Generation` of each run.

    Its first generation is the first fit, after the truth.

    Args:
        m: The parameters.
        runs: How many runs, at least 1.
        generations: For how many generations of data accumulate has room.

    Raises:
        ValueError: There is no run, or no room.
    """
    d = int(m.dimension)

    def draw(key, fit):
        input_key, noise_key = jax.random.split(key)
        inputs = jax.random.normal(input_key, (int(m.samples), d))
        noise = jnp.sqrt(m.noise_variance) * jax.random.normal(noise_key, (int(m.samples),))
        return inputs, jnp.matmul(inputs, fit, precision=lax.Precision.HIGHEST) + noise

    parts = Parts(lambda key: draw(key, jnp.zeros(d)), draw, _least_squares)
    return many(replace_data(parts) if m.schedule == "replace" else accumulate(parts, generations), runs)


def _least_squares(data, weights):
    weighed = data[0] * weights[:, None]
    gram, cross = (jnp.matmul(weighed.T, side, precision=lax.Precision.HIGHEST) for side in data)
    return jnp.linalg.solve(gram, cross)


def excess_risk(m: Regression, t: Int[Numbers, "*times"]) -> Float[Array, "*times"]:
    r"""Return the expected excess risk $E|w_t-w_0|^2$.

    Replace $\frac{t\sigma^2d}{T-d-1}$, accumulate $\sigma^2d\sum_{i\le t}\frac1{i(iT-d-1)}$. With
    $S_i=X_i^{\mathsf T}X_i$, $A_t=\sum_{i\le t}S_i$ and $\delta=w-w_0$, the normal equations are
    $$A_t\delta_t=\sum_{i\le t}(S_i\delta_{i-1}+X_i^{\mathsf T}e_i)
    =A_{t-1}\delta_{t-1}+S_t\delta_{t-1}+X_t^{\mathsf T}e_t,$$
    so $\delta_t=\delta_{t-1}+A_t^{-1}X_t^{\mathsf T}e_t$, which adds $\sigma^2E\operatorname{tr}A_t^{-1}S_tA_t^{-1}$.
    By symmetry $E[S_t\mid A_t]=A_t/t$, and $E\operatorname{tr}A_t^{-1}=\frac d{tT-d-1}$ (inverse Wishart). Replace has
    $S_t$ for $A_t$. As $iT-d-1\ge i(T-d-1)$, accumulate stays below $\frac{\pi^2}6\cdot\frac{\sigma^2d}{T-d-1}$
    (Gerstgrasser et al., arXiv 2404.01413; replace: Dohmatob et al., 2402.07712).

    Args:
        m: The parameters.
        t: Generation or generations, from 0 on; for accumulate not traced.

    Returns:
        Risks in units of the square of a label, shaped as `t`.

    Raises:
        ValueError: `t` is no whole number, at least 0.

    >>> float(excess_risk(regression(1, 4), 3)), float(excess_risk(regression(1, 4, schedule="accumulate"), 1))
    (1.5, 0.5)
    """
    first = m.noise_variance * m.dimension / (m.samples - m.dimension - 1)
    if m.schedule == "replace":
        return check_count(t, "t", 0) * first
    at = check_positions(t, "t")
    i = jnp.arange(1.0, at.max(initial=0) + 1)
    terms = m.noise_variance * m.dimension / (i * (i * m.samples - m.dimension - 1))
    return jnp.concatenate([jnp.zeros(1), jnp.cumsum(terms)])[at]


def limit_risk(m: Regression) -> Float[Array, ""]:
    r"""Return the limit of the expected excess risk: infinite for replace.

    Accumulate: $\frac{\sigma^2d}{d+1}\bigl(\psi(1)-\psi(1-\frac{d+1}T)\bigr)$, by partial fractions:
    $\frac1{i(iT-c)}=\frac1c\bigl(\frac1{i-c/T}-\frac1i\bigr)$ with $c=d+1$.

    >>> round(float(limit_risk(regression(1, 4, schedule="accumulate"))), 12) == round(float(jnp.log(2.0)), 12)
    True
    """
    if m.schedule == "replace":
        return jnp.full_like(m.samples, jnp.inf)
    c = m.dimension + 1
    return m.noise_variance * m.dimension / c * (digamma(1.0) - digamma(1 - c / m.samples))


def efficiency(m: Regression, t: Int[Numbers, "*times"]) -> Float[Array, "*times"]:
    r"""Return the risk of the first generation over that of generation t, no unit.

    Accumulate keeps it above $6/\pi^2$, the lower bound of Dey & Donoho (arXiv 2410.22812), which $t,T\to\infty$ reach.

    Args:
        m: The parameters.
        t: Generation or generations, from 1 on; not traced.

    Raises:
        ValueError: `t` is no whole number, at least 1.

    >>> float(efficiency(regression(1, 4), 2))
    0.5
    """
    return excess_risk(m, 1) / excess_risk(m, check_positions(t, "t", 1))


def design_risk(grams: Float[Numbers, "t d d"], noise_variance: Number = 1.0) -> Float[Array, ""]:
    r"""Return the accumulated risk of given designs, $\sigma^2\sum_t\operatorname{tr}A_t^{-1}S_tA_t^{-1}$.

    Args:
        grams: $S_i=X_i^{\mathsf T}X_i$ of each generation; $A_t$ are their sums up to t. The first has full rank.
        noise_variance: Variance $\sigma^2$ of the label noise, above 0.

    Raises:
        ValueError: The variance is not positive.

    >>> float(design_risk(jnp.array([[[2.0]], [[2.0]]])))
    0.625
    """
    grams = jnp.asarray(grams, require_float64(grams, "grams"))
    totals = jnp.cumsum(grams, axis=0)
    shares = jnp.linalg.solve(totals, jnp.swapaxes(jnp.linalg.solve(totals, grams), 1, 2))
    return check_positive(noise_variance, "noise_variance") * jnp.trace(shares, axis1=1, axis2=2).sum()


def examples() -> tuple[Regression, ...]:
    """Return small models for the contract tests, one for each schedule."""
    return tuple(regression(2, 8, 0.5, schedule) for schedule in SCHEDULES)
