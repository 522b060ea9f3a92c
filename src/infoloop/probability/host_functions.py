"""Functions that run on the host: what they say to an argument that JAX traces."""

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from infoloop.probability.validation import refuse_tracers

P = ParamSpec("P")
R = TypeVar("R")


def host_only(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function, which then refuses arguments that are traced, or hold what is: its work is not JAX's.

    Args:
        function: any function; its name and signature are kept.

    Returns:
        A function that raises TypeError, in one line with both names, for a traced argument.

    >>> import jax
    >>> @host_only
    ... def half(count):
    ...     return count // 2
    >>> half(4)
    2
    >>> jax.jit(half)(4)
    Traceback (most recent call last):
    TypeError: half runs on the host, and count is traced by JAX: call it outside jit, vmap, grad and scan...
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            arguments = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return function(*args, **kwargs)  # which says what is missing
        refuse_tracers(getattr(function, "__name__", "this"), **arguments)
        return function(*args, **kwargs)

    return checked
