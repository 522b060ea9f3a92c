"""Arguments of the wrong kind, by annotation: named in one line, and nothing else is changed."""

import inspect
import re
from collections.abc import Iterable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, joint


@kinds_checked
def served(
    p: Joint,
    *names: str,
    table: Float[Numbers, " n"] = (),
    given: str | Iterable[str] = (),
    size: int = 2,
    gap: float = 0,
) -> int:
    """Serve them all."""
    return len(names)


P = joint([0.5, 0.5], "X")
WRONG = [
    (([0.5, 0.5],), {}, TypeError, "p is a list: give a Joint"),
    ((Channel(jnp.eye(2), ("X",), ("Y",)),), {}, TypeError, "p is a Channel: give a Joint"),
    ((Joint,), {}, TypeError, "p is a type: give a Joint"),
    ((P, 3), {}, TypeError, "names is a int: give text"),
    ((P,), {"table": P}, TypeError, "table is a Joint: give an array of numbers, or nested lists of them"),
    ((P,), {"table": np.array([1j])}, ValueError, "table holds complex128, not real numbers: .*"),
    ((P,), {"table": [[1], [2, 3]]}, ValueError, "table is not a rectangular table of numbers: .*"),
    ((P,), {"given": 3}, TypeError, "given is a int: give a name, or a tuple of names"),
    ((P,), {"given": (3,)}, TypeError, "given is a tuple: give a name, or a tuple of names"),
    ((P,), {"size": "2"}, TypeError, "size is a str: give a number"),
    ((P,), {"size": None}, TypeError, "size is a NoneType: give a number"),
    ((P,), {"gap": 1j}, ValueError, "gap is 1j: give a real number"),
]


@pytest.mark.parametrize(("arguments", "keywords", "kind", "message"), WRONG)
def test_the_wrong_kind_is_named(arguments, keywords, kind, message):
    with pytest.raises(kind) as caught:
        served(*arguments, **keywords)
    assert re.fullmatch(message, str(caught.value))


def test_what_a_shape_depends_on_is_not_traced():
    with pytest.raises(TypeError) as caught:
        jax.jit(lambda n: served(P, size=n))(2)
    assert str(caught.value).startswith("size is traced by JAX, and what is compiled depends on it")


def test_the_right_kind_is_let_through_and_the_function_is_as_before():
    assert served(P, "X", "Y", table=[1, 2], given=("X",), size=np.int64(3), gap=1) == 2  # ty: ignore[invalid-argument-type]
    assert served(P, given=iter(["X"]), table=jnp.ones(2)) == 0
    assert served.__doc__ == "Serve them all."
    assert list(inspect.signature(served).parameters) == ["p", "names", "table", "given", "size", "gap"]


def test_what_is_missing_is_said_by_the_function():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'p'"):
        served()  # ty: ignore[missing-argument]
