r"""A mean estimated, each generation, from fresh real data at weight w and the last model's output at 1 - w.

$Z_t=wR_t+(1-w)S_t$: $R_t$ is the mean of n real samples, $S_t$ that of m samples around $Z_{t-1}$, each of variance
$\sigma^2$; $Z_0$ is the mean of n real samples. Fresh real data enters in every round, and still $w\to0$ diverges.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from infoloop.loops.generation import Parts, weighted_mean
from infoloop.loops.loop import Loop, many
from infoloop.loops.schedules import weighted_mix
from infoloop.probability.array_types import Batch, Number, Numbers
from infoloop.probability.channels import extend
from infoloop.probability.gaussians import Gaussian, gaussian, linear_gaussian
from infoloop.probability.validation import check_count, check_int, check_positive, check_unit_interval


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Mixing:
    """The parameters of the loop; `mixing` checks them.

    Attributes:
        weight: Weight w of the real data.
        real: Real samples n a generation.
        synthetic: Synthetic samples m a generation.
        noise_variance: Variance of one sample.
    """

    weight: Float[Array, ""]
    real: Float[Array, ""]
    synthetic: Float[Array, ""]
    noise_variance: Float[Array, ""]


def mixing(weight: Number, real: Number, synthetic: Number, noise_variance: Number = 1.0) -> Mixing:
    """Return the checked parameters of the loop. A traced number out of range becomes NaN.

    Args:
        weight: Weight of the real data, in [0, 1].
        real: Real samples a generation, a whole number, at least 1.
        synthetic: Synthetic samples a generation, likewise.
        noise_variance: Variance of one sample, above 0.

    Raises:
        ValueError: One of them is none of these.

    >>> float(mixing(0.5, 10, 10).weight)
    0.5
    """
    sizes = check_count(real, "real", 1), check_count(synthetic, "synthetic", 1)
    return Mixing(check_unit_interval(weight, "weight"), *sizes, check_positive(noise_variance, "noise_variance"))


def loop(m: Mixing) -> Loop:
    r"""Return the exact loop, whose state is $V_t=E(Z_t-\theta)^2$ by the recursion of `error_variance`.

    Generation 0 is the first. It ignores its keys.

    >>> loop(mixing(1.0, 4, 2)).start(None).item()
    0.25
    """
    real, made = m.noise_variance / m.real, m.noise_variance / m.synthetic
    return Loop(lambda key: real, lambda key, v: m.weight**2 * real + (1 - m.weight) ** 2 * (v + made))


def sampled(m: Mixing, runs: int, theta: float = 0.0) -> Loop:
    """Return the loop by drawing real and synthetic samples, whose state is the `Generation` of each run.

    Args:
        m: The parameters.
        runs: How many runs, at least 1.
        theta: The true mean.

    Raises:
        ValueError: `runs` is no whole number, at least 1.
    """

    def draw(key, mean, size):
        return mean + jnp.sqrt(m.noise_variance) * jax.random.normal(key, (int(size),))

    parts = Parts(lambda key: draw(key, theta, m.real), lambda key, z: draw(key, z, m.synthetic), weighted_mean)
    return many(weighted_mix(parts, m.weight), runs)


def error_variance(m: Mixing, t: Int[Numbers, "*times"]) -> Float[Array, "*times"]:
    r"""Return the mean squared error of the estimate, $V_t=E(Z_t-\theta)^2$.

    $V_0=\sigma^2/n$, $V_t=\frac{w^2\sigma^2}n+(1-w)^2\bigl(V_{t-1}+\frac{\sigma^2}m\bigr)$: three independent errors.
    Solved: $q^tV_0+(w^2\frac{\sigma^2}n+q\frac{\sigma^2}m)\sum_{i<t}q^i$, $q=(1-w)^2$.

    Args:
        m: The parameters.
        t: Generation or generations, from 0 on; a traced bad one gives NaN.

    Raises:
        ValueError: `t` is no whole number, at least 0.

    >>> float(error_variance(mixing(0.0, 1, 2), 4)), float(error_variance(mixing(1.0, 4, 2), 4))
    (3.0, 0.25)
    """
    t, w, noise = check_count(t, "t", 0), m.weight, m.noise_variance
    q, inner = (1 - w) ** 2, (w > 0) & (w < 1)
    rate = 2 * jnp.log1p(-jnp.where(inner, w, 0.5))
    rounds = jnp.where(inner, jnp.expm1(t * rate) / jnp.expm1(rate), jnp.where(w == 0, t, jnp.minimum(t, 1.0)))
    return q**t * noise / m.real + (w**2 * noise / m.real + q * noise / m.synthetic) * rounds


def stationary_variance(weight: Batch, ratio: Batch) -> Float[Array, "*batch"]:
    r"""Return the limit of the error over that of the real data alone, $\lim_tV_t\big/\frac{\sigma^2}n$.

    $\frac{w^2+r(1-w)^2}{w(2-w)}$, the fixed point of the recursion of `error_variance`: about $\frac r{2w}$ for small
    w, and infinite at w = 0.

    Args:
        weight: Weight w of the real data, in [0, 1].
        ratio: Real over synthetic samples, r > 0.

    Raises:
        ValueError: One of them is out of range.

    >>> float(stationary_variance(1.0, 3.0)), float(stationary_variance(0.0, 1.0))
    (1.0, inf)
    """
    w, r = check_unit_interval(weight, "weight"), check_positive(ratio, "ratio")
    return (w**2 + r * (1 - w) ** 2) / (w * (2 - w))


def optimal_weight(ratio: Batch) -> Float[Array, "*batch"]:
    r"""Return the weight of the real data that makes `stationary_variance` least.

    $w^*=\frac{\sqrt{r^2+4r}-r}2$, and the variance there is $w^*$ itself: its derivative vanishes iff $w^2=r(1-w)$;
    put into the variance, $\frac{w^2(1+1-w)}{w(2-w)}=w$. At r = 1 the golden ratio 0.618 (arXiv 2502.18049). Written
    $\frac{2r}{r+\sqrt{r^2+4r}}$, which cancels nothing for large r.

    Args:
        ratio: Real over synthetic samples, r > 0.

    Raises:
        ValueError: The ratio is not positive.

    >>> round(float(optimal_weight(1.0)), 6)
    0.618034
    """
    r = check_positive(ratio, "ratio")
    return 2 / (1 + jnp.sqrt(1 + 4 / r))


def law(m: Mixing, t: int, prior_variance: float = 1.0) -> Gaussian:
    """Return the law of theta, the estimates Z0, ..., Zt and the real means R1, ..., Rt.

    Args:
        m: The parameters.
        t: The generation, from 0 on.
        prior_variance: Variance of theta ~ N(0, prior_variance), above 0.

    Raises:
        ValueError: One of them is out of range.

    >>> law(mixing(0.5, 1, 1), 1).names
    ('theta', 'Z0', 'R1', 'Z1')
    """
    t = check_int(t, "t", 0)
    w, real, made = m.weight, m.noise_variance / m.real, m.noise_variance / m.synthetic
    p = gaussian(check_positive(prior_variance, "prior_variance (the true mean must be random)"), "theta")
    p = extend(p, linear_gaussian(1.0, real, "theta", "Z0"))
    for i in range(1, t + 1):
        p = extend(p, linear_gaussian(1.0, real, "theta", f"R{i}"))
        row = jnp.stack([w, 1 - w])[None]
        p = extend(p, linear_gaussian(row, (1 - w) ** 2 * made, (f"R{i}", f"Z{i - 1}"), f"Z{i}"))
    return p


def examples() -> tuple[Mixing, ...]:
    """Return small models for the contract tests."""
    return mixing(0.25, 3, 5, 2.0), mixing(0.75, 4, 2)
