"""Random numbers that JAX draws one by one on CPUs, drawn for a whole batch at a time."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import DTypeLike
from jaxtyping import Float, Key

from infoloop.probability.validation import check_int, require_float64


# A million draws of 3, 9 and 99 degrees take 0.4, 0.5 and 0.4 s on a CPU, by jax.random.chisquare 3.3, 2.2 and 0.9 s.
def chi_square(
    key: Key[Array, ""], degrees: int, shape: tuple[int, ...] = (), dtype: DTypeLike | None = None
) -> Float[Array, "*shape"]:
    r"""Return independent draws of $\chi^2_d$, exact in law.

    By Marsaglia & Tsang (2000); all rejected draws are made anew together.

    With $a=\frac d2-\frac13$, a normal x and a uniform u, $2a(1+x/\sqrt{9a})^3=2av$ is accepted if
    $\ln u<\frac{x^2}2+a(1-v+\ln v)$; fewer than one in twenty are not. One and two degrees are a squared normal and
    twice an exponential.

    Args:
        key: a key of `jax.random`.
        degrees: d, a whole number from 0 on; with none, every draw is 0.
        shape: how many draws, along which axes.
        dtype: of the draws; float64 if None.

    Raises:
        ValueError: For degrees that are not a whole number from 0 on, and where float64 is switched off.

    >>> chi_square(jax.random.key(0), 0, (2,)).tolist()
    [0.0, 0.0]
    """
    degrees = check_int(degrees, "degrees", 0)
    dtype = require_float64(None, "chi_square", dtype)
    if degrees == 0:
        return jnp.zeros(shape, dtype)
    if degrees == 1:
        return jnp.square(jax.random.normal(key, shape, dtype))
    if degrees == 2:
        return 2 * jax.random.exponential(key, shape, dtype)
    return _marsaglia_tsang(key, degrees / 2 - 1 / 3, shape, dtype)


def _marsaglia_tsang(key, a, shape, dtype):
    def attempt(state):
        tries, found, accepted = state
        normal_key, uniform_key = jax.random.split(jax.random.fold_in(key, tries))
        x = jax.random.normal(normal_key, shape, dtype)
        v = (1 + x / (9 * a) ** 0.5) ** 3
        positive = v > 0
        fits = x * x / 2 + a * (1 - v + jnp.log(jnp.where(positive, v, 1.0)))
        good = positive & (jnp.log(jax.random.uniform(uniform_key, shape, dtype)) < fits)
        return tries + 1, jnp.where(accepted, found, 2 * a * v), accepted | good

    start = jnp.zeros((), int), jnp.zeros(shape, dtype), jnp.zeros(shape, bool)
    return lax.while_loop(lambda state: ~state[2].all(), attempt, start)[1]
