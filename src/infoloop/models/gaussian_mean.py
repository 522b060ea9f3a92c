r"""What a loop that passes on only a mean keeps of a random true mean $\theta\sim N(0,\tau^2)$, in bits.

Generation t has n samples of variance $\sigma^2$ around the last estimate, the first around $\theta$; they have the
mean $\bar x_t$. Its estimate $Z_t$ is $\bar x_t$ (*replace*) or the mean of $\bar x_1,\ldots,\bar x_t$ (*accumulate*).
"""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from infoloop.information.gaussian_channels import awgn_capacity
from infoloop.loops.generation import Parts, weighted_mean
from infoloop.loops.loop import Loop, many, with_random_truth
from infoloop.loops.schedules import accumulate, replace_data
from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.channels import extend
from infoloop.probability.gaussians import Gaussian, gaussian, linear_gaussian
from infoloop.probability.validation import check_choice, check_count, check_int, check_positions, check_positive

SCHEDULES = ("replace", "accumulate")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class GaussianMean:
    r"""The parameters of the loop; `gaussian_mean` checks them.

    Attributes:
        prior_variance: Variance $\tau^2$ of the true mean.
        noise_variance: Variance $\sigma^2$ of one sample.
        samples: Samples n a generation.
        schedule: "replace" or "accumulate".
    """

    prior_variance: Float[Array, ""]
    noise_variance: Float[Array, ""]
    samples: Float[Array, ""]
    schedule: str = field(metadata={"static": True})


def gaussian_mean(
    n: Number, prior_variance: Number = 1.0, noise_variance: Number = 1.0, schedule: str = "replace"
) -> GaussianMean:
    """Return the checked parameters of the loop. A traced number out of range becomes NaN.

    Args:
        n: Samples a generation, a whole number, at least 1.
        prior_variance: Variance of the true mean, above 0: of a fixed task every information is 0.
        noise_variance: Variance of one sample, above 0.
        schedule: "replace" or "accumulate".

    Raises:
        ValueError: One of them is none of these.

    >>> gaussian_mean(10).schedule
    'replace'
    """
    prior = check_positive(prior_variance, "prior_variance (the true mean must be random)")
    noise, n = check_positive(noise_variance, "noise_variance"), check_count(n, "n", 1)
    return GaussianMean(prior, noise, n, check_choice(schedule, "schedule", SCHEDULES))


def loop(m: GaussianMean) -> Loop:
    r"""Return the exact loop, whose state is the covariance matrix of $(\theta,Z_t)$, with t from 1 on.

    It ignores its keys.

    >>> loop(gaussian_mean(4)).start(None)[0].tolist()
    [[1.0, 1.0], [1.0, 1.25]]
    """
    noise = m.noise_variance / m.samples * jnp.diag(jnp.array([0.0, 1.0]))

    def step(key, state):
        covariance, t = state
        return covariance + (noise if m.schedule == "replace" else noise / (t + 1) ** 2), t + 1

    return Loop(lambda key: (jnp.full((2, 2), m.prior_variance) + noise, jnp.ones(())), step)


def sampled(m: GaussianMean, runs: int, generations: int) -> Loop:
    """Return the loop by drawing samples, whose state is each run's true mean and `Generation`, generation 1 the first.

    Args:
        m: The parameters.
        runs: How many runs, at least 1.
        generations: For how many generations of samples accumulate has room.

    Raises:
        ValueError: There is no run, or (when the loop starts) no room.
    """

    def parts(theta):
        def draw(key, mean):
            return mean + jnp.sqrt(m.noise_variance) * jax.random.normal(key, (int(m.samples),))

        return Parts(lambda key: draw(key, theta), draw, weighted_mean)

    def of(theta):
        return replace_data(parts(theta)) if m.schedule == "replace" else accumulate(parts(theta), generations)

    return many(with_random_truth(lambda key: jnp.sqrt(m.prior_variance) * jax.random.normal(key), of), runs)


def information(m: GaussianMean, t: Int[Numbers, "*times"]) -> Float[Array, "*times"]:
    r"""Return what the estimate tells of the true mean, $I(\theta;Z_t)$ in bits.

    $\frac12\log_2\bigl(1+\frac{n\tau^2}{\sigma^2c_t}\bigr)$ with $c_t=t$ (replace) or $\sum_{i\le t}i^{-2}$
    (accumulate): $Z_t-Z_{t-1}$ is independent noise of variance $\sigma^2/n$ or, as $\bar x_t$ enters with weight 1/t,
    $\sigma^2/(nt^2)$, so that $Z_t=\theta+N(0,\sigma^2c_t/n)$.

    Args:
        m: The parameters.
        t: Generation or generations, from 1 on; for accumulate not traced.

    Raises:
        ValueError: `t` is no whole number, at least 1.

    >>> float(information(gaussian_mean(3), 1))
    1.0
    """
    why = "as generation 0 is the true mean itself, infinitely many bits"
    if m.schedule == "replace":
        return _bits(m, check_count(t, "t", 1, why))
    at = check_positions(t, "t", 1, why)
    return _bits(m, jnp.cumsum(1 / jnp.arange(1.0, at.max() + 1) ** 2)[at - 1])


def residual(m: GaussianMean) -> Float[Array, ""]:
    r"""Return what is left in the limit, $\lim_tI(\theta;Z_t)$ in bits.

    0 for replace, $\frac12\log_2\bigl(1+\frac{6n\tau^2}{\pi^2\sigma^2}\bigr)$ for accumulate.

    >>> float(residual(gaussian_mean(3))), float(residual(gaussian_mean(3, schedule="accumulate"))) > 0.7
    (0.0, True)
    """
    return 0 * _bits(m, 1.0) if m.schedule == "replace" else _bits(m, np.pi**2 / 6)


def law(m: GaussianMean, t: int) -> Gaussian:
    """Return the law of theta, of the data means D1, ..., Dt, and of the estimate Z of generation t.

    Built link by link, without the closed form of `information`.

    Raises:
        ValueError: `t` is no whole number, at least 1.

    >>> law(gaussian_mean(3), 2).names
    ('theta', 'D1', 'D2', 'Z')
    """
    t = check_int(t, "t")
    noise, p = m.noise_variance / m.samples, gaussian(m.prior_variance, "theta")
    p = extend(p, linear_gaussian(1.0, noise, "theta", "D1"))
    for i in range(2, t + 1):
        p = extend(p, linear_gaussian(_estimate(m, i - 1), noise, _data(i - 1), f"D{i}"))
    return extend(p, linear_gaussian(_estimate(m, t), 0.0, _data(t), "Z"))


def examples() -> tuple[GaussianMean, ...]:
    """Return small models for the contract tests, one for each schedule."""
    return tuple(gaussian_mean(3, 2.0, 0.5, schedule) for schedule in SCHEDULES)


def _data(t: int) -> tuple[str, ...]:
    return tuple(f"D{i}" for i in range(1, t + 1))


def _estimate(m, t):
    """Return the row that makes the estimate of the data means up to t."""
    return np.eye(t)[-1:] if m.schedule == "replace" else np.full((1, t), 1 / t)


def _bits(m, factor):
    return awgn_capacity(m.samples * m.prior_variance / (m.noise_variance * factor))
