"""Ordinary differential equations stepped inside a scan, with the error that halving the step leaves."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from infoloop.probability.validation import check_int


class Stepped(NamedTuple):
    """The end of a flow.

    Attributes:
        state: The state at the end, by half steps.
        error: The largest change that halving the steps made in any number of it, over 15.
    """

    state: Any
    error: Float[Array, ""]


def flow(field: Callable[[Any], Any], start: Any, time: float | Float[Array, ""], steps: int) -> Stepped:
    r"""Integrate $\dot x=f(x)$ by the classical Runge-Kutta method, `steps` and twice `steps` times.

    The method's error is of order $h^4$, so that of the half steps is about 1/15 of the change (Richardson), which
    `error` returns for the caller to judge.

    Args:
        field: f, from a state to its slope, a pytree of the same shapes.
        start: The state at time 0, any pytree of floats.
        time: How long to follow the flow, in the unit of the field.
        steps: Number of coarse steps, at least 1.

    Raises:
        ValueError: `steps` is no whole number, at least 1.

    >>> end = flow(lambda x: -x, jnp.array(1.0), 1.0, 50)
    >>> bool(abs(end.state * jnp.e - 1) < 1e-8), bool(end.error < 1e-8)
    (True, True)
    """
    steps = check_int(steps, "steps")
    coarse, fine = (_run(field, start, time / n, n) for n in (steps, 2 * steps))
    changes = jax.tree.map(lambda a, b: jnp.abs(a - b).max(), coarse, fine)
    return Stepped(fine, jnp.stack(jax.tree.leaves(changes)).max() / 15)


def runge_kutta_step(field: Callable[[Any], Any], x: Any, h: float | Float[Array, ""]) -> Any:
    r"""Return the state after one step of the classical Runge-Kutta method.

    Args:
        field: f in $\dot x=f(x)$, from a state to its slope.
        x: The state, any pytree of floats.
        h: Length of the step.

    >>> round(float(runge_kutta_step(lambda x: -x, jnp.array(1.0), 0.5)), 6), round(float(jnp.exp(-0.5)), 6)
    (0.606771, 0.606531)
    """
    a = field(x)
    b = field(_moved(x, h / 2, a))
    c = field(_moved(x, h / 2, b))
    d = field(_moved(x, h, c))
    return jax.tree.map(lambda x, a, b, c, d: x + h / 6 * (a + 2 * b + 2 * c + d), x, a, b, c, d)


def _run(field, start, h, steps):
    return lax.scan(lambda x, _: (runge_kutta_step(field, x, h), None), start, None, steps)[0]


def _moved(x, h, slope):
    return jax.tree.map(lambda x, s: x + h * s, x, slope)
