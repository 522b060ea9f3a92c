"""Functions of the host: a traced argument is named, at any depth; nothing else changes."""

import inspect
import re

import jax
import jax.numpy as jnp
import pytest

from infoloop.probability.distributions import Joint
from infoloop.probability.host_functions import host_only


@host_only
def counted(function, *laws: Joint, most: int = 3) -> int:
    """Count the laws."""
    return min(len(laws), most)


def test_the_function_is_as_before():
    assert counted(len, Joint(jnp.ones(1), ("X",))) == 1
    assert counted.__name__ == "counted"
    assert counted.__doc__ == "Count the laws."
    assert list(inspect.signature(counted).parameters) == ["function", "laws", "most"]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda x: counted(x), "function"),
        (lambda x: counted(len, Joint(x, ("X",))), "laws"),
        (lambda x: counted(len, most=x), "most"),
    ],
)
def test_a_traced_argument_is_named_at_any_depth(call, name):
    with pytest.raises(TypeError) as caught:
        jax.jit(call)(jnp.ones(1))
    assert re.fullmatch(f"counted runs on the host, and {name} is traced by JAX: .*", str(caught.value))


def test_what_is_missing_is_said_by_the_function():
    with pytest.raises(TypeError, match=r"counted\(\) missing 1 required positional argument: 'function'"):
        counted()  # ty: ignore[missing-argument]
