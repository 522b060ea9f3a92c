"""Functions that run on the host: what they say to an argument that JAX traces."""

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar

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
    name = getattr(function, "__name__", "this")
    return check_before(function, lambda arguments: refuse_tracers(name, **arguments))


def check_before(function: Callable[P, R], check: Callable[[Mapping[str, Any]], None]) -> Callable[P, R]:
    """Return the function, which then has its arguments, by name, looked at by `check` before it does anything.

    >>> check_before(abs, lambda arguments: print(dict(arguments)))(-3)
    {'x': -3}
    3
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            arguments = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return function(*args, **kwargs)  # which says what is missing
        check(arguments)
        return function(*args, **kwargs)

    return checked


def refuse_tracers(function: str, /, **arguments: object) -> None:
    """Check that nothing in the arguments, given by name, of a `function` that runs on the host is traced by JAX.

    Raises:
        TypeError: For an argument that is traced, or is a law or container of what is; one line, which names it.

    >>> import jax.numpy as jnp
    >>> refuse_tracers("write", table=jnp.ones(2), names=("X", "Y"))
    """
    if "jax" not in sys.modules:
        return  # nothing is traced yet, and the help of the command line should not wait for JAX
    from jax.core import Tracer

    for name, value in arguments.items():
        if any(isinstance(leaf, Tracer) for leaf in _leaves(value)):
            raise TypeError(
                f"{function} runs on the host, and {name} is traced by JAX: call it outside jit, vmap, grad and scan"
            )


def _leaves(value: object) -> Iterator[object]:
    """Give the leaves of a pytree, whatever the keys of its mappings: JAX would want to sort them."""
    import jax

    for leaf in jax.tree.leaves(value, is_leaf=lambda part: isinstance(part, Mapping)):
        if isinstance(leaf, Mapping):
            yield from _leaves(tuple(leaf.values()))
        else:
            yield leaf
