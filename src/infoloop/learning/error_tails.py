r"""Laws of a proxy's error by the logarithm of their survival function, and the exponential rate of their tails.

The rate is $\gamma=\lim_t\ln\frac{P(E\ge t-1)}{P(E\ge t)}$: 0 for a long tail, infinite for one that is lighter than
every exponential. `tail_selection` says what selection in spite of such an error is worth.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch
from infoloop.probability.validation import check_floats, check_positive


@kinds_checked
def weibull_log_survival(x: Batch, shape: Batch = 1.0, scale: Batch = 1.0) -> Float[Array, "*batch"]:
    r"""Return $\ln P(E\ge x)=-(x/s)^k$ for $x>0$, and 0 below: exponential errors for $k=1$.

    Args:
        x: Any numbers.
        shape: k, above 0: below 1 the tail is long, above 1 lighter than every exponential.
        scale: s, above 0, in the unit of x.

    Raises:
        ValueError: `shape` or `scale` is out of range.

    >>> weibull_log_survival(jnp.array([-1.0, 4.0]), 0.5).tolist()
    [0.0, -2.0]
    """
    x, k, s = check_floats(x, "x"), check_positive(shape, "shape"), check_positive(scale, "scale")
    below = x <= 0
    return jnp.where(below, 0.0, -((jnp.where(below, 1.0, x) / s) ** k))


@kinds_checked
def weibull_tail_rate(shape: Batch, scale: Batch = 1.0) -> Float[Array, "*batch"]:
    r"""Return the rate of a Weibull tail: 0 for $k<1$, $\frac1s$ for $k=1$, infinite for $k>1$.

    Args:
        shape: k, above 0.
        scale: s, above 0.

    Raises:
        ValueError: One of them is out of range.

    >>> weibull_tail_rate(jnp.array([0.5, 1.0, 2.0]), 4.0).tolist()
    [0.0, 0.25, inf]
    """
    k, s = check_positive(shape, "shape"), check_positive(scale, "scale")
    return jnp.where(k == 1, 1 / s, jnp.where(k > 1, jnp.inf, jnp.where(k < 1, 0.0, k)))


@kinds_checked
def pareto_log_survival(x: Batch, index: Batch, scale: Batch = 1.0) -> Float[Array, "*batch"]:
    r"""Return $\ln P(E\ge x)=-a\ln(1+\frac xs)$ for $x>0$, and 0 below (Lomax's law); its tail rate is 0.

    Args:
        x: Any numbers.
        index: a, above 0.
        scale: s, above 0, in the unit of x.

    Raises:
        ValueError: `index` or `scale` is out of range.

    >>> round(float(jnp.exp(pareto_log_survival(3.0, 2.0))), 12)
    0.0625
    """
    x, a, s = check_floats(x, "x"), check_positive(index, "index"), check_positive(scale, "scale")
    return -a * jnp.log1p(jnp.where(x <= 0, 0.0, x) / s)


@kinds_checked
def gaussian_log_survival(x: Batch, deviation: Batch = 1.0) -> Float[Array, "*batch"]:
    r"""Return $\ln P(E\ge x)$ for a normal error of mean 0; its tail rate is infinite.

    Args:
        x: Any numbers.
        deviation: Standard deviation, above 0, in the unit of x.

    Raises:
        ValueError: `deviation` is out of range.

    >>> round(float(gaussian_log_survival(0.0) / jnp.log(2)), 12)
    -1.0
    """
    return jax.scipy.special.log_ndtr(-check_floats(x, "x") / check_positive(deviation, "deviation"))
