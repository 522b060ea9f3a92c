"""Checks of arguments: every error names the argument, its value and a remedy.

A check returns its argument in the form in which it is used. Values that JAX traces cannot be looked at, so that no
error can be raised for them: there a bad number becomes NaN, never a wrong law.
"""

import math
import warnings
from collections.abc import Iterable, Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.core import Tracer
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Float, Int

from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import rounding

_X64 = 'jax.config.update("jax_enable_x64", True)'


def require_float64(value: object, what: str, dtype: DTypeLike | None = None) -> np.dtype:
    """Return the dtype for exact tables, refusing float32 that came by accident.

    Args:
        value: what is to be converted; its own dtype is looked at if it has one.
        what: the name of the argument, for messages.
        dtype: what the user asked for; it is returned if given.

    Returns:
        `dtype`, else float64.

    Raises:
        ValueError: If no dtype is given and JAX has float64 switched off, or `value` is of another float type.
    """
    if dtype is not None:
        return np.dtype(dtype)
    if not jax.config.read("jax_enable_x64"):
        raise ValueError(
            f"{what} needs float64, which JAX has switched off: call {_X64} first, "
            "or pass dtype=jnp.float32 to accept 7 digits"
        )
    given = getattr(value, "dtype", None)
    if given is not None and jnp.issubdtype(given, jnp.floating) and given != np.float64:
        raise ValueError(f"{what} is {given}: pass float64, or dtype=jnp.{given} to accept its precision")
    return np.dtype(np.float64)


def refuse_tracers(function: str, /, **arguments: object) -> None:
    """Check that no array in the arguments of a function that runs on the host is traced by JAX.

    Args:
        function: the name of the function, for the message.
        arguments: its arguments by name: arrays, laws, or containers of them.

    Raises:
        TypeError: For an argument that is traced, or holds what is; in one line, which names it.

    >>> refuse_tracers("write", table=jnp.ones(2), names=("X", "Y"))
    """
    for name, value in arguments.items():
        if isinstance(value, Mapping):  # JAX would want to sort its keys
            value = tuple(value.values())
        if any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(value)):
            raise TypeError(
                f"{function} runs on the host, and {name} is traced by JAX: call it outside jit, vmap, grad and scan"
            )


def check_unit_interval(
    value: Float[Numbers, "*shape"], what: str, dtype: DTypeLike | None = None
) -> Float[Array, "*shape"]:
    """Return `value` as an array of numbers in [0, 1]; traced numbers outside become NaN.

    Raises:
        ValueError: For a number outside [0, 1], and for floats of lower precision (see `require_float64`).

    >>> float(check_unit_interval(0.25, "flip"))
    0.25
    """
    dtype = require_float64(value, what, dtype)
    if not isinstance(value, Tracer):
        seen = np.asarray(value, dtype)
        if not ((seen >= 0) & (seen <= 1)).all():
            raise ValueError(f"{what} is {seen}: it is a probability, so give a number in [0, 1]")
    value = jnp.asarray(value, dtype)
    return jnp.where((value >= 0) & (value <= 1), value, jnp.nan)


def check_positive(
    value: Float[Numbers, "*shape"],
    what: str,
    above: float = 0.0,
    most: float = np.inf,
    dtype: DTypeLike | None = None,
) -> Float[Array, "*shape"]:
    """Return `value` as finite floats greater than `above` and at most `most`; traced numbers outside become NaN.

    Raises:
        ValueError: For a number outside, and for floats of lower precision (see `require_float64`).

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


def check_scores(value: Float[Numbers, "n *more"], what: str) -> Float[Array, "n *more"]:
    """Return `value` as floats with at least one axis; traced numbers are not looked at.

    Raises:
        ValueError: If there is no number, no axis, or a number that is not finite.

    >>> check_scores([1, 2], "reward").tolist()
    [1.0, 2.0]
    """
    dtype = require_float64(value, what)
    if not isinstance(value, Tracer):
        seen = np.asarray(value, dtype)
        if seen.ndim == 0 or seen.size == 0 or not np.isfinite(seen).all():
            raise ValueError(f"{what} has shape {seen.shape} and is {seen}: give finite numbers, at least one")
    return jnp.asarray(value, dtype)


def check_count(value: Float[Numbers, "*shape"], what: str, least: int, why: str = "") -> Float[Array, "*shape"]:
    """Return `value` as floats that are whole numbers from `least` on; traced numbers that are not become NaN.

    Raises:
        ValueError: For another number; the message ends in `why`.

    >>> check_count([0, 3], "t", 0).tolist()
    [0.0, 3.0]
    """
    dtype = require_float64(np.float64(0), what)
    if not isinstance(value, Tracer):
        _whole(value, what, least, why)
    value = jnp.asarray(value, dtype)
    return jnp.where((value >= least) & (value == jnp.floor(value)), value, jnp.nan)


def check_positions(
    value: Int[Numbers, "*shape"], what: str, least: int = 0, why: str = ""
) -> Int[np.ndarray, "*shape"]:
    """Return `value` as whole numbers from `least` on, on the host: how far a sum has to go may depend on them.

    Raises:
        ValueError: For another number; the message ends in `why`.
        jax.errors.TracerArrayConversionError: For a traced value.

    >>> check_positions([0, 3], "t").tolist()
    [0, 3]
    """
    return _whole(value, what, least, why).astype(int)


def _whole(value, what, least, why):
    seen = np.asarray(value, float)
    if not ((seen >= least) & (seen == np.floor(seen)) & np.isfinite(seen)).all():
        raise ValueError(f"{what} is {seen}: give whole numbers from {least} on{why and ', ' + why}")
    return seen


def check_int(value: object, what: str, least: int = 1) -> int:
    """Return `value` as a Python int of at least `least`, for what a shape depends on.

    Raises:
        ValueError: For a smaller int, and for what is no int: a float, a bool, a traced value.

    >>> check_int(3, "runs")
    3
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{what} is {value!r}: give a whole number, at least {least}")
    return int(value)


def check_axes(value: Float[Array, "*shape"], axes: int, what: str, wanted: str) -> Float[Array, "*shape"]:
    """Return `value`, which has so many axes.

    Raises:
        ValueError: If it has not; the message ends in what is `wanted`.
    """
    if value.ndim != axes:
        raise ValueError(f"{what} has shape {value.shape}: give {wanted}")
    return value


def check_choice(value: str, what: str, options: tuple[str, ...]) -> str:
    """Return `value`, which is one of the `options`.

    Raises:
        ValueError: If it is none of them; the message lists them.

    >>> check_choice("replace", "schedule", ("replace", "accumulate"))
    'replace'
    """
    if value not in options:
        raise ValueError(f"{what} is {value!r}: choose one of {', '.join(map(repr, options))}")
    return value


def check_known(available: tuple[str, ...], *names: str) -> tuple[str, ...]:
    """Return `names`, each of which is among the `available` ones.

    Raises:
        ValueError: If one is not; the message names the first.
    """
    for name in names:
        if name not in available:
            raise ValueError(f"unknown variable {name!r}: this law is over {', '.join(available)}")
    return names


def check_distinct(names: Iterable[str], what: str) -> tuple[str, ...]:
    """Return `names` as a tuple of different, non-empty strings.

    Raises:
        ValueError: If one stands twice or is not a non-empty string.
    """
    names = tuple(names)
    for k, name in enumerate(names):
        if not isinstance(name, str) or not name:
            raise ValueError(f"{what} has the name {name!r}: a name is a non-empty string")
        if name in names[:k]:
            raise ValueError(f"{what} names {name!r} twice: every axis needs a name of its own")
    return names


def check_same_sizes(left: dict[str, int], right: dict[str, int], what: str) -> None:
    """Check that no variable has alphabets of different sizes in `left` (`what` it is) and in a channel that reads it.

    Raises:
        ValueError: If one has; the message names the first of them by name.
    """
    for name in sorted(left.keys() & right.keys()):
        if left[name] != right[name]:
            raise ValueError(
                f"{name} takes {left[name]} values in the {what} but {right[name]} in the channel that reads it: "
                "the alphabets must match"
            )


def check_probabilities(
    table: Float[Numbers, "*shape"], what: str, axes: int | None = None, dtype: DTypeLike | None = None
) -> Float[np.ndarray, "*shape"]:
    """Return `table` as floats >= 0 that sum to 1, within rounding, over the last `axes` axes: over all if None.

    Raises:
        ValueError: For what is no rectangular table, an empty one, a negative entry, a sum that is not 1, and for
            floats of lower precision (see `require_float64`).
        jax.errors.TracerArrayConversionError: For a traced table.

    >>> check_probabilities([[0.5, 0.5], [0.0, 1.0]], "rows", axes=1).shape
    (2, 2)
    """
    dtype = require_float64(table, what, dtype)
    try:
        seen = np.asarray(table, dtype)
    except (TypeError, ValueError) as error:
        if isinstance(error, jax.errors.JAXTypeError):
            raise
        raise ValueError(f"{what} is not a rectangular table of numbers: {error}") from None
    if seen.size == 0:
        raise ValueError(f"{what} has shape {seen.shape}: a law needs at least one cell")
    bad = ~(seen >= 0)
    if bad.any():
        cell = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f"{what} has the entry {seen[cell]} at {cell}: probabilities are numbers >= 0")
    axes = seen.ndim if axes is None else axes
    mass = seen.sum(axis=tuple(range(seen.ndim - axes, seen.ndim)), dtype=np.float64)
    off = ~(np.abs(mass - 1) <= rounding(math.prod(seen.shape[seen.ndim - axes :]), dtype))
    if off.any():
        cell = tuple(int(i) for i in np.argwhere(off)[0])
        place = f" in row {cell if len(cell) > 1 else cell[0]}" if cell else ""
        raise ValueError(f"{what} has mass {mass[cell]:.17g}{place}, not 1: divide it by its sum, or complete it")
    return seen


def check_distributions(value: Float[Numbers, "*batch n"], what: str) -> Float[Array, "*batch n"]:
    """Return `value` as laws along its last axis; all of a traced one becomes NaN where an entry is negative.

    Raises:
        ValueError: As `check_probabilities` does.

    >>> check_distributions([[0.5, 0.5], [1.0, 0.0]], "likelihood").shape
    (2, 2)
    """
    if isinstance(value, Tracer):
        traced = jnp.asarray(value, require_float64(value, what))
        return refuse_negative(traced, traced)
    return jnp.asarray(check_probabilities(np.atleast_1d(np.asarray(value)), what, axes=1))


def refuse_negative(value: Float[ArrayLike, "*shape"], table: Float[Array, "..."]) -> Float[Array, "*shape"]:
    """Return `value`, or NaN where `table` has a negative entry: traced tables are refused in this way.

    >>> float(refuse_negative(jnp.array(2.0), jnp.array([1.5, -0.5])))
    nan
    """
    return jnp.where(jnp.min(table) >= 0, value, jnp.nan)


class FixedTaskWarning(UserWarning):
    """A task X with one possible value: of it every information is 0, and no loop could lose or gain any."""


def warn_if_degenerate_prior(prior: Float[Numbers, " n"], what: str = "theta") -> None:
    """Warn (FixedTaskWarning) if only one of the hypotheses has prior weight; traced weights are not looked at.

    >>> warn_if_degenerate_prior([0.5, 0.5])
    """
    if not isinstance(prior, Tracer) and np.count_nonzero(np.asarray(prior)) < 2:
        message = f"{what} has one possible value, so that every information about it is 0: give two or more"
        warnings.warn(message, FixedTaskWarning, stacklevel=3)
