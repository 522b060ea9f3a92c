r"""The best of n by a proxy: what the true value gains, with Gaussian error, and with a rare exploit ("hack arm").

Values are in units of their own; n counts the independent draws among which the proxy chooses.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Batch
from infoloop.probability.validation import check_positive, check_unit_interval

_STEP, _EDGE = 1 / 16, 40  # the trapezoidal rule converges exponentially for such integrands


@kinds_checked
def mean_maximum(n: Batch) -> Float[Array, "*batch"]:
    r"""Return the mean of the largest of n standard normals.

    $m_n=\int x\,n\varphi(x)\Phi(x)^{n-1}dx$ by the trapezoidal rule: $m_1=0$, $m_2=\frac1{\sqrt\pi}$,
    $m_3=\frac3{2\sqrt\pi}$, about $\sqrt{2\ln n}$ later on (David & Nagaraja 2003, section 4.2).

    Args:
        n: Any number or numbers from 1 to $10^{100}$, whole or not; a traced one outside gives NaN.

    Returns:
        Means in units of the standard deviation, shaped as `n`.

    Raises:
        ValueError: `n` is outside.

    >>> round(float(mean_maximum(2) * jnp.sqrt(jnp.pi)), 12), round(float(mean_maximum(10)), 6)
    (1.0, 1.538753)
    """
    n = check_positive(n, "n", above=float(np.nextafter(1, 0)), most=1e100)[..., None]
    x = jnp.arange(-_EDGE, _EDGE + _STEP, _STEP)
    below = jnp.where(x > 0, jnp.log1p(-jax.scipy.special.ndtr(-x)), jax.scipy.special.log_ndtr(x))
    logs = jnp.log(n) - x**2 / 2 + (n - 1) * below
    return (x * jnp.exp(logs)).sum(-1) * (_STEP / np.sqrt(2 * np.pi))


@kinds_checked
def selected_value(value_deviation: Batch, error_deviation: Batch, n: Batch) -> Float[Array, "*batch"]:
    r"""Return the expected true value of the best of n by a proxy with independent Gaussian error.

    $E[V\mid\text{best of n by }V+X]=\frac{\sigma_V^2}{\sqrt{\sigma_V^2+\sigma_X^2}}m_n$, V and X independent normals of
    mean 0: it never falls in n, so that such an error costs a constant factor, and no more (regressional Goodhart: Gao,
    Schulman & Hilton 2023). The arguments broadcast; a traced bad one gives NaN.

    Args:
        value_deviation: $\sigma_V$, standard deviation of the true value, above 0.
        error_deviation: $\sigma_X$, standard deviation of the error, above 0.
        n: Draws among which the proxy chooses, from 1 to $10^{100}$.

    Returns:
        Means in the unit of the value.

    Raises:
        ValueError: One of them is out of range.

    >>> round(float(selected_value(3.0, 4.0, 2) * jnp.sqrt(jnp.pi)), 12)
    1.8
    """
    v, x = check_positive(value_deviation, "value_deviation"), check_positive(error_deviation, "error_deviation")
    return v**2 / jnp.sqrt(v**2 + x**2) * mean_maximum(n)


@kinds_checked
def hack_gold(mass: Batch, n: Batch) -> Float[Array, "*batch"]:
    r"""Return the expected true value of the best of n where a rare hack beats all and is worth 0.

    $(1-\delta)^n\frac n{n+1}$. Otherwise the proxy is the true value, uniform on [0, 1]: no hack is among n draws with
    probability $(1-\delta)^n$, and the largest of n uniform numbers has mean $\frac n{n+1}$. The arguments broadcast; a
    traced bad one gives NaN.

    Args:
        mass: $\delta$, probability that a draw is a hack, in [0, 1].
        n: Draws among which the proxy chooses, above 0.

    Returns:
        Means in [0, 1], in the unit of the value.

    Raises:
        ValueError: One of them is out of range.

    >>> float(hack_gold(0.0, 1)), float(hack_gold(0.5, 1)), float(hack_gold(1.0, 1))
    (0.5, 0.25, 0.0)
    """
    n = check_positive(n, "n")
    return (1 - check_unit_interval(mass, "mass")) ** n * n / (n + 1)


@kinds_checked
def hack_optimum(mass: Batch) -> Float[Array, "*batch"]:
    r"""Return the whole number n with the largest `hack_gold`.

    It is the least with $\delta(n+1)^2\ge1$, about $\frac1{\sqrt\delta}-1$, since
    $\frac{g(n+1)}{g(n)}=(1-\delta)\frac{(n+1)^2}{n(n+2)}\ge1$ iff $\delta(n+1)^2\le1$. Where $\delta=\frac1{(n+1)^2}$,
    n and n + 1 are equally good, and rounding chooses.

    Args:
        mass: $\delta$, probability that a draw is a hack, in [0, 1]; a traced one outside gives NaN.

    Returns:
        Whole numbers as floats, at least 1; infinite for $\delta=0$.

    Raises:
        ValueError: The mass is outside [0, 1].

    >>> float(hack_optimum(0.01)), float(hack_optimum(0.9)), float(hack_optimum(0.0))
    (9.0, 1.0, inf)
    """
    return jnp.maximum(1.0, jnp.ceil(1 / jnp.sqrt(check_unit_interval(mass, "mass")) - 1))
