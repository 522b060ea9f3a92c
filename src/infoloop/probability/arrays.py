"""Laws and scores that come as plain arrays, checked where they are not traced."""

import jax
import jax.numpy as jnp


def tilt(law, by) -> jax.Array:
    r"""The law $\propto p_ye^{b_y}$ along the last axis; what has no mass gets none.

    >>> tilt(jnp.array([0.5, 0.5, 0.0]), jnp.array([7.0, 7.0, 900.0])).tolist()
    [0.5, 0.5, 0.0]
    """
    some = law > 0
    return jax.nn.softmax(jnp.where(some, by + jnp.log(jnp.where(some, law, 1.0)), -jnp.inf), axis=-1)


def log_ratio(law, base) -> jax.Array:
    r"""$\ln\frac{p_y}{q_y}$, 0 where $p_y=0$ (such terms have no weight) and $\infty$ where $p_y>0=q_y$.

    >>> log_ratio(jnp.array([0.5, 0.0]), jnp.array([0.5, 0.5])).tolist()
    [0.0, 0.0]
    """
    some, allowed = law > 0, base > 0
    ratio = jnp.where(some & allowed, law, 1.0) / jnp.where(some & allowed, base, 1.0)
    return jnp.where(some & ~allowed, jnp.inf, jnp.log(ratio))
