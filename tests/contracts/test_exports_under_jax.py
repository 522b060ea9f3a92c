"""Every export stands in one of three lists, and does under JAX what its list says; docs/jax.md has the same lists."""

import inspect
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import mpf

import infoloop
from infoloop.probability.numerics import rounding
from tests.support.gradient_oracles import gradient
from tests.support.jax_exports import BATCH, GRADIENT, HOST
from tests.support.jax_settings import POINT, with_digits, with_jax
from tests.support.paths import ROOT

EXPORTS = {name: getattr(infoloop, name) for name in dir(infoloop)}
FUNCTIONS = {name for name, value in EXPORTS.items() if not inspect.isclass(value) and not inspect.ismodule(value)}
LISTS = {"jit, vmap, grad": [*GRADIENT], "jit, vmap": [*BATCH], "host": [*HOST]}
CLOSE = rounding(512)


def flat(tree):
    return jnp.concatenate([jnp.ravel(leaf).astype(float) for leaf in jax.tree.leaves(tree)])


def misplaced(functions, lists) -> list[str]:
    """What stands in no list, in two, or in one although it is no export."""
    listed = [name for names in lists.values() for name in names]
    return sorted({name for name in {*functions, *listed} if listed.count(name) != 1 or name not in functions})


def test_every_function_stands_in_one_list():
    assert misplaced(FUNCTIONS, LISTS) == []


def test_what_stands_nowhere_twice_or_is_gone_is_noticed():
    lists = {"a": ["entropy", "joint"], "b": ["joint", "gone"]}
    assert misplaced({"entropy", "joint", "capacity"}, lists) == ["capacity", "gone", "joint"]


def documented(text: str) -> dict[str, list[str]]:
    """The names in backticks under each heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {head: re.findall(r"`il\.(\w+)`", body) for head, body in zip(parts[::2], parts[1::2], strict=True)}


def test_the_documentation_has_the_same_lists():
    found = documented((ROOT / "docs" / "jax.md").read_text(encoding="utf-8"))
    assert {name: found.get(name) for name in LISTS} == {name: sorted(names) for name, names in LISTS.items()}


@pytest.mark.full
@pytest.mark.parametrize("name", GRADIENT)
def test_compiled_and_in_batches_it_is_what_it_is_by_itself(name):
    def of(t):
        return flat(GRADIENT[name][0](with_jax(t)))

    points = jnp.array([POINT, (0.125, -0.25)])
    alone = np.stack([of(t) for t in points])
    np.testing.assert_allclose(jax.jit(of)(points[0]), alone[0], rtol=CLOSE, atol=CLOSE)
    np.testing.assert_allclose(jax.jit(jax.vmap(of))(points), alone, rtol=CLOSE, atol=CLOSE)


@pytest.mark.full
@pytest.mark.parametrize("zeros", [False, True], ids=["generic", "zeros"])
@pytest.mark.parametrize("name", GRADIENT)
def test_value_and_gradient_are_those_of_50_digits(name, zeros):
    """Where the law has empty cells it moves along those that have the same."""
    call, oracle = GRADIENT[name]

    def weighted(values):
        return sum(x / (k + 1) for k, x in enumerate(values))

    def expected(t):
        found = oracle(with_digits(t, zeros))
        return weighted(found if isinstance(found, list) else [found])

    value, slope = jax.jit(jax.value_and_grad(lambda t: weighted(flat(call(with_jax(t, zeros))))))(jnp.array(POINT))
    np.testing.assert_allclose(float(value), float(expected([mpf(x) for x in POINT])), rtol=CLOSE, atol=CLOSE)
    np.testing.assert_allclose(slope, [float(x) for x in gradient(expected, POINT)], rtol=CLOSE, atol=CLOSE)


@pytest.mark.full
@pytest.mark.parametrize("name", GRADIENT)
def test_a_batch_can_be_differentiated(name):
    """Traced, not run: JAX batches and differentiates in either order, and the orders meet different rules."""

    def total(points):
        return jax.vmap(lambda t: flat(GRADIENT[name][0](with_jax(t))))(points).sum()

    points = jnp.array([POINT, (0.125, -0.25)])
    assert jax.eval_shape(jax.grad(total), points).shape == points.shape
    assert jax.eval_shape(jax.jit(jax.jacfwd(total)), points).shape == points.shape


@pytest.mark.full
@pytest.mark.parametrize("name", BATCH)
def test_in_a_batch_it_is_what_it_is_by_itself(name):
    call, arguments = BATCH[name]
    alone = [flat(call(jnp.asarray(argument))) for argument in arguments]  # ty: ignore[invalid-argument-type]
    np.testing.assert_array_equal(jax.jit(lambda a: flat(call(a)))(jnp.asarray(arguments[0])), alone[0])
    np.testing.assert_array_equal(jax.vmap(lambda a: flat(call(a)))(jnp.asarray(arguments)), alone)


WITHOUT_JAX = "check_certificate"  # to which a traced argument is the wrong kind of object, like any other
HOST_ARGUMENTS = [
    (name, argument) for name in HOST if name != WITHOUT_JAX for argument in inspect.signature(EXPORTS[name]).parameters
]


@pytest.mark.parametrize(("name", "argument"), HOST_ARGUMENTS, ids=lambda x: x)
def test_a_traced_argument_of_a_host_function_is_named_in_one_line(name, argument):
    parameters = inspect.signature(EXPORTS[name]).parameters
    before = list(parameters)[: list(parameters).index(argument)]
    by_place = parameters[argument].kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL)

    def call(x):
        others = {p: None for p in parameters if p != argument and parameters[p].default is inspect.Parameter.empty}
        if by_place:
            return EXPORTS[name](*(None for _ in before), x)
        needed = {p: v for p, v in others.items() if parameters[p].kind is not inspect.Parameter.VAR_POSITIONAL}
        return EXPORTS[name](**needed, **{argument: x})

    with pytest.raises(TypeError) as caught:
        jax.jit(call)(jnp.ones(2))
    assert re.fullmatch(rf"(\w+) .*\b{argument} is traced by JAX.*", str(caught.value))


def test_the_checker_names_what_is_no_certificate():
    with pytest.raises(TypeError) as caught:
        jax.eval_shape(EXPORTS[WITHOUT_JAX], jnp.ones(2))
    assert re.fullmatch(r"certificate is a \w*Tracer: give the object of its JSON file", str(caught.value))
