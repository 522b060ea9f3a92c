"""Numbers of any size that have to be finite: rewards, baselines, doses."""

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_floats


def check_finite(
    value: Float[Numbers, "*shape"], what: str, least: float = -np.inf, most: float = np.inf
) -> Float[Array, "*shape"]:
    """Return `value` as finite floats from `least` to `most`; traced numbers that are not become NaN.

    Args:
        value: Numbers of any shape.
        what: Their name in the message.
        least: What none may be below.
        most: What none may be above.

    Raises:
        ValueError: For a number outside, and for floats of lower precision.

    >>> float(check_finite(-2.0, "baseline"))
    -2.0
    """
    value = check_floats(value, what)
    inside = (value >= least) & (value <= most) & (value > -np.inf) & (value < np.inf)
    if isinstance(value, Tracer):
        return nan_unless(inside, value)
    if not inside.all():
        limit = f", at least {least:g}" if np.isfinite(least) else ""
        limit += f", at most {most:g}" if np.isfinite(most) else ""
        with np.printoptions(threshold=8, edgeitems=2):
            raise ValueError(f"{what} is {value}: give a finite number{limit}")
    return jnp.asarray(value)
