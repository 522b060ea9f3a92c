"""Check parameters: numbers in a range, counts and choices; an error names the parameter, its value and a remedy."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from infoloop.probability.numerics import require_float64


def check_positive(value, what: str, above: float = 0.0, most: float = np.inf, dtype=None) -> jax.Array:
    """`value` as finite floats greater than `above` and at most `most`.

    A number outside raises ValueError; a traced one, which cannot raise, becomes NaN.

    >>> float(check_positive(2.0, "variance"))
    2.0
    """
    dtype = require_float64(value, what, dtype)
    if not isinstance(value, Tracer):
        seen = np.asarray(value, dtype)
        if not ((seen > above) & (seen <= most) & np.isfinite(seen)).all():
            limit = f" and at most {most:g}" if np.isfinite(most) else ""
            raise ValueError(f"{what} is {seen}: give a finite number above {above:g}{limit}")
    value = jnp.asarray(value, dtype)
    return jnp.where((value > above) & (value <= most) & jnp.isfinite(value), value, jnp.nan)


def check_count(value, what: str, least: int, why: str = "") -> jax.Array:
    """`value` as floats that are whole numbers from `least` on; ValueError otherwise, NaN where it is traced.

    >>> check_count([0, 3], "t", 0).tolist()
    [0.0, 3.0]
    """
    dtype = require_float64(np.float64(0), what)
    if not isinstance(value, Tracer):
        seen = np.asarray(value, dtype)
        if not ((seen >= least) & (seen == np.floor(seen)) & np.isfinite(seen)).all():
            raise ValueError(f"{what} is {seen}: give whole numbers from {least} on{why and ', ' + why}")
    value = jnp.asarray(value, dtype)
    return jnp.where((value >= least) & (value == jnp.floor(value)), value, jnp.nan)


def check_positions(value, what: str, least: int = 0, why: str = "") -> np.ndarray:
    """`value`, a whole number or an array of them from `least` on, as positions; ValueError otherwise.

    It may not be traced: how far a sum has to go depends on it.

    >>> check_positions([0, 3], "t").tolist()
    [0, 3]
    """
    seen = np.asarray(value, float)
    if not ((seen >= least) & (seen == np.floor(seen)) & np.isfinite(seen)).all():
        raise ValueError(f"{what} is {seen}: give whole numbers from {least} on{why and ', ' + why}")
    return seen.astype(int)


def check_positive_int(value, what: str, least: int = 1) -> int:
    """`value` as a Python int of at least `least`, for what a shape depends on; ValueError otherwise.

    >>> check_positive_int(3, "runs")
    3
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{what} is {value!r}: give a whole number, at least {least}")
    return int(value)


class FixedTaskWarning(UserWarning):
    """The task X has one possible value: of it every information is 0, and no loop could lose or gain any."""


def warn_if_degenerate_prior(prior, what: str = "theta") -> None:
    """Warn (FixedTaskWarning) if only one of the hypotheses has prior weight; traced weights are not looked at.

    >>> warn_if_degenerate_prior([0.5, 0.5])
    """
    if not isinstance(prior, Tracer) and np.count_nonzero(np.asarray(prior)) < 2:
        message = f"{what} has one possible value, so that every information about it is 0: give two or more"
        warnings.warn(message, FixedTaskWarning, stacklevel=3)


def check_choice(value: str, what: str, options: tuple[str, ...]) -> str:
    """`value`, or ValueError with the `options` where it is none of them.

    >>> check_choice("replace", "schedule", ("replace", "accumulate"))
    'replace'
    """
    if value not in options:
        raise ValueError(f"{what} is {value!r}: choose one of {', '.join(map(repr, options))}")
    return value
