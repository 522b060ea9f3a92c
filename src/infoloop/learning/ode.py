"""Flows stepped numerically inside a scan, with the error that halving the step leaves."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infoloop.probability.validation import check_int


class Stepped(NamedTuple):
    """The state at the end by half steps, and the largest change that halving the steps made, over 15."""

    state: Any
    error: jax.Array


def flow(field: Callable, start, time, steps: int) -> Stepped:
    r"""$\dot x=f(x)$ from `start` over `time` by the classical Runge-Kutta method, `steps` and twice `steps` times.

    The method's error is of order $h^4$, so that of the half steps is about 1/15 of the change (Richardson), which
    `error` returns for the caller to judge. The state is any pytree of floats. ValueError for no steps.

    >>> end = flow(lambda x: -x, jnp.array(1.0), 1.0, 50)
    >>> bool(abs(end.state * jnp.e - 1) < 1e-8), bool(end.error < 1e-8)
    (True, True)
    """
    steps = check_int(steps, "steps")
    coarse, fine = (_run(field, start, time / n, n) for n in (steps, 2 * steps))
    changes = jax.tree.map(lambda a, b: jnp.abs(a - b).max(), coarse, fine)
    return Stepped(fine, jnp.stack(jax.tree.leaves(changes)).max() / 15)


def _run(field, start, h, steps: int):
    return lax.scan(lambda x, _: (_step(field, x, h), None), start, None, steps)[0]


def _step(field, x, h):
    a = field(x)
    b = field(_moved(x, h / 2, a))
    c = field(_moved(x, h / 2, b))
    d = field(_moved(x, h, c))
    return jax.tree.map(lambda x, a, b, c, d: x + h / 6 * (a + 2 * b + 2 * c + d), x, a, b, c, d)


def _moved(x, h, slope):
    return jax.tree.map(lambda x, s: x + h * s, x, slope)
