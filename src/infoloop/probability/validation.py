"""Checks of arguments: every error names the argument, its value and a remedy.

A check returns its argument as it is used. For what JAX traces no error can be raised: a bad number becomes NaN.
"""

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.core import Tracer
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Float, Int

from infoloop.probability.array_types import Numbers
from infoloop.probability.numerics import nan_unless, rounding


def require_float64(value: object, what: str, dtype: DTypeLike | None = None) -> np.dtype:
    """Return the dtype in which `value` is taken: the one asked for, else float64.

    Raises:
        ValueError: If no dtype is given and `value` is of another float type; if float64 is needed or asked for, and
            JAX has it switched off; for a dtype that is no float type.
    """
    wanted = np.dtype(np.float64 if dtype is None else dtype)
    if not jnp.issubdtype(wanted, np.floating):
        raise ValueError(f"dtype is {wanted}: give a float type, jnp.float64 or jnp.float32")
    if wanted == np.float64 and not jax.config.read("jax_enable_x64"):
        raise ValueError(
            f'{what} needs float64, which JAX has switched off: call jax.config.update("jax_enable_x64", True) first, '
            "or pass dtype=jnp.float32 to accept 7 digits"
        )
    given = getattr(value, "dtype", wanted)
    if dtype is None and jnp.issubdtype(given, np.floating) and given != np.float64:
        accept = f", or dtype=jnp.{given} to accept its precision" if hasattr(jnp, str(given)) else ""
        raise ValueError(f"{what} is {given}: pass float64{accept}")
    return wanted


def check_floats(
    value: Float[Numbers, "*shape"], what: str, dtype: DTypeLike | None = None
) -> Float[np.ndarray | Array, "*shape"]:
    """Return numbers, an array or nested lists of them, as floats: a NumPy array, or JAX's where they are traced.

    Raises:
        TypeError: For what holds no numbers: None, a law, a dictionary, a generator.
        ValueError: For complex, masked and text entries, for arrays of objects, for lists of unequal lengths, and for
            floats of lower precision without a dtype (see `require_float64`).

    >>> check_floats([[1, 0], [0.5, 0.5]], "rows").dtype
    dtype('float64')
    """
    table = check_numbers(value, what)
    return table.astype(require_float64(table, what, dtype), copy=False)


def check_numbers(value: Float[Numbers, "*shape"], what: str) -> Float[np.ndarray | Array, "*shape"]:
    """Return numbers, an array or nested lists of them, as an array of any precision; JAX's where they are traced.

    Raises:
        TypeError, ValueError: As `check_floats` does, but for the precision.

    >>> check_numbers([[1, 0], [0, 1]], "rows").shape
    (2, 2)
    """
    kinds = _kinds(value)
    if any(issubclass(kind, np.ma.MaskedArray) for kind in kinds):
        raise ValueError(f"{what} is a masked array, and a law has no missing entries: fill them, or leave rows out")
    traced = any(issubclass(kind, Tracer) for kind in kinds)
    try:
        table = jnp.asarray(value) if traced else np.asarray(value)
    except (TypeError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{what} is not a rectangular table of numbers: {reason}") from None
    listed = table.dtype == object and not hasattr(value, "dtype")
    if listed and all(isinstance(x, Real) for x in table.ravel().tolist()):
        table = table.astype(np.float64)  # fractions
    elif listed and table.ndim == 0:
        raise TypeError(f"{what} is a {type(value).__name__}: give an array of numbers, or nested lists of them")
    if not any(jnp.issubdtype(table.dtype, kind) for kind in (np.floating, np.integer, np.bool_)):
        kind = "text" if table.dtype.kind in "US" else "objects" if table.dtype == object else str(table.dtype)
        raise ValueError(f"{what} holds {kind}, not real numbers: convert it to floats, so that nothing is lost unseen")
    return table


def _kinds(value):
    if not isinstance(value, list | tuple):
        return {type(value)}
    kinds = set(map(type, value))  # in one go: a list may be long
    return kinds.union(*map(_kinds, value)) if any(issubclass(kind, list | tuple) for kind in kinds) else kinds


def check_unit_interval(
    value: Float[Numbers, "*shape"], what: str, dtype: DTypeLike | None = None
) -> Float[Array, "*shape"]:
    """Return `value` as an array of numbers in [0, 1]; traced numbers outside become NaN.

    Raises:
        ValueError: For a number outside [0, 1], and for floats of lower precision (see `require_float64`).

    >>> float(check_unit_interval(0.25, "flip"))
    0.25
    """
    value = check_floats(value, what, dtype)
    return _in_range(value, (value >= 0) & (value <= 1), what, "it is a probability, so give a number in [0, 1]")


def check_positive(
    value: Float[Numbers, "*shape"], what: str, above: float = 0.0, most: float = np.inf, dtype: DTypeLike | None = None
) -> Float[Array, "*shape"]:
    """Return `value` as finite floats greater than `above` and at most `most`; traced numbers outside become NaN.

    Raises:
        ValueError: For a number outside, and for floats of lower precision (see `require_float64`).

    >>> float(check_positive(2.0, "variance"))
    2.0
    """
    value = check_floats(value, what, dtype)
    inside = (value > above) & (value <= most) & (value < np.inf)
    limit = f" and at most {most:g}" if np.isfinite(most) else ""
    return _in_range(value, inside, what, f"give a finite number above {above:g}{limit}")


def check_finite(
    value: Float[Numbers, "*shape"], what: str, least: float = -np.inf, most: float = np.inf
) -> Float[Array, "*shape"]:
    """Return `value` as finite floats from `least` to `most`; traced numbers outside become NaN.

    Raises:
        ValueError: For a number outside, and for floats of lower precision (see `require_float64`).

    >>> float(check_finite(-2.0, "baseline"))
    -2.0
    """
    value = check_floats(value, what)
    limits = "".join(f", at {word} {x:g}" for word, x in (("least", least), ("most", most)) if np.isfinite(x))
    inside = (value >= least) & (value <= most) & (value > -np.inf) & (value < np.inf)
    return _in_range(value, inside, what, f"give a finite number{limits}")


def _in_range(value, inside, what, remedy):
    if isinstance(value, Tracer):
        return nan_unless(inside, value)
    if not inside.all():
        with np.printoptions(threshold=8, edgeitems=2):
            raise ValueError(f"{what} is {value}: {remedy}")
    return jnp.asarray(value)


def check_scores(value: Float[Numbers, "n *more"], what: str) -> Float[Array, "n *more"]:
    """Return `value` as floats with at least one axis; traced numbers that are not finite become NaN.

    Raises:
        ValueError: If there is no number, no axis, or a number that is not finite.

    >>> check_scores([1, 2], "reward").tolist()
    [1.0, 2.0]
    """
    value = check_floats(value, what)
    if value.ndim == 0 or value.size == 0:
        raise ValueError(f"{what} has shape {value.shape}: give a list of numbers, at least one")
    return _in_range(value, (value > -np.inf) & (value < np.inf), what, "give finite numbers")


def check_count(value: Float[Numbers, "*shape"], what: str, least: int, why: str = "") -> Float[Array, "*shape"]:
    """Return `value` as floats that are whole numbers from `least` on; traced numbers that are not become NaN.

    Raises:
        ValueError: For another number; the message ends in `why`.

    >>> check_count([0, 3], "t", 0).tolist()
    [0.0, 3.0]
    """
    return _whole(value, what, least, why)


def check_positions(
    value: Int[Numbers, "*shape"], what: str, least: int = 0, why: str = ""
) -> Int[np.ndarray, "*shape"]:
    """Return `value` as whole numbers from `least` on, on the host: how far a sum has to go may depend on them.

    Raises:
        ValueError: For another number; the message ends in `why`.
        TypeError: For a traced value.

    >>> check_positions([0, 3], "t").tolist()
    [0, 3]
    """
    value = check_floats(value, what)
    if isinstance(value, Tracer):
        raise TypeError(f"{what} is traced by JAX, and how far a sum goes depends on it: give known whole numbers")
    with jax.ensure_compile_time_eval():  # a known number stays one where others are traced
        return np.asarray(_whole(value, what, least, why)).astype(int)


def _whole(value, what, least, why):
    value = check_floats(value, what)
    inside = (value >= least) & (value == value // 1) & (value < np.inf)
    return _in_range(value, inside, what, f"give whole numbers from {least} on{why and ', ' + why}")


def check_int(value: object, what: str, least: int = 1) -> int:
    """Return `value` as a Python int of at least `least`, for what a shape depends on.

    Raises:
        ValueError: For a smaller int, and for what is no int: a float, a bool.
        TypeError: For a traced value.

    >>> check_int(3, "runs")
    3
    """
    if isinstance(value, Tracer):
        raise TypeError(f"{what} is traced by JAX, and what is compiled depends on it: give a known whole number")
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{what} is {value!r}: give a whole number, at least {least}")
    return int(value)


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


def check_kind(value: Any, kind: type | tuple[type, ...], what: str) -> Any:
    """Return `value`, which is an instance of `kind`; TypeError where it is not, by its name `what`.

    >>> check_kind(3, int, "count")
    3
    """
    if not isinstance(value, kind):
        wanted = " or a ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise TypeError(f"{what} is a {type(value).__name__}: give a {wanted}")
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
) -> Float[Array, "*shape"]:
    """Return `table` as floats >= 0 that sum to 1, within rounding, over the last `axes` axes: over all if None.

    All of a traced table becomes NaN where it is no such table, by the same rule.

    Raises:
        ValueError: For an empty table, a negative entry, a sum that is not 1, and as `check_floats` does.
        TypeError: As `check_floats` does.

    >>> check_probabilities([[0.5, 0.5], [0.0, 1.0]], "rows", axes=1).shape
    (2, 2)
    """
    seen = check_floats(table, what, dtype)
    if seen.size == 0:
        raise ValueError(f"{what} has shape {seen.shape}: a law needs at least one cell")
    positive = (seen >= 0).all()
    if not isinstance(seen, Tracer) and not positive:
        cell = _first(~(seen >= 0))
        raise ValueError(f"{what} has the entry {seen[cell]} at {cell}: probabilities are numbers >= 0")
    axes = seen.ndim if axes is None else axes
    # In float64 also for shorter floats, where JAX has it.
    mass = seen.sum(axis=tuple(range(seen.ndim - axes, seen.ndim)), dtype=jax.dtypes.canonicalize_dtype(np.float64))
    near = abs(mass - 1) <= rounding(math.prod(seen.shape[seen.ndim - axes :]), seen.dtype)
    if isinstance(seen, Tracer):
        return nan_unless(positive & near.all(), seen)
    if not near.all():
        cell = _first(~near)
        place = f" in row {cell if len(cell) > 1 else cell[0]}" if cell else ""
        raise ValueError(f"{what} has mass {mass[cell]:.17g}{place}, not 1: divide it by its sum, or complete it")
    return jnp.asarray(seen)


def _first(wrong):
    return tuple(int(i) for i in np.argwhere(wrong)[0])


def check_distributions(value: Float[Numbers, "*batch n"], what: str) -> Float[Array, "*batch n"]:
    """Return `value` as laws along its last axis; all of a traced one becomes NaN where one of them is no law.

    Raises:
        ValueError: As `check_probabilities` does.

    >>> check_distributions([[0.5, 0.5], [1.0, 0.0]], "likelihood").shape
    (2, 2)
    """
    value = check_floats(value, what)
    return check_probabilities(value.reshape(-1) if value.ndim == 0 else value, what, axes=1)


def refuse_negative(value: Float[ArrayLike, "*shape"], table: Float[Array, "..."]) -> Float[Array, "*shape"]:
    """Return `value`, or NaN where `table` has a negative entry: traced tables are refused in this way.

    >>> float(refuse_negative(jnp.array(2.0), jnp.array([1.5, -0.5])))
    nan
    """
    return nan_unless(jnp.min(table) >= 0, value)
