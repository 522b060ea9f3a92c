"""Laws that come as plain arrays: their exponential tilts and the logarithms of their ratios."""

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float


def tilt(law: Float[Array, "*batch n"], by: Float[Array, "*batch n"]) -> Float[Array, "*batch n"]:
    r"""Return the law $\propto p_ye^{b_y}$ along the last axis.

    Args:
        law: probabilities p; nothing is checked.
        by: exponents b, in nats.

    Returns:
        Probabilities, exactly 0 where p is; NaN for a law without mass.

    >>> tilt(jnp.array([0.5, 0.5, 0.0]), jnp.array([7.0, 7.0, 900.0])).tolist()
    [0.5, 0.5, 0.0]
    """
    some = law > 0
    return jax.nn.softmax(jnp.where(some, by + jnp.log(jnp.where(some, law, 1.0)), -jnp.inf), axis=-1)


def log_ratio(law: Float[Array, "*batch n"], base: Float[Array, "*batch n"]) -> Float[Array, "*batch n"]:
    r"""Return $\ln\frac{p_y}{q_y}$, in nats, for p = `law` and q = `base`.

    Returns:
        One number a cell: 0 where $p_y=0$, as such terms have no weight, and $\infty$ where $p_y>0=q_y$.

    >>> log_ratio(jnp.array([0.5, 0.0]), jnp.array([0.5, 0.5])).tolist()
    [0.0, 0.0]
    """
    some, allowed = law > 0, base > 0
    ratio = jnp.where(some & allowed, law, 1.0) / jnp.where(some & allowed, base, 1.0)
    return jnp.where(some & ~allowed, jnp.inf, jnp.log(ratio))
